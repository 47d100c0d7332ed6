package expert

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// Reminder is that an expert's annual confirmation ends, or has ended.
type Reminder struct {
	Expert       uuid.UUID
	Organisation *uuid.UUID // nil: nobody has claimed the entry yet
	Name         string
	Region       string
	Until        time.Time // the last day it holds
	Days         int       // 60, 30 or 7 before it; -1: it has passed, and he is no longer shown
}

// Lapsed reports that it has passed.
func (r Reminder) Lapsed() bool { return r.Days < 0 }

// Tick reminds experts whose confirmation ends in 60, 30 or 7 days, and takes those whose
// has ended out of the search index; lists and draws leave them out by themselves.
// Several instances may tick at once: each reminder goes out once.
func (d Door) Tick(ctx context.Context, pool *db.Pool) error {
	for {
		var n int
		err := db.InTx(ctx, pool, func(tx db.Tx) error {
			due, err := dueReminders(ctx, tx)
			n = len(due)
			if err != nil {
				return err
			}
			var gone []uuid.UUID
			for _, r := range due {
				if r.Lapsed() {
					gone = append(gone, r.Expert)
				}
				if d.Remind != nil {
					if err := d.Remind(ctx, tx, r); err != nil {
						return err
					}
				}
			}
			if len(gone) == 0 {
				return nil
			}
			return d.Changed(ctx, tx, provenance.Experts, gone)
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
