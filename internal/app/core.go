package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/exchange"
	"zjcs/internal/expert"
	"zjcs/internal/fee"
	"zjcs/internal/identity"
	"zjcs/internal/identity/credential"
	"zjcs/internal/notice"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/config"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/embeddedpg"
	"zjcs/internal/platform/idempotency"
	"zjcs/internal/platform/jobs"
	"zjcs/internal/platform/mail"
	"zjcs/internal/platform/secret"
	"zjcs/internal/purchaser"
	"zjcs/internal/review"
	"zjcs/internal/search"
)

// Core is everything but the web: what import, seed and reindex also need.
type Core struct {
	Config    config.Config
	Logger    *slog.Logger
	Now       func() time.Time
	Pool      *db.Pool
	Vault     *secret.Vault
	Catalog   *catalog.Service
	Agency    *agency.Service
	Expert    *expert.Service
	Purchaser *purchaser.Service
	Notice    *notice.Service
	Fee       *fee.Service
	Search    *search.Service

	Policy   *authz.Policy
	Identity *identity.Service
	Review   *review.Service

	Deliveries *exchange.Deliveries
	Once       *idempotency.Keeper

	mail     *mail.Sender
	breached *credential.BreachFile // nil: the shipped list alone

	jobs    *jobs.Client        // inserts; App works them
	cluster *embeddedpg.Cluster // nil when the database is someone else's
}

// Open starts or reaches the database, migrates it and loads the reference data.
func Open(ctx context.Context, o Options) (*Core, error) {
	say := func(format string, args ...any) {
		if o.Progress != nil {
			fmt.Fprintf(o.Progress, format+"\n", args...)
		}
	}
	c := &Core{Config: o.Config, Logger: o.Logger, Now: o.Now}
	if o.Config.DemoPassword != "" && !o.Config.Demo {
		return nil, fmt.Errorf("ZJCS_DEMO_PASSWORD 只能和演示模式（--demo）一起用：正式环境没有示例账号")
	}
	var err error
	if c.Vault, err = openVault(o.Config); err != nil {
		return nil, err
	}
	url := o.Config.DatabaseURL
	if url == "" {
		c.cluster, err = embeddedpg.Start(ctx, embeddedpg.Options{Dir: o.Config.DataDir, Database: "zjcs", Progress: o.Progress})
		if err != nil {
			return nil, err
		}
		url = c.cluster.URL
	}
	if c.Pool, err = db.Open(ctx, url, o.Config.MaxConns); err != nil {
		c.Close()
		return nil, fmt.Errorf("连接数据库失败: %w", err)
	}
	say("正在更新数据库结构")
	if err := db.Migrate(ctx, c.Pool); err != nil {
		c.Close()
		return nil, err
	}
	if c.Policy, err = authz.New(c.refused); err != nil {
		c.Close()
		return nil, err
	}
	c.Catalog = catalog.New(c.Pool)
	c.Agency = agency.New(c.Pool, c.Catalog, o.Now)
	c.Expert = expert.New(c.Pool, c.Catalog)
	c.Purchaser = purchaser.New(c.Pool, c.Vault, c.Policy)
	c.Notice = notice.New(c.Pool)
	c.Fee = fee.New(c.Pool)
	if c.Search, err = search.New(c.Pool); err != nil {
		c.Close()
		return nil, err
	}
	c.Review = c.newReview()
	c.Deliveries = c.newDeliveries()
	if c.jobs, err = jobs.New(c.Pool, jobs.Options{Logger: o.Logger}); err != nil {
		c.Close()
		return nil, err
	}
	if err := c.openIdentity(); err != nil {
		c.Close()
		return nil, err
	}
	say("正在载入基础数据：区划、事项、收费标准")
	if err := c.loadReference(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// openVault takes the configured key. In demonstration mode alone a key is made at
// random and kept beside the data it protects: it is never the same on two machines.
func openVault(cfg config.Config) (*secret.Vault, error) {
	key := cfg.SecretKey
	if key == "" && !cfg.Demo {
		return nil, fmt.Errorf("没有设置 ZJCS_SECRET_KEY（个人信息加密密钥）。请用 openssl rand -base64 32 生成一个并妥善保管；只想试用请加 --demo")
	}
	if key == "" {
		path := filepath.Join(cfg.DataDir, "secret.key")
		b, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			b = []byte(secret.NewKey())
			if err = os.MkdirAll(cfg.DataDir, 0o755); err == nil {
				err = os.WriteFile(path, b, 0o600)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("演示密钥 %s: %w", path, err)
		}
		key = strings.TrimSpace(string(b))
	}
	return secret.NewVault(key)
}

// refused logs every no. The request is refused whether or not the log could be written.
func (c *Core) refused(ctx context.Context, r authz.Refusal) {
	e := audit.Entry{
		Outcome: audit.Refused, Action: string(r.Permission), Kind: "route", Organisation: r.Scope.Organisation, Region: r.Scope.Region,
		Summary: "没有权限，已拒绝",
	}
	if r.Actor == nil {
		e.Summary = "未登录，已拒绝"
	}
	if err := audit.Record(ctx, c.Pool, e); err != nil {
		c.Logger.ErrorContext(ctx, "refusal not logged", "error", err)
	}
}

// Ready answers whether the program can serve: the database answers.
func (c *Core) Ready(ctx context.Context) error { return c.Pool.Ping(ctx) }

// Close ends what Open opened.
func (c *Core) Close() {
	if c.breached != nil {
		if err := c.breached.Close(); err != nil {
			c.Logger.Error("breached passwords", "error", err)
		}
	}
	if c.Pool != nil {
		c.Pool.Close()
	}
	if c.cluster != nil {
		c.cluster.Stop()
	}
}

func poolMetrics(pool *db.Pool) []prometheus.Collector {
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	return []prometheus.Collector{
		gauge("zjcs_db_connections", "Open database connections.", func() float64 { return float64(pool.Stat().TotalConns()) }),
		gauge("zjcs_db_connections_busy", "Database connections in use.", func() float64 { return float64(pool.Stat().AcquiredConns()) }),
		gauge("zjcs_db_acquire_wait_seconds_total", "Time spent waiting for a connection.", func() float64 { return pool.Stat().AcquireDuration().Seconds() }),
	}
}
