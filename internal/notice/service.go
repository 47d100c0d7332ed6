package notice

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// Service answers what has been announced.
type Service struct {
	pool  *db.Pool
	pages *db.Loader[pageKey, db.Listed[Summary]]
}

// New makes the service on pool.
func New(pool *db.Pool) *Service {
	return &Service{pool: pool, pages: db.NewListLoader(pool, pageKey.listing, scanSummary)}
}

// cursor is the place of a row in the list: two may be published at one instant.
type cursor struct {
	At time.Time
	ID uuid.UUID
}

// List is a page of announcements, the latest first.
func (s *Service) List(ctx context.Context, f Filter) (page.Page[Summary], error) {
	var none page.Page[Summary]
	if err := f.Validate(); err != nil {
		return none, err
	}
	before, given, err := page.Decode[cursor](f.Cursor)
	if err != nil {
		return none, err
	}
	if !given {
		before = cursor{At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), ID: uuid.Max}
	}
	f.Cursor = ""
	found, _, err := s.pages.Get(ctx, pageKey{Filter: f, before: before})
	if err != nil {
		return none, err
	}
	return page.Make(found.Rows, f.Size(), found.Total, func(a Summary) cursor {
		return cursor{At: a.PublishedAt, ID: uuid.MustParse(a.ID)}
	}), nil
}

// Get is one announcement.
func (s *Service) Get(ctx context.Context, id string) (Announcement, error) {
	key, err := uuid.Parse(id)
	if err != nil {
		return Announcement{}, errNoAnnouncement
	}
	return getAnnouncement(ctx, s.pool, key)
}

var errNoAnnouncement = apperr.New(apperr.NotFound, "没有这条公告")
