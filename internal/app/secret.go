package app

import (
	"context"
	"slices"

	"zjcs/internal/agency"
	"zjcs/internal/credit"
	"zjcs/internal/expert"
	"zjcs/internal/identity"
	"zjcs/internal/ledger"
	"zjcs/internal/platform/secret"
	"zjcs/internal/procurement"
	"zjcs/internal/purchaser"
	"zjcs/internal/review"
)

// SealedColumns are all columns of sealed values; a rotation reaches what is listed here.
func SealedColumns() []secret.Column {
	return slices.Concat(expert.SealedColumns(), agency.SealedColumns(), identity.SealedColumns(), purchaser.SealedColumns(), review.SealedColumns(), procurement.SealedColumns(), credit.SealedColumns(), ledger.SealedColumns())
}

// RotateSecrets brings every sealed value under the current key.
func (c *Core) RotateSecrets(ctx context.Context, progress func(secret.Rotated)) ([]secret.Rotated, error) {
	return secret.Rotate(ctx, c.Pool, c.Vault, SealedColumns(), progress)
}
