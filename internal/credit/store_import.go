package credit

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/review"
)

type penalisedAgency struct {
	id   uuid.UUID
	demo bool
}

func penalised(ctx context.Context, tx db.Tx, rows []*ImportedPenalty) (map[string]penalisedAgency, error) {
	codes := make([]string, len(rows))
	for i, r := range rows {
		codes[i] = r.uscc
	}
	found, err := tx.Query(ctx, `SELECT uscc, id, demo FROM agency WHERE uscc = ANY ($1)`, codes)
	if err != nil {
		return nil, fmt.Errorf("agencies of penalties: %w", err)
	}
	out := map[string]penalisedAgency{}
	var uscc string
	var a penalisedAgency
	if _, err = pgx.ForEachRow(found, []any{&uscc, &a.id, &a.demo}, func() error { out[uscc] = a; return nil }); err != nil {
		return nil, fmt.Errorf("agencies of penalties: %w", err)
	}
	return out, nil
}

type penaltyOutcome int

const (
	penaltySame penaltyOutcome = iota
	penaltyNew
	penaltyChanged
	penaltyTaken // an official handles it, and the row says otherwise
)

// storePenalty compares what the row says with what is stored. Points that the row leaves
// out are the entry's mildest when it is new, and stay as they are after.
func storePenalty(ctx context.Context, tx db.Tx, b provenance.Batch, agency uuid.UUID, r *ImportedPenalty) (penaltyOutcome, error) {
	points := Points(r.entry.MildTenths)
	if r.tenths != nil {
		points = Points(*r.tenths)
	}
	source := b.Source + "：" + r.authority + " " + r.documentNo
	decided := r.decidedOn.Format("2006-01-02")
	var id uuid.UUID
	var state review.State
	var same bool
	err := tx.QueryRow(ctx, `
		SELECT id, state, authority = $4 AND decided_on = $5::date AND facts = $6 AND decision_basis = $7 AND (NOT $9 OR coalesce(proposed_points, points) = $8)
		FROM credit_record WHERE agency_id = $1 AND document_no = $2 AND rubric_id = $3 AND batch_id IS NOT NULL FOR UPDATE`,
		agency, r.documentNo, r.rubric, r.authority, decided, r.facts, r.basis, points, r.tenths != nil).Scan(&id, &state, &same)
	switch {
	case err == nil && same:
		return penaltySame, nil
	case err == nil && state != Proposed:
		return penaltyTaken, nil
	case err == nil:
		_, err = tx.Exec(ctx, `
			UPDATE credit_record SET authority = $2, decided_on = $3::date, facts = $4, decision_basis = $5, source = $6, batch_id = $7, points = CASE WHEN $9 THEN $8 ELSE points END WHERE id = $1`,
			id, r.authority, decided, r.facts, r.basis, source, b.ID, points, r.tenths != nil)
		if err != nil {
			return 0, fmt.Errorf("change penalty: %w", err)
		}
		return penaltyChanged, nil
	case !errors.Is(err, pgx.ErrNoRows):
		return 0, fmt.Errorf("known penalty: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, veto, facts, source, authority, document_no, decided_on, decision_basis, state, proposed_at, batch_id, demo)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::date, $12, 'proposed', clock_timestamp(), $13, $14)`,
		uuid.Must(uuid.NewV7()), agency, r.rubric, r.entry.Version, points, r.entry.Veto, r.facts, source, r.authority, r.documentNo, decided, r.basis, b.ID, b.Demo)
	if err != nil {
		return 0, fmt.Errorf("store penalty: %w", err)
	}
	return penaltyNew, nil
}
