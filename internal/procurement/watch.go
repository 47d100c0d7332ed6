package procurement

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
)

// watching hands the database's word that a procurement moved on to whoever watches it. One
// connection listens for all, and only while someone watches.
type watching struct {
	listen func(ctx context.Context, heard func(uuid.UUID)) error // until ctx ends or the connection breaks

	mu   sync.Mutex
	by   map[uuid.UUID]map[chan struct{}]struct{}
	n    int
	stop context.CancelFunc
}

// relisten is how long a broken connection is left before the next.
const relisten = time.Second

// Watch returns a channel that has something in it whenever a step of the procurement has
// been committed since it was last read; several steps may be one word. It is for as long
// as ctx lasts. Who reads slowly holds up nobody.
func (s *Service) Watch(ctx context.Context, id uuid.UUID) <-chan struct{} {
	return s.watchers.add(ctx, id)
}

func (w *watching) add(ctx context.Context, id uuid.UUID) <-chan struct{} {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	if w.by[id] == nil {
		w.by[id] = map[chan struct{}]struct{}{}
	}
	w.by[id][c] = struct{}{}
	if w.n++; w.n == 1 {
		var run context.Context
		run, w.stop = context.WithCancel(context.WithoutCancel(ctx)) // it serves those who come later too
		go w.run(run)
	}
	w.mu.Unlock()
	context.AfterFunc(ctx, func() { w.remove(id, c) })
	return c
}

func (w *watching) remove(id uuid.UUID, c chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.by[id], c)
	if len(w.by[id]) == 0 {
		delete(w.by, id)
	}
	if w.n--; w.n == 0 {
		w.stop()
	}
}

// run listens until nobody watches. A connection that broke may have missed something, so
// everyone is told to look again.
func (w *watching) run(ctx context.Context) {
	for ctx.Err() == nil {
		_ = w.listen(ctx, w.tell) // a broken connection is what the next turn is for
		w.tellAll()
		select {
		case <-ctx.Done():
		case <-time.After(relisten):
		}
	}
}

// tell passes a word on; about uuid.Nil it is for everyone: it listens from now on, and what
// was committed before may not have been heard.
func (w *watching) tell(id uuid.UUID) {
	if id == uuid.Nil {
		w.tellAll()
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.by[id] {
		nudge(c)
	}
}

func (w *watching) tellAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, list := range w.by {
		for c := range list {
			nudge(c)
		}
	}
}

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it has yet to read the last word, which says as much
	}
}
