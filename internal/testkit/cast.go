package testkit

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"zjcs/internal/platform/authz"
)

// The places the cast lives in: the city with two counties, one with a zone.
const (
	City        = "140800"
	County      = "140821" // 临猗县
	Zone        = "140824401"
	OtherCounty = "140824" // 稷山县, above Zone
)

// Cast is the named people of the tests, stored with their grants.
type Cast struct {
	t    testing.TB
	pool *pgxpool.Pool
}

// NewCast stores the regions; people join with Person.
func NewCast(t testing.TB, pool *pgxpool.Pool) *Cast {
	t.Helper()
	c := &Cast{t, pool}
	batch := uuid.Must(uuid.NewV7())
	c.exec(`INSERT INTO import_batch (id, kind, source, file_name, sha256) VALUES ($1, 'regions', '测试', 'regions.json', 'x')`, batch)
	for _, r := range [][4]any{{City, "运城市", "city", nil}, {County, "临猗县", "county", City}, {OtherCounty, "稷山县", "county", City}, {Zone, "稷山经济技术开发区", "development_zone", OtherCounty}} {
		c.exec(`INSERT INTO region (code, name, kind, parent, batch_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, r[0], r[1], r[2], r[3], batch)
	}
	return c
}

func (c *Cast) exec(sql string, args ...any) {
	c.t.Helper()
	if _, err := c.pool.Exec(c.t.Context(), sql, args...); err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
}

// Organisation stores one of that kind, served at region.
func (c *Cast) Organisation(kind, name, region string) uuid.UUID {
	c.t.Helper()
	id := uuid.Must(uuid.NewV7())
	c.exec(`INSERT INTO organisation (id, kind, name, region_code) VALUES ($1, $2, $3, $4)`, id, kind, name, region)
	return id
}

// Person stores someone with grants, and returns them as an actor.
func (c *Cast) Person(name string, grants ...authz.Grant) *authz.Actor {
	c.t.Helper()
	a := &authz.Actor{Person: uuid.Must(uuid.NewV7()), Session: uuid.Must(uuid.NewV7()), Name: name, SignedInAt: time.Now(), Remote: "127.0.0.1"}
	login := "p" + token()
	c.exec(`INSERT INTO person (id, name, login, email) VALUES ($1, $2, $3, $4)`, a.Person, name, login, login+"@example.com")
	for _, g := range grants {
		g.ID = uuid.Must(uuid.NewV7())
		var org, region any
		if g.Role.OfOrganisation() {
			org = g.Organisation
		} else {
			region = g.Region
		}
		c.exec(`INSERT INTO role_grant (id, person_id, role, org_id, region_code, sector) VALUES ($1, $2, $3, $4, $5, $6)`, g.ID, a.Person, g.Role, org, region, g.Sector)
		if region != nil {
			if err := c.pool.QueryRow(c.t.Context(), `SELECT region_subtree($1)`, g.Region).Scan(&g.Regions); err != nil {
				c.t.Fatal(err)
			}
		}
		a.Grants = append(a.Grants, g)
	}
	return a
}

// In is a grant inside an organisation.
func In(role authz.Role, org uuid.UUID) authz.Grant {
	return authz.Grant{Role: role, Organisation: org}
}

// At is an official's grant over a region and all below it.
func At(role authz.Role, region string) authz.Grant { return authz.Grant{Role: role, Region: region} }

// Of is a department officer's grant: one sector of a region.
func Of(sector, region string) authz.Grant {
	return authz.Grant{Role: authz.DepartmentOfficer, Region: region, Sector: sector}
}

// As is the test's context with a as its actor.
func As(t testing.TB, a *authz.Actor) context.Context { return authz.With(t.Context(), a) }

// Token opens a session for a and returns what its cookie holds.
func (c *Cast) Token(a *authz.Actor) string {
	c.t.Helper()
	raw := token() + token() + token()
	sum := sha256.Sum256([]byte(raw))
	c.exec(`INSERT INTO session (id, token_digest, person_id, idle, expires_at, second_factor_at, method, remote, agent)
		VALUES ($1, $2, $3, '30 minutes', now() + interval '12 hours', now(), 'password', '127.0.0.1', 'test')`, a.Session, sum[:], a.Person)
	return raw
}
