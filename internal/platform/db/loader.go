package db

import (
	"context"
	"sync"
	"time"
)

// Loader reads single records for many callers at once: those who ask while a query
// is under way share the next one. Each answer is read from the database after its
// caller asked, never kept; only the round trip is shared. On a busy server that is
// most of what a look-up by key costs.
type Loader[K comparable, V any] struct {
	fetch func(ctx context.Context, keys []K) (map[K]V, error)

	mu      sync.Mutex
	running int
	waiting *batch[K, V]
}

type batch[K comparable, V any] struct {
	keys  []K
	asked map[K]struct{}
	done  chan struct{}
	found map[K]V
	errs  map[K]error
}

const (
	// loaderQueries may be under way at once: one a core's worth of work for
	// PostgreSQL while the program prepares the next.
	loaderQueries = 2
	// loaderKeys bounds one query; those who come later wait for the one after.
	loaderKeys    = 64
	loaderTimeout = 10 * time.Second
)

// NewLoader makes a loader of fetch, which returns what it found by key.
func NewLoader[K comparable, V any](fetch func(ctx context.Context, keys []K) (map[K]V, error)) *Loader[K, V] {
	return &Loader[K, V]{fetch: fetch}
}

// Get is the record of key, and whether there is one. Records are shared between
// callers of one query: they must not be changed.
func (l *Loader[K, V]) Get(ctx context.Context, key K) (V, bool, error) {
	l.mu.Lock()
	b := l.waiting
	if b == nil {
		b = &batch[K, V]{asked: map[K]struct{}{}, done: make(chan struct{})}
		l.waiting = b
	}
	if _, dup := b.asked[key]; !dup {
		b.asked[key] = struct{}{}
		b.keys = append(b.keys, key)
	}
	full := len(b.keys) >= loaderKeys
	if full {
		l.waiting = nil // runs beside the others: whoever fills a query does not wait for a place
		go l.load(b)
	} else if l.running < loaderQueries {
		l.running++
		go l.run()
	}
	l.mu.Unlock()
	select {
	case <-b.done:
		v, ok := b.found[key]
		return v, ok, b.errs[key]
	case <-ctx.Done():
		var none V
		return none, false, ctx.Err()
	}
}

// run answers waiting callers until none waits.
func (l *Loader[K, V]) run() {
	for {
		l.mu.Lock()
		b := l.waiting
		l.waiting = nil
		if b == nil {
			l.running--
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
		l.load(b)
	}
}

func (l *Loader[K, V]) load(b *batch[K, V]) {
	defer close(b.done)
	// Not a caller's context: the answer is shared, one caller's hurry is not everyone's.
	ctx, cancel := context.WithTimeout(context.Background(), loaderTimeout)
	defer cancel()
	found, err := l.fetch(ctx, b.keys)
	if err == nil {
		b.found = found
		return
	}
	// One key may be what the database cannot answer; that is no fault of the others.
	b.found, b.errs = map[K]V{}, map[K]error{}
	for _, k := range b.keys {
		if len(b.keys) > 1 {
			found, err = l.fetch(ctx, []K{k})
		}
		if err != nil {
			b.errs[k] = err
		} else if v, ok := found[k]; ok {
			b.found[k] = v
		}
	}
}
