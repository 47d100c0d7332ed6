package procurement

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
)

// What happens on a day of the calendar.
const (
	MomentSignUp    = "sign-up"
	MomentSelection = "selection"
	MomentPublicity = "publicity"
)

var momentLabels = map[string]string{MomentSignUp: "报名截止", MomentSelection: "选取", MomentPublicity: "公示截止"}

// maxMoments bounds a calendar; maxDays its length.
const (
	maxMoments = 500
	maxDays    = 62
)

// Calendar asks for the deadlines of some days.
type Calendar struct {
	From   string // YYYY-MM-DD; "" is today
	Days   int    // 1 to 62; 0 is 14
	Region string // with all below it
	Item   string // service item code
}

// Moment is something that falls due.
type Moment struct {
	Kind       string    `json:"kind" enum:"sign-up,selection,publicity" doc:"sign-up 报名截止，selection 选取，publicity 公示截止"`
	KindLabel  string    `json:"kindLabel" doc:"是什么时点"`
	At         time.Time `json:"at" doc:"时间"`
	ID         uuid.UUID `json:"id" doc:"采购项目"`
	Number     string    `json:"number" doc:"采购编号"`
	Title      string    `json:"title" doc:"项目名称"`
	Purchaser  string    `json:"purchaser" doc:"项目业主"`
	RegionName string    `json:"regionName" doc:"区划"`
}

// CalendarDay is a day on which something falls due.
type CalendarDay struct {
	Date    string   `json:"date" format:"date" doc:"日期"`
	Moments []Moment `json:"moments" doc:"当日的时点，先后为序"`
}

// Deadlines are the days of a calendar that have something in them.
type Deadlines struct {
	From   string        `json:"from" format:"date" doc:"起始日期"`
	To     string        `json:"to" format:"date" doc:"截止日期（含当日）"`
	Days   []CalendarDay `json:"days" doc:"有时点的日子"`
	Capped bool          `json:"capped,omitempty" doc:"为真表示时点太多，只列出较早的"`
}

// Deadlines lists per day which sign-ups end, which selections come and which publicity ends.
func (s *Service) Deadlines(ctx context.Context, c Calendar) (Deadlines, error) {
	if c.From == "" {
		c.From = clock.Day(s.Now())
	}
	from, ok := day(c.From)
	if !ok {
		return Deadlines{}, apperr.InvalidField("from", "日期应写成 2026-11-25")
	}
	if c.Days == 0 {
		c.Days = 14
	}
	if c.Days < 1 || c.Days > maxDays {
		return Deadlines{}, apperr.InvalidField("days", "天数应在 1 到 %d 之间", maxDays)
	}
	var regions []string
	if c.Region != "" {
		var err error
		if regions, err = subtreeOf(ctx, s.Pool, c.Region); err != nil {
			return Deadlines{}, err
		}
		if len(regions) == 0 {
			return Deadlines{}, apperr.InvalidField("region", "没有这个区划，请从列出的区划中选")
		}
	}
	to := from.AddDate(0, 0, c.Days)
	list, err := listMoments(ctx, s.Pool, c, regions, from, to, maxMoments)
	if err != nil {
		return Deadlines{}, err
	}
	out := Deadlines{From: c.From, To: clock.DayAfter(from, c.Days-1), Days: []CalendarDay{}}
	if out.Capped = len(list) > maxMoments; out.Capped {
		list = list[:maxMoments]
	}
	for _, m := range list {
		date := clock.Day(m.At.Add(-time.Nanosecond)) // what ends at midnight ends the day before (民法典 第203条)
		if n := len(out.Days); n == 0 || out.Days[n-1].Date != date {
			out.Days = append(out.Days, CalendarDay{Date: date})
		}
		last := &out.Days[len(out.Days)-1]
		last.Moments = append(last.Moments, m)
	}
	return out, nil
}
