package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/notice"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/rules"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// TestWhatIsSaidOfEachStep walks every action there is: who is told, in which words.
func TestWhatIsSaidOfEachStep(t *testing.T) {
	t.Parallel()
	org, author, assignee := uuid.New(), uuid.New(), uuid.New()
	due := time.Date(2026, 11, 27, 0, 0, 0, 0, clock.Shanghai)
	kind := review.Kind{Name: "agency-admission", Label: "机构入驻申请", Review: "agency-submission:review", Form: review.Form{Sections: []review.Section{{Fields: []review.Field{
		{Name: "name", Label: "名称"}, {Name: "people", Label: "人员", Type: review.Rows, Fields: []review.Field{{Name: "idNumber", Label: "身份证号"}}},
	}}}}}
	s := review.Submission{Summary: review.Summary{ID: uuid.New(), Number: "SQ1", KindLabel: kind.Label, Title: "甲公司", RegionCode: "140821", DueAt: &due}, OrgID: &org, Author: author}
	with := func(change func(*review.Submission)) review.Submission { c := s; change(&c); return c }
	told := with(func(c *review.Submission) { c.AssigneeID = &assignee })
	shown := with(func(c *review.Submission) { c.PublicityUntil = &due })
	const authors, reviewers, deciders, one, nobody = "authors", "reviewers", "deciders", "assignee", ""
	for _, c := range []struct {
		a     review.Announcement
		who   string
		title string
		body  string
	}{
		{review.Announcement{Submission: s, Action: review.Submit}, nobody, "", ""},
		{review.Announcement{Submission: told, Action: review.Submit}, one, "待您审核：《甲公司》（机构入驻申请，SQ1）", "审核期限 2026-11-26 24:00。"},
		{review.Announcement{Submission: told, Action: review.Assign}, one, "待您审核：《甲公司》（机构入驻申请，SQ1）", "审核期限 2026-11-26 24:00。"},
		{review.Announcement{Submission: s, Action: review.Escalate}, reviewers, "审核超期：《甲公司》（机构入驻申请，SQ1）", "审核期限 2026-11-26 24:00。至今未办结，请尽快办理或改派。"},
		{review.Announcement{Submission: s, Action: review.FileObjection, Note: "YY1"}, deciders, "收到异议，待答复：《甲公司》（机构入驻申请，SQ1）", "异议编号 YY1。答复前本件不会发布。"},
		{review.Announcement{Submission: s, Action: review.Return, Note: " 补正 ", Reasons: []review.Reason{{Field: "people[1].idNumber", Reason: "校验码不对"}, {Field: "gone", Reason: "x"}}},
			authors, "退回修改：《甲公司》（机构入驻申请，SQ1）", "意见：补正\n人员 第 2 行 身份证号：校验码不对\ngone：x"},
		{review.Announcement{Submission: s, Action: review.Reject, Note: "不符"}, authors, "不予通过：《甲公司》（机构入驻申请，SQ1）", "意见：不符"},
		{review.Announcement{Submission: s, Action: review.Accept}, nobody, "", ""},
		{review.Announcement{Submission: shown, Action: review.Accept}, authors, "审核通过，开始公示：《甲公司》（机构入驻申请，SQ1）", "公示至 2026-11-26 24:00，期满没有成立的异议即发布。"},
		{review.Announcement{Submission: s, Action: review.Publish}, authors, "已发布：《甲公司》（机构入驻申请，SQ1）", ""},
		{review.Announcement{Submission: s, Action: review.Overturn, Note: "异议成立：属实"}, authors, "公示后退回修改：《甲公司》（机构入驻申请，SQ1）", "意见：异议成立：属实"},
		{review.Announcement{Submission: s, Action: review.Withdraw}, nobody, "", ""},
		{review.Announcement{Submission: s, Action: review.Discard}, nobody, "", ""},
	} {
		c.a.Kind = kind
		to, m, ok := announcement(c.a)
		if ok != (c.who != nobody) {
			t.Errorf("%s: told %v", c.a.Action, ok)
			continue
		}
		if !ok {
			continue
		}
		if m.Title != c.title || m.Body != c.body || m.Link != "/workspace/submissions/"+s.ID.String() || strings.Contains(m.Title, "\n") {
			t.Errorf("%s: %q %q", c.a.Action, m.Title, m.Body)
		}
		if got := audience(to, org, author, assignee); got != c.who {
			t.Errorf("%s: to %+v", c.a.Action, to)
		}
	}
	for action := range review.Workflow.Labels { // none was forgotten
		_, _, ok := announcement(review.Announcement{Submission: shown, Kind: kind, Action: action})
		if own := slices.Contains([]review.Action{review.Submit, review.Withdraw, review.Discard}, action); ok == own {
			t.Errorf("%s: told %v", action, ok)
		}
	}
}

func audience(to notice.To, org, author, assignee uuid.UUID) string {
	officials := to.Region == "140821" && to.NotOfOrg == org && len(to.Organisations) == 0
	switch {
	case slices.Equal(to.Organisations, []uuid.UUID{org}) && slices.Equal(to.Persons, []uuid.UUID{author}) && to.Permission == "" && slices.Contains(to.In, authz.AgencyAdmin):
		return "authors"
	case officials && to.Permission == "agency-submission:review" && slices.Equal(to.Roles, []authz.Role{authz.RegionAdmin}):
		return "reviewers"
	case officials && to.Permission == "objection:decide" && len(to.Roles) == 0:
		return "deciders"
	case slices.Equal(to.Persons, []uuid.UUID{assignee}) && to.Permission == "" && len(to.Organisations) == 0:
		return "assignee"
	}
	return "?"
}

// TestDeadlinesFollowRulesAndCalendar: two working days over a weekend, and a region's own
// decision from its day on.
func TestDeadlinesFollowRulesAndCalendar(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	testkit.NewCast(t, pool)
	friday := time.Date(2026, 3, 6, 9, 0, 0, 0, clock.Shanghai)
	ask := func(rule, region string, want int) {
		t.Helper()
		if n, err := workdays(t.Context(), pool, rule, region, friday); err != nil || n != want {
			t.Errorf("%s at %s: %d, %v, want %d", rule, region, n, err, want)
		}
	}
	ask("review.workdays", testkit.County, 2)
	ask("review.publicity_workdays.agency-admission", testkit.County, 3)
	ask("review.publicity_workdays.agency-exit", testkit.County, 0)
	if _, err := rules.Set(t.Context(), pool, rules.Decision{Name: "review.workdays", Region: testkit.County, EffectiveFrom: "2026-03-06", Value: []byte("1"), Reason: "提速", At: friday}); err != nil {
		t.Fatal(err)
	}
	ask("review.workdays", testkit.County, 1)
	ask("review.workdays", testkit.City, 2)
	at, provisional, err := due(t.Context(), pool, friday, 2)
	if want := time.Date(2026, 3, 11, 0, 0, 0, 0, clock.Shanghai); err != nil || provisional || !at.Equal(want) {
		t.Errorf("due %v %v %v", at, provisional, err)
	}
	if _, provisional, err = due(t.Context(), pool, time.Date(2090, 3, 6, 9, 0, 0, 0, clock.Shanghai), 2); err != nil || !provisional {
		t.Errorf("a year nobody has published: %v %v", provisional, err)
	}
	if _, err := workdays(t.Context(), pool, "no.such.rule", testkit.City, friday); err == nil {
		t.Error("a rule that does not exist has a number")
	}
}
