package credit

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// sampleAgencies are invented ones without a record, those with people first; none where
// records like these are there already.
func sampleAgencies(ctx context.Context, tx db.Tx, n int) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, `
		SELECT id FROM agency WHERE demo AND state = 'admitted' AND NOT EXISTS (SELECT FROM credit_record r WHERE r.agency_id = agency.id)
			AND NOT EXISTS (SELECT FROM credit_record WHERE demo AND state = 'notified') ORDER BY organisation_id IS NULL, id LIMIT $1`, n)
	if err != nil {
		return nil, fmt.Errorf("sample agencies: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("sample agencies: %w", err)
	}
	return out, nil
}

// insertSampleLife stores a record that nobody proposed: it is invented.
func insertSampleLife(ctx context.Context, tx db.Tx, l *life) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, veto, facts, source, authority, document_no, state, proposed_at, demo)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'proposed', $11, true)`,
		l.id, l.agency, l.rubric, l.version, l.points, l.veto, l.facts, l.source, l.authority, l.documentNo, l.proposedAt)
	if err != nil {
		return fmt.Errorf("sample record: %w", err)
	}
	return nil
}
