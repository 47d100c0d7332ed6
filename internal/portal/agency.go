package portal

import (
	"github.com/gin-gonic/gin"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/web"
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
	Lapsed   int // qualifications past their term today
	Expiring int
}

func (p *Portal) agency(c *gin.Context) (view, error) {
	ctx := c.Request.Context()
	// The page tells whether a certificate is valid today, so it ends with the day.
	web.CacheableUntil(ctx, clock.Midnight(p.Now()))
	a, err := p.Agency.Get(ctx, c.Param("id"))
	if err != nil {
		return view{}, err
	}
	d := agencyData{Agency: a}
	for _, q := range a.Qualifications {
		switch q.Validity {
		case agency.Expired:
			d.Lapsed++
		case agency.Expiring:
			d.Expiring++
		default:
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
