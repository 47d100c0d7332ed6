package clock

import (
	"testing"
	"time"
)

// TestUntil: a term that ends with a day ends at 24:00 of it.
func TestUntil(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"2026-11-30T16:00:00Z": "2026-11-30 24:00",
		"2026-11-30T16:00:01Z": "2026-12-01 00:00",
		"2026-11-30T15:59:59Z": "2026-11-30 23:59",
		"2026-11-30T09:00:00Z": "2026-11-30 17:00",
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := Until(instant); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}
