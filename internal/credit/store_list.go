package credit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/agency"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// subtreeOf is nil for a region that is not there.
func subtreeOf(ctx context.Context, q db.Querier, code string) (codes []string, name string, err error) {
	err = q.QueryRow(ctx, `SELECT region_subtree(code), name FROM region WHERE code = $1`, code).Scan(&codes, &name)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, "", nil
	}
	if err != nil {
		err = fmt.Errorf("region of ratings: %w", err)
	}
	return codes, name, err
}

// itemOf is uuid.Nil for an item that is not there.
func itemOf(ctx context.Context, q db.Querier, code string) (id uuid.UUID, name string, err error) {
	err = q.QueryRow(ctx, `SELECT id, name FROM service_item WHERE code = $1`, code).Scan(&id, &name)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, "", nil
	}
	if err != nil {
		err = fmt.Errorf("item of ratings: %w", err)
	}
	return id, name, err
}

// The state of the day: a term that is over is over, whether or not anyone wrote it down.
const stateOn = `CASE WHEN a.state IN ('restricted','suspended') AND a.state_until < %s::date THEN 'admitted' ELSE a.state END`

const rowColumns = `a.id::text, a.name, a.uscc, coalesce(r.name, a.domicile), ` + stateOn + `, s.tenths, s.grade, s.fresh, s.evaluated, s.graded_at, a.admitted_on::text, a.demo`

func (r *Row) scan(row pgx.CollectableRow, more ...any) error {
	var graded *time.Time
	var tenths Points
	err := row.Scan(append([]any{&r.AgencyID, &r.AgencyName, &r.USCC, &r.RegionName, &r.State, &tenths, &r.Grade, &r.New, &r.Evaluated, &graded, &r.GradedOn, &r.Demo}, more...)...)
	r.Tenths, r.Text, r.StateLabel = int(tenths), tenths.Text(), agency.Workflow.States[r.State]
	if graded != nil {
		r.GradedOn = clock.Day(*graded)
	}
	return err
}

// where narrows agencies a to the place, and ai to the item on the day.
func (p placed) where(w *db.Where, day string) (from string) {
	from = "credit_standing s JOIN agency a ON a.id = s.agency_id"
	switch {
	case p.outside:
		w.Add("a.region_code IS NULL")
	case p.regions != nil:
		w.Add("a.region_code = ANY (?)", p.regions)
	}
	if p.item != uuid.Nil {
		from = "agency_item ai JOIN agency a ON a.id = ai.agency_id JOIN credit_standing s ON s.agency_id = a.id"
		w.Add("ai.item_id = ?", p.item)
		w.Add("(ai.carried IS NULL OR ai.carried @> ?::date)", day)
	}
	return from
}

func listRatings(ctx context.Context, q db.Querier, f Filter, p placed, last after, day string) ([]Row, int, error) {
	w := &db.Where{}
	from := p.where(w, day)
	w.Add("a.state <> 'exited'")
	if f.Grade != "" {
		w.Add("s.grade = ?", f.Grade)
	}
	var rows []Row
	var total int
	var batch pgx.Batch
	count := db.CountUpTo(page.TotalCap, from, w)
	batch.Queue(count.SQL, count.Args...).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	w.Add("(s.tenths, s.agency_id) < (?, ?)", last.Tenths, last.ID)
	batch.Queue(fmt.Sprintf(`SELECT `+rowColumns+` FROM %s LEFT JOIN region r ON r.code = a.region_code WHERE %s ORDER BY s.tenths DESC, s.agency_id DESC LIMIT %s`,
		w.Arg(day), from, w.SQL(), w.Arg(f.Size()+1)), w.Args...).Query(func(found pgx.Rows) (err error) {
		rows, err = pgx.CollectRows(found, func(row pgx.CollectableRow) (r Row, err error) { return r, r.scan(row) })
		return err
	})
	if err := q.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, 0, fmt.Errorf("list ratings: %w", err)
	}
	return rows, total, nil
}

// rankRatings ranks who works on the day and is known well enough; left are the others.
func rankRatings(ctx context.Context, q db.Querier, p placed, day string) (out []Ranked, n, left int, err error) {
	w := &db.Where{}
	from := p.where(w, day)
	w.Add("a.state IN ('admitted','restricted','suspended') AND (a.state <> 'suspended' OR a.state_until < ?::date)", day)
	var batch pgx.Batch
	batch.Queue(fmt.Sprintf(`SELECT count(*) FILTER (WHERE NOT s.fresh), count(*) FILTER (WHERE s.fresh) FROM %s WHERE %s`, from, w.SQL()), w.Args[:len(w.Args):len(w.Args)]...).QueryRow(func(row pgx.Row) error {
		return row.Scan(&n, &left)
	})
	w.Add("NOT s.fresh")
	batch.Queue(fmt.Sprintf(`SELECT `+rowColumns+`, rank() OVER (ORDER BY s.tenths DESC) FROM %s LEFT JOIN region r ON r.code = a.region_code WHERE %s ORDER BY s.tenths DESC, a.name, a.id LIMIT %s`,
		w.Arg(day), from, w.SQL(), w.Arg(rankedShown)), w.Args...).Query(func(found pgx.Rows) (err error) {
		out, err = pgx.CollectRows(found, func(row pgx.CollectableRow) (r Ranked, err error) { return r, r.scan(row, &r.Rank) })
		return err
	})
	if err := q.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, 0, 0, fmt.Errorf("rank ratings: %w", err)
	}
	return out, n, left, nil
}

func countGrades(ctx context.Context, q db.Querier) (map[Grade]int, error) {
	rows, err := q.Query(ctx, `SELECT s.grade, count(*) FROM credit_standing s JOIN agency a ON a.id = s.agency_id WHERE a.state <> 'exited' GROUP BY s.grade`)
	if err != nil {
		return nil, fmt.Errorf("count grades: %w", err)
	}
	out := map[Grade]int{}
	var g Grade
	var n int
	if _, err = pgx.ForEachRow(rows, []any{&g, &n}, func() error { out[g] = n; return nil }); err != nil {
		return nil, fmt.Errorf("count grades: %w", err)
	}
	return out, nil
}
