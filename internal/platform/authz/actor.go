package authz

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Role is what a grant gives.
type Role string

const (
	Member            Role = "member" // whoever is signed in; never granted
	PurchaserAdmin    Role = "purchaser_admin"
	PurchaserAgent    Role = "purchaser_agent"
	AgencyAdmin       Role = "agency_admin"
	AgencyAgent       Role = "agency_agent"
	Expert            Role = "expert"
	Operator          Role = "operator"
	DepartmentOfficer Role = "department_officer"
	Supervisor        Role = "supervisor"
	RegionAdmin       Role = "region_admin"
	PlatformAdmin     Role = "platform_admin"
)

// Roles are all of them.
var Roles = []Role{Member, PurchaserAdmin, PurchaserAgent, AgencyAdmin, AgencyAgent, Expert,
	Operator, DepartmentOfficer, Supervisor, RegionAdmin, PlatformAdmin}

var roleLabels = map[Role]string{
	Member: "登录用户", PurchaserAdmin: "采购管理人", PurchaserAgent: "采购受托人", AgencyAdmin: "机构管理员", AgencyAgent: "业务授权人",
	Expert: "专家", Operator: "运营审核", DepartmentOfficer: "行业主管", Supervisor: "监督", RegionAdmin: "区域管理员", PlatformAdmin: "平台管理员",
}

// Label is the role in Chinese.
func (r Role) Label() string { return roleLabels[r] }

// Valid reports whether r can be granted.
func (r Role) Valid() bool { return r != Member && roleLabels[r] != "" }

// OfOrganisation reports a role held inside an organisation, not over a region.
func (r Role) OfOrganisation() bool {
	switch r {
	case PurchaserAdmin, PurchaserAgent, AgencyAdmin, AgencyAgent, Expert:
		return true
	default:
		return false
	}
}

// Staff reports an official's role.
func (r Role) Staff() bool { return r.Valid() && !r.OfOrganisation() }

// BySector reports the one role that a grant narrows to a sector.
func (r Role) BySector() bool { return r == DepartmentOfficer }

// Grant is a role and where it holds: in an organisation, or over regions and, for a
// department officer, one sector of them.
type Grant struct {
	ID           uuid.UUID
	Role         Role
	Organisation uuid.UUID
	Region       string   // as granted
	Regions      []string // Region and all below it
	Sector       string   // "" is every sector
}

func (g *Grant) covers(s Scope) bool {
	switch {
	case s.anywhere:
		return true
	case g.Organisation != uuid.Nil:
		return s.Organisation == g.Organisation
	case s.Region == "" || !slices.Contains(g.Regions, s.Region):
		return false
	}
	return g.Sector == "" || slices.Contains(s.Sectors, g.Sector)
}

// Hold says why someone signed in may not yet do what their grants allow.
type Hold string

const (
	ShowFactor  Hold = "show"   // has a second factor and did not show it in this session: may do nothing
	SetUpFactor Hold = "set-up" // an official without a second factor: the officials' grants do not count
)

// Actor is who makes a request, as known when it arrived.
type Actor struct {
	Person       uuid.UUID
	Session      uuid.UUID
	Name         string
	Grants       []Grant
	SignedInAt   time.Time
	SecondFactor time.Time // zero: the second factor was not shown in this session
	Hold         Hold
	Remote       string // address the request came from
	Agent        string // what the client calls itself
}

// Holds reports whether the actor has the role anywhere.
func (a *Actor) Holds(role Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Role == role })
}

// Staff reports whether the actor is an official of any kind.
func (a *Actor) Staff() bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Role.Staff() })
}

// Of reports whether the actor acts for an organisation: nobody decides on his own.
func (a *Actor) Of(organisation uuid.UUID) bool {
	return organisation != uuid.Nil && slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Organisation == organisation })
}

type actorKey struct{}

// With puts the actor into ctx.
func With(ctx context.Context, a *Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// From is the actor of ctx; nil for a visitor.
func From(ctx context.Context) *Actor {
	a, _ := ctx.Value(actorKey{}).(*Actor)
	return a
}

// Scope is where the thing acted on belongs. A scope that names nothing is covered by
// no grant.
type Scope struct {
	Region       string
	Sectors      []string
	Organisation uuid.UUID
	Person       uuid.UUID
	anywhere     bool
}

// Anywhere asks whether a permission is held at all; the query that follows must be
// narrowed by ReachOf.
var Anywhere = Scope{anywhere: true}

// Reach says where a permission is held, in the form a query takes: rows of these
// organisations, and rows of the region Regions[i] whose sector is Sectors[i] ("" for any).
type Reach struct {
	Organisations []uuid.UUID
	Regions       []string
	Sectors       []string
}

// Empty reports that the permission is held nowhere.
func (r Reach) Empty() bool { return len(r.Organisations) == 0 && len(r.Regions) == 0 }
