// Package authz answers one question: may this actor do this here? A casbin policy,
// embedded and never edited at run time, says which role may do what; the actor's
// grants, read anew with every request, say where a role holds.
package authz

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"

	"zjcs/internal/platform/apperr"
)

//go:embed model.conf
var modelText string

//go:embed policy.csv
var policyText string

// Permission is what a route or use case asks for: resource:action.
type Permission string

// Policy is the casbin policy worked out once for every role and permission. It is
// immutable, so nothing in it can outlive a revoked grant: grants are not in it.
type Policy struct {
	allowed map[Role]map[Permission]bool
	known   map[Permission]bool
	refused func(ctx context.Context, r Refusal)
}

// Refusal is what the log keeps of a no.
type Refusal struct {
	Actor      *Actor // nil: not signed in
	Permission Permission
	Scope      Scope
}

// New loads the embedded policy. refused is told of every refusal; nil tells no one.
func New(refused func(ctx context.Context, r Refusal)) (*Policy, error) {
	m, err := model.NewModelFromString(modelText)
	if err != nil {
		return nil, fmt.Errorf("authz model: %w", err)
	}
	e, err := casbin.NewEnforcer(m, stringadapter.NewAdapter(policyText))
	if err != nil {
		return nil, fmt.Errorf("authz policy: %w", err)
	}
	rules, err := e.GetPolicy()
	if err != nil {
		return nil, fmt.Errorf("authz policy: %w", err)
	}
	p := &Policy{allowed: map[Role]map[Permission]bool{}, known: map[Permission]bool{}, refused: refused}
	for _, rule := range rules {
		p.known[Permission(rule[1]+":"+rule[2])] = true
	}
	for _, role := range Roles {
		p.allowed[role] = map[Permission]bool{}
		for perm := range p.known {
			obj, act, _ := strings.Cut(string(perm), ":")
			ok, err := e.Enforce(string(role), obj, act)
			if err != nil {
				return nil, fmt.Errorf("authz %s %s: %w", role, perm, err)
			}
			p.allowed[role][perm] = ok
		}
	}
	return p, nil
}

// Allows is the policy's word on a role, wherever it is held.
func (p *Policy) Allows(role Role, perm Permission) bool { return p.allowed[role][perm] }

// Permissions lists every permission the policy knows, in order.
func (p *Policy) Permissions() []Permission {
	out := make([]Permission, 0, len(p.known))
	for perm := range p.known {
		out = append(out, perm)
	}
	slices.Sort(out)
	return out
}

// Require refuses unless the actor in ctx holds perm over scope: 401 without an actor,
// 403 with one. An unknown permission is a fault of the program, never a yes.
func (p *Policy) Require(ctx context.Context, perm Permission, scope Scope) error {
	if !p.known[perm] {
		return fmt.Errorf("authz: no such permission %q", perm)
	}
	a := From(ctx)
	if a == nil {
		p.tell(ctx, Refusal{Permission: perm, Scope: scope})
		return apperr.New(apperr.Unauthenticated, "请先登录")
	}
	if p.may(a, perm, scope) {
		return nil
	}
	p.tell(ctx, Refusal{Actor: a, Permission: perm, Scope: scope})
	switch a.Hold {
	case ShowFactor:
		return apperr.New(apperr.SecondFactor, "请先完成二次验证")
	case SetUpFactor:
		return apperr.New(apperr.SecondFactor, "工作人员请先在“账号安全”中设置二次验证")
	}
	return apperr.New(apperr.Forbidden, "您的角色没有这项权限，或者不在您的管辖范围内")
}

// May is Require as a question, for what a page offers; nothing is logged.
func (p *Policy) May(ctx context.Context, perm Permission, scope Scope) bool {
	a := From(ctx)
	return a != nil && p.may(a, perm, scope)
}

func (p *Policy) may(a *Actor, perm Permission, scope Scope) bool {
	if a.Hold == ShowFactor {
		return false
	}
	if p.allowed[Member][perm] && (scope.anywhere || scope.Person == a.Person) {
		return true
	}
	for i := range a.Grants {
		// Where comes first: it is a comparison, and rules out nearly all of many grants.
		if g := &a.Grants[i]; g.covers(scope) && p.allowed[g.Role][perm] {
			return true
		}
	}
	return false
}

// ReachOf gathers where the actor holds perm, for the conditions of a list.
func (p *Policy) ReachOf(ctx context.Context, perm Permission) Reach {
	var r Reach
	a := From(ctx)
	if a == nil || a.Hold == ShowFactor {
		return r
	}
	for _, g := range a.Grants {
		if !p.allowed[g.Role][perm] {
			continue
		}
		if g.Role.OfOrganisation() {
			r.Organisations = append(r.Organisations, g.Organisation)
			continue
		}
		for _, region := range g.Regions {
			r.Regions, r.Sectors = append(r.Regions, region), append(r.Sectors, g.Sector)
		}
	}
	return r
}

func (p *Policy) tell(ctx context.Context, r Refusal) {
	if p.refused != nil {
		p.refused(ctx, r)
	}
}
