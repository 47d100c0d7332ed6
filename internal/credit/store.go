package credit

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

// loadBases reads what the scores of agencies rest on at a time, in one round trip. An
// agency that nothing is known of is not in the answer. The codes are joined, not compared
// with an array: of 100,000 agencies few have rows.
func loadBases(ctx context.Context, q db.Querier, agencies []uuid.UUID, at time.Time) (map[uuid.UUID]*Basis, error) {
	out := map[uuid.UUID]*Basis{}
	of := func(id uuid.UUID) *Basis {
		b := out[id]
		if b == nil {
			b = &Basis{Kept: map[FactKind]int{}, Broken: map[FactKind]int{}}
			out[id] = b
		}
		return b
	}
	since := windowFrom(at)
	var id uuid.UUID
	var batch pgx.Batch
	batch.Queue(`
		SELECT r.agency_id, r.id, r.rubric_id, r.rubric_version, k.level, k.conduct, k.legal_basis, r.facts, r.points, r.veto,
		       coalesce(r.published_at <= $2, false), r.confirmed_at, r.expires_on::text
		FROM (SELECT DISTINCT unnest($1::uuid[]) AS id) a
		JOIN credit_record r ON r.agency_id = a.id
		JOIN credit_rubric k ON k.id = r.rubric_id AND k.version = r.rubric_version
		WHERE r.confirmed_at <= $2 AND r.expires_on >= $3::date
		  AND (r.repaired_at IS NULL OR r.repaired_at > $2) AND (r.overturned_at IS NULL OR r.overturned_at > $2)`,
		agencies, at, clock.Day(at)).Query(func(rows pgx.Rows) error {
		var r Record
		_, err := pgx.ForEachRow(rows, []any{&id, &r.ID, &r.Rubric, &r.Version, &r.Level, &r.Conduct, &r.LegalBasis, &r.Facts, &r.Points, &r.Veto,
			&r.Published, &r.ConfirmedAt, &r.ExpiresOn}, func() error {
			b := of(id)
			b.Records = append(b.Records, r)
			return nil
		})
		return err
	})
	batch.Queue(`
		SELECT e.agency_id, e.evaluated_at >= $3, e.org_id, e.quality, e.timeliness, e.fee, e.conduct, e.attitude
		FROM (SELECT DISTINCT unnest($1::uuid[]) AS id) a JOIN credit_evaluation e ON e.agency_id = a.id
		WHERE e.evaluated_at <= $2 AND (e.struck_at IS NULL OR e.struck_at > $2)`, agencies, at, since).Query(func(rows pgx.Rows) error {
		var e Evaluation
		var counts bool
		_, err := pgx.ForEachRow(rows, []any{&id, &counts, &e.Org, &e.Quality, &e.Timeliness, &e.Fee, &e.Conduct, &e.Attitude}, func() error {
			b := of(id)
			if b.Evaluated++; counts {
				b.Evaluations = append(b.Evaluations, e)
			}
			return nil
		})
		return err
	})
	batch.Queue(`
		SELECT f.agency_id, f.kind, count(*) FILTER (WHERE f.kept), count(*) FILTER (WHERE NOT f.kept)
		FROM (SELECT DISTINCT unnest($1::uuid[]) AS id) a JOIN credit_fact f ON f.agency_id = a.id
		WHERE f.measured_at <= $2 AND f.measured_at >= $3 AND (f.struck_at IS NULL OR f.struck_at > $2)
		GROUP BY f.agency_id, f.kind`, agencies, at, since).Query(func(rows pgx.Rows) error {
		var kind FactKind
		var kept, broken int
		_, err := pgx.ForEachRow(rows, []any{&id, &kind, &kept, &broken}, func() error {
			b := of(id)
			b.Kept[kind], b.Broken[kind] = kept, broken
			return nil
		})
		return err
	})
	if err := q.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, fmt.Errorf("credit: %w", err)
	}
	return out, nil
}
