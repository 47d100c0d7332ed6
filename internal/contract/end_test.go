package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/page"
	"zjcs/internal/review"
)

func (s *stage) proposeEnd(a *authz.Actor, d Detail, how string) (Detail, error) {
	return s.ProposeEnd(s.as(a), EndInput{Contract: d.ID, How: how, Reason: "项目停建，不再需要", Basis: "合同第七条", Proof: proof})
}

// TestTermination: by agreement, by notice with the other side's answer, by silence, and by
// decision.
func TestTermination(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fresh := func() Detail { s.procurement = s.award(time.Hour); return s.filed() }
	ends := func(d Detail) {
		t.Helper()
		d = must2(t)(s.Get(s.as(s.buyerAdmin), d.ID.String()))
		if d.State != Terminated || s.state() != "terminated" || d.EndedReason == "" || d.TerminatedAt == nil {
			t.Errorf("%s, %s, %q", d.State, s.state(), d.EndedReason)
		}
	}
	d := must2(t)(s.proposeEnd(s.buyerAdmin, fresh(), ByAgreement))
	answer := AnswerEndInput{Contract: d.ID, Ending: d.Terminations[0].ID, Reason: "同意，已完成部分另行结算", Proof: proof}
	_, err := s.AgreeEnd(s.as(s.buyerAdmin), answer)
	wants(t, err, apperr.Conflict) // its own
	_, err = s.AgreeEnd(s.as(s.firmAgent), answer)
	wants(t, err, apperr.Forbidden)
	_, err = s.DisputeEnd(s.as(s.firmAgent), answer)
	wants(t, err, apperr.Conflict) // an agreement is declined
	_, err = s.proposeEnd(s.firmAdmin, d, ByAgreement)
	wants(t, err, apperr.Conflict)
	must2(t)(s.AgreeEnd(s.as(s.firmAdmin), answer))
	ends(d)

	d = must2(t)(s.proposeEnd(s.firmAdmin, fresh(), ByAgreement))
	d = must2(t)(s.DeclineEnd(s.as(s.buyerAgent), AnswerEndInput{Contract: d.ID, Ending: d.Terminations[0].ID, Reason: "请继续履行合同"}))
	if d.State != Filed {
		t.Error(d.State)
	}
	d = must2(t)(s.proposeEnd(s.firmAdmin, d, ByNotice))
	d = must2(t)(s.DisputeEnd(s.as(s.buyerAgent), AnswerEndInput{Contract: d.ID, Ending: d.Terminations[1].ID, Reason: "不符合合同约定的条件"}))
	if d.State != Filed || d.Terminations[1].State != EndDisputed {
		t.Error(d.Terminations)
	}
	_, err = s.DecideEnd(s.as(s.operator), DecideInput{Contract: d.ID, Document: "临猗县人民法院 2026 民初 1 号", Reason: "判决解除合同"})
	wants(t, err, apperr.Invalid, "files")
	must2(t)(s.DecideEnd(s.as(s.operator), DecideInput{Contract: d.ID, Document: "临猗县人民法院 2026 民初 1 号", Reason: "判决解除合同", Files: []uuid.UUID{s.upload(s.operator)}}))
	ends(d)

	d = must2(t)(s.proposeEnd(s.buyerAdmin, fresh(), ByNotice))
	tick := func() {
		t.Helper()
		if err := s.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tick()
	if d = must2(t)(s.Get(s.as(s.buyerAdmin), d.ID.String())); d.State != Filed {
		t.Error("a notice takes effect before its time")
	}
	s.exec(`UPDATE contract_termination SET answer_by = now() - interval '1 minute' WHERE contract_id = $1`, d.ID)
	tick()
	ends(d)
	if n := s.logged("contract-terminated"); n != 3 {
		t.Errorf("%d lines of 3 ends", n)
	}
}

// TestReminders: each once; a result that nobody answers is not accepted by silence.
func TestReminders(t *testing.T) {
	t.Parallel()
	s := setup(t)
	tick := func() {
		t.Helper()
		for range 2 {
			if err := s.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	tick()
	late := s.award(-time.Hour)
	tick()
	if s.toldOf(string(ToldSignDue)) != 1 || s.toldOf(string(ToldSignLate)) != 1 {
		t.Errorf("%d due, %d late", s.toldOf(string(ToldSignDue)), s.toldOf(string(ToldSignLate)))
	}
	s.procurement = late
	d := s.signed()
	if !d.SignLate || d.SignBeyondLaw {
		t.Errorf("%+v", d.Summary)
	}
	s.exec(`UPDATE contract SET file_by = now() - interval '1 hour'`)
	tick()
	d = must2(t)(s.File(s.as(s.buyerAgent), FileInput{Contract: d.ID, Files: []uuid.UUID{s.upload(s.buyerAgent)}}))
	if s.toldOf(string(ToldFileLate)) != 1 || !d.FileLate {
		t.Error("a late filing is not told")
	}
	s.back(d, 60)
	tick()
	d = must2(t)(s.Deliver(s.as(s.firmAgent), DeliverInput{Contract: d.ID, Milestone: 1, Files: []uuid.UUID{s.upload(s.firmAgent)}}))
	s.exec(`UPDATE contract_delivery SET answer_by = now() - interval '1 minute'`)
	tick()
	d = must2(t)(s.Get(s.as(s.buyerAgent), d.ID.String()))
	if s.toldOf(string(ToldDue)) != 1 || s.toldOf(string(ToldAnswerLate)) != 1 || d.State != Filed || !d.Milestones[0].Deliveries[0].Late {
		t.Errorf("%d, %d, %s", s.toldOf(string(ToldDue)), s.toldOf(string(ToldAnswerLate)), d.State)
	}
}

// TestOtherPeoplesContracts are not there: to read, to list, or to act on.
func TestOtherPeoplesContracts(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.delivered()
	file := d.Document[0].ID
	for _, a := range s.strangers {
		ctx := s.as(a)
		_, err := s.Get(ctx, d.ID.String())
		wants(t, err, apperr.NotFound)
		_, err = s.Get(ctx, d.Number)
		wants(t, err, apperr.NotFound)
		for _, view := range []string{ViewPurchaser, ViewAgency, ViewRegion} {
			list, err := s.List(ctx, ListFilter{View: view})
			if err != nil || len(list.Items) != 0 {
				t.Errorf("%s lists %d, %v", a.Name, len(list.Items), err)
			}
		}
		if sees, err := s.MayRead(ctx, file, "合同"); sees || err != nil {
			t.Errorf("%s reads its document: %v", a.Name, err)
		}
	}
	_, err := s.File(s.as(s.strangers[0]), FileInput{Contract: d.ID})
	wants(t, err, apperr.NotFound)
	_, err = s.Deliver(s.as(s.supervisor), DeliverInput{Contract: d.ID})
	wants(t, err, apperr.Forbidden)
	_, err = s.Open(s.as(s.strangers[0]), s.procurement)
	wants(t, err, apperr.Forbidden)
	_, err = s.Get(context.Background(), d.ID.String())
	wants(t, err, apperr.Unauthenticated)
	for _, a := range []*authz.Actor{s.buyerAgent, s.firmAgent, s.officer, s.operator} {
		if sees, err := s.MayRead(s.as(a), file, "合同"); !sees || err != nil {
			t.Errorf("%s does not see the document: %v", a.Name, err)
		}
	}
	other := s.upload(s.strangers[0])
	_, err = s.Pay(s.as(s.buyerAgent), PayInput{Contract: d.ID, Fen: 1, On: clock.Day(time.Now()), Files: []uuid.UUID{other}})
	wants(t, err, apperr.Invalid, "files")
	both := s.cast.Person("两头", authz.Grant{Role: authz.PurchaserAdmin, Organisation: s.buyer}, authz.Grant{Role: authz.AgencyAdmin, Organisation: s.firmOrg})
	_, err = s.proposeEnd(both, d, ByAgreement)
	wants(t, err, apperr.Forbidden)
}

// TestBadTerms: every fault is named by its field, all at once.
func TestBadTerms(t *testing.T) {
	t.Parallel()
	good := Terms{PriceFen: 1000, Days: 20, PayDays: 30, AdvanceFen: 100, Milestones: []Milestone{{"初稿", 10, 400}, {"终稿", 20, 500}}}
	settled := Settled{PriceFen: 1000, Days: 20, MaxPayDays: 60, Today: "2026-03-02"}
	if err := good.Validate(settled); err != nil {
		t.Fatal(err)
	}
	for field, break_ := range map[string]func(*Terms){
		"priceFen":             func(t *Terms) { t.PriceFen = 1001 },
		"priceReason":          func(t *Terms) { t.PriceFen = 900 },
		"days":                 func(t *Terms) { t.Days = 21 },
		"startOn":              func(t *Terms) { t.StartOn = "2026-03-01" },
		"payDays":              func(t *Terms) { t.PayDays = 61 },
		"advanceFen":           func(t *Terms) { t.AdvanceFen = -1 },
		"milestones":           func(t *Terms) { t.Milestones[0].PayFen = 399 },
		"milestones[0].name":   func(t *Terms) { t.Milestones[0].Name = " " },
		"milestones[1].name":   func(t *Terms) { t.Milestones[1].Name = "初稿" },
		"milestones[1].days":   func(t *Terms) { t.Milestones[1].Days = 19 },
		"milestones[0].days":   func(t *Terms) { t.Milestones[0].Days = 0 },
		"milestones[0].payFen": func(t *Terms) { t.Milestones[0].PayFen = -1 },
		"delivery":             func(t *Terms) { t.Delivery = strings.Repeat("长", 1001) },
		"clauses":              func(t *Terms) { t.Clauses = "a\x00" },
	} {
		bad := good
		bad.Milestones = slices.Clone(good.Milestones)
		break_(&bad)
		err := bad.Validate(settled)
		e, ok := apperr.As(err)
		if !ok || e.Code != apperr.Invalid || !slices.ContainsFunc(e.Fields, func(f apperr.Field) bool { return f.Name == field && f.Message != "" }) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := (Terms{}).Validate(settled); err == nil {
		t.Error("nothing passes for a contract")
	}
	settled.Amending = true
	bad := good
	bad.PriceFen, bad.Days, bad.Milestones = 2000, 40, []Milestone{{"终稿", 40, 1900}}
	if err := bad.Validate(settled); err != nil {
		t.Errorf("an amendment may cost more and take longer: %v", err)
	}
}

// TestStatesAndActions walks every state and every action of both sides over the database:
// what the table allows is not refused for its state, and what it does not allow is. What is
// offered is allowed.
func TestStatesAndActions(t *testing.T) {
	t.Parallel()
	s := setup(t)
	none := uuid.New()
	try := map[review.Action]func(context.Context, Detail) error{
		Edit: func(c context.Context, d Detail) error {
			_, err := s.Edit(c, EditInput{Contract: d.ID, Version: 99})
			return err
		},
		Confirm: func(c context.Context, d Detail) error {
			_, err := s.Confirm(c, ConfirmInput{Contract: d.ID, Version: 99, Proof: proof})
			return err
		},
		File: func(c context.Context, d Detail) error { _, err := s.File(c, FileInput{Contract: d.ID}); return err },
		Amend: func(c context.Context, d Detail) error {
			_, err := s.Amend(c, AmendInput{Contract: d.ID, Proof: proof})
			return err
		},
		Amended: func(c context.Context, d Detail) error {
			_, err := s.AgreeAmendment(c, AnswerAmendmentInput{Contract: d.ID, Version: 99, Proof: proof})
			return err
		},
		NotAmend: func(c context.Context, d Detail) error {
			_, err := s.DeclineAmendment(c, AnswerAmendmentInput{Contract: d.ID, Version: 99})
			return err
		},
		UnAmend: func(c context.Context, d Detail) error {
			_, err := s.WithdrawAmendment(c, AnswerAmendmentInput{Contract: d.ID, Version: 99})
			return err
		},
		ProposeStop: func(c context.Context, d Detail) error {
			_, err := s.ProposeStop(c, StopInput{Contract: d.ID})
			return err
		},
		ConfirmStop: func(c context.Context, d Detail) error {
			_, err := s.ConfirmStop(c, AnswerStopInput{Contract: d.ID, Stop: none})
			return err
		},
		DeclineStop: func(c context.Context, d Detail) error {
			_, err := s.DeclineStop(c, AnswerStopInput{Contract: d.ID, Stop: none})
			return err
		},
		WithdrawStop: func(c context.Context, d Detail) error {
			_, err := s.WithdrawStop(c, AnswerStopInput{Contract: d.ID, Stop: none})
			return err
		},
		ProposeResume: func(c context.Context, d Detail) error {
			_, err := s.ProposeResume(c, AnswerStopInput{Contract: d.ID, Stop: none})
			return err
		},
		ConfirmResume: func(c context.Context, d Detail) error {
			_, err := s.ConfirmResume(c, AnswerStopInput{Contract: d.ID, Stop: none})
			return err
		},
		DeclineResume: func(c context.Context, d Detail) error {
			_, err := s.DeclineResume(c, AnswerStopInput{Contract: d.ID, Stop: none})
			return err
		},
		Deliver: func(c context.Context, d Detail) error {
			_, err := s.Deliver(c, DeliverInput{Contract: d.ID})
			return err
		},
		Revise: func(c context.Context, d Detail) error {
			_, err := s.RequestRevision(c, AnswerDeliveryInput{Contract: d.ID, Delivery: none})
			return err
		},
		Accept: func(c context.Context, d Detail) error {
			_, err := s.Accept(c, AnswerDeliveryInput{Contract: d.ID, Delivery: none})
			return err
		},
		Pay: func(c context.Context, d Detail) error { _, err := s.Pay(c, PayInput{Contract: d.ID}); return err },
		ConfirmPayment: func(c context.Context, d Detail) error {
			_, err := s.ConfirmPayment(c, AnswerPaymentInput{Contract: d.ID, Payment: none})
			return err
		},
		DisputePayment: func(c context.Context, d Detail) error {
			_, err := s.DisputePayment(c, AnswerPaymentInput{Contract: d.ID, Payment: none})
			return err
		},
		VoidPayment: func(c context.Context, d Detail) error {
			_, err := s.VoidPayment(c, AnswerPaymentInput{Contract: d.ID, Payment: none})
			return err
		},
		ProposeEnd: func(c context.Context, d Detail) error {
			_, err := s.ProposeEnd(c, EndInput{Contract: d.ID, How: ByAgreement, Proof: proof})
			return err
		},
		GiveNotice: func(c context.Context, d Detail) error {
			_, err := s.ProposeEnd(c, EndInput{Contract: d.ID, How: ByNotice, Proof: proof})
			return err
		},
		DeclineEnd: func(c context.Context, d Detail) error {
			_, err := s.DeclineEnd(c, AnswerEndInput{Contract: d.ID, Ending: none})
			return err
		},
		DisputeEnd: func(c context.Context, d Detail) error {
			_, err := s.DisputeEnd(c, AnswerEndInput{Contract: d.ID, Ending: none})
			return err
		},
		WithdrawEnd: func(c context.Context, d Detail) error {
			_, err := s.WithdrawEnd(c, AnswerEndInput{Contract: d.ID, Ending: none})
			return err
		},
		Terminate: func(c context.Context, d Detail) error {
			_, err := s.AgreeEnd(c, AnswerEndInput{Contract: d.ID, Ending: none, Proof: proof})
			return err
		},
	}
	// Complete and Sign are what Accept and Confirm lead to; the rest are not the sides'.
	for _, st := range Workflow.Steps {
		if (st.By == Purchaser || st.By == Agency) && try[st.Action] == nil && st.Action != Complete && st.Action != Sign {
			t.Errorf("%s is not tried", st.Action)
		}
	}
	for state, make := range map[review.State]func() Detail{
		Drafted: s.drafted, Signed: s.signed, Filed: s.filed, Completed: s.completed,
		Terminated: func() Detail {
			d := must2(t)(s.proposeEnd(s.buyerAdmin, s.filed(), ByAgreement))
			return must2(t)(s.AgreeEnd(s.as(s.firmAdmin), AnswerEndInput{Contract: d.ID, Ending: d.Terminations[0].ID, Proof: proof}))
		},
	} {
		s.procurement = s.award(time.Hour)
		d := make()
		if d.State != state {
			t.Fatalf("%s is %s", state, d.State)
		}
		for side, a := range map[Side]*authz.Actor{Purchaser: s.buyerAdmin, Agency: s.firmAdmin} {
			seen := must2(t)(s.Get(s.as(a), d.ID.String()))
			for action, do := range try {
				may := slices.Contains(Workflow.Allowed(state, side), action)
				err := do(s.as(a), d)
				words := fmt.Sprintf("当前状态是“%s”", Workflow.States[state])
				if refused := err != nil && strings.Contains(err.Error(), words); refused == may {
					t.Errorf("%s as %s %s: %v", state, side, action, err)
				}
				if offered := slices.ContainsFunc(seen.AllowedActions, func(x Allowed) bool { return x.Action == action }); offered && !may {
					t.Errorf("%s is offered to %s in %s", action, side, state)
				}
			}
		}
		if after := must2(t)(s.Get(s.as(s.buyerAdmin), d.ID.String())); after.State != state || len(after.Course) != len(d.Course) {
			t.Errorf("%s has moved to %s by what was refused", state, after.State)
		}
	}
}

// TestListsSayWhatAwaits: each side is told what waits for it, and the list of that alone is
// the same as what the rows say.
func TestListsSayWhatAwaits(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fresh := func() { s.procurement = s.award(time.Hour) }
	s.drafted()
	fresh()
	must2(t)(s.confirm(s.firmAdmin, s.drafted()))
	fresh()
	s.signed()
	fresh()
	d := s.delivered()
	must2(t)(s.Pay(s.as(s.buyerAgent), PayInput{Contract: d.ID, Fen: 100, On: clock.Day(time.Now())}))
	fresh()
	d = s.filed()
	must2(t)(s.ProposeStop(s.as(s.firmAgent), StopInput{Contract: d.ID, Kind: ForceMajeure, Reason: "暴雨道路中断", From: clock.Day(time.Now())}))
	fresh()
	must2(t)(s.proposeEnd(s.buyerAdmin, s.filed(), ByAgreement))
	fresh()
	s.completed()
	fresh()
	d = s.filed()
	terms := d.Terms
	terms.Clauses = "补充"
	must2(t)(s.Amend(s.as(s.firmAdmin), AmendInput{Contract: d.ID, Terms: terms, Reason: "补充约定一条", Proof: proof}))
	for _, c := range []struct {
		who  *authz.Actor
		view string
	}{{s.buyerAdmin, ViewPurchaser}, {s.firmAdmin, ViewAgency}} {
		want := []uuid.UUID{}
		seen := 0
		for cursor, more := "", true; more; {
			list, err := s.List(s.as(c.who), ListFilter{View: c.view, Request: page.Request{Limit: 3, Cursor: cursor}})
			if err != nil || list.Total != 8 {
				t.Fatal(list.Total, err)
			}
			for _, x := range list.Items {
				seen++
				if len(x.Awaiting) > 0 {
					want = append(want, x.ID)
				}
			}
			cursor, more = list.NextCursor, list.NextCursor != ""
		}
		got, err := s.List(s.as(c.who), ListFilter{View: c.view, Awaited: true})
		if err != nil || seen != 8 || len(got.Items) != len(want) || got.Total != len(want) || len(want) < 3 {
			t.Errorf("%s: %d of %d await, the list has %d: %v", c.view, len(want), seen, len(got.Items), err)
			continue
		}
		for i, x := range got.Items {
			if x.ID != want[i] {
				t.Errorf("%s: %s is not the %dth", c.view, x.Number, i)
			}
		}
	}
	for _, a := range []*authz.Actor{s.operator, s.officer, s.supervisor} {
		if list, err := s.List(s.as(a), ListFilter{View: ViewRegion, State: Filed}); err != nil || list.Total != 4 {
			t.Errorf("%s: %d, %v", a.Name, list.Total, err)
		}
	}
	_, err := s.List(s.as(s.operator), ListFilter{View: "everything"})
	wants(t, err, apperr.Invalid, "view")
	_, err = s.List(s.as(s.operator), ListFilter{View: ViewRegion, State: "lost"})
	wants(t, err, apperr.Invalid, "state")
}
