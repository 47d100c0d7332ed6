package exchange

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// Once takes in a delivery that is no table, in one transaction, unless the last one of
// its file name was the same.
func Once(ctx context.Context, pool *db.Pool, b provenance.Batch, store func(tx db.Tx) (provenance.Summary, []uuid.UUID, error), changed Changed) error {
	return whenNew(ctx, pool, b.Kind, b.FileName, b.SHA256, func() error {
		return db.InTx(ctx, pool, func(tx db.Tx) error {
			if err := provenance.Begin(ctx, tx, b); err != nil {
				return err
			}
			sum, ids, err := store(tx)
			if err != nil {
				return err
			}
			if sum.Inserted+sum.Updated > 0 && changed != nil {
				if err := changed(ctx, tx, b.Kind, ids); err != nil {
					return err
				}
			}
			return provenance.Finish(ctx, tx, b, sum)
		})
	})
}
