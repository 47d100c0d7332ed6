package httpapi

import (
	"context"
	"net/http"

	"zjcs/internal/identity"
	"zjcs/internal/platform/page"
)

// personalDataRoutes are a person's rights over what is stored about them (个人信息保护法
// 第45条, 第47条).
func (a *API) personalDataRoutes() {
	const tag, erase = "个人信息", "personal-data:erase"
	on(a, endpoint{http.MethodGet, "/api/v1/me/data", "export-own-data", tag, "导出本人的全部个人信息，留痕", signedIn, 0}, a.exportOwn)
	on(a, endpoint{http.MethodPost, "/api/v1/me/erasure", "ask-erasure", tag, "申请注销账号、删除个人信息", signedIn, http.StatusAccepted}, a.askErasure)
	on(a, endpoint{http.MethodGet, "/api/v1/erasure-requests", "erasure-requests", tag, "待办的删除个人信息申请", erase, 0}, a.erasureRequests)
	on(a, endpoint{http.MethodPut, "/api/v1/persons/{id}/erasure", "erase-person", tag, "删除一个人的个人信息；依法须保留的除外", erase, 0}, a.erasePerson)
}

func (a *API) exportOwn(ctx context.Context, _ *none) (identity.PersonalData, error) {
	return a.Identity.ExportOwn(ctx)
}

type erasureAsked struct {
	Body struct {
		Note string `json:"note,omitempty" maxLength:"500" doc:"说明，可不写"`
	}
}

func (a *API) askErasure(ctx context.Context, in *erasureAsked) (note, error) {
	return note{"申请已收到，办理后您将不能再登录；在办的事项和仍担任的职务须先了结"}, a.Identity.AskErasure(ctx, in.Body.Note)
}

type erasureQuery struct{ Paging }

func (a *API) erasureRequests(ctx context.Context, in *erasureQuery) (page.Page[identity.ErasureRequest], error) {
	return a.Identity.ErasureRequests(ctx, in.request())
}

func (a *API) erasePerson(ctx context.Context, in *reasoned) (identity.Erasure, error) {
	return a.Identity.ErasePerson(ctx, in.ID, in.Body.Reason)
}
