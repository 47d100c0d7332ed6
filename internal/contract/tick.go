package contract

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/money"
	"zjcs/internal/platform/rules"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// Tick is what time alone makes due: notices that nobody answered take effect, and those
// whose turn it is are told, once. Each in a transaction of its own; several instances may
// run it at once, and one that errs stops no other.
func (s *Service) Tick(ctx context.Context) error {
	return errors.Join(s.endDue(ctx), s.remindSigning(ctx), s.remindLive(ctx))
}

// endDue lets notices take effect whose answer did not come.
func (s *Service) endDue(ctx context.Context) error {
	ids, err := unanswered(ctx, s.Pool)
	if err != nil {
		return err
	}
	var faults []error
	for _, id := range ids {
		err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
			m, err := s.lockTx(ctx, tx, id)
			if err != nil {
				return err
			}
			e := m.ending()
			if e == nil || e.How != ByNotice || m.now.Before(*e.AnswerBy) {
				return nil // answered meanwhile
			}
			if err := answerEnding(ctx, tx, e.ID, uuid.Nil, EndEffective, "", m.now); err != nil {
				return err
			}
			return m.end(ctx, *e, review.Clock)
		})
		if err != nil {
			faults = append(faults, fmt.Errorf("termination of contract %s: %w", id, err))
		}
	}
	return errors.Join(faults...)
}

// remindSigning tells of awards whose contract is due soon, or late.
func (s *Service) remindSigning(ctx context.Context) error {
	list, err := unsigned(ctx, s.Pool)
	if err != nil {
		return err
	}
	var faults []error
	for _, of := range list {
		err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
			p, award, err := procurement.StandingAwardTx(ctx, tx, of)
			if err != nil || p.State != procurement.Awarded {
				return err
			}
			c, err := s.fromAwardTx(ctx, tx, p, award)
			if err != nil {
				return err
			}
			action, note, err := dueSoon(ctx, tx, c.Region, c.SignBy, c.CreatedAt, ToldSignDue, ToldSignLate, "签订合同")
			if err != nil {
				return err
			}
			return s.remind(ctx, tx, Announcement{Contract: c, Action: action, To: []Side{Purchaser, Agency}, Note: note}, award.ID, string(action))
		})
		if err != nil {
			faults = append(faults, fmt.Errorf("reminder of procurement %s: %w", of, err))
		}
	}
	return errors.Join(faults...)
}

// dueSoon is whether a term ends soon or has ended; "" is neither.
func dueSoon(ctx context.Context, tx db.Tx, region string, by, now time.Time, soon, late review.Action, what string) (review.Action, string, error) {
	days, err := rules.Int(ctx, tx, ruleRemind, region, now)
	switch {
	case err != nil:
		return "", "", err
	case !now.Before(by):
		return late, what + "的期限 " + clock.Until(by) + " 已过。", nil
	case !now.Before(by.AddDate(0, 0, -days)):
		return soon, what + "的期限是 " + clock.Until(by) + "。", nil
	}
	return "", "", nil
}

// remind tells once: what was told is written with it.
func (s *Service) remind(ctx context.Context, tx db.Tx, a Announcement, subject uuid.UUID, kind string) error {
	if a.Action == "" {
		return nil
	}
	first, err := markReminded(ctx, tx, subject, kind)
	if err != nil || !first {
		return err
	}
	return s.tell(ctx, tx, a)
}

// remindBatch is how many contracts are looked at in one transaction.
const remindBatch = 200

// remindLive goes through the contracts under way.
func (s *Service) remindLive(ctx context.Context) error {
	var after uuid.UUID
	for {
		ids, err := liveAfter(ctx, s.Pool, after, remindBatch)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		err = db.InTx(ctx, s.Pool, func(tx db.Tx) error {
			cal, err := calendar.Load(ctx, tx)
			if err != nil {
				return err
			}
			all, err := loadParts(ctx, tx, ids, false)
			if err != nil {
				return err
			}
			for _, id := range ids {
				c, err := load(ctx, tx, id, false)
				if err != nil {
					return err
				}
				now, err := dbNow(ctx, tx)
				if err != nil {
					return err
				}
				if err := s.remindOf(ctx, tx, c, all[id], cal, now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

func (s *Service) remindOf(ctx context.Context, tx db.Tx, c Contract, p *parts, cal calendar.Calendar, now time.Time) error {
	if c.State == Signed {
		action, note, err := dueSoon(ctx, tx, c.Region, *c.FileBy, now, ToldFileDue, ToldFileLate, "合同备案")
		if err != nil {
			return err
		}
		to := []Side{Purchaser, Agency}
		if action == ToldFileLate {
			to = append(to, Operator)
		}
		if err := s.remind(ctx, tx, Announcement{Contract: c, Action: action, To: to, Note: note}, c.ID, string(action)); err != nil {
			return err
		}
	}
	if c.State == Filed {
		if err := s.remindService(ctx, tx, c, p, cal, now); err != nil {
			return err
		}
	}
	for _, l := range dues(c, p) {
		today := calendar.DayOf(now)
		if !l.Certain || *l.On >= today || overdue(certain(dues(c, p)), p.paidOn(), today) == 0 {
			continue
		}
		late := Late(certain(dues(c, p)), p.paidOn(), c.LateRatePPM, today)
		note := fmt.Sprintf("“%s”%s 元应在 %s 前付清，到期未付共 %s 元。", l.Name, money.Yuan(l.Fen), termWords(*l.On), money.Yuan(late.OverdueFen))
		if err := s.remind(ctx, tx, Announcement{Contract: c, Action: ToldPayLate, To: []Side{Purchaser, Agency}, Note: note}, c.ID, fmt.Sprintf("%s:%d:%s", ToldPayLate, l.Milestone, l.On)); err != nil {
			return err
		}
	}
	return nil
}

// remindService tells of a result that waits too long for its answer (silence accepts
// nothing), and of promised days that run out.
func (s *Service) remindService(ctx context.Context, tx db.Tx, c Contract, p *parts, cal calendar.Calendar, now time.Time) error {
	for _, d := range p.deliveries {
		if d.State != DeliverySubmitted || now.Before(d.AnswerBy) {
			continue
		}
		note := fmt.Sprintf("成果第 %d 版已提交，答复期限 %s 已过。不答复不视为验收，请尽快验收或者要求修改。", d.Version, clock.Until(d.AnswerBy))
		if err := s.remind(ctx, tx, Announcement{Contract: c, Action: ToldAnswerLate, To: []Side{Purchaser}, Note: note}, d.ID, string(ToldAnswerLate)); err != nil {
			return err
		}
	}
	k := clockOf(c, p, cal, now)
	if c.DeliveredAt != nil || k.DueOn == nil {
		return nil
	}
	days, err := rules.Int(ctx, tx, ruleRemind, c.Region, now)
	if err != nil || *k.DueOn > k.AsOf+calendar.Day(days) {
		return err
	}
	note := "承诺时限到 " + termWords(*k.DueOn) + "，请按时交付全部成果。"
	if k.Over {
		note = fmt.Sprintf("承诺时限已于 %s 届满，超过 %d 个工作日。", termWords(*k.DueOn), -k.Left)
	}
	kind := fmt.Sprintf("%s:%s:%v", ToldDue, k.DueOn, k.Over)
	return s.remind(ctx, tx, Announcement{Contract: c, Action: ToldDue, To: []Side{Agency}, Note: note}, c.ID, kind)
}

// RedateTx works out anew the filing deadlines that were provisional, when a year of the
// calendar has been loaded in tx, and tells how many there were.
func (s *Service) RedateTx(ctx context.Context, tx db.Tx) (int, error) {
	ids, err := provisional(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		c, err := load(ctx, tx, id, true)
		if err != nil {
			return 0, err
		}
		by, maybe, err := daysAfter(ctx, tx, ruleFile, c.Region, *c.SignedAt)
		if err != nil {
			return 0, err
		}
		if err := setFileBy(ctx, tx, id, by, maybe); err != nil {
			return 0, err
		}
	}
	evaluations, err := s.RedateEvaluationsTx(ctx, tx)
	return len(ids) + evaluations, err
}
