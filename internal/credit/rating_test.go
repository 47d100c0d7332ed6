package credit

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/ledongthuc/pdf"
	"pgregory.net/rapid"

	"zjcs/internal/agency"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/page"
)

// TestEveryTenthIsExplained: what single evaluations are worth comes to their part, for any
// set of them.
func TestEveryTenthIsExplained(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, clock.Shanghai)
	orgs := []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
	rapid.Check(t, func(t *rapid.T) {
		var all []spoken
		var list []Evaluation
		star := rapid.IntRange(1, 5)
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			e := spoken{ID: uuid.New()}
			e.Evaluation = Evaluation{Org: rapid.SampledFrom(orgs).Draw(t, "org"), Quality: star.Draw(t, "q"), Timeliness: star.Draw(t, "t"), Fee: star.Draw(t, "f"), Conduct: star.Draw(t, "c"), Attitude: star.Draw(t, "a")}
			e.At = now.AddDate(0, -rapid.IntRange(0, 30).Draw(t, "months"), 0)
			all = append(all, e)
			if !e.At.Before(windowFrom(now)) {
				list = append(list, e.Evaluation)
			}
		}
		shown := shownEvaluations(all, now)
		if len(shown) != len(list) {
			t.Fatalf("%d shown of %d", len(shown), len(list))
		}
		sum := 0.0
		for _, e := range shown {
			p, err := strconv.ParseFloat(e.Points, 64)
			if err != nil {
				t.Fatal(err)
			}
			sum += p
		}
		want := float64(Of(Basis{Evaluations: list}).Evaluations) / 10
		if off := math.Abs(sum - want); off > 0.05+0.0006*float64(len(list)) {
			t.Fatalf("evaluations come to %.3f, the part is %.1f", sum, want)
		}
	})
}

func TestLeaving(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		happened := time.Unix(rapid.Int64Range(1_600_000_000, 2_000_000_000).Draw(t, "at"), 0)
		end := leaves(happened)
		if windowFrom(end.Add(-time.Second)).After(happened) || !windowFrom(end).After(happened) {
			t.Fatalf("%v counts until %v", happened, end)
		}
		if !end.Equal(clock.Midnight(end.Add(-time.Second))) {
			t.Fatalf("%v leaves by day: %v", happened, end)
		}
	})
}

func TestRatingOfADay(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	of := m.agency()
	person := uuid.New()
	m.exec(`INSERT INTO organisation (id, kind, name, region_code) VALUES ($1, 'natural_person', '欧阳小明', '140821')`, person)
	m.stars(of, person, 5, m.now)
	r1 := m.record(of, "G-01", -150, m.now)
	m.record(of, "G-01", -150, m.now)
	day := clock.Day(m.now)
	before, err := m.svc.Of(t.Context(), of.String(), "")
	if err != nil {
		t.Fatal(err)
	}
	if before.Grade != C || before.Text != "66.7" || len(before.Effects) != 1 || before.Effects[0].Label != "限制参加随机选取" || before.Sampling != 100 || before.GradedOn != day {
		t.Errorf("%+v", before)
	}
	sum := 0
	for _, p := range before.Parts {
		sum += p.Tenths
	}
	if sum != before.Tenths || before.Evaluations[0].Purchaser == "欧阳小明" || before.Evaluations[0].Points != "1.667" || before.Evaluations[0].Weight != "1" {
		t.Errorf("%d %+v", sum, before.Evaluations)
	}
	if n := len(before.Trend); n != 25 || before.Trend[n-1].Text != "66.7" || before.Trend[0].Text != "95.0" {
		t.Errorf("%d points: %+v", n, before.Trend)
	}
	if len(before.Changes) != 3 || before.Changes[0].Why != "监管记录 -15.0" || before.Changes[2].Why != "业主评价 +1.7" {
		t.Errorf("%+v", before.Changes)
	}
	m.pass(40)
	m.end(of, r1, "overturned_at")
	after, err := m.svc.Of(t.Context(), of.String(), "")
	if err != nil || after.Grade != B || len(after.Effects) != 0 || after.Sampling != 20 {
		t.Errorf("%+v, %v", after, err)
	}
	// The past day is as it was, and says what came of it.
	then, err := m.svc.Of(t.Context(), of.String(), day)
	if err != nil || then.Text != "66.7" || then.Grade != C || len(then.Records) != 2 || len(then.Effects) != 1 || !strings.Contains(then.Note, "不改变那一天的得分") {
		t.Fatalf("%+v, %v", then, err)
	}
	said := then.Records[0].Later + then.Records[1].Later
	if said != "后于 "+clock.Day(m.now)+" 撤销" {
		t.Errorf("%q", said)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.svc.PublicURL = "https://market.example"
	of := m.agency()
	m.record(of, "G-01", -150, m.now)
	m.record(of, "M-01", -50, m.now)
	r, err := m.svc.Report(t.Context(), of.String(), "")
	if err != nil || r.Rating.Grade != B || r.VerifyURL != "https://market.example/credit/"+of.String()+"/report?number="+r.Number {
		t.Fatalf("%+v, %v", r, err)
	}
	raw, err := m.svc.Paper(t.Context(), of.String(), r.Number)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := pdf.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := doc.Page(1).GetPlainText(nil)
	if err != nil {
		t.Fatal(err)
	}
	text = strings.Join(strings.Fields(text), "")
	for _, want := range []string{"信用报告", r.Number, "B，75.0分", "逾期交付", "基础分95.0", "合计75.0"} {
		if !strings.Contains(text, strings.ReplaceAll(want, " ", "")) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	m.pass(1)
	m.record(of, "S-01", -300, m.now)
	again, err := m.svc.Paper(t.Context(), of.String(), r.Number)
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("the report of a moment changed with what came later: %v", err)
	}
	other := m.agency()
	for _, bad := range []string{"XY20200101000000-" + r.Rating.USCC, "XY29990101000000-" + r.Rating.USCC, "XX", "XY-", "XY20260105093000", r.Number + "X", "20260105093000-" + r.Rating.USCC, "'"} {
		if _, err := m.svc.Report(t.Context(), of.String(), bad); apperr.CodeOf(err) != apperr.NotFound {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := m.svc.Report(t.Context(), other.String(), r.Number); apperr.CodeOf(err) != apperr.NotFound {
		t.Error("a report of one agency is good for another")
	}
}

func TestListsAndRankings(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	item := uuid.New()
	m.exec(`INSERT INTO service_item (id, code, name, sector, legal_basis, basis_strength, required_qualification, result_document, entrusting_parties, self_prepare, fee_type, fee_reference, time_limit, notes, unverified_fields, batch_id)
		SELECT $1, 'ZJ0001', '测绘', '自然资源', '{}', 'direct', '', '', '{applicant}', 'no', '', '', '', '', '{}', id FROM import_batch LIMIT 1`, item)
	var all []uuid.UUID
	for i := range 30 {
		of := m.agency()
		all = append(all, of)
		m.exec(`UPDATE agency SET region_code = CASE WHEN $2 % 2 = 0 THEN '140821' END WHERE id = $1`, of, i)
		m.exec(`INSERT INTO agency_item (item_id, agency_id) VALUES ($1, $2)`, item, of)
		if i%3 == 0 {
			m.record(of, "G-01", Points(-60-10*(i%5)), m.now)
		}
	}
	m.exec(`UPDATE agency SET state = 'exited' WHERE id = $1`, all[29])
	seen := map[string]bool{}
	last := math.MaxInt
	for cursor := ""; ; {
		got, err := m.svc.List(t.Context(), Filter{Request: page.Request{Limit: 7, Cursor: cursor}})
		if err != nil || got.Total != 29 {
			t.Fatal(got.Total, err)
		}
		for _, r := range got.Items {
			if seen[r.AgencyID] || r.Tenths > last {
				t.Fatalf("%+v out of order", r)
			}
			seen[r.AgencyID], last = true, r.Tenths
		}
		if cursor = got.NextCursor; cursor == "" {
			break
		}
	}
	if len(seen) != 29 {
		t.Fatalf("%d listed", len(seen))
	}
	for name, c := range map[string]struct {
		f Filter
		n int
	}{
		"grade":     {Filter{Grade: B}, 10},
		"county":    {Filter{Region: "140821"}, 15},
		"city":      {Filter{Region: "140800"}, 15},
		"outside":   {Filter{Region: agency.Outside}, 14},
		"item":      {Filter{Item: "ZJ0001"}, 29},
		"all three": {Filter{Item: "ZJ0001", Region: "140821", Grade: B}, 5},
	} {
		got, err := m.svc.List(t.Context(), c.f)
		if err != nil || got.Total != c.n {
			t.Errorf("%s: %d, %v", name, got.Total, err)
		}
	}
	for field, f := range map[string]Filter{"grade": {Grade: "E"}, "region": {Region: "999999"}, "item": {Item: "ZJ9999"}, "cursor": {Request: page.Request{Cursor: "!"}}} {
		if _, err := m.svc.List(t.Context(), f); apperr.CodeOf(err) != apperr.Invalid {
			t.Errorf("%s: %v", field, err)
		}
	}
	got, err := m.svc.Rank(t.Context(), "ZJ0001", "")
	if err != nil || got.N != 0 || got.Left != 29 || got.Refusal == "" || len(got.Items) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	for i := range 4 { // two of them alike
		for k := range 3 {
			m.stars(all[i], m.buyers[k], []int{5, 4, 4, 2}[i], m.now)
		}
	}
	got, err = m.svc.Rank(t.Context(), "ZJ0001", "")
	if err != nil || got.N != 4 || got.Left != 25 || got.Refusal != "" {
		t.Fatalf("%+v, %v", got, err)
	}
	ranks := ""
	for _, r := range got.Items {
		ranks += fmt.Sprint(r.Rank, ":", r.Text, " ")
	}
	if ranks != "1:95.0 1:95.0 3:92.8 4:78.5 " {
		t.Errorf("%s", ranks)
	}
	if got, err = m.svc.Rank(t.Context(), "ZJ0001", agency.Outside); err != nil || got.N != 2 || got.Refusal == "" || got.RegionName != "市外" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := m.svc.Rank(t.Context(), "", ""); apperr.CodeOf(err) != apperr.Invalid {
		t.Error(err)
	}
}
