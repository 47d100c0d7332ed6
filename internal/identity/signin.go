package identity

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity/credential"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// SignIn is what someone gives to be let in.
type SignIn struct {
	Login    string `json:"login" maxLength:"254" doc:"登录名或已验证的邮箱"`
	Password string `json:"password" maxLength:"512" doc:"密码"`
	Captcha  string `json:"captcha,omitempty" maxLength:"1024" doc:"验证码的解答；错误信息中指出 captcha 时才需要"`
}

// Opened is a session just opened or renewed: the token for the browser, and who it is.
type Opened struct {
	Token string
	Me    Me
}

// A login that nobody has and a wrong password get this same answer.
const wrongLogin = "登录名或密码不对"

// SignIn opens a session. The attempt is counted before the password is looked at, so
// that many guesses at once are not one guess; a success takes its own count back.
func (s *Service) SignIn(ctx context.Context, in SignIn, previous string) (Opened, error) {
	terms, err := s.Terms(ctx)
	if err != nil {
		return Opened{}, err
	}
	login := strings.ToLower(strings.TrimSpace(in.Login))
	if login == "" || in.Password == "" || !printable(login) {
		return Opened{}, apperr.New(apperr.Unauthenticated, wrongLogin)
	}
	remote := audit.ClientOf(ctx).Remote
	byLogin, byRemote := s.vault.Digest("sign-in.login", login), s.vault.Digest("sign-in.remote", remote)
	next, err := s.countAttempt(ctx, terms, byLogin, byRemote, in.Captcha)
	if err != nil {
		return Opened{}, err
	}
	p, found, err := personByLogin(ctx, s.pool, login)
	if err != nil {
		return Opened{}, err
	}
	right, err := s.checkPassword(ctx, found, p.passwordHash, in.Password)
	if err != nil {
		return Opened{}, err
	}
	if !right {
		return Opened{}, s.refuseSignIn(ctx, found, p, next)
	}
	if p.state != Active {
		return Opened{}, apperr.New(apperr.Forbidden, "这个账号已停用，请联系所在区划的管理员")
	}
	var rehashed string
	if s.Hasher.NeedsRehash(p.passwordHash) {
		if rehashed, err = s.Hasher.Hash(ctx, in.Password); err != nil {
			return Opened{}, err
		}
	}
	var token string
	err = db.InTx(ctx, s.pool, func(tx db.Tx) error {
		if err := forgiveAttempt(ctx, tx, byLogin, byRemote); err != nil {
			return err
		}
		if rehashed != "" {
			if err := replaceHash(ctx, tx, p.id, p.passwordHash, rehashed); err != nil {
				return err
			}
		}
		as := asPerson(ctx, p.id, p.name)
		if token, err = s.signInTx(as, tx, p.id, ByPassword, terms, previous); err != nil {
			return err
		}
		return audit.Record(as, tx, audit.Entry{Action: "session:open", Kind: "person", ID: p.id.String(), Summary: "用密码登录"})
	})
	if err != nil {
		return Opened{}, err
	}
	return s.opened(ctx, token)
}

// checkPassword costs the same whether or not there is a password to compare with.
func (s *Service) checkPassword(ctx context.Context, found bool, hash, password string) (bool, error) {
	if !found || hash == "" {
		return false, s.Hasher.VerifyNobody(ctx, password)
	}
	return s.Hasher.Verify(ctx, password, hash)
}

// countAttempt counts one more attempt on each key, unless one of them is locked or wants
// a captcha that was not solved. It gives what holds for the attempt after this one.
func (s *Service) countAttempt(ctx context.Context, t Terms, byLogin, byRemote []byte, captcha string) (credential.Verdict, error) {
	var next credential.Verdict
	err := db.InTx(ctx, s.pool, func(tx db.Tx) error {
		counts, now, err := lockAttempts(ctx, tx, byLogin, byRemote, t.Forget)
		if err != nil {
			return err
		}
		login := t.Login.Judge(counts[0].failures, counts[0].last)
		remote := t.Remote.Judge(counts[1].failures, counts[1].last)
		if wait := max(login.Wait(now), remote.Wait(now)); wait > 0 {
			return tooMany(wait)
		}
		if login.Captcha || remote.Captcha {
			if err := s.spendCaptchaTx(ctx, tx, captcha); err != nil {
				return err
			}
		}
		nextLogin, nextRemote := t.Login.Judge(counts[0].failures+1, now), t.Remote.Judge(counts[1].failures+1, now)
		next = nextLogin
		next.Captcha = nextLogin.Captcha || nextRemote.Captcha
		return addAttempt(ctx, tx, byLogin, byRemote)
	})
	return next, err
}

func tooMany(wait time.Duration) error {
	return apperr.New(apperr.TooMany, "失败次数过多，请在 %s后再试", inWords(wait))
}

func inWords(d time.Duration) string {
	switch {
	case d <= time.Minute:
		return fmt.Sprintf("%d 秒", int(math.Ceil(d.Seconds())))
	case d <= time.Hour:
		return fmt.Sprintf("%d 分钟", int(math.Ceil(d.Minutes())))
	}
	return fmt.Sprintf("%d 小时", int(math.Ceil(d.Hours())))
}

func (s *Service) refuseSignIn(ctx context.Context, found bool, p personRow, next credential.Verdict) error {
	e := audit.Entry{Outcome: audit.Refused, Action: "session:open", Kind: "person", Summary: "登录失败：没有这个登录名"}
	if found {
		e.ID, e.Summary = p.id.String(), "登录失败：密码不对"
	}
	if err := audit.Record(ctx, s.pool, e); err != nil {
		return err
	}
	refusal := apperr.New(apperr.Unauthenticated, wrongLogin)
	if next.Captcha {
		refusal.Fields = []apperr.Field{{Name: "captcha", Message: "下次登录需要完成验证"}}
	}
	return refusal
}

// signInTx ends the session the browser had and begins a new one: a token that someone
// planted beforehand is worth nothing.
func (s *Service) signInTx(ctx context.Context, tx db.Tx, person uuid.UUID, m Method, t Terms, previous string) (string, error) {
	if previous != "" {
		if err := revokeByDigest(ctx, tx, credential.DigestToken(previous)); err != nil {
			return "", err
		}
	}
	token, _, err := s.openSessionTx(ctx, tx, person, m, Limits{Idle: t.Idle, Absolute: t.Absolute}, false)
	return token, err
}

// opened is who holds a token just made.
func (s *Service) opened(ctx context.Context, token string) (Opened, error) {
	actor, err := s.Resolve(ctx, token)
	if err != nil {
		return Opened{}, err
	}
	if actor == nil { // disabled in this very moment
		return Opened{}, errNotSignedIn
	}
	me, err := s.Me(authz.With(ctx, actor))
	return Opened{Token: token, Me: me}, err
}

var errNotSignedIn = apperr.New(apperr.Unauthenticated, "请先登录")

// SignOut ends the session of whoever asks; a visitor has none to end.
func (s *Service) SignOut(ctx context.Context) error {
	a := authz.From(ctx)
	if a == nil {
		return nil
	}
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		if _, err := revokeSession(ctx, tx, a.Person, a.Session); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "session:close", Kind: "person", ID: a.Person.String(), Summary: "退出登录"})
	})
}
