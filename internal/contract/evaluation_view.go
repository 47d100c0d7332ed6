package contract

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/rules"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
)

// StarLine is what one dimension was given.
type StarLine struct {
	Dimension
	Stars  int    `json:"stars" minimum:"1" maximum:"5" doc:"几星"`
	Reason string `json:"reason,omitempty" doc:"理由"`
}

// AppealView is an appeal as the two sides and the officials see it.
type AppealView struct {
	ID             uuid.UUID    `json:"id"`
	State          review.State `json:"state" enum:"filed,upheld,dismissed,withdrawn" doc:"状态"`
	StateLabel     string       `json:"stateLabel" doc:"状态"`
	Reason         string       `json:"reason" doc:"申诉理由；不公开"`
	At             time.Time    `json:"at" doc:"提出时间"`
	DueAt          time.Time    `json:"dueAt" doc:"审查期限"`
	DueProvisional bool         `json:"dueProvisional,omitempty" doc:"为真表示期限暂定：所依据的年份日历尚未公布"`
	Answer         string       `json:"answer,omitempty" doc:"审查意见；公开"`
	DecidedAt      *time.Time   `json:"decidedAt,omitempty" doc:"作出决定的时间"`
	Files          []Attachment `json:"files" doc:"证据"`
}

// EvaluationView is one side's evaluation as those see it who may see the contract.
type EvaluationView struct {
	ID           uuid.UUID    `json:"id"`
	Side         Side         `json:"side" enum:"purchaser,agency" doc:"谁评价的"`
	SideLabel    string       `json:"sideLabel" doc:"谁评价的"`
	State        review.State `json:"state" enum:"given,published,struck,corrected" doc:"状态"`
	StateLabel   string       `json:"stateLabel" doc:"状态"`
	At           time.Time    `json:"at" doc:"评价时间"`
	PublishedAt  *time.Time   `json:"publishedAt,omitempty" doc:"公开时间"`
	Stars        []StarLine   `json:"stars" doc:"各维度的星"`
	Mean         string       `json:"mean" doc:"加权平均的星，两位小数" example:"4.35"`
	Comment      string       `json:"comment,omitempty" doc:"总的评价"`
	Counts       bool         `json:"counts" doc:"为真表示计入对方的得分"`
	WhyNot       string       `json:"whyNot,omitempty" doc:"不计入的原因"`
	Reply        string       `json:"reply,omitempty" doc:"被评价方的回复"`
	RepliedAt    *time.Time   `json:"repliedAt,omitempty" doc:"回复时间"`
	StruckAt     *time.Time   `json:"struckAt,omitempty" doc:"撤销时间"`
	StruckReason string       `json:"struckReason,omitempty" doc:"撤销的理由"`
	CorrectBy    *time.Time   `json:"correctBy,omitempty" doc:"更正的期限"`
	Corrects     *uuid.UUID   `json:"correctsId,omitempty" doc:"更正的是哪一条"`
	Digest       string       `json:"digest" doc:"给出时记入公开日志的摘要：SHA-256"`
	Nonce        string       `json:"nonce,omitempty" doc:"摘要里的随机数，公开后才有；核对摘要用"`
	Appeal       *AppealView  `json:"appeal,omitempty" doc:"申诉"`
}

// EvaluationStanding is where one side's evaluation is; what it says is not told with it.
type EvaluationStanding struct {
	Side       Side         `json:"side" enum:"purchaser,agency" doc:"谁评价"`
	SideLabel  string       `json:"sideLabel" doc:"谁评价"`
	State      review.State `json:"state" enum:"due,given,published,struck,corrected,lapsed" doc:"状态"`
	StateLabel string       `json:"stateLabel" doc:"状态"`
}

// EvaluationAllowed is something that the one who asks may do now.
type EvaluationAllowed struct {
	Action  review.Action `json:"action" enum:"evaluate,reply-evaluation,appeal-evaluation,withdraw-appeal,correct-evaluation,decide-appeal" doc:"能做什么"`
	Label   string        `json:"label" doc:"能做什么"`
	Subject *uuid.UUID    `json:"subjectId,omitempty" doc:"对哪条评价；撤回和审查的，是对哪件申诉"`
	Awaited bool          `json:"awaited" doc:"为真表示正等着您办理"`
	Until   *time.Time    `json:"until,omitempty" doc:"期限"`
}

// DecideAppeal is the officials' step: it leads to upheld or dismissed.
const DecideAppeal review.Action = "decide-appeal"

// EvaluationBoard is what the two sides of a contract say of each other.
type EvaluationBoard struct {
	ContractID     uuid.UUID            `json:"contractId"`
	ContractNumber string               `json:"contractNumber" doc:"合同编号"`
	Open           bool                 `json:"open" doc:"为真表示合同已验收，可以评价或者已有评价"`
	Until          *time.Time           `json:"until,omitempty" doc:"评价的期限"`
	Provisional    bool                 `json:"provisional,omitempty" doc:"为真表示期限暂定：所依据的年份日历尚未公布"`
	Side           Side                 `json:"side,omitempty" enum:"purchaser,agency" doc:"您是哪一方"`
	Dimensions     []Dimension          `json:"dimensions" doc:"您这一方评价对方的维度"`
	ReasonChars    int                  `json:"reasonChars" doc:"低于 3 星时理由的最少字数"`
	Standing       []EvaluationStanding `json:"standing" doc:"双方的评价到了哪一步"`
	Evaluations    []EvaluationView     `json:"evaluations" doc:"您能看到的评价，含被撤销的"`
	AllowedActions []EvaluationAllowed  `json:"allowedActions" doc:"现在能做什么"`
}

// EvaluationsOf are the evaluations of a contract, for its two sides and the officials of
// its region. What the other side gave is not shown before it is published; nor is it to
// officials.
func (s *Service) EvaluationsOf(ctx context.Context, contract uuid.UUID) (EvaluationBoard, error) {
	if err := s.Policy.Require(ctx, permitRead, authz.Anywhere); err != nil {
		return EvaluationBoard{}, err
	}
	c, err := load(ctx, s.Pool, contract, false)
	if err != nil {
		return EvaluationBoard{}, err
	}
	if !s.sees(ctx, c) {
		return EvaluationBoard{}, errNotFound
	}
	side, _ := s.sideOf(ctx, c) // who is on both sides sees, and does nothing
	b := EvaluationBoard{ContractID: c.ID, ContractNumber: c.Number, Side: side, Dimensions: DimensionsBy(side), Standing: []EvaluationStanding{}, Evaluations: []EvaluationView{}, AllowedActions: []EvaluationAllowed{}}
	all, err := loadEvaluations(ctx, s.Pool, []uuid.UUID{c.ID})
	if err != nil {
		return b, err
	}
	said := all[c.ID]
	if said.term == nil {
		return b, nil
	}
	now, err := dbNow(ctx, s.Pool)
	if err != nil {
		return b, err
	}
	if b.ReasonChars, err = rules.Int(ctx, s.Pool, ruleReason, c.Region, now); err != nil {
		return b, err
	}
	b.Open, b.Until, b.Provisional = true, &said.term.Until, said.term.Provisional
	for _, x := range []Side{Purchaser, Agency} {
		state := evaluationState(said.list, x, *said.term, now)
		b.Standing = append(b.Standing, EvaluationStanding{x, SideLabels[x], state, Evaluations.States[state]})
	}
	files, err := loadParts(ctx, s.Pool, []uuid.UUID{c.ID}, true)
	if err != nil {
		return b, err
	}
	for _, e := range said.list {
		if e.PublishedAt != nil || e.Side == side {
			b.Evaluations = append(b.Evaluations, e.view(files[c.ID].files))
		}
	}
	return b, s.allowEvaluations(ctx, c, said, side, now, &b)
}

func (s *Service) allowEvaluations(ctx context.Context, c Contract, said *evaluated, side Side, now time.Time, b *EvaluationBoard) error {
	if side == "" {
		for _, e := range said.list {
			if e.Appeal != nil && e.Appeal.State == AppealFiled && s.mayDecideAppeal(ctx, c, e) {
				b.allow(DecideAppeal, "审查申诉", &e.Appeal.ID, true, &e.Appeal.Due)
			}
		}
		return nil
	}
	if !s.Policy.May(ctx, permitRun, authz.Scope{Organisation: c.org(side)}) {
		return nil
	}
	if evaluationState(said.list, side, *said.term, now) == EvaluationDue {
		b.allow(Evaluate, "评价"+SideLabels[other(side)], nil, true, &said.term.Until)
	}
	for _, e := range said.list {
		if e.PublishedAt == nil {
			continue
		}
		until, _, err := workdayTerm(ctx, s.Pool, ruleAppeal, "file", c.Region, *e.PublishedAt)
		if err != nil {
			return err
		}
		for _, a := range e.allowedOn(side, until, now) {
			switch a {
			case AppealEvaluation:
				b.allow(a, evaluationLabels[a], &e.ID, false, &until)
			case CorrectEvaluation:
				b.allow(a, evaluationLabels[a], &e.ID, true, e.CorrectBy)
			default:
				b.allow(a, evaluationLabels[a], &e.ID, false, nil)
			}
		}
		if e.Appeal != nil && slices.Contains(EvaluationAppeals.Allowed(e.Appeal.State, e.actor(side)), WithdrawAppeal) {
			b.allow(WithdrawAppeal, evaluationLabels[WithdrawAppeal], &e.Appeal.ID, false, nil)
		}
	}
	return nil
}

func (b *EvaluationBoard) allow(a review.Action, label string, subject *uuid.UUID, awaited bool, until *time.Time) {
	b.AllowedActions = append(b.AllowedActions, EvaluationAllowed{a, label, subject, awaited, until})
}

// mayDecideAppeal is an operator of the contract's region who has not filed it.
func (s *Service) mayDecideAppeal(ctx context.Context, c Contract, e Evaluation) bool {
	return s.Policy.May(ctx, permitDecideAppeal, authz.Scope{Region: c.Region, Sectors: c.Sectors}) && (e.Appeal.By == nil || *e.Appeal.By != personOf(ctx))
}

func starLines(side Side, o Opinion) []StarLine {
	out := []StarLine{}
	for _, d := range DimensionsBy(side) {
		out = append(out, StarLine{d, o.Stars[d.Key], o.Reasons[d.Key]})
	}
	return out
}

func (e Evaluation) view(files map[uuid.UUID][]Attachment) EvaluationView {
	v := EvaluationView{ID: e.ID, Side: e.Side, SideLabel: SideLabels[e.Side], State: e.State, StateLabel: Evaluations.States[e.State], At: e.At, PublishedAt: e.PublishedAt,
		Stars: starLines(e.Side, e.Opinion), Mean: starText(e.Opinion.Hundredths(e.Side)), Comment: e.Opinion.Comment, Counts: e.Counts, WhyNot: e.WhyNot, Reply: e.Reply, RepliedAt: e.RepliedAt,
		StruckAt: e.StruckAt, StruckReason: e.StruckWhy, CorrectBy: e.CorrectBy, Corrects: e.Corrects, Digest: e.Digest}
	if e.PublishedAt != nil {
		v.Nonce = e.Nonce
	}
	if a := e.Appeal; a != nil {
		v.Appeal = &AppealView{ID: a.ID, State: a.State, StateLabel: EvaluationAppeals.States[a.State], Reason: a.Reason, At: a.At, DueAt: a.Due, DueProvisional: a.Provisional,
			Answer: a.Answer, DecidedAt: a.Decided, Files: nonNil(files[a.ID])}
	}
	return v
}

// masked takes a natural person's full name out of what the public reads
// (docs/adr/0006-what-is-public.md).
func masked(natural bool, name, text string) string {
	if !natural || name == "" {
		return text
	}
	return strings.ReplaceAll(text, name, secret.MaskName(name))
}
