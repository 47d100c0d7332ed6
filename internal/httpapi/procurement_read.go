package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/files"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/web"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// procurementReadRoutes are what the public and each side read of procurements.
func (a *API) procurementReadRoutes() {
	const tag = "采购"
	stream(a, endpoint{http.MethodGet, "/api/v1/procurements/{id}/attachments/{file}", "procurement-attachment", tag, "公告的一个附件", Public, 0}, huma.Operation{
		Parameters: []*huma.Param{
			{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}, Description: "采购项目的标识或编号"},
			{Name: "file", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}, Description: "附件的标识"},
		},
		Responses: map[string]*huma.Response{"200": {Description: "附件内容", Content: map[string]*huma.MediaType{
			"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}},
	}, a.serveAttachment)
	get(a, "/api/v1/procurements", "procurements", tag, "采购公告列表", procurementScopes, a.listProcurements)
	get(a, "/api/v1/procurements/calendar", "procurement-calendar", tag, "时点日历：报名截止、选取、公示截止", procurementScopes, a.procurementCalendar)
	get(a, "/api/v1/procurements/{id}", "procurement", tag, "一个采购项目的全过程", procurementScopes, a.getProcurement)
	const mine = "我的采购"
	on(a, endpoint{http.MethodGet, "/api/v1/my/procurements", "my-procurements", mine, "我这一方的采购项目", signedIn, 0}, a.myProcurements)
	on(a, endpoint{http.MethodGet, "/api/v1/my/procurements/{id}", "my-procurement", mine, "一个采购项目，以及我现在能做什么", signedIn, 0}, a.myProcurement)
}

// ticking bounds how long an answer may be kept: what the clock decides must not be stale.
func (a *API) ticking(ctx context.Context) error {
	d, err := a.Procurement.NextChange(ctx)
	if err != nil {
		return err
	}
	until, midnight := a.Now().Add(d), clock.Midnight(a.Now())
	if midnight.Before(until) {
		until = midnight
	}
	web.CacheableUntil(ctx, until)
	return nil
}

// unplaced is how long an answer may be kept that names a line which has no position in the
// public log yet: positions change nothing by which a kept answer would be dropped.
const unplaced = time.Second

type procurementQuery struct {
	Paging
	State         review.State       `query:"state" enum:"open,closed,selecting,publicity,suspended,awarded,contracted,in_service,delivered,accepted,evaluated,failed,withdrawn,terminated" doc:"状态；open 正在报名，closed 报名已截止、尚未开标"`
	Method        procurement.Method `query:"method" enum:"random,lowest_price,reference_price,credit_weighted,proposal,panel,direct" doc:"选取方式"`
	Item          string             `query:"item" maxLength:"32" doc:"事项编码"`
	Sector        string             `query:"sector" maxLength:"100" doc:"行业"`
	Region        string             `query:"region" maxLength:"9" doc:"区划代码（含下级）"`
	Purchaser     string             `query:"purchaser" maxLength:"100" doc:"项目业主名称的一部分"`
	Fund          procurement.Fund   `query:"fund" enum:"fiscal,own" doc:"fiscal 使用财政资金，own 自有资金"`
	PriceFrom     int64              `query:"priceFrom" minimum:"0" doc:"固定价格或最高限价不低于（分）"`
	PriceTo       int64              `query:"priceTo" minimum:"0" doc:"固定价格或最高限价不高于（分）"`
	Query         string             `query:"q" maxLength:"100" doc:"项目名称、项目业主或采购编号的一部分"`
	PublishedFrom string             `query:"publishedFrom" maxLength:"10" doc:"发布日期从，如 2026-11-01"`
	PublishedTo   string             `query:"publishedTo" maxLength:"10" doc:"发布日期到（含当日）"`
	DeadlineFrom  string             `query:"deadlineFrom" maxLength:"10" doc:"报名截止从"`
	DeadlineTo    string             `query:"deadlineTo" maxLength:"10" doc:"报名截止到（含当日）"`
	Sort          string             `query:"sort" enum:"deadline" doc:"deadline 最早截止在前；不写为最新发布在前"`
}

func (a *API) listProcurements(ctx context.Context, in *procurementQuery) (page.Page[procurement.Summary], error) {
	if err := a.ticking(ctx); err != nil {
		return page.Page[procurement.Summary]{}, err
	}
	return a.Procurement.List(ctx, procurement.Filter{
		Request: in.request(), State: in.State, Method: in.Method, Item: in.Item, Sector: in.Sector, Region: in.Region, Purchaser: in.Purchaser, Fund: in.Fund,
		PriceFrom: in.PriceFrom, PriceTo: in.PriceTo, Query: in.Query, Sort: in.Sort,
		Published: procurement.Range{From: in.PublishedFrom, To: in.PublishedTo}, Deadline: procurement.Range{From: in.DeadlineFrom, To: in.DeadlineTo},
	})
}

type procurementKey struct {
	ID string `path:"id" maxLength:"40" doc:"标识，或采购编号"`
}

func (a *API) getProcurement(ctx context.Context, in *procurementKey) (procurement.Detail, error) {
	if err := a.ticking(ctx); err != nil {
		return procurement.Detail{}, err
	}
	d, err := a.Procurement.Get(ctx, in.ID)
	if err == nil && !d.Placed() {
		web.CacheableUntil(ctx, a.Now().Add(unplaced))
	}
	return d, err
}

type calendarQuery struct {
	From   string `query:"from" maxLength:"10" doc:"起始日期，如 2026-11-25；不写为今天"`
	Days   int    `query:"days" minimum:"1" maximum:"62" default:"14" doc:"几天"`
	Region string `query:"region" maxLength:"9" doc:"区划代码（含下级）"`
	Item   string `query:"item" maxLength:"32" doc:"事项编码"`
}

func (a *API) procurementCalendar(ctx context.Context, in *calendarQuery) (procurement.Deadlines, error) {
	if err := a.ticking(ctx); err != nil {
		return procurement.Deadlines{}, err
	}
	return a.Procurement.Deadlines(ctx, procurement.Calendar{From: in.From, Days: in.Days, Region: in.Region, Item: in.Item})
}

type mineQuery struct {
	Paging
	View    string       `query:"view" enum:"purchaser,bids,open,operator,commit,panel" default:"purchaser" doc:"purchaser 本单位的；bids 本机构投过、已开标的；open 本机构能承接、正在报名的；operator 管辖区划内的，等着办理的在前；commit 监督要对抽取作承诺的；panel 我参加评审的"`
	State   review.State `query:"state" enum:"open,closed,selecting,publicity,suspended,awarded,contracted,in_service,delivered,accepted,evaluated,failed,withdrawn,terminated" doc:"状态"`
	Query   string       `query:"q" maxLength:"100" doc:"项目名称或采购编号的一部分"`
	Agency  string       `query:"agency" maxLength:"36" doc:"以哪家机构的名义（机构的标识）；只代表一家的不必写"`
	Waiting bool         `query:"waiting" doc:"只要等着这一方办理的"`
}

func (a *API) myProcurements(ctx context.Context, in *mineQuery) (page.Page[procurement.Mine], error) {
	agency, err := agencyOf(in.Agency)
	if err != nil {
		return page.Page[procurement.Mine]{}, err
	}
	return a.Procurement.Mine(ctx, procurement.MineFilter{Request: in.request(), View: in.View, State: in.State, Query: in.Query, Agency: agency, Waiting: in.Waiting})
}

func (a *API) myProcurement(ctx context.Context, in *procurementKey) (procurement.MyDetail, error) {
	return a.Procurement.MyProcurement(ctx, in.ID)
}

// serveAttachment gives out a file that a published notice names.
func (a *API) serveAttachment(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(r.PathValue("file"))
	if err != nil {
		return errNoFile
	}
	name, err := a.Procurement.AttachmentOf(ctx, r.PathValue("id"), id)
	if err != nil {
		return err
	}
	f, err := a.Files.Get(ctx, id)
	if err != nil {
		return err
	}
	body, err := a.Files.Open(ctx, f)
	if err != nil {
		return err
	}
	defer body.Close()
	f.Name = files.CleanName(name, f.MediaType)
	return files.Serve(w, r, f, body, false)
}
