package httpapi

import (
	"context"

	"zjcs/internal/identity"
)

// me answers also for a visitor: the front end asks it first.
func (a *API) me(ctx context.Context, _ *struct{}) (identity.Me, error) { return a.Identity.Me(ctx) }
