package app

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/credit"
	"zjcs/internal/demo"
	"zjcs/internal/exchange"
	"zjcs/internal/expert"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/jobs"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/sheet"
)

// The market that `serve --demo` opens with.
const (
	demoAgencies = 300
	demoExperts  = 60
	demoSeed     = 1
)

// loadReference brings regions, items and fee standards to what this program ships,
// and the search index to what they say.
func (c *Core) loadReference(ctx context.Context) error {
	if err := exchange.LoadReference(ctx, c.Pool, c.changed); err != nil {
		return fmt.Errorf("载入基础数据失败: %w", err)
	}
	if err := c.loadRubric(ctx); err != nil {
		return fmt.Errorf("载入信用评分标准失败: %w", err)
	}
	return c.Search.Drain(ctx)
}

// Import takes in a delivered table of the given kind. What it changed is listed and
// shown at once; searching finds it after [search.Service.Drain], which the caller, or
// the job that commits with the delivery, runs.
func (c *Core) Import(ctx context.Context, kind provenance.Kind, o exchange.Options) (exchange.Report, error) {
	o.Changed = c.changed
	o.Limits = c.limits()
	switch kind {
	case provenance.Items:
		t, err := exchange.ItemTarget()
		if err != nil {
			return exchange.Report{}, err
		}
		return exchange.Run(ctx, c.Pool, o, t)
	case provenance.Agencies:
		t, err := agency.NewImport(ctx, c.Pool, c.Vault, c.Now())
		if err != nil {
			return exchange.Report{}, err
		}
		return exchange.Run(ctx, c.Pool, o, t)
	case provenance.Experts:
		t, err := expert.NewImport(ctx, c.Pool, c.Vault, c.Now())
		if err != nil {
			return exchange.Report{}, err
		}
		return exchange.Run(ctx, c.Pool, o, t)
	case provenance.Affiliations:
		return exchange.Run(ctx, c.Pool, o, agency.NewAffiliationImport(c.Now()))
	case provenance.Penalties:
		o.Changed = nil // a proposed record is not public
		t, err := credit.NewPenaltyImport(ctx, c.Pool, c.Now())
		if err != nil {
			return exchange.Report{}, err
		}
		return exchange.Run(ctx, c.Pool, o, t)
	default:
		return exchange.Report{}, apperr.InvalidField("kind", "可以导入的是 items、agencies、experts、affiliations、penalties")
	}
}

func (c *Core) limits() sheet.Limits {
	return sheet.Limits{CSVBytes: c.Config.ImportMaxCSVBytes, XLSXBytes: c.Config.ImportMaxXLSXBytes, XLSXRaw: c.Config.ImportMaxXLSXRaw}
}

// inlineDelivery is the size up to which a delivered table is worked while its sender
// waits: a few thousand rows.
const inlineDelivery = 256 << 10

// newDeliveries takes in the tables that officials hand in.
func (c *Core) newDeliveries() *exchange.Deliveries {
	columns := func(kind provenance.Kind) func() []sheet.Column {
		return func() []sheet.Column { return Columns(kind) }
	}
	return &exchange.Deliveries{
		Pool: c.Pool, Vault: c.Vault, Policy: c.Policy, Logger: c.Logger, Changed: c.changed, Limits: c.limits(), Inline: inlineDelivery,
		Intakes: map[provenance.Kind]exchange.Intake{
			provenance.Items: exchange.NewIntake(columns(provenance.Items), func(context.Context) (exchange.Scoped[*catalog.ImportedItem], error) {
				return exchange.ItemTarget()
			}),
			provenance.Agencies: exchange.NewIntake(columns(provenance.Agencies), func(ctx context.Context) (exchange.Scoped[*agency.Imported], error) {
				return agency.NewImport(ctx, c.Pool, c.Vault, c.Now())
			}),
			provenance.Experts: exchange.NewIntake(columns(provenance.Experts), func(ctx context.Context) (exchange.Scoped[*expert.Imported], error) {
				return expert.NewImport(ctx, c.Pool, c.Vault, c.Now())
			}),
			provenance.Penalties: exchange.NewIntake(columns(provenance.Penalties), func(ctx context.Context) (exchange.Scoped[*credit.ImportedPenalty], error) {
				return credit.NewPenaltyImport(ctx, c.Pool, c.Now())
			}),
		},
		Enqueue: func(ctx context.Context, tx db.Tx, id uuid.UUID) error {
			return jobs.InsertTx(ctx, c.jobs, tx, deliveryArgs{ID: id})
		},
	}
}

// Columns are those of a kind's table, for templates.
func Columns(kind provenance.Kind) []sheet.Column {
	switch kind {
	case provenance.Agencies:
		return (*agency.Import)(nil).Columns()
	case provenance.Experts:
		return (*expert.Import)(nil).Columns()
	case provenance.Affiliations:
		return (*agency.AffiliationImport)(nil).Columns()
	case provenance.Penalties:
		return (*credit.PenaltyImport)(nil).Columns()
	default:
		t, err := exchange.ItemTarget()
		if err != nil {
			panic("the shipped catalogue is part of the program: " + err.Error())
		}
		return t.Columns()
	}
}

// Seed stores an invented market, marked 示例数据 wherever it is shown: agencies, experts,
// announcements, and where there are agencies enough to bid, what purchasers bought.
func (c *Core) Seed(ctx context.Context, agencies, experts int, seed uint64, progress func(kind provenance.Kind, rows, total int64)) (demo.Report, error) {
	rep, err := demo.Seed(ctx, c.Pool, c.Vault, demo.Options{
		Agencies: agencies, Experts: experts, Seed: seed, Now: c.Now(), Changed: c.changed, Progress: progress,
	})
	if err != nil {
		return rep, err
	}
	if agencies >= demoAgencies {
		needs := demo.Procurements{Procurement: c.Procurement, Credit: c.Credit, Pool: c.Pool, Vault: c.Vault, Seed: seed, Now: c.Now()}
		if err := needs.Store(ctx); err != nil {
			return rep, fmt.Errorf("载入示例采购失败: %w", err)
		}
		if err := demo.Records(ctx, c.Records, c.Now()); err != nil {
			return rep, fmt.Errorf("载入示例信用记录失败: %w", err)
		}
	}
	return rep, c.Search.Drain(ctx)
}

// SeedDemo fills a market that has no agency yet, and hands in what its people ask of
// the officials; it never touches one that has.
func (c *Core) SeedDemo(ctx context.Context, progress io.Writer) error {
	counts, err := c.Agency.Counts(ctx)
	if err != nil || counts.Admitted > 0 {
		return err
	}
	started := time.Now()
	if _, err := c.Seed(ctx, demoAgencies, demoExperts, demoSeed, nil); err != nil {
		return fmt.Errorf("载入示例数据失败: %w", err)
	}
	// Their people must be there before they can hand in anything.
	if _, _, err := demo.Accounts(ctx, c.Identity, c.Config.DataDir, c.Config.DemoPassword); err != nil {
		return err
	}
	contracts := demo.Contracts{Contract: c.Contract, Pool: c.Pool, Files: c.Files, Now: c.Now()}
	if err := contracts.Store(ctx); err != nil {
		return fmt.Errorf("载入示例合同失败: %w", err)
	}
	if err := contracts.Hands(ctx); err != nil {
		return err
	}
	matters := demo.Matters{Identity: c.Identity, Review: c.Review, Catalog: c.Catalog, Files: c.Files, Pool: c.Pool, Seed: demoSeed, Now: c.Now()}
	if err := matters.HandIn(ctx); err != nil {
		return fmt.Errorf("载入示例申请失败: %w", err)
	}
	if progress != nil {
		_, err = fmt.Fprintf(progress, "已载入示例数据：机构 %d 家，专家 %d 位（%.1f 秒）\n", demoAgencies, demoExperts, time.Since(started).Seconds())
	}
	return err
}

// SeedAccounts makes one account per role for the demonstration and tells a person how
// to sign in. There is no default password: each machine makes its own.
func (c *Core) SeedAccounts(ctx context.Context, progress io.Writer) error {
	logins, password, err := demo.Accounts(ctx, c.Identity, c.Config.DataDir, c.Config.DemoPassword)
	if err != nil || progress == nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n示例账号（只在演示模式下有效），密码都是 %s\n", password)
	for _, l := range logins {
		fmt.Fprintf(&b, "  %-16s%s\n", l.Login, l.Role)
	}
	_, err = io.WriteString(progress, b.String())
	return err
}
