package contract

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/review"
)

// StopInput proposes that the clock stands.
type StopInput struct {
	Contract uuid.UUID
	Kind     StopKind
	Reason   string
	From     string // YYYY-MM-DD, the first day that does not count
}

// ProposeStop proposes a stop. It counts for nothing until the other side confirms it; then
// from the day it names, which may lie behind.
func (s *Service) ProposeStop(ctx context.Context, in StopInput) (Detail, error) {
	return s.act(ctx, in.Contract, permitRun, ProposeStop, func(ctx context.Context, m *matter) error {
		if StopKinds[in.Kind] == "" {
			return apperr.InvalidField("kind", "应是 owner_papers、authority_review、force_majeure 或 other")
		}
		reason, err := reasoned("reason", "停计理由", in.Reason)
		if err != nil {
			return err
		}
		from, err := dayOf("from", in.From)
		if err != nil {
			return err
		}
		start := calendar.DayOf(*m.c.StartOn)
		if start > m.today() {
			return apperr.New(apperr.Conflict, "时限从 %s 起算，还没有开始，不必停计", start)
		}
		if err := between("from", from, start, m.today(), "起算日至今天"); err != nil {
			return err
		}
		st := Stop{ID: uuid.Must(uuid.NewV7()), Kind: in.Kind, Reason: reason, From: from, Side: m.side, At: m.now}
		if err := insertStop(ctx, m.tx, m.c.ID, personOf(ctx), st); err != nil {
			return err
		}
		return m.take(ctx, step{action: ProposeStop, note: fmt.Sprintf("自 %s 起停计（%s）：%s", from, StopKinds[in.Kind], reason), to: m.theOther()})
	})
}

// AnswerStopInput takes a stop on.
type AnswerStopInput struct {
	Contract uuid.UUID
	Stop     uuid.UUID
	Reason   string // to decline, or why the clock goes on
	Until    string // to resume: YYYY-MM-DD, the first day that counts again
}

// stop is one of the contract's, on which the actor may take the action; next is where it
// leads.
func (m *matter) stop(id uuid.UUID, action review.Action) (st Stop, next StopState, err error) {
	i := slices.IndexFunc(m.stops, func(s Stop) bool { return s.ID == id })
	if i < 0 {
		return st, "", apperr.New(apperr.NotFound, "合同没有这次停计")
	}
	st = m.stops[i]
	next, err = Stops.Next(st.State, action, st.actor(m.side))
	return st, next, err
}

func (s *Service) onStop(ctx context.Context, in AnswerStopInput, action review.Action, change func(*matter, *Stop) (note string, err error)) (Detail, error) {
	return s.act(ctx, in.Contract, permitRun, action, func(ctx context.Context, m *matter) error {
		st, next, err := m.stop(in.Stop, action)
		if err != nil {
			return err
		}
		from := st.State
		note, err := change(m, &st)
		if err != nil {
			return err
		}
		st.State = next
		if err := saveStop(ctx, m.tx, from, st, personOf(ctx), m.now); err != nil {
			return err
		}
		return m.take(ctx, step{action: action, note: StopKinds[st.Kind] + "：" + note, to: m.theOther()})
	})
}

// ConfirmStop lets a stop count.
func (s *Service) ConfirmStop(ctx context.Context, in AnswerStopInput) (Detail, error) {
	return s.onStop(ctx, in, ConfirmStop, func(_ *matter, st *Stop) (string, error) {
		return fmt.Sprintf("自 %s 起停计，经对方确认", st.From), nil
	})
}

// DeclineStop refuses one.
func (s *Service) DeclineStop(ctx context.Context, in AnswerStopInput) (Detail, error) {
	return s.onStop(ctx, in, DeclineStop, func(_ *matter, st *Stop) (note string, err error) {
		st.Answer, err = reasoned("reason", "不同意的理由", in.Reason)
		return "不同意停计：" + st.Answer, err
	})
}

// WithdrawStop takes back what the other side has not answered.
func (s *Service) WithdrawStop(ctx context.Context, in AnswerStopInput) (Detail, error) {
	return s.onStop(ctx, in, WithdrawStop, func(*matter, *Stop) (string, error) { return "撤回停计", nil })
}

// ProposeResume proposes the day from which the clock goes on. Until the other side confirms
// it, the stop goes on.
func (s *Service) ProposeResume(ctx context.Context, in AnswerStopInput) (Detail, error) {
	return s.onStop(ctx, in, ProposeResume, func(m *matter, st *Stop) (string, error) {
		until, err := dayOf("until", in.Until)
		if err != nil {
			return "", err
		}
		if err := between("until", until, st.From, m.today()+1, "停计起始日至明天"); err != nil {
			return "", err
		}
		if st.ResumeWhy, err = reasoned("reason", "恢复的理由", in.Reason); err != nil {
			return "", err
		}
		st.Until, st.ResumeSide = until, m.side
		return fmt.Sprintf("提出自 %s 起恢复计时：%s", until, st.ResumeWhy), nil
	})
}

// ConfirmResume ends a stop on the day that was proposed.
func (s *Service) ConfirmResume(ctx context.Context, in AnswerStopInput) (Detail, error) {
	return s.onStop(ctx, in, ConfirmResume, func(_ *matter, st *Stop) (string, error) {
		return fmt.Sprintf("自 %s 起恢复计时，经对方确认", st.Until), nil
	})
}

// DeclineResume refuses the day; the stop goes on until another is confirmed.
func (s *Service) DeclineResume(ctx context.Context, in AnswerStopInput) (Detail, error) {
	return s.onStop(ctx, in, DeclineResume, func(_ *matter, st *Stop) (note string, err error) {
		if st.Answer, err = reasoned("reason", "不同意的理由", in.Reason); err != nil {
			return "", err
		}
		note = fmt.Sprintf("不同意自 %s 起恢复：%s", st.Until, st.Answer)
		st.Until, st.ResumeSide, st.ResumeWhy = 0, "", ""
		return note, nil
	})
}
