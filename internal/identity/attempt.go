package identity

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// What a signed-in person must prove once more — a second factor, the password — is
// counted on the person, before it is looked at. These guesses need a session already,
// so that the delays of signing in hold for them without the captcha.

// countProof counts one more attempt of the person.
func (s *Service) countProof(ctx context.Context, person uuid.UUID) error {
	terms, err := s.Terms(ctx)
	if err != nil {
		return err
	}
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		c, now, err := lockProofs(ctx, tx, person, terms.Forget)
		if err != nil {
			return err
		}
		if wait := terms.Login.Judge(c.failures, c.last).Wait(now); wait > 0 {
			return tooMany(wait)
		}
		return addProof(ctx, tx, person)
	})
}

// provePassword wants the password of whoever acts. It names the field it came in.
func (s *Service) provePassword(ctx context.Context, field, password string) (personRow, error) {
	a := authz.From(ctx)
	p, err := personByID(ctx, s.pool, a.Person)
	if err != nil {
		return p, err
	}
	if p.passwordHash == "" {
		return p, apperr.New(apperr.Conflict, "您的账号还没有密码，请先用“忘记密码”设置一个")
	}
	if err := s.countProof(ctx, a.Person); err != nil {
		return p, err
	}
	right, err := s.Hasher.Verify(ctx, password, p.passwordHash)
	if err != nil {
		return p, err
	}
	if !right {
		if err := s.refusedProof(ctx, "密码不对"); err != nil {
			return p, err
		}
		return p, apperr.InvalidField(field, "密码不对，请重新输入现在的密码")
	}
	return p, nil
}

func (s *Service) refusedProof(ctx context.Context, what string) error {
	return audit.Record(ctx, s.pool, audit.Entry{
		Outcome: audit.Refused, Action: string(ownAccount), Kind: "person", ID: authz.From(ctx).Person.String(), Summary: "再次验证失败：" + what,
	})
}
