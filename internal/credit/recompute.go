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

// recountChunk agencies are locked, read and written at once: few enough that whoever
// changes one of them meanwhile waits a moment alone, many enough that each table is read a
// dozen times and not a thousand.
const recountChunk = 10_000

// Recompute works every standing out anew from the rows (docs: each derived thing can be
// rebuilt by a command). What it corrects is written down as a change, but leads to no
// measure: that takes something that happened, not a sum set right.
func (s *Service) Recompute(ctx context.Context) (Recount, error) {
	bounds, err := agencyChunks(ctx, s.pool, recountChunk)
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
	for _, c := range bounds {
		next <- c
	}
	close(next)
	wg.Wait()
	return total, first
}

func (s *Service) recount(ctx context.Context, c chunk) (n Recount, err error) {
	err = db.InTx(ctx, s.pool, func(tx db.Tx) error {
		n = Recount{}
		stored, err := lockStandings(ctx, tx, c)
		if err != nil {
			return err
		}
		at := s.now() // after the lock: what was written before it is read
		sums, err := loadSums(ctx, tx, c, at)
		if err != nil {
			return err
		}
		nothing := &sum{}
		var list []restated
		for _, r := range stored {
			n.Agencies++
			if r.was.WorkedAt.After(at) { // by an instance whose clock is ahead, a moment ago
				continue
			}
			known := sums[r.who.ID]
			if known == nil {
				known = nothing
			}
			if r.now = r.was.next(known.score(), at, known.turns); r.was.moved(r.now) {
				n.Corrected++
			} else if r.was.same(r.now) {
				continue
			}
			list = append(list, r)
		}
		return restate(ctx, tx, list)
	})
	return n, err
}

// restated is a standing that is written anew.
type restated struct {
	who      who
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
	by        map[uuid.UUID]heard
	evaluated int
	turns     time.Time
}

func (s *sum) score() Score { return of(s.Basis, s.by, s.evaluated) }

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
