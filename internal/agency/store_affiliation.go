package agency

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

type tiedAgency struct {
	id   uuid.UUID
	demo bool
}

func loadTied(ctx context.Context, tx db.Tx, rows []*ImportedAffiliation) (map[string]tiedAgency, error) {
	codes := make([]string, len(rows))
	for i, r := range rows {
		codes[i] = r.uscc
	}
	found, err := tx.Query(ctx, `SELECT uscc, id, demo FROM agency WHERE uscc = ANY ($1)`, codes)
	if err != nil {
		return nil, fmt.Errorf("agencies of affiliations: %w", err)
	}
	out := map[string]tiedAgency{}
	var uscc string
	var a tiedAgency
	if _, err = pgx.ForEachRow(found, []any{&uscc, &a.id, &a.demo}, func() error { out[uscc] = a; return nil }); err != nil {
		return nil, fmt.Errorf("agencies of affiliations: %w", err)
	}
	return out, nil
}

type tieOutcome int

const (
	tieSame tieOutcome = iota
	tieAdded
	tieChanged
	tieRefused // an invented tie of a real agency
)

func storeTie(ctx context.Context, tx db.Tx, b provenance.Batch, a tiedAgency, r *ImportedAffiliation) (tieOutcome, error) {
	if b.Demo && !a.demo {
		return tieRefused, nil
	}
	var inserted bool
	err := tx.QueryRow(ctx, `
		INSERT INTO agency_affiliation AS f (id, agency_id, authority, relation, since, note, declared, demo, batch_id)
		VALUES ($1, $2, $3, $4, $5, $6, false, $7, $8)
		ON CONFLICT (agency_id, declared, authority, relation) DO UPDATE SET
			since = CASE WHEN $9 THEN f.since ELSE excluded.since END, note = CASE WHEN $10 THEN f.note ELSE excluded.note END, batch_id = excluded.batch_id
		WHERE NOT $9 AND f.since IS DISTINCT FROM excluded.since OR NOT $10 AND f.note <> excluded.note
		RETURNING xmax = 0`,
		uuid.Must(uuid.NewV7()), a.id, r.authority, r.relation, dayOrNull(r.since), r.note, b.Demo, b.ID, r.sinceAbsent, r.noteAbsent).Scan(&inserted)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return tieSame, nil
	case err != nil:
		return tieSame, fmt.Errorf("store affiliation: %w", err)
	case inserted:
		return tieAdded, nil
	}
	return tieChanged, nil
}

func dayOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
