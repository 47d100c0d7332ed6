package procurement

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// StandingAward is the award that a contract is drafted from.
type StandingAward struct {
	ID     uuid.UUID
	Agency uuid.UUID
	AwardBody
}

// StandingAwardTx reads a procurement with its standing award and keeps both from moving
// until the transaction ends. Errors: NotFound where there is none.
func StandingAwardTx(ctx context.Context, tx db.Tx, id uuid.UUID) (Procurement, StandingAward, error) {
	p, err := load(ctx, tx, id, true)
	if err != nil {
		return p, StandingAward{}, err
	}
	a, err := loadStandingAward(ctx, tx, id)
	if err != nil {
		return p, StandingAward{}, err
	}
	out := StandingAward{ID: a.ID}
	if err := json.Unmarshal(a.Body, &out.AwardBody); err != nil {
		return p, out, fmt.Errorf("award %s: %w", a.Number, err)
	}
	bids, err := loadBids(ctx, tx, id)
	if err != nil {
		return p, out, err
	}
	i := slices.IndexFunc(bids, func(b Bid) bool { return b.ID == a.BidID })
	if i < 0 {
		return p, out, fmt.Errorf("award %s: its bid is not there", a.Number)
	}
	out.Agency = bids[i].Agency
	return p, out, nil
}

// Advance is a step that is taken downstream of the award: by contract.
type Advance struct {
	Action review.Action
	By     review.By
	Note   string // published, in Chinese
	Kind   string // of the line in the public log; "" logs nothing
	Body   any    // published with it
}

// AdvanceTx moves a procurement along its table, with its line in the course and in the
// public log. An action that the table knows from nowhere moves nothing and is written
// into the course alone (ContractAmended, ReviewPassed).
func (s *Service) AdvanceTx(ctx context.Context, tx db.Tx, id uuid.UUID, a Advance) (entry uuid.UUID, err error) {
	p, err := load(ctx, tx, id, true)
	if err != nil {
		return uuid.Nil, err
	}
	if a.Action == EndContract {
		if err := setEnded(ctx, tx, id, a.Note); err != nil {
			return uuid.Nil, err
		}
	}
	st := step(a)
	if slices.ContainsFunc(Workflow.Steps, func(r review.Step) bool { return r.Action == a.Action }) {
		return s.takeTx(ctx, tx, &p, st)
	}
	return s.recordTx(ctx, tx, &p, p.State, st)
}

// AdvanceSampleTx is AdvanceTx for an invented procurement, whose times are made up.
func (s *Service) AdvanceSampleTx(ctx context.Context, tx db.Tx, id uuid.UUID, a Advance, at time.Time) (uuid.UUID, error) {
	p, err := load(ctx, tx, id, true)
	if err != nil {
		return uuid.Nil, err
	}
	if !p.Demo {
		return uuid.Nil, fmt.Errorf("procurement %s is not invented", p.Number)
	}
	to := p.State
	if slices.ContainsFunc(Workflow.Steps, func(r review.Step) bool { return r.Action == a.Action }) {
		if to, err = Workflow.Next(p.State, a.Action, a.By); err != nil {
			return uuid.Nil, err
		}
		if to != p.State {
			if err := moveState(ctx, tx, id, p.State, to); err != nil {
				return uuid.Nil, err
			}
		}
	}
	if a.Action == EndContract {
		if err := setEnded(ctx, tx, id, a.Note); err != nil {
			return uuid.Nil, err
		}
	}
	m := &sampling{s: s, tx: tx, p: p}
	entry, err := m.record(ctx, a.Action, to, a.By, at, a.Note, a.Kind, a.Body)
	if err != nil || entry == nil {
		return uuid.Nil, err
	}
	if s.Changed != nil {
		err = s.Changed(ctx, tx, []uuid.UUID{id})
	}
	return *entry, err
}
