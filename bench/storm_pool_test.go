package main

import (
	"net/http"
	"testing"

	"zjcs/internal/draw"
	"zjcs/internal/procurement"
	"zjcs/internal/procurement/selection"
)

// TestComparePool: what the storm must not find is found.
func TestComparePool(t *testing.T) {
	t.Parallel()
	const one, two, three = "A00000000000000001", "A00000000000000002", "A00000000000000003"
	answer := func(agency, revision int, quote int64) bidAnswer {
		return bidAnswer{agency: agency, status: http.StatusOK, quote: quote, receipt: procurement.SignedReceipt{Receipt: procurement.Receipt{Revision: revision}}}
	}
	answers := []bidAnswer{answer(1, 1, 10), answer(2, 2, 20), answer(2, 1, 29), {agency: 3, status: http.StatusConflict}}
	for name, c := range map[string]struct {
		pool                 []string
		quotes               map[string]int64
		lost, strange, other int
	}{
		"as acknowledged":        {[]string{one, two}, map[string]int64{one: 10, two: 20}, 0, 0, 0},
		"one is lost":            {[]string{one}, map[string]int64{one: 10}, 1, 0, 1},
		"a refused one is in":    {[]string{one, two, three}, map[string]int64{one: 10, two: 20, three: 30}, 0, 1, 0},
		"one stands twice":       {[]string{one, two, two}, map[string]int64{one: 10, two: 20}, 0, 1, 0},
		"an earlier bid counted": {[]string{one, two}, map[string]int64{one: 10, two: 29}, 0, 0, 1},
	} {
		var e selection.Evidence
		var d procurement.Detail
		for i, uscc := range c.pool {
			quote := c.quotes[uscc]
			e.Pool = append(e.Pool, draw.Seat{Number: i + 1, USCC: uscc})
			d.Bids = append(d.Bids, procurement.PublicBid{Number: i + 1, USCC: uscc, QuoteFen: &quote})
		}
		if lost, strange, other := comparePool(e, d, answers); lost != c.lost || strange != c.strange || other != c.other {
			t.Errorf("%s: %d lost, %d strange, %d other", name, lost, strange, other)
		}
	}
}
