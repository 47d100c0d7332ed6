package agency

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"zjcs/internal/platform/clock"
)

// TestValidityByTheDay: a certificate holds through its last day in Shanghai, to the
// last second, wherever the server's clock zone is.
func TestValidityByTheDay(t *testing.T) {
	t.Parallel()
	last := time.Date(2026, 11, 24, 23, 59, 59, 0, clock.Shanghai)
	for _, c := range []struct {
		validTo string
		now     time.Time
		want    Validity
	}{
		{"", last, NoTerm},
		{"2026-11-24", last, Expiring},
		{"2026-11-24", last.UTC(), Expiring},
		{"2026-11-24", last.Add(time.Second), Expired},
		{"2026-12-24", last, Expiring},
		{"2026-12-25", last, Valid},
		{"2027-01-01", last, Valid},
	} {
		if got := ValidityOn(c.validTo, c.now); got != c.want {
			t.Errorf("valid to %q at %v: %s, want %s", c.validTo, c.now, got, c.want)
		}
	}
}

// TestValidityOnlyGetsWorse: as time passes a certificate never becomes valid again.
func TestValidityOnlyGetsWorse(t *testing.T) {
	t.Parallel()
	rank := map[Validity]int{Valid: 0, Expiring: 1, Expired: 2}
	rapid.Check(t, func(t *rapid.T) {
		start := time.Unix(rapid.Int64Range(1.7e9, 2e9).Draw(t, "now"), 0)
		validTo := clock.DayAfter(start, rapid.IntRange(-60, 60).Draw(t, "days"))
		later := start.Add(time.Duration(rapid.Int64Range(0, 90*24).Draw(t, "hours")) * time.Hour)
		if rank[ValidityOn(validTo, later)] < rank[ValidityOn(validTo, start)] {
			t.Fatalf("valid to %s: %s at %v, then %s at %v", validTo, ValidityOn(validTo, start), start, ValidityOn(validTo, later), later)
		}
	})
}
