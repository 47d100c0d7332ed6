package fee

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// StoreStandards brings the table to what standards say. Standards that it does not
// name stay: items and findings refer to them.
func StoreStandards(ctx context.Context, tx db.Tx, b provenance.Batch, standards []ReferenceStandard) (sum provenance.Summary, err error) {
	type record struct {
		ReferenceStandard
		Body json.RawMessage `json:"body"`
	}
	list := make([]record, len(standards))
	for i, s := range standards {
		list[i] = record{s, s.Body}
	}
	doc, err := json.Marshal(list)
	if err != nil {
		return sum, fmt.Errorf("store fee standards: %w", err)
	}
	rows, err := tx.Query(ctx, `
		INSERT INTO fee_standard AS f (id, name, document, method, status, body, batch_id)
		SELECT id, name, doc, method, status, body, $2
		FROM jsonb_to_recordset($1) AS t(id text, name text, doc text, method text, status text, body jsonb)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, document = excluded.document, method = excluded.method,
			status = excluded.status, body = excluded.body, batch_id = excluded.batch_id
		WHERE (f.name, f.document, f.method, f.status, f.body) <> (excluded.name, excluded.document, excluded.method, excluded.status, excluded.body)
		RETURNING xmax = 0`, doc, b.ID)
	if err != nil {
		return sum, fmt.Errorf("store fee standards: %w", err)
	}
	inserted, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	if err != nil {
		return sum, fmt.Errorf("store fee standards: %w", err)
	}
	sum.Read = int64(len(standards))
	for _, in := range inserted {
		if in {
			sum.Inserted++
		} else {
			sum.Updated++
		}
	}
	sum.Unchanged = sum.Read - int64(len(inserted))
	return sum, nil
}
