package portal

import (
	"net/url"

	"github.com/gin-gonic/gin"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/credit"
	"zjcs/internal/platform/page"
)

// agenciesData is what agencies.html shows.
type agenciesData struct {
	Listing
	Agencies []agency.Summary
}

func (p *Portal) agencies(c *gin.Context) (view, error) {
	ctx, q := c.Request.Context(), c.Request.URL.Query()
	got, err := p.Agency.List(ctx, agency.Filter{Request: page.Request{Cursor: q.Get("cursor")},
		Region: text(q, "region"), Item: text(q, "item"), Qualification: text(q, "qualification")})
	if err != nil {
		return view{}, err
	}
	regions, err := p.Catalog.Regions(ctx)
	if err != nil {
		return view{}, err
	}
	items, err := p.itemChoices(c)
	if err != nil {
		return view{}, err
	}
	names, err := p.Agency.QualificationNames(ctx)
	if err != nil {
		return view{}, err
	}
	qualifications := filter{Name: "qualification", Label: "资质", Any: "不限"}
	for _, n := range names {
		qualifications.Choices = append(qualifications.Choices, choice{n, n, -1})
	}
	filters := []filter{regionFilter(regions, agency.Outside), items, qualifications}
	return view{Template: "agencies", Title: "中介机构", Section: "/agencies",
		Description: "入驻的中介机构：登记地、资质及有效期、执业人员、可承接的事项。",
		Data: agenciesData{Agencies: got.Items, Listing: newListing("/agencies", "家", "", q, filters,
			paged{got.Total, got.TotalCapped, got.NextCursor})}}, nil
}

// itemChoices offers every published item. How many agencies provide each is left
// out: counting that reads every agency.
func (p *Portal) itemChoices(c *gin.Context) (filter, error) {
	f := filter{Name: "item", Label: "服务事项", Any: "不限"}
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		got, err := p.Catalog.ListItems(c.Request.Context(), catalog.ItemFilter{Request: r})
		if err != nil {
			return f, err
		}
		for _, i := range got.Items {
			f.Choices = append(f.Choices, choice{i.Code, i.Name, -1})
		}
		if got.NextCursor == "" {
			return f, nil
		}
		r.Cursor = got.NextCursor
	}
}

// agencyData is what agency.html shows.
type agencyData struct {
	agency.Agency
	Credit         credit.Rating
	Lapsed         int // qualifications past their term today
	Expiring       int
	SuspendedItems int
}

func (p *Portal) agency(c *gin.Context) (view, error) {
	ctx := c.Request.Context()
	a, err := p.Agency.Get(ctx, c.Param("id"))
	if err != nil {
		return view{}, err
	}
	d := agencyData{Agency: a}
	if d.Credit, err = p.Credit.Of(ctx, a.ID, ""); err != nil {
		return view{}, err
	}
	for _, q := range a.Qualifications {
		switch q.Validity {
		case agency.Expired:
			d.Lapsed++
		case agency.Expiring:
			d.Expiring++
		default:
		}
	}
	for _, i := range a.Items {
		if i.Suspended {
			d.SuspendedItems++
		}
	}
	return view{Template: "agency", Title: a.Name, Section: "/agencies",
		Description: a.Name + "：统一社会信用代码、资质及有效期、执业人员、可承接的中介服务事项。",
		Crumbs:      []link{{"中介机构", "/agencies"}, {a.RegionName, "/agencies?region=" + regionOf(a.RegionCode)}}, Data: d}, nil
}

// regionOf is the filter value of a registration: no code means outside the city.
func regionOf(code string) string {
	if code == "" {
		return agency.Outside
	}
	return code
}

// listingsData is what listings.html shows.
type listingsData struct {
	Listing
	Lists    []choice
	List     string
	Past     bool   // those whose term is over are shown too
	All, Now string // addresses with and without them
	Entries  []agency.Listing
}

func (p *Portal) listings(c *gin.Context) (view, error) {
	q := c.Request.URL.Query()
	d := listingsData{List: text(q, "list"), Past: text(q, "past") != ""}
	got, err := p.Agency.Listings(c.Request.Context(), agency.ListingFilter{Request: page.Request{Cursor: q.Get("cursor")}, List: agency.List(d.List), Past: d.Past})
	if err != nil {
		return view{}, err
	}
	lists, past := filter{Name: "list", Label: "名单"}, filter{Name: "past", Label: "期限", Quiet: true}
	for _, l := range []agency.List{agency.Honour, agency.Sanction} {
		lists.Choices = append(lists.Choices, choice{string(l), l.Label(), -1})
	}
	d.Lists, d.Entries = lists.Choices, got.Items
	d.Listing = newListing("/agency-listings", "条", "", q, []filter{lists, past}, paged{got.Total, got.TotalCapped, got.NextCursor})
	kept := url.Values{}
	if d.List != "" {
		kept.Set("list", d.List)
	}
	d.Now = address("/agency-listings", kept)
	kept.Set("past", "1")
	d.All = address("/agency-listings", kept)
	return view{Template: "listings", Title: "红黑名单", Section: "/agencies",
		Description: "中介机构红名单和黑名单：列入的理由、依据和期限。", Crumbs: []link{{"中介机构", "/agencies"}}, Data: d}, nil
}
