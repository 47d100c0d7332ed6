package agency

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// decision is what an official proposes about an agency, by the form's field names.
type decision struct {
	USCC      string `json:"uscc"`
	Name      string `json:"name"`
	Reason    string `json:"reason"`
	Basis     string `json:"basis"`
	Veto      string `json:"veto"`
	BarMonths int    `json:"barMonths"`
	From      string `json:"from"`
	Until     string `json:"until"`
}

// measure is a kind of decision about an agency: a step of its life, or an entry in a
// list.
type measure struct {
	Door
	action review.Action // the step; "" for none
	list   List          // the list; "" for none
}

// measures are proposed by one official and confirmed by another: the engine lets
// nobody decide what is his own (domain.md section 3).
func (d Door) measures() []review.Kind {
	var out []review.Kind
	for _, m := range []struct {
		name, label, help string
		measure           measure
		fields            []review.Field
	}{
		{"agency-removal", "机构清退", "提出清退一家机构；由另一人确认后生效，在禁入期内不得再次入驻", measure{action: Remove}, []review.Field{vetoField, barField, proofField}},
		{"agency-restriction", "机构限制", "提出限制一家机构：限制期内不参加随机选取", measure{action: Restrict}, []review.Field{untilField, proofField}},
		{"agency-suspension", "机构暂停", "提出暂停一家机构：暂停期内不能承接业务", measure{action: Suspend}, []review.Field{untilField, proofField}},
		{"agency-lifting", "解除限制或暂停", "提出提前解除一家机构的限制或暂停", measure{action: Lift}, []review.Field{proofField}},
		{"agency-honour", "列入红名单", "提出将一家机构列入红名单", measure{list: Honour}, []review.Field{fromField, untilField, proofField}},
		{"agency-sanction", "列入黑名单", "提出将一家机构列入黑名单；截止日期之前不得再次入驻", measure{list: Sanction}, []review.Field{fromField, untilField, proofField}},
	} {
		m.measure.Door = d
		out = append(out, review.Kind{
			Name: m.name, Label: m.label, Help: m.help, Form: measureForm(m.label, m.fields...), Prepare: proposeMeasure, Review: confirmMeasure,
			Subject: "agency", Begin: m.measure.begin, Place: placeKnown, Judge: m.measure.judge, Facts: measureFacts, Publish: m.measure.publish,
		})
	}
	return out
}

func (m measure) begin(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	k, err := standingByID(ctx, tx, s.Subject())
	if err != nil {
		return uuid.Nil, nil, err
	}
	if err := m.applies(k.on(s)); err != nil {
		return uuid.Nil, nil, err
	}
	c := review.Content{"uscc": k.uscc, "name": k.name}
	switch {
	case m.action == Remove:
		months, err := m.BarMonths(ctx, tx, k.region, s.Now())
		if err != nil {
			return uuid.Nil, nil, err
		}
		c["barMonths"] = float64(months) // as JSON reads numbers
	case m.list != "":
		c["from"] = clock.Day(s.Now())
	}
	return k.id, c, nil
}

// applies refuses a step that the agency's state does not allow.
func (m measure) applies(state review.State) error {
	if m.action == "" {
		return nil
	}
	_, err := Workflow.Next(state, m.action, review.Reviewer)
	return err
}

// placeKnown puts a matter about a known agency where that agency is served, and under
// the sectors of what it offers.
func placeKnown(ctx context.Context, q db.Querier, s review.Submission, _ review.Content) (review.Place, error) {
	k, err := standingByID(ctx, q, s.Subject())
	if err != nil {
		return review.Place{}, err
	}
	return review.Place{Title: k.name, Region: k.region, Sectors: k.sectors}, nil
}

func (m measure) judge(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
	var j review.Judgement
	in, err := review.Decode[decision](c)
	if err != nil {
		return j, err
	}
	k, err := standingByID(ctx, q, s.Subject())
	if err != nil {
		return j, err
	}
	j.Faults = append(j.Faults, k.same(in.USCC)...)
	if j, err = refusedAs(j, "uscc", m.applies(k.on(s))); err != nil {
		return j, err
	}
	today := clock.Day(s.Now())
	if in.From != "" && in.Until != "" && in.Until < in.From {
		j.Faults = append(j.Faults, apperr.Field{Name: "until", Message: "截止日期不能早于起始日期"})
	}
	if in.Until != "" && in.Until < today {
		j.Faults = append(j.Faults, apperr.Field{Name: "until", Message: "截止日期不能早于今天（" + today + "）"})
	}
	if m.action == Remove {
		least, err := m.BarMonths(ctx, q, k.region, s.Now())
		if err != nil {
			return j, err
		}
		if in.BarMonths < least || in.BarMonths > maxBarMonths {
			j.Faults = append(j.Faults, apperr.Field{Name: "barMonths", Message: "应在 " + strconv.Itoa(least) + " 到 " + strconv.Itoa(maxBarMonths) + " 个月之间"})
		}
	}
	return j, nil
}

// maxBarMonths catches a mistyped number; a bar for life is 50 years.
const maxBarMonths = 600

func (m measure) publish(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	in, err := review.Decode[decision](c)
	if err != nil {
		return uuid.Nil, err
	}
	k, err := lockSubject(ctx, tx, s.Subject())
	if err != nil {
		return uuid.Nil, err
	}
	if m.list != "" {
		if err := insertListing(ctx, tx, k, m.list, in, s); err != nil {
			return uuid.Nil, err
		}
	}
	if m.list == Sanction {
		if err := insertBar(ctx, tx, k.uscc, in.Until, "列入黑名单："+in.Reason, s.ID); err != nil {
			return uuid.Nil, err
		}
	}
	if m.action != "" {
		if err := m.step(ctx, tx, k, s, in); err != nil {
			return uuid.Nil, err
		}
	}
	return k.id, m.tell(ctx, tx, k.id)
}

func (m measure) step(ctx context.Context, tx db.Tx, k *standing, s review.Submission, in decision) error {
	to, err := Workflow.Next(k.on(s), m.action, review.Reviewer)
	if err != nil {
		return err
	}
	if to == Removed {
		if err := insertBar(ctx, tx, k.uscc, TermEnd(s.Now(), in.BarMonths), "清退："+in.Reason, s.ID); err != nil {
			return err
		}
		if k.org != uuid.Nil && !k.orgClosed {
			if err := identity.Stand(ctx, tx, k.org, k.name, "", identity.Registered); err != nil {
				return err
			}
		}
	}
	return k.move(ctx, tx, s.Now(), to, in.Until, in.Reason)
}

// TermEnd is the last day of a term of so many months from the day of now. Where the month has
// no such day, it is the month's last (民法典 第202条).
func TermEnd(now time.Time, months int) string {
	y, mo, d := now.In(clock.Shanghai).Date()
	last := time.Date(y, mo+time.Month(months)+1, 0, 0, 0, 0, 0, clock.Shanghai)
	return last.AddDate(0, 0, min(d, last.Day())-last.Day()).Format(time.DateOnly)
}

// measureFacts are what the public is shown of a matter about a known agency.
func measureFacts(c review.Content) []review.Fact {
	in, err := review.Decode[decision](c)
	if err != nil {
		return nil
	}
	out := []review.Fact{{Label: "机构", Value: in.Name}, {Label: "统一社会信用代码", Value: in.USCC}, {Label: "事实和理由", Value: in.Reason}}
	for _, f := range []review.Fact{{Label: "依据", Value: in.Basis}, {Label: "起始日期", Value: in.From}, {Label: "截止日期", Value: in.Until}} {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	if in.BarMonths > 0 {
		out = append(out, review.Fact{Label: "禁入", Value: strconv.Itoa(in.BarMonths) + " 个月"})
	}
	return out
}
