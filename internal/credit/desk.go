package credit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
)

// DeskDeps are what records are kept with.
type DeskDeps struct {
	Pool   *db.Pool
	Vault  *secret.Vault
	Policy *authz.Policy
	// Log appends to the public log in the transaction of what it tells. body must hold no
	// personal data; it is published as JSON.
	Log func(ctx context.Context, tx db.Tx, l LogLine) error
	// Tell sends messages in the transaction of what they tell.
	Tell func(ctx context.Context, tx db.Tx, t Told) error
	// Rule is a number of the region's rule set on that day; RuleOf the one under a key of it.
	Rule   func(ctx context.Context, q db.Querier, name, region string, at time.Time) (int, error)
	RuleOf func(ctx context.Context, q db.Querier, name, key, region string, at time.Time) (int, error)
	// Due as in review.Deps.
	Due func(ctx context.Context, q db.Querier, from time.Time, n int) (at time.Time, provisional bool, err error)
}

// LogLine is a line for the public log.
type LogLine struct {
	Kind    string // credit-record, credit-rubric, credit-ban
	Subject uuid.UUID
	Region  string
	Body    any
}

// Told is a step of a record's life, for those who should know of it.
type Told struct {
	Action       review.Action
	Record       uuid.UUID
	Agency       uuid.UUID
	AgencyName   string
	Organisation uuid.UUID // of the agency; uuid.Nil where nobody has claimed it
	Region       string
	Sectors      []string
	Note         string
}

// Desk keeps the rubric, the records and the bans: what is decided by people, where the
// scores of [Service] follow by themselves.
type Desk struct{ DeskDeps }

// NewDesk makes the desk.
func NewDesk(d DeskDeps) *Desk { return &Desk{d} }

const (
	permitPropose authz.Permission = "credit-record:propose"
	permitConfirm authz.Permission = "credit-record:confirm"
	permitRead    authz.Permission = "credit-record:read"
	permitAnswer  authz.Permission = "credit-record:answer" // an agency's people: defence, repair, appeal
	proposeRubric authz.Permission = "credit-rubric:propose"
	confirmRubric authz.Permission = "credit-rubric:confirm"
	proposeBan    authz.Permission = "credit-ban:propose"
	confirmBan    authz.Permission = "credit-ban:confirm"
	proposePerson authz.Permission = "practitioner-record:propose"
	confirmPerson authz.Permission = "practitioner-record:confirm"
	ruleDefence                    = "credit.defence_workdays"
	ruleRepair                     = "credit.repair_months"
	ruleAppeal                     = "credit.appeal_days"
	logRecord                      = "credit-record"
)

var errNoRecord = apperr.New(apperr.NotFound, "没有这条信用记录，或者它不在您的查看范围内")

// place is where a record belongs: where its agency is served, under the sectors of what
// the agency offers.
func (l *life) scope() authz.Scope { return authz.Scope{Region: l.region, Sectors: l.sectors} }

// sides are those of the record on which the actor stands. Nobody decides what he
// proposed or had told, or what concerns his own organisation (domain.md section 3).
func (d *Desk) sides(ctx context.Context, l *life) map[review.By]bool {
	a := authz.From(ctx)
	if a == nil {
		return nil
	}
	if l.org != uuid.Nil && a.Of(l.org) {
		return map[review.By]bool{ByAgency: d.Policy.May(ctx, permitAnswer, authz.Scope{Organisation: l.org})}
	}
	mine := a.Person == l.proposer || a.Person == l.notifier
	return map[review.By]bool{
		ByProposer:  d.Policy.May(ctx, permitPropose, l.scope()) && (mine || l.state == Proposed),
		ByConfirmer: !mine && d.Policy.May(ctx, permitConfirm, l.scope()),
	}
}

// sees reports whether the actor may read the record: officials of its place, and its
// agency from the notice on.
func (d *Desk) sees(ctx context.Context, l *life) bool {
	a := authz.From(ctx)
	switch {
	case a == nil:
		return false
	case l.org != uuid.Nil && a.Of(l.org):
		return l.notifiedAt != nil
	}
	return a.Person == l.notifier || d.Policy.May(ctx, permitRead, l.scope())
}

// visible loads a record that the actor may see; any other is as if it were not there.
func (d *Desk) visible(ctx context.Context, q db.Querier, id uuid.UUID, lock bool) (*life, error) {
	l, err := loadLife(ctx, q, id, lock)
	if err != nil {
		return nil, err
	}
	if !d.sees(ctx, l) {
		return nil, errNoRecord
	}
	return l, nil
}

// step finds where an action of the actor leads, and from which side it is taken.
func (d *Desk) step(ctx context.Context, l *life, action review.Action) (to review.State, by review.By, err error) {
	sides := d.sides(ctx, l)
	for _, by := range []review.By{ByProposer, ByConfirmer, ByAgency} {
		if !sides[by] {
			continue
		}
		if to, err := Workflow.Next(l.on(l.now), action, by); err == nil {
			return to, by, nil
		}
	}
	return "", "", d.refusal(ctx, l, action, sides)
}

// refusal says why the actor may not take a step: for who he is, or for where it stands.
func (d *Desk) refusal(ctx context.Context, l *life, action review.Action, sides map[review.By]bool) error {
	needs := map[review.Action]review.By{Notify: ByProposer, Defend: ByAgency, Confirm: ByConfirmer}[action]
	if needs == "" {
		needs = ByConfirmer
		if sides[ByProposer] {
			needs = ByProposer
		}
	}
	if _, err := Workflow.Next(l.on(l.now), action, needs); err != nil {
		return err
	}
	a := authz.From(ctx)
	switch {
	case a != nil && needs == ByConfirmer && (a.Person == l.proposer || a.Person == l.notifier):
		return apperr.New(apperr.Forbidden, "提出、告知的人不能认定，须由他人办理")
	case a != nil && l.org != uuid.Nil && a.Of(l.org) && needs != ByAgency:
		return apperr.New(apperr.Forbidden, "不能办理本单位的信用记录，须由他人办理")
	case needs == ByAgency:
		return apperr.New(apperr.Forbidden, "只有被记录的机构可以申辩")
	}
	perm := permitConfirm
	if needs == ByProposer {
		perm = permitPropose
	}
	if err := d.Policy.Require(ctx, perm, l.scope()); err != nil {
		return err // logged as a refusal
	}
	return apperr.New(apperr.Forbidden, "只有提出的人可以这样做")
}
