package credit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
)

// standing is what an agency's score came to when it was last worked out.
type standing struct {
	Tenths, Evaluations, Records, Facts, Clamp Points

	Grade     Grade
	Fresh     bool // shown as new
	Veto      bool
	Evaluated int
	GradedAt  *time.Time // since when in this grade; nil for since its admission
	WorkedAt  time.Time
	TurnsAt   *time.Time // when something begins or ends by itself; nil for never
}

// who is the agency that a standing is of.
type who struct {
	ID     uuid.UUID `json:"id"`
	Name   string    `json:"name"`
	USCC   string    `json:"uscc"`
	region string    // that serves it
	demo   bool
}

func (s standing) next(score Score, at, turns time.Time) standing {
	n := standing{
		Tenths: score.Tenths, Evaluations: score.Evaluations, Records: score.Records, Facts: score.Facts, Clamp: score.Clamp,
		Grade: score.Grade, Fresh: score.New, Veto: score.Veto, Evaluated: score.Evaluated, GradedAt: s.GradedAt, WorkedAt: at,
	}
	if n.Grade != s.Grade {
		n.GradedAt = &at
	}
	if !turns.IsZero() {
		n.TurnsAt = &turns
	}
	return n
}

func (s standing) moved(n standing) bool {
	return s.Tenths != n.Tenths || s.Grade != n.Grade || s.Veto != n.Veto
}

// cause is why a score changed.
type cause string

const (
	byChange   cause = "change"     // something was added, ended or found wrong
	byTime     cause = "time"       // something ended by itself
	recomputed cause = "recomputed" // the stored standing was not what the rows make
)

// refreshTx is called by whatever changes what an agency's score rests on, in the same
// transaction. Two who change one agency at once take turns here: the later reads what the
// earlier wrote. A time before the one last worked out for is that one: what is told late
// does not turn the standing back.
func refreshTx(ctx context.Context, tx db.Tx, agency uuid.UUID, at time.Time) error {
	return settleTx(ctx, tx, agency, at, byChange)
}

func settleTx(ctx context.Context, tx db.Tx, agency uuid.UUID, at time.Time, why cause) error {
	w, was, err := lockStanding(ctx, tx, agency)
	if err != nil {
		return err
	}
	if at.Before(was.WorkedAt) {
		at = was.WorkedAt
	}
	h, open, err := loadCourse(ctx, tx, agency)
	if err != nil {
		return err
	}
	now := was.next(Of(h.basis(at)), at, h.turns(at))
	if err := changeTx(ctx, tx, w, was, now, why); err != nil {
		return err
	}
	f := following{tx: tx, who: w, history: h, at: at}
	return f.follow(ctx, open, was, now)
}

// changeTx writes the standing and what changed of it; of another grade the public log and
// the agency are told.
func changeTx(ctx context.Context, tx db.Tx, w who, was, now standing, why cause) error {
	if err := updateStanding(ctx, tx, w.ID, was, now, why); err != nil {
		return err
	}
	if was.Grade == now.Grade && was.Veto == now.Veto {
		return nil
	}
	return insertNews(ctx, tx, w, gradeChanged, GradeChange{Agency: w, From: gradeNow(was), To: gradeNow(now), Cause: string(why), At: now.WorkedAt}, now.WorkedAt)
}

// Turn does what time alone makes due: what counts no more, terms that are over, and the
// telling of changes. It may run often, on several instances; a day that no one ran on is
// made up for.
func (s *Service) Turn(ctx context.Context) error {
	var after uuid.UUID
	for {
		due, err := dueAgencies(ctx, s.pool, s.now(), after)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			return s.Tell(ctx)
		}
		for _, id := range due {
			after = id
			if err := db.InTx(ctx, s.pool, func(tx db.Tx) error { return settleTx(ctx, tx, id, s.now(), byTime) }); err != nil {
				return err
			}
		}
	}
}
