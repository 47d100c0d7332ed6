package agency_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// TestEveryStepOfTheLife walks state × action × side: what the table does not name is
// refused, and what it names leads where domain.md says.
func TestEveryStepOfTheLife(t *testing.T) {
	t.Parallel()
	type step struct {
		from   review.State
		action review.Action
		by     review.By
	}
	want := map[step]review.State{
		{agency.Applicant, agency.Admit, review.Author}: agency.Admitted, {agency.Exited, agency.Admit, review.Author}: agency.Admitted, {agency.Removed, agency.Admit, review.Author}: agency.Admitted,
		{agency.Admitted, agency.Exit, review.Author}: agency.Exited, {agency.Restricted, agency.Exit, review.Author}: agency.Exited, {agency.Suspended, agency.Exit, review.Author}: agency.Exited,
		{agency.Admitted, agency.Restrict, review.Reviewer}: agency.Restricted,
		{agency.Admitted, agency.Suspend, review.Reviewer}:  agency.Suspended, {agency.Restricted, agency.Suspend, review.Reviewer}: agency.Suspended,
		{agency.Restricted, agency.Lift, review.Reviewer}: agency.Admitted, {agency.Suspended, agency.Lift, review.Reviewer}: agency.Admitted,
		{agency.Admitted, agency.Remove, review.Reviewer}: agency.Removed, {agency.Restricted, agency.Remove, review.Reviewer}: agency.Removed,
		{agency.Suspended, agency.Remove, review.Reviewer}: agency.Removed, {agency.Exited, agency.Remove, review.Reviewer}: agency.Removed,
		{agency.Restricted, agency.EndTerm, review.Clock}: agency.Admitted, {agency.Suspended, agency.EndTerm, review.Clock}: agency.Admitted,
	}
	allowed := 0
	for from := range agency.Workflow.States {
		for action := range agency.Workflow.Labels {
			for _, by := range []review.By{review.Author, review.Reviewer, review.Clock} {
				to, err := agency.Workflow.Next(from, action, by)
				if expected, ok := want[step{from, action, by}]; ok {
					allowed++
					if err != nil || to != expected {
						t.Errorf("%s %s by %s: %s, %v; want %s", from, action, by, to, err, expected)
					}
				} else if code(err) != apperr.Conflict {
					t.Errorf("%s %s by %s leads to %s, %v", from, action, by, to, err)
				}
			}
		}
	}
	if allowed != len(want) || len(agency.Workflow.Steps) != len(want) {
		t.Errorf("%d of %d steps, the table has %d", allowed, len(want), len(agency.Workflow.Steps))
	}
}

func TestAChangeStartsFromWhatIsPublished(t *testing.T) {
	t.Parallel()
	s := setup(t)
	before := s.admitted()
	d := s.must(s.Start(s.as(s.colleague), review.StartInput{Kind: "agency-change"})) // whose colleague uploaded the papers
	if len(d.Changes) != 1 || d.Changes[0].Path != "committed" {
		t.Errorf("a change begins with differences: %+v", d.Changes)
	}
	c := d.Content
	c["phone"], c["committed"] = "0359-4029999", true
	q := c["qualifications"].([]any)[0].(map[string]any)
	q["validTo"] = s.on(800)
	c["qualifications"] = append(c["qualifications"].([]any), row{"name": "工程设计资质", "certificateNo": "A1", "issuer": "省厅", "scan": s.file.String(), "carries": []any{design}, "rowId": uuid.NewString()})
	c["items"] = []any{survey, design}
	d = s.must(s.Save(s.as(s.colleague), review.SaveInput{ID: d.ID, Version: d.Version, Content: c}))
	d = s.act(s.colleague, d, review.Submit)
	var paths []string
	for _, ch := range s.must(s.Get(s.as(s.operator), d.ID)).Changes {
		paths = append(paths, ch.Path)
	}
	for _, want := range []string{"phone", "items", "qualifications[0].validTo", "qualifications[1]"} {
		if !slices.Contains(paths, want) {
			t.Errorf("the diff leaves out %s: %v", want, paths)
		}
	}
	if slices.Contains(paths, "practitioners[0].idNumber") || slices.Contains(paths, "agentPhone") {
		t.Errorf("an unchanged secret is told as changed: %v", paths)
	}
	ids := `SELECT array_agg(id::text ORDER BY id) FROM agency_qualification`
	had := one[[]string](s, ids)
	s.act(s.operator, d, review.Accept)
	a := s.get(ourUSCC)
	if a.ID != before.ID || a.Phone != "0359-4029999" || len(a.Qualifications) != 2 || len(a.Items) != 2 || a.AdmittedOn != before.AdmittedOn {
		t.Errorf("%+v", a)
	}
	if have := one[[]string](s, ids); !slices.Contains(have, had[0]) {
		t.Error("the certificate that stayed lost its identity")
	}
	if one[int](s, `SELECT count(*) FROM practitioner WHERE id_digest = $1`, s.vault.Digest(agency.FieldPersonDigest, idNumber)) != 1 {
		t.Error("the practitioner's number did not survive")
	}
}

// TestARowNamesOnlyItsOwnRecord: whatever a row calls itself, it takes no other agency's
// certificate.
func TestARowNamesOnlyItsOwnRecord(t *testing.T) {
	t.Parallel()
	s := setup(t)
	other := s.imported("91140802MA0TETA01B")
	stolen := one[string](s, `SELECT id::text FROM agency_qualification WHERE agency_id = $1`, other)
	c := s.filled(ourUSCC)
	c["qualifications"].([]any)[0].(row)["rowId"] = stolen
	s.through(s.author, s.operator, s.drafted(s.author, review.StartInput{Kind: "agency-admission"}, c))
	if n := one[int](s, `SELECT count(*) FROM agency_qualification WHERE id::text = $1 AND agency_id = $2`, stolen, other); n != 1 {
		t.Error("the other agency lost its certificate")
	}
}

// proposed is a measure proposed by that official.
func (s *stage) proposed(by *authz.Actor, kind string, change review.Content) review.Detail {
	s.t.Helper()
	a := s.get(ourUSCC)
	d := s.must(s.Start(s.as(by), review.StartInput{Kind: kind, Subject: uuid.MustParse(a.ID)}))
	return s.must(s.Save(s.as(by), review.SaveInput{ID: d.ID, Version: d.Version,
		Content: with(with(d.Content, review.Content{"reason": "出具虚假报告，已查实", "basis": "平台规则第十条"}), change)}))
}

func TestRemovalIsProposedByOneAndConfirmedByAnother(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.admitted()
	d := s.proposed(s.officer, "agency-removal", review.Content{"veto": "false_report"})
	if d.Content["barMonths"] != 12.0 {
		t.Errorf("the rule's months are not proposed: %v", d.Content["barMonths"])
	}
	d = s.must(s.Save(s.as(s.officer), review.SaveInput{ID: d.ID, Version: d.Version, Content: with(d.Content, review.Content{"barMonths": 6.0})}))
	s.refused(s.officer, d, "barMonths")
	d = s.must(s.Save(s.as(s.officer), review.SaveInput{ID: d.ID, Version: d.Version, Content: with(d.Content, review.Content{"barMonths": 14.0})}))
	d = s.act(s.officer, d, review.Submit)
	for name, a := range map[string]*authz.Actor{"the proposer": s.officer, "the agency": s.author} {
		if _, err := s.Act(s.as(a), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Accept}); err == nil {
			t.Errorf("confirmed by %s", name)
		}
	}
	s.act(s.operator, d, review.Accept)
	a := s.get(ourUSCC) // never a silent 404
	if a.State != "removed" || a.StateReason == "" {
		t.Fatalf("%s %q", a.State, a.StateReason)
	}
	if p, err := s.public.List(t.Context(), agency.Filter{}); err != nil || p.Total != 0 {
		t.Errorf("the removed are listed: %d, %v", p.Total, err)
	}

	// Re-entry is refused until the bar ends, then allowed.
	again := s.drafted(s.author, review.StartInput{Kind: "agency-admission"}, s.filled(ourUSCC))
	until := one[string](s, `SELECT until::text FROM agency_bar`)
	if words := s.refused(s.author, again, "uscc"); !strings.Contains(words, until) {
		t.Errorf("does not say until when: %q", words)
	}
	if want := one[string](s, `SELECT ($1::date + interval '14 months')::date::text`, s.on(0)); until != want {
		t.Errorf("barred until %s, want %s", until, want)
	}
	s.exec(`UPDATE agency_bar SET until = $1::date`, s.on(0)) // its last day
	s.refused(s.author, again, "uscc")
	s.exec(`UPDATE agency_bar SET until = $1::date`, s.on(-1))
	s.through(s.author, s.operator, again)
	if a = s.get(ourUSCC); a.State != "admitted" || a.StateReason != "" {
		t.Errorf("%s %q", a.State, a.StateReason)
	}
}

func TestSanctionBarsAndIsListedForItsTerm(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.admitted()
	s.act(s.operator, s.act(s.officer, s.proposed(s.officer, "agency-sanction", review.Content{"from": s.on(0), "until": s.on(30)}), review.Submit), review.Accept)
	s.act(s.officer, s.act(s.operator, s.proposed(s.operator, "agency-honour", review.Content{"from": s.on(0), "until": s.on(10), "reason": "评价优秀"}), review.Submit), review.Accept)
	for list, want := range map[agency.List]int{agency.Sanction: 1, agency.Honour: 1, "": 2} {
		p, err := s.public.Listings(t.Context(), agency.ListingFilter{List: list})
		if err != nil || p.Total != want || len(p.Items) != want {
			t.Errorf("%s: %d, %v", list, p.Total, err)
		}
	}
	if a := s.get(ourUSCC); len(a.Listings) != 2 || a.State != "admitted" {
		t.Errorf("%+v", a.Listings)
	}
	if one[bool](s, `SELECT bool_or(proposer = confirmer OR proposer IS NULL) FROM agency_listing`) {
		t.Error("one person proposed and confirmed")
	}
	s.pass(31)
	if p, err := s.public.Listings(t.Context(), agency.ListingFilter{}); err != nil || p.Total != 0 {
		t.Errorf("listed beyond the term: %d, %v", p.Total, err)
	}
	if p, err := s.public.Listings(t.Context(), agency.ListingFilter{Past: true}); err != nil || p.Total != 2 || p.Items[0].InForce {
		t.Errorf("the past is not kept: %+v, %v", p.Items, err)
	}
	_, err := s.public.Listings(t.Context(), agency.ListingFilter{List: "grey"})
	if code(err) != apperr.Invalid {
		t.Errorf("%v", err)
	}
}

// TestATermEndsByItselfAndLeavingDoesNotEndIt: a suspension is over the day after its
// last, with no job; who leaves in it stays out for the rest of it.
func TestATermEndsByItselfAndLeavingDoesNotEndIt(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.admitted()
	total := func() int {
		t.Helper()
		p, err := s.public.List(t.Context(), agency.Filter{Region: testkit.County})
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.public.Counts(t.Context())
		if err != nil || c.Admitted != p.Total {
			t.Errorf("%d listed, %d counted, %v", p.Total, c.Admitted, err)
		}
		return p.Total
	}
	d := s.proposed(s.officer, "agency-suspension", review.Content{"until": s.on(-1)})
	s.refused(s.officer, d, "until")
	d = s.must(s.Save(s.as(s.officer), review.SaveInput{ID: d.ID, Version: d.Version, Content: with(d.Content, review.Content{"until": s.on(5)})}))
	s.act(s.operator, s.act(s.officer, d, review.Submit), review.Accept)
	if a := s.get(ourUSCC); a.State != "suspended" || a.StateUntil != s.on(5) || total() != 0 {
		t.Errorf("%s until %s, %d listed", a.State, a.StateUntil, total())
	}
	s.pass(5)
	if total() != 0 {
		t.Error("listed on the last day of its suspension")
	}
	s.pass(6)
	if a := s.get(ourUSCC); a.State != "admitted" || a.StateUntil != "" || total() != 1 {
		t.Errorf("%s until %q, %d listed", a.State, a.StateUntil, total())
	}
	s.pass(0)
	if _, err := s.Start(s.as(s.officer), review.StartInput{Kind: "agency-restriction", Subject: uuid.MustParse(s.get(ourUSCC).ID)}); code(err) != apperr.Conflict {
		t.Errorf("a suspended agency is restricted: %v", err)
	}

	d = s.must(s.Start(s.as(s.author), review.StartInput{Kind: "agency-exit"}))
	d = s.must(s.Save(s.as(s.author), review.SaveInput{ID: d.ID, Version: d.Version, Content: with(d.Content, review.Content{"reason": "业务调整", "noRunningBusiness": true})}))
	s.through(s.author, s.operator, d)
	if a := s.get(ourUSCC); a.State != "exited" {
		t.Errorf("%s", a.State)
	}
	again := s.drafted(s.author, review.StartInput{Kind: "agency-admission"}, s.filled(ourUSCC))
	if words := s.refused(s.author, again, "uscc"); !strings.Contains(words, s.on(5)) {
		t.Errorf("%q", words)
	}
}

func TestExitAsksThatNothingIsLeftUndone(t *testing.T) {
	t.Parallel()
	s := setup(t)
	if _, err := s.Start(s.as(s.author), review.StartInput{Kind: "agency-exit"}); code(err) != apperr.Conflict {
		t.Errorf("an applicant exits: %v", err)
	}
	s.admitted()
	d := s.drafted(s.author, review.StartInput{Kind: "agency-exit"}, review.Content{"uscc": ourUSCC, "name": "河东测绘有限公司", "reason": "业务调整", "noRunningBusiness": false})
	s.refused(s.author, d, "noRunningBusiness")
	d = s.must(s.Save(s.as(s.author), review.SaveInput{ID: d.ID, Version: d.Version, Content: with(d.Content, review.Content{"noRunningBusiness": true})}))
	s.through(s.author, s.second, d)
	again := s.drafted(s.author, review.StartInput{Kind: "agency-admission"}, s.filled(ourUSCC)) // no bar follows from leaving
	s.through(s.author, s.operator, again)
	if a := s.get(ourUSCC); a.State != "admitted" {
		t.Errorf("%s", a.State)
	}
}
