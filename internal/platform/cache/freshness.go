// Package cache keeps finished public answers, and never serves a stale one.
//
// Every published table raises its subject's counter in content_version in the
// writer's own transaction (migration 0001). A kept answer remembers the counters
// read before it was made; it is served only after a read of the counters, begun
// after the request arrived, finds them unchanged. That is as fresh as asking the
// database, for any number of program instances and for changes made by hand in SQL.
//
// The read is shared: one query answers every request that arrived before it began,
// so the busier the program, the less each request pays.
package cache

import (
	"context"
	"sync"

	"zjcs/internal/platform/db"
)

// Versions are the content counters by scope: region, catalog, fee, agency, expert, announcement, search.
type Versions map[string]int64

// Freshness reads the counters, once for all who wait.
type Freshness struct {
	read func(context.Context) (Versions, error)

	mu      sync.Mutex
	running bool
	next    *call
}

type call struct {
	done     chan struct{}
	versions Versions
	err      error
}

// NewFreshness reads the counters from pool.
func NewFreshness(pool *db.Pool) *Freshness {
	return &Freshness{read: func(ctx context.Context) (Versions, error) { return readVersions(ctx, pool) }}
}

// Now returns the counters as of some moment after the call began.
func (f *Freshness) Now(ctx context.Context) (Versions, error) {
	f.mu.Lock()
	if f.next == nil {
		f.next = &call{done: make(chan struct{})}
	}
	c := f.next
	if !f.running {
		f.running = true
		go f.run()
	}
	f.mu.Unlock()
	select {
	case <-c.done:
		return c.versions, c.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// run answers waiting calls, one query at a time, until none waits. Whoever asks
// while a query is under way waits for the next one: the running one may have
// begun before they arrived.
func (f *Freshness) run() {
	for {
		f.mu.Lock()
		c := f.next
		f.next = nil
		if c == nil {
			f.running = false
			f.mu.Unlock()
			return
		}
		f.mu.Unlock()
		// Not a request's context: the answer is shared, one caller's hurry is not everyone's.
		c.versions, c.err = f.read(context.Background())
		close(c.done)
	}
}
