package procurement

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
)

// Ties are the marks by which the purchaser of a procurement and an agency are found to be
// one (招标投标法实施条例 第34条): the same representative, address, telephone, e-mail or
// person. What an appeal has lifted is left out.
func (s *Service) Ties(ctx context.Context, q db.Querier, procurement, agency uuid.UUID) ([]Block, error) {
	p, err := load(ctx, q, procurement, false)
	if err != nil {
		return nil, err
	}
	known, err := s.loadRelations(ctx, q, p, []uuid.UUID{agency})
	if err != nil {
		return nil, err
	}
	left, err := liftAppealed(ctx, q, p.ID, withPurchaser(known.buyer, known.agencies, known.common))
	return left[agency], err
}
