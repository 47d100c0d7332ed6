package contract

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// EndInput begins the end of a contract.
type EndInput struct {
	Contract uuid.UUID
	How      string // ByAgreement or ByNotice
	Reason   string // published when it takes effect
	Basis    string // of a notice: the clause or the article it rests on
	Files    []uuid.UUID
	Proof    identity.Proof
}

// ProposeEnd proposes to end a contract by agreement, or gives notice of it with the basis.
// A notice that is not answered in time takes effect; one that the other side disputes does
// not, and waits for an agreement or a decision.
func (s *Service) ProposeEnd(ctx context.Context, in EndInput) (Detail, error) {
	action := map[string]review.Action{ByAgreement: ProposeEnd, ByNotice: GiveNotice}[in.How]
	if action == "" {
		return Detail{}, apperr.InvalidField("how", "应为 agreement（协商）或 notice（一方通知）")
	}
	return s.actProved(ctx, in.Contract, in.Proof, action, func(ctx context.Context, m *matter) error {
		reason, err := reasoned("reason", "终止理由", in.Reason)
		if err != nil {
			return err
		}
		basis := strings.TrimSpace(in.Basis)
		if in.How == ByNotice {
			if basis, err = reasoned("basis", "终止依据（合同条款或者法律条文）", basis); err != nil {
				return err
			}
		}
		if m.ending() != nil {
			return apperr.New(apperr.Conflict, "已有一份终止等待答复，请先处理它")
		}
		e := Ending{ID: uuid.Must(uuid.NewV7()), How: in.How, State: EndProposed, Reason: reason, Basis: basis, Side: m.side, At: m.now}
		note := howLabels[in.How] + "：" + reason
		if in.How == ByNotice {
			by, err := workdaysAfter(ctx, m.tx, ruleAnswer, "termination", m.c.Region, m.now)
			if err != nil {
				return err
			}
			e.AnswerBy = &by
			note += "。依据：" + basis + "。请在 " + clock.Until(by) + " 前答复，不答复的到期生效"
		}
		if err := insertEnding(ctx, m.tx, m.c.ID, personOf(ctx), e); err != nil {
			return err
		}
		if err := attach(ctx, m.tx, m.c.ID, e.ID, m.c.org(m.side), personOf(ctx), "termination", in.Files); err != nil {
			return err
		}
		return m.take(ctx, step{action: action, note: note, to: []Side{other(m.side), Operator}})
	})
}

// AnswerEndInput answers the termination that waits.
type AnswerEndInput struct {
	Contract uuid.UUID
	Ending   uuid.UUID
	Reason   string
	Proof    identity.Proof // to agree
}

// pending is the termination of that id, which the actor may answer as action says.
func (m *matter) pending(id uuid.UUID, action review.Action) (Ending, review.State, error) {
	for _, e := range m.endings {
		if e.ID != id {
			continue
		}
		by := Other
		if e.Side == m.side {
			by = Proposer
		}
		next, err := Endings.Next(e.State, action, by)
		return e, next, err
	}
	return Ending{}, "", apperr.New(apperr.NotFound, "合同没有这份终止")
}

// AgreeEnd ends the contract.
func (s *Service) AgreeEnd(ctx context.Context, in AnswerEndInput) (Detail, error) {
	return s.actProved(ctx, in.Contract, in.Proof, Terminate, func(ctx context.Context, m *matter) error {
		e, next, err := m.pending(in.Ending, Terminate)
		if err != nil {
			return err
		}
		if err := answerEnding(ctx, m.tx, e.ID, personOf(ctx), next, strings.TrimSpace(in.Reason), m.now); err != nil {
			return err
		}
		return m.end(ctx, e, m.side)
	})
}

// DeclineEnd refuses an agreement; of a notice it is an objection. WithdrawEnd takes one's
// own back.
func (s *Service) DeclineEnd(ctx context.Context, in AnswerEndInput) (Detail, error) {
	return s.answerEnd(ctx, in, DeclineEnd)
}

// DisputeEnd objects to a notice.
func (s *Service) DisputeEnd(ctx context.Context, in AnswerEndInput) (Detail, error) {
	return s.answerEnd(ctx, in, DisputeEnd)
}

// WithdrawEnd as DeclineEnd.
func (s *Service) WithdrawEnd(ctx context.Context, in AnswerEndInput) (Detail, error) {
	return s.answerEnd(ctx, in, WithdrawEnd)
}

func (s *Service) answerEnd(ctx context.Context, in AnswerEndInput, action review.Action) (Detail, error) {
	return s.act(ctx, in.Contract, permitRun, action, func(ctx context.Context, m *matter) error {
		e, next, err := m.pending(in.Ending, action)
		if err != nil {
			return err
		}
		if action == DeclineEnd && e.How != ByAgreement || action == DisputeEnd && e.How != ByNotice {
			return apperr.New(apperr.Conflict, "%s不能这样答复，请刷新后再办理", howLabels[e.How])
		}
		reason, err := reasoned("reason", "理由", in.Reason)
		if err != nil {
			return err
		}
		if err := answerEnding(ctx, m.tx, e.ID, personOf(ctx), next, reason, m.now); err != nil {
			return err
		}
		return m.take(ctx, step{action: action, note: reason, to: []Side{other(m.side), Operator}})
	})
}

// DecideInput is a decision of a court, an arbitration body or an authority that ends a
// contract.
type DecideInput struct {
	Contract uuid.UUID
	Document string // who decided, and its number
	Reason   string
	Files    []uuid.UUID
}

// DecideEnd records such a decision, with its document.
func (s *Service) DecideEnd(ctx context.Context, in DecideInput) (Detail, error) {
	if err := s.Policy.Require(ctx, permitEnd, authz.Anywhere); err != nil {
		return Detail{}, err
	}
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		m, err := s.asOfficial(ctx, tx, in.Contract, permitEnd, Operator)
		if err != nil {
			return err
		}
		if _, err := Workflow.Next(m.c.State, Terminate, Operator); err != nil {
			return err
		}
		basis, err := reasoned("document", "决定机关和文号", in.Document)
		if err != nil {
			return err
		}
		reason, err := reasoned("reason", "终止理由", in.Reason)
		if err != nil {
			return err
		}
		if err := someFiles(in.Files, "决定文书"); err != nil {
			return err
		}
		if err := endOpenEndings(ctx, tx, m.c.ID, m.now); err != nil {
			return err
		}
		e := Ending{ID: uuid.Must(uuid.NewV7()), How: ByDecision, State: EndEffective, Reason: reason, Basis: basis, Side: Operator, At: m.now}
		if err := insertEnding(ctx, tx, m.c.ID, personOf(ctx), e); err != nil {
			return err
		}
		if err := attach(ctx, tx, m.c.ID, e.ID, uuid.Nil, personOf(ctx), "termination", in.Files); err != nil {
			return err
		}
		return m.end(ctx, e, Operator)
	})
	if err != nil {
		return Detail{}, err
	}
	return s.Get(ctx, in.Contract.String())
}

// end is the end of a contract, by whichever way.
func (m *matter) end(ctx context.Context, e Ending, by Side) error {
	if v := m.open(); v != nil {
		if err := endVersion(ctx, m.tx, m.c.ID, v.Number, VersionOpen, VersionWithdrawn, uuid.Nil, "", m.now); err != nil {
			return err
		}
	}
	note := fmt.Sprintf("%s：%s", howLabels[e.How], e.Reason)
	body := map[string]any{"contract": m.c.Number, "how": e.How, "reason": e.Reason, "priceFen": m.c.PriceFen, "terminatedAt": m.now.UTC()}
	if e.Basis != "" {
		note += "。依据：" + e.Basis
		body["basis"] = e.Basis
	}
	to := []Side{Purchaser, Agency, Operator}
	return m.take(ctx, step{action: Terminate, by: by, note: note, to: to, kind: "contract-terminated", move: procurement.EndContract, body: body})
}
