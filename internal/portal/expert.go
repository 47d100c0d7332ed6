package portal

import (
	"github.com/gin-gonic/gin"

	"zjcs/internal/catalog"
	"zjcs/internal/expert"
	"zjcs/internal/platform/page"
)

// expertsData is what experts.html shows.
type expertsData struct {
	Listing
	Experts []expert.Expert
}

func (p *Portal) experts(c *gin.Context) (view, error) {
	ctx, q := c.Request.Context(), c.Request.URL.Query()
	got, err := p.Expert.List(ctx, expert.Filter{Request: page.Request{Cursor: q.Get("cursor")},
		Region: text(q, "region"), Specialty: text(q, "specialty")})
	if err != nil {
		return view{}, err
	}
	regions, err := p.Catalog.Regions(ctx)
	if err != nil {
		return view{}, err
	}
	facets, err := p.Catalog.ItemFacets(ctx, catalog.ItemFilter{})
	if err != nil {
		return view{}, err
	}
	specialties := filter{Name: "specialty", Label: "专业领域", Any: "不限"}
	for _, s := range facets.Sector {
		specialties.Choices = append(specialties.Choices, choice{s.Value, s.Label, -1})
	}
	where := regionFilter(regions, expert.Outside)
	where.Label = "所在地"
	return view{Template: "experts", Title: "专家库", Section: "/experts",
		Description: "评审专家的姓名、单位、职称和专业领域。联系方式和证件号码不公开。",
		Data: expertsData{Experts: got.Items, Listing: newListing("/experts", "位", "", q, []filter{specialties, where},
			paged{got.Total, got.TotalCapped, got.NextCursor})}}, nil
}

func (p *Portal) expert(c *gin.Context) (view, error) {
	e, err := p.Expert.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return view{}, err
	}
	return view{Template: "expert", Title: e.Name + "（" + e.Employer + "）", Section: "/experts",
		Description: "评审专家" + e.Name + "的单位、职称和专业领域。",
		Crumbs:      []link{{"专家库", "/experts"}}, Data: e}, nil
}
