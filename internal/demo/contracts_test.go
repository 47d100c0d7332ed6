package demo

import (
	"context"
	"testing"
	"time"

	"zjcs/internal/contract"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/rules"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// TestTheMarketSigns: the invented contracts stand in every state, in the order of time, with
// nothing in the future; a second time nothing is added.
func TestTheMarketSigns(t *testing.T) {
	t.Parallel()
	pool, vault := newTestMarket(t)
	if _, err := Seed(t.Context(), pool, vault, Options{Agencies: 300, Experts: 60, Seed: 1, Now: time.Now()}); err != nil {
		t.Fatal(err)
	}
	cast := testkit.NewCast(t, pool)
	supervisor := cast.Person("监督", testkit.At(authz.Supervisor, "140800"))
	policy, err := authz.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	market := procurement.New(procurement.Deps{Pool: pool, Vault: vault, Policy: policy, Workdays: rules.Int, Now: time.Now, PublicURL: "https://zjcs.example"})
	if err := (Procurements{Procurement: market, Pool: pool, Vault: vault, Seed: 1, Now: time.Now()}).Store(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := contract.New(contract.Deps{Pool: pool, Policy: policy, Procurement: market})
	for range 2 {
		if err := (Contracts{Contract: s, Pool: pool, Now: time.Now()}).Store(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ctx := testkit.As(t, supervisor)
	list, err := s.List(ctx, contract.ListFilter{View: contract.ViewRegion, Request: page.Request{Limit: 50}})
	if err != nil || len(list.Items) != len(agreements) {
		t.Fatalf("%d of %d: %v", len(list.Items), len(agreements), err)
	}
	states := map[review.State]int{}
	var stopped, overdue, proposals int
	for _, c := range list.Items {
		d, err := s.Get(ctx, c.Number)
		if err != nil {
			t.Fatal(err)
		}
		states[d.State]++
		for i, step := range d.Course {
			if step.At.After(time.Now()) || i > 0 && d.Course[i-1].At.Before(d.SignBy.AddDate(-1, 0, 0)) {
				t.Errorf("%s: %s at %s", d.Title, step.Label, step.At)
			}
		}
		if d.Clock != nil && d.Clock.Standing && d.DeliveredAt == nil {
			stopped++
		}
		if d.OverdueFen > 0 && d.Money.InterestFen > 0 {
			overdue++
		}
		if d.Proposal != nil {
			proposals++
		}
		if p, err := market.Get(context.Background(), d.ProcurementID.String()); err != nil || (p.State == procurement.Awarded) != (d.State == contract.Drafted) {
			t.Errorf("%s: %s, %s", d.Title, p.State, d.State)
		}
	}
	if states[contract.Drafted] == 0 || states[contract.Signed] == 0 || states[contract.Filed] < 3 || states[contract.Completed] < 2 || stopped == 0 || overdue == 0 || proposals == 0 {
		t.Errorf("%v, %d stopped, %d overdue, %d proposals", states, stopped, overdue, proposals)
	}
}
