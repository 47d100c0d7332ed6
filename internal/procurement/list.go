package procurement

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/page"
	"zjcs/internal/review"
)

// Closed is an open procurement whose deadline has passed: by the database's time, never
// stored.
const Closed review.State = "closed"

// StateLabel is a state in Chinese, Closed among them.
func StateLabel(s review.State) string {
	if s == Closed {
		return "报名已截止"
	}
	return Workflow.States[s]
}

// States are those that a list can be narrowed to, in the order of a procurement's life.
var States = []review.State{Open, Closed, Selecting, Publicity, Suspended, Awarded, Contracted, InService, Delivered, Accepted, Evaluated, Failed, Withdrawn, Terminated}

// Orders of the list.
const (
	ByPublished = ""         // the latest first
	ByDeadline  = "deadline" // the earliest first
)

// Filter narrows the public list. Dates are YYYY-MM-DD in Shanghai, both ends included;
// money is fen.
type Filter struct {
	page.Request
	State     review.State
	Method    Method
	Item      string // service item code
	Sector    string
	Region    string // with all below it
	Purchaser string // part of its name
	Fund      Fund   // Fiscal: any share of it; Own: none
	PriceFrom int64
	PriceTo   int64
	Query     string // part of title, purchaser or number
	Published Range
	Deadline  Range
	Sort      string
	Organised uuid.UUID // one purchaser's; not offered to the public
	subtree   string
}

// Range is a span of days; an empty end is open.
type Range struct{ From, To string }

// Validate names each parameter that no list can be asked for.
func (f Filter) Validate() error {
	var bad []apperr.Field
	refuse := func(ok bool, name, message string) {
		if !ok {
			bad = append(bad, apperr.Field{Name: name, Message: message})
		}
	}
	refuse(f.State == "" || slices.Contains(States, f.State), "state", "没有这个状态，请从列出的状态中选")
	refuse(f.Method == "" || f.Method.Label() != "", "method", "没有这种选取方式，请从列出的方式中选")
	refuse(f.Fund == "" || f.Fund == Fiscal || f.Fund == Own, "fund", "资金应是 fiscal（财政资金）或 own（自有资金）")
	refuse(f.Sort == ByPublished || f.Sort == ByDeadline, "sort", "排序应是 deadline（最早截止在前），不写为最新发布在前")
	refuse(f.PriceFrom >= 0, "priceFrom", "金额不能是负数")
	refuse(f.PriceTo >= 0 && (f.PriceTo == 0 || f.PriceTo >= f.PriceFrom), "priceTo", "金额上限应不小于下限")
	for name, v := range map[string]string{"q": f.Query, "purchaser": f.Purchaser, "sector": f.Sector, "item": f.Item} {
		refuse(utf8.ValidString(v) && utf8.RuneCountInString(v) <= 100 && !strings.ContainsRune(v, 0), name, "请输入不超过 100 个字")
	}
	for name, r := range map[string]Range{"published": f.Published, "deadline": f.Deadline} {
		from, okFrom := day(r.From)
		to, okTo := day(r.To)
		refuse(okFrom, name+"From", "日期应写成 2026-11-25")
		refuse(okTo, name+"To", "日期应写成 2026-11-25")
		refuse(r.From == "" || r.To == "" || !okFrom || !okTo || !to.Before(from), name+"To", "截止日期应不早于起始日期")
	}
	slices.SortFunc(bad, func(a, b apperr.Field) int { return strings.Compare(a.Name, b.Name) })
	return apperr.InvalidFields(bad)
}

// day is the beginning of a day in Shanghai.
func day(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	t, err := time.ParseInLocation(time.DateOnly, s, clock.Shanghai)
	return t, err == nil && t.Year() >= 2000 && t.Year() < 2200
}

// Summary is a procurement in a list.
type Summary struct {
	ID             uuid.UUID    `json:"id"`
	Number         string       `json:"number" doc:"采购编号"`
	Title          string       `json:"title" doc:"项目名称"`
	Purchaser      string       `json:"purchaser" doc:"项目业主；自然人只显示姓氏"`
	RegionCode     string       `json:"regionCode" doc:"区划代码"`
	RegionName     string       `json:"regionName" doc:"区划"`
	Method         Method       `json:"method" enum:"random,lowest_price,reference_price,credit_weighted,proposal,panel,direct" doc:"选取方式"`
	MethodLabel    string       `json:"methodLabel" doc:"选取方式"`
	Fiscal         bool         `json:"fiscal" doc:"为真表示使用财政资金"`
	Items          []ItemRef    `json:"items" doc:"中介服务事项"`
	Pricing        Pricing      `json:"pricing" enum:"fixed,quoted,discount" doc:"fixed 固定价格，quoted 报总价，discount 报下浮率"`
	PriceFen       *int64       `json:"priceFen,omitempty" doc:"固定价格，或最高限价（分）；没有表示由机构报价"`
	DaysCeiling    int          `json:"daysCeiling" doc:"承诺时限上限（工作日）"`
	State          review.State `json:"state" enum:"open,closed,selecting,publicity,suspended,awarded,contracted,in_service,delivered,accepted,evaluated,withdrawn,failed,terminated" doc:"状态；closed 是报名已截止、尚未开标"`
	StateLabel     string       `json:"stateLabel" doc:"状态"`
	PublishedAt    time.Time    `json:"publishedAt" doc:"发布时间"`
	Deadline       time.Time    `json:"deadline" doc:"报名截止，以平台数据库时钟为准"`
	SelectionAt    time.Time    `json:"selectionAt" doc:"选取时间"`
	PublicityUntil *time.Time   `json:"publicityUntil,omitempty" doc:"结果公示截止"`
	Round          int          `json:"round" doc:"第几次发布"`
	Demo           bool         `json:"demo" doc:"为真表示示例数据"`
}

// ItemRef names a service item.
type ItemRef struct {
	Code string `json:"code" doc:"事项编码"`
	Name string `json:"name" doc:"事项名称"`
}

// List is a page of the public list. What is open and what is closed is judged by the
// database's time when the page is read.
func (s *Service) List(ctx context.Context, f Filter) (page.Page[Summary], error) {
	var none page.Page[Summary]
	if err := f.Validate(); err != nil {
		return none, err
	}
	if f.Region != "" {
		codes, err := subtreeOf(ctx, s.Pool, f.Region)
		if err != nil {
			return none, err
		}
		if len(codes) == 0 {
			return none, apperr.InvalidField("region", "没有这个区划，请从列出的区划中选")
		}
		f.subtree = strings.Join(codes, ",")
	}
	after, given, err := page.Decode[listCursor](f.Cursor)
	if err != nil {
		return none, err
	}
	f.Cursor = ""
	found, _, err := s.pages.Get(ctx, pageKey{Filter: f, after: after, later: given})
	if err != nil {
		return none, err
	}
	return page.Make(found.Rows, f.Size(), found.Total, func(p Summary) listCursor {
		if f.Sort == ByDeadline {
			return listCursor{p.Deadline.UTC(), p.ID}
		}
		return listCursor{p.PublishedAt.UTC(), p.ID}
	}), nil
}

// NextChange is how long, by the database's clock, what is published stays as it is: until
// the next sign-up ends, selection comes due or publicity ends. Answers may be kept for so
// long and no longer. It is at most the day that pages are kept at most.
func (s *Service) NextChange(ctx context.Context) (time.Duration, error) {
	d, err := nextChange(ctx, s.Pool)
	return min(d, 24*time.Hour), err
}

// Count is how many are in a state now; counted no further than page.TotalCap + 1.
func (s *Service) Count(ctx context.Context, state review.State) (int, error) {
	p, err := s.List(ctx, Filter{Request: page.Request{Limit: 1}, State: state})
	if p.TotalCapped {
		p.Total++
	}
	return p.Total, err
}
