// Package door opens the reviewed door inside a test: the real engine on a real
// database, with its clock and its announcements in the test's hands.
package door

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// Door is the engine with the kinds under test.
type Door struct {
	*review.Service
	T         testing.TB
	Pool      *pgxpool.Pool
	Vault     *secret.Vault
	Policy    *authz.Policy
	Cast      *testkit.Cast
	Publicity int // working days

	mu      sync.Mutex
	changed []uuid.UUID
}

// New opens it; kinds are made once vault and policy are there.
func New(t testing.TB, kinds func(d *Door) []review.Kind) *Door {
	t.Helper()
	d := &Door{T: t, Pool: testkit.DB(t)}
	var err error
	if d.Vault, err = secret.NewVault(secret.NewKey()); err != nil {
		t.Fatal(err)
	}
	if d.Policy, err = authz.New(nil); err != nil {
		t.Fatal(err)
	}
	d.Cast = testkit.NewCast(t, d.Pool)
	d.Service = review.New(review.Deps{
		Pool: d.Pool, Vault: d.Vault, Policy: d.Policy,
		Workdays: func(_ context.Context, _ db.Querier, rule, _ string, _ time.Time) (int, error) {
			if strings.HasPrefix(rule, "review.publicity") {
				return d.Publicity, nil
			}
			return 2, nil
		},
		Due: func(_ context.Context, _ db.Querier, from time.Time, n int) (time.Time, bool, error) {
			return from.AddDate(0, 0, n), false, nil
		},
		Announce: func(context.Context, db.Tx, review.Announcement) error { return nil },
	}, kinds(d)...)
	return d
}

// Note is what a domain tells of its changes.
func (d *Door) Note(_ context.Context, _ db.Tx, _ provenance.Kind, ids []uuid.UUID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changed = append(d.changed, ids...)
	return nil
}

// Changed are the ids told since the last call.
func (d *Door) Changed() []uuid.UUID {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := d.changed
	d.changed = nil
	return out
}

// Must fails the test on an error.
func (d *Door) Must(s review.Detail, err error) review.Detail {
	d.T.Helper()
	if err != nil {
		d.T.Fatal(explain(err))
	}
	return s
}

func explain(err error) error {
	var e *apperr.Error
	if errors.As(err, &e) {
		for _, f := range e.Fields {
			err = errors.Join(err, errors.New(f.Name+": "+f.Message))
		}
	}
	return err
}

// Draft starts a submission as a and fills it in; fill gets what it starts from.
func (d *Door) Draft(a *authz.Actor, in review.StartInput, fill func(c review.Content)) review.Detail {
	d.T.Helper()
	s := d.Must(d.Start(testkit.As(d.T, a), in))
	return d.Fill(a, s, fill)
}

// Fill changes what a draft holds.
func (d *Door) Fill(a *authz.Actor, s review.Detail, fill func(c review.Content)) review.Detail {
	d.T.Helper()
	fill(s.Content)
	return d.Must(d.Save(testkit.As(d.T, a), review.SaveInput{ID: s.ID, Version: s.Version, Content: s.Content}))
}

// Do takes a step as a.
func (d *Door) Do(a *authz.Actor, s review.Detail, action review.Action) (review.Detail, error) {
	d.T.Helper()
	return d.Act(testkit.As(d.T, a), review.ActInput{ID: s.ID, Version: s.Version, Action: action, Note: "理由充分"})
}

// Published takes a draft through submission and acceptance.
func (d *Door) Published(author, reviewer *authz.Actor, s review.Detail) review.Detail {
	d.T.Helper()
	s = d.Must(d.Do(author, s, review.Submit))
	s = d.Must(d.Do(reviewer, s, review.Accept))
	if s.State != review.Published {
		d.T.Fatalf("%s is %s", s.Title, s.State)
	}
	return s
}

// WantField fails unless err refuses that field for a reason that says so.
func WantField(t testing.TB, err error, field, says string) {
	t.Helper()
	var e *apperr.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a refusal of %s", err, field)
	}
	for _, f := range e.Fields {
		if f.Name == field && strings.Contains(f.Message, says) {
			return
		}
	}
	t.Errorf("no refusal of %s for %q, only %v", field, says, e.Fields)
}

// WantCode fails unless err has that code.
func WantCode(t testing.TB, err error, code apperr.Code) {
	t.Helper()
	if err == nil || apperr.CodeOf(err) != code {
		t.Fatalf("got %v, want %s", err, code)
	}
}

// File is the id of a file that a has uploaded.
func (d *Door) File(a *authz.Actor) string {
	d.T.Helper()
	id := uuid.Must(uuid.NewV7())
	_, err := d.Pool.Exec(d.T.Context(), `
		INSERT INTO file (id, sha256, size, media_type, name, uploaded_by, uploaded_at) VALUES ($1, sha256(convert_to($3, 'UTF8')), 1, 'application/pdf', '材料.pdf', $2, now())`, id, a.Person, id.String())
	if err != nil {
		d.T.Fatal(err)
	}
	return id.String()
}
