package portal

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/contract"
	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/page"
)

// mountCredit adds the pages of credit. A page of one agency is made anew each time: where
// a line stands in the public log follows the line by a moment.
func (p *Portal) mountCredit(r gin.IRouter) {
	scopes := []string{"credit", "agency", "catalog", "region"}
	r.GET("/credit", p.show(p.ratings, scopes...))
	r.GET("/credit/rankings", p.show(p.rankings, scopes...))
	r.GET("/credit/bans", p.show(p.bans, "credit", "agency"))
	r.GET("/credit/:id", p.fresh(p.rating))
	r.GET("/credit/:id/report", p.fresh(p.creditReport))
}

// gradeTone is the colour of a grade.
func gradeTone(g credit.Grade) string {
	return map[credit.Grade]string{credit.AAA: "ok", credit.AA: "ok", credit.A: "brand-tag", credit.B: "", credit.C: "warn", credit.D: "seal"}[g]
}

// ratingsData is what ratings.html shows.
type ratingsData struct {
	Listing
	Spread []gradeLink
	Rows   []credit.Row
	Rank   string // address of the ranking of what is asked for
}

// gradeLink is a grade with how many have it, and the list of those.
type gradeLink struct {
	credit.Spread
	URL     string
	Current bool
}

func (p *Portal) ratings(c *gin.Context) (view, error) {
	ctx, q := c.Request.Context(), c.Request.URL.Query()
	f := credit.Filter{Request: page.Request{Cursor: q.Get("cursor")}, Grade: credit.Grade(text(q, "grade")), Region: text(q, "region"), Item: text(q, "item")}
	got, err := p.Credit.List(ctx, f)
	if err != nil {
		return view{}, err
	}
	spread, err := p.Credit.Spread(ctx)
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
	grades := filter{Name: "grade", Label: "等级", Any: "不限", Short: true}
	d := ratingsData{Rows: got.Items, Rank: "/credit/rankings"}
	for _, s := range spread {
		grades.Choices = append(grades.Choices, choice{string(s.Grade), string(s.Grade), -1})
		d.Spread = append(d.Spread, gradeLink{s, "/credit?grade=" + string(s.Grade), s.Grade == f.Grade})
	}
	d.Listing = newListing("/credit", "家", "", q, []filter{grades, regionFilter(regions, agency.Outside), items}, paged{got.Total, got.TotalCapped, got.NextCursor})
	if f.Item != "" {
		kept := url.Values{"item": {f.Item}}
		if f.Region != "" {
			kept.Set("region", f.Region)
		}
		d.Rank = address("/credit/rankings", kept)
	}
	return view{Template: "ratings", Title: "信用等级", Section: "/credit", Description: "中介机构的信用得分和等级：基础分加减业主评价、监管记录和客观记录，每一分都查得到来历。", Data: d}, nil
}

// rankingsData is what rankings.html shows.
type rankingsData struct {
	Listing
	credit.Ranking
	Asked bool
}

func (p *Portal) rankings(c *gin.Context) (view, error) {
	ctx, q := c.Request.Context(), c.Request.URL.Query()
	d := rankingsData{Asked: text(q, "item") != ""}
	if d.Asked {
		var err error
		if d.Ranking, err = p.Credit.Rank(ctx, text(q, "item"), text(q, "region")); err != nil {
			return view{}, err
		}
	}
	regions, err := p.Catalog.Regions(ctx)
	if err != nil {
		return view{}, err
	}
	items, err := p.itemChoices(c)
	if err != nil {
		return view{}, err
	}
	items.Any = "请选择"
	d.Listing = newListing("/credit/rankings", "家", "", q, []filter{items, regionFilter(regions, agency.Outside)}, paged{total: d.N})
	return view{Template: "rankings", Title: "信用排名", Section: "/credit", Description: "能承接同一事项的机构按信用得分排名，写明参加排名的家数。",
		Crumbs: []link{{"信用等级", "/credit"}}, Data: d}, nil
}

// ratingData is what rating.html shows.
type ratingData struct {
	credit.Rating
	Today   string
	Past    bool   // of a day before today
	Asked   string // what the form of a past day holds
	Chart   trendChart
	Decided string                                // the sum in words: 95.0 + 3.2 − 15.0 = 83.2
	Said    map[string]*contract.PublicEvaluation // by the evaluation's id: its reasons, the reply, the appeal
	People  []credit.PublicPerson                 // practitioners of whom there is something to say today
	Others  int                                   // and how many there are of whom there is nothing
}

func (p *Portal) rating(c *gin.Context) (view, error) {
	asked := text(c.Request.URL.Query(), "on")
	got, err := p.Credit.Of(c.Request.Context(), c.Param("id"), asked)
	if err != nil {
		return view{}, err
	}
	d := ratingData{Rating: got, Today: clock.Day(p.Now()), Asked: cmp.Or(asked, got.On), Chart: chartOf(got.Trend), Decided: sumWords(got.Parts, got.Text)}
	d.Past = got.On != d.Today
	if d.Said, err = p.said(c.Request.Context(), got.Evaluations); err != nil {
		return view{}, err
	}
	if !d.Past {
		if err := p.people(c.Request.Context(), &d); err != nil {
			return view{}, err
		}
	}
	return view{Template: "rating", Title: got.AgencyName + "的信用", Section: "/credit", Description: got.AgencyName + "的信用得分：组成、记录、评价、两年走势和由此产生的措施。",
		Crumbs: []link{{"信用等级", "/credit"}}, Data: d}, nil
}

// people are the agency's practitioners at work, with a record, or banned; an agency may
// have hundreds of whom nothing is known but the name.
func (p *Portal) people(ctx context.Context, d *ratingData) error {
	id, err := uuid.Parse(d.AgencyID)
	if err != nil {
		return err
	}
	list, err := p.Records.PublicPeople(ctx, id)
	for _, one := range list {
		if one.Engagements > 0 || len(one.Conduct) > 0 || one.Banned {
			d.People = append(d.People, one)
		} else {
			d.Others++
		}
	}
	return err
}

// bansData is what bans.html shows.
type bansData struct {
	Listing
	Kinds    []choice
	Kind     string
	Past     bool   // those that are over or lifted are shown too
	All, Now string // addresses with and without them
	Bans     []credit.Ban
}

// bans is the list of whom the law forbids to practise.
func (p *Portal) bans(c *gin.Context) (view, error) {
	q := c.Request.URL.Query()
	d := bansData{Kind: text(q, "kind"), Past: text(q, "past") != "", Kinds: []choice{{"agency", "机构", -1}, {"practitioner", "执业人员", -1}}}
	got, err := p.Records.Bans(c.Request.Context(), credit.BanFilter{Request: page.Request{Cursor: q.Get("cursor")}, Kind: d.Kind, USCC: text(q, "uscc"), Past: d.Past})
	if err != nil {
		return view{}, err
	}
	d.Bans = got.Items
	kinds, past := filter{Name: "kind", Label: "对象", Quiet: true, Choices: d.Kinds}, filter{Name: "past", Label: "期限", Quiet: true}
	d.Listing = newListing("/credit/bans", "条", "", q, []filter{kinds, past, {Name: "uscc", Label: "统一社会信用代码"}}, paged{got.Total, got.TotalCapped, got.NextCursor})
	kept := url.Values{}
	for _, name := range []string{"kind", "uscc"} {
		if v := text(q, name); v != "" {
			kept.Set(name, v)
		}
	}
	d.Now = address("/credit/bans", kept)
	kept.Set("past", "1")
	d.All = address("/credit/bans", kept)
	return view{Template: "bans", Title: "法定禁业", Section: "/credit", Description: "依法在一定期限内或者终身不得从业的中介机构和执业人员：依据、决定机关、文号和期限。",
		Crumbs: []link{{"信用等级", "/credit"}}, Data: d}, nil
}

// said is what belongs to the evaluations shown: invented ones without a contract have none.
func (p *Portal) said(ctx context.Context, list []credit.ShownEvaluation) (map[string]*contract.PublicEvaluation, error) {
	if p.Contract == nil || len(list) == 0 {
		return map[string]*contract.PublicEvaluation{}, nil
	}
	ids := make([]uuid.UUID, 0, len(list))
	for _, e := range list {
		if id, err := uuid.Parse(e.ID); err == nil {
			ids = append(ids, id)
		}
	}
	found, err := p.Contract.Published(ctx, ids)
	out := make(map[string]*contract.PublicEvaluation, len(found))
	for id, e := range found {
		out[id.String()] = &e
	}
	return out, err
}

// sumWords writes the sum out.
func sumWords(parts []credit.Part, total string) string {
	var out strings.Builder
	for i, p := range parts {
		switch {
		case i == 0:
			out.WriteString(p.Text)
		case p.Tenths < 0:
			out.WriteString(" − " + strings.TrimPrefix(p.Text, "-"))
		case p.Tenths > 0 || p.Name != "clamp":
			out.WriteString(" + " + strings.TrimPrefix(p.Text, "+"))
		}
	}
	return out.String() + " = " + total
}

// reportNumber is how the number of a report looks.
var reportNumber = regexp.MustCompile(`^[0-9A-Za-z-]{1,40}$`)

// reportData is what credit-report.html shows.
type reportData struct {
	credit.Report
	Asked   string
	Found   bool
	Now     credit.Rating // of today
	Decided string
}

// creditReport is the page that the code on a printed report opens. A number that cannot
// have been given out is answered in words.
func (p *Portal) creditReport(c *gin.Context) (view, error) {
	ctx := c.Request.Context()
	now, err := p.Credit.Of(ctx, c.Param("id"), "")
	if err != nil {
		return view{}, err
	}
	d := reportData{Asked: text(c.Request.URL.Query(), "number"), Now: now}
	if d.Asked != "" && !reportNumber.MatchString(d.Asked) { // never repeated: it may say anything
		d.Asked = "所填编号"
	}
	d.Report, err = p.Credit.Report(ctx, c.Param("id"), d.Asked)
	switch {
	case err == nil:
		d.Found = d.Asked != ""
		d.Decided = sumWords(d.Rating.Parts, d.Rating.Text)
	case apperr.CodeOf(err) != apperr.NotFound:
		return view{}, err
	}
	return view{Template: "credit-report", Title: "核验信用报告", Section: "/credit", Description: "信用报告载明的等级和得分，由全部记录重新算出，与今天的对照。",
		Crumbs: []link{{"信用等级", "/credit"}, {now.AgencyName, "/credit/" + now.AgencyID}}, Data: d}, nil
}

// trendChart is a line of scores drawn on a grid of grades. Lengths are of the view box.
type trendChart struct {
	Width, Height int
	Line          string
	Dots          []chartDot
	Grid          []chartLine
	Months        []chartLine // words below
	First, Last   credit.Point
	Low, High     string
}

type chartDot struct {
	X, Y  string
	Grade credit.Grade
}

type chartLine struct {
	X, Y  string
	Words string
}

const (
	chartWidth, chartHeight   = 640, 230
	chartLeft, chartRight     = 60, 26
	chartTop, chartBottom     = 12, 28
	chartHighest, chartLeast  = 1200, 600
	chartMonths, chartRoundTo = 6, 100
)

// chartOf draws from the lowest grade's border, or lower where a score was, to 120.
func chartOf(points []credit.Point) trendChart {
	c := trendChart{Width: chartWidth, Height: chartHeight}
	if len(points) == 0 {
		return c
	}
	low, lowest, highest := chartLeast, points[0], points[0]
	for _, p := range points {
		if p.Tenths < lowest.Tenths {
			lowest = p
		}
		if p.Tenths > highest.Tenths {
			highest = p
		}
	}
	for low > lowest.Tenths {
		low -= chartRoundTo
	}
	low = max(low-chartRoundTo/2, 0)
	c.First, c.Last, c.Low, c.High = points[0], points[len(points)-1], lowest.Text, highest.Text
	y := func(tenths int) string {
		inner := chartHeight - chartTop - chartBottom
		return coordinate(chartTop*10 + inner*10*(chartHighest-tenths)/(chartHighest-low))
	}
	x := func(i int) string {
		inner := chartWidth - chartLeft - chartRight
		return coordinate(chartLeft*10 + inner*10*i/max(len(points)-1, 1))
	}
	for _, g := range []struct {
		at    int
		words string
	}{{1100, "AAA 110"}, {1000, "AA 100"}, {900, "A 90"}, {750, "B 75"}, {600, "C 60"}} {
		c.Grid = append(c.Grid, chartLine{Y: y(g.at), Words: g.words})
	}
	var line []string
	for i, p := range points {
		line = append(line, x(i)+","+y(p.Tenths))
		c.Dots = append(c.Dots, chartDot{x(i), y(p.Tenths), p.Grade})
		if i%chartMonths == 0 {
			c.Months = append(c.Months, chartLine{X: x(i), Words: p.On[:len("2006-01")]})
		}
	}
	c.Line = strings.Join(line, " ")
	return c
}

// coordinate writes tenths of a unit.
func coordinate(tenths int) string { return fmt.Sprintf("%d.%d", tenths/10, tenths%10) }

// latest turns points so that the newest stands first, as a table is read.
func latest(points []credit.Point) []credit.Point {
	out := slices.Clone(points)
	slices.Reverse(out)
	return out
}
