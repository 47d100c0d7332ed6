package contract

import (
	"slices"

	"zjcs/internal/platform/calendar"
)

// Span is a stretch of days on which the clock stands: From is the first of them, Until the
// first on which it goes again; 0 is not yet.
type Span struct{ From, Until calendar.Day }

func (s Span) covers(d calendar.Day) bool { return d >= s.From && (s.Until == 0 || d < s.Until) }

// Timing is what the clock of promised days has counted, in working days. Used and Stopped
// make Elapsed.
type Timing struct {
	Elapsed     int  `json:"elapsed" doc:"起算以来的工作日"`
	Stopped     int  `json:"stopped" doc:"其中停计的"`
	Used        int  `json:"used" doc:"其中计入承诺时限的"`
	Provisional bool `json:"provisional,omitempty" doc:"为真表示依据的年份日历尚未公布"`
}

// Measure counts the working days after start up to and with end (民法典 第201条: the day of
// the event does not count). A day that several stops cover is stopped once. Before start
// nothing has elapsed.
func Measure(cal calendar.Calendar, start, end calendar.Day, stops []Span) Timing {
	var t Timing
	for d := start + 1; d <= end; d++ {
		work, provisional := cal.IsWorkday(d)
		t.Provisional = t.Provisional || provisional
		if !work {
			continue
		}
		t.Elapsed++
		if slices.ContainsFunc(stops, func(s Span) bool { return s.covers(d) }) {
			t.Stopped++
		} else {
			t.Used++
		}
	}
	return t
}

// longestTerm is more days than any promise with its stops takes.
const longestTerm = 40_000

// Deadline is the last day within a promise of so many working days. standing reports that
// a stop goes on, so that there is none.
func Deadline(cal calendar.Calendar, start calendar.Day, promised int, stops []Span) (last calendar.Day, provisional, standing bool) {
	used := 0
	for d := start + 1; d < start+longestTerm; d++ {
		work, maybe := cal.IsWorkday(d)
		provisional = provisional || maybe
		open := false
		for _, s := range stops {
			if s.covers(d) {
				work, open = false, open || s.Until == 0
			}
		}
		if open {
			return 0, provisional, true
		}
		if work {
			used++
		}
		if used >= promised {
			return d, provisional, false
		}
	}
	return 0, provisional, true
}
