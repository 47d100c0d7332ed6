package contract

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// Deps are what contracts are run with.
type Deps struct {
	Pool        *db.Pool
	Policy      *authz.Policy
	Procurement *procurement.Service
	// Prove spends a code of the actor's second factor and, when it is right, runs then in
	// the same transaction.
	Prove func(ctx context.Context, p identity.Proof, then func(db.Tx) error) error
	// LogIndexes says where lines stand in the public log; nil where there is no log.
	LogIndexes func(ctx context.Context, entries []uuid.UUID) (map[uuid.UUID]int64, error)
	// Tell sends messages in the transaction of what they tell; may be nil.
	Tell func(ctx context.Context, tx db.Tx, a Announcement) error
}

// Announcement is a step taken, for those who should know of it.
type Announcement struct {
	Contract Contract
	Action   review.Action // of Workflow, or one of the Told constants
	To       []Side        // which sides; Operator: the officials of its region
	Note     string
}

// What is told beside the steps of Workflow.
const (
	ToldSignDue    review.Action = "sign-due"
	ToldSignLate   review.Action = "sign-late"
	ToldFileDue    review.Action = "file-due"
	ToldFileLate   review.Action = "file-late"
	ToldAnswerLate review.Action = "answer-late" // a deliverable waits too long
	ToldDue        review.Action = "service-due" // the promised days run out
	ToldPayLate    review.Action = "pay-late"
)

// Service runs contracts.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

const (
	permitRead   authz.Permission = "contract:read"
	permitRun    authz.Permission = "contract:run"
	permitSign   authz.Permission = "contract:sign"
	permitEnd    authz.Permission = "contract:end"
	permitRecord authz.Permission = "first-pass:record"
)

var errNotFound = apperr.New(apperr.NotFound, "没有这份合同，或者它不在您的查看范围内")

// matter is a contract under the hands of one who acts on it, locked, in a transaction.
type matter struct {
	*Service
	parts
	tx   db.Tx
	c    Contract
	side Side
	now  time.Time // the database's

	sample bool // 示例数据: its times are made up, and nobody is told
}

func (m *matter) today() calendar.Day { return calendar.DayOf(m.now) }

// sideOf is the side that the actor is on. Who is on both may act for neither: a contract
// with oneself is none.
func (s *Service) sideOf(ctx context.Context, c Contract) (Side, error) {
	a := authz.From(ctx)
	if a == nil {
		return "", apperr.New(apperr.Unauthenticated, "请先登录")
	}
	buys, serves := a.Of(c.Org), c.AgencyOrg != nil && a.Of(*c.AgencyOrg)
	switch {
	case buys && serves:
		return "", apperr.New(apperr.Forbidden, "您同时代表合同双方，不能办理这份合同")
	case buys:
		return Purchaser, nil
	case serves:
		return Agency, nil
	}
	return "", nil
}

func (c Contract) org(side Side) uuid.UUID {
	if side == Purchaser {
		return c.Org
	}
	if c.AgencyOrg == nil {
		return uuid.Nil
	}
	return *c.AgencyOrg
}

// act lets one of the two sides take an action on a contract: the table is asked first, do
// then judges the rest and writes. What it is to others is not told apart from nothing.
func (s *Service) act(ctx context.Context, id uuid.UUID, perm authz.Permission, action review.Action, do func(context.Context, *matter) error) (Detail, error) {
	if err := s.Policy.Require(ctx, perm, authz.Anywhere); err != nil {
		return Detail{}, err
	}
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error { return s.actTx(ctx, tx, id, perm, action, do) })
	if err != nil {
		return Detail{}, err
	}
	return s.Get(ctx, id.String())
}

// actProved is act with a code of the actor's second factor, spent in the same transaction.
func (s *Service) actProved(ctx context.Context, id uuid.UUID, proof identity.Proof, action review.Action, do func(context.Context, *matter) error) (Detail, error) {
	if err := s.Policy.Require(ctx, permitSign, authz.Anywhere); err != nil {
		return Detail{}, err
	}
	if err := s.mayTry(ctx, id, action); err != nil { // a code is not spent on what cannot be
		return Detail{}, err
	}
	err := s.Prove(ctx, proof, func(tx db.Tx) error { return s.actTx(ctx, tx, id, permitSign, action, do) })
	if err != nil {
		return Detail{}, err
	}
	return s.Get(ctx, id.String())
}

// mayTry refuses what the table or the actor's side refuses anyway.
func (s *Service) mayTry(ctx context.Context, id uuid.UUID, action review.Action) error {
	return db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		return s.actTx(ctx, tx, id, permitSign, action, func(context.Context, *matter) error { return nil })
	})
}

func (s *Service) actTx(ctx context.Context, tx db.Tx, id uuid.UUID, perm authz.Permission, action review.Action, do func(context.Context, *matter) error) error {
	m, err := s.lockTx(ctx, tx, id)
	if err != nil {
		return err
	}
	if m.side, err = s.sideOf(ctx, m.c); err != nil {
		return err
	}
	if m.side == "" {
		if s.sees(ctx, m.c) {
			return apperr.New(apperr.Forbidden, "只有合同双方可以办理")
		}
		return errNotFound
	}
	if err := s.Policy.Require(ctx, perm, authz.Scope{Organisation: m.c.org(m.side)}); err != nil {
		return err
	}
	if m.c.Void {
		return apperr.New(apperr.Conflict, "中选通知书已经失效，这份合同草稿不能再办理")
	}
	if _, err := Workflow.Next(m.c.State, action, m.side); err != nil {
		return err
	}
	return do(ctx, m)
}

func (s *Service) lockTx(ctx context.Context, tx db.Tx, id uuid.UUID) (*matter, error) {
	m := &matter{Service: s, tx: tx}
	var err error
	if m.c, err = load(ctx, tx, id, true); err != nil {
		return nil, err
	}
	if m.now, err = dbNow(ctx, tx); err != nil {
		return nil, err
	}
	all, err := loadParts(ctx, tx, []uuid.UUID{id}, true)
	if err != nil {
		return nil, err
	}
	m.parts = *all[id]
	return m, nil
}

// step is one row of the course.
type step struct {
	action review.Action
	by     Side // "" is the side of the matter
	note   string
	to     []Side // who is told
	kind   string // of the line in the public log; "" logs nothing
	body   any
	move   review.Action // of the procurement, with the line
}

// take moves the contract along the table, with its row in the course, its line in the
// public log, the audit log and the messages.
func (m *matter) take(ctx context.Context, st step) error {
	if st.by == "" {
		st.by = m.side
	}
	to, err := Workflow.Next(m.c.State, st.action, st.by)
	if err != nil {
		return err
	}
	from := m.c.State
	if to != from {
		if err := moveState(ctx, m.tx, &m.c, to, m.now, st.note); err != nil {
			return err
		}
	}
	var entry *uuid.UUID
	if st.move != "" {
		a := procurement.Advance{Action: st.move, By: st.by, Note: st.note, Kind: st.kind, Body: st.body}
		id, err := m.advance(ctx, a)
		if err != nil {
			return err
		}
		if id != uuid.Nil {
			entry = &id
		}
	}
	return m.note(ctx, st, from, entry)
}

func (m *matter) advance(ctx context.Context, a procurement.Advance) (uuid.UUID, error) {
	if m.sample {
		return m.Procurement.AdvanceSampleTx(ctx, m.tx, m.c.Procurement, a, m.now)
	}
	return m.Procurement.AdvanceTx(ctx, m.tx, m.c.Procurement, a)
}

func (m *matter) note(ctx context.Context, st step, from review.State, entry *uuid.UUID) error {
	if m.sample {
		return insertEvent(ctx, m.tx, event{m.c.ID, st.action, from, m.c.State, nil, st.by, st.note, entry, &m.now})
	}
	var person *uuid.UUID
	if a := authz.From(ctx); a != nil && st.by != review.Clock {
		person = &a.Person
	}
	if err := insertEvent(ctx, m.tx, event{m.c.ID, st.action, from, m.c.State, person, st.by, st.note, entry, nil}); err != nil {
		return err
	}
	if st.by != review.Clock {
		err := audit.Record(ctx, m.tx, audit.Entry{Action: "contract:" + string(st.action), Kind: "contract", ID: m.c.ID.String(), Organisation: m.c.Org, Region: m.c.Region,
			Summary: Workflow.Labels[st.action] + "：" + m.c.Title + "（" + m.c.Number + "）"})
		if err != nil {
			return err
		}
	}
	return m.tell(ctx, m.tx, Announcement{Contract: m.c, Action: st.action, To: st.to, Note: st.note})
}

func (s *Service) tell(ctx context.Context, tx db.Tx, a Announcement) error {
	if s.Tell == nil || len(a.To) == 0 {
		return nil
	}
	return s.Tell(ctx, tx, a)
}

// theOther tells the side that did not act.
func (m *matter) theOther() []Side { return []Side{other(m.side)} }

// reasoned is a reason that people read; public ones hold no telephone or number of an
// identity card (procurement.Publishable).
func reasoned(field, label, text string) (string, error) {
	text = strings.TrimSpace(text)
	if err := procurement.Publishable(field, label, text); err != nil {
		return "", err
	}
	return text, nil
}

// dayOf reads a day that a person entered.
func dayOf(field, text string) (calendar.Day, error) {
	d, err := calendar.ParseDay(strings.TrimSpace(text))
	if err != nil {
		return 0, apperr.InvalidField(field, "日期应形如 2026-01-31")
	}
	return d, nil
}

func between(field string, d, from, until calendar.Day, words string) error {
	if d < from || d > until {
		return apperr.InvalidField(field, "%s", fmt.Sprintf("应在 %s 与 %s 之间（%s）", from, until, words))
	}
	return nil
}
