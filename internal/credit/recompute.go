package credit

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
)

// Recount is what recomputing all found.
type Recount struct {
	Agencies  int
	Corrected int // whose stored standing was not what the rows make
}

// recountChunk agencies are read at once: each chunk passes over the tables, and what it
// adds up must fit into memory.
const recountChunk = 25_000

// Recompute works every standing out anew from the rows (docs: each derived thing can be
// rebuilt by a command). Nobody waits for it: rows and standings are read as they stood at
// one moment, and a standing that someone has written since is right by itself and left as
// it is. What it corrects is written down as a change, but leads to no measure: that takes
// something that happened, not a sum set right.
func (s *Service) Recompute(ctx context.Context) (Recount, error) {
	chunks, err := agencyChunks(ctx, s.pool, recountChunk)
	if err != nil {
		return Recount{}, err
	}
	var total Recount
	var mu sync.Mutex
	var first error
	next := make(chan chunk)
	var wg sync.WaitGroup
	for range max(runtime.GOMAXPROCS(0), 2) {
		wg.Go(func() {
			for c := range next {
				n, err := s.recount(ctx, c)
				mu.Lock()
				if first == nil {
					first = err
				}
				total.Agencies += n.Agencies
				total.Corrected += n.Corrected
				mu.Unlock()
			}
		})
	}
	for _, c := range chunks {
		next <- c
	}
	close(next)
	wg.Wait()
	return total, first
}

func (s *Service) recount(ctx context.Context, c chunk) (n Recount, err error) {
	var stored []restated
	var sums map[uuid.UUID]*sum
	at := s.now()
	err = db.InTx(ctx, s.pool, func(tx db.Tx) (err error) {
		stored, sums, err = loadMoment(ctx, tx, c, at)
		return err
	})
	if err != nil {
		return n, err
	}
	nothing := &sum{}
	var list []restated
	for _, r := range stored {
		n.Agencies++
		if r.was.WorkedAt.After(at) { // by an instance whose clock is ahead
			continue
		}
		known := sums[r.who.ID]
		if known == nil {
			known = nothing
		}
		if r.now = r.was.next(known.score(), at, known.turns); r.was.moved(r.now) || !r.was.same(r.now) {
			list = append(list, r)
		}
	}
	for len(list) > 0 && err == nil {
		part := list[:min(len(list), restateBatch)]
		list = list[len(part):]
		written := 0
		err = db.InTx(ctx, s.pool, func(tx db.Tx) (err error) {
			written, err = restate(ctx, tx, part)
			return err
		})
		n.Corrected += written
	}
	return n, err
}

// restateBatch standings are written in one transaction.
const restateBatch = 2_000

// restated is a standing that is written anew, if nobody has written it since it was seen.
type restated struct {
	who      who
	seen     string // the version of the row
	was, now standing
}

// same reports a standing that need not be written again.
func (s standing) same(n standing) bool {
	turn := s.TurnsAt == nil && n.TurnsAt == nil || s.TurnsAt != nil && n.TurnsAt != nil && s.TurnsAt.Equal(*n.TurnsAt)
	n.WorkedAt, n.GradedAt, n.TurnsAt = s.WorkedAt, s.GradedAt, s.TurnsAt
	return turn && s == n
}

// sum is what a score rests on, added up by the database: of a hundred thousand agencies
// the single rows would be too many to bring over.
type sum struct {
	Basis
	gathered  gathered
	evaluated int
	turns     time.Time
}

func (s *sum) score() Score { return of(s.Basis, s.gathered, s.evaluated) }

func (s *sum) turn(at *time.Time) {
	if at != nil && (s.turns.IsZero() || at.Before(s.turns)) {
		s.turns = *at
	}
}

// leave is the end of the oldest thing that counts: what is younger leaves later.
func (s *sum) leave(oldest *time.Time) {
	if oldest != nil {
		t := leaves(*oldest)
		s.turn(&t)
	}
}
