package expert

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/catalog"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// Service answers what the public may know of experts.
type Service struct {
	pool    *db.Pool
	catalog *catalog.Service
	pages   *db.Loader[pageKey, db.Listed[Expert]]
}

// New makes the service on pool.
func New(pool *db.Pool, c *catalog.Service) *Service {
	return &Service{pool: pool, catalog: c, pages: db.NewListLoader(pool, pageKey.listing, scanExpert)}
}

// List is a page of listed experts, the latest first.
func (s *Service) List(ctx context.Context, f Filter) (page.Page[Expert], error) {
	var none page.Page[Expert]
	regions, err := s.catalog.Regions(ctx)
	if err != nil {
		return none, err
	}
	if err := f.Validate(regions); err != nil {
		return none, err
	}
	before, given, err := page.Decode[uuid.UUID](f.Cursor)
	if err != nil {
		return none, err
	}
	if !given {
		before = uuid.Max
	}
	f.Cursor = ""
	found, _, err := s.pages.Get(ctx, pageKey{Filter: f, subtree: strings.Join(regions.Subtree(f.Region), ","), before: before})
	if err != nil {
		return none, err
	}
	return page.Make(found.Rows, f.Size(), found.Total, func(e Expert) string { return e.ID }), nil
}

// Get is one listed expert.
func (s *Service) Get(ctx context.Context, id string) (Expert, error) {
	key, err := uuid.Parse(id)
	if err != nil {
		return Expert{}, errNoExpert
	}
	return getExpert(ctx, s.pool, key)
}

// Count is how many experts are listed, exactly.
func (s *Service) Count(ctx context.Context) (int, error) { return countExperts(ctx, s.pool) }

var errNoExpert = apperr.New(apperr.NotFound, "没有这位专家")
