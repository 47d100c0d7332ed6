package ledger

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
	"zjcs/internal/testkit"
)

const (
	writerURL = "ZJCS_TEST_LEDGER_WRITER"
	writerKey = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=" // of these tests only
	origin    = "zjcs.example.test/ledger"
)

func open(t testing.TB) (*db.Pool, *Log) {
	t.Helper()
	pool := testkit.DB(t)
	return pool, on(t, pool)
}

// on is one more instance of the log over a database.
func on(t testing.TB, pool *db.Pool) *Log {
	t.Helper()
	v, err := secret.NewVault(writerKey)
	if err != nil {
		t.Fatal(err)
	}
	return New(pool, v, origin, time.Now)
}

func add(t testing.TB, pool *db.Pool, l *Log, n int) []uuid.UUID {
	t.Helper()
	var ids []uuid.UUID
	err := db.InTx(t.Context(), pool, func(tx db.Tx) error {
		ids = nil
		for i := range n {
			id, err := l.AppendTx(t.Context(), tx, Entry{Kind: "test", Subject: uuid.New(), Region: testkit.County, Body: map[string]any{"n": i, "title": strings.Repeat("公示", i%40)}})
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func integrate(t testing.TB, l *Log) int {
	t.Helper()
	n, err := l.Integrate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// site serves the log at the C2SP paths, so that it can be fetched as anyone would.
func site(t testing.TB, l *Log) string {
	t.Helper()
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, data []byte, err error) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		_, _ = w.Write(data)
	}
	mux.HandleFunc("/ledger/checkpoint", func(w http.ResponseWriter, r *http.Request) {
		h, err := l.Head(r.Context())
		answer(w, []byte(h.Checkpoint), err)
	})
	mux.HandleFunc("/ledger/key", func(w http.ResponseWriter, r *http.Request) {
		h, err := l.Head(r.Context())
		answer(w, []byte(h.Key+"\n"), err)
	})
	mux.HandleFunc("/ledger/tile/{path...}", func(w http.ResponseWriter, r *http.Request) {
		tile, err := l.Tile(r.Context(), r.PathValue("path"))
		answer(w, tile.Data, err)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

// fetched copies the log over HTTP.
func fetched(t testing.TB, l *Log) (Archive, error) {
	t.Helper()
	return Fetch(t.Context(), http.DefaultClient, site(t, l))
}

// checked copies the log and has it verified with the key and an earlier checkpoint.
func checked(t testing.TB, l *Log, key, earlier string) (Archive, error) {
	t.Helper()
	a, err := fetched(t, l)
	if err != nil {
		return a, err
	}
	_, err = a.Verify(key, earlier)
	return a, err
}

// once holds that positions run from 0 without a gap and that each of ids has one.
func once(t testing.TB, pool *db.Pool, ids []uuid.UUID) {
	t.Helper()
	var lines, leaves, pending, top, missing int
	err := pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM ledger_entry), (SELECT count(*) FROM ledger_leaf), (SELECT count(*) FROM ledger_pending),
		(SELECT coalesce(max(idx) + 1, 0) FROM ledger_leaf), (SELECT count(*) FROM unnest($1::uuid[]) u (id) WHERE NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.entry_id = u.id))`, ids).
		Scan(&lines, &leaves, &pending, &top, &missing)
	if err != nil {
		t.Fatal(err)
	}
	if lines != leaves || pending != 0 || top != leaves || missing != 0 {
		t.Fatalf("%d lines, %d positions up to %d, %d pending, %d acknowledged without one", lines, leaves, top, pending, missing)
	}
}

// writeUntilKilled is three writers, each line a transaction of its own, every fourth rolled back,
// and two sequencers; it says the id of what has committed.
func writeUntilKilled() {
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stdout, "fault:", err)
			os.Exit(1)
		}
	}
	pool, err := db.Open(ctx, os.Getenv(writerURL), 8)
	must(err)
	v, err := secret.NewVault(writerKey)
	must(err)
	l := New(pool, v, origin, time.Now)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { l.Run(ctx, time.Millisecond, must) })
	}
	for range 3 {
		wg.Go(func() {
			for i := 0; ; i++ {
				var id uuid.UUID
				err := db.InTx(ctx, pool, func(tx db.Tx) error {
					var err error
					if id, err = l.AppendTx(ctx, tx, Entry{Kind: "test", Subject: uuid.New(), Region: "140821", Body: map[string]int{"n": i}}); err == nil && i%4 == 3 {
						err = errGivenUp
					}
					return err
				})
				if errors.Is(err, errGivenUp) {
					continue
				}
				must(err)
				fmt.Fprintln(os.Stdout, id)
			}
		})
	}
	wg.Wait()
}

var errGivenUp = errors.New("given up")
