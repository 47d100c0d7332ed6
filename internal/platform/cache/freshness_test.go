package cache

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// TestReadBeginsAfterTheCall is the whole promise: whatever was committed before a
// request arrived is seen by the read that answers it, however many wait.
func TestReadBeginsAfterTheCall(t *testing.T) {
	t.Parallel()
	var written atomic.Int64 // what a writer has committed
	f := &Freshness{read: func(context.Context) (Versions, error) {
		return Versions{"agency": written.Load()}, nil // the read sees what is committed when it begins
	}}
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for range 200 {
				before := written.Add(1)
				v, err := f.Now(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				if v["agency"] < before {
					t.Errorf("read %d, but %d was committed before the call", v["agency"], before)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestReadIsShared: requests that wait together cost one query.
func TestReadIsShared(t *testing.T) {
	t.Parallel()
	reads := make(chan struct{}, 100)
	release := make(chan struct{})
	f := &Freshness{read: func(context.Context) (Versions, error) {
		reads <- struct{}{}
		<-release
		return Versions{}, nil
	}}
	var wg sync.WaitGroup
	first := make(chan struct{})
	wg.Go(func() { close(first); _, _ = f.Now(t.Context()) })
	<-first
	<-reads // the first read is under way; everyone from here on waits for the second
	const waiting = 50
	entered := make(chan struct{}, waiting)
	for range waiting {
		wg.Go(func() { entered <- struct{}{}; _, _ = f.Now(t.Context()) })
	}
	for range waiting {
		<-entered
	}
	close(release)
	wg.Wait()
	// Those that entered Now only after the second read began may need a third.
	if extra := len(reads); extra > 3 {
		t.Fatalf("%d further reads for %d waiting requests", extra, waiting)
	}
}

// TestCallerGivesUpAlone: one impatient caller neither fails nor delays the others.
func TestCallerGivesUpAlone(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	f := &Freshness{read: func(context.Context) (Versions, error) {
		<-release
		return Versions{"agency": 7}, nil
	}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Now(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("err = %v", err)
	}
	done := make(chan Versions)
	go func() { v, _ := f.Now(t.Context()); done <- v }()
	close(release)
	if v := <-done; v["agency"] != 7 {
		t.Fatalf("v = %v", v)
	}
}

// TestEveryWriteRaisesItsCounter changes each published table by hand, in SQL, as
// no use case would, and sees its scope rise; a statement that changes nothing does not.
func TestEveryWriteRaisesItsCounter(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	ctx := t.Context()
	exec := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	f := NewFreshness(pool)
	scopeOf := func(scope string) int64 {
		t.Helper()
		v, err := f.Now(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return v[scope]
	}
	const batch = `'00000000-0000-0000-0000-000000000001'`
	exec(`INSERT INTO import_batch (id, kind, source, file_name, sha256) VALUES (` + batch + `, 'regions', 's', 'f', 'x')`)
	for _, step := range []struct {
		scope, sql string
		raises     bool
	}{
		{"region", `INSERT INTO region VALUES ('140800', '运城市', 'city', NULL, ` + batch + `)`, true},
		{"region", `UPDATE region SET name = '运城' WHERE code = '140800'`, true},
		{"region", `UPDATE region SET name = '运城' WHERE code = '999999'`, false},
		{"catalog", `INSERT INTO department VALUES (gen_random_uuid(), '140800', '住建')`, true},
		{"catalog", `INSERT INTO department VALUES (gen_random_uuid(), '140800', '住建') ON CONFLICT DO NOTHING`, false},
		{"catalog", `INSERT INTO approval_item (id, name) VALUES (gen_random_uuid(), '施工许可')`, true},
		{"catalog", `DELETE FROM department`, true},
		{"agency", `TRUNCATE agency_item`, true},
		{"announcement", `INSERT INTO announcement VALUES (gen_random_uuid(), 'notice', 't', 'b', '140800', now(), true, ` + batch + `)`, true},
		{"announcement", `DELETE FROM announcement WHERE title = 'none'`, false},
	} {
		before := scopeOf(step.scope)
		exec(step.sql)
		if rose := scopeOf(step.scope) > before; rose != step.raises {
			t.Errorf("%s: counter %s rose = %v, want %v", step.sql, step.scope, rose, step.raises)
		}
	}
}

func TestAnswerEndsWithTheDay(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	a := &Answer{Scopes: []string{"agency"}, Seen: Versions{"agency": 3}, Until: midnight}
	same, other := Versions{"agency": 3, "expert": 9}, Versions{"agency": 4}
	for _, c := range []struct {
		now  Versions
		at   time.Time
		want bool
	}{
		{same, midnight.Add(-time.Second), true},
		{same, midnight, false},
		{other, midnight.Add(-time.Second), false},
	} {
		if got := a.Fresh(c.now, c.at); got != c.want {
			t.Errorf("Fresh(%v, %v) = %v", c.now, c.at, got)
		}
	}
}
