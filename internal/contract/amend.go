package contract

import (
	"context"
	"fmt"
	"reflect"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/money"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// AmendInput proposes other terms for a signed contract.
type AmendInput struct {
	Contract uuid.UUID
	Terms    Terms
	Reason   string // published when the amendment is in force
	Files    []uuid.UUID
	Proof    identity.Proof
}

// Amend proposes an amendment, which its side has confirmed by proposing it. The price may
// rise, with a reason, and every figure is published; what has been delivered and paid
// already stays possible.
func (s *Service) Amend(ctx context.Context, in AmendInput) (Detail, error) {
	return s.actProved(ctx, in.Contract, in.Proof, Amend, func(ctx context.Context, m *matter) error {
		reason, err := reasoned("reason", "变更理由", in.Reason)
		if err != nil {
			return err
		}
		t, now := in.Terms.tidy(), m.version(m.c.Version)
		t.PriceReason, t.StartOn = now.Terms.PriceReason, now.Terms.StartOn // a beginning that is past cannot be changed
		if err := m.judgeAmendment(ctx, t, now.Terms); err != nil {
			return err
		}
		if open := m.open(); open != nil {
			return apperr.New(apperr.Conflict, "已有一份变更等待确认，请先处理它")
		}
		about, _, err := loadSubject(ctx, m.tx, m.c)
		if err != nil {
			return err
		}
		number := 1
		for _, v := range m.versions {
			number = max(number, v.Amendment+1)
		}
		if err := m.writeVersion(ctx, about, t, number, reason); err != nil {
			return err
		}
		v := m.open()
		if len(in.Files) > 0 {
			if err := someFiles(in.Files, "变更的依据"); err != nil {
				return err
			}
			if err := attach(ctx, m.tx, m.c.ID, amendmentID(m.c.ID, v.Number), m.c.org(m.side), personOf(ctx), "amendment", in.Files); err != nil {
				return err
			}
		}
		if err := confirm(ctx, m.tx, m.c.ID, v.Number, m.side, personOf(ctx), v.Hash, m.now); err != nil {
			return err
		}
		return m.take(ctx, step{action: Amend, note: fmt.Sprintf("提出第 %d 次变更：%s", number, reason), to: m.theOther()})
	})
}

// amendmentID is under what an amendment's attachments hang.
func amendmentID(contract uuid.UUID, version int) uuid.UUID {
	return uuid.NewSHA1(contract, fmt.Appendf(nil, "version %d", version))
}

func (m *matter) judgeAmendment(ctx context.Context, t, now Terms) error {
	allowed, err := m.settled(ctx)
	if err != nil {
		return err
	}
	if err := t.Validate(allowed); err != nil {
		return err
	}
	if reflect.DeepEqual(t, now) {
		return apperr.InvalidField("terms", "变更后的内容与现在的合同相同，请改动后再提出")
	}
	if paid := m.paid(); t.PriceFen < paid {
		return apperr.InvalidField("priceFen", "已付 %s 元，合同价不能更低", money.Yuan(paid))
	}
	for _, d := range m.deliveries { // a milestone that was delivered keeps its place
		if d.State == DeliveryRevision {
			continue
		}
		if d.Milestone > len(t.Milestones) || t.Milestones[d.Milestone-1].Name != now.Milestones[d.Milestone-1].Name {
			return apperr.InvalidField("milestones", "里程碑“%s”已经提交成果，名称和次序不能改变", now.Milestones[d.Milestone-1].Name)
		}
		if t.Milestones[d.Milestone-1].PayFen != now.Milestones[d.Milestone-1].PayFen && d.State == DeliveryAccepted {
			return apperr.InvalidField("milestones", "里程碑“%s”已经验收，应付金额不能改变", now.Milestones[d.Milestone-1].Name)
		}
		if last := len(now.Milestones); (d.Milestone == last) != (d.Milestone == len(t.Milestones)) {
			return apperr.InvalidField("milestones", "最后的成果已经提交，不能再增减里程碑")
		}
	}
	return nil
}

// AnswerAmendmentInput answers the amendment that waits.
type AnswerAmendmentInput struct {
	Contract uuid.UUID
	Version  int
	Hash     string         // of what was read; to agree
	Proof    identity.Proof // to agree
	Reason   string         // to decline or to withdraw
}

// waiting is the amendment of that version, which the actor may answer as action says.
func (m *matter) waiting(version int, action review.Action) (*Version, error) {
	v := m.open()
	if v == nil || v.Number != version {
		return nil, apperr.New(apperr.Conflict, "这份变更已经处理过，请刷新后查看")
	}
	by := Other
	if v.Side == m.side {
		by = Proposer
	}
	_, err := Amendments.Next(v.State, action, by)
	return v, err
}

// AgreeAmendment puts an amendment into force.
func (s *Service) AgreeAmendment(ctx context.Context, in AnswerAmendmentInput) (Detail, error) {
	return s.actProved(ctx, in.Contract, in.Proof, Amended, func(ctx context.Context, m *matter) error {
		v, err := m.waiting(in.Version, Amended)
		if err != nil {
			return err
		}
		before := m.version(m.c.Version).Terms
		if v.Hash != in.Hash {
			return errOtherVersion
		}
		if err := m.judgeAmendment(ctx, v.Terms, before); err != nil { // what was delivered or paid since
			return err
		}
		if err := confirm(ctx, m.tx, m.c.ID, v.Number, m.side, personOf(ctx), v.Hash, m.now); err != nil {
			return err
		}
		if err := endVersion(ctx, m.tx, m.c.ID, m.c.Version, VersionInForce, VersionReplaced, uuid.Nil, "", m.now); err != nil {
			return err
		}
		if err := endVersion(ctx, m.tx, m.c.ID, v.Number, VersionOpen, VersionInForce, uuid.Nil, "", m.now); err != nil {
			return err
		}
		m.c.Version, m.c.PriceFen, m.c.Days = v.Number, v.Terms.PriceFen, v.Terms.Days
		if err := setTerms(ctx, m.tx, m.c); err != nil {
			return err
		}
		note := fmt.Sprintf("第 %d 次变更生效：%s", v.Amendment, v.Reason)
		if v.Terms.PriceFen != before.PriceFen {
			note += fmt.Sprintf("；合同价由 %s 元变为 %s 元", money.Yuan(before.PriceFen), money.Yuan(v.Terms.PriceFen))
		}
		if v.Terms.Days != before.Days {
			note += fmt.Sprintf("；承诺时限由 %d 个工作日变为 %d 个", before.Days, v.Terms.Days)
		}
		return m.take(ctx, step{action: Amended, note: note, to: []Side{other(m.side), Operator}, kind: "contract-amended", move: procurement.ContractAmended,
			body: map[string]any{"contract": m.c.Number, "amendment": v.Amendment, "version": v.Number, "textSha256": v.Hash, "reason": v.Reason, "priceFen": v.Terms.PriceFen,
				"priceBeforeFen": before.PriceFen, "awardFen": m.c.AwardFen, "days": v.Terms.Days, "daysBefore": before.Days, "awardDays": m.c.AwardDays}})
	})
}

// DeclineAmendment refuses an amendment; WithdrawAmendment takes one's own back.
func (s *Service) DeclineAmendment(ctx context.Context, in AnswerAmendmentInput) (Detail, error) {
	return s.endAmendment(ctx, in, NotAmend, VersionDeclined)
}

// WithdrawAmendment as DeclineAmendment.
func (s *Service) WithdrawAmendment(ctx context.Context, in AnswerAmendmentInput) (Detail, error) {
	return s.endAmendment(ctx, in, UnAmend, VersionWithdrawn)
}

func (s *Service) endAmendment(ctx context.Context, in AnswerAmendmentInput, action review.Action, to review.State) (Detail, error) {
	return s.act(ctx, in.Contract, permitRun, action, func(ctx context.Context, m *matter) error {
		v, err := m.waiting(in.Version, action)
		if err != nil {
			return err
		}
		reason, err := reasoned("reason", "理由", in.Reason)
		if err != nil {
			return err
		}
		if err := endVersion(ctx, m.tx, m.c.ID, v.Number, VersionOpen, to, personOf(ctx), reason, m.now); err != nil {
			return err
		}
		return m.take(ctx, step{action: action, note: fmt.Sprintf("第 %d 次变更：%s", v.Amendment, reason), to: m.theOther()})
	})
}
