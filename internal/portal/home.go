package portal

import (
	"context"

	"github.com/gin-gonic/gin"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/expert"
	"zjcs/internal/notice"
	"zjcs/internal/procurement"
)

// figure is a number with the words under it and the list that it counts.
type figure struct {
	N     int
	Words string
	URL   string
	Demo  bool // it counts example data too, and says so
}

// homeData is what home.html shows.
type homeData struct {
	Figures       []figure
	Sectors       []catalog.Count
	ItemTotal     int
	Without       []catalog.ItemSummary // items without legal basis
	WithoutTotal  int
	Announcements []notice.Summary
	Agencies      []agency.Summary
	Open          []procurementRow // those whose sign-up ends first
	OpenTotal     int
	OpenCapped    bool
	Draw          *procurementData // the latest that can be checked
	Spread        []gradeLink
}

func (p *Portal) home(c *gin.Context) (view, error) {
	ctx := c.Request.Context()
	var d homeData
	if err := p.ticking(c); err != nil {
		return view{}, err
	}
	steps := []func(context.Context, *homeData) error{p.homeCatalog, p.homePeople, p.homeMarket, p.homeCredit, p.homeNews}
	for _, step := range steps {
		if err := step(ctx, &d); err != nil {
			return view{}, err
		}
	}
	return view{Template: "home", Title: "首页",
		Description: "办审批要哪些中介服务，找谁办，多少钱：中介服务事项、设定依据、收费标准、入驻机构和专家，全部公开。", Data: d}, nil
}

// homeCatalog fills the figures of the catalogue, the sectors and the items without basis.
func (p *Portal) homeCatalog(ctx context.Context, d *homeData) error {
	items, err := p.Catalog.ListItems(ctx, catalog.ItemFilter{Request: pageOf(1)})
	if err != nil {
		return err
	}
	facets, err := p.Catalog.ItemFacets(ctx, catalog.ItemFilter{})
	if err != nil {
		return err
	}
	without, err := p.Catalog.ListItems(ctx, catalog.ItemFilter{Request: pageOf(6), Basis: catalog.BasisNone})
	if err != nil {
		return err
	}
	d.Sectors, d.ItemTotal = facets.Sector, items.Total
	d.Without, d.WithoutTotal = without.Items, without.Total
	d.Figures = append(d.Figures,
		figure{items.Total, "中介服务事项", "/service-items", false},
		figure{countOf(facets.SelfPrepare, string(catalog.SelfPrepareYes)), "申请人可以自行编制", "/service-items?selfPrepare=yes", false})
	return nil
}

// homePeople fills the figures of agencies and experts, and the latest admitted.
func (p *Portal) homePeople(ctx context.Context, d *homeData) error {
	agencies, err := p.Agency.Counts(ctx)
	if err != nil {
		return err
	}
	experts, err := p.Expert.Count(ctx)
	if err != nil {
		return err
	}
	newest, err := p.Expert.List(ctx, expert.Filter{Request: pageOf(1)})
	if err != nil {
		return err
	}
	latest, err := p.Agency.List(ctx, agency.Filter{Request: pageOf(6)})
	if err != nil {
		return err
	}
	words := "入驻机构"
	if agencies.Admitted > 0 {
		words += "（市外 " + percent(agencies.Outside, agencies.Admitted) + "）"
	}
	d.Agencies = latest.Items
	d.Figures = append(d.Figures,
		figure{agencies.Admitted, words, "/agencies", agencies.Demo > 0},
		figure{experts, "在库专家", "/experts", len(newest.Items) > 0 && newest.Items[0].Demo})
	return nil
}

// homeMarket is what is open now and the draw that was made last.
func (p *Portal) homeMarket(ctx context.Context, d *homeData) error {
	open, err := p.Procurement.List(ctx, procurement.Filter{Request: pageOf(5), State: procurement.Open, Sort: procurement.ByDeadline})
	if err != nil {
		return err
	}
	d.Open, d.OpenTotal, d.OpenCapped = p.rows(open.Items), open.Total, open.TotalCapped
	f := figure{open.Total, "正在报名的采购", "/procurements?state=open", len(open.Items) > 0 && open.Items[0].Demo}
	d.Figures = append(d.Figures[:3:3], append([]figure{f}, d.Figures[3:]...)...)
	latest, found, err := p.Procurement.LatestDraw(ctx)
	if err != nil || !found {
		return err
	}
	if s := latest.Drawing("selection"); s != nil {
		d.Draw = &procurementData{Detail: latest, Standing: s, Numbers: drawnNumbers(s.Tables)}
		for _, b := range latest.Bids {
			if b.Place > 0 {
				d.Draw.Places = append(d.Draw.Places, b)
			}
		}
		sortPlaces(d.Draw.Places)
	}
	return nil
}

// homeCredit is how the grades are spread.
func (p *Portal) homeCredit(ctx context.Context, d *homeData) error {
	spread, err := p.Credit.Spread(ctx)
	for _, s := range spread {
		d.Spread = append(d.Spread, gradeLink{Spread: s, URL: "/credit?grade=" + string(s.Grade)})
	}
	return err
}

func (p *Portal) homeNews(ctx context.Context, d *homeData) error {
	latest, err := p.Notice.List(ctx, notice.Filter{Request: pageOf(5)})
	d.Announcements = latest.Items
	return err
}

func countOf(counts []catalog.Count, value string) int {
	for _, c := range counts {
		if c.Value == value {
			return c.Count
		}
	}
	return 0
}
