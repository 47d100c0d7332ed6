// Package app builds the program by hand: every part, in order, with what it needs.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/vearutop/statigz"
	"github.com/vearutop/statigz/brotli"

	"zjcs/frontend"
	"zjcs/internal/httpapi"
	"zjcs/internal/platform/cache"
	"zjcs/internal/platform/config"
	"zjcs/internal/platform/jobs"
	"zjcs/internal/platform/web"
	"zjcs/internal/portal"
)

// App is the program, built and not yet serving.
type App struct {
	*Core
	api      *httpapi.API
	pages    *portal.Portal
	handler  http.Handler
	registry *prometheus.Registry
	worker   *jobs.Client
	listener net.Listener // opened by New, so that a taken port fails before anything else
}

// Options are what a start needs besides the configuration.
type Options struct {
	Config   config.Config
	Logger   *slog.Logger
	Now      func() time.Time
	Progress io.Writer // set-up steps for a person; nil is silent
	Version  string
}

// New opens the port and the database, migrates, loads the reference data and, in
// demonstration mode, an invented market, and builds the handler.
func New(ctx context.Context, o Options) (*App, error) {
	listener, err := listen(ctx, o.Config.Addr)
	if err != nil {
		return nil, fmt.Errorf("监听 %s 失败，地址可能已被占用，可用 ZJCS_ADDR 另指定: %w", o.Config.Addr, err)
	}
	core, err := Open(ctx, o)
	if err != nil {
		listener.Close()
		return nil, err
	}
	a := &App{Core: core, listener: listener, registry: prometheus.NewRegistry()}
	if err := a.build(o); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// formBytes are those of a form around the file in it.
const formBytes = 64 << 10

func (a *App) build(o Options) error {
	a.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.registry.MustRegister(poolMetrics(a.Pool)...)
	dist, err := fs.Sub(frontend.Dist, "dist")
	if err != nil {
		return err
	}
	p, err := portal.New(portal.Deps{
		Catalog: a.Catalog, Agency: a.Agency, Credit: a.Credit, Records: a.Records, Contract: a.Contract, Expert: a.Expert, Notice: a.Notice, Fee: a.Fee, Search: a.Search, Review: a.Review,
		Procurement: a.Procurement, Watch: a.Procurement, Log: publicLog{a.Ledger},
		Site: portal.Site{Name: o.Config.SiteName, Operator: o.Config.OperatorName, Phone: o.Config.SupervisionPhone, URL: o.Config.PublicURL},
		Dist: dist, Logger: o.Logger, Now: o.Now,
	})
	if err != nil {
		return err
	}
	a.pages = p
	a.api = httpapi.New(httpapi.Deps{
		Catalog: a.Catalog, Agency: a.Agency, Credit: a.Credit, Records: a.Records, Expert: a.Expert, Notice: a.Notice, Fee: a.Fee, Search: a.Search,
		Identity: a.Identity, Review: a.Review, Messages: a.Messages, Supervision: a.Supervision, Files: a.Files, Deliveries: a.Deliveries, Procurement: a.Procurement, Contract: a.Contract, Ledger: a.Ledger, Policy: a.Policy, Idempotency: a.Once,
		SecureCookies: strings.HasPrefix(o.Config.PublicURL, "https://"), TrustedProxies: o.Config.TrustedProxies,
		Ready: a.Ready, Version: o.Version, Logger: o.Logger, Now: o.Now,
	}, p)
	a.handler = web.New(web.Options{
		Routes: a.api, Files: []web.Files{
			{Prefix: "/assets/", Handler: web.Immutable(statigz.FileServer(frontend.Dist, brotli.AddEncoding, statigz.FSPrefix("dist")))},
			{Prefix: "/workspace", Handler: frontend.WorkspaceHandler()},
			{Prefix: "/api/docs", Handler: frontend.DocsHandler()},
		},
		Cache:  cache.New(cache.NewFreshness(a.Pool), o.Config.CacheBytes),
		Logger: o.Logger, Metrics: web.NewMetrics(a.registry), Now: o.Now,
		Failure: a.api.Failure, MaxBody: o.Config.MaxBodyBytes, Uploads: map[string]int64{
			httpapi.FilesPath: a.Files.MaxBytes() + formBytes, httpapi.BidFilesPattern: a.Files.MaxBytes() + formBytes, httpapi.DeliveriesPath: o.Config.UploadMaxBytes + formBytes,
			portal.DrawEventsPattern: 0, // goes by in pieces, and takes nothing
		}, Limit: o.Config.RequestTimeout,
	})
	a.worker, err = jobs.New(a.Pool, a.work())
	return err
}

// Handler is the whole site, for tests that need no port.
func (a *App) Handler() http.Handler { return a.handler }

// Routes is the whole tree of the API, for the test that walks it.
func (a *App) Routes() []httpapi.Route { return a.api.Routes() }

// Addr is where the site listens, also when the configuration said port 0.
func (a *App) Addr() string { return a.listener.Addr().String() }

// Run serves until ctx ends, then lets requests and jobs under way finish.
func (a *App) Run(ctx context.Context) error {
	if err := a.worker.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	ledgerEnds := a.runLedger(ctx)
	failed := make(chan error, 2)
	site := web.NewServer(a.handler, a.Config.RequestTimeout)
	site.RegisterOnShutdown(a.pages.StopWatching)
	go func() { failed <- site.Serve(a.listener) }()
	metrics, err := a.serveMetrics(ctx, failed)
	if err != nil {
		ledgerEnds()
		return errors.Join(err, site.Close(), jobs.Stop(ctx, a.worker))
	}
	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Config.ShutdownTimeout)
	defer cancel()
	errs := []error{err, site.Shutdown(stop), jobs.Stop(stop, a.worker)}
	ledgerEnds()
	if metrics != nil {
		errs = append(errs, metrics.Shutdown(stop))
	}
	return errors.Join(errs...)
}

// serveMetrics opens the private listener; "off" opens none.
func (a *App) serveMetrics(ctx context.Context, failed chan<- error) (*http.Server, error) {
	if a.Config.MetricsAddr == "off" {
		return nil, nil
	}
	l, err := listen(ctx, a.Config.MetricsAddr)
	if err != nil {
		return nil, fmt.Errorf("监听指标地址 %s 失败，可用 ZJCS_METRICS_ADDR 另指定，off 则不开: %w", a.Config.MetricsAddr, err)
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	srv := web.NewServer(mux, time.Minute) // a profile takes its time
	go func() { failed <- srv.Serve(l) }()
	return srv, nil
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	return lc.Listen(ctx, "tcp", addr)
}

// Close ends what New opened; the private cluster stops with its data written out.
func (a *App) Close() {
	a.listener.Close()
	a.Core.Close()
}

// OpenAPI is the API's document, made from the types alone: no database is needed.
func OpenAPI(version string) ([]byte, error) {
	return httpapi.New(httpapi.Deps{Version: version}, nil).OpenAPI()
}
