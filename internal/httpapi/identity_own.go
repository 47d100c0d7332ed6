package httpapi

import (
	"context"

	"zjcs/internal/identity"
)

func (a *API) changeProfile(ctx context.Context, in *body[identity.ProfileChange]) (identity.Me, error) {
	return a.Identity.ChangeProfile(ctx, in.Body)
}

func (a *API) changePassword(ctx context.Context, in *body[identity.PasswordChange]) (welcome, error) {
	o, err := a.Identity.ChangePassword(ctx, in.Body)
	return a.in(ctx, o, err)
}

func (a *API) listSessions(ctx context.Context, _ *none) (all[identity.Session], error) {
	return whole(a.Identity.Sessions(ctx))
}

func (a *API) endSession(ctx context.Context, in *byID) (none, error) {
	return none{}, a.Identity.EndSession(ctx, in.ID)
}

func (a *API) endOtherSessions(ctx context.Context, _ *none) (none, error) {
	return none{}, a.Identity.EndOtherSessions(ctx)
}

func (a *API) setUpFactor(ctx context.Context, _ *none) (identity.NewFactor, error) {
	return a.Identity.SetUpFactor(ctx)
}

type factorCode struct {
	Code string `json:"code" maxLength:"40" doc:"验证器上的 6 位数字"`
}

func (a *API) confirmFactor(ctx context.Context, in *body[factorCode]) (identity.RecoveryCodes, error) {
	codes, o, err := a.Identity.ConfirmFactor(ctx, in.Body.Code)
	if err == nil {
		setCookie(ctx, a.sessionCookie(o.Token))
	}
	return codes, err
}

func (a *API) removeFactor(ctx context.Context, in *body[identity.FactorRemoval]) (none, error) {
	return none{}, a.Identity.RemoveFactor(ctx, in.Body)
}

func (a *API) listLinks(ctx context.Context, _ *none) (all[identity.Link], error) {
	return whole(a.Identity.Links(ctx))
}

func (a *API) unlink(ctx context.Context, _ *none) (none, error) {
	return none{}, a.Identity.Unlink(ctx)
}
