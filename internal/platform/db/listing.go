package db

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Statement is SQL with its arguments.
type Statement struct {
	SQL  string
	Args []any
}

// Listing is how one page of a list is read: the bounded count of all that match,
// and the rows of the page, one more than it shows.
type Listing struct{ Count, Rows Statement }

// Listed is what a Listing found.
type Listed[T any] struct {
	Rows  []T
	Total int
}

// NewListLoader loads pages of a list, each asked for by its filter and cursor (K).
// Pages asked for together go to the database in one round trip, and pages of one
// filter share its count.
func NewListLoader[K comparable, T any](pool *Pool, build func(K) Listing, scan pgx.RowToFunc[T]) *Loader[K, Listed[T]] {
	return NewLoader(func(ctx context.Context, keys []K) (map[K]Listed[T], error) {
		return readLists(ctx, pool, keys, build, scan)
	})
}

func readLists[K comparable, T any](ctx context.Context, pool *Pool, keys []K, build func(K) Listing, scan pgx.RowToFunc[T]) (map[K]Listed[T], error) {
	var b pgx.Batch
	out := make(map[K]Listed[T], len(keys))
	totals := map[string]*int{}
	totalOf := make(map[K]*int, len(keys))
	for _, k := range keys {
		l := build(k)
		same := fmt.Sprintf("%s %v", l.Count.SQL, l.Count.Args)
		total, queued := totals[same]
		if !queued {
			total = new(int)
			totals[same] = total
			b.Queue(l.Count.SQL, l.Count.Args...).QueryRow(func(row pgx.Row) error { return row.Scan(total) })
		}
		totalOf[k] = total
		b.Queue(l.Rows.SQL, l.Rows.Args...).Query(func(rows pgx.Rows) error {
			found, err := pgx.CollectRows(rows, scan)
			out[k] = Listed[T]{Rows: found}
			return err
		})
	}
	if err := pool.SendBatch(ctx, &b).Close(); err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	for k, l := range out {
		l.Total = *totalOf[k]
		out[k] = l
	}
	return out, nil
}

// CountUpTo is the statement that counts the rows of from under w, but no further
// than one beyond limit.
func CountUpTo(limit int, from string, w *Where) Statement {
	return Statement{
		SQL:  fmt.Sprintf(`SELECT count(*) FROM (SELECT FROM %s WHERE %s LIMIT %d) c`, from, w.SQL(), limit+1),
		Args: w.Args[:len(w.Args):len(w.Args)], // what w gathers later is not the count's
	}
}
