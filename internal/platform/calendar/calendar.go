// Package calendar counts working days (工作日): the days of the week as the State
// Council's yearly notice rearranges them, with its holidays and make-up workdays.
//
// A published year comes with the program's library or is loaded by an operator, whose
// word is the newer (table calendar_year). A year not yet published has weekends and
// the holidays that the law itself fixes; whatever is counted across it is provisional
// (暂定) and is to be counted anew when the year is loaded.
package calendar

import (
	"maps"
	"slices"
	"time"
)

// Calendar is what is known of all years at one moment. It never changes. The zero
// value knows of no notice.
type Calendar struct {
	years map[int]Year
}

// Shipped is the calendar without what operators loaded.
func Shipped() Calendar { return Calendar{years: library()} }

// With is the calendar with one more year, or with another arrangement of a known one.
func (c Calendar) With(y Year) Calendar {
	years := make(map[int]Year, len(c.years)+1)
	maps.Copy(years, c.years)
	y.Days = maps.Clone(y.Days)
	years[y.Year] = y
	return Calendar{years: years}
}

// Years are those published, in order.
func (c Calendar) Years() []Year {
	years := slices.SortedFunc(maps.Values(c.years), func(a, b Year) int { return a.Year - b.Year })
	for i := range years {
		years[i].Days = maps.Clone(years[i].Days)
	}
	return years
}

// decemberTail is the first day of December that the notice of the next year has ever
// arranged: in 11 of the 25 years from 2002 on, New Year's holiday or its make-up
// workday began on the 29th or later.
const decemberTail = 29

// IsWorkday reports whether people work that day, and whether that is provisional.
func (c Calendar) IsWorkday(d Day) (work, provisional bool) {
	t := d.utc()
	y, published := c.years[t.Year()]
	provisional = !published
	if t.Month() == time.December && t.Day() >= decemberTail {
		next, known := c.years[t.Year()+1]
		if kind, arranged := next.Days[d]; arranged {
			return kind == Workday, false
		}
		provisional = provisional || !known
	}
	if published {
		if kind, arranged := y.Days[d]; arranged {
			return kind == Workday, provisional
		}
		return !d.Weekend(), provisional
	}
	_, holiday := statutory(t.Year())[d]
	return !d.Weekend() && !holiday, true
}

// Deadline is the end of a period counted in working days.
type Deadline struct {
	Day         Day       // the last day of the period, always a working day
	At          time.Time // its end; whoever comes at this instant is late
	Provisional bool      // rests on a year not yet published: shown as 暂定
}

func (d Deadline) String() string {
	if d.Provisional {
		return d.Day.String() + "（暂定）"
	}
	return d.Day.String()
}

// AddWorkdays is the end of n working days after the event at from. The day of the
// event does not count (民法典 第201条 第一款); the period ends at 24:00 of its last
// day. With n of 0 or less it ends on the day of the event, or, when that is a day of
// rest, on the next working day (民法典 第203条 第一款).
func (c Calendar) AddWorkdays(from time.Time, n int) Deadline {
	day := DayOf(from)
	var out Deadline
	for counted := 0; ; day++ {
		work, provisional := c.IsWorkday(day)
		event := day == DayOf(from)
		if !event || n <= 0 { // what the event's own day is decides nothing otherwise
			out.Provisional = out.Provisional || provisional
		}
		if work && !event {
			counted++
		}
		if work && counted >= n {
			out.Day, out.At = day, day.End()
			return out
		}
	}
}

// WorkdaysBetween is how many working days a period that began with an event on day a
// has had by the end of day b: those after a, up to and with b. It is negative when b
// is before a.
func (c Calendar) WorkdaysBetween(a, b Day) (n int, provisional bool) {
	if b < a {
		n, provisional = c.WorkdaysBetween(b, a)
		return -n, provisional
	}
	for day := a + 1; day <= b; day++ {
		work, maybe := c.IsWorkday(day)
		if work {
			n++
		}
		provisional = provisional || maybe
	}
	return n, provisional
}
