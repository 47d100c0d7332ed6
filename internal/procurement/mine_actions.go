package procurement

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/review"
)

// bindMe finds out in what parts the actor takes part in p, and fills in what each may see
// and do. The table says what a side may do in a state; the rest of the rule is here once
// and is asked again by each use case.
func (s *Service) bindMe(ctx context.Context, p Procurement, m *MyDetail) error {
	actor := authz.From(ctx)
	if actor == nil {
		return apperr.New(apperr.Unauthenticated, "请先登录")
	}
	mine := actor.Of(p.OrgID)
	if p.Terms.usesCommit() {
		list, err := listUndertakings(ctx, s.Pool, p.ID)
		if err != nil {
			return err
		}
		m.Commitments = list
	}
	for _, bind := range []func(context.Context, Procurement, *MyDetail, bool) error{s.bindPurchaser, s.bindAgency, s.bindOperator, s.bindExpert, s.bindSupervisor} {
		if err := bind(ctx, p, m, mine); err != nil {
			return err
		}
	}
	if m.MayObject && !mine {
		m.allow(Objector, doLabels[DoObject], DoObject, untilOf(p))
	}
	slices.SortStableFunc(m.AllowedActions, func(a, b Allowed) int { return order(a) - order(b) })
	if len(m.Sides) == 0 && !slices.ContainsFunc(m.AllowedActions, func(a Allowed) bool { return a.Action == DoCommit || a.Action == DoReveal }) {
		m.Commitments = nil // for those who take part
	}
	return nil
}

// order puts what must be done by some time first.
func order(a Allowed) int {
	if a.Until != nil {
		return 0
	}
	return 1
}

func untilOf(p Procurement) *time.Time {
	if p.State == Publicity {
		return p.PublicityUntil
	}
	return nil
}

func (m *MyDetail) allow(by review.By, label string, action review.Action, until *time.Time) {
	m.AllowedActions = append(m.AllowedActions, Allowed{Action: action, Label: label, Side: by, SideLabel: sideLabel(by), Until: until})
}

// takes says whether sign-up is still on, by the database's clock.
func (m *MyDetail) takes() bool { return m.State == Open }

func (s *Service) bindPurchaser(ctx context.Context, p Procurement, m *MyDetail, mine bool) error {
	if !mine || !s.Policy.May(ctx, permitRun, authz.Scope{Organisation: p.OrgID}) {
		return nil
	}
	m.Sides = append(m.Sides, Purchaser)
	for _, a := range Workflow.Allowed(p.State, Purchaser) {
		switch a {
		case Amend, Withdraw:
			if m.takes() {
				m.allow(Purchaser, Workflow.Labels[a], a, &p.Deadline)
			}
		case Choose:
			if (p.Method == CreditWeighted || p.Method == ProposalChoice) && p.ChoiceUntil != nil && m.Now.Before(*p.ChoiceUntil) {
				m.allow(Purchaser, Workflow.Labels[a], a, p.ChoiceUntil)
			}
		case Substitute: // and Fail, when no reserve is left: both begin with the same report
			m.allow(Purchaser, doLabels[DoRefuse], DoRefuse, nil)
		default: // begins elsewhere
		}
	}
	var err error
	if m.Waiting, err = listAsked(ctx, s.Pool, p.ID); err != nil {
		return err
	}
	if m.takes() && len(m.Waiting) > 0 {
		m.allow(Purchaser, doLabels[DoAnswer], DoAnswer, &p.Deadline)
	}
	if p.State == Failed {
		m.allow(Purchaser, doLabels[DoRepublish], DoRepublish, nil)
	}
	m.bindCommit(p, Purchaser, partyPurchaser)
	return s.offerJudging(ctx, p, m)
}

// offerJudging: a low quote that has been explained waits for the purchaser's word.
func (s *Service) offerJudging(ctx context.Context, p Procurement, m *MyDetail) error {
	if p.State != Selecting {
		return nil
	}
	bids, err := loadBids(ctx, s.Pool, p.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(bids, func(b Bid) bool { return b.ExplainedAt != nil && b.Verdict == "" }) {
		m.allow(Purchaser, doLabels[DoJudge], DoJudge, p.ChoiceUntil)
	}
	return nil
}

// bindCommit offers what the party has not done yet. A value is asked for only while the
// draw takes commitments as its source and is still to be made.
func (m *MyDetail) bindCommit(p Procurement, by review.By, party string) {
	i := slices.IndexFunc(m.Commitments, func(u Undertaking) bool { return u.Party == party })
	if i < 0 {
		return
	}
	u, d := m.Commitments[i], m.Drawing("selection")
	action, until := DoReveal, (*time.Time)(nil)
	switch {
	case m.takes() && u.Committed == nil:
		action, until = DoCommit, &p.Deadline
	case p.State == Selecting && u.Committed != nil && u.Revealed == nil && d != nil && d.DrawnAt == nil && (d.UsedFallback || p.Terms.Source.Kind == Commit):
	default:
		return
	}
	m.AllowedActions = append(m.AllowedActions, Allowed{Action: action, Label: doLabels[action], Side: by, SideLabel: partyLabels[party], Until: until})
}

func (s *Service) bindAgency(ctx context.Context, p Procurement, m *MyDetail, mine bool) error {
	if mine || !s.Policy.May(ctx, permitBid, authz.Anywhere) {
		return nil
	}
	b, err := s.bidder(ctx, s.Pool, uuid.Nil)
	if code := apperr.CodeOf(err); err != nil && (code == apperr.Conflict || code == apperr.Invalid) {
		return nil // not admitted, or of more than one: asks in one's name
	}
	if err != nil {
		return err
	}
	m.Sides = append(m.Sides, Agency)
	if m.takes() {
		m.allow(Agency, doLabels[DoBid], DoBid, &p.Deadline)
		m.allow(Agency, doLabels[DoAsk], DoAsk, &p.Deadline)
		return nil
	}
	if !m.Opened {
		return nil
	}
	bids, err := loadBids(ctx, s.Pool, p.ID)
	if err != nil {
		return err
	}
	for _, own := range bids {
		if own.Agency != b.id {
			continue
		}
		public := publicBid(own)
		m.Own = &public
		if own.ExplainUntil != nil && own.ExplainedAt == nil && p.State == Selecting && m.Now.Before(*own.ExplainUntil) {
			m.allow(Agency, doLabels[DoExplain], DoExplain, own.ExplainUntil)
		}
		if own.State == BidSelected && slices.Contains(Workflow.Allowed(p.State, Agency), Substitute) {
			m.allow(Agency, doLabels[DoRefuse], DoRefuse, nil)
		}
	}
	return nil
}

// bindOperator: nobody decides on his own organisation's.
func (s *Service) bindOperator(ctx context.Context, p Procurement, m *MyDetail, mine bool) error {
	if mine || !s.Policy.May(ctx, permitOperate, authz.Scope{Region: p.Region}) {
		return nil
	}
	m.Sides = append(m.Sides, Operator)
	for _, a := range Workflow.Allowed(p.State, Operator) {
		switch a {
		case VoidDraw:
			if m.Drawing("selection") != nil {
				m.allow(Operator, Workflow.Labels[a], a, nil)
			}
		case Suspend, Resume, Reselect: // by deciding an objection
		case EndContract: // begins at the contract
		default:
			m.allow(Operator, Workflow.Labels[a], a, nil)
		}
	}
	for _, o := range m.Objections {
		if o.Open() {
			m.allow(Operator, doLabels[DoDecide], DoDecide, &o.DueAt)
			break
		}
	}
	return nil
}

func (s *Service) bindExpert(ctx context.Context, p Procurement, m *MyDetail, _ bool) error {
	if p.Method != Panel || !s.Policy.May(ctx, permitScore, authz.Anywhere) {
		return nil
	}
	sits, found, err := memberOf(ctx, s.Pool, p.ID, s.Policy.ReachOf(ctx, permitScore).Organisations)
	if err != nil || !found || sits.State == "reserve" {
		return err
	}
	m.Sides, m.Member = append(m.Sides, Expert), sits.State
	if p.State != Selecting {
		return nil
	}
	switch sits.State {
	case "drawn":
		m.allow(Expert, doLabels[DoDeclare], DoDeclare, p.ChoiceUntil)
	case "declared":
		m.allow(Expert, doLabels[DoScore], DoScore, p.ChoiceUntil)
	}
	return nil
}

func (s *Service) bindSupervisor(ctx context.Context, p Procurement, m *MyDetail, mine bool) error {
	if mine || !p.Terms.usesCommit() || !s.Policy.May(ctx, permitCommit, authz.Scope{Region: p.Region}) {
		return nil
	}
	m.bindCommit(p, Operator, partySupervisor)
	return nil
}
