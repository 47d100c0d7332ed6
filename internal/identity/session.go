package identity

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity/credential"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// Method is how a session was opened.
type Method string

const (
	ByPassword Method = "password"
	ByOIDC     Method = "oidc"
)

// Session is a sign-in under way, as its owner sees it.
type Session struct {
	ID           uuid.UUID  `json:"id"`
	CreatedAt    time.Time  `json:"createdAt" doc:"登录时间"`
	SeenAt       time.Time  `json:"seenAt" doc:"最近活动时间"`
	ExpiresAt    time.Time  `json:"expiresAt" doc:"最迟失效时间"`
	SecondFactor *time.Time `json:"secondFactorAt,omitempty" doc:"通过二次验证的时间"`
	Method       Method     `json:"method" enum:"password,oidc" doc:"登录方式"`
	Remote       string     `json:"remote" doc:"登录地址"`
	Agent        string     `json:"agent" doc:"客户端"`
	Current      bool       `json:"current" doc:"为真表示就是本次会话"`
}

// Resolve is who holds token, with the grants that count at this moment; nil when the
// session does not exist, has ended or its owner may no longer sign in. Everything is
// read from the database each time: a revoked grant or session is refused by every
// instance from the next request on.
func (s *Service) Resolve(ctx context.Context, token string) (*authz.Actor, error) {
	if token == "" {
		return nil, nil
	}
	a, factor, err := loadActor(ctx, s.pool, credential.DigestToken(token))
	if err != nil || a == nil {
		return nil, err
	}
	c := audit.ClientOf(ctx)
	a.Remote, a.Agent = c.Remote, c.Agent
	switch {
	case !a.SecondFactor.IsZero():
	case factor:
		a.Hold = authz.ShowFactor
	case a.Staff() && !s.Demo:
		a.Hold = authz.SetUpFactor
		a.Grants = slices.DeleteFunc(a.Grants, func(g authz.Grant) bool { return g.Role.Staff() })
	}
	return a, nil
}

// Limits bound a session in time.
type Limits struct{ Idle, Absolute time.Duration }

// openSessionTx begins a session and returns its token, which is kept nowhere.
func (s *Service) openSessionTx(ctx context.Context, tx db.Tx, person uuid.UUID, method Method, l Limits, secondFactor bool) (string, uuid.UUID, error) {
	token, digest := credential.NewToken()
	id := newID()
	c := audit.ClientOf(ctx)
	return token, id, insertSession(ctx, tx, sessionRow{
		id: id, digest: digest, person: person, method: method, limits: l, secondFactor: secondFactor, remote: c.Remote, agent: c.Agent,
	})
}

// Sessions lists where the actor is signed in, the latest first.
func (s *Service) Sessions(ctx context.Context) ([]Session, error) {
	if err := s.policy.Require(ctx, ownAccount, authz.Anywhere); err != nil {
		return nil, err
	}
	a := authz.From(ctx)
	list, err := listSessions(ctx, s.pool, a.Person)
	for i := range list {
		list[i].Current = list[i].ID == a.Session
	}
	return list, err
}

// EndSession ends one session of the actor's own; someone else's does not exist for them.
func (s *Service) EndSession(ctx context.Context, id string) error {
	if err := s.policy.Require(ctx, ownAccount, authz.Anywhere); err != nil {
		return err
	}
	a := authz.From(ctx)
	session, err := uuid.Parse(id)
	if err != nil {
		return errNoSession
	}
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		ended, err := revokeSession(ctx, tx, a.Person, session)
		if err != nil {
			return err
		}
		if !ended {
			return errNoSession
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "session:close", Kind: "session", ID: id, Summary: "结束了自己的一个会话"})
	})
}

// EndOtherSessions ends every session of the actor's but this one.
func (s *Service) EndOtherSessions(ctx context.Context) error {
	if err := s.policy.Require(ctx, ownAccount, authz.Anywhere); err != nil {
		return err
	}
	a := authz.From(ctx)
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		if err := revokeSessions(ctx, tx, a.Person, a.Session); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "session:close", Kind: "person", ID: a.Person.String(), Summary: "结束了自己的其他会话"})
	})
}

var errNoSession = apperr.New(apperr.NotFound, "没有这个会话，或者它已经结束")

// ownAccount is what everyone signed in may do with their own account.
const ownAccount authz.Permission = "account:manage-own"

// renewTx gives the session under way a new token: what was known of the old one, by
// whomever, is worth nothing from here on.
func renewTx(ctx context.Context, tx db.Tx, session uuid.UUID, secondFactor bool) (string, error) {
	token, digest := credential.NewToken()
	return token, renewSession(ctx, tx, session, digest, secondFactor)
}
