package credit

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/sheet"
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
func storePenalty(ctx context.Context, tx db.Tx, b provenance.Batch, agency uuid.UUID, r *ImportedPenalty) (id uuid.UUID, outcome penaltyOutcome, err error) {
	points := Points(r.entry.MildTenths)
	if r.tenths != nil {
		points = Points(*r.tenths)
	}
	source := b.Source + "：" + r.authority + " " + r.documentNo
	decided := r.decidedOn.Format("2006-01-02")
	var state review.State
	var same bool
	err = tx.QueryRow(ctx, `
		SELECT id, state, authority = $4 AND decided_on = $5::date AND facts = $6 AND decision_basis = $7 AND (NOT $9 OR coalesce(proposed_points, points) = $8)
		FROM credit_record WHERE agency_id = $1 AND document_no = $2 AND rubric_id = $3 AND batch_id IS NOT NULL FOR UPDATE`,
		agency, r.documentNo, r.rubric, r.authority, decided, r.facts, r.basis, points, r.tenths != nil).Scan(&id, &state, &same)
	switch {
	case err == nil && same:
		return id, penaltySame, nil
	case err == nil && state != Proposed:
		return id, penaltyTaken, nil
	case err == nil:
		_, err = tx.Exec(ctx, `
			UPDATE credit_record SET authority = $2, decided_on = $3::date, facts = $4, decision_basis = $5, source = $6, batch_id = $7, points = CASE WHEN $9 THEN $8 ELSE points END WHERE id = $1`,
			id, r.authority, decided, r.facts, r.basis, source, b.ID, points, r.tenths != nil)
		if err != nil {
			return id, 0, fmt.Errorf("change penalty: %w", err)
		}
		return id, penaltyChanged, nil
	case !errors.Is(err, pgx.ErrNoRows):
		return id, 0, fmt.Errorf("known penalty: %w", err)
	}
	id = uuid.Must(uuid.NewV7())
	_, err = tx.Exec(ctx, `
		INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, veto, facts, source, authority, document_no, decided_on, decision_basis, state, proposed_at, batch_id, demo)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::date, $12, 'proposed', clock_timestamp(), $13, $14)`,
		id, agency, r.rubric, r.entry.Version, points, r.entry.Veto, r.facts, source, r.authority, r.documentNo, decided, r.basis, b.ID, b.Demo)
	if err != nil {
		return id, 0, fmt.Errorf("store penalty: %w", err)
	}
	return id, penaltyNew, nil
}

// placesOfPenalties are the places of the agencies of rows that are known, by their codes.
func placesOfPenalties(ctx context.Context, q db.Querier, rows []*ImportedPenalty) (map[string]provenance.Place, error) {
	codes := make([]string, len(rows))
	for i, r := range rows {
		codes[i] = r.uscc
	}
	found, err := q.Query(ctx, `SELECT `+subjectColumns+` FROM agency a LEFT JOIN organisation o ON o.id = a.organisation_id WHERE a.uscc = ANY ($1)`, codes)
	if err != nil {
		return nil, fmt.Errorf("places of penalties: %w", err)
	}
	out := map[string]provenance.Place{}
	var l life
	_, err = pgx.ForEachRow(found, []any{&l.agency, &l.agencyName, &l.uscc, &l.org, &l.region, &l.sectors}, func() error {
		out[l.uscc] = provenance.Place{Regions: []string{l.region}, Sectors: l.sectors, OneSector: true}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("places of penalties: %w", err)
	}
	return out, nil
}

func viewPenalties(ctx context.Context, q db.Querier, columns []sheet.Column, ids []uuid.UUID) ([]provenance.Record, error) {
	rows, err := q.Query(ctx, `SELECT r.id, a.uscc, r.document_no, r.authority, r.decided_on::text, r.facts, r.decision_basis, r.rubric_id, r.points
		FROM credit_record r JOIN agency a ON a.id = r.agency_id WHERE r.id = ANY ($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("view penalties: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (rec provenance.Record, err error) {
		var r ImportedPenalty
		var decided string
		var points Points
		if err = row.Scan(&rec.ID, &r.uscc, &r.documentNo, &r.authority, &decided, &r.facts, &r.basis, &r.rubric, &points); err != nil {
			return rec, err
		}
		rec.Key, _ = (*PenaltyImport)(nil).Key(&r)
		for n, value := range []string{colPenaltyUSCC: r.uscc, colDocument: r.documentNo, colAuthority: r.authority, colDecided: decided, colFacts: r.facts,
			colBasis: r.basis, colEntry: r.rubric, colPoints: magnitude(int(points))} {
			rec.Cells = append(rec.Cells, provenance.Cell{Label: columns[n].Name, Value: value})
		}
		return rec, nil
	})
	if err != nil {
		return nil, fmt.Errorf("view penalties: %w", err)
	}
	return out, nil
}
