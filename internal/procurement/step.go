package procurement

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// step is one row of a procurement's published course: the move in the table, its line
// in the public log, and what is told of it, in one transaction.
type step struct {
	Action review.Action
	By     review.By
	Note   string // for people, in Chinese
	Kind   string // of the line in the public log; "" logs nothing
	Body   any    // published with it: in the log and in the course
}

// takeTx moves p, which the caller has locked, along the table. A Conflict says that the
// table has no such step.
func (s *Service) takeTx(ctx context.Context, tx db.Tx, p *Procurement, st step) (entry uuid.UUID, err error) {
	to, err := Workflow.Next(p.State, st.Action, st.By)
	if err != nil {
		return uuid.Nil, err
	}
	if err := moveState(ctx, tx, p.ID, p.State, to); err != nil {
		return uuid.Nil, err
	}
	from := p.State
	p.State = to
	return s.recordTx(ctx, tx, p, from, st)
}

// recordTx adds what was done to the course, the public log and the audit log, without
// moving anything.
func (s *Service) recordTx(ctx context.Context, tx db.Tx, p *Procurement, from review.State, st step) (entry uuid.UUID, err error) {
	data := json.RawMessage(`{}`)
	if st.Body != nil {
		if data, err = json.Marshal(st.Body); err != nil {
			return uuid.Nil, fmt.Errorf("procurement %s: %w", st.Action, err)
		}
	}
	if st.Kind != "" && s.Log != nil {
		if entry, err = s.Log(ctx, tx, Entry{Kind: st.Kind, Subject: p.ID, Region: p.Region, Body: data}); err != nil {
			return uuid.Nil, err
		}
	}
	e := event{Procurement: p.ID, Action: st.Action, From: from, To: p.State, Side: st.By, Note: st.Note, Data: data}
	if entry != uuid.Nil {
		e.Entry = &entry
	}
	if a := authz.From(ctx); a != nil && st.By != review.Clock && st.By != Objector { // the course does not know who objected
		e.Person = &a.Person
	}
	if err := insertEvent(ctx, tx, e); err != nil {
		return uuid.Nil, err
	}
	if s.Changed != nil && (from != p.State || st.Action == Publish || st.Action == Amend) { // what searching finds
		if err := s.Changed(ctx, tx, []uuid.UUID{p.ID}); err != nil {
			return uuid.Nil, err
		}
	}
	if st.By != review.Clock {
		err = audit.Record(ctx, tx, audit.Entry{Action: "procurement:" + string(st.Action), Kind: "procurement", ID: p.ID.String(),
			Organisation: p.OrgID, Region: p.Region, Summary: Workflow.Labels[st.Action] + "：" + p.Title})
	}
	return entry, err
}

// tellBidders tells those whose bids are open, beside the purchaser and the operators.
func (s *Service) tellBidders(ctx context.Context, tx db.Tx, p Procurement, action review.Action, note string) error {
	agencies, err := biddingAgencies(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, Announcement{Procurement: p, Action: action, Agencies: agencies, Note: note})
}

func (s *Service) tell(ctx context.Context, tx db.Tx, a Announcement) error {
	if s.Tell == nil {
		return nil
	}
	return s.Tell(ctx, tx, a)
}
