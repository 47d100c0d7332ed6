package credit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
)

// Sample is what an invented agency did and was told, for the demonstration market.
type Sample struct {
	Agency      uuid.UUID
	Evaluations []SampleEvaluation
	Facts       []SampleFact
	Records     []SampleRecord
}

// SampleEvaluation is an invented purchaser's evaluation.
type SampleEvaluation struct {
	Evaluation
	ID      uuid.UUID
	Comment string
	At      time.Time
}

// SampleFact is an invented measurement, Count times.
type SampleFact struct {
	Kind  FactKind
	Kept  bool
	Count int
	At    time.Time
}

// SampleRecord is an invented record under an entry of the rubric.
type SampleRecord struct {
	ID     uuid.UUID
	Rubric string
	Points Points
	Facts  string
	Source string
	Months int
	At     time.Time
}

// StoreSamples stores what invented agencies did, marked 示例数据, and walks each through the
// days since: its changes and measures are those it would have had.
func StoreSamples(ctx context.Context, tx db.Tx, list []Sample, now time.Time) error {
	for _, s := range list {
		if err := insertSample(ctx, tx, s); err != nil {
			return err
		}
		if err := walk(ctx, tx, s.Agency, now); err != nil {
			return err
		}
	}
	return nil
}

// walk settles an agency at every time at which something changed, as if it had been there.
func walk(ctx context.Context, tx db.Tx, agency uuid.UUID, now time.Time) error {
	w, was, err := lockStanding(ctx, tx, agency)
	if err != nil {
		return err
	}
	h, open, err := loadCourse(ctx, tx, agency)
	if err != nil {
		return err
	}
	for at := h.turns(was.WorkedAt); !at.IsZero() && !at.After(now); at = h.turns(at) {
		next := was.next(Of(h.basis(at)), at, h.turns(at))
		if was.moved(next) {
			if err := changeTx(ctx, tx, w, was, next, byChange); err != nil {
				return err
			}
			f := following{tx: tx, who: w, history: h, at: at}
			if err := f.follow(ctx, open, was, next); err != nil {
				return err
			}
			if h, open, err = loadCourse(ctx, tx, agency); err != nil {
				return err
			}
		}
		was = next
	}
	if err := updateStanding(ctx, tx, agency, was, was, byTime); err != nil {
		return err
	}
	return settleTx(ctx, tx, agency, now, byTime) // terms that are over by now
}

// SampleRubric are the entries that samples are made under, as far as the rubric has none
// of their id.
func SampleRubric(ctx context.Context, tx db.Tx, entries []SampleEntry) error {
	return insertSampleEntries(ctx, tx, entries)
}

// SampleEntry is an invented entry of the rubric.
type SampleEntry struct {
	ID, Level, Conduct string
	From, To           Points
	Months             int
	Veto               bool
}
