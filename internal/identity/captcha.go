package identity

import (
	"context"

	"zjcs/internal/identity/credential"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

// NewCaptcha is a challenge for a visitor's program to solve.
func (s *Service) NewCaptcha(context.Context) (credential.Challenge, error) {
	return s.Captcha.NewChallenge(s.now())
}

var errCaptcha = apperr.InvalidField("captcha", "请完成验证后再提交；验证码只能用一次，十分钟内有效")

// spendCaptchaTx takes a solved challenge, once.
func (s *Service) spendCaptchaTx(ctx context.Context, tx db.Tx, payload string) error {
	solved, err := s.Captcha.Verify(payload, s.now())
	if err != nil {
		return errCaptcha
	}
	first, err := spendCaptcha(ctx, tx, solved.ID, solved.Expires)
	if err == nil && !first {
		err = errCaptcha
	}
	return err
}

// spendCaptcha is for what a visitor may do only with a solved captcha. It is spent
// whatever comes of the rest: a second guess costs a second one.
func (s *Service) spendCaptcha(ctx context.Context, payload string) error {
	return db.InTx(ctx, s.pool, func(tx db.Tx) error { return s.spendCaptchaTx(ctx, tx, payload) })
}
