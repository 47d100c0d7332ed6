package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/bench/report"
	"zjcs/internal/app"
	"zjcs/internal/draw"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/config"
	"zjcs/internal/procurement"
)

const openingPart = "开标和选取 2,000 份投标"

// opening hands in 2,000 sealed bids, lets the deadline and the selection time pass, and
// times the clock's step: envelopes opened and judged, the pool frozen and logged, the
// method run with its draws, the result published, everyone told. It is the program's own
// service on the storm's database; the entropy, a lottery's numbers, is already there.
func (b *bench) opening(ctx context.Context) error {
	if err := b.makeStorm(ctx); err != nil {
		return err
	}
	core, err := b.core(ctx, storm)
	if err != nil {
		return err
	}
	defer core.Close()
	conn, err := b.Connect(ctx, storm)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	bidders, err := stormActors(ctx, conn)
	if err != nil {
		return err
	}
	source := lotteryOf(time.Now())
	for _, m := range []struct {
		title  string
		method procurement.Method
		change func(*procurement.Terms)
	}{
		{"随机选取", procurement.Random, func(t *procurement.Terms) { t.Pricing, t.PriceFen, t.CeilingFen = procurement.FixedPrice, 500_000, 0 }},
		{"竞价选取", procurement.LowestPrice, func(*procurement.Terms) {}},
		{"均价选取", procurement.ReferencePrice, func(*procurement.Terms) {}},
	} {
		terms := procurement.Terms{Items: []string{"ZJ0005"}, ProjectName: "开标", Region: "140821", Method: m.method, Fund: procurement.Own, Pricing: procurement.Quoted, CeilingFen: 1_000_000, DaysCeiling: 30,
			Algorithm: draw.SHA256, Source: source, Fallback: source, FallbackHours: 24}
		m.change(&terms)
		took, err := b.openOnce(ctx, core.Procurement, conn, bidders, terms)
		if err != nil {
			return fmt.Errorf("%s: %w", m.title, err)
		}
		b.report.Add(report.Row{Part: openingPart, Subject: m.title, Figure: took.Seconds(), Unit: "秒", Target: report.Target{AtMost: 2}, Note: "从截止后的第一步到结果公示已提交，含告知每一家"})
	}
	return nil
}

// lotteryOf is a source of a day that the pool, frozen now, comes before: each run has
// its own, and the verifier that the result passes through accepts no earlier one.
func lotteryOf(run time.Time) procurement.EntropySource {
	return procurement.EntropySource{Kind: procurement.Lottery, Game: "双色球", Issue: run.Format("0102150405"), Date: run.AddDate(0, 0, 1).Format(time.DateOnly)}
}

// queueLottery enters the result of a source, confirmed by two.
func queueLottery(batch *pgx.Batch, s procurement.EntropySource) {
	batch.Queue(`INSERT INTO lottery_result (id, game, issue, drawn_on, numbers, published_at, entered_by, confirmed_by, confirmed_at)
		SELECT gen_random_uuid(), $1, $2, $3::date, '{3,9,14,21,26,31,7}', '中国福彩网', a.id, b.id, now() FROM person a, person b WHERE a.login = 'b1' AND b.login = 'b2' ON CONFLICT DO NOTHING`, s.Game, s.Issue, s.Date)
}

// core is the program without its web, on a database of the cluster.
func (b *bench) core(ctx context.Context, database string) (*app.Core, error) {
	vars := map[string]string{}
	for _, v := range b.Env(database) {
		name, value, _ := strings.Cut(v, "=")
		vars[name] = value
	}
	var c config.Config
	if err := env.ParseWithOptions(&c, env.Options{Prefix: "ZJCS_", Environment: vars}); err != nil {
		return nil, err
	}
	return app.Open(ctx, app.Options{Config: c, Logger: slog.New(slog.DiscardHandler), Now: time.Now, Version: "bench"})
}

// stormActors are those who bid, one for each agency.
func stormActors(ctx context.Context, conn *pgx.Conn) ([]*authz.Actor, error) {
	rows, err := conn.Query(ctx, `SELECT g.person_id, g.org_id FROM role_grant g JOIN person p ON p.id = g.person_id WHERE p.login ~ '^b[0-9]+$' AND g.revoked_at IS NULL`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*authz.Actor, error) {
		a, org := &authz.Actor{}, uuid.Nil
		err := row.Scan(&a.Person, &org)
		a.Grants = []authz.Grant{{Role: authz.AgencyAgent, Organisation: org}}
		return a, err
	})
}

func (b *bench) openOnce(ctx context.Context, s *procurement.Service, conn *pgx.Conn, bidders []*authz.Actor, t procurement.Terms) (time.Duration, error) {
	vault, err := b.Vault()
	if err != nil {
		return 0, err
	}
	id, deadline := uuid.Must(uuid.NewV7()), time.Time{}
	var batch pgx.Batch
	queueLottery(&batch, t.Source)
	if err := queueNotice(&batch, vault, id, t, time.Hour, &deadline); err != nil {
		return 0, err
	}
	if err := conn.SendBatch(ctx, &batch).Close(); err != nil {
		return 0, err
	}
	if err := handIn(ctx, s, id, bidders, t.Pricing == procurement.Quoted); err != nil {
		return 0, err
	}
	if _, err := conn.Exec(ctx, `UPDATE procurement SET deadline = x.at - interval '1 hour', selection_at = x.at - interval '1 minute' FROM (SELECT date_trunc('milliseconds', clock_timestamp()) AS at) x WHERE id = $1`, id); err != nil {
		return 0, err
	}
	if err := b.Checkpoint(ctx); err != nil {
		return 0, err
	}
	started := time.Now()
	if err := s.Advance(ctx, id); err != nil {
		return 0, err
	}
	took := time.Since(started)
	var state string
	var pool, selected int
	err = conn.QueryRow(ctx, `SELECT state, (SELECT count(*) FROM bid WHERE procurement_id = p.id AND number IS NOT NULL), (SELECT count(*) FROM bid WHERE procurement_id = p.id AND state = 'selected') FROM procurement p WHERE id = $1`, id).Scan(&state, &pool, &selected)
	if err == nil && (state != string(procurement.Publicity) || pool != len(bidders) || selected != 1) {
		err = fmt.Errorf("%s, %d of %d in the pool, %d selected", state, pool, len(bidders), selected)
	}
	return took, err
}

// handIn submits a sealed bid of each.
func handIn(ctx context.Context, s *procurement.Service, id uuid.UUID, bidders []*authz.Actor, quoted bool) error {
	next := make(chan int)
	faults := make([]error, len(bidders))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for n := range next {
				o := procurement.Offer{Days: 1 + n%30}
				if fen := int64(500_000 + n); quoted {
					o.QuoteFen = &fen
				}
				_, faults[n] = s.Submit(authz.With(ctx, bidders[n]), id, uuid.Nil, o)
			}
		})
	}
	for n := range bidders {
		next <- n
	}
	close(next)
	wg.Wait()
	return errors.Join(faults...)
}
