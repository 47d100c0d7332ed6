package review

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

// Tick does what time has made due: late checks are escalated, and what stood in
// publicity without an open objection is published. Each in a transaction of its own;
// several instances may tick at once, and a killed one leaves nothing half-done.
func (s *Service) Tick(ctx context.Context) error {
	if err := forgetAddresses(ctx, s.Pool); err != nil {
		return err
	}
	for {
		more, err := s.escalateNext(ctx)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	var after time.Time
	for {
		next, err := s.publishNext(ctx, after)
		if err != nil {
			return err
		}
		if next.IsZero() {
			return nil
		}
		after = next
	}
}

func (s *Service) escalateNext(ctx context.Context) (more bool, err error) {
	err = db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		id, err := claimLate(ctx, tx)
		if err != nil || id == uuid.Nil {
			more = false
			return err
		}
		more = true
		sub, err := loadSubmission(ctx, tx, id, true)
		if err != nil {
			return err
		}
		k := s.kinds[sub.Kind]
		sub.KindLabel = k.Label
		return s.Announce(ctx, tx, Announcement{Submission: sub, Kind: k, Action: Escalate})
	})
	return more, err
}

// publishNext publishes the first whose publicity ended after `after`; zero when none is left.
func (s *Service) publishNext(ctx context.Context, after time.Time) (ended time.Time, err error) {
	var refused *apperr.Error
	var id uuid.UUID
	err = db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		refused = nil
		if id, ended, err = claimPublicity(ctx, tx, after); err != nil || id == uuid.Nil {
			return err
		}
		sub, err := loadSubmission(ctx, tx, id, true)
		if err != nil {
			return err
		}
		k, err := s.kinds[sub.Kind].current(ctx, tx)
		if err != nil {
			return err
		}
		sub.KindLabel = k.Label
		bad, _, _, err := s.judge(ctx, tx, k, sub)
		if err != nil {
			return err
		}
		if len(bad) == 0 {
			err = s.publishTx(ctx, tx, k, &sub, "公示期满，没有成立的异议")
			if e, ok := apperr.As(err); ok && e.Code != apperr.Internal {
				refused = e
			}
			return err
		}
		return s.overturnTx(ctx, tx, k, &sub, Clock, "公示期满时条件已变化："+bad[0].Message)
	})
	if refused != nil { // the domain said no: the matter goes back, with its words
		err = db.InTx(ctx, s.Pool, func(tx db.Tx) error {
			sub, err := loadSubmission(ctx, tx, id, true)
			if err != nil || sub.State != Accepted {
				return err
			}
			k := s.kinds[sub.Kind]
			sub.KindLabel = k.Label
			return s.overturnTx(ctx, tx, k, &sub, Clock, refused.Message)
		})
	}
	return ended, err
}

// RedateTx works out anew every time limit that is provisional (暂定), when a year of the
// calendar has been loaded in tx, and tells how many there were.
func (s *Service) RedateTx(ctx context.Context, tx db.Tx) (int, error) {
	list, err := lockProvisional(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, p := range list {
		n, err := s.Workdays(ctx, tx, ruleReview+p.kind, p.region, p.submittedAt)
		if err != nil {
			return 0, err
		}
		due, provisional, err := s.Due(ctx, tx, p.submittedAt, n)
		if err != nil {
			return 0, err
		}
		if err := setDue(ctx, tx, p.id, due, provisional); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

func (s *Service) overturnTx(ctx context.Context, tx db.Tx, k Kind, sub *Submission, by By, note string) error {
	sub.PublicityUntil = nil
	return s.stepTx(ctx, tx, k, sub, by, ActInput{ID: sub.ID, Action: Overturn, Note: note})
}
