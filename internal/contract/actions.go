package contract

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/review"
)

// Allowed is something that the one who asks may do now.
type Allowed struct {
	Action   review.Action `json:"action" doc:"能做什么"`
	Label    string        `json:"label" doc:"能做什么"`
	Subject  *uuid.UUID    `json:"subjectId,omitempty" doc:"对哪一件：停计、成果、付款或者终止"`
	Version  int           `json:"version,omitempty" doc:"对哪个版本：确认、变更"`
	Number   int           `json:"milestone,omitempty" doc:"对哪个里程碑"`
	Awaited  bool          `json:"awaited" doc:"为真表示正等着您这一方办理"`
	Until    *time.Time    `json:"until,omitempty" doc:"期限"`
	Factor   bool          `json:"secondFactor,omitempty" doc:"为真表示须出示二次验证"`
	NeedSign bool          `json:"-"` // only whoever may sign for the side
}

// factored are what is done with a second factor, by whoever may sign.
var factored = map[review.Action]bool{Confirm: true, Amend: true, Amended: true, ProposeEnd: true, GiveNotice: true, Terminate: true}

// allowed is what a side may do to a contract now: the table says what is possible in a
// state, the tables of its parts what is possible with each. Use cases ask the same tables.
func allowed(c Contract, p *parts, side Side, now time.Time) []Allowed {
	if c.Void {
		return []Allowed{}
	}
	l := &allowing{c: c, p: p, side: side, out: []Allowed{}}
	possible := Workflow.Allowed(c.State, side)
	l.may = func(a review.Action) bool { return slices.Contains(possible, a) }
	l.drafting()
	l.amending()
	l.stopping(now)
	l.delivering()
	l.paying()
	l.ending()
	slices.SortStableFunc(l.out, func(a, b Allowed) int { return weight(a) - weight(b) })
	return l.out
}

// weight puts first what is awaited.
func weight(a Allowed) int {
	if a.Awaited {
		return 0
	}
	return 1
}

type allowing struct {
	c    Contract
	p    *parts
	side Side
	may  func(review.Action) bool
	out  []Allowed
}

func (l *allowing) add(a Allowed) {
	if !l.may(a.Action) {
		return
	}
	a.Label, a.Factor = Workflow.Labels[a.Action], factored[a.Action]
	a.NeedSign = a.Factor
	l.out = append(l.out, a)
}

func (l *allowing) drafting() {
	if v := l.p.open(); v != nil && v.Amendment == 0 {
		if !v.confirmedBy(l.side) {
			l.add(Allowed{Action: Confirm, Version: v.Number, Awaited: v.confirmedBy(other(l.side)) || v.Side != l.side, Until: &l.c.SignBy})
		}
		l.add(Allowed{Action: Edit, Version: v.Number})
	}
	l.add(Allowed{Action: File, Awaited: true, Until: l.c.FileBy})
}

func (l *allowing) amending() {
	v := l.p.open()
	switch {
	case v == nil:
		l.add(Allowed{Action: Amend, Version: l.c.Version})
	case v.Amendment == 0: // a draft
	case v.Side == l.side:
		l.add(Allowed{Action: UnAmend, Version: v.Number})
	default:
		l.add(Allowed{Action: Amended, Version: v.Number, Awaited: true})
		l.add(Allowed{Action: NotAmend, Version: v.Number, Awaited: true})
	}
}

func (l *allowing) stopping(now time.Time) {
	for i := range l.p.stops {
		s := &l.p.stops[i]
		for _, a := range Stops.Allowed(s.State, s.actor(l.side)) {
			l.add(Allowed{Action: a, Subject: &s.ID, Awaited: a == ConfirmStop || a == DeclineStop || a == ConfirmResume || a == DeclineResume})
		}
	}
	if l.c.StartOn != nil && calendar.DayOf(*l.c.StartOn) <= calendar.DayOf(now) {
		l.add(Allowed{Action: ProposeStop})
	}
}

func (l *allowing) delivering() {
	v := l.p.version(l.c.Version)
	if v == nil {
		return
	}
	for n := 1; n <= len(v.Terms.Milestones); n++ {
		d := l.p.latest(n)
		switch {
		case d == nil:
			l.add(Allowed{Action: Deliver, Number: n})
		case d.State == DeliveryRevision:
			l.add(Allowed{Action: Deliver, Number: n, Awaited: true})
		case d.State == DeliverySubmitted:
			l.add(Allowed{Action: Accept, Subject: &d.ID, Number: n, Awaited: true, Until: &d.AnswerBy})
			l.add(Allowed{Action: Revise, Subject: &d.ID, Number: n, Awaited: true, Until: &d.AnswerBy})
		}
	}
}

func (l *allowing) paying() {
	if l.p.paid() < l.c.PriceFen {
		l.add(Allowed{Action: Pay})
	}
	for i := range l.p.payments {
		x := &l.p.payments[i]
		for _, a := range Payments.Allowed(x.State, l.side) {
			l.add(Allowed{Action: a, Subject: &x.ID, Awaited: x.State == PaymentRecorded && l.side == Agency || x.State == PaymentDisputed && l.side == Purchaser})
		}
	}
}

func (l *allowing) ending() {
	e := l.p.ending()
	if e == nil {
		l.add(Allowed{Action: ProposeEnd})
		l.add(Allowed{Action: GiveNotice})
		return
	}
	by := Other
	if e.Side == l.side {
		by = Proposer
	}
	for _, a := range Endings.Allowed(e.State, by) {
		if a == DeclineEnd && e.How != ByAgreement || a == DisputeEnd && e.How != ByNotice {
			continue
		}
		l.add(Allowed{Action: a, Subject: &e.ID, Awaited: by == Other, Until: e.AnswerBy})
	}
}

// allowedTo is what the actor may do: as a side, what its grants let do; as an official,
// what is left to officials.
func (s *Service) allowedTo(ctx context.Context, c Contract, p *parts, side Side, now time.Time) []Allowed {
	out := []Allowed{}
	if side != "" {
		scope := authz.Scope{Organisation: c.org(side)}
		run, sign := s.Policy.May(ctx, permitRun, scope), s.Policy.May(ctx, permitSign, scope)
		for _, a := range allowed(c, p, side, now) {
			if a.NeedSign && sign || !a.NeedSign && run {
				out = append(out, a)
			}
		}
		return out
	}
	if c.Void {
		return out
	}
	scope := authz.Scope{Region: c.Region, Sectors: c.Sectors}
	for _, x := range []struct {
		side Side
		perm authz.Permission
		act  review.Action
	}{{Operator, permitEnd, Terminate}, {Officer, permitRecord, FirstPass}} {
		if !s.Policy.May(ctx, x.perm, scope) || !slices.Contains(Workflow.Allowed(c.State, x.side), x.act) || x.act == FirstPass && len(p.deliveries) == 0 {
			continue
		}
		out = append(out, Allowed{Action: x.act, Label: Workflow.Labels[x.act], Awaited: x.act == FirstPass && c.State == Completed && !slices.ContainsFunc(p.passes, func(r Pass) bool { return r.StruckAt == nil })})
	}
	return out
}
