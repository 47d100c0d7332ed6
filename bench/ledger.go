package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/google/uuid"

	"zjcs/bench/load"
	"zjcs/bench/report"
	"zjcs/internal/ledger"
	"zjcs/internal/platform/db"
)

const (
	logbook    = "zjcs_ledger"
	ledgerPart = "公开日志"
	ledgerTurn = 250 * time.Millisecond // as the program's
)

// written is a line by its id and when its transaction had committed.
type written struct {
	id uuid.UUID
	at time.Time
}

// sequenced tells how large the log was when a turn of the sequencer had returned.
type sequenced struct {
	size int64
	at   time.Time
}

// ledger appends from one and from four writers, each line its own committed
// transaction, while a sequencer gives positions beside them. The peer is the least that
// a line could cost: a committed transaction that inserts one row of the same bytes.
func (b *bench) ledger(ctx context.Context) error {
	if err := b.Empty(ctx, logbook); err != nil {
		return err
	}
	if _, err := b.Run(ctx, logbook, "migrate"); err != nil {
		return err
	}
	pool, err := db.Open(ctx, b.URL(logbook), 16)
	if err != nil {
		return err
	}
	defer pool.Close()
	vault, err := b.Vault()
	if err != nil {
		return err
	}
	if _, err := pool.Exec(ctx, `CREATE TABLE bench_line (id uuid PRIMARY KEY, leaf bytea NOT NULL, hash bytea NOT NULL)`); err != nil {
		return err
	}
	log := ledger.New(pool, vault, "bench.example/ledger", time.Now)
	if err := b.Checkpoint(ctx); err != nil {
		return err
	}
	rounds, each := b.rounds(5, 4*time.Second)
	var size int64
	for _, w := range []struct {
		writers int
		target  report.Target
	}{{1, report.Target{}}, {4, report.Target{AtLeast: 2000, Figure: true}}} {
		var rates, bare []float64
		var waits []time.Duration
		for range rounds {
			rate, late, err := ledgerRound(ctx, log, pool, w.writers, each, &size)
			if err != nil {
				return err
			}
			n, err := bareRound(ctx, pool, w.writers, each)
			if err != nil {
				return err
			}
			rates, bare, waits = append(rates, rate), append(bare, n), append(waits, late...)
		}
		slices.Sort(waits)
		b.report.Add(report.Row{Part: ledgerPart, Subject: fmt.Sprintf("写入，%d 个写入者，每条一次提交", w.writers), Figure: load.Median(rates), Unit: "条/秒", Peer: "只插入一行同样的字节", PeerAt: load.Median(bare),
			Target: w.target, Note: fmt.Sprintf("定序同时进行；%d 轮 × %s；目标是一万", rounds, each)})
		b.report.Add(report.Row{Part: ledgerPart, Subject: fmt.Sprintf("从提交到有了位置和签名检查点，%d 个写入者，p99", w.writers), Figure: ms(waits[len(waits)*99/100]), Unit: "毫秒",
			Target: report.Target{AtMost: 1000}, Note: fmt.Sprintf("p50 %.0f ms；%d 条；每 %s 定序一次", ms(waits[len(waits)/2]), len(waits), ledgerTurn)})
	}
	return nil
}

// ledgerRound appends for a while. It wants every line in the log, once, and adds them to
// size.
func ledgerRound(ctx context.Context, log *ledger.Log, pool *db.Pool, writers int, each time.Duration, size *int64) (rate float64, waits []time.Duration, err error) {
	sequencing, stop := context.WithCancel(ctx)
	defer stop()
	var turns []sequenced
	grown := *size
	turn := func(ctx context.Context) error {
		n, err := log.Integrate(ctx)
		if grown += int64(n); n > 0 {
			turns = append(turns, sequenced{grown, time.Now()})
		}
		return err
	}
	ended := make(chan error, 1)
	go func() {
		tick := time.NewTicker(ledgerTurn)
		defer tick.Stop()
		for {
			select {
			case <-sequencing.Done():
				ended <- nil
				return
			case <-tick.C:
				if err := turn(ctx); err != nil {
					ended <- err
					return
				}
			}
		}
	}()
	lines, took, err := writeAll(ctx, writers, each, func(ctx context.Context) (id uuid.UUID, err error) {
		err = db.InTx(ctx, pool, func(tx db.Tx) error {
			id, err = log.AppendTx(ctx, tx, ledger.Entry{Kind: "bench", Subject: uuid.New(), Region: "140800", Body: ledgerBody})
			return err
		})
		return id, err
	})
	if err == nil { // the turn that all lines wait for at most
		select {
		case <-time.After(ledgerTurn):
		case <-ctx.Done():
		}
	}
	stop()
	if err = errors.Join(err, <-ended, turn(ctx)); err != nil {
		return 0, nil, err
	}
	if grown != *size+int64(len(lines)) {
		return 0, nil, fmt.Errorf("%d lines were written, %d got a position", len(lines), grown-*size)
	}
	waits, err = waitsOf(ctx, pool, *size, lines, turns)
	*size = grown
	return float64(len(lines)) / took.Seconds(), waits, err
}

// ledgerBody is of the size of a step's line, such as a draw's.
var ledgerBody = map[string]any{
	"purpose": "selection", "attempt": 1, "key": "d3f6a1.5a.61c0ffee/", "poolHash": "8d1f0c5be0a2b3b8f5d9e7c6a4918273645566778899aabbccddeeff00112233",
	"evidence": "0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0", "note": "取得熵源：drand 选取时间之后的第一轮",
}

// waitsOf is how long each line waited for the turn that gave it its position to return.
func waitsOf(ctx context.Context, pool *db.Pool, from int64, lines []written, turns []sequenced) ([]time.Duration, error) {
	at := make(map[uuid.UUID]int64, len(lines))
	rows, err := pool.Query(ctx, `SELECT entry_id, idx FROM ledger_leaf WHERE idx >= $1`, from)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		var idx int64
		if err := rows.Scan(&id, &idx); err != nil {
			return nil, err
		}
		at[id] = idx
	}
	waits := make([]time.Duration, 0, len(lines))
	for _, l := range lines {
		idx, there := at[l.id]
		n := sort.Search(len(turns), func(i int) bool { return turns[i].size > idx })
		if !there || n == len(turns) {
			return nil, fmt.Errorf("line %s has no position", l.id)
		}
		waits = append(waits, max(0, turns[n].at.Sub(l.at)))
	}
	return waits, rows.Err()
}

// bareRound commits rows of the same bytes.
func bareRound(ctx context.Context, pool *db.Pool, writers int, each time.Duration) (float64, error) {
	leaf, hash := make([]byte, 700), make([]byte, 32)
	rand.Read(leaf)
	lines, took, err := writeAll(ctx, writers, each, func(ctx context.Context) (uuid.UUID, error) {
		id := uuid.Must(uuid.NewV7())
		return id, db.InTx(ctx, pool, func(tx db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO bench_line (id, leaf, hash) VALUES ($1, $2, $3)`, id, leaf, hash)
			return err
		})
	})
	return float64(len(lines)) / took.Seconds(), err
}

// writeAll lets that many write one after the other for a while.
func writeAll(ctx context.Context, writers int, each time.Duration, write func(context.Context) (uuid.UUID, error)) ([]written, time.Duration, error) {
	var mu sync.Mutex
	var all []written
	var faults []error
	var wg sync.WaitGroup
	started := time.Now()
	for range writers {
		wg.Go(func() {
			var own []written
			var fault error
			for fault == nil && ctx.Err() == nil && time.Since(started) < each {
				var id uuid.UUID
				if id, fault = write(ctx); fault == nil {
					own = append(own, written{id, time.Now()})
				}
			}
			mu.Lock()
			defer mu.Unlock()
			all, faults = append(all, own...), append(faults, fault)
		})
	}
	wg.Wait()
	return all, time.Since(started), errors.Join(append(faults, ctx.Err())...)
}
