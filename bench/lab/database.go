package lab

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const waitReady = 2 * time.Minute

// Database makes a database and fills it, unless one is there that was filled under
// the same key; the key is kept as the database's comment.
func (l *Lab) Database(ctx context.Context, name, key string, fill func() error) error {
	admin, err := l.Connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	var have *string
	err = admin.QueryRow(ctx, `SELECT (SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1)`, name).Scan(&have)
	if err != nil {
		return err
	}
	if have != nil && *have == key {
		return nil
	}
	if err := l.Empty(ctx, name); err != nil {
		return err
	}
	if err := fill(); err != nil {
		return err
	}
	conn, err := l.Connect(ctx, name)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	// Autovacuum would come to it in its own time, during someone's round.
	if _, err := conn.Exec(ctx, `VACUUM (ANALYZE)`); err != nil {
		return err
	}
	_, err = admin.Exec(ctx, fmt.Sprintf(`COMMENT ON DATABASE %s IS '%s'`, pgx.Identifier{name}.Sanitize(), key))
	return err
}

// Empty makes a database anew, with nothing in it.
func (l *Lab) Empty(ctx context.Context, name string) error {
	admin, err := l.Connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	id := pgx.Identifier{name}.Sanitize()
	if _, err := admin.Exec(ctx, `DROP DATABASE IF EXISTS `+id+` WITH (FORCE)`); err != nil {
		return err
	}
	_, err = admin.Exec(ctx, `CREATE DATABASE `+id)
	return err
}

// Drop removes a database.
func (l *Lab) Drop(ctx context.Context, name string) error {
	admin, err := l.Connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	_, err = admin.Exec(ctx, `DROP DATABASE IF EXISTS `+pgx.Identifier{name}.Sanitize()+` WITH (FORCE)`)
	return err
}

// Checkpoint writes out what preparation left dirty, so that no round pays for it.
func (l *Lab) Checkpoint(ctx context.Context) error {
	admin, err := l.Connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	_, err = admin.Exec(ctx, `CHECKPOINT`)
	return err
}
