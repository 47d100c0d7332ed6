package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/money"
	"zjcs/internal/review"
)

// PayInput records a payment.
type PayInput struct {
	Contract uuid.UUID
	Fen      int64
	On       string // YYYY-MM-DD
	Note     string
	Files    []uuid.UUID // vouchers; may be none
}

// Pay records what the purchaser has paid. What is recorded and not disputed never exceeds
// the contract's price.
func (s *Service) Pay(ctx context.Context, in PayInput) (Detail, error) {
	return s.act(ctx, in.Contract, permitRun, Pay, func(ctx context.Context, m *matter) error {
		on, err := dayOf("on", in.On)
		if err != nil {
			return err
		}
		if err := between("on", on, calendar.DayOf(*m.c.SignedAt), m.today(), "签订之日至今天"); err != nil {
			return err
		}
		left := m.c.PriceFen - m.paid()
		if in.Fen <= 0 || in.Fen > left {
			return apperr.InvalidField("amountFen", "金额应大于 0，不超过合同价减去已付的 %s 元", money.Yuan(left))
		}
		note := strings.TrimSpace(in.Note)
		if !readable(note, 500) {
			return apperr.InvalidField("note", "说明应是不超过 500 字的文字")
		}
		p := Payment{ID: uuid.Must(uuid.NewV7()), Fen: in.Fen, On: on, Note: note, At: m.now}
		if err := insertPayment(ctx, m.tx, m.c.ID, personOf(ctx), p); err != nil {
			return err
		}
		if len(in.Files) > maxFiles {
			return someFiles(in.Files, "付款凭证")
		}
		if err := attach(ctx, m.tx, m.c.ID, p.ID, m.c.org(m.side), personOf(ctx), "payment", in.Files); err != nil {
			return err
		}
		return m.take(ctx, step{action: Pay, note: fmt.Sprintf("%s 付款 %s 元", on, money.Yuan(in.Fen)), to: m.theOther()})
	})
}

// AnswerPaymentInput takes a payment record on.
type AnswerPaymentInput struct {
	Contract uuid.UUID
	Payment  uuid.UUID
	Reason   string // to dispute or to void
}

// ConfirmPayment says that the agency has it.
func (s *Service) ConfirmPayment(ctx context.Context, in AnswerPaymentInput) (Detail, error) {
	return s.onPayment(ctx, in, ConfirmPayment)
}

// DisputePayment says that the agency has not, or not so much; it counts no longer as paid.
func (s *Service) DisputePayment(ctx context.Context, in AnswerPaymentInput) (Detail, error) {
	return s.onPayment(ctx, in, DisputePayment)
}

// VoidPayment takes a record back that was wrong.
func (s *Service) VoidPayment(ctx context.Context, in AnswerPaymentInput) (Detail, error) {
	return s.onPayment(ctx, in, VoidPayment)
}

func (s *Service) onPayment(ctx context.Context, in AnswerPaymentInput, action review.Action) (Detail, error) {
	return s.act(ctx, in.Contract, permitRun, action, func(ctx context.Context, m *matter) error {
		i := slices.IndexFunc(m.payments, func(p Payment) bool { return p.ID == in.Payment })
		if i < 0 {
			return apperr.New(apperr.NotFound, "合同没有这笔付款")
		}
		p := m.payments[i]
		next, err := Payments.Next(p.State, action, m.side)
		if err != nil {
			return err
		}
		reason := ""
		if action != ConfirmPayment {
			if reason, err = reasoned("reason", "理由", in.Reason); err != nil {
				return err
			}
		} else if !p.counts() && m.paid()+p.Fen > m.c.PriceFen { // others were recorded since it was disputed
			return apperr.New(apperr.Conflict, "确认后已付金额会超过合同价 %s 元，请项目业主先作废重复的登记", money.Yuan(m.c.PriceFen))
		}
		if err := answerPayment(ctx, m.tx, p.ID, personOf(ctx), p.State, next, reason, m.now); err != nil {
			return err
		}
		note := fmt.Sprintf("%s 的付款 %s 元：%s", p.On, money.Yuan(p.Fen), Payments.States[next])
		if reason != "" {
			note += "，" + reason
		}
		return m.take(ctx, step{action: action, note: note, to: m.theOther()})
	})
}

// DueLine is a sum to be paid, with its last day.
type DueLine struct {
	Name      string        `json:"name" doc:"款项：预付，或者里程碑的名称"`
	Milestone int           `json:"milestone" doc:"里程碑的序号；0 是预付"`
	Fen       int64         `json:"amountFen" doc:"应付（分）"`
	Since     *string       `json:"since,omitempty" format:"date" doc:"期限从哪一天起算：签订或者交付之日"`
	On        *calendar.Day `json:"dueOn,omitempty" format:"date" doc:"最迟付款日；没有表示还没有交付"`
	Certain   bool          `json:"certain" doc:"为假表示成果还没有验收，验收合格后才应付"`
}

// dues are what is to be paid, and when: the advance from the signing, each milestone from
// the delivery of the version that was accepted (保障中小企业款项支付条例 第9条: 自交付之日起).
func dues(c Contract, p *parts) []DueLine {
	v := p.version(c.Version)
	if v == nil || c.SignedAt == nil {
		return []DueLine{}
	}
	line := func(name string, milestone int, fen int64) DueLine {
		return DueLine{Name: name, Milestone: milestone, Fen: fen}
	}
	since := func(l *DueLine, d calendar.Day, certain bool) {
		from, last := d.String(), d+calendar.Day(v.Terms.PayDays)
		l.Since, l.On, l.Certain = &from, &last, certain
	}
	out := []DueLine{}
	if v.Terms.AdvanceFen > 0 {
		l := line("预付", 0, v.Terms.AdvanceFen)
		since(&l, calendar.DayOf(*c.SignedAt), true)
		out = append(out, l)
	}
	for i, m := range v.Terms.Milestones {
		if m.PayFen == 0 {
			continue
		}
		l := line(m.Name, i+1, m.PayFen)
		if d := p.latest(i + 1); d != nil && d.State != DeliveryRevision {
			since(&l, calendar.DayOf(d.At), d.State == DeliveryAccepted)
		}
		out = append(out, l)
	}
	return out
}

// certain are the dues that late interest is worked out on.
func certain(lines []DueLine) []Due {
	var out []Due
	for _, l := range lines {
		if l.Certain {
			out = append(out, Due{*l.On, l.Fen})
		}
	}
	return out
}

// paidOn are the payments that count.
func (p *parts) paidOn() []Paid {
	var out []Paid
	for _, x := range p.payments {
		if x.counts() {
			out = append(out, Paid{x.On, x.Fen})
		}
	}
	return out
}

// termWords is the end of a term as a message writes it.
func termWords(d calendar.Day) string { return clock.Until(d.End()) }
