package httpapi

import (
	"context"

	"zjcs/internal/catalog"
	"zjcs/internal/platform/page"
)

// Paging is the part of the query that every list has.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"每页条数"`
	Cursor string `query:"cursor" maxLength:"400" doc:"上一页返回的 nextCursor"`
}

func (p Paging) request() page.Request { return page.Request{Limit: p.Limit, Cursor: p.Cursor} }

// all is a list short enough to come whole.
type all[T any] struct {
	Items []T `json:"items" doc:"全部"`
	Total int `json:"total" doc:"总数"`
}

func whole[T any](items []T, err error) (all[T], error) {
	if items == nil {
		items = []T{}
	}
	return all[T]{Items: items, Total: len(items)}, err
}

type none struct{}

type byID struct {
	ID string `path:"id" maxLength:"64" doc:"标识"`
}

type byCode struct {
	Code string `path:"code" maxLength:"32" doc:"编码"`
}

func (a *API) listRegions(ctx context.Context, _ *none) (all[catalog.Region], error) {
	rs, err := a.Catalog.Regions(ctx)
	return whole([]catalog.Region(rs), err)
}

func (a *API) listDepartments(ctx context.Context, _ *none) (all[catalog.Department], error) {
	return whole(a.Catalog.ListDepartments(ctx))
}

func (a *API) getDepartment(ctx context.Context, in *byID) (catalog.Department, error) {
	return a.Catalog.GetDepartment(ctx, in.ID)
}

type approvalQuery struct {
	Paging
	Query string `query:"q" maxLength:"100" doc:"名称中的文字"`
}

func (a *API) listApprovals(ctx context.Context, in *approvalQuery) (page.Page[catalog.ApprovalSummary], error) {
	return a.Catalog.ListApprovals(ctx, in.Query, in.request())
}

func (a *API) getApproval(ctx context.Context, in *byCode) (catalog.Approval, error) {
	return a.Catalog.GetApproval(ctx, in.Code)
}

type itemQuery struct {
	Paging
	Query       string `query:"q" maxLength:"100" doc:"名称或编码中的文字"`
	Sector      string `query:"sector" maxLength:"100" doc:"行业领域"`
	Approval    string `query:"approval" maxLength:"32" doc:"审批事项编码"`
	Basis       string `query:"basis" enum:"direct,indirect,none" doc:"依据强度：直接、间接、无"`
	FeeType     string `query:"feeType" maxLength:"100" doc:"收费方式"`
	SelfPrepare string `query:"selfPrepare" enum:"yes,no,conditional" doc:"能否自行编制"`
	Department  string `query:"department" maxLength:"64" doc:"部门标识"`
	Unverified  string `query:"unverified" maxLength:"64" doc:"只看这个字段待核实的事项"`
}

func (q itemQuery) filter() catalog.ItemFilter {
	return catalog.ItemFilter{
		Request: q.request(), Query: q.Query, Sector: q.Sector, Approval: q.Approval,
		Basis: catalog.BasisStrength(q.Basis), FeeType: q.FeeType, SelfPrepare: catalog.SelfPrepare(q.SelfPrepare),
		Department: q.Department, Unverified: q.Unverified,
	}
}

func (a *API) listItems(ctx context.Context, in *itemQuery) (page.Page[catalog.ItemSummary], error) {
	return a.Catalog.ListItems(ctx, in.filter())
}

func (a *API) getItem(ctx context.Context, in *byCode) (catalog.Item, error) {
	return a.Catalog.GetItem(ctx, in.Code)
}
