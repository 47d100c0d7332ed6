package agency

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// Hold is a measure that follows from an agency's credit by rule, without a further
// decision: the records behind it were each proposed by one and confirmed by another
// (domain.md sections 3 and 8).
type Hold struct {
	Agency uuid.UUID
	Effect uuid.UUID    // of credit, that it rests on
	To     review.State // Restricted, Suspended or Removed
	Until  string       // last day; of a removal, of the bar
	Reason string
	At     time.Time
}

// Before is where a hold found an agency, and what letting go puts it back to.
type Before struct {
	State         review.State
	Until, Reason string
}

// Outcome is what came of a hold.
type Outcome string

const (
	Holds Outcome = "holds"
	Waits Outcome = "waits" // behind something stronger or longer, which may end earlier than it
	Gone  Outcome = "gone"  // the agency has left; there is nothing to hold
)

// HoldTx puts the agency under the hold. It never shortens a term or puts a weaker state
// in the place of a stronger one. Who has left stays as it left; its code is barred.
func HoldTx(ctx context.Context, tx db.Tx, h Hold) (Outcome, Before, error) {
	k, err := lockForCredit(ctx, tx, h.Agency)
	if err != nil {
		return "", Before{}, err
	}
	before := Before{State: stateOn(k.state, k.until, h.At)}
	if before.State != Admitted {
		before.Until, before.Reason = k.until, k.reason
	}
	if h.To == Removed {
		return k.removeTx(ctx, tx, h, before)
	}
	switch {
	case !Present(before.State):
		return Gone, before, nil
	case before.State == h.To && before.Until >= h.Until, before.State == Suspended && h.To == Restricted:
		return Waits, before, nil
	}
	return Holds, before, k.move(ctx, tx, h.At, h.To, h.Until, h.Reason)
}

func (k *standing) removeTx(ctx context.Context, tx db.Tx, h Hold, before Before) (Outcome, Before, error) {
	if err := barForCredit(ctx, tx, k.uscc, h.Until, "清退："+h.Reason, h.Effect); err != nil {
		return "", before, err
	}
	if !Present(before.State) {
		return Holds, before, nil // by the bar alone
	}
	if k.org != uuid.Nil && !k.orgClosed {
		if err := identity.Stand(ctx, tx, k.org, k.name, "", identity.Registered); err != nil {
			return "", before, err
		}
	}
	return Holds, before, k.move(ctx, tx, h.At, Removed, "", h.Reason)
}

// ReleaseTx lets an agency go from a hold and puts it back to before, as far as that still
// holds on the day. Where something else has taken the hold's place, that stays.
func ReleaseTx(ctx context.Context, tx db.Tx, h Hold, before Before) error {
	k, err := lockForCredit(ctx, tx, h.Agency)
	if err != nil {
		return err
	}
	if h.To == Removed {
		if err := endCreditBar(ctx, tx, h.Effect, h.At); err != nil {
			return err
		}
	}
	ours := k.state == h.To && k.reason == h.Reason && (h.To == Removed || k.until == h.Until)
	if !ours || !Present(before.State) {
		return nil
	}
	if h.To == Removed && k.org != uuid.Nil && !k.orgClosed {
		if err := identity.Stand(ctx, tx, k.org, k.name, "", identity.Verified); err != nil {
			return err
		}
	}
	if before.Until < clock.Day(h.At) { // also of one that was simply admitted
		before = Before{State: Admitted}
	}
	return k.move(ctx, tx, h.At, before.State, before.Until, before.Reason)
}
