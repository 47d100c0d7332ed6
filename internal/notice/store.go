package notice

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

const summaryColumns = `n.id::text, n.kind, n.title, n.region_code, r.name, n.published_at, n.demo`

func (a *Summary) into() []any {
	return []any{&a.ID, &a.Kind, &a.Title, &a.RegionCode, &a.RegionName, &a.PublishedAt, &a.Demo}
}

// pageKey asks for one page of a list.
type pageKey struct {
	Filter
	before cursor
}

func (k pageKey) listing() db.Listing {
	w := &db.Where{}
	if k.Kind != "" {
		w.Add("n.kind = ?", k.Kind)
	}
	count := db.CountUpTo(page.TotalCap, "announcement n", w)
	w.Add("(n.published_at, n.id) < (?, ?)", k.before.At, k.before.ID)
	return db.Listing{Count: count, Rows: db.Statement{
		SQL: fmt.Sprintf(`SELECT %s FROM announcement n JOIN region r ON r.code = n.region_code
			WHERE %s ORDER BY n.published_at DESC, n.id DESC LIMIT %s`, summaryColumns, w.SQL(), w.Arg(k.Size()+1)),
		Args: w.Args,
	}}
}

func scanSummary(row pgx.CollectableRow) (Summary, error) {
	var a Summary
	err := row.Scan(a.into()...)
	return a, err
}

func getAnnouncement(ctx context.Context, q db.Querier, id uuid.UUID) (Announcement, error) {
	var a Announcement
	err := q.QueryRow(ctx, `SELECT `+summaryColumns+`, n.body, b.source, b.started_at, b.demo
		FROM announcement n JOIN region r ON r.code = n.region_code JOIN import_batch b ON b.id = n.batch_id
		WHERE n.id = $1`, id).
		Scan(append(a.into(), &a.Body, &a.Source.Name, &a.Source.LoadedAt, &a.Source.Demo)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, errNoAnnouncement
	}
	if err != nil {
		return a, fmt.Errorf("get announcement: %w", err)
	}
	return a, nil
}
