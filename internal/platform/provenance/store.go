package provenance

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// Begin records a delivery before its first row.
func Begin(ctx context.Context, q db.Querier, b Batch) error {
	_, err := q.Exec(ctx, `
		INSERT INTO import_batch (id, kind, source, file_name, sha256, demo)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		b.ID, b.Kind, b.Source, b.FileName, b.SHA256, b.Demo)
	if err != nil {
		return fmt.Errorf("begin batch: %w", err)
	}
	return nil
}

// Finish records what the delivery did.
func Finish(ctx context.Context, q db.Querier, b Batch, s Summary) error {
	_, err := q.Exec(ctx, `
		UPDATE import_batch
		SET rows_read = $2, inserted = $3, updated = $4, unchanged = $5, failed = $6, finished_at = clock_timestamp()
		WHERE id = $1`,
		b.ID, s.Read, s.Inserted, s.Updated, s.Unchanged, s.Failed)
	if err != nil {
		return fmt.Errorf("finish batch: %w", err)
	}
	return nil
}

// RecordErrors keeps the faults of a delivery, so that whoever sent it can mend them.
func RecordErrors(ctx context.Context, q db.Querier, b Batch, faults []RowError) error {
	_, err := q.CopyFrom(ctx, pgx.Identifier{"import_error"},
		[]string{"batch_id", "line", "column_name", "reason"},
		pgx.CopyFromSlice(len(faults), func(i int) ([]any, error) {
			return []any{b.ID, faults[i].Line, faults[i].Column, faults[i].Reason}, nil
		}))
	if err != nil {
		return fmt.Errorf("record row errors: %w", err)
	}
	return nil
}
