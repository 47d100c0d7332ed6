package app_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"zjcs/internal/app"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/page"
	"zjcs/internal/review"
)

// TestTheDemonstrationOpensWithWork: whoever looks at it for the first time finds every
// state of a matter, and nothing of it unmarked; a second start adds nothing.
func TestTheDemonstrationOpensWithWork(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.Demo = true
	o := options(cfg)
	o.Now = time.Now // papers are judged by the database's day
	c, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	as := func(login string) context.Context {
		a, err := c.Identity.SampleActor(t.Context(), login)
		if err != nil {
			t.Fatal(err)
		}
		return authz.With(t.Context(), a)
	}
	list := func(login, view string) []review.Summary {
		t.Helper()
		p, err := c.Review.List(as(login), review.Filter{Request: page.Request{Limit: 100}, View: view})
		if err != nil {
			t.Fatal(err)
		}
		return p.Items
	}
	seed := func() {
		t.Helper()
		var out bytes.Buffer
		if err := c.SeedDemo(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		if err := c.SeedAccounts(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
	}
	seed()

	all := list("operator", review.ViewAll)
	states, kinds, late := map[review.State]int{}, map[string]int{}, 0
	for _, s := range all {
		states[s.State]++
		kinds[s.Kind]++
		if s.Overdue {
			late++
			if s.SubmittedAt.After(*s.DueAt) {
				t.Errorf("%s was handed in after it was due", s.Title)
			}
		}
		if !s.Demo {
			t.Errorf("%s %s is not marked as a sample", s.KindLabel, s.Title)
		}
	}
	for state, want := range map[review.State]int{review.Submitted: 9, review.Returned: 1, review.Accepted: 2, review.Published: 3} {
		if states[state] != want {
			t.Errorf("%s: %d, want %d", state, states[state], want)
		}
	}
	for _, kind := range []string{"agency-admission", "agency-change", "agency-sanction", "expert-admission", "purchaser-verification", "item-change"} {
		if kinds[kind] == 0 {
			t.Errorf("no %s", kind)
		}
	}
	if late != 1 {
		t.Errorf("%d are late, want 1", late)
	}
	if queue := list("operator", review.ViewQueue); len(queue) != states[review.Submitted] {
		t.Errorf("the operator's queue has %d, %d wait", len(queue), states[review.Submitted])
	}
	if mine := list("agency", review.ViewMine); len(mine) != 0 {
		t.Errorf("the sample agency has %d matters of its own before anyone signed in", len(mine))
	}
	shown, err := c.Review.ListPublicity(t.Context(), page.Request{})
	if err != nil || len(shown.Items) != 2 || !shown.Items[0].Demo || !shown.Items[1].Demo {
		t.Errorf("publicity: %+v %v", shown.Items, err)
	}

	objections := 0
	for _, s := range all {
		d, err := c.Review.Get(as("operator"), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		objections += len(d.Objections)
		switch {
		case s.Kind == "agency-change" && len(d.Changes) < 3, s.Kind == "item-change" && len(d.Changes) != 2:
			t.Errorf("%s: changes %+v", s.Kind, d.Changes)
		case s.Kind == "agency-sanction" && !slices.Contains(d.AllowedActions, review.Accept):
			t.Errorf("the sanction waits for nobody: %v %s", d.AllowedActions, d.WhyNot)
		case s.State == review.Returned && len(d.History[len(d.History)-1].Reasons) < 2:
			t.Errorf("returned for %+v", d.History)
		}
	}
	if objections != 1 {
		t.Errorf("%d objections", objections)
	}

	seed()
	if again := list("operator", review.ViewAll); len(again) != len(all) {
		t.Errorf("a second start made %d of %d", len(again), len(all))
	}
	// The people behind the matters have no password: nobody signs in as one of them.
	if _, err := c.Identity.SampleActor(t.Context(), "nobody"); err == nil {
		t.Error("a sample account that was never made")
	}
}
