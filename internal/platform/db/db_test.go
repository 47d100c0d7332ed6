package db_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"pgregory.net/rapid"

	"zjcs/internal/platform/db"
	"zjcs/internal/testkit"
	"zjcs/migrations"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// TestInTxRepeatsWhatLostARace has two transactions deadlock on purpose: both end
// committed, and each change is there once.
func TestInTxRepeatsWhatLostARace(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	ctx := t.Context()
	if _, err := pool.Exec(ctx, `CREATE TABLE account (id int PRIMARY KEY, n int); INSERT INTO account VALUES (1, 0), (2, 0)`); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	firstLocks := make(chan struct{}, 2)
	var together sync.WaitGroup
	together.Add(2)
	for _, order := range [][2]int{{1, 2}, {2, 1}} {
		wg.Go(func() {
			tries := 0
			err := db.InTx(ctx, pool, func(tx db.Tx) error {
				tries++
				if _, err := tx.Exec(ctx, `UPDATE account SET n = n + 1 WHERE id = $1`, order[0]); err != nil {
					return err
				}
				if tries == 1 { // both hold their first row before either asks for the second
					firstLocks <- struct{}{}
					together.Done()
					together.Wait()
				}
				_, err := tx.Exec(ctx, `UPDATE account SET n = n + 1 WHERE id = $1`, order[1])
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var a, b int
	if err := pool.QueryRow(ctx, `SELECT min(n), max(n) FROM account`).Scan(&a, &b); err != nil {
		t.Fatal(err)
	}
	if a != 2 || b != 2 {
		t.Fatalf("n = %d..%d, want 2: a change was lost or done twice", a, b)
	}
}

func TestInTxRollsBack(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	ctx := t.Context()
	boom := errors.New("boom")
	err := db.InTx(ctx, pool, func(tx db.Tx) error {
		if _, err := tx.Exec(ctx, `CREATE TABLE half (a int)`); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	var exists bool
	if err := pool.QueryRow(ctx, `SELECT to_regclass('half') IS NOT NULL`).Scan(&exists); err != nil || exists {
		t.Fatalf("half-done work stayed (%v)", err)
	}
}

// TestMigrationsAreReversible runs every migration down and up again.
func TestMigrationsAreReversible(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	std := stdlib.OpenDBFromPool(pool)
	defer std.Close()
	p, err := goose.NewProvider(goose.DialectPostgres, std, migrations.FS)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.DownTo(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if pending, err := db.Pending(t.Context(), pool); err != nil || pending {
		t.Fatalf("pending = %v, %v", pending, err)
	}
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || len(names) < 3 {
		t.Fatalf("%v %v", names, err)
	}
}

// TestManyInstancesMigrateAtOnce: on an empty database, with no harm.
func TestManyInstancesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	if _, err := pool.Exec(t.Context(), `DROP SCHEMA public CASCADE; CREATE SCHEMA public`); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := db.Migrate(context.WithoutCancel(t.Context()), pool); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestWhereKeepsValuesOutOfSQL: whatever a value holds, it is an argument.
func TestWhereKeepsValuesOutOfSQL(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "values")
		w := &db.Where{}
		for _, v := range values {
			w.Add("a = ?", v)
		}
		sql := w.SQL()
		if strings.Count(sql, "$") != len(values) || strings.Contains(sql, "?") || len(w.Args) != len(values) {
			t.Fatalf("%s with %d args", sql, len(w.Args))
		}
	})
}

func TestEscapeLikeMatchesItself(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	for _, s := range []string{`%`, `_`, `\`, `a%b_c\d`, `100%_`} {
		var self, other bool
		if err := pool.QueryRow(t.Context(), `SELECT $1::text LIKE $2, 'axbxcxd' LIKE $2`, s, db.EscapeLike(s)).Scan(&self, &other); err != nil {
			t.Fatal(err)
		}
		if !self || other {
			t.Errorf("%q: matches itself %v, another %v", s, self, other)
		}
	}
}
