package demo

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/rules"
	"zjcs/internal/procurement"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
)

// TestTheMarketBuys: in every state, marked as invented, and each draw checks like any
// other's; a second time nothing is added, and the same seed gives the same ids.
func TestTheMarketBuys(t *testing.T) {
	t.Parallel()
	var first []uuid.UUID
	for range 2 {
		pool, vault := newTestMarket(t)
		if _, err := Seed(t.Context(), pool, vault, Options{Agencies: 300, Experts: 60, Seed: 5, Now: time.Now()}); err != nil {
			t.Fatal(err)
		}
		if _, err := pool.Exec(t.Context(), `INSERT INTO person (id, name) VALUES ('01900000-0000-7000-8000-000000000001', '示例')`); err != nil {
			t.Fatal(err)
		}
		policy, err := authz.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		s := procurement.New(procurement.Deps{Pool: pool, Vault: vault, Policy: policy, Workdays: rules.Int, Now: time.Now, PublicURL: "https://zjcs.example"})
		d := Procurements{Procurement: s, Pool: pool, Vault: vault, Seed: 5, Now: time.Now()}
		for range 2 {
			if err := d.Store(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.List(t.Context(), procurement.Filter{Request: page.Request{Limit: 100}})
		if err != nil || len(got.Items) != len(needs) {
			t.Fatalf("%d of %d: %v", len(got.Items), len(needs), err)
		}
		states := map[review.State]int{}
		var ids []uuid.UUID
		drawn := 0
		for _, i := range got.Items {
			ids = append(ids, i.ID)
			states[i.State]++
			if !i.Demo || len(i.Items) == 0 {
				t.Errorf("%s: %+v", i.Title, i)
			}
			p, err := s.Get(t.Context(), i.Number)
			if err != nil {
				t.Fatal(err)
			}
			for n := 1; n < len(p.Course); n++ {
				if p.Course[n].At.Before(p.Course[n-1].At) || p.Course[n].At.After(time.Now()) {
					t.Errorf("%s: %s at %s", p.Title, p.Course[n].Label, p.Course[n].At)
				}
			}
			for _, w := range p.Draws {
				if w.DrawnAt == nil {
					continue
				}
				drawn++
				raw, _, err := s.DrawEvidence(t.Context(), i.ID, w.Purpose)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range selection.Verify(raw, "") {
					if f.Status == draw.Wrong {
						t.Errorf("%s: %s: %s", p.Title, f.Step, f.Text)
					}
				}
				var e selection.Evidence
				if err := json.Unmarshal(raw, &e); err != nil || e.Digest != w.Digest {
					t.Errorf("%s: %v", p.Title, err)
				}
			}
			if (p.State == procurement.Awarded) != (len(p.Awards) > 0) || p.State == procurement.Open && len(p.Bids)+len(p.Draws) > 0 {
				t.Errorf("%s is %s with %d awards, %d bids", p.Title, p.State, len(p.Awards), len(p.Bids))
			}
		}
		for _, state := range []review.State{procurement.Open, procurement.Selecting, procurement.Publicity, procurement.Suspended, procurement.Awarded, procurement.Failed, procurement.Withdrawn, procurement.Terminated} {
			if states[state] == 0 {
				t.Errorf("none is %s: %v", state, states)
			}
		}
		if drawn < 10 {
			t.Errorf("%d draws", drawn)
		}
		if first == nil {
			first = ids
		}
	}
}
