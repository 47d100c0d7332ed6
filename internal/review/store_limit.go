package review

import (
	"context"
	"fmt"

	"zjcs/internal/platform/db"
)

// countObjection counts one more objection from an address and tells how many there were
// within the hour, this one among them. Several at once from one address are counted one
// after the other.
func countObjection(ctx context.Context, tx db.Tx, address []byte) (n int, err error) {
	if _, err = tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 0))`, address); err != nil {
		return 0, fmt.Errorf("count objections: %w", err)
	}
	err = tx.QueryRow(ctx, `
		WITH one AS (INSERT INTO objection_address (address) VALUES ($1))
		SELECT count(*) + 1 FROM objection_address WHERE address = $1 AND filed_at > clock_timestamp() - interval '1 hour'`, address).Scan(&n)
	if err != nil {
		err = fmt.Errorf("count objections: %w", err)
	}
	return n, err
}

// forgetAddresses removes what no longer counts.
func forgetAddresses(ctx context.Context, q db.Querier) error {
	if _, err := q.Exec(ctx, `DELETE FROM objection_address WHERE filed_at < now() - interval '1 hour'`); err != nil {
		return fmt.Errorf("forget addresses: %w", err)
	}
	return nil
}
