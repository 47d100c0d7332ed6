package credit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/rules"
)

// severity orders what a grade may lead to, the mildest first.
var severity = []agency.State{"", agency.Restricted, agency.Suspended, agency.Removed}

func harder(a, b agency.State) bool {
	return slices.Index(severity, a) > slices.Index(severity, b)
}

// calls is what a grade leads to (domain.md section 8).
func calls(g Grade, veto bool) agency.State {
	switch {
	case veto:
		return agency.Removed
	case g == D:
		return agency.Suspended
	case g == C:
		return agency.Restricted
	}
	return ""
}

// effect is one that is open: not yet ended.
type effect struct {
	ID     uuid.UUID
	Kind   agency.State
	From   time.Time
	Until  string
	Reason string
	Held   bool
	Was    agency.Before
}

func (e effect) hold(of uuid.UUID, at time.Time) agency.Hold {
	return agency.Hold{Agency: of, Effect: e.ID, To: e.Kind, Until: e.Until, Reason: e.Reason, At: at}
}

// following brings an agency's life after its credit, in the transaction of the change. A
// measure begins when the grade falls, and runs its term. It is lifted before that only
// where the fall should not have been: without what has since been overturned, struck or,
// but for a removal, made good, the score of that day would not have called for it.
type following struct {
	tx      db.Tx
	who     who
	history history
	at      time.Time
}

func (f following) follow(ctx context.Context, open []effect, was, now standing) error {
	today := clock.Day(f.at)
	var waiting []effect
	var milder []fall
	for _, e := range slices.Backward(open) { // a later one stands on an earlier one
		if e.Until < today {
			if err := f.over(ctx, e); err != nil {
				return err
			}
			continue
		}
		lifted, instead, err := f.judge(ctx, e)
		switch {
		case err != nil:
			return err
		case lifted && instead.to != "":
			milder = append(milder, instead)
		case !lifted && !e.Held:
			waiting = append(waiting, e)
		}
	}
	// Only now: what they wait behind may have been lifted just before.
	for _, e := range slices.Backward(waiting) {
		if err := f.try(ctx, e); err != nil {
			return err
		}
	}
	for _, m := range slices.Backward(milder) {
		if err := f.begin(ctx, m.to, m.grade, m.at); err != nil {
			return err
		}
	}
	if called := calls(now.Grade, now.Veto); harder(called, calls(was.Grade, was.Veto)) {
		return f.begin(ctx, called, now.Grade, f.at)
	}
	return nil
}

// over ends an effect whose term is over. What stood before it and lasts longer comes back;
// a removed agency comes back by admission alone.
func (f following) over(ctx context.Context, e effect) error {
	if e.Held && e.Kind != agency.Removed {
		if err := agency.ReleaseTx(ctx, f.tx, e.hold(f.who.ID, f.at), e.Was); err != nil {
			return err
		}
	}
	return f.end(ctx, e, "term", "期满")
}

// fall is what the grade of a time leads to.
type fall struct {
	to    agency.State // "" for nothing
	grade Grade
	at    time.Time
}

// judge lifts an effect that should not have been; instead is the milder one that should.
func (f following) judge(ctx context.Context, e effect) (lifted bool, instead fall, err error) {
	then := Of(f.history.rightly(f.at, e.Kind != agency.Removed).basis(e.From))
	rightly := calls(then.Grade, then.Veto)
	if !harder(e.Kind, rightly) {
		return false, fall{}, nil
	}
	if e.Held {
		if err := agency.ReleaseTx(ctx, f.tx, e.hold(f.who.ID, f.at), e.Was); err != nil {
			return false, fall{}, err
		}
	}
	return true, fall{rightly, then.Grade, e.From}, f.end(ctx, e, "lifted", "导致它的记录已撤销或者修复，不再适用")
}

func (f following) begin(ctx context.Context, kind agency.State, g Grade, from time.Time) error {
	e := effect{ID: uuid.Must(uuid.NewV7()), Kind: kind, From: from, Reason: fmt.Sprintf("信用等级于 %s 降为 %s", clock.Day(from), g)}
	var months int
	var err error
	if kind == agency.Removed {
		e.Reason = "信用记录有一票否决的情形（" + clock.Day(from) + "）"
		months, err = rules.Int(ctx, f.tx, "removal.bar_months", f.who.region, f.at)
	} else {
		months, err = rules.IntOf(ctx, f.tx, "credit.effect_months", strings.ToLower(string(g)), f.who.region, f.at)
	}
	if err != nil {
		return err
	}
	if e.Until = agency.TermEnd(from, months); e.Until < clock.Day(f.at) {
		return nil
	}
	if err := insertEffect(ctx, f.tx, f.who.ID, e); err != nil {
		return err
	}
	if err := insertNews(ctx, f.tx, f.who, effectBegan, f.news(e), f.at); err != nil {
		return err
	}
	return f.try(ctx, e)
}

func (f following) try(ctx context.Context, e effect) error {
	outcome, before, err := agency.HoldTx(ctx, f.tx, e.hold(f.who.ID, f.at))
	if err != nil {
		return err
	}
	switch outcome {
	case agency.Holds:
		return heldEffect(ctx, f.tx, f.who.ID, e.ID, before, f.at)
	case agency.Gone:
		return endEffect(ctx, f.tx, e.ID, "gone", "机构已经退出或者清退", f.at)
	case agency.Waits:
	}
	return nil
}

func (f following) end(ctx context.Context, e effect, how, why string) error {
	if err := endEffect(ctx, f.tx, e.ID, how, why, f.at); err != nil {
		return err
	}
	n := f.news(e)
	n.Ended = why
	return insertNews(ctx, f.tx, f.who, effectEnded, n, f.at)
}

func (f following) news(e effect) EffectChange {
	return EffectChange{Agency: f.who, Effect: e.ID, Measure: string(e.Kind), From: clock.Day(e.From), Until: e.Until, Reason: e.Reason}
}

// SamplingPercent is how many of a hundred of its works are inspected of an agency of a
// grade, by the region's rules on the day; a measure in force counts as its grade.
func SamplingPercent(ctx context.Context, q db.Querier, g Grade, region string, at time.Time) (int, error) {
	return rules.IntOf(ctx, q, "credit.sampling_percent", strings.ToLower(string(g)), region, at)
}
