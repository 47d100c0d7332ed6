package identity

import (
	"context"

	"zjcs/internal/identity/credential"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// ProfileChange is what a person changes of themselves; a field left out stays.
type ProfileChange struct {
	Name  *string `json:"name,omitempty" maxLength:"50" doc:"姓名"`
	Email *string `json:"email,omitempty" maxLength:"254" doc:"新邮箱；验证后才会换过来"`
	Phone *string `json:"phone,omitempty" maxLength:"20" doc:"电话；空为删除"`
}

// ChangeProfile changes the actor's own name, telephone or address. A new address counts
// once a letter to it was answered.
func (s *Service) ChangeProfile(ctx context.Context, in ProfileChange) (Me, error) {
	if err := s.policy.Require(ctx, ownAccount, authz.Anywhere); err != nil {
		return Me{}, err
	}
	a := authz.From(ctx)
	var f faults
	if in.Name != nil {
		*in.Name = f.text("name", "姓名", *in.Name, 2, 50)
	}
	if in.Phone != nil {
		*in.Phone = f.phone("phone", *in.Phone)
	}
	if in.Email != nil {
		*in.Email = f.email("email", *in.Email)
	}
	if err := f.err(); err != nil {
		return Me{}, err
	}
	if in.Email != nil && !s.Letters.On {
		return Me{}, errMailOff
	}
	terms, err := s.Terms(ctx)
	if err != nil {
		return Me{}, err
	}
	changed := map[string]audit.Change{}
	err = db.InTx(ctx, s.pool, func(tx db.Tx) error {
		if in.Name != nil && *in.Name != a.Name {
			changed["name"] = audit.Change{a.Name, *in.Name}
		}
		if in.Phone != nil {
			changed["phone"] = audit.Change{"（不显示）", "（不显示）"}
		}
		if err := s.updateProfileTx(ctx, tx, a.Person, in.Name, in.Phone); err != nil {
			return err
		}
		if in.Email != nil {
			_, sent, err := pendingEmail(ctx, tx, a.Person)
			if err != nil {
				return err
			}
			if sent >= terms.LettersAnHour {
				return apperr.New(apperr.TooMany, "邮件发得太多，请一小时后再试")
			}
			if err := voidMailTokens(ctx, tx, a.Person, verifyEmail); err != nil {
				return err
			}
			if err := s.verifyLetterTx(ctx, tx, a.Person, a.Name, *in.Email, terms); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: string(ownAccount), Kind: "person", ID: a.Person.String(), Summary: "修改了自己的资料", Change: changed,
		})
	})
	if err != nil {
		return Me{}, err
	}
	if in.Name != nil {
		a.Name = *in.Name
	}
	return s.Me(ctx)
}

// PasswordChange replaces a password by someone who knows it.
type PasswordChange struct {
	Current string `json:"current" maxLength:"512" doc:"现在的密码"`
	New     string `json:"new" maxLength:"512" doc:"新密码：10–128 个字符，不能是常见或已泄露的密码"`
}

// ChangePassword ends every other session of the actor's and renews this one.
func (s *Service) ChangePassword(ctx context.Context, in PasswordChange) (Opened, error) {
	if err := s.policy.Require(ctx, ownAccount, authz.Anywhere); err != nil {
		return Opened{}, err
	}
	a := authz.From(ctx)
	p, err := s.provePassword(ctx, "current", in.Current)
	if err != nil {
		return Opened{}, err
	}
	if in.New == in.Current {
		return Opened{}, apperr.InvalidField("new", "新密码应和现在的不同")
	}
	if err := s.Passwords.Check(in.New, credential.Known{Name: p.name, Login: p.login, Email: p.email, Site: s.Site}); err != nil {
		return Opened{}, underField(err, "new")
	}
	hash, err := s.Hasher.Hash(ctx, in.New)
	if err != nil {
		return Opened{}, err
	}
	var token string
	err = db.InTx(ctx, s.pool, func(tx db.Tx) error {
		if err := setPassword(ctx, tx, a.Person, hash); err != nil {
			return err
		}
		if err := voidMailTokens(ctx, tx, a.Person, resetPassword); err != nil {
			return err
		}
		if err := revokeSessions(ctx, tx, a.Person, a.Session); err != nil {
			return err
		}
		if token, err = renewTx(ctx, tx, a.Session, false); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: string(ownAccount), Kind: "person", ID: a.Person.String(), Summary: "修改了密码，结束了其他会话",
		})
	})
	if err != nil {
		return Opened{}, err
	}
	return s.opened(ctx, token)
}

// underField gives a refusal of one field the name its caller knows it by.
func underField(err error, name string) error {
	refusal, ok := apperr.As(err)
	if !ok || len(refusal.Fields) != 1 {
		return err
	}
	return apperr.InvalidField(name, "%s", refusal.Fields[0].Message).Because(err)
}
