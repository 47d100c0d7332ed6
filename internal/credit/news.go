package credit

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
)

// newsKind is the kind of a line of the public log.
type newsKind string

const (
	gradeChanged newsKind = "credit-grade"
	effectBegan  newsKind = "credit-effect"
	effectEnded  newsKind = "credit-effect-ended"
)

// GradeOf is a grade with the score it comes from.
type GradeOf struct {
	Grade  Grade  `json:"grade"`
	Tenths Points `json:"tenths"`
	Veto   bool   `json:"veto,omitempty"`
}

func gradeNow(s standing) GradeOf { return GradeOf{s.Grade, s.Tenths, s.Veto} }

// GradeChange is what the public log has of another grade.
type GradeChange struct {
	Agency who       `json:"agency"`
	From   GradeOf   `json:"from"`
	To     GradeOf   `json:"to"`
	Cause  string    `json:"cause"`
	At     time.Time `json:"at"`
}

// EffectChange is what the public log has of a measure that follows from a grade.
type EffectChange struct {
	Agency  who       `json:"agency"`
	Effect  uuid.UUID `json:"effect"`
	Measure string    `json:"measure"` // the agency's state
	From    string    `json:"from"`
	Until   string    `json:"until"`
	Reason  string    `json:"reason"`
	Ended   string    `json:"ended,omitempty"`
}

// News is what the public log and the agency are told.
type News struct {
	ID     uuid.UUID
	Agency uuid.UUID
	Kind   string
	Region string
	Demo   bool
	Body   json.RawMessage // as it was at the time

	Grade  *GradeChange // of its kind
	Effect *EffectChange
}

// Outlets are whom news goes to, all in the transaction that notes it as told.
type Outlets struct {
	// Log writes a line into the public log; uuid.Nil where it is not for the log.
	Log func(ctx context.Context, tx db.Tx, n News) (uuid.UUID, error)
	// Tell sends the agency's people a message.
	Tell func(ctx context.Context, tx db.Tx, n News) error
	// Changed is told of agencies whose state an effect changed: the search index.
	Changed func(ctx context.Context, tx db.Tx, agencies []uuid.UUID) error
	// Indexes says where lines stand in the public log, as far as they have a position.
	Indexes func(ctx context.Context, entries []uuid.UUID) (map[uuid.UUID]int64, error)
	// Published says where the line stands by which each record was published.
	Published func(ctx context.Context, records []uuid.UUID) (map[uuid.UUID]int64, error)
}

const newsBatch = 100

// Tell passes on what is not yet told, the oldest first. Each is told once, by whichever
// instance has it.
func (s *Service) Tell(ctx context.Context) error {
	if s.Outlets.Log == nil {
		return nil
	}
	for {
		told := 0
		err := db.InTx(ctx, s.pool, func(tx db.Tx) error {
			list, err := lockNews(ctx, tx)
			if err != nil {
				return err
			}
			told = len(list)
			for _, n := range list {
				if err := s.tell(ctx, tx, n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || told < newsBatch {
			return err
		}
	}
}

func (s *Service) tell(ctx context.Context, tx db.Tx, n News) error {
	var err error
	if n.Kind == string(gradeChanged) {
		err = json.Unmarshal(n.Body, &n.Grade)
	} else {
		err = json.Unmarshal(n.Body, &n.Effect)
	}
	if err != nil {
		return err
	}
	entry, err := s.Outlets.Log(ctx, tx, n)
	if err != nil {
		return err
	}
	if err := s.Outlets.Tell(ctx, tx, n); err != nil {
		return err
	}
	if n.Effect != nil {
		if err := s.Outlets.Changed(ctx, tx, []uuid.UUID{n.Agency}); err != nil {
			return err
		}
	}
	return toldNews(ctx, tx, n.ID, entry, s.now())
}
