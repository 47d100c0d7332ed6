package credit

import (
	"time"

	"zjcs/internal/platform/clock"
)

// windowFrom is the first instant that evaluations and facts count from: the day 24 months
// before. Scores change by themselves at midnight alone, so that a page that says "today"
// is right all day.
func windowFrom(at time.Time) time.Time {
	return clock.Midnight(at.In(clock.Shanghai).AddDate(0, 0, -1)).AddDate(0, -windowMonth, 0)
}

// leaves is when what happened at a time counts no more.
func leaves(happened time.Time) time.Time {
	t := clock.Midnight(happened.In(clock.Shanghai).AddDate(0, 0, -1)).AddDate(0, windowMonth, 0)
	for !windowFrom(t).After(happened) {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

// lived is a record with the days of its life after its confirmation.
type lived struct {
	Record
	PublishedAt, RepairedAt, OverturnedAt *time.Time
}

// ends is when it counts no more.
func (r lived) ends() time.Time {
	day, err := time.ParseInLocation(time.DateOnly, r.ExpiresOn, clock.Shanghai)
	if err != nil {
		panic("credit: the store gives days: " + err.Error())
	}
	end := day.AddDate(0, 0, 1)
	for _, t := range []*time.Time{r.RepairedAt, r.OverturnedAt} {
		if t != nil && t.Before(end) {
			end = *t
		}
	}
	return end
}

// once is something that happened at a time and counts from then until it is struck.
type once struct {
	At     time.Time
	Struck *time.Time
}

func (o once) known(at time.Time) bool {
	return !o.At.After(at) && (o.Struck == nil || o.Struck.After(at))
}

type evaluated struct {
	Evaluation
	once
}

type measured struct {
	Kind FactKind
	Kept bool
	once
}

// history is all that was ever known of an agency. A score of any time follows from it: as
// it stood then, since what came later has later days.
type history struct {
	records     []lived
	evaluations []evaluated
	facts       []measured
}

// basis is what the score of a time rests on.
func (h history) basis(at time.Time) Basis {
	b := Basis{Kept: map[FactKind]int{}, Broken: map[FactKind]int{}}
	since := windowFrom(at)
	for _, r := range h.records {
		if !r.ConfirmedAt.After(at) && r.ends().After(at) {
			r.Published = r.PublishedAt != nil && !r.PublishedAt.After(at)
			b.Records = append(b.Records, r.Record)
		}
	}
	for _, e := range h.evaluations {
		if !e.known(at) {
			continue
		}
		if b.Evaluated++; !e.At.Before(since) {
			b.Evaluations = append(b.Evaluations, e.Evaluation)
		}
	}
	for _, f := range h.facts {
		switch {
		case !f.known(at) || f.At.Before(since):
		case f.Kept:
			b.Kept[f.Kind]++
		default:
			b.Broken[f.Kind]++
		}
	}
	return b
}

// turns is the next time after at that something begins or ends by itself; zero for never.
func (h history) turns(at time.Time) time.Time {
	var next time.Time
	maybe := func(t time.Time) {
		if t.After(at) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	happened := func(o once) {
		maybe(o.At)
		maybe(leaves(o.At))
		if o.Struck != nil {
			maybe(*o.Struck)
		}
	}
	for _, r := range h.records {
		maybe(r.ConfirmedAt)
		maybe(r.ends())
	}
	for _, e := range h.evaluations {
		happened(e.once)
	}
	for _, f := range h.facts {
		happened(f.once)
	}
	return next
}

// rightly is the history without what was later found to be wrong, and, where good is set,
// without what was since made good: what should have been known from the beginning.
func (h history) rightly(by time.Time, good bool) history {
	var out history
	wrong := func(t *time.Time) bool { return t != nil && !t.After(by) }
	for _, r := range h.records {
		if !wrong(r.OverturnedAt) && (!good || !wrong(r.RepairedAt)) {
			out.records = append(out.records, r)
		}
	}
	for _, e := range h.evaluations {
		if !wrong(e.Struck) {
			out.evaluations = append(out.evaluations, e)
		}
	}
	for _, f := range h.facts {
		if !wrong(f.Struck) {
			out.facts = append(out.facts, f)
		}
	}
	return out
}

// Point is a score at the end of a month or, the last, today.
type Point struct {
	On     string `json:"on" format:"date" doc:"哪一天"`
	Tenths int    `json:"tenths" doc:"得分，单位 0.1 分"`
	Text   string `json:"text" doc:"得分"`
	Grade  Grade  `json:"grade" enum:"AAA,AA,A,B,C,D" doc:"等级"`
}

// trend are the scores at the ends of the months of the last two years and at the time
// itself. Before an agency was there it has none.
func (h history) trend(at, from time.Time) []Point {
	var out []Point
	add := func(t time.Time) {
		s := Of(h.basis(t))
		out = append(out, Point{On: clock.Day(t), Tenths: int(s.Tenths), Text: s.Tenths.Text(), Grade: s.Grade})
	}
	y, m, _ := at.In(clock.Shanghai).Date()
	for back := windowMonth - 1; back >= 0; back-- {
		end := time.Date(y, m-time.Month(back), 1, 0, 0, 0, 0, clock.Shanghai).Add(-time.Microsecond)
		if !end.Before(from) {
			add(end)
		}
	}
	add(at)
	return out
}
