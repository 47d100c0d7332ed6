package clock

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestMidnightEndsTheDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0)
		end := Midnight(at)
		if !end.After(at) || end.Sub(at) > 24*time.Hour {
			t.Fatalf("%v ends at %v", at, end)
		}
		if Day(end.Add(-time.Second)) != Day(at) || Day(end) != DayAfter(at, 1) {
			t.Fatalf("%v: day %s, end %v", at, Day(at), end)
		}
	})
}
