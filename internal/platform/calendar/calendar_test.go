package calendar_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/clock"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func day(s string) calendar.Day {
	d, err := calendar.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, clock.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

// TestPublishedYears are the days that the State Council's notices of November 2024
// and November 2025 announced, and one of 2018's.
func TestPublishedYears(t *testing.T) {
	t.Parallel()
	c := calendar.Shipped()
	for _, span := range []struct {
		first, last string
		work        bool
	}{
		{"2025-01-01", "2025-01-01", false}, {"2025-01-02", "2025-01-03", true},
		{"2025-01-26", "2025-01-27", true}, {"2025-01-28", "2025-02-04", false}, {"2025-02-05", "2025-02-08", true},
		{"2025-04-04", "2025-04-06", false}, {"2025-04-27", "2025-04-30", true}, {"2025-05-01", "2025-05-05", false},
		{"2025-05-31", "2025-06-02", false}, {"2025-09-28", "2025-09-30", true}, {"2025-10-01", "2025-10-08", false}, {"2025-10-09", "2025-10-11", true},
		{"2025-10-12", "2025-10-12", false}, {"2025-12-29", "2025-12-31", true},
		{"2026-01-01", "2026-01-03", false}, {"2026-01-04", "2026-01-09", true},
		{"2026-02-14", "2026-02-14", true}, {"2026-02-15", "2026-02-23", false}, {"2026-02-24", "2026-02-28", true}, {"2026-03-01", "2026-03-01", false},
		{"2026-09-20", "2026-09-24", true}, {"2026-09-25", "2026-09-27", false}, {"2026-10-01", "2026-10-07", false}, {"2026-10-08", "2026-10-10", true},
		{"2018-12-29", "2018-12-29", true}, {"2018-12-30", "2019-01-01", false}, // from the notice of 2019
	} {
		for d := day(span.first); d <= day(span.last); d++ {
			if work, provisional := c.IsWorkday(d); work != span.work || provisional {
				t.Errorf("%s: workday %v, provisional %v", d, work, provisional)
			}
		}
	}
}

// TestTheLawsDaysAreInTheNotices checks our reckoning of the moon against the notices,
// and the library's data against what a notice can say.
func TestTheLawsDaysAreInTheNotices(t *testing.T) {
	t.Parallel()
	years := calendar.Shipped().Years()
	if first, last := years[0].Year, years[len(years)-1].Year; first != 2002 || last < 2026 || last-first+1 != len(years) {
		t.Fatalf("the library has %d years, %d to %d", len(years), first, last)
	}
	for _, y := range years {
		for _, d := range []string{"2012-05-02", "2012-10-08"} { // weekdays the library lists as worked: so they were, without
			delete(y.Days, day(d))
		}
		if err := y.Check(); err != nil {
			t.Errorf("%d: %v", y.Year, err)
		}
	}
}

func TestUnpublishedYears(t *testing.T) {
	t.Parallel()
	c := calendar.Shipped()
	// 2028: 正月初一 is 26 January, 清明 4 April, 端午 28 May, 中秋 3 October.
	rest := map[string]bool{}
	for _, d := range []string{"2028-01-01", "2028-01-25", "2028-01-26", "2028-01-27", "2028-01-28", "2028-04-04", "2028-05-01", "2028-05-02", "2028-05-28", "2028-10-01", "2028-10-02", "2028-10-03"} {
		rest[d] = true
	}
	for d := day("2028-01-01"); d <= day("2028-12-31"); d++ {
		if work, provisional := c.IsWorkday(d); !provisional || work == (rest[d.String()] || d.Weekend()) {
			t.Errorf("%s: workday %v, provisional %v", d, work, provisional)
		}
	}
	// The last days of a published year rest on the notice of the next.
	last := c.Years()[len(c.Years())-1].Year
	for d := day(fmt.Sprintf("%d-12-20", last)); d <= day(fmt.Sprintf("%d-12-31", last)); d++ {
		if _, provisional := c.IsWorkday(d); provisional != (d.String()[8:] >= "29") {
			t.Errorf("%s: provisional %v", d, provisional)
		}
	}
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	c := calendar.Shipped()
	for _, x := range []struct {
		from string
		n    int
		want string
	}{
		{"2025-09-29 09:00", 1, "2025-09-30"},
		{"2025-09-30 23:59", 1, "2025-10-09"},
		{"2025-09-30 00:00", 3, "2025-10-11"}, // a Saturday worked
		{"2025-10-03 12:00", 1, "2025-10-09"}, // begun on a holiday
		{"2026-02-13 17:00", 1, "2026-02-14"},
		{"2026-02-13 17:00", 2, "2026-02-24"},
		{"2026-03-02 10:00", 5, "2026-03-09"},
		{"2026-03-06 10:00", 0, "2026-03-06"},
		{"2026-03-07 10:00", 0, "2026-03-09"}, // 民法典 第203条
		{"2026-03-07 10:00", -3, "2026-03-09"},
	} {
		got := c.AddWorkdays(at(x.from), x.n)
		if got.String() != x.want || !got.At.Equal(at(x.want+" 00:00").Add(24*time.Hour)) {
			t.Errorf("%d after %s: %s, %v, want %s", x.n, x.from, got, got.At, x.want)
		}
	}
	// The same instant, told in another zone, is the same event.
	if got := c.AddWorkdays(at("2026-03-03 07:00").UTC(), 1); got.Day != day("2026-03-04") {
		t.Errorf("%s", got)
	}
	if got := c.AddWorkdays(at("2028-03-01 09:00"), 1); got.String() != "2028-03-02（暂定）" {
		t.Errorf("%s", got)
	}
}

// someCalendar has a few more years published, each with days moved at random.
func someCalendar(t *rapid.T) calendar.Calendar {
	c := calendar.Shipped()
	for y := 2027; y < 2031; y++ {
		if rapid.Bool().Draw(t, fmt.Sprintf("%d published", y)) {
			c = c.With(someYear(t, y))
		}
	}
	return c
}

// someYear is a notice that Check accepts: the law's own days, some more, some
// weekends worked.
func someYear(t *rapid.T, y int) calendar.Year {
	year := calendar.Year{Year: y, Document: "国办发明电〔2026〕1号", Days: map[calendar.Day]calendar.Kind{}}
	first := day(fmt.Sprintf("%d-12-29", y-1))
	law := calendar.Shipped()
	for d := first; d.Year() <= y; d++ {
		if work, _ := law.IsWorkday(d); !work && d.Year() == y {
			year.Days[d] = calendar.Holiday
		}
	}
	for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 367), 0, 30, rapid.ID).Draw(t, "moved") {
		d := first + calendar.Day(n)
		_, law := year.Days[d]
		switch {
		case d.Weekend() && year.Check() == nil && rapid.Bool().Draw(t, "worked"):
			was, had := year.Days[d]
			year.Days[d] = calendar.Workday
			if year.Check() != nil { // the law's own holiday stays one
				delete(year.Days, d)
				if had {
					year.Days[d] = was
				}
			}
		case !law:
			year.Days[d] = calendar.Holiday
		}
	}
	return year
}

func TestCountingHoldsTogether(t *testing.T) {
	t.Parallel()
	from := rapid.Int64Range(at("2024-01-01 00:00").Unix(), at("2032-01-01 00:00").Unix())
	rapid.Check(t, func(t *rapid.T) {
		c := someCalendar(t)
		a := time.Unix(from.Draw(t, "from"), 0)
		n := rapid.IntRange(0, 60).Draw(t, "n")
		end := c.AddWorkdays(a, n)
		today := calendar.DayOf(a)

		if work, _ := c.IsWorkday(end.Day); !work {
			t.Fatalf("ends on a day of rest, %s", end)
		}
		if !end.At.Equal(end.Day.End()) || calendar.DayOf(end.At.Add(-1)) != end.Day || calendar.DayOf(end.At) != end.Day+1 || !end.At.After(a) {
			t.Fatalf("%s ends at %v", end, end.At)
		}
		if n > 0 {
			// Inverse, and no earlier day would do.
			if back, provisional := c.WorkdaysBetween(today, end.Day); back != n || provisional != end.Provisional {
				t.Fatalf("%d days to %s, counted back %d, provisional %v", n, end, back, provisional)
			}
			if before, _ := c.WorkdaysBetween(today, end.Day-1); before != n-1 {
				t.Fatalf("%d days to the day before %s", before, end)
			}
			if c.AddWorkdays(a, n-1).Day >= end.Day && n > 1 {
				t.Fatal("one day more must end later")
			}
		}
		later := a.Add(time.Duration(rapid.Int64Range(0, 40*24*3600).Draw(t, "later")) * time.Second)
		if c.AddWorkdays(later, n).At.Before(end.At) {
			t.Fatalf("an event at %v ends before one at %v", later, a)
		}
		// Periods add up.
		b, d := today+calendar.Day(rapid.IntRange(-40, 40).Draw(t, "b")), today+calendar.Day(rapid.IntRange(-40, 40).Draw(t, "d"))
		ab, _ := c.WorkdaysBetween(today, b)
		bd, _ := c.WorkdaysBetween(b, d)
		ad, _ := c.WorkdaysBetween(today, d)
		if ab+bd != ad {
			t.Fatalf("%d + %d, want %d", ab, bd, ad)
		}
	})
}

// TestLoadingAYearSettlesIt: what rested on the year is provisional before, definite
// after, and nothing else moves.
func TestLoadingAYearSettlesIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := calendar.Shipped().With(someYear(t, 2027))
		year := someYear(t, 2028)
		after := before.With(year)
		for d := day("2026-01-01"); d <= day("2029-12-31"); d++ {
			workBefore, maybeBefore := before.IsWorkday(d)
			workAfter, maybeAfter := after.IsWorkday(d)
			rests := d.Year() == 2028 || d >= day("2027-12-29") && d <= day("2027-12-31")
			definite := d <= day("2028-12-28")
			switch {
			case rests && (!maybeBefore || maybeAfter == definite):
				t.Fatalf("%s: provisional %v, then %v", d, maybeBefore, maybeAfter)
			case rests && year.Days[d] != "" && workAfter != (year.Days[d] == calendar.Workday):
				t.Fatalf("%s is %s, workday %v", d, year.Days[d], workAfter)
			case !rests && (workBefore != workAfter || maybeBefore != maybeAfter):
				t.Fatalf("%s moved", d)
			}
		}
	})
}

// TestACalendarNeverChanges: what others make of it leaves it as it was, and it can be
// asked by many at once.
func TestACalendarNeverChanges(t *testing.T) {
	t.Parallel()
	c := calendar.Shipped()
	clear(c.Years()[0].Days)
	mine := calendar.Year{Year: 2039, Days: map[calendar.Day]calendar.Kind{day("2039-01-03"): calendar.Holiday}}
	with := c.With(mine)
	clear(mine.Days)
	if work, _ := with.IsWorkday(day("2039-01-03")); work {
		t.Error("changed from outside")
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			other := c.With(calendar.Year{Year: 2040 + i, Days: map[calendar.Day]calendar.Kind{day("2040-01-01"): calendar.Holiday}})
			for d := day("2030-01-01"); d < day("2040-12-31"); d += 7 {
				if _, provisional := c.IsWorkday(d); !provisional {
					t.Errorf("%s", d)
				}
				other.IsWorkday(d)
			}
		})
	}
	wg.Wait()
	if len(c.Years()[0].Days) == 0 || len((calendar.Calendar{}).With(calendar.Year{Year: 2027}).Years()) != 1 {
		t.Error("changed")
	}
}
