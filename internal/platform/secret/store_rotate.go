package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

// Column is one column of sealed values, with the digest beside it if it has one.
type Column struct {
	Table, Key    string // Key is the primary key, of one column
	Sealed, Field string // the column, and the field its values are sealed for
	DigestColumn  string // empty: none
	DigestField   string
}

func (c Column) String() string { return c.Table + "." + c.Sealed }

// Rotated is what a rotation found in one column.
type Rotated struct {
	Column  Column
	Total   int64 // values when the pass began
	Read    int64
	Changed int64
}

const (
	rotateBatch = 500
	// maxPasses bounds how often a column is walked because values under an old key
	// appeared behind the walk.
	maxPasses = 5
)

// Rotate brings every value of the columns, and its digest, under the vault's current
// key, and proves it: each value is opened, and a column is done only after a pass that
// found nothing to change. Killed at any point it has lost nothing and is simply run
// again; the program may go on reading and writing with the same keys meanwhile.
//
// It stops at a value that no key opens (apperr.Invalid), at two rows that turn out to
// be one person (apperr.Conflict), and where something keeps writing under an old key
// (apperr.Conflict). What was done until then stays.
func Rotate(ctx context.Context, pool *db.Pool, v *Vault, columns []Column, progress func(Rotated)) ([]Rotated, error) {
	var done []Rotated
	for _, c := range columns {
		w := walk{Column: c, pool: pool, vault: v, progress: progress}
		sum := Rotated{Column: c}
		for pass := 1; ; pass++ {
			found, err := w.pass(ctx)
			sum.Total, sum.Read = found.Total, found.Read
			sum.Changed += found.Changed
			if err != nil {
				return append(done, sum), err
			}
			if found.Changed == 0 {
				break
			}
			if pass == maxPasses {
				return append(done, sum), apperr.New(apperr.Conflict, "%s 里不断出现旧密钥加密的值：还有程序在用旧密钥运行。请先让所有实例都以新密钥为 ZJCS_SECRET_KEY 重新启动，再轮换", c)
			}
		}
		done = append(done, sum)
	}
	return done, nil
}

type walk struct {
	Column
	pool     *db.Pool
	vault    *Vault
	progress func(Rotated)
	keyType  string
}

// sealedRow is one value as stored.
type sealedRow struct {
	key            string
	sealed, digest []byte
}

// pass reads the column once, in order of the key, and changes what is not current.
func (w *walk) pass(ctx context.Context) (Rotated, error) {
	r := Rotated{Column: w.Column}
	err := w.pool.QueryRow(ctx, `SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = $2`,
		name(w.Table), w.Key).Scan(&w.keyType)
	if err != nil {
		return r, fmt.Errorf("rotate %s: %w", w, err)
	}
	count := fmt.Sprintf(`SELECT count(*) FROM %s WHERE %s IS NOT NULL`, name(w.Table), name(w.Sealed))
	if err := w.pool.QueryRow(ctx, count).Scan(&r.Total); err != nil {
		return r, fmt.Errorf("rotate %s: %w", w, err)
	}
	after := ""
	for {
		rows, err := w.read(ctx, w.pool, after)
		if err != nil || len(rows) == 0 {
			return r, err
		}
		after = rows[len(rows)-1].key
		var stale []string
		for _, row := range rows {
			_, same, err := w.renew(row)
			if err != nil {
				return r, err
			}
			if !same {
				stale = append(stale, row.key)
			}
		}
		changed, err := w.change(ctx, stale)
		if err != nil {
			return r, err
		}
		r.Read += int64(len(rows))
		r.Changed += changed
		if w.progress != nil {
			w.progress(r)
		}
	}
}

// renew is the row under the current key, and whether it was so already.
func (w *walk) renew(row sealedRow) (sealedRow, bool, error) {
	value, err := w.vault.Open(w.Field, row.sealed)
	if err != nil {
		return row, false, apperr.New(apperr.Invalid, "%s（%s = %s）里有现有密钥打不开的值。请把加密它的密钥补入 ZJCS_SECRET_KEY_PREVIOUS 后重新轮换；在此之前不要丢弃任何密钥",
			w.Column, w.Key, row.key).Because(err)
	}
	out, same := row, true
	if w.vault.Stale(row.sealed) {
		out.sealed, same = w.vault.Seal(w.Field, value), false
	}
	if w.DigestColumn != "" {
		out.digest = w.vault.Digest(w.DigestField, value)
		same = same && bytes.Equal(out.digest, row.digest)
	}
	return out, same, nil
}

// change renews the rows of the keys, as they are once nobody else can change them. Its
// commit waits for the disk: the old key may be thrown away after the last one.
func (w *walk) change(ctx context.Context, keys []string) (int64, error) {
	if len(keys) == 0 {
		return 0, nil
	}
	var changed int64
	err := db.InTx(ctx, w.pool, func(tx db.Tx) error {
		changed = 0
		rows, err := w.lock(ctx, tx, keys)
		if err != nil {
			return err
		}
		var keys []string
		var sealed, digests [][]byte
		for _, row := range rows {
			renewed, same, err := w.renew(row)
			if err != nil {
				return err
			}
			if !same {
				keys, sealed, digests = append(keys, renewed.key), append(sealed, renewed.sealed), append(digests, renewed.digest)
			}
		}
		changed = int64(len(keys))
		return w.write(ctx, tx, keys, sealed, digests)
	})
	return changed, err
}

// digestOrNull is the digest's column, or nothing where there is none.
func (w *walk) digestOrNull() string {
	if w.DigestColumn == "" {
		return "NULL::bytea"
	}
	return name(w.DigestColumn)
}

func (w *walk) read(ctx context.Context, q db.Querier, after string) ([]sealedRow, error) {
	var where db.Where
	where.Add(name(w.Sealed) + " IS NOT NULL")
	if after != "" {
		where.Add(fmt.Sprintf("%s > ?::text::%s", name(w.Key), w.keyType), after)
	}
	// By t.key: the bare name would be the text beside it, which has another order.
	return w.collect(ctx, q, fmt.Sprintf(`SELECT %[1]s::text, %[2]s, %[3]s FROM %[4]s t WHERE %[5]s ORDER BY t.%[1]s LIMIT %[6]d`,
		name(w.Key), name(w.Sealed), w.digestOrNull(), name(w.Table), where.SQL(), rotateBatch), where.Args...)
}

func (w *walk) lock(ctx context.Context, tx db.Tx, keys []string) ([]sealedRow, error) {
	return w.collect(ctx, tx, fmt.Sprintf(`SELECT %[1]s::text, %[2]s, %[3]s FROM %[4]s t WHERE %[1]s = ANY ($1::text[]::%[5]s[]) AND %[2]s IS NOT NULL ORDER BY t.%[1]s FOR UPDATE`,
		name(w.Key), name(w.Sealed), w.digestOrNull(), name(w.Table), w.keyType), keys)
}

func (w *walk) collect(ctx context.Context, q db.Querier, sql string, args ...any) ([]sealedRow, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("rotate %s: %w", w, err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s sealedRow, err error) {
		err = row.Scan(&s.key, &s.sealed, &s.digest)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("rotate %s: %w", w, err)
	}
	return out, nil
}

func (w *walk) write(ctx context.Context, tx db.Tx, keys []string, sealed, digests [][]byte) error {
	if len(keys) == 0 {
		return nil
	}
	set := name(w.Sealed) + " = u.sealed"
	if w.DigestColumn != "" {
		set += ", " + name(w.DigestColumn) + " = u.digest"
	}
	_, err := tx.Exec(ctx, fmt.Sprintf(`
		UPDATE %s t SET %s FROM unnest($1::text[]::%s[], $2::bytea[], $3::bytea[]) AS u(key, sealed, digest) WHERE t.%s = u.key`,
		name(w.Table), set, w.keyType, name(w.Key)), keys, sealed, digests)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return apperr.New(apperr.Conflict, "%s 里有两条记录是同一个人（%s），请先合并再轮换", w.Table, pg.ConstraintName).Because(err)
	}
	if err != nil {
		return fmt.Errorf("rotate %s: %w", w, err)
	}
	return nil
}

func name(s string) string { return pgx.Identifier{s}.Sanitize() }
