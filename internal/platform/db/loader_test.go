package db_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"zjcs/internal/platform/db"
)

// TestLoaderAnswersEveryone: each caller gets its own key's record, read after it asked.
func TestLoaderAnswersEveryone(t *testing.T) {
	t.Parallel()
	var written atomic.Int64
	l := db.NewLoader(func(_ context.Context, keys []int) (map[int][2]int64, error) {
		now := written.Load()
		out := map[int][2]int64{}
		seen := map[int]bool{}
		for _, k := range keys {
			if seen[k] {
				t.Errorf("key %d asked twice in one query", k)
			}
			seen[k] = true
			if k%7 != 0 {
				out[k] = [2]int64{int64(k), now}
			}
		}
		return out, nil
	})
	var wg sync.WaitGroup
	const callers, calls = 100, 50
	for c := range callers {
		wg.Go(func() {
			for i := range calls {
				key := (c*calls + i) % 211
				before := written.Add(1)
				v, ok, err := l.Get(t.Context(), key)
				switch {
				case err != nil:
					t.Error(err)
				case ok != (key%7 != 0):
					t.Errorf("key %d found = %v", key, ok)
				case ok && (v[0] != int64(key) || v[1] < before):
					t.Errorf("key %d: got %v, written before %d", key, v, before)
				}
			}
		})
	}
	wg.Wait()
}

// TestLoaderFailureReachesItsCallers and no one after them.
func TestLoaderFailureReachesItsCallers(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	fail := true
	l := db.NewLoader(func(context.Context, []string) (map[string]int, error) {
		if fail {
			return nil, boom
		}
		return map[string]int{"a": 1}, nil
	})
	if _, _, err := l.Get(t.Context(), "a"); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	fail = false
	if v, ok, err := l.Get(t.Context(), "a"); v != 1 || !ok || err != nil {
		t.Fatal(v, ok, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := l.Get(ctx, "a"); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// TestLoaderOneBadKeyIsItsCallersAlone: a key that the database refuses fails whoever
// asked for it, not those who happened to ask at the same time.
func TestLoaderOneBadKeyIsItsCallersAlone(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	busy := make(chan struct{}, 2)
	release := make(chan struct{})
	var queries atomic.Int64
	l := db.NewLoader(func(_ context.Context, keys []string) (map[string]string, error) {
		queries.Add(1)
		if keys[0] == "first" || keys[0] == "second" { // while these two run, the others gather
			busy <- struct{}{}
			<-release
		}
		out := map[string]string{}
		for _, k := range keys {
			if k == "bad" {
				return nil, boom
			}
			out[k] = k
		}
		return out, nil
	})
	var wg sync.WaitGroup
	for _, key := range []string{"first", "second"} {
		wg.Go(func() { _, _, _ = l.Get(t.Context(), key) })
		<-busy
	}
	for range 4 {
		for _, key := range []string{"a", "bad", "b", "c"} {
			wg.Go(func() {
				v, ok, err := l.Get(t.Context(), key)
				if key == "bad" {
					if !errors.Is(err, boom) {
						t.Errorf("bad: %v", err)
					}
				} else if v != key || !ok || err != nil {
					t.Errorf("%s: %q %v %v", key, v, ok, err)
				}
			})
		}
	}
	close(release)
	wg.Wait()
	// 16 calls for 4 keys; whoever came before the two ended shared one query, which was
	// asked again key by key because one key was bad.
	if n := queries.Load(); n > 2+16+4 {
		t.Errorf("%d queries", n)
	}
}
