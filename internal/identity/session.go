package identity

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/google/uuid"

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
	digest := sha256.Sum256([]byte(token))
	a, err := loadActor(ctx, s.pool, digest[:])
	if err != nil || a == nil {
		return nil, err
	}
	c := audit.ClientOf(ctx)
	a.Remote, a.Agent = c.Remote, c.Agent
	return a, nil
}

// Limits bound a session in time.
type Limits struct{ Idle, Absolute time.Duration }

// openSessionTx begins a session and returns its token, which is kept nowhere.
func (s *Service) openSessionTx(ctx context.Context, tx db.Tx, person uuid.UUID, method Method, l Limits, secondFactor bool) (string, uuid.UUID, error) {
	token, digest := newToken()
	id := uuid.Must(uuid.NewV7())
	c := audit.ClientOf(ctx)
	return token, id, insertSession(ctx, tx, sessionRow{
		id: id, digest: digest, person: person, method: method, limits: l, secondFactor: secondFactor, remote: c.Remote, agent: c.Agent,
	})
}
