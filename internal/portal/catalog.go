package portal

import (
	"context"
	"net/url"

	"github.com/gin-gonic/gin"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/fee"
	"zjcs/internal/platform/page"
)

// itemsData is what items.html shows.
type itemsData struct {
	Listing
	Items      []catalog.ItemSummary
	Unverified bool // some value in view is still to be confirmed
}

func (p *Portal) serviceItems(c *gin.Context) (view, error) {
	ctx, q := c.Request.Context(), c.Request.URL.Query()
	f := catalog.ItemFilter{
		Request: page.Request{Cursor: q.Get("cursor")}, Query: text(q, "q"), Sector: text(q, "sector"),
		Approval: text(q, "approval"), Basis: catalog.BasisStrength(text(q, "basis")), FeeType: text(q, "feeType"),
		SelfPrepare: catalog.SelfPrepare(text(q, "selfPrepare")), Department: text(q, "department"),
	}
	got, err := p.Catalog.ListItems(ctx, f)
	if err != nil {
		return view{}, err
	}
	filters, err := p.itemFilters(ctx, f)
	if err != nil {
		return view{}, err
	}
	d := itemsData{Items: got.Items, Listing: newListing("/service-items", "项", "事项名称或编码", q, filters,
		paged{got.Total, got.TotalCapped, got.NextCursor})}
	for _, i := range got.Items {
		d.Unverified = d.Unverified || len(i.UnverifiedFields) > 0
	}
	return view{Template: "items", Title: "中介服务事项", Section: "/service-items",
		Description: "审批中要用到的中介服务事项：设定依据、谁委托谁付费、办理时限、收费方式，能否自行编制。", Data: d}, nil
}

// itemFilters are the controls of the list of items; counts are under the other filters.
func (p *Portal) itemFilters(ctx context.Context, f catalog.ItemFilter) ([]filter, error) {
	facets, err := p.Catalog.ItemFacets(ctx, f)
	if err != nil {
		return nil, err
	}
	approvals, err := p.allApprovals(ctx)
	if err != nil {
		return nil, err
	}
	departments, err := p.Catalog.ListDepartments(ctx)
	if err != nil {
		return nil, err
	}
	byApproval := make([]choice, 0, len(approvals))
	for _, a := range approvals {
		byApproval = append(byApproval, choice{a.Code, a.Name, -1})
	}
	byDepartment := make([]choice, 0, len(departments))
	for _, d := range departments {
		byDepartment = append(byDepartment, choice{d.ID, d.Name, -1})
	}
	return []filter{
		{Name: "basis", Label: "设定依据", Any: "不限", Choices: choices(facets.Basis), Short: true},
		{Name: "selfPrepare", Label: "能否自行编制", Any: "不限", Choices: choices(facets.SelfPrepare), Short: true},
		{Name: "sector", Label: "行业", Any: "全部行业", Choices: choices(facets.Sector)},
		{Name: "approval", Label: "审批事项", Any: "全部审批事项", Choices: byApproval},
		{Name: "department", Label: "主管部门", Any: "全部部门", Choices: byDepartment},
		{Name: "feeType", Label: "收费方式", Any: "全部方式", Choices: choices(facets.FeeType)},
	}, nil
}

func choices(counts []catalog.Count) []choice {
	out := make([]choice, len(counts))
	for i, c := range counts {
		out[i] = choice{c.Value, c.Label, c.Count}
	}
	return out
}

// allApprovals reads the list to its end: a choice must offer every one.
func (p *Portal) allApprovals(ctx context.Context) ([]catalog.ApprovalSummary, error) {
	var out []catalog.ApprovalSummary
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		got, err := p.Catalog.ListApprovals(ctx, "", r)
		if err != nil {
			return nil, err
		}
		out = append(out, got.Items...)
		if got.NextCursor == "" {
			return out, nil
		}
		r.Cursor = got.NextCursor
	}
}

// itemData is what item.html shows.
type itemData struct {
	catalog.Item
	Standards    []fee.Standard
	Agencies     []agency.Summary
	AgencyTotal  int
	AgencyCapped bool
	Invented     bool // some agency in view is example data
}

// ApplicantPays and ApproverPays say who may have to pay; both hold where either may entrust.
func (d itemData) ApplicantPays() bool { return d.entrustedBy(catalog.EntrustApplicant) }
func (d itemData) ApproverPays() bool  { return d.entrustedBy(catalog.EntrustApprover) }

func (d itemData) entrustedBy(who catalog.EntrustingParty) bool {
	for _, e := range d.EntrustingParties {
		if e == who {
			return true
		}
	}
	return false
}

func (p *Portal) serviceItem(c *gin.Context) (view, error) {
	ctx := c.Request.Context()
	item, err := p.Catalog.GetItem(ctx, c.Param("code"))
	if err != nil {
		return view{}, err
	}
	offering, err := p.Agency.List(ctx, agency.Filter{Request: pageOf(10), Item: item.Code})
	if err != nil {
		return view{}, err
	}
	standards, err := p.Fee.ByIDs(ctx, item.FeeStandardIDs)
	if err != nil {
		return view{}, err
	}
	d := itemData{Item: item, Standards: standards, Agencies: offering.Items, AgencyTotal: offering.Total, AgencyCapped: offering.TotalCapped}
	for _, a := range d.Agencies {
		d.Invented = d.Invented || a.Demo
	}
	return view{Template: "item", Title: item.Name, Section: "/service-items",
		Description: item.Name + "：设定依据、服务的审批事项、办理时限、收费、资质要求，能否自行编制，找谁办。",
		Crumbs:      []link{{"服务事项", "/service-items"}, {item.Sector, "/service-items?sector=" + url.QueryEscape(item.Sector)}},
		Data:        d}, nil
}

func pageOf(n int) page.Request { return page.Request{Limit: n} }

// approvalsData is what approvals.html shows.
type approvalsData struct {
	Listing
	Approvals []catalog.ApprovalSummary
}

func (p *Portal) approvalItems(c *gin.Context) (view, error) {
	q := c.Request.URL.Query()
	got, err := p.Catalog.ListApprovals(c.Request.Context(), text(q, "q"), page.Request{Cursor: q.Get("cursor"), Limit: 50})
	if err != nil {
		return view{}, err
	}
	return view{Template: "approvals", Title: "审批事项", Section: "/approval-items",
		Description: "一个审批要用到哪些中介服务，哪些可以自行编制，谁付费。",
		Data: approvalsData{Approvals: got.Items, Listing: newListing("/approval-items", "项", "审批事项名称", q, nil,
			paged{got.Total, got.TotalCapped, got.NextCursor})}}, nil
}

// approvalData is what approval.html shows.
type approvalData struct {
	catalog.Approval
	Agencies map[string]page.Page[agency.Summary] // by item code: its total alone matters
}

// SelfPrepared counts the items that the applicant may, or may under conditions, prepare.
func (d approvalData) SelfPrepared() int {
	return d.tally(func(i catalog.ItemSummary) bool { return i.SelfPrepare != catalog.SelfPrepareNo })
}

// Invented reports whether the agencies counted are, or include, example data.
func (d approvalData) Invented() bool {
	for _, p := range d.Agencies {
		if len(p.Items) > 0 && p.Items[0].Demo {
			return true
		}
	}
	return false
}

// ByApprover counts the items that the approving department alone entrusts and pays.
func (d approvalData) ByApprover() int {
	return d.tally(func(i catalog.ItemSummary) bool {
		return len(i.EntrustingParties) == 1 && i.EntrustingParties[0] == catalog.EntrustApprover
	})
}

// WithoutBasis counts the items that cannot be demanded of an applicant.
func (d approvalData) WithoutBasis() int {
	return d.tally(func(i catalog.ItemSummary) bool { return i.BasisStrength == catalog.BasisNone })
}

func (d approvalData) tally(is func(catalog.ItemSummary) bool) (n int) {
	for _, i := range d.Items {
		if is(i) {
			n++
		}
	}
	return n
}

func (p *Portal) approvalItem(c *gin.Context) (view, error) {
	ctx := c.Request.Context()
	a, err := p.Catalog.GetApproval(ctx, c.Param("code"))
	if err != nil {
		return view{}, err
	}
	// One bounded count per item: an approval has few items, the market many agencies.
	offering := map[string]page.Page[agency.Summary]{}
	for _, i := range a.Items {
		if offering[i.Code], err = p.Agency.List(ctx, agency.Filter{Request: pageOf(1), Item: i.Code}); err != nil {
			return view{}, err
		}
	}
	return view{Template: "approval", Title: a.Name + "要哪些中介服务", Section: "/approval-items",
		Description: "办理" + a.Name + "要用到的中介服务：哪些可以自行编制，谁付费，要多少天。",
		Crumbs:      []link{{"审批事项", "/approval-items"}}, Data: approvalData{a, offering}}, nil
}
