package credit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
)

// refreshTx is called by whatever changes what an agency's score rests on, in the same
// transaction.
func refreshTx(context.Context, db.Tx, uuid.UUID, time.Time) error { return nil }
