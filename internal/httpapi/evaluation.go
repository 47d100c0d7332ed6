package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"zjcs/internal/contract"
	"zjcs/internal/platform/page"
)

var evaluationScopes = []string{"contract", "agency"}

// evaluationRoutes are what the two sides of an accepted contract say of each other.
func (a *API) evaluationRoutes() {
	const tag = "服务评价"
	const one, appeal = "/api/v1/evaluations/{id}", "/api/v1/evaluation-appeals/{id}"
	get(a, "/api/v1/agencies/{id}/evaluations", "agency-evaluations", tag, "项目业主对一家机构的评价、机构的回复和申诉结果", evaluationScopes, a.agencyEvaluations)
	on(a, endpoint{http.MethodGet, "/api/v1/my/evaluations", "my-evaluations", tag, "本单位待评价、已评价和收到的评价", "contract:read", 0}, a.myEvaluations)
	on(a, endpoint{http.MethodGet, "/api/v1/contracts/{id}/evaluations", "contract-evaluations", tag, "一份合同双方的评价；公开以前只见自己的", "contract:read", 0}, a.contractEvaluations)
	on(a, endpoint{http.MethodPost, "/api/v1/contracts/{id}/evaluations", "evaluate", tag, "评价对方，每方一次；双方都评价或者期满时公开", "contract:run", http.StatusCreated}, a.evaluate)
	on(a, endpoint{http.MethodPost, one + "/reply", "reply-evaluation", tag, "回复对自己的评价，一次，公开", "contract:run", 0}, a.replyEvaluation)
	on(a, endpoint{http.MethodPost, one + "/appeals", "appeal-evaluation", tag, "认为评价不实，提出申诉", "contract:run", http.StatusCreated}, a.appealEvaluation)
	on(a, endpoint{http.MethodPost, one + "/correction", "correct-evaluation", tag, "更正被撤销的评价，一次", "contract:run", 0}, a.correctEvaluation)
	on(a, endpoint{http.MethodGet, "/api/v1/evaluation-appeals", "evaluation-appeals", tag, "待审查的评价申诉，最急的在前", "evaluation-appeal:decide", 0}, a.listEvaluationAppeals)
	on(a, endpoint{http.MethodPost, appeal + "/withdrawal", "withdraw-evaluation-appeal", tag, "撤回申诉", "contract:run", 0}, a.withdrawEvaluationAppeal)
	on(a, endpoint{http.MethodPost, appeal + "/decision", "decide-evaluation-appeal", tag, "审查申诉：成立的撤销评价，不成立的维持", "evaluation-appeal:decide", 0}, a.decideEvaluationAppeal)
	on(a, endpoint{http.MethodGet, "/api/v1/procurements/{id}/purchaser-rating", "purchaser-rating", tag, "项目业主的得分，供机构报名前参考", signedIn, 0}, a.purchaserRating)
	on(a, endpoint{http.MethodGet, "/api/v1/my/purchaser-rating", "my-purchaser-rating", tag, "本单位作为项目业主的得分", "contract:run", 0}, a.myPurchaserRating)
}

type agencyEvaluationsQuery struct {
	ID string `path:"id" maxLength:"36" doc:"机构的标识或统一社会信用代码"`
	Paging
}

func (a *API) agencyEvaluations(ctx context.Context, in *agencyEvaluationsQuery) (page.Page[contract.PublicEvaluation], error) {
	of, err := a.Agency.Get(ctx, in.ID)
	if err != nil {
		return page.Page[contract.PublicEvaluation]{}, err
	}
	id, err := uuid.Parse(of.ID)
	if err != nil {
		return page.Page[contract.PublicEvaluation]{}, err
	}
	return a.Contract.AgencyEvaluations(ctx, id, in.request())
}

type myEvaluationsQuery struct {
	Paging
	View  string `query:"view" enum:"purchaser,agency" default:"purchaser" doc:"作为项目业主，或者作为中介机构"`
	Which string `query:"which" enum:"due,given,got" default:"due" doc:"due 待评价；given 已评价；got 收到的"`
}

func (a *API) myEvaluations(ctx context.Context, in *myEvaluationsQuery) (page.Page[contract.MyEvaluation], error) {
	return a.Contract.MyEvaluations(ctx, contract.EvaluationFilter{Request: in.request(), View: in.View, Which: in.Which})
}

func (a *API) contractEvaluations(ctx context.Context, in *ContractKey) (contract.EvaluationBoard, error) {
	return a.Contract.EvaluationsOf(ctx, in.ID)
}

type evaluateInput struct {
	ContractKey
	Body contract.Opinion
}

func (a *API) evaluate(ctx context.Context, in *evaluateInput) (contract.EvaluationBoard, error) {
	return a.Contract.Evaluate(ctx, contract.EvaluateInput{Contract: in.ID, Opinion: in.Body})
}

// EvaluationKey names an evaluation.
type EvaluationKey struct {
	ID uuid.UUID `path:"id" doc:"评价的标识"`
}

type replyEvaluationInput struct {
	EvaluationKey
	Body struct {
		Text string `json:"text" maxLength:"1000" doc:"回复，公开"`
	}
}

func (a *API) replyEvaluation(ctx context.Context, in *replyEvaluationInput) (contract.EvaluationBoard, error) {
	return a.Contract.Reply(ctx, in.ID, in.Body.Text)
}

type appealEvaluationInput struct {
	EvaluationKey
	Body struct {
		Reason string      `json:"reason" maxLength:"2000" doc:"理由：哪里不实，依据是什么"`
		Files  []uuid.UUID `json:"files,omitempty" maxItems:"20" doc:"证据（已上传附件的标识）"`
	}
}

func (a *API) appealEvaluation(ctx context.Context, in *appealEvaluationInput) (contract.EvaluationBoard, error) {
	return a.Contract.Appeal(ctx, contract.AppealInput{Evaluation: in.ID, Reason: in.Body.Reason, Files: in.Body.Files})
}

type correctEvaluationInput struct {
	EvaluationKey
	Body contract.Opinion
}

func (a *API) correctEvaluation(ctx context.Context, in *correctEvaluationInput) (contract.EvaluationBoard, error) {
	return a.Contract.Correct(ctx, contract.CorrectInput{Evaluation: in.ID, Opinion: in.Body})
}

type evaluationAppealsQuery struct{ Paging }

func (a *API) listEvaluationAppeals(ctx context.Context, in *evaluationAppealsQuery) (page.Page[contract.AppealMatter], error) {
	return a.Contract.OpenAppeals(ctx, in.request())
}

// EvaluationAppealKey names an appeal against an evaluation.
type EvaluationAppealKey struct {
	ID uuid.UUID `path:"id" doc:"申诉的标识"`
}

func (a *API) withdrawEvaluationAppeal(ctx context.Context, in *EvaluationAppealKey) (contract.EvaluationBoard, error) {
	return a.Contract.WithdrawAppeal(ctx, in.ID)
}

type decideEvaluationAppealInput struct {
	EvaluationAppealKey
	Body struct {
		Upheld bool   `json:"upheld" doc:"为真表示申诉成立，评价撤销"`
		Answer string `json:"answer" maxLength:"2000" doc:"审查意见，公开"`
	}
}

func (a *API) decideEvaluationAppeal(ctx context.Context, in *decideEvaluationAppealInput) (contract.EvaluationBoard, error) {
	return a.Contract.DecideAppeal(ctx, contract.DecideAppealInput{Appeal: in.ID, Upheld: in.Body.Upheld, Answer: in.Body.Answer})
}

func (a *API) purchaserRating(ctx context.Context, in *ProcurementKey) (contract.PurchaserRating, error) {
	return a.Contract.RatingOf(ctx, in.ID)
}

type myRatingQuery struct {
	Organisation uuid.UUID `query:"organisation" required:"true" doc:"本单位的标识"`
}

func (a *API) myPurchaserRating(ctx context.Context, in *myRatingQuery) (contract.PurchaserRating, error) {
	return a.Contract.MyRating(ctx, in.Organisation)
}
