package contract

import (
	"cmp"
	"slices"
	"time"

	"zjcs/internal/platform/calendar"
	"zjcs/internal/review"
)

func versionView(c Contract, p *parts, v Version) VersionView {
	return VersionView{Number: v.Number, Amendment: v.Amendment, State: v.State, StateLabel: Amendments.States[v.State], Terms: v.Terms, Hash: v.Hash, Reason: v.Reason, Side: v.Side,
		SideLabel: SideLabels[v.Side], At: v.At, InForceAt: v.InForceAt, Answer: v.Answer, Confirmations: nonNil(v.Confirmed), Files: nonNil(p.files[amendmentID(c.ID, v.Number)])}
}

// lastMilestone is the number of the one that delivers everything; 0 where there is none.
func lastMilestone(c Contract, p *parts) int {
	if v := p.version(c.Version); v != nil {
		return len(v.Terms.Milestones)
	}
	return 0
}

// clockOf reads the clock as of now, or as of the delivery that was accepted or waits to
// be, or the termination. It is nil before the signing.
func clockOf(c Contract, p *parts, cal calendar.Calendar, now time.Time) *ClockView {
	if c.StartOn == nil {
		return nil
	}
	start, asOf := calendar.DayOf(*c.StartOn), calendar.DayOf(now)
	last := p.ofMilestone(lastMilestone(c, p))
	switch {
	case c.DeliveredAt != nil:
		asOf = calendar.DayOf(*c.DeliveredAt)
		last = slices.DeleteFunc(last, func(d Delivery) bool { return d.State != DeliveryRevision })
	case c.TerminatedAt != nil:
		asOf = calendar.DayOf(*c.TerminatedAt)
	}
	spans := countedStops(p.stops, last)
	v := ClockView{Timing: Measure(cal, start, asOf, spans), Promised: c.Days, AwardDays: c.AwardDays, StartOn: start, AsOf: asOf}
	due, provisional, standing := Deadline(cal, start, c.Days, spans)
	if !standing {
		v.DueOn, v.Provisional = &due, v.Provisional || provisional
	}
	v.Standing = slices.ContainsFunc(spans, func(s Span) bool { return s.covers(asOf) })
	v.Left = c.Days - v.Used
	v.Over = v.Left < 0
	return &v
}

func stopViews(c Contract, p *parts, cal calendar.Calendar, now time.Time) []StopView {
	out := []StopView{}
	for _, s := range p.stops {
		v := StopView{ID: s.ID, Kind: s.Kind, KindLabel: StopKinds[s.Kind], Reason: s.Reason, State: s.State, StateLabel: Stops.States[s.State], From: s.From, Side: s.Side,
			SideLabel: SideLabels[s.Side], At: s.At, ConfirmedAt: s.Confirmed, ResumeSide: s.ResumeSide, ResumeReason: s.ResumeWhy, EndedAt: s.EndedAt, Answer: s.Answer}
		if s.Until != 0 {
			v.Until = &s.Until
		}
		if spans := countedStops([]Stop{s}, nil); len(spans) > 0 && c.StartOn != nil {
			end := calendar.DayOf(now)
			if c.DeliveredAt != nil {
				end = min(end, calendar.DayOf(*c.DeliveredAt))
			}
			v.Counts, v.Days = true, Measure(cal, calendar.DayOf(*c.StartOn), end, spans).Stopped
		}
		out = append(out, v)
	}
	return out
}

func milestoneViews(c Contract, p *parts, t Terms, cal calendar.Calendar, now time.Time) []MilestoneView {
	out := []MilestoneView{}
	for i, m := range t.Milestones {
		v := MilestoneView{Milestone: m, Number: i + 1, Last: i+1 == len(t.Milestones), State: "waiting", StateLabel: "待交付", Deliveries: []DeliveryView{}}
		if c.StartOn != nil {
			if due, _, standing := Deadline(cal, calendar.DayOf(*c.StartOn), m.Days, countedStops(p.stops, nil)); !standing {
				v.DueOn = &due
			}
		}
		for _, d := range p.ofMilestone(i + 1) {
			v.State, v.StateLabel = d.State, Deliveries.States[d.State]
			v.Deliveries = append(v.Deliveries, DeliveryView{ID: d.ID, Version: d.Version, State: d.State, StateLabel: Deliveries.States[d.State], Note: d.Note, At: d.At, AnswerBy: d.AnswerBy,
				Late: lateAnswer(d, now), Answer: d.Answer, AnsweredAt: d.Answered, Files: nonNil(p.files[d.ID])})
		}
		out = append(out, v)
	}
	return out
}

func lateAnswer(d Delivery, now time.Time) bool {
	if d.Answered != nil {
		now = *d.Answered
	}
	return !now.Before(d.AnswerBy)
}

func passViews(p *parts) []PassView {
	out := []PassView{}
	for _, r := range p.passes {
		out = append(out, PassView{Passed: r.Passed, Authority: r.Authority, Document: r.Document, On: r.On, Note: r.Note, At: r.At, StruckAt: r.StruckAt, StruckReason: r.StruckWhy})
	}
	return out
}

func paymentViews(p *parts) []PaymentView {
	out := []PaymentView{}
	for _, x := range p.payments {
		out = append(out, PaymentView{ID: x.ID, Fen: x.Fen, On: x.On, State: x.State, StateLabel: Payments.States[x.State], Note: x.Note, At: x.At, Answer: x.Answer, AnsweredAt: x.Answered, Files: nonNil(p.files[x.ID])})
	}
	return out
}

func endingViews(p *parts) []EndingView {
	out := []EndingView{}
	for _, e := range p.endings {
		out = append(out, EndingView{ID: e.ID, How: e.How, HowLabel: howLabels[e.How], State: e.State, StateLabel: Endings.States[e.State], Reason: e.Reason, Basis: e.Basis, Side: e.Side,
			SideLabel: SideLabels[e.Side], At: e.At, AnswerBy: e.AnswerBy, Answer: e.Answer, AnsweredAt: e.Answered, Files: nonNil(p.files[e.ID])})
	}
	return out
}

// rateNote says where the late rate comes from, and that it is not yet verified.
const rateNote = "平台规则的预置利率，待核实（保障中小企业款项支付条例 第17条）"

// moneyOf is what is owed and paid today. Of a terminated contract nothing more falls due
// than what was accepted.
func moneyOf(c Contract, p *parts, now time.Time) MoneyView {
	lines := dues(c, p)
	m := MoneyView{PriceFen: c.PriceFen, PaidFen: p.paid(), Dues: nonNil(lines), AsOf: calendar.DayOf(now), LateRatePPM: c.LateRatePPM, RateNote: rateNote}
	for _, x := range p.payments {
		if x.State == PaymentConfirmed {
			m.ConfirmedFen += x.Fen
		}
	}
	m.LeftFen = c.PriceFen - m.PaidFen
	m.Lateness = Late(certain(lines), p.paidOn(), c.LateRatePPM, m.AsOf)
	return m
}

// stateLabel is the state in Chinese; a draft whose award has fallen says so.
func stateLabel(c Contract) string {
	if c.Void {
		return "已失效"
	}
	return Workflow.States[c.State]
}

// label of an action, also of one that came later.
func label(a review.Action) string {
	if l := cmp.Or(Workflow.Labels[a], evaluationLabels[a]); l != "" {
		return l
	}
	return string(a)
}
