package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/contract"
	"zjcs/internal/credit"
	"zjcs/internal/exchange"
	"zjcs/internal/expert"
	"zjcs/internal/fee"
	"zjcs/internal/identity"
	"zjcs/internal/identity/credential"
	"zjcs/internal/ledger"
	"zjcs/internal/notice"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/config"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/embeddedpg"
	"zjcs/internal/platform/files"
	"zjcs/internal/platform/idempotency"
	"zjcs/internal/platform/jobs"
	"zjcs/internal/platform/mail"
	"zjcs/internal/platform/secret"
	"zjcs/internal/procurement"
	"zjcs/internal/purchaser"
	"zjcs/internal/review"
	"zjcs/internal/search"
	"zjcs/internal/supervision"
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
	Credit    *credit.Service
	Records   *credit.Desk
	Expert    *expert.Service
	Purchaser *purchaser.Service
	Notice    *notice.Service
	Fee       *fee.Service
	Search    *search.Service

	Ledger      *ledger.Log
	Messages    *notice.Messages
	Supervision *supervision.Service
	Files       *files.Store

	Policy   *authz.Policy
	Identity *identity.Service
	Review   *review.Service

	Deliveries  *exchange.Deliveries
	Procurement *procurement.Service
	Contract    *contract.Service
	Once        *idempotency.Keeper

	mail     *mail.Sender
	refusals *db.Pool               // see refusalConns
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
	url, owner := o.Config.DatabaseURL, o.Config.DatabaseOwnerURL
	if url == "" {
		c.cluster, err = embeddedpg.Start(ctx, embeddedpg.Options{Dir: o.Config.DataDir, Database: "zjcs", Progress: o.Progress})
		if err != nil {
			return nil, err
		}
		url, owner = c.cluster.URL, c.cluster.OwnerURL
	}
	if c.Pool, err = db.Open(ctx, url, o.Config.MaxConns); err != nil {
		c.Close()
		return nil, fmt.Errorf("连接数据库失败: %w", err)
	}
	if c.refusals, err = db.Open(ctx, url, refusalConns); err != nil {
		c.Close()
		return nil, fmt.Errorf("连接数据库失败: %w", err)
	}
	say("正在更新数据库结构")
	if err := c.migrate(ctx, owner); err != nil {
		c.Close()
		return nil, err
	}
	if c.Policy, err = authz.New(c.refused); err != nil {
		c.Close()
		return nil, err
	}
	c.Catalog = catalog.New(c.Pool)
	c.Agency = agency.New(c.Pool, c.Catalog, o.Now)
	c.Credit = credit.New(c.Pool, c.Agency, o.Now)
	c.Records = c.newRecords()
	c.Expert = expert.New(c.Pool, c.Catalog)
	c.Purchaser = purchaser.New(c.Pool, c.Vault, c.Policy)
	c.Notice = notice.New(c.Pool)
	c.Fee = fee.New(c.Pool)
	if c.Search, err = search.New(c.Pool); err != nil {
		c.Close()
		return nil, err
	}
	c.Ledger = c.newLedger()
	if err := c.Ledger.Prepare(ctx, o.Config.LedgerKey); err != nil {
		c.Close()
		return nil, err
	}
	c.Procurement = c.newProcurement()
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
	c.Contract = c.newContract()
	c.Messages = c.newMessages()
	c.Credit.Outlets, c.Credit.PublicURL = c.creditOutlets(), c.Config.PublicURL
	c.Supervision = supervision.New(c.Pool, c.Policy)
	if c.Files, err = c.openFiles(ctx); err != nil {
		c.Close()
		return nil, err
	}
	c.Procurement.Files = c.Files
	say("正在载入基础数据：区划、事项、收费标准")
	if err := c.loadReference(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// migrate brings the schema up to date and, where it can, leaves the program's database
// user nothing but reading and adding to what only grows (docs/adr/0010-append-only.md).
func (c *Core) migrate(ctx context.Context, owner string) error {
	if owner == "" {
		if err := db.Migrate(ctx, c.Pool); err != nil {
			return err
		}
		sealed, err := db.Sealed(ctx, c.Pool, db.SealedTables...)
		if err == nil && !sealed {
			c.Logger.WarnContext(ctx, "操作日志只由触发器保护：程序的数据库用户同时是属主。设 ZJCS_DATABASE_OWNER_URL 后，程序的用户对日志只能读和添加。")
		}
		return err
	}
	program, err := db.User(ctx, c.Pool)
	if err != nil {
		return err
	}
	pending, err := db.Pending(ctx, c.Pool)
	if err != nil {
		return err
	}
	if pending { // whoever unseals also seals, so the last of several instances leaves it sealed
		if err := db.UnsealLog(ctx, owner, program, db.SealedTables...); err != nil {
			return err
		}
	}
	if err := db.Migrate(ctx, c.Pool); err != nil {
		return errors.Join(err, db.SealLog(ctx, owner, program, db.SealedTables...))
	}
	return db.SealLog(ctx, owner, program, db.SealedTables...)
}

// openFiles reaches where attachments are kept: a folder beside the data unless the
// configuration names another place.
func (c *Core) openFiles(ctx context.Context) (*files.Store, error) {
	o := files.Options{BucketURL: c.Config.FilesURL, MaxBytes: c.Config.FilesMaxBytes, Now: c.Now}
	var err error
	if o.BucketURL == "" {
		if o.BucketURL, err = files.FolderURL(filepath.Join(c.Config.DataDir, "files")); err != nil {
			return nil, err
		}
	}
	if c.Config.ClamdAddr != "" {
		if o.Scanner, err = files.NewClamd(c.Config.ClamdAddr); err != nil {
			return nil, err
		}
	}
	return files.New(ctx, c.Pool, o)
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
	return secret.NewVault(key, cfg.PreviousKeys()...)
}

// refusalConns are connections for the log of refusals alone. One found inside a
// transaction is logged while that holds a connection: were both of one pool, as many
// refusals at once as it has would wait for each other.
const refusalConns = 2

// refused logs every no: of someone known in the audit log, of a visitor in the
// program's own, where a flood of strangers cannot fill the table that only grows. The
// request is refused whether or not the log could be written.
func (c *Core) refused(ctx context.Context, r authz.Refusal) {
	if r.Actor == nil {
		c.Logger.InfoContext(ctx, "refused", "permission", r.Permission, "remote", audit.ClientOf(ctx).Remote)
		return
	}
	err := audit.Record(ctx, c.refusals, audit.Entry{
		Outcome: audit.Refused, Action: string(r.Permission), Kind: "permission", ID: string(r.Permission),
		Organisation: r.Scope.Organisation, Region: r.Scope.Region, Summary: "没有权限，已拒绝",
	})
	if err != nil {
		c.Logger.ErrorContext(ctx, "refusal not logged", "error", err)
	}
}

// Ready answers whether the program can serve: the database answers and is not older
// than the program, as one restored from a backup under a running program would be.
func (c *Core) Ready(ctx context.Context) error {
	pending, err := db.Pending(ctx, c.Pool)
	if err != nil {
		return err
	}
	if pending {
		return errors.New("database is older than the program")
	}
	return nil
}

// Close ends what Open opened.
func (c *Core) Close() {
	if c.breached != nil {
		if err := c.breached.Close(); err != nil {
			c.Logger.Error("breached passwords", "error", err)
		}
	}
	if c.Files != nil {
		if err := c.Files.Close(); err != nil {
			c.Logger.Error("attachments", "error", err)
		}
	}
	if c.refusals != nil {
		c.refusals.Close()
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
