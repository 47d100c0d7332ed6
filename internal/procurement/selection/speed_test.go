package selection

import (
	"encoding/json"
	"testing"
	"time"

	"zjcs/internal/draw"
)

// TestTwoThousandBids: opening and selection of 2,000 bids have 2 s in all; the rules and
// the evidence, verified before it is kept, must take a small part of it.
func TestTwoThousandBids(t *testing.T) {
	t.Parallel()
	const n = 2000
	seats := pool(t, n)
	for _, m := range []Method{Random, LowestPrice, ReferencePrice, CreditWeighted} {
		in := Input{Method: m, Algorithm: draw.SM3, Reserves: 2, LowPercent: 70, Bases: []int{95, 96, 97, 98}, Keep: 60, Shortlist: 5}
		for i := range n {
			in.Bids = append(in.Bids, Bid{Number: i + 1, QuoteFen: fen(int64(1000000 + i*7919%30000)), CreditTenths: 800 + i%400})
		}
		d := stage(t, "commit", draw.SM3, seats)
		in.Key = d.Key
		began := time.Now()
		if m == CreditWeighted {
			short, _, _, err := Shortlist(in)
			if err != nil {
				t.Fatal(err)
			}
			in.Choice = &Choice{Number: short[0], Reason: "方案切合需要"}
		}
		out, err := Conclude(in)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Assemble(d, &in, &out)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %s, %d KiB of evidence", m, time.Since(began), len(raw)>>10)
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s took %s", m, took)
		}
	}
}
