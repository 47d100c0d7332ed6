package credit

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/page"
)

// Grades in the order they are shown, the best first.
var Grades = []Grade{AAA, AA, A, B, C, D}

// Row is an agency in a list of ratings.
type Row struct {
	AgencyID   string       `json:"agencyId" format:"uuid"`
	AgencyName string       `json:"agencyName" doc:"机构名称"`
	USCC       string       `json:"uscc" doc:"统一社会信用代码"`
	RegionName string       `json:"regionName" doc:"登记地"`
	State      agency.State `json:"state" enum:"admitted,restricted,suspended,removed" doc:"机构今天的状态"`
	StateLabel string       `json:"stateLabel" doc:"状态名称"`
	Tenths     int          `json:"tenths" doc:"得分，单位 0.1 分"`
	Text       string       `json:"text" doc:"得分"`
	Grade      Grade        `json:"grade" enum:"AAA,AA,A,B,C,D" doc:"等级"`
	New        bool         `json:"new" doc:"评价不足 3 次，标明为新机构"`
	Evaluated  int          `json:"evaluated" doc:"24 个月内的评价次数"`
	GradedOn   string       `json:"gradedOn" format:"date" doc:"自哪一天起是这个等级"`
	Demo       bool         `json:"demo" doc:"为真表示示例数据"`
}

// Filter narrows the list of ratings; empty fields do not narrow.
type Filter struct {
	page.Request
	Grade  Grade
	Region string // code: it and all below; agency.Outside: registered elsewhere
	Item   string // code: who may take it on today
}

// after is the last row of the page before.
type after struct {
	Tenths int       `json:"t"`
	ID     uuid.UUID `json:"id"`
}

// List is a page of the ratings of all agencies that have not left, the highest first. The
// removed are among them: theirs are what one looks for.
func (s *Service) List(ctx context.Context, f Filter) (page.Page[Row], error) {
	var none page.Page[Row]
	if f.Grade != "" && levelOfGrade(f.Grade) < 0 {
		return none, apperr.InvalidField("grade", "等级应是 AAA、AA、A、B、C 或 D")
	}
	p, err := s.placed(ctx, f.Region, f.Item)
	if err != nil {
		return none, err
	}
	last, given, err := page.Decode[after](f.Cursor)
	if err != nil {
		return none, err
	}
	if !given {
		last = after{int(highest) + 1, uuid.Max}
	}
	last.Tenths = min(max(last.Tenths, -1), int(highest)+1) // a cursor is anybody's to write
	rows, total, err := listRatings(ctx, s.pool, f, p, last, clock.Day(s.now()))
	if err != nil {
		return none, err
	}
	return page.Make(rows, f.Size(), total, func(r Row) after { return after{r.Tenths, uuid.MustParse(r.AgencyID)} }), nil
}

func levelOfGrade(g Grade) int {
	for i, known := range Grades {
		if g == known {
			return i
		}
	}
	return -1
}

// placed is where and for what agencies are asked for.
type placed struct {
	regions              []string // of the subtree; nil: anywhere
	regionName, itemName string
	outside              bool
	item                 uuid.UUID // uuid.Nil: any
}

func (s *Service) placed(ctx context.Context, region, item string) (placed, error) {
	p := placed{outside: region == agency.Outside}
	var err error
	if region != "" && !p.outside {
		if p.regions, p.regionName, err = subtreeOf(ctx, s.pool, region); err != nil {
			return p, err
		}
		if p.regions == nil {
			return p, apperr.InvalidField("region", "区划应是区划列表中的代码，或 outside（市外）")
		}
	}
	if item != "" {
		if p.item, p.itemName, err = itemOf(ctx, s.pool, item); err != nil {
			return p, err
		}
		if p.item == uuid.Nil {
			return p, apperr.InvalidField("item", "事项应是事项编码，如 ZJ0049")
		}
	}
	return p, nil
}

// Ranking orders the agencies that may take an item on today by their score.
type Ranking struct {
	Item       string   `json:"item" doc:"事项编码"`
	ItemName   string   `json:"itemName" doc:"事项名称"`
	Region     string   `json:"region,omitempty" doc:"登记地区划；不写为不限"`
	RegionName string   `json:"regionName,omitempty" doc:"登记地"`
	On         string   `json:"on" format:"date" doc:"哪一天"`
	N          int      `json:"n" doc:"参加排名的机构数"`
	Left       int      `json:"unranked" doc:"评价不足 3 次而不排名的机构数"`
	Refusal    string   `json:"refusal,omitempty" doc:"不排名的原因"`
	Items      []Ranked `json:"items" doc:"名次，最多 100 家；得分相同的名次相同"`
}

// Ranked is a place in a ranking.
type Ranked struct {
	Rank int `json:"rank" doc:"名次"`
	Row
}

const (
	fewest      = 3   // of fewer a place says nothing, and may point at one
	rankedShown = 100 //
)

// Rank ranks those who may take an item on today. Whoever has fewer than 3 evaluations is
// not ranked: that its score is near 95 says that little is known of it.
func (s *Service) Rank(ctx context.Context, item, region string) (Ranking, error) {
	if item == "" {
		return Ranking{}, apperr.InvalidField("item", "请选一个服务事项，如 ZJ0049")
	}
	p, err := s.placed(ctx, region, item)
	if err != nil {
		return Ranking{}, err
	}
	r := Ranking{Item: item, ItemName: p.itemName, Region: region, RegionName: p.regionName, On: clock.Day(s.now()), Items: []Ranked{}}
	if p.outside {
		r.RegionName = "市外"
	}
	rows, n, left, err := rankRatings(ctx, s.pool, p, r.On)
	if err != nil {
		return r, err
	}
	if r.N, r.Left = n, left; n < fewest {
		r.Refusal = fmt.Sprintf("评价满 3 次的只有 %d 家，不足 %d 家，不排名：这么少的机构，名次说明不了问题。", n, fewest)
		return r, nil
	}
	r.Items = rows
	return r, nil
}

// Spread is how many agencies have each grade.
type Spread struct {
	Grade Grade
	N     int
}

// Spread counts the agencies of each grade, for pages that are cached.
func (s *Service) Spread(ctx context.Context) ([]Spread, error) {
	found, err := countGrades(ctx, s.pool)
	if err != nil {
		return nil, err
	}
	out := make([]Spread, 0, len(Grades))
	for _, g := range Grades {
		out = append(out, Spread{g, found[g]})
	}
	return out, nil
}
