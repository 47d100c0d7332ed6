package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/app"
	"zjcs/internal/platform/authz"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
	"zjcs/internal/testkit/smtptest"
)

type role = authz.Role

// policy is the program's own, for asking what a role may.
var policy = func() *authz.Policy {
	p, err := authz.New(nil)
	if err != nil {
		panic(err)
	}
	return p
}()

// groups are the names access.csv uses for several people; each person is one too.
var groups = func() map[string][]string {
	g := map[string][]string{
		"gone":      {"visitor", "disabled", "ended"},
		"half":      {"half"},
		"powerless": {"member", "revoked", "expired", "unready"},
		"agency":    {"agency_admin", "agency_agent"},
		"purchaser": {"purchaser_admin", "purchaser_agent", "two_hats"},
		"experts":   {"expert", "other_expert"},
		"firms":     {"agency_admin", "agency_agent", "other_agency", "purchaser_admin", "purchaser_agent", "other_purchaser", "expert", "other_expert"},
		"operators": {"operator", "operator_city", "two_hats"},
		"county":    {"operator", "operator_city", "two_hats", "supervisor", "region_admin", "platform_admin"},
		"officers":  {"officer", "officer_other_sector", "officer_elsewhere"},
		"elsewhere": {"operator_elsewhere", "officer_elsewhere", "supervisor_elsewhere", "region_admin_elsewhere"},
		"admins":    {"region_admin", "region_admin_elsewhere", "platform_admin"},
	}
	g["staff"] = slices.Compact(slices.Sorted(slices.Values(slices.Concat(g["county"], g["officers"], g["elsewhere"]))))
	g["members"] = slices.Concat(g["powerless"], g["firms"], g["staff"])
	g["everyone"] = slices.Concat(g["gone"], g["half"], g["members"])
	for _, who := range g["everyone"] {
		g[who] = []string{who}
	}
	return g
}()

// stage is the whole program with the cast of the matrix on it.
type stage struct {
	t    *testing.T
	a    *app.App
	base string
	cast *testkit.Cast

	people                                                   map[string]*authz.Actor // nil: the visitor
	agency, otherAgency, buyer, otherBuyer, expert, scholar2 uuid.UUID
	things                                                   map[string]aim // of things made once
	hash                                                     string         // of goodPassword
	said                                                     string         // the last answer
	linked, factored                                         bool           // see unlink
}

func newStage(t *testing.T) *stage {
	t.Helper()
	server := smtptest.Start(t)
	cfg := testConfig(t)
	cfg.SMTPAddr, cfg.SMTPFrom, cfg.SMTPTLS = server.Addr, "noreply@zjcs.example.cn", "none"
	s := &stage{t: t, people: map[string]*authz.Actor{"visitor": nil}, things: map[string]aim{}}
	o := options(cfg)
	o.Now = time.Now // uploads are given time by it
	s.a, s.base = startWith(t, o)
	s.cast = testkit.NewCast(t, s.a.Pool)
	var err error
	if s.hash, err = s.a.Identity.Hasher.Hash(t.Context(), goodPassword); err != nil {
		t.Fatal(err)
	}
	org := func(kind, name, region string) uuid.UUID { return s.cast.Organisation(kind, name, region) }
	s.agency, s.otherAgency = org("agency", "本机构", testkit.County), org("agency", "别家机构", testkit.County)
	s.buyer, s.otherBuyer = org("enterprise", "业主企业", testkit.County), org("village", "别村", testkit.OtherCounty)
	s.expert, s.scholar2 = org("expert", "某专家", testkit.County), org("expert", "别的专家", testkit.County)
	for _, id := range []uuid.UUID{s.agency, s.otherAgency, s.buyer} {
		s.exec(`UPDATE organisation SET uscc = $2 WHERE id = $1`, id, newUSCC())
	}
	for who, grants := range s.grants() {
		p := s.cast.Person(nameOf(who), grants...)
		s.people[who] = p
		s.exec(`UPDATE person SET password_hash = $2, email_verified_at = now() WHERE id = $1`, p.Person, s.hash)
	}
	s.exec(`UPDATE person SET state = 'disabled' WHERE id = $1`, s.people["disabled"].Person)
	s.exec(`UPDATE role_grant SET revoked_at = now(), revoked_reason = '调离' WHERE person_id = $1`, s.people["revoked"].Person)
	s.exec(`UPDATE role_grant SET valid_until = now() - interval '1 minute' WHERE person_id = $1`, s.people["expired"].Person)
	s.exec(`UPDATE person SET totp_secret = $2, totp_confirmed_at = now() WHERE id = $1`, s.people["half"].Person, s.a.Vault.Seal("person.totp_secret", "JBSWY3DPEHPK3PXP"))
	s.exec(`ALTER TABLE procurement DROP CONSTRAINT procurement_org_id_fkey`) // one organisation plays a purchaser that is verified, and one that asks to be
	return s
}

// nameOf is what somebody of the cast is called: 2 to 50 characters, as names are.
func nameOf(who string) string { return "甲" + strings.ReplaceAll(who, "_", "") }

// grants are who is who. The county lies in the city; elsewhere is the other county.
func (s *stage) grants() map[string][]authz.Grant {
	const county, other, city = testkit.County, testkit.OtherCounty, testkit.City
	in, at, of := testkit.In, testkit.At, testkit.Of
	list := func(g ...authz.Grant) []authz.Grant { return g }
	return map[string][]authz.Grant{
		"member":   nil,
		"revoked":  list(at(authz.Operator, county)),      // the grant was taken back
		"expired":  list(in(authz.AgencyAdmin, s.agency)), // the delegation has run out
		"unready":  list(at(authz.PlatformAdmin, city)),   // an official without a second factor
		"half":     list(at(authz.PlatformAdmin, city)),   // has one and has not shown it
		"disabled": list(at(authz.PlatformAdmin, city)),   // with a session that was open
		"ended":    list(at(authz.PlatformAdmin, city)),   // with a session that was ended
		"two_hats": list(at(authz.Operator, county), in(authz.PurchaserAgent, s.buyer)),

		"agency_admin": list(in(authz.AgencyAdmin, s.agency)), "agency_agent": list(in(authz.AgencyAgent, s.agency)), "other_agency": list(in(authz.AgencyAdmin, s.otherAgency)),
		"purchaser_admin": list(in(authz.PurchaserAdmin, s.buyer)), "purchaser_agent": list(in(authz.PurchaserAgent, s.buyer)), "other_purchaser": list(in(authz.PurchaserAdmin, s.otherBuyer)),
		"expert": list(in(authz.Expert, s.expert)), "other_expert": list(in(authz.Expert, s.scholar2)),

		"operator": list(at(authz.Operator, county)), "operator_city": list(at(authz.Operator, city)), "operator_elsewhere": list(at(authz.Operator, other)),
		"officer": list(of("自然资源", county)), "officer_other_sector": list(of("水利", county)), "officer_elsewhere": list(of("自然资源", other)),
		"supervisor": list(at(authz.Supervisor, county)), "supervisor_elsewhere": list(at(authz.Supervisor, other)),
		"region_admin": list(at(authz.RegionAdmin, county)), "region_admin_elsewhere": list(at(authz.RegionAdmin, other)),
		"platform_admin": list(at(authz.PlatformAdmin, city)),
	}
}

// rolesOf are the roles that count for somebody signed in.
func rolesOf(who string) []role {
	roles := []role{authz.Member}
	if slices.Contains(groups["powerless"], who) {
		return roles
	}
	for _, g := range (&stage{}).grants()[who] {
		roles = append(roles, g.Role)
	}
	return roles
}

func (s *stage) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.a.Pool.Exec(s.t.Context(), sql, args...); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
}

func (s *stage) ask(sql string, args ...any) (v string) {
	s.t.Helper()
	if err := s.a.Pool.QueryRow(s.t.Context(), sql, args...).Scan(&v); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// token opens a session for somebody: each request has one of its own, so that what ends
// or renews a session does so to none but itself.
func (s *stage) token(who string) string {
	s.t.Helper()
	p := s.people[who]
	if p == nil {
		return ""
	}
	p.Session = uuid.Must(uuid.NewV7())
	token := s.cast.Token(p)
	switch who {
	case "ended":
		s.exec(`UPDATE session SET revoked_at = now() WHERE id = $1`, p.Session)
	case "half", "unready":
		s.exec(`UPDATE session SET second_factor_at = NULL WHERE id = $1`, p.Session)
	}
	return token
}

// doings counts what the log has of somebody but refusals.
func (s *stage) doings(who string) (n int) {
	s.t.Helper()
	if s.people[who] == nil {
		return 0
	}
	s.must(s.a.Pool.QueryRow(s.t.Context(), `SELECT count(*) FROM audit_log WHERE person_id = $1 AND outcome <> 'refused'`, s.people[who].Person).Scan(&n))
	return n
}

// once makes a thing that reading does not change.
func (s *stage) once(name string, make func() aim) aim {
	if _, made := s.things[name]; !made {
		s.things[name] = make()
	}
	return s.things[name]
}

// submission stores one of an organisation, or, without one, of an official; another of
// the kind that is under way for the organisation makes room.
func (s *stage) submission(kind, author string, org uuid.UUID, state review.State, region string, sectors ...string) aim {
	s.t.Helper()
	id := uuid.Must(uuid.NewV7())
	var of *uuid.UUID
	if org != uuid.Nil {
		of = &org
		s.exec(`UPDATE submission SET state = 'withdrawn' WHERE kind = $1 AND org_id = $2 AND state IN ('draft','submitted','returned','accepted')`, kind, org)
	}
	if sectors == nil {
		sectors = []string{}
	}
	s.exec(`INSERT INTO submission (id, kind, title, org_id, author, region_code, sectors, state, content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '{}')`,
		id, kind, "申请"+kind, of, s.people[author].Person, region, sectors, state)
	if state != review.Draft {
		s.exec(`UPDATE submission SET submitted_at = now(), due_at = now() + interval '2 days' WHERE id = $1`, id)
	}
	return aim{"id": id.String(), "assignee": s.people["operator"].Person.String(), "number": s.ask(`SELECT number FROM submission WHERE id = $1`, id)}
}
