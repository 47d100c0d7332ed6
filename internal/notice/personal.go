package notice

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/db"
)

// PersonalData is what was told to persons: theirs to have, and of no use after them.
func (s *Messages) PersonalData() identity.Holding {
	return identity.Holding{
		Name: "messages",
		Export: func(ctx context.Context, tx db.Tx, person uuid.UUID) (any, error) {
			return allMessages(ctx, tx, person)
		},
		Erase: func(ctx context.Context, tx db.Tx, person uuid.UUID) error { return deleteMessages(ctx, tx, person) },
	}
}
