package identity

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/identity/credential"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// Founder is a platform administrator made at the operator's terminal: somebody must be
// there to let the others in.
type Founder struct{ Name, Login, Email, Password, Region string }

// Found makes a platform administrator. Who can run this has the database in hand, so
// that no permission is asked; the audit log names the program.
func (s *Service) Found(ctx context.Context, in Founder) (uuid.UUID, error) {
	var f faults
	p := personRow{id: newID(), emailProven: true}
	p.name = f.text("name", "姓名", in.Name, 2, 50)
	p.login = f.login("login", in.Login)
	p.email = f.email("email", in.Email)
	region := f.text("region", "区划", in.Region, 1, 9)
	if err := f.err(); err != nil {
		return p.id, err
	}
	if err := s.Passwords.Check(in.Password, credential.Known{Name: p.name, Login: p.login, Email: p.email, Site: s.Site}); err != nil {
		return p.id, err
	}
	hash, err := s.Hasher.Hash(ctx, in.Password)
	if err != nil {
		return p.id, err
	}
	p.passwordHash = hash
	return p.id, db.InTx(ctx, s.pool, func(tx db.Tx) error {
		if known, err := regionExists(ctx, tx, region); err != nil || !known {
			return orElse(err, apperr.InvalidField("region", "没有区划 %s", region))
		}
		if err := s.insertPersonTx(ctx, tx, p); err != nil {
			return err
		}
		g := grantRow{person: p.id, role: authz.PlatformAdmin, region: region, reason: "命令行创建平台管理员"}
		if _, err := s.awardTx(ctx, tx, g); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "account:open", Kind: "person", ID: p.id.String(), Summary: "命令行创建平台管理员 " + p.login})
	})
}

// Sample is an account of the demonstration: one person with one role. Without a
// password nobody can sign in with it: it is there for what it has handed in.
type Sample struct {
	Name, Login, Password string
	Role                  authz.Role
	Region                string
	Sector                string
	Kind                  OrganisationKind // of the organisation, for a role inside one
	Organisation, USCC    string
}

// SeedSamples makes the accounts of the demonstration, and gives those that are there
// the password they are said to have. Outside the demonstration it refuses.
func (s *Service) SeedSamples(ctx context.Context, list []Sample) error {
	if !s.Demo {
		return apperr.New(apperr.Forbidden, "示例账号只在演示模式下生成")
	}
	for _, in := range list {
		p, found, err := personByLogin(ctx, s.pool, in.Login)
		if err != nil {
			return err
		}
		switch {
		case !found:
			err = s.seedSample(ctx, in)
		case p.demo && in.Password != "":
			err = s.renewSample(ctx, p, in.Password)
		} // a person who took this login name keeps it
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) renewSample(ctx context.Context, p personRow, password string) error {
	if right, err := s.Hasher.Verify(ctx, password, p.passwordHash); err != nil || right {
		return err
	}
	hash, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return replaceHash(ctx, s.pool, p.id, p.passwordHash, hash)
}

func (s *Service) seedSample(ctx context.Context, in Sample) error {
	p := personRow{id: newID(), name: in.Name, login: in.Login, demo: true}
	if in.Password != "" {
		hash, err := s.Hasher.Hash(ctx, in.Password)
		if err != nil {
			return err
		}
		p.passwordHash = hash
	}
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		g := grantRow{person: p.id, role: in.Role, sector: in.Sector, reason: "示例账号"}
		if in.Role.OfOrganisation() {
			o := organisationRow{id: newID(), kind: in.Kind, name: in.Organisation, uscc: in.USCC, region: in.Region, state: Registered, demo: true}
			if err := insertOrganisation(ctx, tx, o); err != nil {
				return err
			}
			g.org = o.id
		} else {
			g.region = in.Region
		}
		if err := s.insertPersonTx(ctx, tx, p); err != nil {
			return err
		}
		_, err := s.awardTx(ctx, tx, g)
		return err
	})
}

// SampleActor is the person of a sample account, as one who had signed in: the program
// hands in for them what the demonstration opens with. Nobody else can be had this way.
func (s *Service) SampleActor(ctx context.Context, login string) (*authz.Actor, error) {
	if !s.Demo {
		return nil, apperr.New(apperr.Forbidden, "示例账号只在演示模式下可用")
	}
	p, found, err := personByLogin(ctx, s.pool, login)
	if err != nil {
		return nil, err
	}
	if !found || !p.demo {
		return nil, apperr.New(apperr.NotFound, "没有示例账号 %s", login)
	}
	grants, err := grantsInForce(ctx, s.pool, p.id)
	return &authz.Actor{Person: p.id, Name: p.name, Grants: grants}, err
}

// Sweep removes what has served its time: spent challenges, old counts, links, sessions.
func (s *Service) Sweep(ctx context.Context) error { return sweep(ctx, s.pool) }
