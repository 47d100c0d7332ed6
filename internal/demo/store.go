package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// makeLate moves the handing in of a sample matter, and with it the time by which it was
// due, into the past. The door sets both by the database's clock, and a demonstration
// cannot wait for days to show what late looks like. Only an invented matter is moved.
func makeLate(ctx context.Context, q db.Querier, submission uuid.UUID) error {
	tag, err := q.Exec(ctx, `
		UPDATE submission SET submitted_at = now() - interval '6 days', due_at = now() - interval '1 day 3 hours', due_provisional = false
		WHERE id = $1 AND demo AND state = 'submitted'`, submission)
	if err != nil {
		return fmt.Errorf("make a sample matter late: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return fmt.Errorf("make a sample matter late: %s is none that waits", submission)
	}
	return nil
}

// storePurchaser stores an organisation that buys, verified; invented, without anyone who signs in.
func storePurchaser(ctx context.Context, tx db.Tx, id uuid.UUID, b buyer, uscc string, sealedPhone []byte, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO organisation (id, kind, name, uscc, region_code, state, demo) VALUES ($1, $2, $3, $4, $5, 'verified', true)`, id, b.kind, b.name, uscc, b.region)
	if err == nil {
		_, err = tx.Exec(ctx, `
			INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, address, contact_name, contact_phone, contact_email, agent_name, papers, verified_at, demo)
			VALUES ($1, $2, $3, $4, '', $5, $3, $6, '', '', '{}', $7, true)`, id, b.kind, b.contact, b.kind == "public_body", b.address, sealedPhone, now.AddDate(0, -6, 0))
	}
	if err != nil {
		return fmt.Errorf("sample purchaser: %w", err)
	}
	return nil
}

// invented are the agencies of the market, in an order of their own.
func invented(ctx context.Context, q db.Querier) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `SELECT id FROM agency WHERE demo AND organisation_id IS NULL AND state = 'admitted' ORDER BY uscc LIMIT 300`)
	if err != nil {
		return nil, fmt.Errorf("invented agencies: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("invented agencies: %w", err)
	}
	return out, nil
}
