package review_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// stage is a door with one kind, and the people around it.
type stage struct {
	*review.Service
	t         *testing.T
	pool      *pgxpool.Pool
	publicity int
	mu        sync.Mutex
	announced []review.Announcement
	published []review.Content
	refuse    error // what publishing answers

	org                                 uuid.UUID
	author, colleague, stranger         *authz.Actor
	operator, second, elsewhere, double *authz.Actor
}

var form = review.Form{Sections: []review.Section{{Title: "基本信息", Fields: []review.Field{
	{Name: "name", Label: "名称", Type: review.Text, Required: true, Max: 50},
	{Name: "region", Label: "受理区划", Type: review.RegionRef, Required: true},
	{Name: "people", Label: "人员", Type: review.Rows, Min: 1, Max: 10, Fields: []review.Field{
		{Name: "name", Label: "姓名", Type: review.Text, Required: true},
		{Name: "idNumber", Label: "身份证号", Type: review.IDNumber, Required: true, Secret: true},
	}},
}}}}

func setup(t *testing.T) *stage {
	t.Helper()
	pool := testkit.DB(t)
	s := &stage{t: t, pool: pool}
	vault, err := secret.NewVault(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	policy, err := authz.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Service = review.New(review.Deps{
		Pool: pool, Vault: vault, Policy: policy,
		Workdays: func(_ context.Context, _ db.Querier, rule, _ string, _ time.Time) (int, error) {
			if strings.HasPrefix(rule, "review.publicity") {
				return s.publicity, nil
			}
			return 2, nil
		},
		Due: func(_ context.Context, _ db.Querier, from time.Time, n int) (time.Time, bool, error) {
			return from.AddDate(0, 0, n), false, nil
		},
		Announce: func(_ context.Context, _ db.Tx, a review.Announcement) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.announced = append(s.announced, a)
			return nil
		},
	}, review.Kind{
		Name: "agency-admission", Label: "机构入驻", Form: form, Prepare: "agency-submission:prepare", Review: "agency-submission:review", ForOrganisation: true, Subject: "agency",
		Begin: func(context.Context, db.Tx, review.Submission) (uuid.UUID, review.Content, error) {
			return uuid.Nil, review.Content{"region": testkit.County}, nil
		},
		Place: func(_ context.Context, _ db.Querier, _ review.Submission, c review.Content) (review.Place, error) {
			name, _ := c["name"].(string)
			region, _ := c["region"].(string)
			return review.Place{Title: name, Region: region}, nil
		},
		Facts: func(c review.Content) []review.Fact {
			in, err := review.Decode[struct { // as a domain does it: a secret must not be in the way
				Name   string `json:"name"`
				People []struct {
					IDNumber string `json:"idNumber"`
				} `json:"people"`
			}](c)
			if err != nil || in.People[0].IDNumber != "" {
				return nil
			}
			return []review.Fact{{Label: "名称", Value: in.Name}}
		},
		Publish: func(_ context.Context, _ db.Tx, sub review.Submission, c review.Content) (uuid.UUID, error) {
			if s.refuse != nil {
				return uuid.Nil, s.refuse
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.published = append(s.published, c)
			return uuid.Must(uuid.NewV7()), nil
		},
	})
	cast := testkit.NewCast(t, pool)
	s.org = cast.Organisation("agency", "河东测绘有限公司", testkit.County)
	other := cast.Organisation("agency", "别家公司", testkit.County)
	s.author = cast.Person("王经办", testkit.In(authz.AgencyAdmin, s.org))
	s.colleague = cast.Person("赵同事", testkit.In(authz.AgencyAgent, s.org))
	s.stranger = cast.Person("钱外人", testkit.In(authz.AgencyAdmin, other))
	s.operator = cast.Person("李审核", testkit.At(authz.Operator, testkit.City))
	s.second = cast.Person("孙审核", testkit.At(authz.Operator, testkit.County))
	s.elsewhere = cast.Person("周审核", testkit.At(authz.Operator, testkit.OtherCounty))
	s.double = cast.Person("吴两栖", testkit.At(authz.Operator, testkit.City), testkit.In(authz.AgencyAgent, s.org))
	return s
}

const idNumber = "11010519491231002X"

func (s *stage) as(a *authz.Actor) context.Context { return testkit.As(s.t, a) }

func (s *stage) must(d review.Detail, err error) review.Detail {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// submitted is a complete submission awaiting review.
func (s *stage) submitted() review.Detail {
	s.t.Helper()
	d := s.must(s.Start(s.as(s.author), review.StartInput{Kind: "agency-admission"}))
	d = s.must(s.Save(s.as(s.author), review.SaveInput{ID: d.ID, Version: d.Version, Content: review.Content{
		"name": "河东测绘有限公司", "region": testkit.County, "people": []any{map[string]any{"name": "张三", "idNumber": idNumber}}}}))
	return s.must(s.Act(s.as(s.author), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Submit}))
}

func wantCode(t *testing.T, err error, code apperr.Code) {
	t.Helper()
	if err == nil || apperr.CodeOf(err) != code {
		t.Fatalf("got %v, want %s", err, code)
	}
}

func TestReturnedOnceThenPublished(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.submitted()
	if d.State != review.Submitted || d.DueAt == nil || d.RegionCode != testkit.County || d.Title != "河东测绘有限公司" {
		t.Fatalf("%+v", d.Summary)
	}
	got := s.must(s.Get(s.as(s.operator), d.ID))
	if len(got.AllowedActions) != 3 || got.MayEdit {
		t.Fatalf("the operator may %v, edit %v", got.AllowedActions, got.MayEdit)
	}
	_, err := s.Act(s.as(s.operator), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Return})
	wantCode(t, err, apperr.Invalid)
	d = s.must(s.Act(s.as(s.operator), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Return,
		Reasons: []review.Reason{{Field: "people[0].name", Reason: "姓名与证书不一致"}}}))
	if d.State != review.Returned || d.History[1].Reasons[0].Reason != "姓名与证书不一致" {
		t.Fatalf("%+v", d.History)
	}
	d = s.must(s.Act(s.as(s.colleague), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Submit}))
	d = s.must(s.Act(s.as(s.second), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Accept}))
	if d.State != review.Published || len(d.History) != 5 || d.SubjectID == nil {
		t.Fatalf("%s, %+v", d.State, d.History)
	}
	person := s.published[0]["people"].([]any)[0].(map[string]any)
	if person["idNumber"] != idNumber {
		t.Errorf("the domain got %v", person)
	}
}

func TestWhoMayNot(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.submitted()
	accept := review.ActInput{ID: d.ID, Version: d.Version, Action: review.Accept}
	for name, c := range map[string]struct {
		who  *authz.Actor
		code apperr.Code
	}{
		"another agency": {s.stranger, apperr.NotFound}, "another region": {s.elsewhere, apperr.NotFound},
		"the author": {s.author, apperr.Forbidden}, "an operator of the same firm": {s.double, apperr.Forbidden},
	} {
		_, err := s.Act(s.as(c.who), accept)
		if apperr.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, a := range []*authz.Actor{s.stranger, s.elsewhere} {
		if _, err := s.Get(s.as(a), d.ID); apperr.CodeOf(err) != apperr.NotFound {
			t.Errorf("%s reads it: %v", a.Name, err)
		}
		for _, view := range []string{review.ViewMine, review.ViewQueue, review.ViewAll} {
			p, err := s.List(s.as(a), review.Filter{View: view})
			if err != nil || len(p.Items) != 0 || p.Total != 0 {
				t.Errorf("%s lists %s: %d of %d, %v", a.Name, view, len(p.Items), p.Total, err)
			}
		}
	}
	for a, want := range map[*authz.Actor]int{s.operator: 1, s.second: 1, s.double: 0} {
		p, err := s.List(s.as(a), review.Filter{View: review.ViewQueue})
		if err != nil || p.Total != want || len(p.Items) != want {
			t.Errorf("%s: queue of %d, %v", a.Name, p.Total, err)
		}
	}
}

// TestTwoReviewersAtOnce: one wins, the other is told who was first.
func TestTwoReviewersAtOnce(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for range 10 {
		d := s.submitted()
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, a := range []*authz.Actor{s.operator, s.second} {
			wg.Go(func() {
				_, errs[i] = s.Act(s.as(a), review.ActInput{ID: d.ID, Version: d.Version, Action: []review.Action{review.Accept, review.Reject}[i], Note: "理由充分"})
			})
		}
		wg.Wait()
		lost := errs[0]
		if lost == nil {
			lost = errs[1]
		}
		if (errs[0] == nil) == (errs[1] == nil) || apperr.CodeOf(lost) != apperr.Conflict {
			t.Fatalf("%v / %v", errs[0], errs[1])
		}
		if e, _ := apperr.As(lost); !strings.Contains(e.Message, "审核") && !strings.Contains(e.Message, "平台程序") {
			t.Errorf("the loser is told %q", e.Message)
		}
		if _, err := s.pool.Exec(t.Context(), `UPDATE submission SET org_id = NULL WHERE id = $1`, d.ID); err != nil { // room for the next
			t.Fatal(err)
		}
	}
}

func TestSecretsAreSealedMaskedAndLookedAtWithAReason(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.submitted()
	var leaked bool
	if err := s.pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM submission WHERE content::text LIKE '%' || $1 || '%')
		OR EXISTS (SELECT FROM submission_event WHERE content::text LIKE '%' || $1 || '%')
		OR EXISTS (SELECT FROM audit_log a WHERE a::text LIKE '%' || $1 || '%')`, idNumber).Scan(&leaked); err != nil || leaked {
		t.Fatalf("the number lies in the open: %v", err)
	}
	ref := d.Content["people"].([]any)[0].(map[string]any)["idNumber"].(map[string]any)
	if ref["mask"] == idNumber || !strings.Contains(ref["mask"].(string), "*") {
		t.Fatalf("shown as %v", ref)
	}
	_, err := s.Reveal(s.as(s.operator), d.ID, "people[0].idNumber", "")
	wantCode(t, err, apperr.Invalid)
	_, err = s.Reveal(s.as(s.author), d.ID, "people[0].idNumber", "核对证件原件")
	wantCode(t, err, apperr.Forbidden)
	v, err := s.Reveal(s.as(s.operator), d.ID, "people[0].idNumber", "核对证件原件")
	if err != nil || v != idNumber {
		t.Fatalf("%q, %v", v, err)
	}
	var looks int
	if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM audit_log WHERE outcome = 'read' AND person_id = $1 AND summary LIKE '%核对证件原件%'`, s.operator.Person).Scan(&looks); err != nil || looks != 1 {
		t.Errorf("%d looks logged, %v", looks, err)
	}

	// Another submission's reference opens nothing.
	other := s.must(s.Start(s.as(s.stranger), review.StartInput{Kind: "agency-admission"}))
	_, err = s.Save(s.as(s.stranger), review.SaveInput{ID: other.ID, Version: other.Version, Content: review.Content{
		"name": "别家公司", "region": testkit.County, "people": []any{map[string]any{"name": "李四", "idNumber": ref}}}})
	wantCode(t, err, apperr.Invalid)
}

func TestPublicityAndObjections(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.publicity = 3
	d := s.submitted()
	d = s.must(s.Act(s.as(s.operator), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Accept}))
	if d.State != review.Accepted || d.PublicityUntil == nil || len(s.published) != 0 {
		t.Fatalf("%+v", d.Summary)
	}
	shown, err := s.ListPublicity(t.Context(), review.Filter{}.Request)
	if err != nil || shown.Total != 1 || len(shown.Items[0].Facts) != 1 || shown.Items[0].Facts[0].Value != "河东测绘有限公司" {
		t.Fatalf("%+v, %v", shown, err)
	}
	o, err := s.Object(t.Context(), review.ObjectInput{Number: d.Number, Name: "群众甲", Contact: "13800138000", Text: "该机构的测绘资质证书已被吊销，请核实。"})
	if err != nil || o.Number == "" {
		t.Fatal(err)
	}
	end := func() {
		t.Helper()
		if _, err := s.pool.Exec(t.Context(), `UPDATE submission SET publicity_until = now() - interval '1 second' WHERE id = $1`, d.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	end()
	if d = s.must(s.Get(s.as(s.operator), d.ID)); d.State != review.Accepted {
		t.Fatalf("published over an open objection: %s", d.State)
	}
	if _, err := s.Object(t.Context(), review.ObjectInput{Number: d.Number, Name: "群众乙", Contact: "13800138001", Text: "公示结束之后才提出的异议。"}); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("an objection after the end: %v", err)
	}
	_, err = s.Answer(s.as(s.double), review.AnswerInput{ID: o.ID, Answer: "经查证书有效，不成立。"})
	wantCode(t, err, apperr.Forbidden)
	s.must(s.Answer(s.as(s.operator), review.AnswerInput{ID: o.ID, Answer: "经查证书有效，不成立。"}))
	_, err = s.Answer(s.as(s.operator), review.AnswerInput{ID: o.ID, Upheld: true, Answer: "再答一次应被拒绝。"})
	wantCode(t, err, apperr.Conflict)

	// What the domain then refuses goes back with its words.
	s.refuse = apperr.New(apperr.Conflict, "该机构在禁入期内")
	end()
	if d = s.must(s.Get(s.as(s.author), d.ID)); d.State != review.Returned || d.History[len(d.History)-1].Note != "该机构在禁入期内" {
		t.Fatalf("%s %+v", d.State, d.History)
	}
	s.refuse = nil
	d = s.must(s.Act(s.as(s.author), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Submit}))
	d = s.must(s.Act(s.as(s.operator), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Accept}))
	end()
	if d = s.must(s.Get(s.as(s.author), d.ID)); d.State != review.Published {
		t.Fatal(d.State)
	}
}

func TestLateChecksEscalateOnce(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.submitted()
	if _, err := s.pool.Exec(t.Context(), `UPDATE submission SET due_at = now() - interval '1 hour' WHERE id = $1`, d.ID); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := s.Tick(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n := 0
	for _, a := range s.announced {
		if a.Action == review.Escalate {
			n++
		}
	}
	if n != 1 {
		t.Errorf("escalated %d times", n)
	}
	if d = s.must(s.Get(s.as(s.operator), d.ID)); !d.Overdue {
		t.Error("not shown as overdue")
	}
	w, err := s.Workload(s.as(s.operator))
	if err != nil || len(w.Matters) != 1 || w.Matters[0].Overdue != 1 {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestEventsOnlyGrow(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.submitted()
	for _, sql := range []string{`UPDATE submission_event SET note = 'x'`, `DELETE FROM submission_event`, `TRUNCATE submission_event`,
		`UPDATE audit_log SET summary = 'x'`, `DELETE FROM audit_log`, `TRUNCATE audit_log`} {
		if _, err := s.pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s went through", sql)
		}
	}
}

func TestDraftsAreKeptAndRefusalsNameTheField(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.must(s.Start(s.as(s.author), review.StartInput{Kind: "agency-admission"}))
	if again := s.must(s.Start(s.as(s.colleague), review.StartInput{Kind: "agency-admission"})); again.ID != d.ID {
		t.Error("a second draft of one matter")
	}
	if len(d.Missing) == 0 {
		t.Error("nothing is missing from an empty draft")
	}
	_, err := s.Save(s.as(s.author), review.SaveInput{ID: d.ID, Version: d.Version, Content: review.Content{
		"name": "x", "region": testkit.County, "people": []any{map[string]any{"idNumber": "123"}}, "surplus": 1.0}})
	var refusal *apperr.Error
	if !errors.As(err, &refusal) || len(refusal.Fields) != 2 {
		t.Fatalf("%v", err)
	}
	for _, f := range refusal.Fields {
		if f.Name != "content.people[0].idNumber" && f.Name != "content.surplus" {
			t.Errorf("names %s", f.Name)
		}
	}
	_, err = s.Act(s.as(s.author), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Submit})
	wantCode(t, err, apperr.Invalid)
	d = s.must(s.Save(s.as(s.author), review.SaveInput{ID: d.ID, Version: d.Version, Content: review.Content{"name": "河东", "region": testkit.County}}))
	_, err = s.Save(s.as(s.colleague), review.SaveInput{ID: d.ID, Version: d.Version - 1, Content: review.Content{"region": testkit.County}})
	wantCode(t, err, apperr.Conflict)
}
