package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity/provider"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// FlowLife is how long a sign-in elsewhere may take.
const FlowLife = 10 * time.Minute

// flow is what the browser keeps of a sign-in elsewhere until it comes back.
type flow struct {
	provider.Flow
	Next    string
	Link    uuid.UUID // the person who links, and the session they do it in
	Session uuid.UUID
	Expires time.Time
}

const flowField = "oidc.flow"

var errNoProvider = apperr.New(apperr.NotFound, "本平台没有配置统一身份认证")

// BeginElsewhere gives the provider's address to send the browser to, and what the
// browser must keep, sealed. next is where to go afterwards.
func (s *Service) BeginElsewhere(ctx context.Context, next string) (address, kept string, err error) {
	return s.begin(ctx, flow{Next: ownPath(next)})
}

// BeginLink is BeginElsewhere for the actor, to sign in that way from then on. It is asked
// for by a POST: no other site can have a browser begin it.
func (s *Service) BeginLink(ctx context.Context) (address, kept string, err error) {
	if err := s.policy.Require(ctx, ownAccount, authz.Anywhere); err != nil {
		return "", "", err
	}
	a := authz.From(ctx)
	return s.begin(ctx, flow{Next: "/workspace/account", Link: a.Person, Session: a.Session})
}

func (s *Service) begin(ctx context.Context, f flow) (address, kept string, err error) {
	if s.Provider == nil {
		return "", "", errNoProvider
	}
	if address, f.Flow, err = s.Provider.Begin(ctx); err != nil {
		return "", "", providerProblem(err)
	}
	f.Expires = s.now().Add(FlowLife)
	doc, err := json.Marshal(f)
	if err != nil {
		return "", "", err
	}
	return address, base64.RawURLEncoding.EncodeToString(s.vault.Seal(flowField, string(doc))), nil
}

// Return is what the provider sent the browser back with.
type Return struct{ State, Code, Error string }

// FinishElsewhere signs in whom the provider names, or links them to the actor. Nobody
// gets an account by this: an unknown subject is told what to do. The field of a refusal
// says which: state (not begun here, or too long ago), error (the provider said no), code
// (what came back does not hold), account (no account is linked), disabled. next is also
// given with the error of a link.
func (s *Service) FinishElsewhere(ctx context.Context, kept string, r Return, previous string) (o Opened, next string, err error) {
	if s.Provider == nil {
		return o, "", errNoProvider
	}
	f, err := s.openFlow(kept)
	if err != nil {
		return o, "", err
	}
	if r.Error != "" {
		err = apperr.InvalidField("error", "统一身份认证没有完成登录，请重试")
	}
	var subject provider.Subject
	if err == nil {
		if subject, err = s.Provider.Finish(ctx, f.Flow, r.State, r.Code); err != nil {
			err = providerProblem(err)
		}
	}
	if f.Link != uuid.Nil {
		if err == nil {
			err = s.linkSubject(ctx, f, subject)
		}
		return o, f.Next, err
	}
	if err != nil {
		return o, "", err
	}
	if o, err = s.signInElsewhere(ctx, subject, previous); err != nil {
		return o, "", err
	}
	return o, f.Next, nil
}

func (s *Service) openFlow(kept string) (flow, error) {
	var f flow
	stale := apperr.InvalidField("state", "这次登录已过期，或者不是在这个浏览器里开始的，请重新登录")
	sealed, err := base64.RawURLEncoding.DecodeString(kept)
	if err != nil {
		return f, stale.Because(err)
	}
	doc, err := s.vault.Open(flowField, sealed)
	if err != nil {
		return f, stale.Because(err)
	}
	if err := json.Unmarshal([]byte(doc), &f); err != nil {
		return f, stale.Because(err)
	}
	if !s.now().Before(f.Expires) {
		return f, stale
	}
	return f, nil
}

func providerProblem(err error) error {
	if errors.Is(err, provider.ErrUnavailable) {
		return apperr.New(apperr.Unavailable, "统一身份认证暂时没有响应，请稍后再试，或用密码登录").Because(err)
	}
	if errors.Is(err, provider.ErrRefused) {
		return apperr.InvalidField("code", "统一身份认证返回的内容没有通过核验，请重新登录").Because(err)
	}
	return err
}

func (s *Service) signInElsewhere(ctx context.Context, subject provider.Subject, previous string) (Opened, error) {
	p, found, err := personBySubject(ctx, s.pool, subject)
	if err != nil {
		return Opened{}, err
	}
	if !found {
		if err := audit.Record(ctx, s.pool, audit.Entry{
			Outcome: audit.Refused, Action: "session:open", Kind: "person", Summary: "统一身份认证登录失败：没有关联的账号",
		}); err != nil {
			return Opened{}, err
		}
		return Opened{}, apperr.InvalidField("account", "这个统一身份还没有关联本平台的账号。请先用密码登录，在“账号”中关联；没有账号的，请先注册，工作人员请联系区域管理员开通")
	}
	if p.state != Active {
		return Opened{}, apperr.InvalidField("disabled", "这个账号已停用，请联系所在区划的管理员")
	}
	terms, err := s.Terms(ctx)
	if err != nil {
		return Opened{}, err
	}
	var token string
	err = db.InTx(ctx, s.pool, func(tx db.Tx) error {
		as := asPerson(ctx, p.id, p.name)
		if token, err = s.signInTx(as, tx, p.id, ByOIDC, terms, previous); err != nil {
			return err
		}
		return audit.Record(as, tx, audit.Entry{Action: "session:open", Kind: "person", ID: p.id.String(), Summary: "用统一身份认证登录"})
	})
	if err != nil {
		return Opened{}, err
	}
	return s.opened(ctx, token)
}

// linkSubject ties a subject to the actor, who must still be in the session that asked.
func (s *Service) linkSubject(ctx context.Context, f flow, subject provider.Subject) error {
	if err := s.policy.Require(ctx, ownAccount, authz.Anywhere); err != nil {
		return err
	}
	a := authz.From(ctx)
	if a.Person != f.Link || a.Session != f.Session {
		return apperr.New(apperr.Forbidden, "登录的人变了，没有关联，请重试")
	}
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		if err := insertSubject(ctx, tx, a.Person, subject); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: string(ownAccount), Kind: "person", ID: a.Person.String(), Summary: "关联了统一身份认证"})
	})
}

// Link is a sign-in elsewhere tied to an account.
type Link struct {
	Issuer   string    `json:"issuer" doc:"统一身份认证的地址"`
	Name     string    `json:"name,omitempty" doc:"名称；现在配置的那个才有"`
	LinkedAt time.Time `json:"linkedAt" doc:"关联时间"`
}

// Links lists the actor's.
func (s *Service) Links(ctx context.Context) ([]Link, error) {
	if err := s.policy.Require(ctx, ownAccount, authz.Anywhere); err != nil {
		return nil, err
	}
	list, err := listSubjects(ctx, s.pool, authz.From(ctx).Person)
	for i := range list {
		if s.Provider != nil && list[i].Issuer == s.Provider.Issuer {
			list[i].Name = s.Provider.Name
		}
	}
	return list, err
}

// Unlink takes all of the actor's away. Someone without a password could not come back.
func (s *Service) Unlink(ctx context.Context) error {
	if err := s.policy.Require(ctx, ownAccount, authz.Anywhere); err != nil {
		return err
	}
	a := authz.From(ctx)
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		p, err := personByID(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if p.passwordHash == "" {
			return apperr.New(apperr.Conflict, "您的账号还没有密码，解除关联后就无法登录。请先用“忘记密码”设置一个")
		}
		if err := deleteSubjects(ctx, tx, a.Person); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: string(ownAccount), Kind: "person", ID: a.Person.String(), Summary: "解除了统一身份认证的关联"})
	})
}

// ownPath keeps a way back within this site: a path, never another host. Browsers read
// a backslash as a slash and drop control characters.
func ownPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, `\`) || !printable(next) || len(next) > 500 {
		return "/workspace"
	}
	return next
}
