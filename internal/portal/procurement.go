package portal

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"zjcs/internal/catalog"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/web"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// mountProcurements adds what the market buys.
func (p *Portal) mountProcurements(r gin.IRouter) {
	scopes := []string{"procurement", "region", "catalog"}
	r.GET("/procurements", p.show(p.procurements, scopes...))
	r.GET("/procurements/calendar", p.show(p.calendar, scopes...))
	r.GET("/procurements.rss", p.feed(feedRSS))
	r.GET("/procurements.atom", p.feed(feedAtom))
	r.GET("/procurements/:id", p.show(p.procurement, scopes...))
	r.GET("/procurements/:id/draw", p.show(p.draw, scopes...))
	r.GET("/procurements/:id/draw/events", p.drawEvents)
	r.GET("/procurements/:id/verify", p.show(p.verifyDraw, scopes...))
	r.GET("/procurements/:id/award", p.show(p.award, scopes...))
	r.GET("/procurements/:id/objections/new", p.fresh(p.objectionForm))
	r.POST("/procurements/:id/objections/new", p.objectToResult)
	r.GET("/verify", p.show(p.verifyFile))
	r.GET("/ledger", p.fresh(p.ledger))
}

// ticking bounds how long a page that shows times may be kept: to the minute that its
// words count in, and to the next moment at which something ends.
func (p *Portal) ticking(c *gin.Context) error {
	d, err := p.Procurement.NextChange(c.Request.Context())
	if err != nil {
		return err
	}
	web.CacheableUntil(c.Request.Context(), p.Now().Add(min(d, time.Minute)))
	return nil
}

// unplaced is how long a page may be kept that names a line which has no position in the
// public log yet: positions change nothing by which a kept page would be dropped.
const unplaced = time.Second

// read is a procurement for a page that shows its lines in the public log.
func (p *Portal) read(c *gin.Context) (procurement.Detail, error) {
	if err := p.ticking(c); err != nil {
		return procurement.Detail{}, err
	}
	d, err := p.Procurement.Get(c.Request.Context(), c.Param("id"))
	if err == nil && !d.Placed() {
		web.CacheableUntil(c.Request.Context(), p.Now().Add(unplaced))
	}
	return d, err
}

// procurementsData is what procurements.html shows.
type procurementsData struct {
	Listing
	Rows    []procurementRow
	Dates   dates
	Words   string // part of the purchaser's name
	Prices  [2]string
	Feeds   []link
	Sorted  string
	ByOther link // the list in its other order
}

// dates are the ranges as typed.
type dates struct{ PublishedFrom, PublishedTo, DeadlineFrom, DeadlineTo string }

// procurementRow is a procurement in a list with its times in words.
type procurementRow struct {
	procurement.Summary
	Left string // until sign-up, or publicity, ends; "" when neither runs
}

func (p *Portal) rows(list []procurement.Summary) []procurementRow {
	out := make([]procurementRow, len(list))
	for i, s := range list {
		out[i] = procurementRow{Summary: s}
		switch {
		case s.State == procurement.Open:
			out[i].Left = remaining(s.Deadline.Sub(p.Now()))
		case s.State == procurement.Publicity && s.PublicityUntil != nil:
			out[i].Left = remaining(s.PublicityUntil.Sub(p.Now()))
		}
	}
	return out
}

func (p *Portal) procurements(c *gin.Context) (view, error) {
	ctx, q := c.Request.Context(), c.Request.URL.Query()
	if err := p.ticking(c); err != nil {
		return view{}, err
	}
	f := procurement.Filter{Request: page.Request{Cursor: q.Get("cursor")}, State: review.State(text(q, "state")), Method: procurement.Method(text(q, "method")),
		Item: text(q, "item"), Sector: text(q, "sector"), Region: text(q, "region"), Purchaser: text(q, "purchaser"), Fund: procurement.Fund(text(q, "fund")),
		Query: text(q, "q"), Sort: text(q, "sort"), Published: procurement.Range{From: text(q, "publishedFrom"), To: text(q, "publishedTo")},
		Deadline: procurement.Range{From: text(q, "deadlineFrom"), To: text(q, "deadlineTo")}}
	var err error
	if f.PriceFrom, err = yuanOf(q, "priceFrom"); err != nil {
		return view{}, err
	}
	if f.PriceTo, err = yuanOf(q, "priceTo"); err != nil {
		return view{}, err
	}
	got, err := p.Procurement.List(ctx, f)
	if err != nil {
		return view{}, err
	}
	filters, err := p.procurementFilters(c)
	if err != nil {
		return view{}, err
	}
	d := procurementsData{Rows: p.rows(got.Items), Words: f.Purchaser, Prices: [2]string{text(q, "priceFrom"), text(q, "priceTo")}, Sorted: f.Sort,
		Dates: dates{f.Published.From, f.Published.To, f.Deadline.From, f.Deadline.To}, Feeds: feedsOf(f.Region, f.Item),
		Listing: newListing("/procurements", "个", "项目名称、业主或编号", q, filters, paged{got.Total, got.TotalCapped, got.NextCursor})}
	other := cloneValues(q)
	other.Del("cursor")
	if f.Sort == procurement.ByDeadline {
		other.Del("sort")
		d.ByOther = link{"按最新发布排", address("/procurements", other)}
	} else {
		other.Set("sort", procurement.ByDeadline)
		d.ByOther = link{"按最早截止排", address("/procurements", other)}
	}
	return view{Template: "procurements", Title: "采购公告", Section: "/procurements", Feeds: d.Feeds,
		Description: "中介服务采购公告：正在报名的、选取中的、公示中的和已中选的，全过程公开。", Data: d}, nil
}

// yuanOf reads a sum in yuan as fen.
func yuanOf(q url.Values, name string) (int64, error) {
	s := text(q, name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > 1e11 {
		return 0, apperr.InvalidField(name, "请填整数，单位元，如 50000")
	}
	return n * 100, nil
}

// procurementFilters are the controls of the list's form; those that the template writes
// itself are here so that their values are carried on and can be taken off.
func (p *Portal) procurementFilters(c *gin.Context) ([]filter, error) {
	regions, err := p.Catalog.Regions(c.Request.Context())
	if err != nil {
		return nil, err
	}
	items, err := p.itemChoices(c)
	if err != nil {
		return nil, err
	}
	facets, err := p.Catalog.ItemFacets(c.Request.Context(), catalog.ItemFilter{})
	if err != nil {
		return nil, err
	}
	states := filter{Name: "state", Label: "状态", Any: "全部"}
	for _, s := range procurement.States {
		states.Choices = append(states.Choices, choice{string(s), procurement.StateLabel(s), -1})
	}
	methods := filter{Name: "method", Label: "选取方式", Any: "全部"}
	for _, m := range procurement.Methods {
		methods.Choices = append(methods.Choices, choice{string(m), m.Label(), -1})
	}
	funds := filter{Name: "fund", Label: "资金来源", Any: "不限", Choices: []choice{{string(procurement.Fiscal), "使用财政资金", -1}, {string(procurement.Own), "自有资金", -1}}}
	sectors := filter{Name: "sector", Label: "行业", Any: "全部"}
	for _, s := range facets.Sector {
		sectors.Choices = append(sectors.Choices, choice{s.Value, s.Label, -1})
	}
	places := regionFilter(regions, "")
	places.Label, places.Choices = "区域", places.Choices[:max(0, len(places.Choices)-1)] // without 市外
	out := []filter{states, methods, places, items, sectors, funds}
	for _, typed := range []link{{"项目业主", "purchaser"}, {"不低于（元）", "priceFrom"}, {"不高于（元）", "priceTo"}, {"发布自", "publishedFrom"}, {"发布至", "publishedTo"}, {"截止自", "deadlineFrom"}, {"截止至", "deadlineTo"}} {
		out = append(out, filter{Name: typed.URL, Label: typed.Text})
	}
	return append(out, filter{Name: "sort", Label: "排序", Quiet: true}), nil
}

// Selects are the filters that choose from a list; the others are typed.
func (d procurementsData) Selects() []filter {
	var out []filter
	for _, f := range d.Filters {
		if len(f.Choices) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// moment is a line of a page's timeline: of what has been, or of what is to come.
type moment struct {
	procurement.CourseStep
	Ahead bool
	By    bool // 前: at the latest
}

// procurementData is what procurement.html shows.
type procurementData struct {
	procurement.Detail
	Left     string // of what runs now
	Timeline []moment
	Places   []procurement.PublicBid // selected and reserves
	Others   []procurement.PublicBid
	Standing *procurement.Drawing // of the selection
	Numbers  string               // that it gave
	Award    *procurement.AwardLine
	Quotes   bool // there is something quoted
	Site     Site
}

func (p *Portal) procurement(c *gin.Context) (view, error) {
	got, err := p.read(c)
	if err != nil {
		return view{}, err
	}
	d := procurementData{Detail: got, Timeline: timeline(got), Standing: got.Drawing("selection"), Quotes: got.Pricing != procurement.FixedPrice, Site: p.Site}
	switch {
	case got.State == procurement.Open:
		d.Left = remaining(got.Deadline.Sub(got.Now))
	case got.State == procurement.Publicity && got.PublicityUntil != nil:
		d.Left = remaining(got.PublicityUntil.Sub(got.Now))
	case got.State == procurement.Selecting && got.SelectionAt.After(got.Now):
		d.Left = remaining(got.SelectionAt.Sub(got.Now))
	case got.State == procurement.Selecting && got.ChoiceUntil != nil:
		d.Left = remaining(got.ChoiceUntil.Sub(got.Now))
	}
	for _, b := range got.Bids {
		if b.Place > 0 {
			d.Places = append(d.Places, b)
		} else {
			d.Others = append(d.Others, b)
		}
	}
	sortPlaces(d.Places)
	for i, a := range got.Awards {
		if a.Valid {
			d.Award = &got.Awards[i]
		}
	}
	if d.Standing != nil {
		d.Numbers = drawnNumbers(d.Standing.Tables)
	}
	return view{Template: "procurement", Title: got.Title, Section: "/procurements", Feeds: feedsOf(got.RegionCode, ""),
		Description: got.Title + "：" + got.MethodLabel + "，" + got.StateLabel + "。需求、报名、开标、抽取、结果全过程公开。",
		Crumbs:      []link{{"采购公告", "/procurements"}, {got.RegionName, "/procurements?region=" + got.RegionCode}}, Data: d}, nil
}

// timeline is the course so far and what is still to come, as far as it can be told.
func timeline(d procurement.Detail) []moment {
	out := make([]moment, 0, len(d.Course)+4)
	for _, l := range d.Course {
		switch {
		case l.Note == l.Label:
			l.Note = ""
		case strings.HasSuffix(l.Note, l.Label): // 监督作出承诺
			l.Label, l.Note = l.Note, ""
		}
		out = append(out, moment{CourseStep: l})
	}
	ahead := func(label string, at time.Time, by bool) {
		out = append(out, moment{CourseStep: procurement.CourseStep{Label: label, At: at}, Ahead: true, By: by})
	}
	switch d.State {
	case procurement.Open, procurement.Closed:
		ahead("报名截止、开标编号", d.Deadline, false)
		ahead("选取", d.SelectionAt, false)
		ahead("结果公示、异议、中选通知书", time.Time{}, false)
	case procurement.Selecting:
		if d.SelectionAt.After(d.Now) {
			ahead("选取", d.SelectionAt, false)
		} else if d.ChoiceUntil != nil {
			ahead("项目业主选定或专家评分", *d.ChoiceUntil, true)
		}
		ahead("结果公示、异议、中选通知书", time.Time{}, false)
	case procurement.Publicity:
		ahead("公示期满，没有未答复的异议就发中选通知书", *d.PublicityUntil, false)
		ahead("签订合同", time.Time{}, false)
	case procurement.Suspended:
		ahead("异议审查完毕，恢复或重新选取", time.Time{}, false)
	case procurement.Awarded:
		ahead("签订合同、交付、验收、评价", time.Time{}, false)
	default: // it has ended
	}
	return out
}

// calendarData is what calendar.html shows.
type calendarData struct {
	procurement.Deadlines
	Filters    []filter
	Days       int
	Prev, Next string
	Reset      string
	Narrowed   bool
}

func (p *Portal) calendar(c *gin.Context) (view, error) {
	ctx, q := c.Request.Context(), c.Request.URL.Query()
	if err := p.ticking(c); err != nil {
		return view{}, err
	}
	days := 14
	if s := text(q, "days"); s != "" {
		var err error
		if days, err = strconv.Atoi(s); err != nil || days == 0 {
			return view{}, apperr.InvalidField("days", "天数应在 1 到 62 之间")
		}
	}
	ask := procurement.Calendar{From: text(q, "from"), Days: days, Region: text(q, "region"), Item: text(q, "item")}
	got, err := p.Procurement.Deadlines(ctx, ask)
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
	places := regionFilter(regions, "")
	places.Label, places.Choices = "区域", places.Choices[:max(0, len(places.Choices)-1)]
	places.Value, items.Value = ask.Region, ask.Item
	move := func(from string, n int) string {
		t, err := time.ParseInLocation(time.DateOnly, from, clock.Shanghai)
		if err != nil {
			return ""
		}
		kept := url.Values{"from": {clock.DayAfter(t, n)}}
		for _, name := range []string{"days", "region", "item"} {
			if v := text(q, name); v != "" {
				kept.Set(name, v)
			}
		}
		return address("/procurements/calendar", kept)
	}
	d := calendarData{Deadlines: got, Filters: []filter{places, items}, Days: days, Prev: move(got.From, -days), Next: move(got.To, 1), Reset: "/procurements/calendar", Narrowed: ask.Region+ask.Item != ""}
	return view{Template: "calendar", Title: "时点日历", Section: "/procurements", Crumbs: []link{{"采购公告", "/procurements"}},
		Description: "每天有哪些采购报名截止、选取、公示截止，可按区域和事项筛选。", Data: d}, nil
}

// Spans are how many days a calendar may be asked for at a time.
func (d calendarData) Spans() []int { return []int{7, 14, 31, 62} }
