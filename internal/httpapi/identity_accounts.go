package httpapi

import (
	"context"

	"zjcs/internal/identity"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/page"
)

func (a *API) listMembers(ctx context.Context, in *byID) (all[identity.Grant], error) {
	return whole(a.Identity.Members(ctx, in.ID))
}

type delegation struct {
	ID   string `path:"id" maxLength:"64" doc:"标识"`
	Body identity.Delegation
}

func (a *API) delegate(ctx context.Context, in *delegation) (identity.Grant, error) {
	return a.Identity.Delegate(ctx, in.ID, in.Body)
}

type memberKey struct {
	ID    string `path:"id" maxLength:"64" doc:"标识"`
	Grant string `path:"grantId" maxLength:"64" doc:"授权的标识"`
}

func (a *API) dismiss(ctx context.Context, in *memberKey) (none, error) {
	return none{}, a.Identity.Dismiss(ctx, in.ID, in.Grant)
}

type accountQuery struct {
	Paging
	Query  string     `query:"q" maxLength:"100" doc:"姓名、登录名或邮箱中的文字"`
	Region string     `query:"region" maxLength:"9" doc:"在这个区划（含下级）有授权"`
	Role   authz.Role `query:"role" maxLength:"40" doc:"持有这个角色"`
}

func (a *API) listAccounts(ctx context.Context, in *accountQuery) (page.Page[identity.Account], error) {
	return a.Identity.Accounts(ctx, identity.AccountFilter{Request: in.request(), Query: in.Query, Region: in.Region, Role: in.Role})
}

func (a *API) openAccount(ctx context.Context, in *body[identity.NewAccount]) (identity.Grant, error) {
	return a.Identity.OpenAccount(ctx, in.Body)
}

type stateChange struct {
	ID   string `path:"id" maxLength:"64" doc:"标识"`
	Body struct {
		State  identity.PersonState `json:"state" enum:"active,disabled" doc:"启用或停用"`
		Reason string               `json:"reason" maxLength:"200" doc:"理由"`
	}
}

func (a *API) setAccountState(ctx context.Context, in *stateChange) (none, error) {
	return none{}, a.Identity.SetState(ctx, in.ID, in.Body.State, in.Body.Reason)
}

type reasoned struct {
	ID   string `path:"id" maxLength:"64" doc:"标识"`
	Body struct {
		Reason string `json:"reason" maxLength:"200" doc:"理由"`
	}
}

func (a *API) resetFactor(ctx context.Context, in *reasoned) (none, error) {
	return none{}, a.Identity.ResetFactor(ctx, in.ID, in.Body.Reason)
}

type grantQuery struct {
	Person string `query:"personId" required:"true" maxLength:"36" doc:"谁的授权"`
}

func (a *API) listGrants(ctx context.Context, in *grantQuery) (all[identity.Grant], error) {
	return whole(a.Identity.Grants(ctx, in.Person))
}

func (a *API) award(ctx context.Context, in *body[identity.Award]) (identity.Grant, error) {
	return a.Identity.Award(ctx, in.Body)
}

func (a *API) withdraw(ctx context.Context, in *reasoned) (none, error) {
	return none{}, a.Identity.Withdraw(ctx, in.ID, in.Body.Reason)
}
