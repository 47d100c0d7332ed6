package idempotency

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

type keptRow struct {
	request []byte
	status  *int
	kind    string
	answer  []byte
}

// begin reports whether the key was free: the primary key decides between two at once.
func begin(ctx context.Context, pool *db.Pool, w Write, request []byte) (first bool, kept keptRow, err error) {
	for range 2 { // the row that was in the way may be given back before it is read
		tag, err := pool.Exec(ctx, `
			INSERT INTO idempotency (person_id, key, request) VALUES ($1, $2, $3)
			ON CONFLICT (person_id, key) DO UPDATE SET request = excluded.request, status = NULL, type = '', answer = NULL, at = now()
			WHERE idempotency.at < now() - interval '24 hours'`, w.Person, w.Key, request)
		if err != nil {
			return false, kept, fmt.Errorf("idempotency: %w", err)
		}
		if tag.RowsAffected() == 1 {
			return true, kept, nil
		}
		err = pool.QueryRow(ctx, `SELECT request, status, type, answer FROM idempotency WHERE person_id = $1 AND key = $2`, w.Person, w.Key).
			Scan(&kept.request, &kept.status, &kept.kind, &kept.answer)
		if err == nil {
			return false, kept, nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return false, kept, fmt.Errorf("idempotency: %w", err)
		}
	}
	return false, keptRow{request: request}, nil // given back and taken again: someone is at it
}

func keep(ctx context.Context, pool *db.Pool, w Write, a Answer, sealed []byte) error {
	_, err := pool.Exec(ctx, `UPDATE idempotency SET status = $3, type = $4, answer = $5 WHERE person_id = $1 AND key = $2`,
		w.Person, w.Key, a.Status, a.Type, sealed)
	if err != nil {
		return fmt.Errorf("idempotency: %w", err)
	}
	return nil
}

func forget(ctx context.Context, pool *db.Pool, w Write) error {
	if _, err := pool.Exec(ctx, `DELETE FROM idempotency WHERE person_id = $1 AND key = $2 AND status IS NULL`, w.Person, w.Key); err != nil {
		return fmt.Errorf("idempotency: %w", err)
	}
	return nil
}

func sweep(ctx context.Context, pool *db.Pool) error {
	if _, err := pool.Exec(ctx, `DELETE FROM idempotency WHERE at < now() - interval '24 hours'`); err != nil {
		return fmt.Errorf("idempotency: %w", err)
	}
	return nil
}
