package app

import (
	"net/http"

	"zjcs/internal/platform/rules"
	"zjcs/internal/procurement"
)

// newProcurement builds the heart of the marketplace with what it needs of the rest.
func (c *Core) newProcurement() *procurement.Service {
	return procurement.New(procurement.Deps{
		Pool: c.Pool, Vault: c.Vault, Policy: c.Policy, Log: c.logProcurement, Tell: c.tellProcurement, Sign: c.Ledger.Sign,
		Workdays: rules.Int, Due: due, Beacon: newBeacon(c.Config.DrandURLs, http.DefaultTransport), PublicURL: c.Config.PublicURL, Now: c.Now,
	})
}
