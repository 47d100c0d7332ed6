package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"zjcs/internal/platform/page"
	"zjcs/internal/review"
)

// reviewRoutes are the submissions and what is done with them. Where a submission
// belongs, and so who may see or decide it, the use case asks of the submission.
func (a *API) reviewRoutes() {
	const tag = "申请与审核"
	on(a, endpoint{http.MethodGet, "/api/v1/submission-kinds", "submission-kinds", tag, "能提交或审核哪几类申请，各填什么", signedIn, 0}, a.submissionKinds)
	on(a, endpoint{http.MethodGet, "/api/v1/submissions", "submissions", tag, "申请列表：我的、待我审核、管辖范围内全部", signedIn, 0}, a.listSubmissions)
	on(a, endpoint{http.MethodPost, "/api/v1/submissions", "start-submission", tag, "新建草稿；已有同类在办的返回那一件", signedIn, http.StatusCreated}, a.startSubmission)
	on(a, endpoint{http.MethodGet, "/api/v1/submissions/{id}", "submission", tag, "一件申请", signedIn, 0}, a.getSubmission)
	on(a, endpoint{http.MethodPut, "/api/v1/submissions/{id}/content", "save-submission", tag, "保存填写的内容", signedIn, 0}, a.saveSubmission)
	on(a, endpoint{http.MethodPost, "/api/v1/submissions/{id}/actions", "act-on-submission", tag, "提交、撤回、放弃、通过、退回、不予通过", signedIn, 0}, a.actOnSubmission)
	on(a, endpoint{http.MethodPost, "/api/v1/submission-actions", "act-on-submissions", tag, "批量办理", "submission:read", 0}, a.actOnSubmissions)
	on(a, endpoint{http.MethodPut, "/api/v1/submissions/{id}/assignee", "assign-submission", tag, "分派承办人", "submission:read", 0}, a.assignSubmission)
	on(a, endpoint{http.MethodPost, "/api/v1/submissions/{id}/reveals", "reveal-submission-field", tag, "查看遮蔽的个人信息（写明理由，留痕）", "personal-data:reveal", 0}, a.revealField)
	on(a, endpoint{http.MethodPost, "/api/v1/objections/{id}/answer", "answer-objection", tag, "答复异议", "objection:decide", 0}, a.answerObjection)
	on(a, endpoint{http.MethodGet, "/api/v1/workload", "workload", tag, "审核工作量", "workload:read", 0}, a.workload)
	on(a, endpoint{http.MethodGet, "/api/v1/publicity", "publicity", tag, "公示中的申请", Public, 0}, a.listPublicity)
	on(a, endpoint{http.MethodGet, "/api/v1/publicity/{number}", "publicity-detail", tag, "一件公示", Public, 0}, a.getPublicity)
	on(a, endpoint{http.MethodPost, "/api/v1/publicity/{number}/objections", "file-objection", tag, "提出异议", Public, http.StatusCreated}, a.fileObjection)
}

// signedIn asks only that someone is signed in; the use case asks the rest.
const signedIn = "account:manage-own"

type list[T any] struct {
	Items []T `json:"items"`
}

func (a *API) submissionKinds(ctx context.Context, _ *struct{}) (list[review.KindInfo], error) {
	kinds, err := a.Review.Kinds(ctx)
	return list[review.KindInfo]{kinds}, err
}

type submissionQuery struct {
	Paging
	View  string       `query:"view" enum:"mine,queue,all" default:"mine" doc:"mine 我的；queue 待我审核，最急的在前；all 管辖范围内全部"`
	Kind  string       `query:"kind" maxLength:"50" doc:"类别"`
	State review.State `query:"state" maxLength:"20" doc:"状态"`
	Query string       `query:"q" maxLength:"100" doc:"受理号开头，或标题的一部分"`
}

func (a *API) listSubmissions(ctx context.Context, in *submissionQuery) (page.Page[review.Summary], error) {
	return a.Review.List(ctx, review.Filter{Request: in.request(), View: in.View, Kind: in.Kind, State: in.State, Query: in.Query})
}

type startSubmissionInput struct {
	Body struct {
		Kind         string     `json:"kind" maxLength:"50" doc:"类别，见 submission-kinds"`
		Organisation *uuid.UUID `json:"organisationId,omitempty" doc:"为哪个单位；只代表一个单位时可不写"`
		Subject      *uuid.UUID `json:"subjectId,omitempty" doc:"要变更的对象；新增的不写"`
	}
}

func (a *API) startSubmission(ctx context.Context, in *startSubmissionInput) (review.Detail, error) {
	return a.Review.Start(ctx, review.StartInput{Kind: in.Body.Kind, Organisation: orNil(in.Body.Organisation), Subject: orNil(in.Body.Subject)})
}

func orNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// SubmissionKey names a submission. It is exported, like every type embedded in an input:
// huma does not look into others.
type SubmissionKey struct {
	ID uuid.UUID `path:"id" doc:"申请的标识"`
}

func (a *API) getSubmission(ctx context.Context, in *SubmissionKey) (review.Detail, error) {
	return a.Review.Get(ctx, in.ID)
}

type saveSubmissionInput struct {
	SubmissionKey
	Body struct {
		Version int            `json:"version" minimum:"1" doc:"读到的版本"`
		Content map[string]any `json:"content" doc:"按表单填写的内容；可以不全，提交时再检查"`
	}
}

func (a *API) saveSubmission(ctx context.Context, in *saveSubmissionInput) (review.Detail, error) {
	return a.Review.Save(ctx, review.SaveInput{ID: in.ID, Version: in.Body.Version, Content: in.Body.Content})
}

// ActionBody is one step to take.
type ActionBody struct {
	Version int             `json:"version" minimum:"1" doc:"读到的版本"`
	Action  review.Action   `json:"action" enum:"submit,withdraw,discard,accept,return,reject" doc:"动作"`
	Note    string          `json:"note,omitempty" maxLength:"2000" doc:"意见"`
	Reasons []review.Reason `json:"reasons,omitempty" maxItems:"100" doc:"逐项理由"`
}

func (b ActionBody) input(id uuid.UUID) review.ActInput {
	return review.ActInput{ID: id, Version: b.Version, Action: b.Action, Note: b.Note, Reasons: b.Reasons}
}

type actInput struct {
	SubmissionKey
	Body ActionBody
}

func (a *API) actOnSubmission(ctx context.Context, in *actInput) (review.Detail, error) {
	return a.Review.Act(ctx, in.Body.input(in.ID))
}

type actionOnOne struct {
	ID uuid.UUID `json:"id" doc:"申请的标识"`
	ActionBody
}

type actManyInput struct {
	Body struct {
		Items []actionOnOne `json:"items" minItems:"1" maxItems:"50" doc:"逐件的动作"`
	}
}

func (a *API) actOnSubmissions(ctx context.Context, in *actManyInput) (list[review.Outcome], error) {
	acts := make([]review.ActInput, len(in.Body.Items))
	for i, item := range in.Body.Items {
		acts[i] = item.input(item.ID)
	}
	out, err := a.Review.ActMany(ctx, acts)
	return list[review.Outcome]{out}, err
}

type assignInput struct {
	SubmissionKey
	Body struct {
		Version int        `json:"version" minimum:"1" doc:"读到的版本"`
		Person  *uuid.UUID `json:"personId,omitempty" doc:"承办人；不写则退回待分派"`
	}
}

func (a *API) assignSubmission(ctx context.Context, in *assignInput) (review.Detail, error) {
	return a.Review.Assign(ctx, in.ID, orNil(in.Body.Person), in.Body.Version)
}

type revealInput struct {
	SubmissionKey
	Body struct {
		Field  string `json:"field" minLength:"1" maxLength:"200" doc:"字段路径"`
		Reason string `json:"reason" minLength:"4" maxLength:"200" doc:"查看理由"`
	}
}

type revealed struct {
	Value string `json:"value" doc:"完整的值；本次查看已留痕"`
}

func (a *API) revealField(ctx context.Context, in *revealInput) (revealed, error) {
	v, err := a.Review.Reveal(ctx, in.ID, in.Body.Field, in.Body.Reason)
	return revealed{v}, err
}

type answerInput struct {
	ID   uuid.UUID `path:"id" doc:"异议的标识"`
	Body struct {
		Upheld bool   `json:"upheld" doc:"异议成立"`
		Answer string `json:"answer" minLength:"5" maxLength:"2000" doc:"答复"`
	}
}

func (a *API) answerObjection(ctx context.Context, in *answerInput) (review.Detail, error) {
	return a.Review.Answer(ctx, review.AnswerInput{ID: in.ID, Upheld: in.Body.Upheld, Answer: in.Body.Answer})
}

func (a *API) workload(ctx context.Context, _ *struct{}) (review.Workloads, error) {
	return a.Review.Workload(ctx)
}

type publicityQuery struct{ Paging }

func (a *API) listPublicity(ctx context.Context, in *publicityQuery) (page.Page[review.Publicity], error) {
	return a.Review.ListPublicity(ctx, in.request())
}

// PublicityKey names a submission in publicity.
type PublicityKey struct {
	Number string `path:"number" maxLength:"30" doc:"受理号"`
}

func (a *API) getPublicity(ctx context.Context, in *PublicityKey) (review.Publicity, error) {
	return a.Review.GetPublicity(ctx, in.Number)
}

type objectInput struct {
	PublicityKey
	Body struct {
		Name    string `json:"name" minLength:"2" maxLength:"100" doc:"姓名或单位名称"`
		Contact string `json:"contact" minLength:"5" maxLength:"100" doc:"联系方式，不公开"`
		Text    string `json:"text" minLength:"10" maxLength:"4000" doc:"异议内容和依据"`
	}
}

func (a *API) fileObjection(ctx context.Context, in *objectInput) (review.Objection, error) {
	return a.Review.Object(ctx, review.ObjectInput{Number: in.Number, Name: in.Body.Name, Contact: in.Body.Contact, Text: in.Body.Text})
}
