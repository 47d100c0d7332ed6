package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"zjcs/bench/load"
	"zjcs/bench/report"
	"zjcs/internal/ledger"
	"zjcs/internal/platform/db"
)

const (
	logbook       = "zjcs_ledger"
	logbookPart   = "公开日志"
	logbookTurn   = 250 * time.Millisecond // as the program does
	logbookLines  = 1_000_000
	logbookProofs = 2000
)

// ledger writes lines into the public log, each with a transaction and a commit of its
// own, while the sequencer of the program works beside; then asks for proofs in a log of a
// million lines.
func (b *bench) ledger(ctx context.Context) error {
	if err := b.Empty(ctx, logbook); err != nil {
		return err
	}
	pool, err := db.Open(ctx, b.URL(logbook), 16)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := db.Migrate(ctx, pool); err != nil {
		return err
	}
	if _, err := pool.Exec(ctx, `CREATE TABLE bare (id uuid PRIMARY KEY, body text NOT NULL)`); err != nil {
		return err
	}
	vault, err := b.Vault()
	if err != nil {
		return err
	}
	log := ledger.New(pool, vault, "bench/ledger", time.Now)
	if err := log.Prepare(ctx, ""); err != nil {
		return err
	}
	if err := b.appends(ctx, pool, log); err != nil {
		return err
	}
	return b.proofs(ctx, pool, log)
}

// publishedLine is as long as most: the words of a notice, some numbers, a digest.
func publishedLine(n int64) ledger.Entry {
	return ledger.Entry{Kind: "procurement-notice", Subject: uuid.New(), Region: "140821", Body: map[string]any{
		"number": fmt.Sprintf("CG20261125%06d", n), "purchaser": "临猗县某某建设项目管理有限公司", "round": 1, "poolHash": strings.Repeat("0123456789abcdef", 4),
		"terms": map[string]any{"projectName": "临猗县城区供水管网改造工程环境影响报告书编制", "ceilingFen": 12_800_000, "daysCeiling": 30, "items": []string{"ZJ0005", "ZJ0017"},
			"scope": strings.Repeat("新建供水管网及附属设施，编制环境影响报告书并协助报批。", 6)},
	}}
}

func (b *bench) appends(ctx context.Context, pool *db.Pool, log *ledger.Log) error {
	sequencing, stop := context.WithCancel(ctx)
	var fault atomic.Pointer[error]
	var wg sync.WaitGroup
	wg.Go(func() { log.Run(sequencing, logbookTurn, func(err error) { fault.Store(&err) }) })
	var n atomic.Int64
	line := func() error {
		return db.InTx(ctx, pool, func(tx db.Tx) error {
			_, err := log.AppendTx(ctx, tx, publishedLine(n.Add(1)))
			return err
		})
	}
	body := strings.Repeat("正", 400)
	bare := func() error {
		return db.InTx(ctx, pool, func(tx db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO bare (id, body) VALUES ($1, $2)`, uuid.Must(uuid.NewV7()), body)
			return err
		})
	}
	var waits []time.Duration
	rounds, each := b.rounds(5, 3*time.Second)
	for _, writers := range []int{1, 4} {
		var ours, theirs []float64
		for range rounds {
			probing, end := context.WithCancel(ctx)
			probed := make(chan error, 1)
			go func() {
				w, err := probe(probing, pool, log)
				if writers > 1 {
					waits = append(waits, w...)
				}
				probed <- err
			}()
			each1, err := writing(ctx, writers, each, line)
			end()
			if err = errors.Join(err, <-probed); err != nil {
				stop()
				return err
			}
			ours = append(ours, each1)
			if each1, err = writing(ctx, writers, each, bare); err != nil {
				stop()
				return err
			}
			theirs = append(theirs, each1)
		}
		row := report.Row{Part: logbookPart, Subject: fmt.Sprintf("写入，%d 个写者", writers), Figure: load.Median(ours), Unit: "条/秒", Peer: "同样大小的一行，一个事务", PeerAt: load.Median(theirs),
			Note: "每条一个事务、一次落盘；排序和签名同时进行"}
		if writers > 1 {
			row.Target = report.Target{Figure: true, AtLeast: 2000}
			row.Note += "；目标 10,000"
		}
		b.report.Add(row)
	}
	slices.Sort(waits)
	if len(waits) > 0 {
		b.report.Add(report.Row{Part: logbookPart, Subject: "提交后多久有序号和签名检查点，p99", Figure: ms(waits[len(waits)*99/100]), Unit: "毫秒", Target: report.Target{AtMost: 1000},
			Note: fmt.Sprintf("p50 %.0f ms，%d 次；4 个写者满负荷时", ms(waits[len(waits)/2]), len(waits))})
	}
	stop()
	wg.Wait()
	if f := fault.Load(); f != nil {
		return *f
	}
	_, err := log.Integrate(ctx)
	return err
}

// writing calls do from so many goroutines and tells how often a second it was done.
func writing(ctx context.Context, writers int, lasting time.Duration, do func() error) (float64, error) {
	var done atomic.Int64
	failed := make(chan error, writers)
	started := time.Now()
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for ctx.Err() == nil && time.Since(started) < lasting {
				if err := do(); err != nil {
					failed <- err
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	close(failed)
	return float64(done.Load()) / time.Since(started).Seconds(), <-failed
}

// probe commits one line after another and asks for each until it has its position, by
// then a checkpoint covers it.
func probe(ctx context.Context, pool *db.Pool, log *ledger.Log) (waits []time.Duration, err error) {
	turn := time.NewTicker(5 * time.Millisecond)
	defer turn.Stop()
	through := context.WithoutCancel(ctx)
	for ctx.Err() == nil {
		var id uuid.UUID
		err := db.InTx(through, pool, func(tx db.Tx) (err error) {
			id, err = log.AppendTx(through, tx, publishedLine(0))
			return err
		})
		if err != nil {
			return waits, err
		}
		committed := time.Now()
		for placed := false; !placed; {
			<-turn.C
			found, err := log.Lookup(through, []uuid.UUID{id})
			if err != nil {
				return waits, err
			}
			placed = found[id].Index != nil
		}
		waits = append(waits, time.Since(committed))
	}
	return waits, nil
}

func (b *bench) proofs(ctx context.Context, pool *db.Pool, log *ledger.Log) error {
	lines := logbookLines
	if b.quick {
		lines /= 20
	}
	h, err := log.Head(ctx)
	if err != nil {
		return err
	}
	_, err = pool.Exec(ctx, `
		WITH e AS (INSERT INTO ledger_entry (id, kind, subject, region, leaf, leaf_hash)
		           SELECT gen_random_uuid(), 'test', gen_random_uuid(), '140821', l, sha256('\x00'::bytea || l)
		           FROM (SELECT convert_to('{"id":"' || gen_random_uuid() || '","body":{"n":' || n || '}}', 'UTF8') AS l FROM generate_series(1, $1) n OFFSET 0) x RETURNING seq, id)
		INSERT INTO ledger_pending (seq, entry_id) SELECT seq, id FROM e`, max(lines-int(h.Size), 0))
	if err != nil {
		return err
	}
	started := time.Now()
	placed, err := log.Integrate(ctx)
	if err != nil {
		return err
	}
	b.report.Add(report.Row{Part: logbookPart, Subject: "积压的条目排入日志", Figure: float64(placed) / time.Since(started).Seconds(), Unit: "条/秒", Note: "一个实例"})
	if _, err := pool.Exec(ctx, `VACUUM ANALYZE ledger_entry, ledger_leaf, ledger_hash, ledger_pending`); err != nil {
		return err
	}
	if h, err = log.Head(ctx); err != nil {
		return err
	}
	took := make([]time.Duration, logbookProofs)
	for i := range took {
		started := time.Now()
		if _, err := log.Prove(ctx, strconv.FormatInt(rand.Int64N(h.Size), 10), 0); err != nil {
			return err
		}
		took[i] = time.Since(started)
	}
	slices.Sort(took)
	b.report.Add(report.Row{Part: logbookPart, Subject: fmt.Sprintf("%d 条中的一个包含证明，p50", h.Size), Figure: ms(took[len(took)/2]), Unit: "毫秒", Note: fmt.Sprintf("p99 %.1f ms；直接调用，不经 HTTP", ms(took[len(took)*99/100]))})
	return nil
}
