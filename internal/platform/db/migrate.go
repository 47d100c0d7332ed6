package db

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"zjcs/migrations"
)

// Migrate brings the schema, and the job queue's own tables, to this program's
// version. Several instances may call it at once: one works, the others wait.
func Migrate(ctx context.Context, pool *pgxpool.Pool) error {
	std := stdlib.OpenDBFromPool(pool)
	defer std.Close()
	p, err := provider(std)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := migrateQueue(ctx, pool); err != nil {
		return fmt.Errorf("migrate job queue: %w", err)
	}
	return nil
}

// queueLock is the advisory lock under which the job queue's tables are migrated.
const queueLock = 0x7a6a6373 // "zjcs"

// migrateQueue holds a lock of its own: River, unlike goose, takes none, and two
// instances that begin on an empty database would both make its types.
func migrateQueue(ctx context.Context, pool *pgxpool.Pool) error {
	queue, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return err
	}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	defer conn.Conn().Close(context.WithoutCancel(ctx)) // the session's end frees the lock, whatever happened
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, queueLock); err != nil {
		return err
	}
	_, err = queue.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// Pending reports whether the database is older than this program.
func Pending(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	std := stdlib.OpenDBFromPool(pool)
	defer std.Close()
	p, err := provider(std)
	if err != nil {
		return false, err
	}
	return p.HasPending(ctx)
}

func provider(std *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, std, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return p, nil
}
