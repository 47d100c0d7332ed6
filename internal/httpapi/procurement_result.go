package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"zjcs/internal/platform/page"
	"zjcs/internal/platform/web"
	"zjcs/internal/procurement"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
)

// resultScopes: what is found of a result names agencies, items and regions as they were.
var resultScopes = []string{"procurement"}

// resultRoutes are the result of a procurement, objections to it, and its award.
func (a *API) resultRoutes() {
	const tag = "选取结果"
	const one = "/api/v1/procurements/{id}"
	const objection = "/api/v1/procurement-objections/{id}"
	on(a, endpoint{http.MethodGet, one + "/result", "procurement-result", tag, "选取结果：各家响应、异议和答复、中选通知书", Public, 0}, a.procurementResult)
	get(a, one+"/award", "award-notice", tag, "中选通知书及其公开日志证明，可离线核验", resultScopes, a.awardEvidence)
	download(a, endpoint{http.MethodGet, one + "/award.pdf", "award-paper", tag, "中选通知书（PDF）", Public, 0}, "application/pdf", "中选通知书.pdf", a.awardPaper)
	on(a, endpoint{http.MethodPost, one + "/objections", "object-to-result", tag, "公示期内对结果提出异议；不必登录", Public, http.StatusCreated}, a.objectToResult)
	on(a, endpoint{http.MethodGet, one + "/my-standing", "my-standing", tag, "本机构的名次和理由", "bid:submit", 0}, a.myStanding)
	on(a, endpoint{http.MethodPost, one + "/award/refusals", "refuse-award", tag, "放弃中选，或报告中选机构未签合同；由候补递补", signedIn, http.StatusCreated}, a.refuseAward)
	on(a, endpoint{http.MethodGet, "/api/v1/procurement-objections", "procurement-objections", tag, "待办理的异议，最急的在前", "objection:decide", 0}, a.listResultObjections)
	on(a, endpoint{http.MethodPost, objection + "/acceptance", "accept-result-objection", tag, "受理或不予受理一件异议", "objection:decide", 0}, a.acceptResultObjection)
	on(a, endpoint{http.MethodPost, objection + "/answer", "answer-result-objection", tag, "答复已受理的异议", "objection:decide", 0}, a.answerResultObjection)
	on(a, endpoint{http.MethodPost, objection + "/reveals", "reveal-objection-contact", tag, "查看异议人的联系方式（写明理由，留痕）", "personal-data:reveal", 0}, a.revealObjectionContact)
}

// procurementResult is not kept: whether one may object rests on the clock.
func (a *API) procurementResult(ctx context.Context, in *ProcurementKey) (procurement.SelectionResult, error) {
	return a.Procurement.Result(ctx, in.ID)
}

// AwardKey names an award of a procurement.
type AwardKey struct {
	ProcurementKey
	Number string `query:"number" maxLength:"30" doc:"中选通知书编号；不写是最近的一份"`
}

func (a *API) awardEvidence(ctx context.Context, in *AwardKey) (selection.AwardEvidence, error) {
	return a.Procurement.AwardEvidence(ctx, in.ID, in.Number)
}

func (a *API) awardPaper(ctx context.Context, in *AwardKey) ([]byte, error) {
	if err := web.Cacheable(ctx, resultScopes...); err != nil {
		return nil, err
	}
	return a.Procurement.AwardPaper(ctx, in.ID, in.Number)
}

type resultObjectionInput struct {
	ProcurementKey
	Body struct {
		Name         string     `json:"name" minLength:"2" maxLength:"100" doc:"姓名或单位名称，不公开"`
		Contact      string     `json:"contact" minLength:"5" maxLength:"100" doc:"联系方式，不公开"`
		Text         string     `json:"text" minLength:"10" maxLength:"4000" doc:"异议内容和依据，不公开"`
		Organisation *uuid.UUID `json:"organisationId,omitempty" doc:"以哪个单位的名义（须已登录）；以个人名义的不写"`
	}
}

func (a *API) objectToResult(ctx context.Context, in *resultObjectionInput) (procurement.ResultObjection, error) {
	return a.Procurement.Object(ctx, procurement.ObjectInput{Procurement: in.ID, Organisation: orNil(in.Body.Organisation),
		ObjectInput: review.ObjectInput{Name: in.Body.Name, Contact: in.Body.Contact, Text: in.Body.Text}})
}

func (a *API) myStanding(ctx context.Context, in *BidFor) (procurement.Standing, error) {
	agency, err := in.agency()
	if err != nil {
		return procurement.Standing{}, err
	}
	return a.Procurement.MyStanding(ctx, in.ID, agency)
}

type refuseInput struct {
	ProcurementKey
	Body struct {
		Number string              `json:"number" minLength:"1" maxLength:"30" doc:"中选通知书编号"`
		How    procurement.Refusal `json:"how" enum:"declined,no_show,refused_to_sign" doc:"declined 机构放弃；no_show 逾期未签；refused_to_sign 拒签"`
		Reason string              `json:"reason" minLength:"5" maxLength:"2000" doc:"理由，会公开"`
	}
}

func (a *API) refuseAward(ctx context.Context, in *refuseInput) (procurement.SelectionResult, error) {
	err := a.Procurement.RefuseAward(ctx, procurement.RefuseInput{Procurement: in.ID, Number: in.Body.Number, How: in.Body.How, Reason: in.Body.Reason})
	if err != nil {
		return procurement.SelectionResult{}, err
	}
	return a.Procurement.Result(ctx, in.ID)
}

type resultObjectionQuery struct{ Paging }

func (a *API) listResultObjections(ctx context.Context, in *resultObjectionQuery) (page.Page[procurement.ObjectionMatter], error) {
	return a.Procurement.Objections(ctx, in.request())
}

// ObjectionKey names an objection to a result.
type ObjectionKey struct {
	ID uuid.UUID `path:"id" doc:"异议的标识"`
}

type acceptanceInput struct {
	ObjectionKey
	Body struct {
		Accept bool   `json:"accept" doc:"为真表示受理，采购中止"`
		Reason string `json:"reason" minLength:"5" maxLength:"2000" doc:"理由，会公开"`
	}
}

func (a *API) acceptResultObjection(ctx context.Context, in *acceptanceInput) (procurement.ResultObjection, error) {
	return a.Procurement.AcceptObjection(ctx, procurement.AcceptInput{ID: in.ID, Accept: in.Body.Accept, Reason: in.Body.Reason})
}

type resultAnswerInput struct {
	ObjectionKey
	Body struct {
		Upheld bool               `json:"upheld" doc:"为真表示异议成立"`
		Answer string             `json:"answer" minLength:"5" maxLength:"2000" doc:"答复，会公开"`
		Remedy procurement.Remedy `json:"remedy,omitempty" enum:"reselect,terminate" doc:"成立的：reselect 剔除后重新选取，terminate 终止"`
		Bid    int                `json:"bid,omitempty" minimum:"1" doc:"要剔除的编号；不写是中选的那份"`
	}
}

func (a *API) answerResultObjection(ctx context.Context, in *resultAnswerInput) (procurement.ResultObjection, error) {
	return a.Procurement.AnswerObjection(ctx, procurement.AnswerInput{ID: in.ID, Upheld: in.Body.Upheld, Answer: in.Body.Answer, Remedy: in.Body.Remedy, Bid: in.Body.Bid})
}

type revealContactInput struct {
	ObjectionKey
	Body struct {
		Reason string `json:"reason" minLength:"4" maxLength:"200" doc:"查看理由"`
	}
}

func (a *API) revealObjectionContact(ctx context.Context, in *revealContactInput) (revealed, error) {
	v, err := a.Procurement.RevealContact(ctx, in.ID, in.Body.Reason)
	return revealed{v}, err
}
