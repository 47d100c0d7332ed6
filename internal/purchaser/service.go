package purchaser

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
)

// Service answers what is known of purchasers, to those who may know it.
type Service struct {
	pool   *db.Pool
	vault  *secret.Vault
	policy *authz.Policy
}

// New makes the service on pool.
func New(pool *db.Pool, vault *secret.Vault, policy *authz.Policy) *Service {
	return &Service{pool: pool, vault: vault, policy: policy}
}

var errNone = apperr.New(apperr.NotFound, "没有这个项目业主，或者它不在您的查看范围内")

// Get is the verified purchaser of that account: for its own people and the officials of
// its region; to anyone else it is as if it were not there.
func (s *Service) Get(ctx context.Context, org uuid.UUID) (Purchaser, error) {
	if authz.From(ctx) == nil {
		return Purchaser{}, apperr.New(apperr.Unauthenticated, "请先登录")
	}
	r, known, err := load(ctx, s.pool, org, false)
	if err != nil {
		return Purchaser{}, err
	}
	if !known || !s.policy.May(ctx, "organisation:read-own", authz.Scope{Organisation: org}) && !s.policy.May(ctx, "organisation:read", authz.Scope{Region: r.RegionCode}) {
		return Purchaser{}, errNone
	}
	phone, err := s.vault.Open(FieldPhone, r.phone)
	if err != nil {
		return Purchaser{}, err
	}
	r.ContactPhone = secret.MaskNumber(phone)
	return r.Purchaser, nil
}
