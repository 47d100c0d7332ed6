package fee

import (
	"context"

	"zjcs/internal/platform/db"
)

// Service answers what the fee standards are. Everything it answers is public.
type Service struct{ pool *db.Pool }

// New makes the service on pool.
func New(pool *db.Pool) *Service { return &Service{pool: pool} }

// List is every standard in order of id.
func (s *Service) List(ctx context.Context) ([]Standard, error) {
	return listStandards(ctx, s.pool, nil)
}

// ByIDs are the standards of these ids; unknown ids are left out.
func (s *Service) ByIDs(ctx context.Context, ids []string) ([]Standard, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return listStandards(ctx, s.pool, ids)
}
