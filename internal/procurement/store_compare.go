package procurement

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

func shortlisted(ctx context.Context, q db.Querier, id uuid.UUID) ([]int, error) {
	var doc struct{ Numbers []int }
	err := q.QueryRow(ctx, `SELECT coalesce((SELECT data FROM procurement_event WHERE procurement_id = $1 AND action = $2 ORDER BY seq DESC LIMIT 1), '{}')`, id, ToldChooseNeeded).Scan(&doc)
	if err != nil {
		return nil, fmt.Errorf("shortlist: %w", err)
	}
	return append([]int{}, doc.Numbers...), nil
}

func staffNames(ctx context.Context, q db.Querier, bids []Bid) (map[uuid.UUID]string, error) {
	var ids []uuid.UUID
	for _, b := range bids {
		ids = append(ids, b.Proposal.Practitioners...)
	}
	rows, err := q.Query(ctx, `SELECT id, name || '（' || specialty || '）' FROM practitioner WHERE id = ANY ($1)`, orNone(ids))
	if err != nil {
		return nil, fmt.Errorf("staff of bids: %w", err)
	}
	out := map[uuid.UUID]string{}
	var id uuid.UUID
	var name string
	if _, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error { out[id] = name; return nil }); err != nil {
		return nil, fmt.Errorf("staff of bids: %w", err)
	}
	return out, nil
}
