package procurement

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// desk is the stage with the review engine in front of it.
type desk struct {
	*engine
	review   *review.Service
	buyer    context.Context
	operator context.Context
}

func newDesk(t testing.TB) *desk {
	e := newEngine(t)
	d := &desk{engine: e, buyer: testkit.As(t, e.buyerPerson), operator: testkit.As(t, e.cast.Person("审核", testkit.At(authz.Operator, testkit.County)))}
	workdays := func(_ context.Context, _ db.Querier, rule, _ string, _ time.Time) (int, error) {
		if strings.HasPrefix(rule, "review.publicity") {
			return 0, nil
		}
		return 3, nil
	}
	e.Workdays = workdays
	d.review = review.New(review.Deps{Pool: e.pool, Vault: e.Vault, Policy: e.Policy, Workdays: workdays, Due: e.Due,
		Announce: func(context.Context, db.Tx, review.Announcement) error { return nil }}, e.Kinds()...)
	e.firm("", free)
	e.firm("", free)
	e.firm("", free)
	return d
}

// right is a notice without a fault.
func right() review.Content {
	at := func(days int) string {
		return time.Now().AddDate(0, 0, days).Truncate(time.Second).Format(time.RFC3339)
	}
	return review.Content{
		"items": []any{free}, "projectName": "热力站改造", "region": testkit.County, "fund": "own", "contact": "王工", "contactPhone": "0359-2660000", "complaintPhone": "0359-2660001",
		"scope": "编制节能报告", "result": "节能报告三份", "daysCeiling": float64(20), "delivery": "纸质和电子", "payment": "验收后 30 日内一次付清",
		"pricing": "quoted", "ceilingFen": float64(1_000_000), "method": "lowest_price", "deadline": at(10), "selectionAt": at(11),
		"algorithm": "sha256", "sourceKind": "drand", "fallbackKind": "lottery", "fallbackGame": "双色球", "fallbackIssue": "2026150", "fallbackDate": time.Now().AddDate(0, 0, 13).Format(time.DateOnly), "fallbackHours": float64(24),
	}
}

func with(c review.Content, more review.Content) review.Content {
	out := maps.Clone(c)
	maps.Copy(out, more)
	return out
}

// start drafts a submission of that kind.
func (d *desk) start(kind string, subject uuid.UUID, c review.Content) review.Detail {
	d.t.Helper()
	sub, err := d.review.Start(d.buyer, review.StartInput{Kind: kind, Subject: subject})
	if err != nil {
		d.t.Fatal(err)
	}
	sub, err = d.review.Save(d.buyer, review.SaveInput{ID: sub.ID, Version: sub.Version, Content: c})
	if err != nil {
		d.t.Fatalf("%v %+v", err, fieldsOf(err))
	}
	return sub
}

func (d *desk) act(ctx context.Context, sub review.Detail, a review.Action) (review.Detail, error) {
	return d.review.Act(ctx, review.ActInput{ID: sub.ID, Version: sub.Version, Action: a})
}

// published takes a notice through the reviewed door.
func (d *desk) published(c review.Content) Procurement {
	d.t.Helper()
	sub, err := d.act(d.buyer, d.start("procurement-notice", uuid.Nil, c), review.Submit)
	if err != nil {
		d.t.Fatalf("%v %+v", err, fieldsOf(err))
	}
	if sub, err = d.act(d.operator, sub, review.Accept); err != nil {
		d.t.Fatalf("%v %+v", err, fieldsOf(err))
	}
	return d.load(*sub.SubjectID)
}

// TestNoticeIsPublished through review alone, with its key, its round and its line in the
// log; those who could bid are told.
func TestNoticeIsPublished(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := d.published(right())
	if p.State != Open || p.Number == "" || p.Recipient == "" || p.Purchaser == "" || !p.Deadline.Equal(p.Terms.Deadline) {
		t.Errorf("%+v", p)
	}
	if at := quicknet.TimeOf(p.Terms.Source.Round); !at.After(p.SelectionAt) || at.Sub(p.SelectionAt) > quicknet.Period {
		t.Errorf("round at %s, selection at %s", at, p.SelectionAt)
	}
	if len(d.logged) != 1 || d.logged[0].Kind != "procurement-notice" || d.logged[0].Subject != p.ID {
		t.Errorf("logged %+v", d.logged)
	}
	if n := len(d.told); n != 1 || len(d.told[0].Agencies) != 3 {
		t.Errorf("told %+v", d.told)
	}
	d.mustBid(d.firm("", free), p, 900_000)
	// Two notices of one purchaser are under way at once.
	one, two := d.start("procurement-notice", uuid.Nil, right()), d.start("procurement-notice", uuid.Nil, right())
	if one.ID == two.ID {
		t.Error("a second notice replaced the first")
	}
}

// TestNoticeFaults: each thing that is wrong is told at its field, and nothing is published.
// TestAPersonIsNotLogged: what can never be taken back has of a purchaser who is a natural
// person what the public is shown, his surname (个人信息保护法 第47条).
func TestAPersonIsNotLogged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.exec(`UPDATE organisation SET kind = 'natural_person', name = '欧阳建国' WHERE id = $1`, d.stage.buyer)
	p := d.published(right())
	body, err := json.Marshal(d.logged[0].Body)
	if err != nil || p.Purchaser != "欧阳建国" || strings.Contains(string(body), "欧阳建国") || !strings.Contains(string(body), "欧**国") {
		t.Errorf("purchaser %q, logged %s, %v", p.Purchaser, body, err)
	}
	var course string
	if err := d.pool.QueryRow(t.Context(), `SELECT data::text FROM procurement_event WHERE procurement_id = $1 AND action = 'publish'`, p.ID).Scan(&course); err != nil || strings.Contains(course, "建国") {
		t.Errorf("in the course %s, %v", course, err)
	}
}

func TestNoticeFaults(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	at := func(hours int) string { return time.Now().Add(time.Duration(hours) * time.Hour).Format(time.RFC3339) }
	d.exec(`INSERT INTO service_item (id, code, name, sector, legal_basis, basis_strength, required_qualification, result_document, entrusting_parties, self_prepare, fee_type, fee_reference, time_limit, notes, unverified_fields, batch_id)
		VALUES (gen_random_uuid(), 'ZJ9001', '没有依据的报告', '住房城乡建设', '{}', 'none', '无', '', '{applicant}', 'no', '', '', '', '', '{}', $1)`, d.batch)
	for name, c := range map[string]struct {
		field string
		more  review.Content
	}{
		"an item that is not":           {"items[0]", review.Content{"items": []any{"ZJ0999"}}},
		"demanded without a basis":      {"items[0]", review.Content{"items": []any{"ZJ9001"}, "approval": "SP0001"}},
		"nobody could bid":              {"fewReason", review.Content{"items": []any{drawing}}},
		"a certificate too many":        {"qualifications[0].name", review.Content{"qualificationRule": "all", "qualifications": []any{map[string]any{"name": "建筑装修装饰资质"}}}},
		"firms from here alone":         {"scope", review.Content{"scope": "须在运城市注册的机构"}},
		"works done here":               {"practitioners", review.Content{"practitioners": "具有本市业绩"}},
		"project code":                  {"projectCode", review.Content{"projectCode": "2026-1"}},
		"fiscal money above the limit":  {"ceilingFen", review.Content{"fund": "fiscal", "ceilingFen": float64(100_000_000)}},
		"fiscal money without a limit":  {"ceilingFen", review.Content{"fund": "fiscal", "ceilingFen": float64(0)}},
		"a share of everything":         {"fiscalPercent", review.Content{"fund": "mixed", "fiscalPercent": float64(100)}},
		"floor above ceiling":           {"floorFen", review.Content{"floorFen": float64(2_000_000)}},
		"random with quotes":            {"pricing", review.Content{"method": "random"}},
		"lowest of a fixed price":       {"pricing", review.Content{"pricing": "fixed", "priceFen": float64(1)}},
		"an even panel":                 {"experts", review.Content{"method": "panel", "experts": float64(4), "priceWeight": float64(30), "techWeight": float64(50), "creditWeight": float64(20), "deadline": at(24 * 12), "selectionAt": at(24 * 13)}},
		"weights that are not all":      {"techWeight", review.Content{"method": "panel", "experts": float64(3), "priceWeight": float64(30), "techWeight": float64(50), "creditWeight": float64(10), "deadline": at(24 * 12), "selectionAt": at(24 * 13)}},
		"price weighs too much":         {"priceWeight", review.Content{"method": "panel", "experts": float64(3), "priceWeight": float64(70), "techWeight": float64(20), "creditWeight": float64(10), "deadline": at(24 * 12), "selectionAt": at(24 * 13)}},
		"more drawn than kept":          {"keep", review.Content{"method": "credit_weighted", "keep": float64(2), "shortlist": float64(3)}},
		"direct with fiscal money":      {"directGround", review.Content{"method": "direct", "fund": "fiscal", "directUscc": "91350100M000100Y43", "directGround": "non_fiscal", "directReason": "理由"}},
		"failed twice, without a proof": {"directGround", review.Content{"method": "direct", "directUscc": "91350100M000100Y43", "directGround": "failed_twice", "directReason": "理由"}},
		"sign-up of a day":              {"deadline", review.Content{"deadline": at(24)}},
		"selected before the deadline":  {"selectionAt", review.Content{"selectionAt": at(24 * 9)}},
		"the same source twice":         {"fallbackKind", review.Content{"fallbackKind": "drand"}},
		"a lottery already drawn":       {"fallbackDate", review.Content{"fallbackDate": time.Now().Format(time.DateOnly)}},
		"a fallback never":              {"fallbackHours", review.Content{"fallbackHours": float64(0)}},
		"another's failure":             {"previous", review.Content{"previous": uuid.NewString()}},
		"nothing said":                  {"scope", review.Content{"scope": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			sub := d.start("procurement-notice", uuid.Nil, with(right(), c.more))
			_, err := d.act(d.buyer, sub, review.Submit)
			found := false
			for _, f := range fieldsOf(err) {
				found = found || strings.HasSuffix(f.Name, c.field)
			}
			if !found {
				t.Errorf("want %s: %v %+v", c.field, err, fieldsOf(err))
			}
		})
	}
	var n int
	d.scan(`SELECT count(*) FROM procurement`, nil, &n)
	if n != 0 {
		t.Errorf("%d were published", n)
	}
}

// TestWhoMayPublish: a verified purchaser, never who submitted it, and not once the time
// left is too short.
func TestWhoMayPublish(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	stranger := d.cast.Organisation("enterprise", "未核验的企业", testkit.County)
	if _, err := d.review.Start(testkit.As(t, d.cast.Person("无名", testkit.In(authz.PurchaserAdmin, stranger))), review.StartInput{Kind: "procurement-notice"}); apperr.CodeOf(err) != apperr.Conflict {
		t.Errorf("an unverified purchaser: %v", err)
	}
	sub, err := d.act(d.buyer, d.start("procurement-notice", uuid.Nil, right()), review.Submit)
	if err != nil {
		t.Fatal(err)
	}
	own := testkit.As(t, d.cast.Person("两顶帽子", testkit.At(authz.Operator, testkit.County), testkit.In(authz.PurchaserAgent, d.stage.buyer)))
	if _, err := d.act(own, sub, review.Accept); err == nil {
		t.Error("reviewed by its own people")
	}
	// The review took so long that sign-up would be too short.
	soon := time.Now().Add(time.Hour).Format(time.RFC3339)
	d.exec(`UPDATE submission SET content = content || jsonb_build_object('deadline', $2::text) WHERE id = $1`, sub.ID, soon)
	_, err = d.act(d.operator, sub, review.Accept)
	if err == nil || !strings.Contains(err.Error(), "报名时间") {
		t.Errorf("published too late: %v", err)
	}
	var n int
	d.scan(`SELECT count(*) FROM procurement`, nil, &n)
	if n != 0 {
		t.Error("half published")
	}
}

// TestAmendment: what changes what is bid for asks for new bids and the whole time anew;
// what does not, keeps both.
func TestAmendment(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := d.published(right())
	early := d.firm("", free)
	d.mustBid(early, p, 900_000)

	amend := func(more review.Content) error {
		sub, err := d.review.Start(d.buyer, review.StartInput{Kind: "procurement-amendment", Subject: p.ID})
		if err != nil {
			return err
		}
		if sub, err = d.review.Save(d.buyer, review.SaveInput{ID: sub.ID, Version: sub.Version, Content: with(sub.Content, more)}); err != nil {
			return err
		}
		if sub, err = d.act(d.buyer, sub, review.Submit); err != nil {
			return err
		}
		_, err = d.act(d.operator, sub, review.Accept)
		return err
	}
	if err := amend(review.Content{"contact": "李工"}); err != nil {
		t.Fatalf("%v %+v", err, fieldsOf(err))
	}
	if got := d.load(p.ID); got.TermsVersion != 2 || got.AnswerVersion != 1 || !got.Deadline.Equal(p.Deadline) || got.Terms.Contact != "李工" {
		t.Errorf("%+v", got)
	}
	if err := amend(review.Content{"deadline": time.Now().AddDate(0, 0, 8).Format(time.RFC3339)}); err == nil {
		t.Error("the deadline came nearer")
	}
	d.exec(`UPDATE submission SET state = 'withdrawn' WHERE kind = 'procurement-amendment' AND state <> 'published'`)
	if err := amend(review.Content{"ceilingFen": float64(950_000)}); err != nil {
		t.Fatalf("%v %+v", err, fieldsOf(err))
	}
	if got := d.load(p.ID); got.TermsVersion != 3 || got.AnswerVersion != 3 || got.Terms.CeilingFen != 950_000 {
		t.Errorf("%+v", got)
	}
	for _, f := range d.firms(2) {
		d.mustBid(f, d.load(p.ID), 900_000)
	}
	other := d.cast.Organisation("enterprise", "别家业主", testkit.County)
	if _, err := d.review.Start(testkit.As(t, d.cast.Person("别家", testkit.In(authz.PurchaserAdmin, other))), review.StartInput{Kind: "procurement-amendment", Subject: p.ID}); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("another's notice: %v", err)
	}
	d.exec(`UPDATE procurement SET published_at = '2023-08-20', deadline = $2::timestamptz - interval '1 minute', selection_at = $2::timestamptz - interval '1 second',
		terms = jsonb_set(terms, '{source,round}', '1000') WHERE id = $1`, p.ID, quicknet.TimeOf(1000))
	if err := amend(review.Content{"contact": "赵工"}); err == nil {
		t.Error("amended after the deadline")
	}
	d.tick()
	for _, b := range d.bids(p.ID) {
		if stale := b.Agency == early.id; stale != (b.Reason == reasonStale) || stale != (b.Number == 0) {
			t.Errorf("%s: %s", b.AgencyName, b.Reason)
		}
	}
}

// TestWithdrawalAndQuestions: until the deadline, by the purchaser; who asked is never told.
func TestWithdrawalAndQuestions(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := d.published(right())
	f := d.firm("", free)
	agent := testkit.As(t, f.agent)
	if _, err := d.Ask(agent, p.ID, uuid.Nil, "请打 13800138000 联系我"); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("a telephone in public: %v", err)
	}
	q, err := d.Ask(agent, p.ID, uuid.Nil, "成果需要几份？")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Answer(agent, p.ID, q.ID, "我自己来答复"); err == nil {
		t.Error("an agency answered")
	}
	for _, answer := range []string{"纸质三份", "更正：纸质五份"} {
		if err := d.Answer(d.buyer, p.ID, q.ID, answer+"，电子一份"); err != nil {
			t.Fatal(err)
		}
	}
	list, err := d.Questions(t.Context(), p.ID)
	doc, jsonErr := json.Marshal(list)
	if err != nil || jsonErr != nil || len(list) != 1 || !strings.Contains(list[0].Answer, "五份") || strings.Contains(string(doc), f.id.String()) || strings.Contains(string(doc), f.org.String()) {
		t.Errorf("%s %v", doc, err)
	}
	if got := d.actions(p.ID); got != "publish answer answer" {
		t.Error(got)
	}
	d.mustBid(f, p, 900_000)
	if err := d.WithdrawNotice(d.buyer, p.ID, "不做了"); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	if err := d.WithdrawNotice(agent, p.ID, "项目取消，不再需要委托"); err == nil {
		t.Error("an agency withdrew it")
	}
	if err := d.WithdrawNotice(d.buyer, p.ID, "项目取消，不再需要委托"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.bid(f, p, 800_000); err == nil {
		t.Error("a bid for a withdrawn notice")
	}
	if _, err := d.Ask(agent, p.ID, uuid.Nil, "还做不做？请答复"); apperr.CodeOf(err) != apperr.Conflict {
		t.Errorf("asked after the end: %v", err)
	}
	var opened int
	d.scan(`SELECT count(*) FROM bid`, nil, &opened)
	if opened != 0 {
		t.Error("a withdrawal opened bids")
	}
	p = d.published(right())
	d.exec(`UPDATE procurement SET published_at = now() - interval '9 days', deadline = now() - interval '1 second' WHERE id = $1`, p.ID)
	if err := d.WithdrawNotice(d.buyer, p.ID, "项目取消，不再需要委托"); apperr.CodeOf(err) != apperr.Conflict {
		t.Errorf("withdrawn after the deadline: %v", err)
	}
}

// TestFailedTwice: the first failure is repeated by its method, the second may be direct.
func TestFailedTwice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	direct := review.Content{"method": "direct", "directGround": "failed_twice", "directUscc": "91350100M000100Y43", "directReason": "两次流标"}
	p := d.published(right())
	for round := 1; round <= 2; round++ {
		d.exec(`UPDATE procurement SET published_at = now() - interval '9 days', deadline = now() - interval '1 second' WHERE id = $1`, p.ID)
		d.tick()
		if p = d.load(p.ID); p.State != Failed || p.Round != round {
			t.Fatalf("%s %d", p.State, p.Round)
		}
		sub, err := d.review.Start(d.buyer, review.StartInput{Kind: "procurement-notice", Subject: p.ID})
		if err != nil {
			t.Fatal(err)
		}
		if sub.Content["previous"] != p.ID.String() || sub.Content["projectName"] != "热力站改造" || sub.Content["deadline"] != nil {
			t.Fatalf("copied %+v", sub.Content)
		}
		c := with(right(), review.Content{"previous": p.ID.String()})
		tryDirect := d.start("procurement-notice", uuid.Nil, with(c, direct))
		_, err = d.act(d.buyer, tryDirect, review.Submit)
		if refused := len(fieldsOf(err)) > 0; refused != (round == 1) {
			t.Errorf("direct after %d failures: %v %+v", round, err, fieldsOf(err))
		}
		if round == 1 {
			p = d.published(c)
		}
	}
}

// TestAnyContentIsJudged: nothing that a form lets a draft hold breaks the judging.
func TestAnyContentIsJudged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	base := right()
	names := make([]string, 0, len(base))
	for n := range base {
		names = append(names, n)
	}
	rapid.Check(t, func(rt *rapid.T) {
		c := with(base, nil)
		for range rapid.IntRange(1, 6).Draw(rt, "changes") {
			name := rapid.SampledFrom(names).Draw(rt, "field")
			if rapid.Bool().Draw(rt, "missing") {
				delete(c, name)
			} else {
				c[name] = rapid.SampledFrom([]any{"", "x", float64(0), float64(1e12), true, []any{}, []any{"ZJ0001"}, nil, "2026-01-02T00:00:00Z", "direct"}).Draw(rt, "value")
			}
		}
		if _, err := d.judgeNotice(t.Context(), d.pool, review.Submission{}, c); err != nil {
			rt.Fatalf("%v: %+v", err, c)
		}
	})
}
