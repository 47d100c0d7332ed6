package exchange

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// exclusive runs fn while no other delivery of the kind is being taken in, by this or
// another process. The lock lives in a transaction that does nothing else, so it works
// through a connection balancer and is gone when this process is.
func exclusive(ctx context.Context, pool *db.Pool, kind provenance.Kind, fn func() error) error {
	tx, err := pool.Begin(ctx)
	if err != nil {
		return fmt.Errorf("import lock: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	if _, err := tx.Exec(ctx, `SET LOCAL idle_in_transaction_session_timeout = 0`); err != nil {
		return fmt.Errorf("import lock: %w", err)
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('zjcs import'), hashtext($1))`, string(kind)); err != nil {
		return fmt.Errorf("import lock: %w", err)
	}
	return fn()
}

// storeTries bounds how often a part is stored anew because someone else, outside any
// delivery, created one of its records in the same moment.
const storeTries = 4

// inPart runs fn in a transaction whose commit does not wait for the disk: the last
// commit of a delivery does, and with it all before.
func inPart(ctx context.Context, pool *db.Pool, fn func(tx db.Tx) error) error {
	var err error
	for range storeTries {
		err = db.InTx(ctx, pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `SET LOCAL synchronous_commit = off`); err != nil {
				return err
			}
			return fn(tx)
		})
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "23505" {
			return err
		}
	}
	return err
}

// lastFinished is the digest of the last delivery of that kind and name that was
// taken in whole; "" when there is none.
func lastFinished(ctx context.Context, q db.Querier, kind provenance.Kind, fileName string) (string, error) {
	var sum string
	err := q.QueryRow(ctx, `
		SELECT sha256 FROM import_batch
		WHERE kind = $1 AND file_name = $2 AND finished_at IS NOT NULL
		ORDER BY started_at DESC LIMIT 1`, kind, fileName).Scan(&sum)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("last delivery: %w", err)
	}
	return sum, nil
}
