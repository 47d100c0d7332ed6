package credit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

// chunk is a range of agencies by id, both ends in it.
type chunk struct{ from, to uuid.UUID }

func agencyChunks(ctx context.Context, q db.Querier, size int) ([]chunk, error) {
	rows, err := q.Query(ctx, `
		SELECT (array_agg(agency_id ORDER BY agency_id))[1], (array_agg(agency_id ORDER BY agency_id DESC))[1]
		FROM (SELECT agency_id, (row_number() OVER (ORDER BY agency_id) - 1) / $1 AS part FROM credit_standing) s GROUP BY part ORDER BY part`, size)
	if err != nil {
		return nil, fmt.Errorf("chunks of agencies: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c chunk, err error) { return c, row.Scan(&c.from, &c.to) })
	if err != nil {
		return nil, fmt.Errorf("chunks of agencies: %w", err)
	}
	return out, nil
}

// loadMoment reads standings and what they rest on as both stood at one moment. The
// tables are passed over whole, so its plans are made for the values at hand.
func loadMoment(ctx context.Context, tx db.Tx, c chunk, at time.Time) ([]restated, map[uuid.UUID]*sum, error) {
	for _, sql := range []string{`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`, `SET LOCAL plan_cache_mode = force_custom_plan`, `SET LOCAL work_mem = '64MB'`} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return nil, nil, fmt.Errorf("read standings: %w", err)
		}
	}
	rows, err := tx.Query(ctx, `
		SELECT s.agency_id, a.name, a.uscc, s.xmin::text, `+standingColumns+`
		FROM credit_standing s JOIN agency a ON a.id = s.agency_id WHERE s.agency_id BETWEEN $1 AND $2`, c.from, c.to)
	if err != nil {
		return nil, nil, fmt.Errorf("read standings: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r restated, err error) {
		return r, row.Scan(append([]any{&r.who.ID, &r.who.Name, &r.who.USCC, &r.seen}, r.was.targets()...)...)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read standings: %w", err)
	}
	sums, err := loadSums(ctx, tx, c, at)
	return out, sums, err
}

// loadSums adds up what the scores of a chunk rest on at a time; who has nothing is not in
// the answer.
func loadSums(ctx context.Context, q db.Querier, c chunk, at time.Time) (map[uuid.UUID]*sum, error) {
	out := map[uuid.UUID]*sum{}
	of := func(id uuid.UUID) *sum {
		s := out[id]
		if s == nil {
			s = &sum{Basis: Basis{Kept: map[FactKind]int{}, Broken: map[FactKind]int{}}}
			out[id] = s
		}
		return s
	}
	since := windowFrom(at)
	var id uuid.UUID
	var begins, ends, oldest *time.Time
	var batch pgx.Batch
	batch.Queue(`
		SELECT agency_id, coalesce(sum(points) FILTER (WHERE counts AND points > 0), 0), coalesce(sum(points) FILTER (WHERE counts AND points < 0), 0),
		       coalesce(bool_or(veto) FILTER (WHERE counts), false), min(confirmed_at) FILTER (WHERE confirmed_at > $3), min(ends) FILTER (WHERE ends > $3)
		FROM (SELECT agency_id, points, veto, confirmed_at, e.ends, confirmed_at <= $3 AND expires_on >= $4::date AND e.ends > $3 AS counts
		      FROM credit_record, LATERAL (SELECT least((expires_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', repaired_at, overturned_at) AS ends) e
		      WHERE agency_id BETWEEN $1 AND $2 AND confirmed_at IS NOT NULL) r
		GROUP BY agency_id`, c.from, c.to, at, clock.Day(at)).Query(func(rows pgx.Rows) error {
		var honours, taken Points
		var veto bool
		_, err := pgx.ForEachRow(rows, []any{&id, &honours, &taken, &veto, &begins, &ends}, func() error {
			s := of(id)
			if honours != 0 {
				s.Records = append(s.Records, Record{Points: honours})
			}
			if taken != 0 {
				s.Records = append(s.Records, Record{Points: taken, Veto: veto})
			}
			s.turn(begins)
			s.turn(ends)
			return nil
		})
		return err
	})
	batch.Queue(`
		SELECT agency_id, sum(ever)::int, sum(n)::int, coalesce(sum(stars) FILTER (WHERE n <= $5), 0)::bigint, coalesce(sum(n) FILTER (WHERE n <= $5), 0)::bigint,
		       array_agg(stars) FILTER (WHERE n > $5), array_agg(n) FILTER (WHERE n > $5), min(oldest), min(begins), min(ends)
		FROM (SELECT agency_id, org_id, count(*) FILTER (WHERE known) AS ever, count(*) FILTER (WHERE known AND evaluated_at >= $4) AS n,
		             coalesce(sum(30 * quality + 25 * timeliness + 15 * fee + 15 * conduct + 15 * attitude) FILTER (WHERE known AND evaluated_at >= $4), 0) AS stars,
		             min(evaluated_at) FILTER (WHERE known AND evaluated_at >= $4) AS oldest, min(evaluated_at) FILTER (WHERE evaluated_at > $3) AS begins, min(struck_at) FILTER (WHERE struck_at > $3) AS ends
		      FROM (SELECT *, evaluated_at <= $3 AND (struck_at IS NULL OR struck_at > $3) AS known FROM credit_evaluation WHERE agency_id BETWEEN $1 AND $2) e
		      GROUP BY agency_id, org_id) o
		GROUP BY agency_id`, c.from, c.to, at, since, perOrg).Query(func(rows pgx.Rows) error {
		var ever, n int
		var g gathered
		var stars, ns []int64
		_, err := pgx.ForEachRow(rows, []any{&id, &ever, &n, &g.stars, &g.n, &stars, &ns, &oldest, &begins, &ends}, func() error {
			s := of(id)
			s.Evaluated, s.evaluated, s.gathered = ever, n, gathered{heard: g.heard}
			for i := range stars {
				s.gathered.over = append(s.gathered.over, heard{stars[i], ns[i]})
			}
			s.leave(oldest)
			s.turn(begins)
			s.turn(ends)
			return nil
		})
		return err
	})
	batch.Queue(`
		SELECT agency_id, kind, count(*) FILTER (WHERE counts AND kept), count(*) FILTER (WHERE counts AND NOT kept),
		       min(measured_at) FILTER (WHERE counts), min(measured_at) FILTER (WHERE measured_at > $3), min(struck_at) FILTER (WHERE struck_at > $3)
		FROM (SELECT *, measured_at <= $3 AND measured_at >= $4 AND (struck_at IS NULL OR struck_at > $3) AS counts FROM credit_fact WHERE agency_id BETWEEN $1 AND $2) f
		GROUP BY agency_id, kind`, c.from, c.to, at, since).Query(func(rows pgx.Rows) error {
		var kind FactKind
		var kept, broken int
		_, err := pgx.ForEachRow(rows, []any{&id, &kind, &kept, &broken, &oldest, &begins, &ends}, func() error {
			s := of(id)
			s.Kept[kind], s.Broken[kind] = kept, broken
			s.leave(oldest)
			s.turn(begins)
			s.turn(ends)
			return nil
		})
		return err
	})
	if err := q.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, fmt.Errorf("sums of credit: %w", err)
	}
	return out, nil
}

// restate writes standings anew that nobody has written since they were seen, with what
// changed and what is to be told of it; written counts those whose score or grade changed.
func restate(ctx context.Context, tx db.Tx, list []restated) (written int, err error) {
	columns := make([][]any, 14)
	of := make(map[uuid.UUID]restated, len(list))
	for _, r := range list {
		of[r.who.ID] = r
		for i, v := range append([]any{r.who.ID, r.seen}, r.now.values()...) {
			columns[i] = append(columns[i], v)
		}
	}
	args := make([]any, len(columns))
	for i := range columns {
		args[i] = columns[i]
	}
	rows, err := tx.Query(ctx, `
		UPDATE credit_standing s SET tenths = n.tenths, evaluations = n.evaluations, records = n.records, facts = n.facts, clamp = n.clamp, grade = n.grade, fresh = n.fresh,
		       veto = n.veto, evaluated = n.evaluated, graded_at = n.graded_at, worked_at = n.worked_at, turns_at = n.turns_at
		FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::text[], $9::boolean[], $10::boolean[], $11::int[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[])
		     AS n(agency_id, seen, tenths, evaluations, records, facts, clamp, grade, fresh, veto, evaluated, graded_at, worked_at, turns_at)
		WHERE s.agency_id = n.agency_id AND s.xmin::text = n.seen RETURNING s.agency_id`, args...)
	if err != nil {
		return 0, fmt.Errorf("restate standings: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return 0, fmt.Errorf("restate standings: %w", err)
	}
	var changes, news [][]any
	for _, id := range ids {
		r := of[id]
		w, n := r.was, r.now
		if !w.moved(n) {
			continue
		}
		changes = append(changes, []any{uuid.Must(uuid.NewV7()), id, n.WorkedAt, int(w.Tenths), int(n.Tenths), string(w.Grade), string(n.Grade), w.Veto, n.Veto,
			int(n.Evaluations - w.Evaluations), int(n.Records - w.Records), int(n.Facts - w.Facts), int(n.Clamp - w.Clamp), string(recomputed)})
		if w.Grade == n.Grade && w.Veto == n.Veto {
			continue
		}
		doc, err := json.Marshal(GradeChange{Agency: r.who, From: gradeNow(w), To: gradeNow(n), Cause: string(recomputed), At: n.WorkedAt})
		if err != nil {
			return 0, err
		}
		news = append(news, []any{uuid.Must(uuid.NewV7()), id, string(gradeChanged), doc, n.WorkedAt})
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"credit_change"}, []string{"id", "agency_id", "at", "from_tenths", "to_tenths", "from_grade", "to_grade", "from_veto", "to_veto",
		"evaluations", "records", "facts", "clamp", "cause"}, pgx.CopyFromRows(changes)); err != nil {
		return 0, fmt.Errorf("restate standings: %w", err)
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"credit_news"}, []string{"id", "agency_id", "kind", "body", "at"}, pgx.CopyFromRows(news)); err != nil {
		return 0, fmt.Errorf("restate standings: %w", err)
	}
	return len(changes), nil
}
