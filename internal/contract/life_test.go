package contract

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/clock"
	"zjcs/internal/procurement"
)

// TestWholeLife: from the award to the last payment, with the procurement moving along, the
// lines in the public log, and the facts in the agency's credit.
func TestWholeLife(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.drafted()
	if d.State != Drafted || d.PriceFen != awardFen || d.Days != 20 || len(d.Terms.Milestones) != 1 || d.Terms.PayDays != 30 || s.state() != "awarded" {
		t.Fatalf("%+v", d.Terms)
	}
	for _, want := range []string{d.Number, "盐湖热力有限公司", "第一咨询院（统一社会信用代码 91350100M000100Y43）", "8,000.00", "锅炉四台", "ZJ0005 节能报告编制：服务成果为节能报告；事项清单载明的时限为20 个工作日；收费方式为市场调节价（待核实）。"} {
		if !strings.Contains(d.Text, want) {
			t.Errorf("the text does not say %q:\n%s", want, d.Text)
		}
	}
	if again := must2(t)(s.Open(s.as(s.firmAgent), s.procurement)); again.ID != d.ID || again.Side != Agency {
		t.Error("the other side drafts a second one")
	}
	terms := d.Terms
	terms.PriceFen, terms.PriceReason, terms.AdvanceFen = 780_000, "双方协商，现场勘查由业主承担", 80_000
	terms.Milestones = []Milestone{{Name: "初稿", Days: 10, PayFen: 300_000}, {Name: "节能报告", Days: 20, PayFen: 400_000}}
	d = must2(t)(s.Edit(s.as(s.firmAgent), EditInput{Contract: d.ID, Version: 1, Terms: terms}))
	d = must2(t)(s.confirm(s.firmAdmin, d))
	if d.State != Drafted || len(d.Confirmations) != 1 || s.toldOf("confirm") != 1 {
		t.Fatalf("%+v", d.Confirmations)
	}
	d = must2(t)(s.confirm(s.buyerAdmin, d))
	if d.State != Signed || s.state() != "contracted" || s.logged("contract-signed") != 1 || s.spent != 2 || d.SignLate {
		t.Fatalf("%s, %s", d.State, s.state())
	}
	d = must2(t)(s.File(s.as(s.firmAgent), FileInput{Contract: d.ID, Files: []uuid.UUID{s.upload(s.firmAgent)}}))
	if d.State != Filed || s.state() != "in_service" || len(d.Document) != 1 || len(d.Document[0].SHA256) != 64 || s.logged("contract-filed") != 1 {
		t.Fatalf("%s, %s", d.State, s.state())
	}
	d = must2(t)(s.Deliver(s.as(s.firmAgent), DeliverInput{Contract: d.ID, Milestone: 2, Files: []uuid.UUID{s.upload(s.firmAgent)}}))
	if s.state() != "delivered" || d.DeliveredAt == nil {
		t.Fatal(s.state())
	}
	_, err := s.Accept(s.as(s.buyerAgent), AnswerDeliveryInput{Contract: d.ID, Delivery: d.latest(2)})
	wants(t, err, apperr.Conflict) // the first milestone is not accepted
	d = must2(t)(s.RequestRevision(s.as(s.buyerAgent), AnswerDeliveryInput{Contract: d.ID, Delivery: d.latest(2), Reason: "缺能耗计算表，请补充"}))
	if s.state() != "in_service" || d.DeliveredAt != nil || d.Milestones[1].State != DeliveryRevision {
		t.Fatal(s.state())
	}
	d = must2(t)(s.Deliver(s.as(s.firmAgent), DeliverInput{Contract: d.ID, Milestone: 1, Files: []uuid.UUID{s.upload(s.firmAgent)}}))
	d = must2(t)(s.Accept(s.as(s.buyerAgent), AnswerDeliveryInput{Contract: d.ID, Delivery: d.latest(1)}))
	d = must2(t)(s.Deliver(s.as(s.firmAgent), DeliverInput{Contract: d.ID, Milestone: 2, Files: []uuid.UUID{s.upload(s.firmAgent)}}))
	if got := d.Milestones[1].Deliveries; len(got) != 2 || got[1].Version != 2 {
		t.Fatalf("%+v", got)
	}
	d = must2(t)(s.Accept(s.as(s.buyerAgent), AnswerDeliveryInput{Contract: d.ID, Delivery: d.latest(2), Reason: "符合要求"}))
	if d.State != Completed || s.state() != "accepted" || d.UsedDays == nil || s.logged("contract-accepted") != 1 {
		t.Fatalf("%s, %s", d.State, s.state())
	}
	if f := s.facts(); len(f) != 2 || !f["on_time"] || !f["price_kept"] {
		t.Errorf("facts %v", f)
	}
	d = must2(t)(s.RecordFirstPass(s.as(s.officer), PassInput{Contract: d.ID, Passed: true, Authority: "临猗县发展和改革局", On: clock.Day(time.Now())}))
	if f := s.facts(); !f["first_pass"] || len(d.FirstPass) != 1 {
		t.Errorf("facts %v", f)
	}
	for _, fen := range []int64{80_000, 700_000} {
		d = must2(t)(s.Pay(s.as(s.buyerAgent), PayInput{Contract: d.ID, Fen: fen, On: clock.Day(time.Now()), Files: []uuid.UUID{s.upload(s.buyerAgent)}}))
	}
	for _, p := range d.Payments {
		d = must2(t)(s.ConfirmPayment(s.as(s.firmAgent), AnswerPaymentInput{Contract: d.ID, Payment: p.ID}))
	}
	if d.Money.ConfirmedFen != 780_000 || d.Money.LeftFen != 0 || d.OverdueFen != 0 || len(d.Awaiting) != 0 {
		t.Errorf("%+v", d.Money)
	}
	for _, a := range []*authz.Actor{s.operator, s.officer, s.supervisor} {
		if seen := must2(t)(s.Get(s.as(a), d.Number)); seen.Side != "" || len(seen.Course) < 10 {
			t.Errorf("%s sees %+v", a.Name, seen.Course)
		}
	}
	p, err := s.OfProcurement(t.Context(), s.procurement)
	if err != nil || p.PriceFen != 780_000 || p.SignedFen != 780_000 || p.FiledAt == nil || p.FirstPass == nil || len(p.Lines) < 5 || p.PriceReason == "" {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestACorrectedReview: the earlier record and its fact are struck with the reason, nothing
// is lost.
func TestACorrectedReview(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.completed()
	today := clock.Day(time.Now())
	in := PassInput{Contract: d.ID, Passed: false, Authority: "县发改局", On: today, Note: "能耗指标依据不足"}
	must2(t)(s.RecordFirstPass(s.as(s.officer), in))
	in.Passed = true
	_, err := s.RecordFirstPass(s.as(s.officer), in)
	wants(t, err, apperr.Invalid, "reason")
	in.Reason = "误将补正意见登记为未通过"
	d = must2(t)(s.RecordFirstPass(s.as(s.officer), in))
	if len(d.FirstPass) != 2 || d.FirstPass[0].StruckAt == nil || d.FirstPass[1].StruckAt != nil || !s.facts()["first_pass"] {
		t.Errorf("%+v, %v", d.FirstPass, s.facts())
	}
	var all int
	s.scan(`SELECT count(*) FROM credit_fact WHERE kind = 'first_pass'`, nil, &all)
	if all != 2 {
		t.Errorf("%d facts were ever measured", all)
	}
	_, err = s.RecordFirstPass(s.as(s.operator), in)
	wants(t, err, apperr.Forbidden)
	_, err = s.RecordFirstPass(s.as(s.otherOfficer), in)
	wants(t, err, apperr.NotFound)
}

// TestAnEditEndsEveryConfirmation: what was confirmed is one version, word for word.
func TestAnEditEndsEveryConfirmation(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.drafted()
	first := d
	d = must2(t)(s.confirm(s.firmAdmin, d))
	terms := d.Terms
	terms.Clauses = "甲方提供近三年能耗台账。"
	d = must2(t)(s.Edit(s.as(s.buyerAgent), EditInput{Contract: d.ID, Version: 1, Terms: terms}))
	if d.Version != 2 || len(d.Confirmations) != 0 || d.Hash == first.Hash || len(d.Versions[0].Confirmations) != 1 || d.Versions[0].State != VersionReplaced {
		t.Fatalf("%+v", d.Versions)
	}
	_, err := s.confirm(s.buyerAdmin, first)
	wants(t, err, apperr.Conflict)
	bad := d
	bad.Hash = first.Hash
	_, err = s.confirm(s.buyerAdmin, bad)
	wants(t, err, apperr.Conflict)
	_, err = s.Edit(s.as(s.firmAgent), EditInput{Contract: d.ID, Version: 1, Terms: terms})
	wants(t, err, apperr.Conflict) // written over nobody's work
	d = must2(t)(s.confirm(s.buyerAdmin, d))
	if d.State != Drafted {
		t.Error("one side alone has signed")
	}
	_, err = s.confirm(s.buyerAdmin, d)
	wants(t, err, apperr.Conflict)
	if d = must2(t)(s.Edit(s.as(s.buyerAgent), EditInput{Contract: d.ID, Version: 2, Terms: terms})); d.Version != 2 || len(d.Confirmations) != 1 {
		t.Error("an edit that changes nothing ends a confirmation")
	}
	if d = must2(t)(s.confirm(s.firmAdmin, d)); d.State != Signed {
		t.Error(d.State)
	}
	if _, err := s.pool.Exec(t.Context(), `UPDATE contract_event SET note = 'x'`); err == nil {
		t.Error("the course can be changed")
	}
}

// TestSecondFactor: without it, and with a wrong one, nothing is confirmed; a code is not
// spent on what is refused.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.drafted()
	_, err := s.Confirm(s.as(s.buyerAdmin), ConfirmInput{Contract: d.ID, Version: 1, Hash: d.Hash, Proof: identity.Proof{Code: "000000"}})
	wants(t, err, apperr.Invalid, "code")
	_, err = s.confirm(s.buyerAgent, d)
	wants(t, err, apperr.Forbidden) // the agent works, the admin signs
	_, err = s.Confirm(s.as(s.buyerAdmin), ConfirmInput{Contract: d.ID, Version: 9, Hash: d.Hash, Proof: proof})
	wants(t, err, apperr.Conflict)
	if s.spent != 0 {
		t.Errorf("%d codes are spent on nothing", s.spent)
	}
	if d = must2(t)(s.Get(s.as(s.buyerAdmin), d.ID.String())); len(d.Confirmations) != 0 {
		t.Error("confirmed all the same")
	}
}

// TestTwoConfirmAtOnce: both sides at the same moment sign once; two admins of one side at
// the same moment confirm once.
func TestTwoConfirmAtOnce(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for range 4 {
		s.procurement = s.award(time.Hour)
		d := s.drafted()
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i, a := range []*authz.Actor{s.buyerAdmin, s.firmAdmin, s.buyerAdmin, s.firmAdmin} {
			wg.Go(func() { _, errs[i] = s.confirm(a, d) })
		}
		wg.Wait()
		var failed int
		for _, err := range errs {
			if err != nil {
				failed++
				wants(t, err, apperr.Conflict)
			}
		}
		d = must2(t)(s.Get(s.as(s.buyerAdmin), d.ID.String()))
		if d.State != Signed || failed != 2 || len(d.Confirmations) != 2 || s.state() != "contracted" {
			t.Errorf("%s after %d refusals, %d confirmations, %s", d.State, failed, len(d.Confirmations), s.state())
		}
	}
	if n := s.logged("contract-signed"); n != 4 {
		t.Errorf("%d lines of 4 contracts", n)
	}
}

// TestHalfDoneIsNotDone: where a step fails at its last part, nothing of it is there.
func TestHalfDoneIsNotDone(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.drafted()
	d = must2(t)(s.confirm(s.firmAdmin, d))
	s.exec(`CREATE FUNCTION fail_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$`)
	s.exec(`CREATE TRIGGER fail BEFORE INSERT ON contract_event FOR EACH ROW EXECUTE FUNCTION fail_event()`)
	if _, err := s.confirm(s.buyerAdmin, d); err == nil {
		t.Fatal("the course is full, and it is signed")
	}
	s.exec(`DROP TRIGGER fail ON contract_event`)
	d = must2(t)(s.Get(s.as(s.buyerAdmin), d.ID.String()))
	if d.State != Drafted || len(d.Confirmations) != 1 || s.state() != "awarded" {
		t.Errorf("%s, %d confirmations, %s", d.State, len(d.Confirmations), s.state())
	}
	if d = must2(t)(s.confirm(s.buyerAdmin, d)); d.State != Signed {
		t.Error("it cannot be done again")
	}
}

// TestWhoHasNotSigned: while the agency's word stands the purchaser cannot say that it does
// not sign.
func TestWhoHasNotSigned(t *testing.T) {
	t.Parallel()
	s := setup(t)
	refuse := func(number string) error {
		return s.Procurement.RefuseAward(s.as(s.buyerAdmin), procurement.RefuseInput{Procurement: s.procurement, Number: number, How: procurement.RefusedToSign, Reason: "书面表示不签合同"})
	}
	d := must2(t)(s.confirm(s.firmAdmin, s.drafted()))
	wants(t, refuse(d.AwardNumber), apperr.Conflict)
	terms := d.Terms
	terms.Clauses = "另行约定一条"
	must2(t)(s.Edit(s.as(s.firmAgent), EditInput{Contract: d.ID, Version: d.Version, Terms: terms}))
	if err := refuse(d.AwardNumber); err != nil {
		t.Fatal(err)
	}
	if d = must2(t)(s.Get(s.as(s.firmAgent), d.ID.String())); !d.Void || s.state() != "failed" {
		t.Errorf("%s, %v", s.state(), d.Void)
	}
}

// TestAFallenAward: its draft is void, whatever was confirmed of it.
func TestAFallenAward(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.drafted()
	d = must2(t)(s.confirm(s.firmAdmin, d))
	s.exec(`UPDATE award SET refused_at = now(), refused_by = $2, refusal = 'no_show', refused_reason = '逾期' WHERE procurement_id = $1`, s.procurement, s.buyerAdmin.Person)
	_, err := s.confirm(s.buyerAdmin, d)
	wants(t, err, apperr.Conflict)
	d = must2(t)(s.Get(s.as(s.firmAgent), d.ID.String()))
	if !d.Void || d.StateLabel != "已失效" || len(d.AllowedActions)+len(d.Awaiting) != 0 {
		t.Errorf("%+v", d.AllowedActions)
	}
}

// TestClockOverDatabase: only what both confirm stops it, and what the purchaser examines
// does not count against the agency.
func TestClockOverDatabase(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.filed()
	s.back(d, 28)
	from, until := clock.DayAfter(time.Now(), -14), clock.DayAfter(time.Now(), -7)
	stop := func(a *authz.Actor, from string) (Detail, error) {
		return s.ProposeStop(s.as(a), StopInput{Contract: d.ID, Kind: OwnerPapers, Reason: "能耗台账没有提供", From: from})
	}
	_, err := stop(s.firmAgent, clock.DayAfter(time.Now(), 1))
	wants(t, err, apperr.Invalid, "from")
	_, err = stop(s.firmAgent, clock.DayAfter(time.Now(), -40))
	wants(t, err, apperr.Invalid, "from")
	before := must2(t)(s.Get(s.as(s.firmAgent), d.ID.String())).Clock
	d = must2(t)(stop(s.firmAgent, from))
	if d.Clock.Timing != before.Timing || d.Stops[0].Counts {
		t.Fatalf("unconfirmed, it counts: %+v, %+v", d.Clock, before)
	}
	id := d.Stops[0].ID
	_, err = s.ConfirmStop(s.as(s.firmAgent), AnswerStopInput{Contract: d.ID, Stop: id})
	wants(t, err, apperr.Conflict) // its own
	_, err = stop(s.buyerAgent, from)
	wants(t, err, apperr.Conflict) // of the same kind
	d = must2(t)(s.ConfirmStop(s.as(s.buyerAgent), AnswerStopInput{Contract: d.ID, Stop: id}))
	if d.Clock.Stopped == 0 || d.Clock.Used+d.Clock.Stopped != before.Elapsed || !d.Clock.Standing || d.Clock.DueOn != nil && *d.Clock.DueOn > d.Clock.AsOf {
		t.Fatalf("%+v", d.Clock)
	}
	all := d.Clock.Stopped
	d = must2(t)(s.ProposeResume(s.as(s.firmAgent), AnswerStopInput{Contract: d.ID, Stop: id, Until: until, Reason: "台账已经收到"}))
	if d.Clock.Stopped != all {
		t.Error("a resumption counts before it is confirmed")
	}
	d = must2(t)(s.DeclineResume(s.as(s.buyerAgent), AnswerStopInput{Contract: d.ID, Stop: id, Reason: "台账前一天已经送到"}))
	d = must2(t)(s.ProposeResume(s.as(s.buyerAgent), AnswerStopInput{Contract: d.ID, Stop: id, Until: until, Reason: "台账送到之日"}))
	d = must2(t)(s.ConfirmResume(s.as(s.firmAgent), AnswerStopInput{Contract: d.ID, Stop: id}))
	a, b := day(t, from), day(t, until)
	want := 0
	cal := calendar.Shipped()
	for x := a; x < b; x++ {
		if work, _ := cal.IsWorkday(x); work {
			want++
		}
	}
	if d.Clock.Stopped != want || d.Stops[0].Days != want {
		t.Errorf("%d stopped, want %d", d.Clock.Stopped, want)
	}
	d = must2(t)(s.Deliver(s.as(s.firmAgent), DeliverInput{Contract: d.ID, Milestone: 1, Files: []uuid.UUID{s.upload(s.firmAgent)}}))
	used := d.Clock.Used
	d = must2(t)(s.Accept(s.as(s.buyerAgent), AnswerDeliveryInput{Contract: d.ID, Delivery: d.latest(1)}))
	if *d.UsedDays != used || d.Clock.Used != used || s.facts()["on_time"] != (used <= 20) {
		t.Errorf("%d used, %d kept, facts %v", used, *d.UsedDays, s.facts())
	}
}

// TestLateDelivery is not kept, and stays so when it is delivered anew.
func TestLateDelivery(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.filed()
	s.back(d, 60)
	d = must2(t)(s.Deliver(s.as(s.firmAgent), DeliverInput{Contract: d.ID, Milestone: 1, Files: []uuid.UUID{s.upload(s.firmAgent)}}))
	d = must2(t)(s.Accept(s.as(s.buyerAgent), AnswerDeliveryInput{Contract: d.ID, Delivery: d.latest(1)}))
	if s.facts()["on_time"] || *d.UsedDays <= 20 || !d.Clock.Over {
		t.Errorf("%d of 20 used: %v", *d.UsedDays, s.facts())
	}
}

// TestAmendment: both confirm it, the history stays, and a risen price is a price not kept.
func TestAmendment(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.filed()
	terms := d.Terms
	terms.PriceFen, terms.Days = 900_000, 25
	terms.Milestones = []Milestone{{Name: terms.Milestones[0].Name, Days: 25, PayFen: 900_000}}
	in := AmendInput{Contract: d.ID, Terms: terms, Reason: "新增锅炉两台，工作量增加", Proof: proof}
	_, err := s.Amend(s.as(s.firmAgent), in)
	wants(t, err, apperr.Forbidden)
	bad := in
	bad.Reason = "无"
	_, err = s.Amend(s.as(s.firmAdmin), bad)
	wants(t, err, apperr.Invalid, "reason")
	bad = in
	bad.Terms = d.Terms
	_, err = s.Amend(s.as(s.firmAdmin), bad)
	wants(t, err, apperr.Invalid, "terms")
	d = must2(t)(s.Amend(s.as(s.firmAdmin), in))
	if d.Proposal == nil || d.PriceFen != awardFen || d.Days != 20 {
		t.Fatal("in force before it is confirmed")
	}
	_, err = s.Amend(s.as(s.buyerAdmin), in)
	wants(t, err, apperr.Conflict)
	agree := AnswerAmendmentInput{Contract: d.ID, Version: d.Proposal.Number, Hash: d.Proposal.Hash, Proof: proof}
	_, err = s.AgreeAmendment(s.as(s.firmAdmin), agree)
	wants(t, err, apperr.Conflict) // its own
	d = must2(t)(s.AgreeAmendment(s.as(s.buyerAdmin), agree))
	if d.PriceFen != 900_000 || d.Days != 25 || d.Clock.Promised != 25 || d.Clock.AwardDays != 20 || d.Amendments != 1 || s.logged("contract-amended") != 1 || len(d.Versions) != 2 {
		t.Fatalf("%+v", d.Summary)
	}
	p, err := s.OfProcurement(t.Context(), s.procurement)
	if err != nil || p.SignedFen != awardFen || p.PriceFen != 900_000 || p.AmendedUpwardFen != 100_000 || len(p.Amendments) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	in.Terms.Clauses = "再补充一条"
	d = must2(t)(s.Amend(s.as(s.buyerAdmin), in))
	d = must2(t)(s.DeclineAmendment(s.as(s.firmAgent), AnswerAmendmentInput{Contract: d.ID, Version: d.Proposal.Number, Reason: "没有必要再补充"}))
	if d.Proposal != nil || d.Versions[2].State != VersionDeclined || d.PriceFen != 900_000 {
		t.Errorf("%+v", d.Versions[2])
	}
	d = must2(t)(s.Deliver(s.as(s.firmAgent), DeliverInput{Contract: d.ID, Milestone: 1, Files: []uuid.UUID{s.upload(s.firmAgent)}}))
	must2(t)(s.Accept(s.as(s.buyerAgent), AnswerDeliveryInput{Contract: d.ID, Delivery: d.latest(1)}))
	if f := s.facts(); f["price_kept"] || !f["on_time"] {
		t.Errorf("facts %v", f)
	}
}

// TestPayments: never above the price, not before the signing, not after today; a disputed
// one does not count, and the timer runs from the delivery.
func TestPayments(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.signed()
	today := clock.Day(time.Now())
	pay := func(fen int64, on string) (Detail, error) {
		return s.Pay(s.as(s.buyerAgent), PayInput{Contract: d.ID, Fen: fen, On: on})
	}
	for _, c := range []struct {
		fen       int64
		on, field string
	}{{awardFen + 1, today, "amountFen"}, {0, today, "amountFen"}, {-5, today, "amountFen"}, {1, clock.DayAfter(time.Now(), 1), "on"}, {1, clock.DayAfter(time.Now(), -3), "on"}, {1, "昨天", "on"}} {
		_, err := pay(c.fen, c.on)
		wants(t, err, apperr.Invalid, c.field)
	}
	var wg sync.WaitGroup
	var won sync.Map
	for i := range 4 {
		wg.Go(func() {
			if _, err := pay(500_000, today); err == nil {
				won.Store(i, true)
			}
		})
	}
	wg.Wait()
	n := 0
	won.Range(func(any, any) bool { n++; return true })
	d = must2(t)(s.Get(s.as(s.buyerAgent), d.ID.String()))
	if n != 1 || d.Money.PaidFen != 500_000 {
		t.Fatalf("%d of four payments that together exceed the price, %d paid", n, d.Money.PaidFen)
	}
	id := d.Payments[0].ID
	_, err := s.ConfirmPayment(s.as(s.buyerAgent), AnswerPaymentInput{Contract: d.ID, Payment: id})
	wants(t, err, apperr.Conflict)
	d = must2(t)(s.DisputePayment(s.as(s.firmAgent), AnswerPaymentInput{Contract: d.ID, Payment: id, Reason: "账户没有收到这笔款"}))
	if d.Money.PaidFen != 0 {
		t.Error("a disputed payment counts")
	}
	d = must2(t)(pay(awardFen, today))
	_, err = s.ConfirmPayment(s.as(s.firmAgent), AnswerPaymentInput{Contract: d.ID, Payment: id})
	wants(t, err, apperr.Conflict) // it would be above the price
	d = must2(t)(s.VoidPayment(s.as(s.buyerAgent), AnswerPaymentInput{Contract: d.ID, Payment: id, Reason: "重复登记，予以作废"}))
	if d.Money.PaidFen != awardFen || len(d.Payments) != 2 {
		t.Errorf("%+v", d.Money)
	}
}

// TestLateMoney: due thirty days after the delivery of what was accepted, and what is late
// costs exactly so much.
func TestLateMoney(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.delivered()
	if len(d.Money.Dues) != 1 || d.Money.Dues[0].Certain || d.Money.Dues[0].On == nil {
		t.Fatalf("%+v", d.Money.Dues)
	}
	d = must2(t)(s.Accept(s.as(s.buyerAgent), AnswerDeliveryInput{Contract: d.ID, Delivery: d.latest(1)}))
	if !d.Money.Dues[0].Certain || d.OverdueFen != 0 {
		t.Fatalf("%+v", d.Money)
	}
	s.back(d, 100)
	s.exec(`UPDATE contract_delivery SET submitted_at = submitted_at - interval '40 days', answered_at = answered_at - interval '35 days'`)
	d = must2(t)(s.Get(s.as(s.firmAgent), d.ID.String()))
	if d.Money.OverdueFen != awardFen || d.Money.FenDays != awardFen*10 || d.Money.InterestFen != 4000 || d.OverdueFen != awardFen {
		t.Errorf("%+v", d.Money.Lateness)
	}
	tick := func() int {
		t.Helper()
		if err := s.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s.toldOf(string(ToldPayLate))
	}
	for range 2 {
		if n := tick(); n != 1 {
			t.Errorf("told %d times", n)
		}
	}
}

// TestNoContractWithWhoMayNotServe: a ban in force or a removal on the day keeps the second
// confirmation from signing, says why and until when, and spends no code; what is over, or
// about somebody else, keeps nobody.
func TestNoContractWithWhoMayNotServe(t *testing.T) {
	t.Parallel()
	const uscc = "91350100M000100Y43"
	day := func(n int) string { return clock.DayAfter(time.Now(), n) }
	ban := `INSERT INTO credit_ban (id, kind, uscc, name, law, conduct, authority, document_no, ban_from, ban_until, demo) VALUES (gen_random_uuid(), 'agency', $1, '第一咨询院', '环境影响评价法 第32条', '编制的文件有重大虚假', '某市生态环境局', '环罚 7 号', $2::date, nullif($3, '')::date, true)`
	bar := `INSERT INTO agency_bar (id, uscc, until, reason, submission_id) SELECT gen_random_uuid(), $1, $2::date, '清退：弄虚作假', id FROM submission LIMIT 1`
	removed := `UPDATE agency SET state = 'removed', state_since = current_date, state_reason = '弄虚作假' WHERE uscc = $1`
	for name, tc := range map[string]struct {
		sql   string
		args  []any
		words []string // of the refusal; none: it is signed
	}{
		"banned until":    {ban, []any{uscc, day(-3), day(30)}, []string{"环境影响评价法 第32条", day(30), "环罚 7 号"}},
		"last day":        {ban, []any{uscc, day(-3), day(0)}, []string{day(0)}},
		"banned for life": {ban, []any{uscc, day(0), ""}, []string{"终身"}},
		"ban over":        {ban, []any{uscc, day(-30), day(-1)}, nil},
		"ban to come":     {ban, []any{uscc, day(1), ""}, nil},
		"another's ban":   {ban, []any{"91140800MA0GTXXX5F", day(-3), ""}, nil},
		"barred":          {bar, []any{uscc, day(40)}, []string{"清退", day(40), "弄虚作假"}},
		"bar over":        {bar, []any{uscc, day(-1)}, nil},
		"removed":         {removed, []any{uscc}, []string{"已被清退", "弄虚作假"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			d := s.drafted()
			d = must2(t)(s.confirm(s.firmAdmin, d))
			s.exec(tc.sql, tc.args...)
			got, err := s.confirm(s.buyerAdmin, d)
			if tc.words == nil {
				if err != nil || got.State != Signed {
					t.Fatalf("%s, %v", got.State, err)
				}
				return
			}
			wants(t, err, apperr.Conflict)
			for _, w := range tc.words {
				if err != nil && !strings.Contains(err.Error(), w) {
					t.Errorf("%v does not say %q", err, w)
				}
			}
			if d = must2(t)(s.Get(s.as(s.buyerAdmin), d.ID.String())); d.State != Drafted || len(d.Confirmations) != 1 || s.state() != "awarded" || s.logged("contract-signed") != 0 || s.spent != 1 {
				t.Errorf("%s, %d confirmations, %s, %d codes", d.State, len(d.Confirmations), s.state(), s.spent)
			}
		})
	}
}
