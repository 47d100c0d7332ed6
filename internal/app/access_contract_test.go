package app_test

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"zjcs/internal/contract"
	"zjcs/internal/identity"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/procurement"
	"zjcs/internal/testkit"
)

const totpSecret = "JBSWY3DPEHPK3PXP"

// proof gives somebody a second factor and the code that it shows now, unspent.
func (s *stage) proof(who string) identity.Proof {
	s.t.Helper()
	if p := s.people[who]; p != nil && who != "half" {
		s.factored = true
		s.exec(`UPDATE person SET totp_secret = $2, totp_confirmed_at = now(), totp_step = 0, failures = 0, failed_at = NULL WHERE id = $1`, p.Person, s.a.Vault.Seal("person.totp_secret", totpSecret))
		s.exec(`DELETE FROM sign_in_failure`) // one person plays at many codes
	}
	code, err := totp.GenerateCode(totpSecret, time.Now())
	s.must(err)
	return identity.Proof{Code: code}
}

// unlink takes back what a contract needs and other lines must not find: an agency that is
// admitted, and second factors.
func (s *stage) unlink() {
	s.t.Helper()
	if s.linked {
		s.exec(`UPDATE agency SET organisation_id = NULL WHERE organisation_id = $1`, s.agency)
		s.linked = false
	}
	if s.factored {
		s.exec(`UPDATE person SET totp_secret = NULL, totp_confirmed_at = NULL, totp_step = 0 WHERE totp_confirmed_at IS NOT NULL AND id <> $1`, s.people["half"].Person)
		s.factored = false
	}
}

// awarded is a procurement of 业主企业 that 本机构 has won.
func (s *stage) awarded() aim {
	s.t.Helper()
	a := s.procurement()
	firm := s.once("an agency of 本机构", func() aim {
		id := uuid.Must(uuid.NewV7())
		s.exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id)
			SELECT $1, $2, '本机构', 'enterprise', '', '', '', '', '', '2024-01-01', id FROM import_batch LIMIT 1`, id, newUSCC())
		return aim{"id": id.String()}
	})
	s.exec(`UPDATE agency SET organisation_id = $2 WHERE id = $1`, firm["id"], s.agency)
	s.linked = true
	s.exec(`UPDATE procurement SET state = 'awarded', deadline = published_at + interval '1 second', selection_at = published_at + interval '1 second', frozen_at = now(), concluded_at = now(), publicity_until = now() WHERE id = $1`, a["id"])
	s.exec(`INSERT INTO procurement_item (procurement_id, item_id, ordinal) SELECT $1, id, 0 FROM service_item WHERE sector = '自然资源' LIMIT 1`, a["id"])
	bid, award, now := uuid.NewString(), uuid.NewString(), time.Now().UTC().Truncate(time.Millisecond)
	s.exec(`INSERT INTO bid (id, procurement_id, agency_id, uscc, agency_name, number, received_at, receipt, state, place, days) SELECT $1, $2, id, uscc, name, 1, now(), '\x00', 'selected', 1, 10 FROM agency WHERE id = $3`, bid, a["id"], firm["id"])
	body, err := json.Marshal(procurement.AwardBody{Number: "ZX" + award[:18], Agency: procurement.Party{Name: "本机构"}, PriceFen: 100_000, Days: 10, IssuedAt: now, SignBy: now.Add(time.Hour)})
	s.must(err)
	s.exec(`INSERT INTO award (id, number, procurement_id, seq, bid_id, body, issued_at) VALUES ($1, $2, $3, 1, $4, $5, $6)`, award, "ZX"+award[:18], a["id"], bid, body, now)
	return a
}

// contract is one between 业主企业 and 本机构 that has come so far, and something that hangs
// on it; who is about to act on it.
func (s *stage) contract(state, part, who string) aim {
	s.t.Helper()
	p := s.awarded()
	as := func(who string) *authz.Actor { return s.people[who] }
	do := func(d contract.Detail, err error) contract.Detail { s.t.Helper(); s.must(err); return d }
	buyer, firm := testkit.As(s.t, as("purchaser_admin")), testkit.As(s.t, as("agency_admin"))
	of := uuid.MustParse(p["id"])
	d := do(s.a.Contract.Open(buyer, of))
	if state != "drafted" {
		for _, side := range []string{"purchaser_admin", "agency_admin"} {
			d = do(s.a.Contract.Confirm(testkit.As(s.t, as(side)), contract.ConfirmInput{Contract: d.ID, Version: d.Version, Hash: d.Hash, Proof: s.proof(side)}))
		}
	}
	file := func(who string) uuid.UUID { s.t.Helper(); return uuid.MustParse(s.file(who)["id"]) }
	if state == "filed" {
		d = do(s.a.Contract.File(firm, contract.FileInput{Contract: d.ID, Files: []uuid.UUID{file("agency_admin")}}))
	}
	today := clock.Day(time.Now())
	to := aim{"procurement": p["id"], "id": d.ID.String(), "version": "1", "hash": d.Hash, "today": today, "part": uuid.NewString(), "file": s.file(who)["id"]}
	terms := d.Terms
	terms.Clauses = "补充约定"
	switch part {
	case "amendment":
		d = do(s.a.Contract.Amend(firm, contract.AmendInput{Contract: d.ID, Terms: terms, Reason: "补充约定一条", Proof: s.proof("agency_admin")}))
		to["version"] = "2"
	case "stop":
		d = do(s.a.Contract.ProposeStop(firm, contract.StopInput{Contract: d.ID, Kind: contract.OwnerPapers, Reason: "业主的资料没有提供", From: today}))
		to["part"] = d.Stops[0].ID.String()
	case "delivery":
		d = do(s.a.Contract.Deliver(firm, contract.DeliverInput{Contract: d.ID, Milestone: 1, Files: []uuid.UUID{file("agency_admin")}}))
		to["part"] = d.Milestones[0].Deliveries[0].ID.String()
	case "payment":
		d = do(s.a.Contract.Pay(buyer, contract.PayInput{Contract: d.ID, Fen: 100, On: today}))
		to["part"] = d.Payments[0].ID.String()
	case "termination":
		d = do(s.a.Contract.ProposeEnd(firm, contract.EndInput{Contract: d.ID, How: contract.ByAgreement, Reason: "项目停建了", Proof: s.proof("agency_admin")}))
		to["part"] = d.Terminations[0].ID.String()
	}
	doc, err := json.Marshal(terms)
	s.must(err)
	to["terms"], to["code"] = string(doc), s.proof(who).Code
	return to
}

// evaluation is what the two sides of an accepted contract said of each other, and how far
// it has come; an appeal is 本机构's against what 业主企业 said.
func (s *stage) evaluation(part, who string) aim {
	s.t.Helper()
	to := s.contract("filed", "delivery", who)
	id := uuid.MustParse(to["id"])
	buyer, firm := testkit.As(s.t, s.people["purchaser_admin"]), testkit.As(s.t, s.people["agency_admin"])
	_, err := s.a.Contract.Accept(buyer, contract.AnswerDeliveryInput{Contract: id, Delivery: uuid.MustParse(to["part"])})
	s.must(err)
	if part == "accepted" {
		return to
	}
	say := func(ctx context.Context, side contract.Side) contract.EvaluationBoard {
		s.t.Helper()
		o := contract.Opinion{Stars: map[string]int{}}
		for _, d := range contract.DimensionsBy(side) {
			o.Stars[d.Key] = 4
		}
		b, err := s.a.Contract.Evaluate(ctx, contract.EvaluateInput{Contract: id, Opinion: o})
		s.must(err)
		return b
	}
	say(firm, contract.Agency)
	b := say(buyer, contract.Purchaser)
	for _, e := range b.Evaluations {
		if e.Side == contract.Purchaser {
			to["id"] = e.ID.String()
		}
	}
	if part == "published" {
		return to
	}
	of := to["id"]
	b, err = s.a.Contract.Appeal(firm, contract.AppealInput{Evaluation: uuid.MustParse(of), Reason: "评价与事实不符"})
	s.must(err)
	for _, e := range b.Evaluations {
		if e.Appeal != nil {
			to["id"] = e.Appeal.ID.String()
		}
	}
	if part == "appealed" {
		return to
	}
	_, err = s.a.Contract.DecideAppeal(testkit.As(s.t, s.people["operator"]), contract.DecideAppealInput{Appeal: uuid.MustParse(to["id"]), Upheld: true, Answer: "经核查与事实不符"})
	s.must(err)
	to["id"] = of
	return to
}
