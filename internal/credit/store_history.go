package credit

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// loadHistory reads all that was ever known of an agency, in one round trip.
func loadHistory(ctx context.Context, q db.Querier, agency uuid.UUID) (history, error) {
	h, _, err := loadCourse(ctx, q, agency)
	return h, err
}

// loadCourse is loadHistory with the effects that are open.
func loadCourse(ctx context.Context, q db.Querier, agency uuid.UUID) (h history, open []effect, err error) {
	var batch pgx.Batch
	queueEffects(&batch, agency, &open)
	batch.Queue(`
		SELECT r.id, r.rubric_id, r.rubric_version, k.level, k.conduct, k.legal_basis, r.facts, r.points, r.veto, r.confirmed_at, r.expires_on::text,
		       r.published_at, r.repaired_at, r.overturned_at
		FROM credit_record r JOIN credit_rubric k ON k.id = r.rubric_id AND k.version = r.rubric_version
		WHERE r.agency_id = $1 AND r.confirmed_at IS NOT NULL ORDER BY r.confirmed_at, r.id`, agency).Query(func(rows pgx.Rows) (err error) {
		h.records, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r lived, err error) {
			err = row.Scan(&r.ID, &r.Rubric, &r.Version, &r.Level, &r.Conduct, &r.LegalBasis, &r.Facts, &r.Points, &r.Veto, &r.ConfirmedAt, &r.ExpiresOn,
				&r.PublishedAt, &r.RepairedAt, &r.OverturnedAt)
			return r, err
		})
		return err
	})
	batch.Queue(`SELECT org_id, quality, timeliness, fee, conduct, attitude, evaluated_at, struck_at FROM credit_evaluation WHERE agency_id = $1 ORDER BY evaluated_at, id`,
		agency).Query(func(rows pgx.Rows) (err error) {
		h.evaluations, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e evaluated, err error) {
			err = row.Scan(&e.Org, &e.Quality, &e.Timeliness, &e.Fee, &e.Conduct, &e.Attitude, &e.At, &e.Struck)
			return e, err
		})
		return err
	})
	batch.Queue(`SELECT kind, kept, measured_at, struck_at FROM credit_fact WHERE agency_id = $1 ORDER BY measured_at, id`, agency).Query(func(rows pgx.Rows) (err error) {
		h.facts, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (f measured, err error) {
			err = row.Scan(&f.Kind, &f.Kept, &f.At, &f.Struck)
			return f, err
		})
		return err
	})
	if err := q.SendBatch(ctx, &batch).Close(); err != nil {
		return h, nil, fmt.Errorf("credit history: %w", err)
	}
	return h, open, nil
}
