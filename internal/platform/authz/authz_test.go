package authz

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zjcs/internal/platform/apperr"
)

func policy(t *testing.T, refused func(context.Context, Refusal)) *Policy {
	t.Helper()
	p, err := New(refused)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestEveryPermissionHasARole: a permission nobody holds is a route nobody can use, and a
// role that no policy names is a grant that gives nothing.
func TestEveryPermissionHasARole(t *testing.T) {
	t.Parallel()
	p := policy(t, nil)
	for _, perm := range p.Permissions() {
		if !slices.ContainsFunc(Roles, func(r Role) bool { return p.Allows(r, perm) }) {
			t.Errorf("no role holds %s", perm)
		}
	}
	for _, r := range Roles {
		if r.Label() == "" || !slices.ContainsFunc(p.Permissions(), func(perm Permission) bool { return p.Allows(r, perm) }) {
			t.Errorf("%s holds nothing", r)
		}
	}
}

// TestSeparationOfDuties is domain.md section 3 as the policy must read it.
func TestSeparationOfDuties(t *testing.T) {
	t.Parallel()
	p := policy(t, nil)
	for _, perm := range p.Permissions() {
		// Beside reading, a supervisor bears witness to a draw (domain.md section 6), and may
		// propose a credit record, which others confirm: an inspection feeds credit (section 9).
		if p.Allows(Supervisor, perm) && perm != "credit-record:propose" && perm != "credit-record:read" && perm != "commitment:give" && perm != "lottery:enter" && perm != "audit:read" && perm != "contract:read" && perm != "workload:read" && perm != "submission:read" && perm != "organisation:read" {
			t.Errorf("a supervisor reads, and may %s", perm)
		}
		for _, r := range []Role{PurchaserAdmin, PurchaserAgent, AgencyAdmin, AgencyAgent, Expert} {
			if p.Allows(r, perm) && slices.Contains([]Permission{"agency-submission:review", "grant:manage", "audit:read", "personal-data:reveal", "account:manage"}, perm) {
				t.Errorf("%s may %s", r, perm)
			}
		}
	}
	if p.Allows(PlatformAdmin, "agency-submission:review") || p.Allows(RegionAdmin, "agency-submission:review") {
		t.Error("who manages accounts also decides submissions")
	}
}

// TestGrantsReachNoFurther: a permission over a scope is held exactly when one grant of
// the actor gives it there.
func TestGrantsReachNoFurther(t *testing.T) {
	t.Parallel()
	p := policy(t, nil)
	regions := []string{"140800", "140821", "140824"}
	orgs := []uuid.UUID{uuid.New(), uuid.New()}
	perms := p.Permissions()
	rapid.Check(t, func(t *rapid.T) {
		a := &Actor{Person: uuid.New()}
		for range rapid.IntRange(0, 4).Draw(t, "n") {
			g := Grant{Role: rapid.SampledFrom(Roles[1:]).Draw(t, "role")}
			if g.Role.OfOrganisation() {
				g.Organisation = rapid.SampledFrom(orgs).Draw(t, "org")
			} else {
				g.Regions = rapid.SliceOfNDistinct(rapid.SampledFrom(regions), 1, 3, rapid.ID).Draw(t, "regions")
			}
			if g.Role.BySector() {
				g.Sector = rapid.SampledFrom([]string{"", "水利", "测绘"}).Draw(t, "sector")
			}
			a.Grants = append(a.Grants, g)
		}
		s := Scope{Person: uuid.New()}
		if rapid.Bool().Draw(t, "in an organisation") {
			s.Organisation = rapid.SampledFrom(orgs).Draw(t, "scope org")
		}
		if rapid.Bool().Draw(t, "at a region") {
			s.Region = rapid.SampledFrom(regions).Draw(t, "scope region")
			s.Sectors = rapid.SliceOf(rapid.SampledFrom([]string{"水利", "测绘"})).Draw(t, "sectors")
		}
		perm := rapid.SampledFrom(perms).Draw(t, "perm")
		want := false
		for _, g := range a.Grants {
			here := g.Role.OfOrganisation() && s.Organisation == g.Organisation ||
				g.Role.Staff() && slices.Contains(g.Regions, s.Region) && (g.Sector == "" || slices.Contains(s.Sectors, g.Sector))
			want = want || here && p.Allows(g.Role, perm)
		}
		ctx := With(context.Background(), a)
		if got := p.May(ctx, perm, s); got != want {
			t.Fatalf("%+v over %+v may %s: %v", a.Grants, s, perm, got)
		}
		err := p.Require(ctx, perm, s)
		if (err == nil) != want || err != nil && apperr.CodeOf(err) != apperr.Forbidden {
			t.Fatalf("Require: %v", err)
		}
		// What a list may show is what may be asked for one by one.
		r := p.ReachOf(ctx, perm)
		inReach := slices.Contains(r.Organisations, s.Organisation)
		for i := range r.Regions {
			inReach = inReach || r.Regions[i] == s.Region && (r.Sectors[i] == "" || slices.Contains(s.Sectors, r.Sectors[i]))
		}
		if inReach != want {
			t.Fatalf("reach %+v says %v, the decision %v", r, inReach, want)
		}
	})
}

func TestRefusalsAreTold(t *testing.T) {
	t.Parallel()
	var told []Refusal
	p := policy(t, func(_ context.Context, r Refusal) { told = append(told, r) })
	if err := p.Require(t.Context(), "audit:read", Anywhere); apperr.CodeOf(err) != apperr.Unauthenticated {
		t.Errorf("a visitor: %v", err)
	}
	ctx := With(t.Context(), &Actor{Person: uuid.New(), Name: "某人"})
	if err := p.Require(ctx, "audit:read", Anywhere); apperr.CodeOf(err) != apperr.Forbidden {
		t.Errorf("without the role: %v", err)
	}
	if err := p.Require(ctx, "no:such", Anywhere); apperr.CodeOf(err) != apperr.Internal {
		t.Errorf("an unknown permission: %v", err)
	}
	if err := p.Require(ctx, "account:manage-own", Anywhere); err != nil {
		t.Errorf("whoever is signed in: %v", err)
	}
	if len(told) != 2 || told[0].Actor != nil || told[1].Actor == nil {
		t.Errorf("%+v", told)
	}
}
