package credit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

// WhatIf is what the grades would be today had every record of an entry been made under
// another version of it. It is a measure of the change and no forecast: a version counts
// for records proposed after it takes effect, and existing records never change.
type WhatIf struct {
	Entry    string        `json:"entry" doc:"条目编号"`
	On       string        `json:"on" format:"date" doc:"按哪一天的记录推算"`
	Records  int           `json:"records" doc:"推算涉及的已认定记录数"`
	Agencies int           `json:"agencies" doc:"涉及的机构数"`
	Moved    int           `json:"moved" doc:"等级会变动的机构数"`
	Rescored int           `json:"rescored" doc:"得分会变动的机构数（含等级变动的）"`
	Matrix   []GradeMove   `json:"matrix" doc:"等级怎样变动，变动的在前"`
	Named    []MovedAgency `json:"named" doc:"等级会变动的机构，最多列 50 家"`
	Meaning  string        `json:"meaning" doc:"推算的含义"`
}

// GradeMove counts the agencies that would go from one grade to another.
type GradeMove struct {
	From  Grade `json:"from" enum:"AAA,AA,A,B,C,D" doc:"现在的等级"`
	To    Grade `json:"to" enum:"AAA,AA,A,B,C,D" doc:"推算的等级"`
	Count int   `json:"count" doc:"机构数"`
}

// MovedAgency is one whose grade would change.
type MovedAgency struct {
	ID     uuid.UUID `json:"id"`
	Name   string    `json:"name" doc:"机构名称"`
	From   Grade     `json:"from" enum:"AAA,AA,A,B,C,D" doc:"现在的等级"`
	To     Grade     `json:"to" enum:"AAA,AA,A,B,C,D" doc:"推算的等级"`
	Before int       `json:"beforeTenths" doc:"现在的得分，单位 0.1 分"`
	After  int       `json:"afterTenths" doc:"推算的得分，单位 0.1 分"`
}

const (
	mostNamed = 50
	meaning   = "推算：假设这个条目已认定、没有被修复或撤销的记录，全部按新版本作出（原来的分值取新范围内最接近的，计分期限按新版本从认定之日起算），今天的等级会怎样。新版本只对施行之后提出的记录生效，已有的记录不变，所以实际的等级不会因此立即变动。"
)

// whatIf works scores out anew from the records themselves, by the same rule as every score.
func whatIf(ctx context.Context, q db.Querier, e Entry, at time.Time) (WhatIf, error) {
	out := WhatIf{Entry: e.ID, On: clock.Day(at), Matrix: []GradeMove{}, Named: []MovedAgency{}, Meaning: meaning}
	records, err := countedOf(ctx, q, e.ID, at)
	if err != nil {
		return out, err
	}
	instead := map[uuid.UUID][]Record{}
	for _, r := range records {
		list := instead[r.agency]
		if expires := lastDay(r.confirmedAt, e.ValidityMonths); !e.Retired && expires >= out.On {
			list = append(list, Record{ID: r.id, Rubric: e.ID, Version: e.Version, Level: e.Level, Points: e.limits().nearest(r.points), Veto: e.Veto, ConfirmedAt: r.confirmedAt, ExpiresOn: expires})
		}
		instead[r.agency] = list
	}
	agencies := make([]uuid.UUID, 0, len(instead))
	for id := range instead {
		agencies = append(agencies, id)
	}
	bases, err := loadBases(ctx, q, agencies, at)
	if err != nil {
		return out, err
	}
	out.Records, out.Agencies = len(records), len(agencies)
	counts := map[[2]Grade]int{}
	for _, id := range agencies {
		b := bases[id]
		if b == nil {
			b = &Basis{}
		}
		before := Of(*b)
		changed := *b
		changed.Records = append(slices.DeleteFunc(slices.Clone(b.Records), func(r Record) bool { return r.Rubric == e.ID }), instead[id]...)
		after := Of(changed)
		counts[[2]Grade{before.Grade, after.Grade}]++
		if before.Tenths != after.Tenths {
			out.Rescored++
		}
		if before.Grade != after.Grade {
			out.Moved++
			out.Named = append(out.Named, MovedAgency{ID: id, From: before.Grade, To: after.Grade, Before: int(before.Tenths), After: int(after.Tenths)})
		}
	}
	for k, n := range counts {
		out.Matrix = append(out.Matrix, GradeMove{k[0], k[1], n})
	}
	slices.SortFunc(out.Matrix, func(a, b GradeMove) int {
		if still := cmp.Compare(b2i(a.From == a.To), b2i(b.From == b.To)); still != 0 {
			return still
		}
		return cmp.Or(cmp.Compare(slices.Index(grades, a.From), slices.Index(grades, b.From)), cmp.Compare(slices.Index(grades, a.To), slices.Index(grades, b.To)))
	})
	return out, out.name(ctx, q)
}

// grades from the best to the worst.
var grades = []Grade{AAA, AA, A, B, C, D}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// name names the agencies that would move the most, as far as they are listed.
func (w *WhatIf) name(ctx context.Context, q db.Querier) error {
	change := func(m MovedAgency) int { return max(m.After-m.Before, m.Before-m.After) }
	slices.SortFunc(w.Named, func(a, b MovedAgency) int {
		return cmp.Or(cmp.Compare(change(b), change(a)), slices.Compare(a.ID[:], b.ID[:]))
	})
	w.Named = w.Named[:min(len(w.Named), mostNamed)]
	ids := make([]uuid.UUID, len(w.Named))
	for i, m := range w.Named {
		ids[i] = m.ID
	}
	names, err := agencyNames(ctx, q, ids)
	for i := range w.Named {
		w.Named[i].Name = names[w.Named[i].ID]
	}
	return err
}

// text says it in a sentence or two, for the form's cautions.
func (w WhatIf) text() string {
	if w.Records == 0 {
		return "推算（按 " + w.On + " 的记录）：这个条目还没有计分的记录，等级都不会变动。"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "推算（按 %s 的记录）：涉及 %d 家机构的 %d 条记录，%d 家得分变动，%d 家等级变动", w.On, w.Agencies, w.Records, w.Rescored, w.Moved)
	for i, m := range w.Matrix {
		if m.From != m.To {
			fmt.Fprintf(&b, "%s%s→%s %d 家", map[bool]string{true: "：", false: "，"}[i == 0], m.From, m.To, m.Count)
		}
	}
	b.WriteString("。")
	for i, m := range w.Named {
		if i == 5 {
			b.WriteString("等")
			break
		}
		if i > 0 {
			b.WriteString("、")
		}
		b.WriteString(m.Name)
	}
	if len(w.Named) > 0 {
		b.WriteString("。")
	}
	b.WriteString(w.Meaning)
	return b.String()
}

// WhatIfInput is a change to try; what is not given stays as the version in force says.
type WhatIfInput struct {
	Entry          string
	Mild, Harsh    *int // tenths, with their sign
	ValidityMonths *int
	Veto           *bool
	Retired        bool
}

// TryChange is what a change of an entry would mean, before anybody proposes it.
func (d *Desk) TryChange(ctx context.Context, in WhatIfInput) (WhatIf, error) {
	if err := d.Policy.Require(ctx, proposeRubric, authz.Anywhere); err != nil {
		return WhatIf{}, err
	}
	now, err := deskNow(ctx, d.Pool)
	if err != nil {
		return WhatIf{}, err
	}
	last, err := lastVersion(ctx, d.Pool, in.Entry)
	if err != nil {
		return WhatIf{}, err
	}
	if last.Version == 0 {
		return WhatIf{}, apperr.New(apperr.NotFound, "评分标准里没有这个条目")
	}
	e := last.Entry
	e.Retired = in.Retired
	for _, f := range []struct {
		given *int
		to    *int
	}{{in.Mild, &e.MildTenths}, {in.Harsh, &e.HarshTenths}, {in.ValidityMonths, &e.ValidityMonths}} {
		if f.given != nil {
			*f.to = *f.given
		}
	}
	if in.Veto != nil {
		e.Veto = *in.Veto
	}
	if e.Level != honour { // what one record may give tells how grave it is
		for _, l := range levels {
			if l.name != honour && l.bounds.holds(Points(e.MildTenths)) && l.bounds.holds(Points(e.HarshTenths)) {
				e.Level = l.name
			}
		}
	}
	if bad := e.check(); len(bad) > 0 {
		return WhatIf{}, apperr.InvalidFields(bad)
	}
	return whatIf(ctx, d.Pool, e, now)
}
