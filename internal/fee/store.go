package fee

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// listStandards reads those of ids, or all when ids is nil.
func listStandards(ctx context.Context, q db.Querier, ids []string) ([]Standard, error) {
	rows, err := q.Query(ctx, `
		SELECT s.id, s.name, s.document, s.method, s.status, s.body, b.source, b.started_at, b.demo
		FROM fee_standard s JOIN import_batch b ON b.id = s.batch_id
		WHERE $1::text[] IS NULL OR s.id = ANY ($1) ORDER BY s.id`, ids)
	if err != nil {
		return nil, fmt.Errorf("list fee standards: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Standard, error) {
		var s Standard
		var raw []byte
		if err := row.Scan(&s.ID, &s.Name, &s.Document, &s.Method, &s.Status, &raw, &s.Source.Name, &s.Source.LoadedAt, &s.Source.Demo); err != nil {
			return s, err
		}
		err := s.decode(raw)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("list fee standards: %w", err)
	}
	return out, nil
}
