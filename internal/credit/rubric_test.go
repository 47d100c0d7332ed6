package credit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/review"
)

func (d *desk) entry(change review.Content) review.Content {
	c := review.Content{"entry": "G-SUBCONTRACT", "level": "general", "conduct": "未经业主同意转包、分包", "mild": "8", "harsh": "14.5", "validityMonths": float64(12),
		"legalBasis": "待核实", "effectiveFrom": clock.DayAfter(d.now(), 10), "reason": "近来转包较多，需要加重"}
	for k, v := range change {
		c[k] = v
	}
	return c
}

// TestTheShippedRubric comes in once, and what officers decided stays.
func TestTheShippedRubric(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	list, err := d.Rubric(t.Context(), false)
	if err != nil || len(list) < 20 || !slices.ContainsFunc(list, func(e credit.Entry) bool { return e.ID == credit.AwardRefused && e.InForce }) {
		t.Fatalf("%d entries, %v", len(list), err)
	}
	vetoes := 0
	for _, e := range list {
		if e.Veto {
			vetoes++
		}
	}
	if vetoes != 4 {
		t.Errorf("%d vetoes", vetoes)
	}
	if sum := d.loadRubric(); sum.Inserted+sum.Updated != 0 || sum.Unchanged != int64(len(list)) {
		t.Errorf("again: %+v", sum)
	}
	s := d.submitted(d.officer2(), "credit-rubric", uuid.Nil, d.entry(nil))
	if err := d.decide(d.city, s, review.Accept); err != nil {
		t.Fatal(err)
	}
	if sum := d.loadRubric(); sum.Inserted+sum.Updated != 0 {
		t.Errorf("the shipped file overruled the officers: %+v", sum)
	}
	for _, sql := range []string{`UPDATE credit_rubric SET conduct = 'x'`, `DELETE FROM credit_rubric`} {
		if _, err := d.pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s: a version was changed", sql)
		}
	}
}

// TestAVersionFollows: proposed by one officer and confirmed by another, from its day on;
// what was recorded before keeps the version it was made under.
func TestAVersionFollows(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	author := d.officer2()
	old := d.published("G-SUBCONTRACT", 5)
	s := d.submitted(author, "credit-rubric", uuid.Nil, d.entry(nil))
	if err := d.decide(author, s, review.Accept); code(err) != apperr.Forbidden {
		t.Errorf("the proposer confirmed: %v", err)
	}
	if err := d.decide(d.other, s, review.Accept); code(err) == "" {
		t.Error("an operator changed the rubric")
	}
	got, err := d.review.Get(d.as(d.city), s.ID)
	if err != nil || len(got.Cautions) != 1 || !strings.Contains(got.Cautions[0].Message, "推算") || !strings.Contains(got.Cautions[0].Message, "已有的记录不变") {
		t.Fatalf("%+v, %v", got.Cautions, err)
	}
	if err := d.decide(d.city, s, review.Accept); err != nil {
		t.Fatal(err)
	}
	versions, err := d.RubricEntry(t.Context(), "G-SUBCONTRACT")
	if err != nil || len(versions) != 2 || versions[0].Version != 2 || versions[0].InForce || !versions[1].InForce || versions[0].HarshTenths != -145 || versions[1].HarshTenths != -150 {
		t.Fatalf("%+v, %v", versions, err)
	}
	if r := d.propose(d.officer, "G-SUBCONTRACT"); r.Version != 1 {
		t.Errorf("a version took effect before its day: %+v", r)
	}
	if r := d.must(d.Record(d.as(d.other), old.ID)); r.Version != 1 || r.Tenths != -60 {
		t.Errorf("the old record changed: %+v", r)
	}
	// On its day it counts for what is proposed.
	s = d.submitted(author, "credit-rubric", uuid.Nil, d.entry(review.Content{"entry": "G-FEE-EXTRA", "effectiveFrom": clock.Day(d.now())}))
	if err := d.decide(d.city, s, review.Accept); err != nil {
		t.Fatal(err)
	}
	if r := d.propose(d.officer, "G-FEE-EXTRA"); r.Version != 2 || r.Tenths != -80 {
		t.Errorf("%+v", r)
	}
	// Retired, nothing more is proposed under it.
	subject := uuid.NewSHA1(uuid.NameSpaceURL, []byte("credit-rubric/G-FEE-EXTRA"))
	s = d.submitted(author, "credit-rubric", subject, review.Content{"retired": true, "effectiveFrom": clock.Day(d.now()), "reason": "并入别的条目"})
	if err := d.decide(d.city, s, review.Accept); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Propose(d.as(d.officer), credit.ProposeInput{Agency: d.ours, Rubric: "G-FEE-EXTRA", Facts: "查明的事实若干", Source: "检查"}); !slices.Equal(fieldsOf(err), []string{"rubric"}) {
		t.Errorf("proposed under a retired entry: %v", err)
	}
}

// TestAChangeIsChecked names the field at fault.
func TestAChangeIsChecked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	author := d.officer2()
	for field, change := range map[string]review.Content{
		"entry":          {"entry": "g-x"},
		"mild":           {"mild": "-8"},
		"harsh":          {"harsh": "15.5"},
		"validityMonths": {"validityMonths": float64(0)},
		"veto":           {"veto": true},
		"effectiveFrom":  {"effectiveFrom": clock.DayAfter(d.now(), -1)},
		"level":          {"level": "honour", "mild": "2", "harsh": "3"},
		"retired":        {"entry": "G-NEW", "retired": true},
		"legalBasis":     {"legalBasis": " "},
	} {
		s := d.drafted(author, "credit-rubric", uuid.Nil, d.entry(change))
		d.refused(author, s, field)
		if _, err := d.review.Act(d.as(author), review.ActInput{ID: s.ID, Version: s.Version, Action: review.Discard}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhatIfIsARealRecomputation: what it says equals what the scores are once the records
// really are of the new version.
func TestWhatIfIsARealRecomputation(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	author := d.officer2()
	var all []uuid.UUID
	made := func(agency uuid.UUID, entry string, tenths int, monthsAgo int, state string) {
		d.exec(`INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, veto, facts, source, state, proposer, proposed_at, confirmer, confirmed_at, expires_on, published_at, repaired_at)
			SELECT gen_random_uuid(), $1, k.id, 1, $3, k.veto, '事实', '来源', 'published', $4, now(), $5, at, (at + make_interval(months => k.validity_months))::date - 1, at, CASE WHEN $7 = 'repaired' THEN now() END
			FROM credit_rubric k, (SELECT now() - make_interval(months => $6) AS at) x WHERE k.id = $2 AND k.version = 1`, agency, entry, tenths, author.Person, d.other.Person, monthsAgo, state)
	}
	for i := range 40 {
		id, _ := d.agency(fmt.Sprintf("机构%d", i), fmt.Sprintf("91140800%010d", i))
		all = append(all, id)
		if i%4 != 3 {
			made(id, "G-SUBCONTRACT", -60-5*(i%19), i%30, []string{"", "", "repaired"}[i%3])
		}
		if i%5 == 0 {
			made(id, "M-CONDUCT", -30, 2, "")
		}
		if i%7 == 0 {
			made(id, "G-SUBCONTRACT", -100, 1, "")
		}
	}
	now := d.now()
	grade := func() map[uuid.UUID]credit.Score {
		got, err := credit.ScoresAt(t.Context(), d.pool, all, now)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	before := grade()
	mild, harsh, months := -120, -145, 26
	for _, retired := range []bool{false, true} {
		w, err := d.TryChange(d.as(author), credit.WhatIfInput{Entry: "G-SUBCONTRACT", Mild: &mild, Harsh: &harsh, ValidityMonths: &months, Retired: retired})
		if err != nil {
			t.Fatal(err)
		}
		// Make it so, in a transaction that is undone.
		tx, err := d.pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sql := `UPDATE credit_record SET points = greatest(least(points, -120), -145), expires_on = CASE WHEN confirmed_at >= now() - interval '26 months' THEN date '2999-01-01' ELSE date '2000-01-01' END WHERE rubric_id = 'G-SUBCONTRACT'`
		if retired {
			sql = `DELETE FROM credit_record WHERE rubric_id = 'G-SUBCONTRACT'`
		}
		if _, err := tx.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		after, err := credit.ScoresAt(t.Context(), tx, all, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		moved, rescored := 0, 0
		matrix := map[[2]credit.Grade]int{}
		for _, id := range all {
			if before[id].Grade != after[id].Grade {
				moved++
				matrix[[2]credit.Grade{before[id].Grade, after[id].Grade}]++
			}
			if before[id].Tenths != after[id].Tenths {
				rescored++
			}
		}
		if moved == 0 || w.Moved != moved || w.Rescored != rescored || len(w.Named) != moved {
			t.Errorf("retired %v: it says %d moved and %d rescored, really %d and %d", retired, w.Moved, w.Rescored, moved, rescored)
		}
		for _, m := range w.Matrix {
			if m.From != m.To && matrix[[2]credit.Grade{m.From, m.To}] != m.Count {
				t.Errorf("%+v, really %v", m, matrix)
			}
		}
		for _, m := range w.Named {
			if m.Name == "" || int(before[m.ID].Tenths) != m.Before || int(after[m.ID].Tenths) != m.After || after[m.ID].Grade != m.To {
				t.Errorf("%+v, really %d to %d", m, before[m.ID].Tenths, after[m.ID].Tenths)
			}
		}
	}
	for id, s := range grade() {
		if s.Tenths != before[id].Tenths {
			t.Error("trying changed a score")
		}
	}
	if _, err := d.TryChange(d.as(d.agent), credit.WhatIfInput{Entry: "G-SUBCONTRACT"}); code(err) != apperr.Forbidden {
		t.Error(err)
	}
}
