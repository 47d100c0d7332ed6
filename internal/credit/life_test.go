package credit_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// TestEveryStepOfARecord walks state × action × side: what the table does not name is
// refused, and what it names leads where domain.md says.
func TestEveryStepOfARecord(t *testing.T) {
	t.Parallel()
	type step struct {
		from   review.State
		action review.Action
		by     review.By
	}
	want := map[step]review.State{
		{credit.Proposed, credit.Notify, credit.ByProposer}: credit.Notified, {credit.Proposed, credit.Withdraw, credit.ByProposer}: credit.Withdrawn,
		{credit.Notified, credit.Defend, credit.ByAgency}: credit.Defended, {credit.Notified, credit.Withdraw, credit.ByProposer}: credit.Withdrawn,
		{credit.Notified, credit.Confirm, credit.ByConfirmer}: credit.Confirmed, {credit.Notified, credit.Withdraw, credit.ByConfirmer}: credit.Withdrawn,
		{credit.Defended, credit.Withdraw, credit.ByProposer}: credit.Withdrawn, {credit.Defended, credit.Confirm, credit.ByConfirmer}: credit.Confirmed,
		{credit.Defended, credit.Withdraw, credit.ByConfirmer}: credit.Withdrawn, {credit.Confirmed, credit.Publish, review.Clock}: credit.Published,
		{credit.Published, credit.Expire, review.Clock}: credit.Expired, {credit.Published, credit.Repair, credit.ByConfirmer}: credit.Repaired,
		{credit.Published, credit.Overturn, credit.ByConfirmer}: credit.Overturned, {credit.Expired, credit.Overturn, credit.ByConfirmer}: credit.Overturned,
		{credit.Repaired, credit.Overturn, credit.ByConfirmer}: credit.Overturned,
	}
	allowed := 0
	for from := range credit.Workflow.States {
		for action := range credit.Workflow.Labels {
			for _, by := range []review.By{credit.ByProposer, credit.ByAgency, credit.ByConfirmer, review.Clock, review.Author, review.Reviewer} {
				to, err := credit.Workflow.Next(from, action, by)
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
	if allowed != len(want) || len(credit.Workflow.Steps) != len(want) {
		t.Errorf("%d of %d steps, the table has %d", allowed, len(want), len(credit.Workflow.Steps))
	}
}

// TestARecordFromProposalToScore: the agency is told and heard, another confirms, and from
// that moment it counts; every step is in its course and, once public, in the log.
func TestARecordFromProposalToScore(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	paper, evidence := d.file(d.agent), d.file(d.officer)
	tenths := -90
	r := d.must(d.Propose(d.as(d.officer), credit.ProposeInput{Agency: d.ours, Rubric: "G-SUBCONTRACT", Tenths: &tenths, Facts: "把勘测转给了别家完成", Source: "日常检查", Files: []uuid.UUID{evidence}}))
	if r.State != credit.Notified || r.DefenceUntil == nil || r.Tenths != -90 || !strings.HasPrefix(r.TimeLeft, "还剩 ") || slices.Contains(r.AllowedActions, credit.Confirm) || r.WhyNot == "" {
		t.Fatalf("%+v", r)
	}
	if len(d.told) != 1 || d.told[0].Organisation != d.org || len(d.log) != 0 {
		t.Errorf("told %+v, log %+v", d.told, d.log)
	}
	// Not before the agency was heard, nor by whoever proposed it.
	if _, err := d.Confirm(d.as(d.other), credit.ConfirmInput{ID: r.ID, Note: "事实清楚"}); code(err) != apperr.Conflict || !strings.Contains(err.Error(), "申辩期") {
		t.Errorf("confirmed unheard: %v", err)
	}
	seen := d.must(d.Record(d.as(d.agent), r.ID))
	if !slices.Equal(seen.AllowedActions, []review.Action{credit.Defend}) || !seen.Awaits || seen.Course[0].By != "" || len(seen.Files) != 1 {
		t.Errorf("the agency sees %+v", seen)
	}
	r = d.must(d.Defend(d.as(d.agent), credit.DefendInput{ID: r.ID, Text: "只是设备租用，并未转包", Files: []uuid.UUID{paper}}))
	if _, err := d.Defend(d.as(d.agent), credit.DefendInput{ID: r.ID, Text: "再说一遍不是转包"}); code(err) != apperr.Conflict {
		t.Errorf("heard twice: %v", err)
	}
	if err := d.ReadFile(d.as(d.other), paper, "a.pdf"); err != nil {
		t.Error(err)
	}
	for _, who := range []*authz.Actor{d.stranger, d.elsewhere} {
		if err := d.ReadFile(d.as(who), paper, "a.pdf"); code(err) != apperr.NotFound {
			t.Errorf("%s read the paper: %v", who.Name, err)
		}
	}
	if _, err := d.Confirm(d.as(d.officer), credit.ConfirmInput{ID: r.ID, Note: "事实清楚"}); code(err) != apperr.Forbidden {
		t.Errorf("the proposer confirmed: %v", err)
	}
	harsher, milder := -100, -70
	if _, err := d.Confirm(d.as(d.other), credit.ConfirmInput{ID: r.ID, Tenths: &harsher, Note: "事实清楚，予以认定"}); !slices.Equal(fieldsOf(err), []string{"tenths"}) {
		t.Errorf("harsher than proposed: %v", err)
	}
	if d.tenths() != 950 {
		t.Error("counts before it is confirmed")
	}
	r = d.must(d.Confirm(d.as(d.other), credit.ConfirmInput{ID: r.ID, Tenths: &milder, Note: "情节较轻，按较轻的认定"}))
	if r.State != credit.Published || r.Tenths != -70 || r.ProposedTenths != -90 || d.tenths() != 880 {
		t.Fatalf("%+v, score %d", r, d.tenths())
	}
	if want := lastDayAfter(*r.ConfirmedAt, 24); r.ExpiresOn != want {
		t.Errorf("counts until %s, want %s", r.ExpiresOn, want)
	}
	var course []review.Action
	for _, e := range r.Course {
		course = append(course, e.Action)
	}
	if !slices.Equal(course, []review.Action{credit.Notify, credit.Defend, credit.Confirm, credit.Publish}) || len(d.log) != 1 || d.log[0].Subject != r.ID {
		t.Errorf("course %v, log %+v", course, d.log)
	}
	rating, err := d.public.Of(t.Context(), uscc, "")
	if err != nil || len(rating.Records) != 1 || rating.Records[0].Facts != "把勘测转给了别家完成" || rating.Records[0].Tenths != -70 {
		t.Errorf("%+v, %v", rating.Records, err)
	}
}

func lastDayAfter(at time.Time, months int) string {
	return clock.DayAfter(at.In(clock.Shanghai).AddDate(0, months, 0), -1)
}

// TestTwoConfirmAtOnce: one wins, the other is told so, and the record counts once.
func TestTwoConfirmAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for range 5 {
		r := d.propose(d.officer, "M-CONDUCT")
		d.endTerm(r.ID)
		before := d.tenths()
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, who := range []*authz.Actor{d.other, d.city} {
			wg.Go(func() {
				_, errs[i] = d.Confirm(d.as(who), credit.ConfirmInput{ID: r.ID, Note: "事实清楚，予以认定"})
			})
		}
		wg.Wait()
		won := slices.IndexFunc(errs, func(err error) bool { return err == nil })
		if won < 0 || code(errs[1-won]) != apperr.Conflict {
			t.Fatalf("%v", errs)
		}
		if after := d.tenths(); after != before-20 {
			t.Errorf("%d, then %d", before, after)
		}
		if n := ask[int](d, `SELECT count(*) FROM credit_record_event WHERE record_id = $1 AND action = 'confirm'`, r.ID); n != 1 {
			t.Errorf("confirmed %d times", n)
		}
	}
}

// TestDefenceHasItsTerm: until the last moment and not after.
func TestDefenceHasItsTerm(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.propose(d.officer, "M-CONDUCT")
	d.endTerm(r.ID)
	if _, err := d.Defend(d.as(d.agent), credit.DefendInput{ID: r.ID, Text: "已经改正并告知业主"}); code(err) != apperr.Conflict || !strings.Contains(err.Error(), "截止") {
		t.Errorf("late: %v", err)
	}
	seen := d.must(d.Record(d.as(d.agent), r.ID))
	if len(seen.AllowedActions) != 0 || seen.TimeLeft != "已到期" {
		t.Errorf("%+v", seen)
	}
	// An honour waits for nobody.
	h := d.propose(d.officer, "H-COMMENDED")
	if _, err := d.Defend(d.as(d.agent), credit.DefendInput{ID: h.ID, Text: "我们不要这个表彰"}); code(err) != apperr.Conflict {
		t.Errorf("against an honour: %v", err)
	}
	if h = d.must(d.Confirm(d.as(d.other), credit.ConfirmInput{ID: h.ID, Note: "属实，予以认定"})); h.Tenths != 10 || d.tenths() != 960 {
		t.Errorf("%+v, %d", h, d.tenths())
	}
}

// TestOthersRecordsAreHidden: another agency, another county and a visitor are told that
// there is no such record; the agency itself until it is told.
func TestOthersRecordsAreHidden(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.propose(d.officer, "M-CONDUCT")
	for _, who := range []*authz.Actor{d.stranger, d.elsewhere} {
		ctx := d.as(who)
		_, err := d.Record(ctx, r.ID)
		if code(err) != apperr.NotFound {
			t.Errorf("%s: %v", who.Name, err)
		}
		for name, act := range map[string]func() error{
			"confirm": func() error {
				_, err := d.Confirm(ctx, credit.ConfirmInput{ID: r.ID, Note: "事实清楚"})
				return err
			},
			"defend": func() error {
				_, err := d.Defend(ctx, credit.DefendInput{ID: r.ID, Text: "与我们无关的事"})
				return err
			},
			"withdraw": func() error { _, err := d.Withdraw(ctx, r.ID, "没有这回事的"); return err },
			"notify":   func() error { _, err := d.Notify(ctx, r.ID, ""); return err },
		} {
			if err := act(); code(err) != apperr.NotFound && code(err) != apperr.Forbidden {
				t.Errorf("%s may %s: %v", who.Name, name, err)
			}
		}
		for _, view := range []string{credit.RecordsAll, credit.RecordsQueue, credit.RecordsOurs} {
			if p, err := d.Records(ctx, credit.RecordFilter{View: view}); err != nil || len(p.Items) != 0 {
				t.Errorf("%s lists %d of %s: %v", who.Name, len(p.Items), view, err)
			}
		}
	}
	if _, err := d.Record(context.Background(), r.ID); code(err) != apperr.NotFound {
		t.Error(err)
	}
	if _, err := d.Propose(d.as(d.elsewhere), credit.ProposeInput{Agency: d.ours, Rubric: "M-CONDUCT", Facts: "查明的事实", Source: "检查"}); code(err) != apperr.Forbidden {
		t.Errorf("proposed beyond his county: %v", err)
	}
	// What the platform proposed waits for an official; the agency does not yet know.
	buyer := d.cast.Person("业主", testkit.In(authz.PurchaserAgent, d.org))
	err := db.InTx(t.Context(), d.pool, func(tx db.Tx) error {
		ok, err := credit.ProposeTx(t.Context(), tx, credit.Proposal{Agency: d.ours, Proposer: buyer.Person, Rubric: credit.AwardRefused, Facts: "中选后拒签合同", Source: "采购", At: time.Now()})
		if !ok {
			t.Error("not proposed")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ours, err := d.Records(d.as(d.agent), credit.RecordFilter{View: credit.RecordsOurs})
	if err != nil || len(ours.Items) != 1 {
		t.Fatalf("%+v, %v", ours, err)
	}
	queue, err := d.Records(d.as(d.other), credit.RecordFilter{View: credit.RecordsQueue})
	if err != nil || len(queue.Items) != 1 || queue.Items[0].State != credit.Proposed || !queue.Items[0].Awaits {
		t.Fatalf("%+v, %v", queue, err)
	}
	taken := d.must(d.Notify(d.as(d.other), queue.Items[0].ID, ""))
	d.endTerm(taken.ID)
	if _, err := d.Confirm(d.as(d.other), credit.ConfirmInput{ID: taken.ID, Note: "事实清楚"}); code(err) != apperr.Forbidden {
		t.Errorf("whoever had the agency told confirmed: %v", err)
	}
	if r := d.must(d.Confirm(d.as(d.officer), credit.ConfirmInput{ID: taken.ID, Note: "事实清楚，予以认定"})); r.Tenths != -60 {
		t.Errorf("%+v", r)
	}
}

// TestWhatIsProposedIsChecked names the field at fault.
func TestWhatIsProposedIsChecked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	good := credit.ProposeInput{Agency: d.ours, Rubric: "M-CONDUCT", Facts: "服务不规范，经提醒仍未改正", Source: "检查"}
	tenths := func(n int) *int { return &n }
	for field, spoil := range map[string]func(*credit.ProposeInput){
		"agencyId":   func(in *credit.ProposeInput) { in.Agency = uuid.New() },
		"rubric":     func(in *credit.ProposeInput) { in.Rubric = "M-NONE" },
		"tenths":     func(in *credit.ProposeInput) { in.Tenths = tenths(-51) },
		"facts":      func(in *credit.ProposeInput) { in.Facts = "电话 13800138000 的人没有到场" },
		"source":     func(in *credit.ProposeInput) { in.Source = "" },
		"decidedOn":  func(in *credit.ProposeInput) { in.DecidedOn = "2999-01-01" },
		"documentNo": func(in *credit.ProposeInput) { in.Document = "x" },
		"files":      func(in *credit.ProposeInput) { in.Files = []uuid.UUID{d.file(d.agent)} },
	} {
		in := good
		spoil(&in)
		if _, err := d.Propose(d.as(d.officer), in); code(err) != apperr.Invalid || !slices.Contains(fieldsOf(err), field) {
			t.Errorf("%s: %v %v", field, err, fieldsOf(err))
		}
	}
	// One that has no account here must have been told in another way.
	d.exec(`UPDATE agency SET organisation_id = NULL WHERE id = $1`, d.ours)
	if _, err := d.Propose(d.as(d.other), good); !slices.Equal(fieldsOf(err), []string{"served"}) {
		t.Errorf("%v", err)
	}
	good.Served = "2026 年 3 月 1 日邮寄送达"
	if r := d.must(d.Propose(d.as(d.other), good)); r.Served == "" || r.Veto {
		t.Errorf("%+v", r)
	}
}

// TestWithdrawnNeverCounts: taken back by its proposer, or not upheld by another.
func TestWithdrawnNeverCounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, who := range []*authz.Actor{d.officer, d.other} {
		r := d.propose(d.officer, "M-CONDUCT")
		if _, err := d.Withdraw(d.as(who), r.ID, "短"); !slices.Equal(fieldsOf(err), []string{"reason"}) {
			t.Error(err)
		}
		r = d.must(d.Withdraw(d.as(who), r.ID, "查明不是这家机构所为"))
		if r.State != credit.Withdrawn || len(r.AllowedActions) != 0 || d.tenths() != 950 {
			t.Errorf("%+v", r)
		}
		if _, err := d.Confirm(d.as(d.city), credit.ConfirmInput{ID: r.ID, Note: "事实清楚"}); code(err) != apperr.Conflict {
			t.Error(err)
		}
	}
}

// TestTermsEndOnTheirDay: a term of months ends the day before the same day of the month,
// or with the month; expiry is the day after, whether anybody wrote it down or not.
func TestTermsEndOnTheirDay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.published("M-CONDUCT", 0)
	d.exec(`UPDATE credit_record SET expires_on = (now() AT TIME ZONE 'Asia/Shanghai')::date WHERE id = $1`, r.ID)
	if r = d.must(d.Record(d.as(d.other), r.ID)); r.State != credit.Published || d.tenths() != 930 {
		t.Errorf("on its last day: %s, %d", r.State, d.tenths())
	}
	d.exec(`UPDATE credit_record SET expires_on = (now() AT TIME ZONE 'Asia/Shanghai')::date - 1 WHERE id = $1`, r.ID)
	if r = d.must(d.Record(d.as(d.other), r.ID)); r.State != credit.Expired || d.tenths() != 950 {
		t.Errorf("the day after: %s, %d", r.State, d.tenths())
	}
}

// TestLastDays: whatever the day and the months, the term's last day comes before its
// first day plus one month more, and a term of n and one of m more is one of n + m but for
// the ends of months.
func TestLastDays(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		at, err := time.ParseInLocation(time.DateOnly, s, clock.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{{"2024-03-01", 12, "2025-02-28"}, {"2024-01-31", 1, "2024-02-29"}, {"2023-01-31", 1, "2023-02-28"}, {"2024-02-29", 12, "2025-02-28"}, {"2024-12-31", 2, "2025-02-28"}, {"2024-05-15", 3, "2024-08-14"}} {
		if got := credit.LastDay(day(c.from), c.months); got != c.want {
			t.Errorf("%s + %d: %s, want %s", c.from, c.months, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		from := time.Date(2020, 1, 1, 0, 0, 0, 0, clock.Shanghai).AddDate(0, 0, rapid.IntRange(0, 4000).Draw(t, "day"))
		n := rapid.IntRange(1, 120).Draw(t, "months")
		last := credit.LastDay(from, n)
		if last <= clock.Day(from.AddDate(0, n-1, 0).AddDate(0, 0, -3)) || last >= clock.Day(from.AddDate(0, n, 3)) || last >= credit.LastDay(from, n+1) || last > credit.LastDay(from.AddDate(0, 0, 1), n) {
			t.Fatalf("%s + %d: %s", clock.Day(from), n, last)
		}
	})
}
