package contract

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
)

// Which of one's contracts a list of evaluations has.
const (
	EvaluateDue   = "due"   // not evaluated yet, and the term is on
	EvaluateGiven = "given" // evaluated by one's own side
	EvaluateGot   = "got"   // evaluated by the other, and published
)

// EvaluationFilter narrows one's list of evaluations.
type EvaluationFilter struct {
	page.Request
	View  string // ViewPurchaser or ViewAgency
	Which string
}

// MyEvaluation is a contract in one's list of evaluations.
type MyEvaluation struct {
	ContractID     uuid.UUID    `json:"contractId"`
	ContractNumber string       `json:"contractNumber" doc:"合同编号"`
	Title          string       `json:"title" doc:"项目名称"`
	Other          string       `json:"other" doc:"对方"`
	AcceptedAt     time.Time    `json:"acceptedAt" doc:"验收完成的时间"`
	Until          time.Time    `json:"until" doc:"评价的期限"`
	Provisional    bool         `json:"provisional,omitempty" doc:"为真表示期限暂定：所依据的年份日历尚未公布"`
	Own            review.State `json:"own" enum:"due,given,published,struck,corrected,lapsed" doc:"您这一方的评价到了哪一步"`
	OwnLabel       string       `json:"ownLabel" doc:"您这一方的评价到了哪一步"`
	Others         review.State `json:"others" enum:"due,given,published,struck,corrected,lapsed" doc:"对方的评价到了哪一步"`
	OthersLabel    string       `json:"othersLabel" doc:"对方的评价到了哪一步"`
	OthersMean     string       `json:"othersMean,omitempty" doc:"对方的评价：加权平均的星；公开后才有"`
	Demo           bool         `json:"demo,omitempty" doc:"为真表示示例数据"`
}

type evaluationKey struct {
	Until time.Time
	ID    uuid.UUID
}

// MyEvaluations are one side's contracts by their evaluations; those that are due have the
// most urgent first, the others the newest.
func (s *Service) MyEvaluations(ctx context.Context, f EvaluationFilter) (page.Page[MyEvaluation], error) {
	var none page.Page[MyEvaluation]
	if err := s.Policy.Require(ctx, permitRead, authz.Anywhere); err != nil {
		return none, err
	}
	side := map[string]Side{ViewPurchaser: Purchaser, ViewAgency: Agency}[f.View]
	if side == "" {
		return none, apperr.InvalidField("view", "应是 purchaser 或 agency")
	}
	if f.Which != EvaluateDue && f.Which != EvaluateGiven && f.Which != EvaluateGot {
		return none, apperr.InvalidField("which", "应是 due、given 或 got")
	}
	after, given, err := page.Decode[evaluationKey](f.Cursor)
	if err != nil {
		return none, err
	}
	rows, total, err := listMyEvaluations(ctx, s.Pool, side, f, nonNil(s.Policy.ReachOf(ctx, permitRead).Organisations), after, given)
	if err != nil {
		return none, err
	}
	found := page.Make(rows, f.Size(), total, func(r ratedContract) evaluationKey { return evaluationKey{r.term.Until, r.c.ID} })
	ids := make([]uuid.UUID, len(found.Items))
	for i, r := range found.Items {
		ids[i] = r.c.ID
	}
	said, err := loadEvaluations(ctx, s.Pool, ids)
	if err != nil {
		return none, err
	}
	now, err := dbNow(ctx, s.Pool)
	if err != nil {
		return none, err
	}
	out := page.Page[MyEvaluation]{Items: make([]MyEvaluation, len(ids)), NextCursor: found.NextCursor, Total: found.Total, TotalCapped: found.TotalCapped}
	for i, r := range found.Items {
		list := said[r.c.ID].list
		m := MyEvaluation{ContractID: r.c.ID, ContractNumber: r.c.Number, Title: r.c.Title, Other: r.c.AgencyName, AcceptedAt: r.term.Accepted, Until: r.term.Until, Provisional: r.term.Provisional,
			Own: evaluationState(list, side, r.term, now), Others: evaluationState(list, other(side), r.term, now), Demo: r.c.Demo}
		if side == Agency {
			m.Other = r.c.Purchaser
		}
		m.OwnLabel, m.OthersLabel = Evaluations.States[m.Own], Evaluations.States[m.Others]
		if e := evaluationOf(list, other(side)); e != nil && e.PublishedAt != nil {
			m.OthersMean = starText(e.Opinion.Hundredths(e.Side))
		}
		out.Items[i] = m
	}
	return out, nil
}

// AppealMatter is an appeal as those see it who decide it.
type AppealMatter struct {
	EvaluationView
	ContractID     uuid.UUID `json:"contractId"`
	ContractNumber string    `json:"contractNumber" doc:"合同编号"`
	Title          string    `json:"title" doc:"项目名称"`
	Purchaser      string    `json:"purchaser" doc:"项目业主"`
	Agency         string    `json:"agency" doc:"中介机构"`
	Late           bool      `json:"late" doc:"为真表示超过审查期限"`
}

// OpenAppeals are those that wait for the actor's decision, the first due first. One to
// which the actor's own organisation is a party is not among them.
func (s *Service) OpenAppeals(ctx context.Context, r page.Request) (page.Page[AppealMatter], error) {
	var none page.Page[AppealMatter]
	if err := s.Policy.Require(ctx, permitDecideAppeal, authz.Anywhere); err != nil {
		return none, err
	}
	after, _, err := page.Decode[evaluationKey](r.Cursor)
	if err != nil {
		return none, err
	}
	own := []uuid.UUID{}
	for _, g := range authz.From(ctx).Grants {
		if g.Organisation != uuid.Nil {
			own = append(own, g.Organisation)
		}
	}
	rows, total, err := listOpenAppeals(ctx, s.Pool, nonNil(s.Policy.ReachOf(ctx, permitDecideAppeal).Regions), own, after, r.Size()+1)
	if err != nil {
		return none, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, m := range rows {
		ids[i] = m.ContractID
	}
	all, err := loadParts(ctx, s.Pool, ids, true)
	if err != nil {
		return none, err
	}
	for i, m := range rows {
		rows[i].Appeal.Files = nonNil(all[m.ContractID].files[m.Appeal.ID])
	}
	return page.Make(rows, r.Size(), total, func(m AppealMatter) evaluationKey { return evaluationKey{m.Appeal.DueAt, m.Appeal.ID} }), nil
}

// PublicEvaluation is an agency's evaluation as everyone may read it. Of one that was
// struck the words are gone and the reason stands in their place.
type PublicEvaluation struct {
	ID            uuid.UUID    `json:"id"`
	PublishedAt   time.Time    `json:"publishedAt" doc:"公开时间"`
	ProcurementID uuid.UUID    `json:"procurementId"`
	Title         string       `json:"title" doc:"项目名称"`
	Purchaser     string       `json:"purchaser" doc:"项目业主；自然人只公开姓"`
	State         review.State `json:"state" enum:"published,struck,corrected" doc:"状态：已公开、已撤销、已更正"`
	StateLabel    string       `json:"stateLabel" doc:"状态"`
	Stars         []StarLine   `json:"stars" doc:"各维度的星；撤销的没有"`
	Mean          string       `json:"mean,omitempty" doc:"加权平均的星，两位小数；撤销的没有"`
	Comment       string       `json:"comment,omitempty" doc:"总的评价"`
	Counts        bool         `json:"counts" doc:"为真表示计入信用得分（24 个月内）"`
	WhyNot        string       `json:"whyNot,omitempty" doc:"不计入的原因"`
	Reply         string       `json:"reply,omitempty" doc:"机构的回复"`
	RepliedAt     *time.Time   `json:"repliedAt,omitempty" doc:"回复时间"`
	Appealed      bool         `json:"appealed" doc:"为真表示机构提出过申诉"`
	AppealState   review.State `json:"appealState,omitempty" enum:"filed,upheld,dismissed,withdrawn" doc:"申诉的状态"`
	AppealLabel   string       `json:"appealLabel,omitempty" doc:"申诉的状态"`
	AppealAnswer  string       `json:"appealAnswer,omitempty" doc:"申诉的审查意见"`
	Corrected     bool         `json:"corrected" doc:"为真表示更正了一条被撤销的评价"`
	Demo          bool         `json:"demo,omitempty" doc:"为真表示示例数据"`
}

// AgencyEvaluations is what purchasers said of an agency, the newest first.
func (s *Service) AgencyEvaluations(ctx context.Context, agency uuid.UUID, r page.Request) (page.Page[PublicEvaluation], error) {
	var none page.Page[PublicEvaluation]
	after, given, err := page.Decode[evaluationKey](r.Cursor)
	if err != nil {
		return none, err
	}
	rows, total, err := listAgencyEvaluations(ctx, s.Pool, agency, after, given, r.Size()+1)
	if err != nil {
		return none, err
	}
	return page.Make(rows, r.Size(), total, func(e PublicEvaluation) evaluationKey { return evaluationKey{e.PublishedAt, e.ID} }), nil
}

// public is what of an evaluation everyone may read; natural is a purchaser of that name
// who is a natural person.
func (e Evaluation) public(natural bool, name string) PublicEvaluation {
	v := PublicEvaluation{ID: e.ID, PublishedAt: *e.PublishedAt, Purchaser: name, State: e.State, StateLabel: Evaluations.States[e.State], Stars: []StarLine{}, Counts: e.Counts && e.State == EvaluationPublished,
		WhyNot: e.WhyNot, Reply: masked(natural, name, e.Reply), RepliedAt: e.RepliedAt, Corrected: e.Corrects != nil, Demo: e.Demo}
	if natural {
		v.Purchaser = secret.MaskName(name)
	}
	if e.StruckAt == nil {
		v.Stars, v.Mean, v.Comment = starLines(e.Side, e.Opinion), starText(e.Opinion.Hundredths(e.Side)), masked(natural, name, e.Opinion.Comment)
		for i := range v.Stars {
			v.Stars[i].Reason = masked(natural, name, v.Stars[i].Reason)
		}
	} else {
		v.WhyNot = "经申诉查明不实，已撤销：" + masked(natural, name, e.StruckWhy)
	}
	if a := e.Appeal; a != nil {
		v.Appealed, v.AppealState, v.AppealLabel, v.AppealAnswer = true, a.State, EvaluationAppeals.States[a.State], masked(natural, name, a.Answer)
	}
	return v
}
