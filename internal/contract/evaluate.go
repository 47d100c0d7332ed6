package contract

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/rules"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

const (
	ruleEvaluate       = "contract.evaluate_workdays"
	ruleReason         = "contract.evaluation_reason_chars"
	ruleEvaluateRemind = "contract.evaluation_remind_days"
	ruleAppeal         = "contract.evaluation_appeal_workdays"

	permitDecideAppeal authz.Permission = "evaluation-appeal:decide"
)

// What is told beside the steps of Evaluations.
const (
	ToldEvaluateDue review.Action = "evaluate-due"
	ToldAppealLate  review.Action = "evaluation-appeal-late"
)

// evaluator is a matter with what its two sides said of each other.
type evaluator struct {
	*matter
	term Term
	list []Evaluation
}

var errNotAccepted = apperr.New(apperr.Conflict, "验收完成的合同，双方才能互相评价")

// openEvaluation begins the term when the service is accepted; asked again it changes
// nothing.
func openEvaluation(ctx context.Context, tx db.Tx, contract uuid.UUID, region string, accepted time.Time) error {
	until, provisional, err := workdayTerm(ctx, tx, ruleEvaluate, "", region, accepted)
	if err != nil {
		return err
	}
	return insertTerm(ctx, tx, contract, Term{Accepted: accepted, Until: until, Provisional: provisional})
}

// workdayTerm is the end of so many working days after from, and whether it rests on a
// calendar that is not yet published.
func workdayTerm(ctx context.Context, q db.Querier, rule, key, region string, from time.Time) (time.Time, bool, error) {
	n, err := 0, error(nil)
	if key == "" {
		n, err = rules.Int(ctx, q, rule, region, from)
	} else {
		n, err = rules.IntOf(ctx, q, rule, key, region, from)
	}
	if err != nil {
		return from, false, err
	}
	cal, err := calendar.Load(ctx, q)
	if err != nil {
		return from, false, err
	}
	d := cal.AddWorkdays(from, n)
	return d.At, d.Provisional, nil
}

// onEvaluation lets one of the two sides do something to the evaluations of a contract,
// which is locked. Who acts for both sides may do nothing (a rating of oneself is none).
func (s *Service) onEvaluation(ctx context.Context, contract uuid.UUID, do func(context.Context, *evaluator) error) (EvaluationBoard, error) {
	if err := s.Policy.Require(ctx, permitRun, authz.Anywhere); err != nil {
		return EvaluationBoard{}, err
	}
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		m, err := s.lockTx(ctx, tx, contract)
		if err != nil {
			return err
		}
		if m.side, err = s.sideOf(ctx, m.c); err != nil {
			return err
		}
		if m.side == "" {
			if s.sees(ctx, m.c) {
				return apperr.New(apperr.Forbidden, "只有合同双方可以评价")
			}
			return errNotFound
		}
		if err := s.Policy.Require(ctx, permitRun, authz.Scope{Organisation: m.c.org(m.side)}); err != nil {
			return err
		}
		e, err := m.evaluator(ctx)
		if err != nil {
			return err
		}
		return do(ctx, e)
	})
	if err != nil {
		return EvaluationBoard{}, err
	}
	return s.EvaluationsOf(ctx, contract)
}

func (m *matter) evaluator(ctx context.Context) (*evaluator, error) {
	if m.c.State != Completed {
		return nil, errNotAccepted
	}
	all, err := loadEvaluations(ctx, m.tx, []uuid.UUID{m.c.ID})
	if err != nil {
		return nil, err
	}
	found := all[m.c.ID]
	if found.term == nil {
		return nil, errNotAccepted
	}
	return &evaluator{matter: m, term: *found.term, list: found.list}, nil
}

// EvaluateInput is one side's evaluation of the other.
type EvaluateInput struct {
	Contract uuid.UUID
	Opinion  Opinion
}

// Evaluate gives the actor's side's evaluation, once, within the term. What it says stays
// sealed until the other side has given its own or the term is over; its digest is in the
// public log at once. Errors: Invalid with every fault; Conflict once given, or when the
// term is over by the database's clock.
func (s *Service) Evaluate(ctx context.Context, in EvaluateInput) (EvaluationBoard, error) {
	return s.onEvaluation(ctx, in.Contract, func(ctx context.Context, m *evaluator) error {
		if evaluationState(m.list, m.side, m.term, m.now) == EvaluationLapsed {
			return apperr.New(apperr.Conflict, "评价期限已于 %s 届满，此后只按客观记录计算", clock.Until(m.term.Until))
		}
		if _, err := Evaluations.Next(evaluationState(m.list, m.side, m.term, m.now), Evaluate, Proposer); err != nil {
			return apperr.New(apperr.Conflict, "您这一方已经评价过这份合同，评价给出后不能改").Because(err)
		}
		e, err := m.opinion(ctx, in.Opinion)
		if err != nil {
			return err
		}
		if e.Counts, e.WhyNot, err = m.counting(ctx); err != nil {
			return err
		}
		if err := insertEvaluation(ctx, m.tx, m.c, e); err != nil {
			return err
		}
		m.list = append(m.list, e)
		note := SideLabels[m.side] + "已评价，双方都评价或者期限 " + clock.Until(m.term.Until) + " 届满时公开"
		st := step{action: Evaluate, note: note, kind: "evaluation-given", move: procurement.Evaluate,
			body: map[string]any{"contract": m.c.Number, "side": m.side, "digest": e.Digest, "givenAt": e.At.UTC(), "publishedBy": m.term.Until.UTC()}}
		if m.side == Agency {
			st.move = procurement.EvaluationGiven
		}
		both := evaluationOf(m.list, other(m.side)) != nil
		if !both {
			st.to = m.theOther()
		}
		if err := m.record(ctx, st); err != nil || !both {
			return err
		}
		return m.publish(ctx, "双方都已评价")
	})
}

// opinion is a valid one of the actor's side, not yet written.
func (m *evaluator) opinion(ctx context.Context, said Opinion) (Evaluation, error) {
	least, err := rules.Int(ctx, m.tx, ruleReason, m.c.Region, m.now)
	if err != nil {
		return Evaluation{}, err
	}
	if err := said.Validate(m.side, least); err != nil {
		return Evaluation{}, err
	}
	e := Evaluation{ID: uuid.Must(uuid.NewV7()), Contract: m.c.ID, Side: m.side, State: EvaluationGiven, Opinion: said.tidy(), Nonce: rand.Text(), At: m.now, Demo: m.c.Demo}
	if person := personOf(ctx); person != uuid.Nil {
		e.By = &person
	}
	e.Digest, err = e.Opinion.Digest(e.Nonce, m.c.Number, m.side)
	return e, err
}

// counting reports whether an evaluation counts, and if not why: of two that are one, or
// have become one since the award, what each says of the other is kept and shown, and
// counts for nothing.
func (m *evaluator) counting(ctx context.Context) (bool, string, error) {
	ties, err := m.Procurement.Ties(ctx, m.tx, m.c.Procurement, m.c.Agency)
	if err != nil || len(ties) == 0 {
		return err == nil, "", err
	}
	said := make([]string, len(ties))
	for i, t := range ties {
		said[i] = strings.TrimPrefix(t.Message, "与项目业主")
	}
	return false, "机构与项目业主存在关联（" + strings.Join(said, "；") + "），这次评价不计入得分", nil
}

// publish opens what both sides gave and ends the term. From now on the purchaser's counts
// in the agency's score: earlier, the score would have told what is sealed.
func (m *evaluator) publish(ctx context.Context, why string) error {
	for i := range m.list {
		e := &m.list[i]
		if e.State != EvaluationGiven {
			continue
		}
		next, err := Evaluations.Next(e.State, PublishEvaluation, review.Clock)
		if err != nil {
			return err
		}
		if err := publishEvaluation(ctx, m.tx, e.ID, m.now); err != nil {
			return err
		}
		e.State, e.PublishedAt = next, &m.now
		if err := m.score(ctx, *e); err != nil {
			return err
		}
		mean := starText(e.Opinion.Hundredths(e.Side))
		body := map[string]any{"contract": m.c.Number, "side": e.Side, "digest": e.Digest, "stars": e.Opinion.Stars, "mean": mean, "counts": e.Counts, "publishedAt": m.now.UTC()}
		if e.WhyNot != "" {
			body["whyNot"] = e.WhyNot
		}
		note := fmt.Sprintf("%s的评价公开（%s）：加权平均 %s 星", SideLabels[e.Side], why, mean)
		if e.WhyNot != "" {
			note += "。" + e.WhyNot
		}
		err = m.record(ctx, step{action: PublishEvaluation, by: review.Clock, note: note, to: []Side{other(e.Side)}, kind: "evaluation-published", body: body, move: procurement.EvaluationPublished})
		if err != nil {
			return err
		}
	}
	return closeTerm(ctx, m.tx, m.c.ID, m.now)
}

// score lets a purchaser's published evaluation count.
func (m *evaluator) score(ctx context.Context, e Evaluation) error {
	if e.Side != Purchaser || !e.Counts {
		return nil
	}
	by := uuid.Nil
	if e.By != nil {
		by = *e.By
	}
	return m.Credit.EvaluateTx(ctx, m.tx, credit.Given{Evaluation: e.Opinion.forCredit(m.c.Org), ID: e.ID, Agency: m.c.Agency, Contract: m.c.ID, Comment: e.Opinion.Comment, By: by, At: m.now})
}

// record writes a step of an evaluation: into the procurement's course and the public log
// where st.move says so, into the contract's own, the audit log, and to whom it concerns.
func (m *evaluator) record(ctx context.Context, st step) error {
	if st.by == "" {
		st.by = m.side
	}
	var entry *uuid.UUID
	if st.move != "" {
		a := procurement.Advance{Action: st.move, By: st.by, Note: st.note, Kind: st.kind, Body: st.body}
		advance := m.Procurement.AdvanceTx
		if m.sample {
			advance = func(ctx context.Context, tx db.Tx, id uuid.UUID, a procurement.Advance) (uuid.UUID, error) {
				return m.Procurement.AdvanceSampleTx(ctx, tx, id, a, m.now)
			}
		}
		id, err := advance(ctx, m.tx, m.c.Procurement, a)
		if err != nil {
			return err
		}
		if id != uuid.Nil {
			entry = &id
		}
	}
	if m.sample {
		return insertEvent(ctx, m.tx, event{m.c.ID, st.action, m.c.State, m.c.State, nil, st.by, st.note, entry, &m.now})
	}
	var person *uuid.UUID
	if a := authz.From(ctx); a != nil && st.by != review.Clock {
		person = &a.Person
	}
	if err := insertEvent(ctx, m.tx, event{m.c.ID, st.action, m.c.State, m.c.State, person, st.by, st.note, entry, nil}); err != nil {
		return err
	}
	if st.by != review.Clock {
		err := audit.Record(ctx, m.tx, audit.Entry{Action: "contract:" + string(st.action), Kind: "contract", ID: m.c.ID.String(), Organisation: m.c.Org, Region: m.c.Region,
			Summary: evaluationLabels[st.action] + "：" + m.c.Title + "（" + m.c.Number + "）"})
		if err != nil {
			return err
		}
	}
	return m.tell(ctx, m.tx, Announcement{Contract: m.c, Action: st.action, To: st.to, Note: st.note})
}
