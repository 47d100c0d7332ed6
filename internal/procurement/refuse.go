package procurement

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// Refusal is how an award came to nothing (domain.md section 5).
type Refusal string

const (
	Declined      Refusal = "declined"        // the agency said so itself
	NoShow        Refusal = "no_show"         // it did not come until the contract was due
	RefusedToSign Refusal = "refused_to_sign" // it told the purchaser so
)

var refusalLabels = map[Refusal]string{Declined: "中选机构声明放弃", NoShow: "中选机构逾期未签订合同", RefusedToSign: "中选机构拒绝签订合同"}

// RefuseInput ends an award.
type RefuseInput struct {
	Procurement uuid.UUID
	Number      string  // of the award that is meant: another may stand by now
	How         Refusal // Declined by the agency's admin, the others by the purchaser
	Reason      string  // published
}

// CreditProposal asks for a credit record of an agency that let an award fall. It is a
// proposal: the agency is heard, and someone else than its proposer confirms it
// (domain.md section 8).
type CreditProposal struct {
	Agency   uuid.UUID
	Proposer uuid.UUID
	How      Refusal
	Facts    string
	Source   string
}

const permitDecline authz.Permission = "award:decline"

// RefuseAward ends the standing award and gives it to the first reserve, in drawn order; without
// one the procurement has failed. What the winner declines himself, and what the purchaser
// reports, is published with its reason. A no-show is one only once the contract is due.
func (s *Service) RefuseAward(ctx context.Context, in RefuseInput) error {
	perm := permitRun
	switch in.How {
	case Declined:
		perm = permitDecline
	case NoShow, RefusedToSign:
	default:
		return apperr.InvalidField("how", "应为 declined（机构放弃）、no_show（逾期未签）或 refused_to_sign（拒签）")
	}
	if err := s.Policy.Require(ctx, perm, authz.Anywhere); err != nil {
		return err
	}
	if err := publishable("reason", "理由", in.Reason, ""); err != nil {
		return err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	return db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		p, err := load(ctx, tx, in.Procurement, true)
		if err != nil {
			return err
		}
		bids, err := loadBids(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		winner := selectedOf(bids)
		if err := s.mayRefuse(ctx, tx, p, winner, in.How); err != nil {
			return err
		}
		if p.State != Awarded || winner == nil {
			return apperr.New(apperr.Conflict, "这个项目现在没有可以放弃的中选（%s）", Workflow.States[p.State])
		}
		a, err := loadStandingAward(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if a.Number != in.Number {
			return apperr.New(apperr.Conflict, "中选通知书 %s 已经不是有效的那一份，请刷新后再办理", in.Number)
		}
		if err := noShowYet(ctx, tx, a, in.How); err != nil {
			return err
		}
		if err := s.notConfirmed(ctx, tx, a.ID, in.How); err != nil {
			return err
		}
		return s.refuseTx(ctx, tx, &p, bids, *winner, a, in)
	})
}

// notConfirmed refuses a report that the winner does not sign while its word on the contract
// stands and only the purchaser's is missing.
func (s *Service) notConfirmed(ctx context.Context, tx db.Tx, award uuid.UUID, how Refusal) error {
	if how == Declined || s.Confirmed == nil {
		return nil
	}
	confirmed, err := s.Confirmed(ctx, tx, award)
	if err == nil && confirmed {
		err = apperr.New(apperr.Conflict, "中选机构已经确认合同，正等待贵方确认，不能报告它没有签约")
	}
	return err
}

// mayRefuse lets the winner's admin decline and the purchaser report; to anyone else there
// is no such award to refuse.
func (s *Service) mayRefuse(ctx context.Context, tx db.Tx, p Procurement, winner *Bid, how Refusal) error {
	if how != Declined {
		return s.Policy.Require(ctx, permitRun, authz.Scope{Organisation: p.OrgID})
	}
	if winner == nil {
		return errNoAward
	}
	orgs, err := organisationsOf(ctx, tx, winner.Agency)
	if err != nil {
		return err
	}
	for _, org := range orgs {
		if s.Policy.May(ctx, permitDecline, authz.Scope{Organisation: org}) {
			return nil
		}
	}
	return apperr.New(apperr.Forbidden, "只有中选机构的管理员可以放弃中选")
}

func (s *Service) refuseTx(ctx context.Context, tx db.Tx, p *Procurement, bids []Bid, winner Bid, a award, in RefuseInput) error {
	side := Purchaser
	if in.How == Declined {
		side = Agency
	}
	label := refusalLabels[in.How]
	if err := endAward(ctx, tx, a.ID, authz.From(ctx).Person, in.How, in.Reason); err != nil {
		return err
	}
	if err := moveBid(ctx, tx, winner.ID, BidSelected, BidWithdrawn, label); err != nil {
		return err
	}
	facts := fmt.Sprintf("采购 %s《%s》的中选通知书 %s：%s。理由：%s", p.Number, p.Title, a.Number, label, in.Reason)
	if winner.Place > 1 {
		facts += fmt.Sprintf("（第 %d 候补递补）", winner.Place-1)
	}
	if err := s.proposeCredit(ctx, tx, *p, CreditProposal{Agency: winner.Agency, Proposer: authz.From(ctx).Person, How: in.How, Facts: facts, Source: "中选通知书 " + a.Number}); err != nil {
		return err
	}
	body := map[string]any{"refused": a.Number, "how": in.How, "reason": in.Reason}
	if err := s.tell(ctx, tx, Announcement{Procurement: *p, Action: ToldAwardRefused, Agencies: []uuid.UUID{winner.Agency}, Note: label + "：" + in.Reason}); err != nil {
		return err
	}
	next := firstReserve(bids)
	if next == nil {
		return s.exhaustedTx(ctx, tx, p, side, label, body)
	}
	body["next"] = next.Number
	st := step{Action: Substitute, By: side, Kind: "substitution", Body: body,
		Note: fmt.Sprintf("%s：%s。由第 %d 候补 %s（%d 号）递补", label, in.Reason, next.Place-1, next.AgencyName, next.Number)}
	if _, err := s.takeTx(ctx, tx, p, st); err != nil {
		return err
	}
	if err := moveBid(ctx, tx, next.ID, BidReserve, BidSelected, next.Reason); err != nil {
		return err
	}
	issued, err := s.issueTx(ctx, tx, p, *next, a.Number)
	if err != nil {
		return err
	}
	entry, err := s.recordTx(ctx, tx, p, p.State, awardStep(issued))
	if err != nil {
		return err
	}
	if err := setAwardEntry(ctx, tx, issued.Number, entry); err != nil {
		return err
	}
	return s.tellAwarded(ctx, tx, *p, *next, issued)
}

// exhaustedTx fails a procurement whose winner and reserves have all let it fall; the
// purchaser publishes it again.
func (s *Service) exhaustedTx(ctx context.Context, tx db.Tx, p *Procurement, side review.By, label string, body map[string]any) error {
	reason := label + "，没有候补机构可以递补，请重新发布"
	if err := setEnded(ctx, tx, p.ID, reason); err != nil {
		return err
	}
	p.EndedReason = reason
	body["ended"] = reason
	if _, err := s.takeTx(ctx, tx, p, step{Action: Fail, By: side, Note: reason, Kind: "procurement-failed", Body: body}); err != nil {
		return err
	}
	return s.tell(ctx, tx, Announcement{Procurement: *p, Action: Fail, Note: reason})
}

// firstReserve is the reserve whose turn it is, in drawn order.
func firstReserve(bids []Bid) *Bid {
	var first *Bid
	for i, b := range bids {
		if b.State == BidReserve && (first == nil || b.Place < first.Place) {
			first = &bids[i]
		}
	}
	return first
}

// proposeCredit leaves it to the operators where no entry of the rubric covers a refusal.
func (s *Service) proposeCredit(ctx context.Context, tx db.Tx, p Procurement, c CreditProposal) error {
	if s.ProposeCredit != nil {
		proposed, err := s.ProposeCredit(ctx, tx, c)
		if err != nil || proposed {
			return err
		}
	}
	return s.tell(ctx, tx, Announcement{Procurement: p, Action: ToldCreditDue, Note: c.Facts})
}
