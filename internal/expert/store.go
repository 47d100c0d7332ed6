package expert

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// publicColumns are all that is ever read for the public: never id_number, never phone.
const publicColumns = `
	SELECT e.id, e.name, e.employer, e.title, e.specialties, coalesce(e.region_code, ''), coalesce(r.name, '市外'), e.demo, e.updated_at,
	       b.source, b.started_at, b.demo
	FROM expert e JOIN import_batch b ON b.id = e.batch_id LEFT JOIN region r ON r.code = e.region_code`

func scanExpert(row pgx.CollectableRow) (Expert, error) {
	var e Expert
	var id uuid.UUID
	err := row.Scan(&id, &e.Name, &e.Employer, &e.Title, &e.Specialties, &e.RegionCode, &e.RegionName, &e.Demo, &e.UpdatedAt,
		&e.Source.Name, &e.Source.LoadedAt, &e.Source.Demo)
	e.ID = id.String()
	return e, err
}

// pageKey asks for one page of a list.
type pageKey struct {
	Filter
	subtree string    // the region's codes, joined by commas
	before  uuid.UUID // the last id of the page before
}

func (k pageKey) listing() db.Listing {
	w := &db.Where{}
	w.Add(shownState)
	switch {
	case k.Region == Outside:
		w.Add("e.region_code IS NULL")
	case k.Region != "":
		w.Add("e.region_code = ANY (?)", strings.Split(k.subtree, ","))
	}
	if k.Specialty != "" {
		w.Add("e.specialties @> ARRAY[?::text]", k.Specialty)
	}
	count := db.CountUpTo(page.TotalCap, "expert e", w)
	w.Add("e.id < ?", k.before)
	return db.Listing{Count: count, Rows: db.Statement{
		SQL:  fmt.Sprintf(`%s WHERE %s ORDER BY e.id DESC LIMIT %s`, publicColumns, w.SQL(), w.Arg(k.Size()+1)),
		Args: w.Args,
	}}
}

func getExpert(ctx context.Context, q db.Querier, id uuid.UUID) (Expert, error) {
	rows, err := q.Query(ctx, publicColumns+` WHERE e.id = $1 AND `+shownState, id)
	if err != nil {
		return Expert{}, fmt.Errorf("get expert: %w", err)
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanExpert)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, errNoExpert
	}
	if err != nil {
		return e, fmt.Errorf("get expert: %w", err)
	}
	return e, nil
}

func countExperts(ctx context.Context, q db.Querier) (int, error) {
	var n int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM expert e WHERE `+shownState).Scan(&n); err != nil {
		return 0, fmt.Errorf("count experts: %w", err)
	}
	return n, nil
}
