package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
)

// Service is what can be done with persons, organisations, grants and sessions.
type Service struct {
	pool   *db.Pool
	vault  *secret.Vault
	policy *authz.Policy
	now    func() time.Time
}

// New makes the service on pool.
func New(pool *db.Pool, vault *secret.Vault, policy *authz.Policy, now func() time.Time) *Service {
	return &Service{pool: pool, vault: vault, policy: policy, now: now}
}

// newToken makes 32 random bytes for a client to hold and the digest to keep of them.
func newToken() (token string, digest []byte) {
	b := make([]byte, 32)
	rand.Read(b)
	token = base64.RawURLEncoding.EncodeToString(b)
	sum := sha256.Sum256([]byte(token))
	return token, sum[:]
}
