package demo

import (
	"context"
	"fmt"

	"github.com/google/uuid"

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
