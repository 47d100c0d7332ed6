package credit

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"zjcs/internal/agency"
	"zjcs/internal/platform/db"
)

func insertSample(ctx context.Context, tx db.Tx, s Sample) error {
	var b pgx.Batch
	for _, e := range s.Evaluations {
		b.Queue(`INSERT INTO credit_evaluation (id, agency_id, org_id, quality, timeliness, fee, conduct, attitude, comment, evaluated_at, demo) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, true)`,
			e.ID, s.Agency, e.Org, e.Quality, e.Timeliness, e.Fee, e.Conduct, e.Attitude, e.Comment, e.At)
	}
	for _, f := range s.Facts {
		b.Queue(`INSERT INTO credit_fact (id, agency_id, kind, kept, measured_at, demo) SELECT gen_random_uuid(), $1, $2, $3, $4, true FROM generate_series(1, $5)`, s.Agency, f.Kind, f.Kept, f.At, f.Count)
	}
	for _, r := range s.Records {
		b.Queue(`
			INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, veto, facts, source, state, proposed_at, confirmed_at, expires_on, published_at, demo)
			SELECT $1, $2, k.id, k.version, $4, k.veto, $5, $6, 'published', $7, $7, $8::date, $7, true FROM credit_rubric k WHERE k.id = $3 ORDER BY k.version DESC LIMIT 1`,
			r.ID, s.Agency, r.Rubric, r.Points, r.Facts, r.Source, r.At, agency.TermEnd(r.At, r.Months))
	}
	if b.Len() == 0 {
		return nil
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("sample of credit: %w", err)
	}
	return nil
}

func insertSampleEntries(ctx context.Context, tx db.Tx, entries []SampleEntry) error {
	for _, e := range entries {
		_, err := tx.Exec(ctx, `
			INSERT INTO credit_rubric (id, version, level, conduct, points_from, points_to, validity_months, veto, legal_basis, effective_from, demo)
			VALUES ($1, 1, $2, $3, $4, $5, $6, $7, '示例条目，不作依据', '2020-01-01', true) ON CONFLICT DO NOTHING`,
			e.ID, e.Level, e.Conduct, e.From, e.To, e.Months, e.Veto)
		if err != nil {
			return fmt.Errorf("sample entry of the rubric: %w", err)
		}
	}
	return nil
}
