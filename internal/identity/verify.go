package identity

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

var errNoOrganisation = apperr.New(apperr.NotFound, "没有这个单位")

// LoadOrganisation is the organisation of that id, for a use case that has asked who may
// know of it. Locked, it stays as it is until the transaction ends.
func LoadOrganisation(ctx context.Context, q db.Querier, id uuid.UUID, lock bool) (Organisation, error) {
	return organisationOf(ctx, q, id, lock)
}

// VerifyTx marks an organisation as verified: its papers passed review.
func VerifyTx(ctx context.Context, tx db.Tx, id uuid.UUID) error {
	return verifyOrganisation(ctx, tx, id)
}
