package procurement

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
)

// What a purchaser does with its own procurements.
const permitRun authz.Permission = "procurement:run"

// awaitChoice waits for the purchaser: of a drawn shortlist (信用择优), or of all bids
// (方案择优). A purchaser who lets the time pass does not hold the matter up: the first
// drawn is selected, or where nothing was drawn the procurement fails.
func (s *Service) awaitChoice(ctx context.Context, tx db.Tx, p *Procurement, d *drawRecord, given draw.Entropy, in selection.Input, now time.Time) (bool, error) {
	if p.ChoiceUntil == nil {
		return true, s.askChoice(ctx, tx, p, d, given, in, now)
	}
	if now.Before(*p.ChoiceUntil) {
		return false, setWake(ctx, tx, p.ID, p.ChoiceUntil)
	}
	const overdue = "项目业主逾期没有选定"
	if p.Method != CreditWeighted {
		return true, s.failTx(ctx, tx, p, review.Clock, overdue)
	}
	numbers, _, _, err := selection.Shortlist(in)
	if err != nil {
		return false, err
	}
	in.Choice = &selection.Choice{Number: numbers[0], Reason: overdue + "，按抽取次序由第一家中选"}
	if err := setChoice(ctx, tx, p, in.Choice); err != nil {
		return false, err
	}
	out, err := selection.Conclude(in)
	if err != nil {
		return false, err
	}
	return true, s.concludeTx(ctx, tx, p, d, given, in, out, now, &step{Action: Conclude, By: review.Clock, Note: in.Choice.Reason})
}

func (s *Service) askChoice(ctx context.Context, tx db.Tx, p *Procurement, d *drawRecord, given draw.Entropy, in selection.Input, now time.Time) error {
	until, err := s.dueIn(ctx, tx, *p, "procurement.choice_workdays", now)
	if err != nil {
		return err
	}
	if err := setChoiceUntil(ctx, tx, p, until); err != nil {
		return err
	}
	note := "请项目业主在 " + clock.Until(until) + " 前比较全部有效投标并选定"
	if p.Method == CreditWeighted {
		numbers, tables, steps, err := selection.Shortlist(in)
		if err != nil {
			return err
		}
		e := s.evidence(*p, *d, given)
		e.Draws = tables
		ev, err := selection.Assemble(e, nil, nil)
		if err != nil {
			return err
		}
		if err := keepEvidence(ctx, tx, d.ID, given, ev); err != nil {
			return err
		}
		if d.DrawnAt == nil {
			if err := s.recordDraw(ctx, tx, p, d, given, ev); err != nil {
				return err
			}
		}
		note = fmt.Sprintf("抽出入围 %s，请项目业主在 %s 前选定一家", numbered(numbers), clock.Until(until))
		if _, err := s.recordTx(ctx, tx, p, p.State, step{Action: ToldChooseNeeded, By: review.Clock, Note: note, Kind: "shortlist", Body: map[string]any{"numbers": numbers, "steps": steps, "until": until}}); err != nil {
			return err
		}
	} else if _, err := s.recordTx(ctx, tx, p, p.State, step{Action: ToldChooseNeeded, By: review.Clock, Note: note, Body: map[string]any{"until": until}}); err != nil {
		return err
	}
	return s.tell(ctx, tx, Announcement{Procurement: *p, Action: ToldChooseNeeded, Note: note})
}

// ChooseInput is the purchaser's decision.
type ChooseInput struct {
	Number   int    // of the bid
	Reason   string // published
	Reserves []int  // 方案择优: the next in the purchaser's own order, two at most
}

// Choose selects one bid of the shortlist, or of all. Errors: Invalid naming number, reason
// or reserves; Conflict when nothing is to be chosen now, or the time is over.
func (s *Service) Choose(ctx context.Context, id uuid.UUID, c ChooseInput) error {
	return s.asPurchaser(ctx, id, func(tx db.Tx, p *Procurement, now time.Time) error {
		if p.Method != CreditWeighted && p.Method != ProposalChoice {
			return apperr.New(apperr.Conflict, "%s不由项目业主选定", p.Method.Label())
		}
		if p.State != Selecting || p.ChoiceUntil == nil {
			return apperr.New(apperr.Conflict, "现在还不能选定，请在选取时间之后办理")
		}
		if !now.Before(*p.ChoiceUntil) {
			return apperr.New(apperr.Conflict, "选定的期限（%s）已过", clock.Until(*p.ChoiceUntil))
		}
		reason := strings.TrimSpace(c.Reason)
		if n := utf8.RuneCountInString(reason); n < 10 || n > 2000 || !utf8.ValidString(reason) || strings.ContainsRune(reason, 0) {
			return apperr.InvalidField("reason", "请写明选定的理由，10 至 2000 字；理由会公布")
		}
		if err := s.mayBeChosen(ctx, tx, *p, c); err != nil {
			return err
		}
		if err := setChoice(ctx, tx, p, &selection.Choice{Number: c.Number, Reason: reason, Reserves: c.Reserves}); err != nil {
			return err
		}
		_, err := s.selectTx(ctx, tx, p, now, &step{Action: Choose, By: Purchaser, Note: fmt.Sprintf("选定 %d 号。理由：%s", c.Number, reason)})
		return err
	})
}

// mayBeChosen refuses a number that is not among those to choose from, in words.
func (s *Service) mayBeChosen(ctx context.Context, tx db.Tx, p Procurement, c ChooseInput) error {
	d, _, err := loadDrawing(ctx, tx, p.ID, draw.OfSelection, false)
	if err != nil {
		return err
	}
	given, ready, err := s.entropy(ctx, tx, p, d)
	if err != nil || !ready {
		return errors.Join(err, apperr.New(apperr.Conflict, "熵源还没有取得"))
	}
	bids, err := loadBids(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	in, err := s.inputOf(ctx, tx, p, bids)
	if err != nil {
		return err
	}
	if in.Key, err = keyOf(given); err != nil {
		return err
	}
	var among []int
	if p.Method == CreditWeighted {
		in.Minimum = 0
		if among, _, _, err = selection.Shortlist(in); err != nil {
			return err
		}
	} else {
		screened, err := selection.Screen(in)
		if err != nil {
			return err
		}
		among = screened.Valid
	}
	has := map[int]bool{}
	for _, n := range among {
		has[n] = true
	}
	if !has[c.Number] {
		return apperr.InvalidField("number", "应是 %s 中的一家", numbered(among))
	}
	if p.Method == CreditWeighted && len(c.Reserves) > 0 {
		return apperr.InvalidField("reserves", "信用择优的候补按抽取次序，不由项目业主排序，请留空")
	}
	seen := map[int]bool{c.Number: true}
	for _, n := range c.Reserves {
		if !has[n] || seen[n] || len(c.Reserves) > Reserves {
			return apperr.InvalidField("reserves", "候补应不超过 %d 家，是有效投标的编号，不重复，也不是选定的那家", Reserves)
		}
		seen[n] = true
	}
	return nil
}

// asPurchaser runs fn on a procurement of the actor's own organisation, locked.
func (s *Service) asPurchaser(ctx context.Context, id uuid.UUID, fn func(tx db.Tx, p *Procurement, now time.Time) error) error {
	return s.under(ctx, id, permitRun, func(p Procurement) authz.Scope { return authz.Scope{Organisation: p.OrgID} }, fn)
}

// asOperator runs fn on a procurement of the actor's region, locked. Nobody decides on
// his own organisation's.
func (s *Service) asOperator(ctx context.Context, id uuid.UUID, fn func(tx db.Tx, p *Procurement, now time.Time) error) error {
	return s.under(ctx, id, permitOperate, func(p Procurement) authz.Scope { return authz.Scope{Region: p.Region} }, func(tx db.Tx, p *Procurement, now time.Time) error {
		if a := authz.From(ctx); a != nil && a.Of(p.OrgID) {
			return apperr.New(apperr.Forbidden, "不能办理本单位的采购项目")
		}
		return fn(tx, p, now)
	})
}

func (s *Service) under(ctx context.Context, id uuid.UUID, perm authz.Permission, scope func(Procurement) authz.Scope, fn func(tx db.Tx, p *Procurement, now time.Time) error) error {
	if err := s.Policy.Require(ctx, perm, authz.Anywhere); err != nil {
		return err
	}
	return db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		p, err := load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		if err := s.Policy.Require(ctx, perm, scope(p)); err != nil {
			return err
		}
		now, err := dbNow(ctx, tx)
		if err != nil {
			return err
		}
		return fn(tx, &p, now)
	})
}

// dueIn is the end of the working days that a rule gives, from now.
func (s *Service) dueIn(ctx context.Context, q db.Querier, p Procurement, rule string, now time.Time) (time.Time, error) {
	days, err := s.Workdays(ctx, q, rule, p.Region, p.PublishedAt)
	if err != nil {
		return time.Time{}, err
	}
	until, _, err := s.Due(ctx, q, now, days)
	return until, err
}

// remindOnce tells the operators of what the clock cannot resolve, once, in public.
func (s *Service) remindOnce(ctx context.Context, tx db.Tx, p *Procurement, what review.Action, note string) error {
	told, err := hasEvent(ctx, tx, p.ID, what)
	if err != nil || told {
		return err
	}
	if _, err := s.recordTx(ctx, tx, p, p.State, step{Action: what, By: review.Clock, Note: note}); err != nil {
		return err
	}
	return s.tell(ctx, tx, Announcement{Procurement: *p, Action: what, Note: note})
}
