package identity

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity/credential"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/mail"
)

// An address is a person's own (person.email) once a letter sent to it was answered. Till
// then it stands in mail_token only: nobody can keep an address from its owner by
// registering with it, and nobody learns at registration whether an address has an account.

// purpose says what a mail token is good for.
type purpose string

const (
	resetPassword purpose = "reset-password" // also the first password, after an invitation
	verifyEmail   purpose = "verify-email"
)

var errMailOff = apperr.New(apperr.Unavailable, "本平台没有配置邮件服务，请联系管理员")

var errStaleLink = apperr.New(apperr.NotFound, "这个链接已失效或已用过，请重新申请")

// link is the page of the workspace where a token is used.
func (s *Service) link(p purpose, token string) string {
	return strings.TrimSuffix(s.PublicURL, "/") + "/workspace/" + string(p) + "/" + token
}

// tokenTx makes a token for one address of a person.
func tokenTx(ctx context.Context, tx db.Tx, person uuid.UUID, p purpose, email string, life time.Duration) (string, error) {
	token, digest := credential.NewToken()
	return token, insertMailToken(ctx, tx, digest, person, p, email, life)
}

// verifyLetterTx asks the owner of an address to show that a person may use it. An
// address with an account gets a letter that says so instead; who asked is not told.
func (s *Service) verifyLetterTx(ctx context.Context, tx db.Tx, person uuid.UUID, name, email string, t Terms) error {
	owner, taken, err := personByEmail(ctx, tx, email)
	if err != nil {
		return err
	}
	token, err := tokenTx(ctx, tx, person, verifyEmail, email, t.ResetLife)
	if err != nil || !s.Letters.On {
		return err
	}
	letter := mail.Message{
		To: email, Subject: "请验证您的邮箱",
		Text: name + "，您好：\n\n" + s.Site + "的一个账号填写了这个邮箱。是您本人填写的，请打开下面的网址完成验证：\n\n" +
			s.link(verifyEmail, token) + "\n\n网址 " + inWords(t.ResetLife) + "内有效，只能用一次。不是您本人填写的，请不要理会。\n",
	}
	if taken && owner.id != person {
		letter.Subject = "您的邮箱已有账号"
		letter.Text = "您好：\n\n有人在" + s.Site + "注册时填写了这个邮箱，而这个邮箱已有账号。是您本人，请直接登录；忘了密码，请打开\n\n" +
			strings.TrimSuffix(s.PublicURL, "/") + "/workspace/reset-password\n\n不是您本人，请不要理会，您的账号不受影响。\n"
	}
	return s.Letters.Send(ctx, tx, letter)
}

// ResendVerification sends the letter for the address that the actor has yet to prove.
func (s *Service) ResendVerification(ctx context.Context) error {
	if err := s.policy.Require(ctx, ownAccount, authz.Anywhere); err != nil {
		return err
	}
	if !s.Letters.On {
		return errMailOff
	}
	a := authz.From(ctx)
	terms, err := s.Terms(ctx)
	if err != nil {
		return err
	}
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		pending, sent, err := pendingEmail(ctx, tx, a.Person)
		switch {
		case err != nil:
			return err
		case pending == "":
			return apperr.New(apperr.Conflict, "没有等待验证的邮箱")
		case sent >= terms.LettersAnHour:
			return apperr.New(apperr.TooMany, "邮件发得太多，请一小时后再试")
		}
		if err := s.verifyLetterTx(ctx, tx, a.Person, a.Name, pending, terms); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: string(ownAccount), Kind: "person", ID: a.Person.String(), Summary: "重发了邮箱验证邮件"})
	})
}

// VerifyEmail takes a token from a letter: the address becomes its person's.
func (s *Service) VerifyEmail(ctx context.Context, token string) error {
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		t, found, err := spendMailToken(ctx, tx, credential.DigestToken(token), verifyEmail)
		if err != nil {
			return err
		}
		if !found {
			return errStaleLink
		}
		p, err := personByID(ctx, tx, t.person)
		if err != nil {
			return err
		}
		if err := proveEmail(ctx, tx, t.person, t.email); err != nil {
			return err
		}
		if p.email != "" && p.email != t.email && s.Letters.On {
			if err := s.Letters.Send(ctx, tx, mail.Message{
				To: p.email, Subject: "您的账号换了邮箱",
				Text: p.name + "，您好：\n\n您在" + s.Site + "的账号刚刚改用了另一个邮箱。不是您本人操作的，请立即联系平台。\n",
			}); err != nil {
				return err
			}
		}
		return audit.Record(asPerson(ctx, p.id, p.name), tx, audit.Entry{
			Action: string(ownAccount), Kind: "person", ID: p.id.String(), Summary: "验证了邮箱",
		})
	})
}

// AskReset takes an address that someone forgot the password of. The answer and the work
// are the same for every address: whether it has an account only the letter tells.
func (s *Service) AskReset(ctx context.Context, email, captcha string) error {
	if !s.Letters.On {
		return errMailOff
	}
	var f faults
	email = f.email("email", email)
	if err := f.err(); err != nil {
		return err
	}
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		if err := s.spendCaptchaTx(ctx, tx, captcha); err != nil {
			return err
		}
		if err := s.Letters.Reset(ctx, tx, email); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "password:reset", Kind: "person", Summary: "申请重置密码"})
	})
}

// SendReset is the work of AskReset, done later and by no request.
func (s *Service) SendReset(ctx context.Context, email string) error {
	terms, err := s.Terms(ctx)
	if err != nil {
		return err
	}
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		p, found, err := personByEmail(ctx, tx, email)
		if err != nil || !found || p.state != Active {
			return err
		}
		sent, err := lettersLately(ctx, tx, p.id, resetPassword)
		if err != nil || sent >= terms.LettersAnHour { // nobody's mailbox is filled from here
			return err
		}
		token, err := tokenTx(ctx, tx, p.id, resetPassword, email, terms.ResetLife)
		if err != nil {
			return err
		}
		return s.Letters.Send(ctx, tx, mail.Message{
			To: email, Subject: "重置密码",
			Text: p.name + "，您好：\n\n有人申请重置您在" + s.Site + "的密码。是您本人申请的，请打开下面的网址设置新密码：\n\n" +
				s.link(resetPassword, token) + "\n\n网址 " + inWords(terms.ResetLife) + "内有效，只能用一次。不是您本人申请的，请不要理会，密码不会改变。\n",
		})
	})
}

// ResetPassword takes a token from a letter and sets a password. It ends every session:
// whoever knew the old password is out. It opens none: a second factor is still asked for.
func (s *Service) ResetPassword(ctx context.Context, token, password string) error {
	digest := credential.DigestToken(token)
	t, found, err := readMailToken(ctx, s.pool, digest, resetPassword)
	if err != nil {
		return err
	}
	if !found {
		return errStaleLink
	}
	p, err := personByID(ctx, s.pool, t.person)
	if err != nil {
		return err
	}
	if err := s.Passwords.Check(password, credential.Known{Name: p.name, Login: p.login, Email: t.email, Site: s.Site}); err != nil {
		return err
	}
	hash, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		_, found, err := spendMailToken(ctx, tx, digest, resetPassword)
		if err != nil {
			return err
		}
		if !found { // another request was first
			return errStaleLink
		}
		if err := voidMailTokens(ctx, tx, p.id, resetPassword); err != nil {
			return err
		}
		if err := setPassword(ctx, tx, p.id, hash); err != nil {
			return err
		}
		if p.email == t.email && !p.emailProven {
			if err := proveEmail(ctx, tx, p.id, t.email); err != nil {
				return err
			}
		}
		if err := revokeSessions(ctx, tx, p.id, uuid.Nil); err != nil {
			return err
		}
		return audit.Record(asPerson(ctx, p.id, p.name), tx, audit.Entry{
			Action: "password:reset", Kind: "person", ID: p.id.String(), Summary: "凭邮件设置了密码，结束了全部会话",
		})
	})
}
