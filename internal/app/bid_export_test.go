package app

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"zjcs/internal/platform/db"
	"zjcs/internal/procurement"
)

// Metrics is what the private listener shows.
func (a *App) Metrics() http.Handler { return promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{}) }

// TellProcurement tells in a transaction of its own.
func (c *Core) TellProcurement(ctx context.Context, a procurement.Announcement) error {
	return db.InTx(ctx, c.Pool, func(tx db.Tx) error { return c.tellProcurement(ctx, tx, a) })
}
