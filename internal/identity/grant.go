package identity

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// Grant is a role someone holds or held, in words.
type Grant struct {
	ID            uuid.UUID     `json:"id"`
	PersonID      uuid.UUID     `json:"personId" doc:"持有人"`
	PersonName    string        `json:"personName" doc:"持有人姓名"`
	Role          authz.Role    `json:"role" doc:"角色"`
	Label         string        `json:"label" doc:"角色名称"`
	Organisation  *Organisation `json:"organisation,omitempty" doc:"所在单位；单位内的角色才有"`
	RegionCode    string        `json:"regionCode,omitempty" doc:"管辖区划（含下级）；工作人员的角色才有"`
	RegionName    string        `json:"regionName,omitempty"`
	Sector        string        `json:"sector,omitempty" doc:"主管行业；空为全部"`
	ValidUntil    *time.Time    `json:"validUntil,omitempty" doc:"到期时间；没有则长期"`
	Reason        string        `json:"reason" doc:"授权理由"`
	GrantedBy     string        `json:"grantedBy,omitempty" doc:"授权人；注册所得的没有"`
	GrantedAt     time.Time     `json:"grantedAt" doc:"授权时间"`
	RevokedBy     string        `json:"revokedBy,omitempty" doc:"收回人"`
	RevokedAt     *time.Time    `json:"revokedAt,omitempty" doc:"收回时间"`
	RevokedReason string        `json:"revokedReason,omitempty" doc:"收回理由"`
	Live          bool          `json:"live" doc:"为真表示现在有效"`
}

// Award is a grant to be made: an official's role over a region, or a role in an
// organisation.
type Award struct {
	PersonID       string     `json:"personId" maxLength:"36" doc:"授予谁"`
	Role           authz.Role `json:"role" enum:"operator,department_officer,supervisor,region_admin,platform_admin,purchaser_admin,purchaser_agent,agency_admin,agency_agent,expert" doc:"角色"`
	RegionCode     string     `json:"regionCode,omitempty" maxLength:"9" doc:"管辖区划；工作人员的角色必填"`
	OrganisationID string     `json:"organisationId,omitempty" maxLength:"36" doc:"单位；单位内的角色必填"`
	Sector         string     `json:"sector,omitempty" maxLength:"100" doc:"主管行业；只有行业主管可填，空为全部"`
	ValidUntil     *time.Time `json:"validUntil,omitempty" doc:"到期时间；不填则长期"`
	Reason         string     `json:"reason" maxLength:"200" doc:"授权理由"`
}

const (
	readGrants   authz.Permission = "grant:read"
	manageGrants authz.Permission = "grant:manage"
)

// give is the permission to grant an official's role: which role gives which stands in
// the policy, as everything of that kind.
func give(role authz.Role) authz.Permission {
	return authz.Permission(strings.ReplaceAll(string(role), "_", "-") + "-grant:give")
}

// Grants lists what a person holds and held within the actor's reach.
func (s *Service) Grants(ctx context.Context, personID string) ([]Grant, error) {
	if err := s.policy.Require(ctx, readGrants, authz.Anywhere); err != nil {
		return nil, err
	}
	person, err := uuid.Parse(personID)
	if err != nil {
		return nil, errNoPerson
	}
	reach := s.policy.ReachOf(ctx, readGrants)
	if seen, err := personInReach(ctx, s.pool, person, reach); err != nil || !seen {
		return nil, orElse(err, errNoPerson)
	}
	return listGrants(ctx, s.pool, []uuid.UUID{person}, reach, true)
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// judgeAward checks an award against the rules of section 3 and the actor's reach:
// which role, where, until when. What it gives is ready to be stored.
func (s *Service) judgeAward(ctx context.Context, in Award) (grantRow, error) {
	var f faults
	g := grantRow{role: in.Role, validUntil: in.ValidUntil}
	g.reason = f.text("reason", "授权理由", in.Reason, 2, 200)
	g.sector = f.text("sector", "主管行业", in.Sector, 0, 100)
	if in.ValidUntil != nil && !in.ValidUntil.After(s.now()) {
		f.add("validUntil", "到期时间应在将来")
	}
	switch {
	case !in.Role.Valid():
		f.add("role", "请选择角色")
	case g.sector != "" && !in.Role.BySector():
		f.add("sector", in.Role.Label()+"不分行业，请留空")
	}
	if in.Role.OfOrganisation() {
		return s.judgeOrgAward(ctx, in, g, f)
	}
	if in.OrganisationID != "" {
		f.add("organisationId", in.Role.Label()+"不属于单位，请留空")
	}
	g.region = f.text("regionCode", "管辖区划", in.RegionCode, 1, 9)
	if err := f.err(); err != nil {
		return g, err
	}
	if known, err := regionExists(ctx, s.pool, g.region); err != nil || !known {
		return g, orElse(err, apperr.InvalidField("regionCode", "没有这个区划，请从区划列表中选择"))
	}
	if err := s.policy.Require(ctx, manageGrants, authz.Scope{Region: g.region}); err != nil {
		return g, err
	}
	if err := s.policy.Require(ctx, give(g.role), authz.Scope{Region: g.region}); err != nil {
		return g, err
	}
	return g, nil
}

func (s *Service) judgeOrgAward(ctx context.Context, in Award, g grantRow, f faults) (grantRow, error) {
	if in.RegionCode != "" {
		f.add("regionCode", in.Role.Label()+"不按区划授予，请留空")
	}
	id, err := uuid.Parse(in.OrganisationID)
	if err != nil {
		f.add("organisationId", "请选择单位")
	}
	if err := f.err(); err != nil {
		return g, err
	}
	org, err := organisationByID(ctx, s.pool, id)
	if apperr.CodeOf(err) == apperr.NotFound || err == nil && !s.policy.May(ctx, manageGrants, authz.Scope{Region: org.Region}) {
		return g, apperr.InvalidField("organisationId", "您管辖的区划内没有这个单位")
	}
	if err != nil {
		return g, err
	}
	if g.role != org.Kind.AdminRole() && g.role != org.Kind.AgentRole() {
		return g, apperr.InvalidField("role", "%s没有“%s”这个角色", org.Kind.Label(), g.role.Label())
	}
	g.org = id
	return g, nil
}

// Award grants a role to a person within the actor's reach. Nobody changes their own.
func (s *Service) Award(ctx context.Context, in Award) (Grant, error) {
	if err := s.policy.Require(ctx, manageGrants, authz.Anywhere); err != nil {
		return Grant{}, err
	}
	a := authz.From(ctx)
	person, err := uuid.Parse(in.PersonID)
	if err != nil {
		return Grant{}, apperr.InvalidField("personId", "没有这个账号")
	}
	if person == a.Person {
		return Grant{}, errOwnGrant
	}
	g, err := s.judgeAward(ctx, in)
	if err != nil {
		return Grant{}, err
	}
	g.person = person
	var id uuid.UUID
	err = db.InTx(ctx, s.pool, func(tx db.Tx) error {
		seen, err := personInReach(ctx, tx, person, s.policy.ReachOf(ctx, manageGrants))
		if err != nil || !seen {
			return orElse(err, apperr.InvalidField("personId", "您管辖的区划内没有这个账号；本人在别处有账号的，请上级管理员授权"))
		}
		id, err = s.awardTx(ctx, tx, g)
		return err
	})
	if err != nil {
		return Grant{}, err
	}
	return grantByID(ctx, s.pool, id)
}

// awardTx stores a grant that was judged, and logs it.
func (s *Service) awardTx(ctx context.Context, tx db.Tx, g grantRow) (uuid.UUID, error) {
	g.id = newID()
	if err := insertGrant(ctx, tx, g); err != nil {
		return g.id, err
	}
	return g.id, recordGrant(ctx, tx, "授予", g)
}

// Withdraw takes a grant back.
func (s *Service) Withdraw(ctx context.Context, id, reason string) error {
	if err := s.policy.Require(ctx, manageGrants, authz.Anywhere); err != nil {
		return err
	}
	var f faults
	reason = f.text("reason", "收回理由", reason, 2, 200)
	if err := f.err(); err != nil {
		return err
	}
	return s.settled(ctx, db.InTx(ctx, s.pool, func(tx db.Tx) error {
		g, err := s.reachableGrantTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if g.person == authz.From(ctx).Person {
			return errOwnGrant
		}
		if g.role.Staff() {
			if err := s.mayTx(ctx, give(g.role), authz.Scope{Region: g.region}); err != nil {
				return err
			}
		}
		return s.withdrawTx(ctx, tx, g, reason)
	}))
}

// refused is a no found inside a transaction. The refusal is logged after it, by settled:
// it must outlive the transaction, and must not wait for a second connection inside one.
type refused struct {
	perm  authz.Permission
	scope authz.Scope
}

func (refused) Error() string { return "refused" }

func (s *Service) mayTx(ctx context.Context, perm authz.Permission, scope authz.Scope) error {
	if s.policy.May(ctx, perm, scope) {
		return nil
	}
	return refused{perm, scope}
}

func (s *Service) settled(ctx context.Context, err error) error {
	var no refused
	if errors.As(err, &no) {
		return s.policy.Require(ctx, no.perm, no.scope)
	}
	return err
}

// reachableGrantTx is a live grant; outside the actor's reach it does not exist.
func (s *Service) reachableGrantTx(ctx context.Context, tx db.Tx, id string) (grantRow, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return grantRow{}, errNoGrant
	}
	g, err := lockGrant(ctx, tx, parsed)
	if err != nil {
		return g, err
	}
	region := g.region
	if g.role.OfOrganisation() {
		org, err := organisationByID(ctx, tx, g.org)
		if err != nil {
			return g, err
		}
		region = org.Region
	}
	if !s.policy.May(ctx, manageGrants, authz.Scope{Region: region}) {
		return g, errNoGrant
	}
	return g, nil
}

func (s *Service) withdrawTx(ctx context.Context, tx db.Tx, g grantRow, reason string) error {
	if err := revokeGrant(ctx, tx, g.id, authz.From(ctx).Person, reason); err != nil {
		return err
	}
	g.reason = reason
	return recordGrant(ctx, tx, "收回", g)
}

func recordGrant(ctx context.Context, tx db.Tx, what string, g grantRow) error {
	where := g.region
	if g.sector != "" {
		where += " " + g.sector
	}
	change := map[string]audit.Change{"role": {nil, g.role}, "regionCode": {nil, where}, "reason": {nil, g.reason}}
	if what == "收回" {
		change = map[string]audit.Change{"role": {g.role, nil}, "regionCode": {where, nil}, "reason": {nil, g.reason}}
	}
	return audit.Record(ctx, tx, audit.Entry{
		Action: string(manageGrants), Kind: "person", ID: g.person.String(), Organisation: g.org, Region: g.region,
		Summary: what + "“" + g.role.Label() + "”：" + g.reason, Change: change,
	})
}

var (
	errOwnGrant = apperr.New(apperr.Forbidden, "不能改动自己的授权，请由另一位管理员办理")
	errNoGrant  = apperr.New(apperr.NotFound, "没有这项授权，或者它已经收回")
)
