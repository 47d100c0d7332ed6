package contract

import (
	"testing"

	"pgregory.net/rapid"

	"zjcs/internal/platform/calendar"
)

func day(t *testing.T, s string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestClock: examples counted by hand. 2026-10-01 to 07 is a holiday of the calendar that
// is shipped; the week before and after it are used where they do not matter.
func TestClock(t *testing.T) {
	t.Parallel()
	cal := calendar.Shipped()
	start := day(t, "2026-03-02") // Monday
	at := func(s string) calendar.Day { return day(t, s) }
	for name, c := range map[string]struct {
		end                    string
		stops                  []Span
		elapsed, stopped, used int
	}{
		"the first day does not count":     {"2026-03-02", nil, 0, 0, 0},
		"a week":                           {"2026-03-09", nil, 5, 0, 5},
		"before the beginning":             {"2026-02-20", nil, 0, 0, 0},
		"a stop of two days":               {"2026-03-09", []Span{{at("2026-03-04"), at("2026-03-06")}}, 5, 2, 3},
		"the same stop twice":              {"2026-03-09", []Span{{at("2026-03-04"), at("2026-03-06")}, {at("2026-03-04"), at("2026-03-06")}}, 5, 2, 3},
		"two that overlap":                 {"2026-03-09", []Span{{at("2026-03-04"), at("2026-03-06")}, {at("2026-03-05"), at("2026-03-07")}}, 5, 3, 2},
		"one that goes on":                 {"2026-03-09", []Span{{at("2026-03-05"), 0}}, 5, 3, 2},
		"one over the weekend stops none":  {"2026-03-09", []Span{{at("2026-03-07"), at("2026-03-09")}}, 5, 0, 5},
		"one before the beginning":         {"2026-03-09", []Span{{at("2026-02-01"), at("2026-03-03")}}, 5, 0, 5},
		"one that ends the day it begins":  {"2026-03-09", []Span{{at("2026-03-05"), at("2026-03-05")}}, 5, 0, 5},
		"until is a day of work once more": {"2026-03-05", []Span{{at("2026-03-04"), at("2026-03-05")}}, 3, 1, 2},
	} {
		got := Measure(cal, start, day(t, c.end), c.stops)
		if got.Elapsed != c.elapsed || got.Stopped != c.stopped || got.Used != c.used {
			t.Errorf("%s: %+v, want %d %d %d", name, got, c.elapsed, c.stopped, c.used)
		}
	}
	if last, _, standing := Deadline(cal, start, 5, []Span{{at("2026-03-04"), at("2026-03-06")}}); standing || last != at("2026-03-11") {
		t.Errorf("the last day is %s", last)
	}
	if _, _, standing := Deadline(cal, start, 5, []Span{{at("2026-03-04"), 0}}); !standing {
		t.Error("a stop that goes on has no last day after it")
	}
	if last, _, standing := Deadline(cal, start, 2, []Span{{at("2026-03-05"), 0}}); standing || last != at("2026-03-04") {
		t.Error("a stop after the last day changes nothing")
	}
}

func spans(rt *rapid.T, start calendar.Day) []Span {
	return rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) Span {
		from := start + calendar.Day(rapid.IntRange(-20, 120).Draw(rt, "from"))
		if rapid.IntRange(0, 5).Draw(rt, "open") == 0 {
			return Span{from, 0}
		}
		return Span{from, from + calendar.Day(rapid.IntRange(0, 40).Draw(rt, "length"))}
	}), 0, 6).Draw(rt, "stops")
}

// TestClockCountsEveryDayOnce: used and stopped make elapsed; what a day is does not hang on
// how often, in what order or in how many pieces its stops are told; and the days between
// two moments are those until the later less those until the earlier.
func TestClockCountsEveryDayOnce(t *testing.T) {
	t.Parallel()
	cal := calendar.Shipped()
	rapid.Check(t, func(rt *rapid.T) {
		start := calendar.Day(rapid.IntRange(18_000, 20_600).Draw(rt, "start"))
		end := start + calendar.Day(rapid.IntRange(-5, 150).Draw(rt, "length"))
		stops := spans(rt, start)
		got := Measure(cal, start, end, stops)
		if got.Used+got.Stopped != got.Elapsed || got.Used < 0 || got.Stopped < 0 {
			rt.Fatalf("%+v", got)
		}
		if free := Measure(cal, start, end, nil); free.Elapsed != got.Elapsed || free.Used != free.Elapsed {
			rt.Fatalf("stops change what has elapsed: %+v, %+v", got, free)
		}
		if n, _ := cal.WorkdaysBetween(start, end); n > 0 && n != got.Elapsed {
			rt.Fatalf("%d elapsed, the calendar counts %d", got.Elapsed, n)
		}
		stopped := map[calendar.Day]bool{}
		for _, s := range stops {
			for d := s.From; d <= end && (s.Until == 0 || d < s.Until); d++ {
				if work, _ := cal.IsWorkday(d); work && d > start {
					stopped[d] = true
				}
			}
		}
		if len(stopped) != got.Stopped {
			rt.Fatalf("%d stopped, want %d", got.Stopped, len(stopped))
		}
		twice := append(append([]Span{}, stops...), stops...)
		if again := Measure(cal, start, end, twice); again != got {
			rt.Fatalf("told twice: %+v, %+v", again, got)
		}
		if more := Measure(cal, start, end, append(stops, Span{start, 0})); more.Used != 0 {
			rt.Fatalf("all stopped, and %d used", more.Used)
		}
	})
}

// TestDeadlineIsTheLastDayInTime: on it the promise is just kept, and a working day later it
// is not.
func TestDeadlineIsTheLastDayInTime(t *testing.T) {
	t.Parallel()
	cal := calendar.Shipped()
	rapid.Check(t, func(rt *rapid.T) {
		start := calendar.Day(rapid.IntRange(18_000, 20_600).Draw(rt, "start"))
		promised := rapid.IntRange(1, 60).Draw(rt, "promised")
		stops := spans(rt, start)
		last, _, standing := Deadline(cal, start, promised, stops)
		if standing {
			if got := Measure(cal, start, start+5000, stops); got.Used >= promised {
				rt.Fatalf("no last day, though %d are used in the end", got.Used)
			}
			return
		}
		if got := Measure(cal, start, last, stops); got.Used != promised {
			rt.Fatalf("%d used on the last day, %d promised", got.Used, promised)
		}
		if got := Measure(cal, start, last-1, stops); got.Used >= promised {
			rt.Fatalf("kept a day before already: %d", got.Used)
		}
	})
}

// TestOnlyConfirmedStopsCount: a stop counts from the other side's word on, and ends with
// the other side's word.
func TestOnlyConfirmedStopsCount(t *testing.T) {
	t.Parallel()
	from, until := day(t, "2026-03-04"), day(t, "2026-03-10")
	for state, want := range map[StopState]*Span{
		StopProposed: nil, StopDeclined: nil, StopWithdrawn: nil,
		StopRunning: {from, 0}, StopResuming: {from, 0}, StopEnded: {from, until},
	} {
		got := countedStops([]Stop{{State: state, From: from, Until: until}}, nil)
		if want == nil && len(got) != 0 || want != nil && (len(got) != 1 || got[0] != *want) {
			t.Errorf("%s counts as %v", state, got)
		}
	}
}
