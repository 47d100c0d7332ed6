package portal

import (
	"github.com/gin-gonic/gin"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/platform/page"
)

func (p *Portal) departments(c *gin.Context) (view, error) {
	list, err := p.Catalog.ListDepartments(c.Request.Context())
	if err != nil {
		return view{}, err
	}
	return view{Template: "departments", Title: "行业主管部门",
		Description: "各行业主管部门和它们主管的中介服务事项。", Data: list}, nil
}

// departmentData is what department.html shows.
type departmentData struct {
	catalog.Department
	Listing
	Items []catalog.ItemSummary
}

func (p *Portal) department(c *gin.Context) (view, error) {
	ctx, q := c.Request.Context(), c.Request.URL.Query()
	d, err := p.Catalog.GetDepartment(ctx, c.Param("id"))
	if err != nil {
		return view{}, err
	}
	got, err := p.Catalog.ListItems(ctx, catalog.ItemFilter{Department: d.ID, Request: page.Request{Cursor: q.Get("cursor")}})
	if err != nil {
		return view{}, err
	}
	return view{Template: "department", Title: d.Name + "主管的中介服务事项",
		Description: d.RegionName + d.Name + "主管的中介服务事项。",
		Crumbs:      []link{{"主管部门", "/departments"}},
		Data: departmentData{d, newListing("/departments/"+d.ID, "项", "", q, nil,
			paged{got.Total, got.TotalCapped, got.NextCursor}), got.Items}}, nil
}

// regionsData is what regions.html shows: the tree and where the agencies are registered.
type regionsData struct {
	Tree   []regionNode
	Counts agency.Counts
}

// regionNode is a region; Agencies counts it and all below.
type regionNode struct {
	catalog.Region
	Kind     string
	Agencies int
	Below    []regionNode
}

func (p *Portal) regions(c *gin.Context) (view, error) {
	ctx := c.Request.Context()
	all, err := p.Catalog.Regions(ctx)
	if err != nil {
		return view{}, err
	}
	counts, err := p.Agency.Counts(ctx)
	if err != nil {
		return view{}, err
	}
	return view{Template: "regions", Title: "区域", Description: "本市各县（市、区）和开发区，以及在各地登记的入驻机构数。",
		Data: regionsData{Tree: regionTree(all, "", counts.ByRegion), Counts: counts}}, nil
}

func regionTree(all catalog.Regions, parent string, agencies map[string]int) []regionNode {
	var out []regionNode
	for _, r := range all.Children(parent) {
		n := regionNode{Region: r, Kind: regionKind[r.Kind], Agencies: agencies[r.Code], Below: regionTree(all, r.Code, agencies)}
		for _, b := range n.Below {
			n.Agencies += b.Agencies
		}
		out = append(out, n)
	}
	return out
}

var regionKind = map[string]string{
	"city": "设区的市", "district": "市辖区", "county": "县", "county_level_city": "县级市", "development_zone": "开发区",
}

// regionFilter offers the regions in tree order, those below the city indented.
func regionFilter(all catalog.Regions, outside string) filter {
	f := filter{Name: "region", Label: "登记地", Any: "不限"}
	var add func(parent, indent string)
	add = func(parent, indent string) {
		for _, r := range all.Children(parent) {
			f.Choices = append(f.Choices, choice{r.Code, indent + r.Name, -1})
			add(r.Code, indent+"　")
		}
	}
	add("", "")
	f.Choices = append(f.Choices, choice{outside, "市外", -1})
	return f
}
