package procurement

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// Tick does all that time has made due, by the database's clock. Every step is one
// transaction under the procurement's lock and is decided by its state, so that a program
// killed anywhere, or several at once, do nothing twice. One that errs stops no other.
func (s *Service) Tick(ctx context.Context) error {
	ids, err := listDue(ctx, s.Pool)
	if err != nil {
		return err
	}
	var faults []error
	for _, id := range ids {
		if err := s.Advance(ctx, id); err != nil {
			faults = append(faults, fmt.Errorf("procurement %s: %w", id, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(append(faults, s.awardDue(ctx))...)
}

// Advance takes every step of one procurement that is due.
func (s *Service) Advance(ctx context.Context, id uuid.UUID) error {
	for {
		p, err := load(ctx, s.Pool, id, false)
		if err != nil {
			return err
		}
		if p.State == Selecting {
			if err := s.fetchRound(ctx, p); err != nil {
				// The relays may be down: the fallback's hour must come all the same.
				if _, stepErr := s.stepOnce(ctx, id); stepErr != nil {
					return errors.Join(err, stepErr)
				}
				return err
			}
		}
		moved, err := s.stepOnce(ctx, id)
		if err != nil || !moved {
			return err
		}
	}
}

// stepOnce takes the next step of a procurement if it is due; another instance that holds
// it takes the step itself.
func (s *Service) stepOnce(ctx context.Context, id uuid.UUID) (moved bool, err error) {
	err = db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		moved = false
		locked, err := lockIdle(ctx, tx, id)
		if err != nil || !locked {
			return err
		}
		p, err := load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		now, err := dbNow(ctx, tx)
		if err != nil {
			return err
		}
		moved, err = s.stepTx(ctx, tx, &p, now)
		return err
	})
	return moved, err
}

func (s *Service) stepTx(ctx context.Context, tx db.Tx, p *Procurement, now time.Time) (bool, error) {
	switch {
	case p.State == Open && !now.Before(p.Deadline):
		return true, s.freezeTx(ctx, tx, p)
	case p.State == Selecting && !now.Before(p.SelectionAt):
		return s.selectTx(ctx, tx, p, now, nil)
	}
	return false, nil
}

// failTx ends a procurement that nobody can win.
func (s *Service) failTx(ctx context.Context, tx db.Tx, p *Procurement, by review.By, reason string) error {
	if err := setEnded(ctx, tx, p.ID, reason); err != nil {
		return err
	}
	p.EndedReason = reason
	if _, err := s.takeTx(ctx, tx, p, step{Action: Fail, By: by, Note: reason, Kind: "procurement-failed", Body: map[string]any{"reason": reason, "round": p.Round}}); err != nil {
		return err
	}
	return s.tellBidders(ctx, tx, *p, Fail, reason)
}
