package contract

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"zjcs/internal/platform/calendar"
)

func TestLateInterest(t *testing.T) {
	t.Parallel()
	due := func(on calendar.Day, fen int64) []Due { return []Due{{on, fen}} }
	for name, c := range map[string]struct {
		dues    []Due
		paid    []Paid
		rate    int
		asOf    calendar.Day
		overdue int64
		fen     int64
	}{
		"on the last day nothing is late": {due(100, 1_000_000), nil, 500, 100, 0, 0},
		"ten days at 5 in 10000":          {due(100, 1_000_000), nil, 500, 110, 1_000_000, 5_000},
		"paid on the last day":            {due(100, 1_000_000), []Paid{{100, 1_000_000}}, 500, 200, 0, 0},
		"paid ten days late":              {due(100, 1_000_000), []Paid{{110, 1_000_000}}, 500, 200, 0, 5_000},
		"half of it paid in time":         {due(100, 1_000_000), []Paid{{90, 500_000}}, 500, 110, 500_000, 2_500},
		"paid ahead for a later sum":      {[]Due{{100, 300}, {120, 700}}, []Paid{{90, 1000}}, 500, 300, 0, 0},
		"what was due first is paid first": {[]Due{{100, 300}, {120, 700}}, []Paid{{110, 300}}, 1_000_000, 121, 700,
			300*10 + 700}, // 300 for ten days, 700 for one
		"half a fen goes up":       {due(100, 1000), nil, 500, 101, 1000, 1},
		"less than half does not":  {due(100, 999), nil, 500, 101, 999, 0},
		"nothing is rounded twice": {due(100, 999), nil, 500, 103, 999, 1}, // 1.4985
	} {
		got := Late(c.dues, c.paid, c.rate, c.asOf)
		if got.OverdueFen != c.overdue || got.InterestFen != c.fen {
			t.Errorf("%s: %+v, want overdue %d, interest %d", name, got, c.overdue, c.fen)
		}
	}
}

// TestLateInterestIsExact: the same as adding up day by day in exact fractions; never
// negative, never less a day later, never more for having paid; and the order in which dues
// and payments are told does not matter.
func TestLateInterestIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		dues := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) Due {
			return Due{calendar.Day(rapid.IntRange(0, 60).Draw(rt, "on")), rapid.Int64Range(1, 1_000_000_000_000).Draw(rt, "fen")}
		}), 0, 5).Draw(rt, "dues")
		paid := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) Paid {
			return Paid{calendar.Day(rapid.IntRange(0, 90).Draw(rt, "on")), rapid.Int64Range(1, 1_000_000_000_000).Draw(rt, "fen")}
		}), 0, 5).Draw(rt, "paid")
		rate := rapid.IntRange(0, 10_000).Draw(rt, "rate")
		asOf := calendar.Day(rapid.IntRange(0, 120).Draw(rt, "as of"))
		got := Late(dues, paid, rate, asOf)

		sum := new(big.Int)
		for d := calendar.Day(0); d <= asOf; d++ {
			var balance int64
			for _, due := range dues {
				if due.On < d {
					balance += due.Fen
				}
			}
			for _, p := range paid {
				if p.On < d {
					balance -= p.Fen
				}
			}
			sum.Add(sum, big.NewInt(max(balance, 0)))
		}
		if !sum.IsInt64() || sum.Int64() != got.FenDays {
			rt.Fatalf("%d fen-days, day by day %s", got.FenDays, sum)
		}
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(sum, big.NewInt(int64(rate))), big.NewInt(million))
		off := new(big.Rat).Sub(new(big.Rat).SetInt64(got.InterestFen), exact)
		if half := big.NewRat(1, 2); off.Abs(off).Cmp(half) > 0 {
			rt.Fatalf("%d fen is off by %s", got.InterestFen, off.FloatString(6))
		}
		if got.OverdueFen < 0 || got.InterestFen < 0 {
			rt.Fatalf("%+v", got)
		}
		if later := Late(dues, paid, rate, asOf+1); later.InterestFen < got.InterestFen {
			rt.Fatalf("less a day later: %+v, %+v", got, later)
		}
		if more := Late(dues, append(append([]Paid{}, paid...), Paid{asOf, 1}), rate, asOf+10); more.InterestFen > Late(dues, paid, rate, asOf+10).InterestFen {
			rt.Fatal("having paid costs more")
		}
		backwards := make([]Due, 0, len(dues))
		for i := len(dues) - 1; i >= 0; i-- {
			backwards = append(backwards, dues[i])
		}
		if again := Late(backwards, paid, rate, asOf); again != got {
			rt.Fatalf("another order: %+v, %+v", again, got)
		}
	})
}
