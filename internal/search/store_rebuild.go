package search

import (
	"context"
	"fmt"

	"zjcs/internal/platform/db"
)

// rebuildMark is what a rebuild remembers of the moment it began.
type rebuildMark struct {
	seq           int64 // entries up to here are seen by it
	regionVersion int64
}

// rebuildAlone runs fn while no other rebuild and no drain does. The lock belongs to a
// connection, so a killed program lets go of it.
func rebuildAlone(ctx context.Context, pool *db.Pool, fn func() error) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("rebuild index: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, lockRebuild); err != nil {
		return fmt.Errorf("rebuild index: %w", err)
	}
	err = fn()
	if _, unlock := conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, lockRebuild); unlock != nil && err == nil {
		err = fmt.Errorf("rebuild index: %w", unlock)
	}
	return err
}

// beginRebuild waits for every writer under way; from here on writers also note what
// they index.
func beginRebuild(ctx context.Context, tx db.Tx) (m rebuildMark, err error) {
	if _, err = tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockSwap); err == nil {
		err = tx.QueryRow(ctx, `
			WITH s AS (UPDATE search_state SET rebuilding = true)
			SELECT coalesce((SELECT max(seq) FROM search_outbox), 0), n FROM content_version WHERE scope = 'region'`).Scan(&m.seq, &m.regionVersion)
	}
	if err != nil {
		return m, fmt.Errorf("rebuild index: %w", err)
	}
	return m, nil
}

// lateRefs waits for every writer under way and returns what was indexed since the
// rebuild began. Until tx ends nobody indexes.
func lateRefs(ctx context.Context, tx db.Tx) ([]Ref, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockSwap); err != nil {
		return nil, fmt.Errorf("rebuild index: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT kind, key FROM search_outbox WHERE late`)
	if err != nil {
		return nil, fmt.Errorf("rebuild index: %w", err)
	}
	return collectRefs(rows)
}

func endRebuild(ctx context.Context, tx db.Tx, m rebuildMark) error {
	if _, err := tx.Exec(ctx, `DELETE FROM search_outbox WHERE late OR seq <= $1`, m.seq); err != nil {
		return fmt.Errorf("rebuild index: %w", err)
	}
	_, err := tx.Exec(ctx, `UPDATE search_state SET rebuilding = false, region_version = $1, format = $2, rebuilt_at = clock_timestamp()`,
		m.regionVersion, indexFormat)
	if err != nil {
		return fmt.Errorf("rebuild index: %w", err)
	}
	return nil
}

// abandonRebuild lets writers stop noting what they index: no rebuild is under way.
func abandonRebuild(ctx context.Context, q db.Querier) error {
	if _, err := q.Exec(ctx, `UPDATE search_state SET rebuilding = false WHERE rebuilding`); err != nil {
		return fmt.Errorf("rebuild index: %w", err)
	}
	return nil
}
