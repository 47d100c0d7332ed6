package procurement

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
)

// listener waits for the notices of trigger procurement_event_told.
func listener(pool *db.Pool) func(ctx context.Context, heard func(uuid.UUID)) error {
	return func(ctx context.Context, heard func(uuid.UUID)) error {
		held, err := pool.Acquire(ctx)
		if err != nil {
			return fmt.Errorf("watch procurements: %w", err)
		}
		conn := held.Hijack() // it listens: nobody else may be handed it
		defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
		if _, err := conn.Exec(ctx, `LISTEN procurement`); err != nil {
			return fmt.Errorf("watch procurements: %w", err)
		}
		heard(uuid.Nil)
		for {
			n, err := conn.WaitForNotification(ctx)
			if err != nil {
				return fmt.Errorf("watch procurements: %w", err)
			}
			if id, err := uuid.Parse(n.Payload); err == nil {
				heard(id)
			}
		}
	}
}
