package app

import (
	"context"
	"time"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/rules"
	"zjcs/internal/procurement"
)

// newProcurement builds the heart of the marketplace with what it needs of the rest.
func (c *Core) newProcurement() *procurement.Service {
	return procurement.New(procurement.Deps{
		Pool: c.Pool, Vault: c.Vault, Policy: c.Policy, Files: c.Files, Tell: c.tellProcurement,
		Workdays: func(ctx context.Context, q db.Querier, rule, region string, at time.Time) (int, error) {
			return rules.Int(ctx, q, rule, region, at)
		},
		PublicURL: c.Config.PublicURL, Now: c.Now,
	})
}
