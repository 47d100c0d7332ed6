package review

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
)

// Deps are what the engine works with.
type Deps struct {
	Pool   *db.Pool
	Vault  *secret.Vault
	Policy *authz.Policy

	// Workdays is a rule's number of working days on that day in that region.
	Workdays func(ctx context.Context, q db.Querier, rule, region string, at time.Time) (int, error)
	// Due is the end of the n-th working day after from; provisional when the calendar it
	// rests on is not yet published.
	Due func(ctx context.Context, q db.Querier, from time.Time, n int) (at time.Time, provisional bool, err error)
	// Announce tells people of a step, in its transaction.
	Announce func(ctx context.Context, tx db.Tx, a Announcement) error
}

// Announcement is a step taken, for those who should know.
type Announcement struct {
	Submission Submission
	Kind       Kind
	Action     Action // of Workflow, or Escalate, Assign, FileObjection
	Note       string
	Reasons    []Reason
}

// Announced, though they move nothing.
const (
	Escalate Action = "escalate" // the formal check is late
	Assign   Action = "assign"   // given to a reviewer by someone else
)

// Rules the engine asks for (platform/rules).
const (
	ruleReview    = "review.workdays."
	rulePublicity = "review.publicity_workdays."
)

// Service is what can be done with submissions.
type Service struct {
	Deps
	kinds map[string]Kind
	order []string
}

// New makes the engine for kinds, in the order a page lists them.
func New(d Deps, kinds ...Kind) *Service {
	s := &Service{Deps: d, kinds: map[string]Kind{}}
	for _, k := range kinds {
		if _, twice := s.kinds[k.Name]; twice {
			panic("review: two kinds are called " + k.Name) // each would be listed and counted twice
		}
		s.kinds[k.Name] = k
		s.order = append(s.order, k.Name)
	}
	return s
}

// Kinds are those the actor may prepare or review somewhere.
func (s *Service) Kinds(ctx context.Context) ([]KindInfo, error) {
	out := []KindInfo{}
	// Whoever reads submissions needs the words of their forms.
	reads := s.Policy.May(ctx, "submission:read", authz.Anywhere) || s.Policy.May(ctx, "submission:read-own", authz.Anywhere)
	for _, name := range s.order {
		k, err := s.kinds[name].current(ctx, s.Pool)
		if err != nil {
			return nil, err
		}
		i := KindInfo{Name: k.Name, Label: k.Label, Help: k.Help, ForOrganisation: k.ForOrganisation, Subject: k.Subject, Form: k.Form,
			MayPrepare: s.Policy.May(ctx, k.Prepare, authz.Anywhere), MayReview: s.Policy.May(ctx, k.Review, authz.Anywhere)}
		if i.MayPrepare || i.MayReview || reads {
			out = append(out, i)
		}
	}
	return out, nil
}

func (s *Service) kind(name string) (Kind, error) {
	k, ok := s.kinds[name]
	if !ok {
		return k, apperr.InvalidField("kind", "没有这类申请，可选的见 /api/v1/submission-kinds")
	}
	return k, nil
}

// scopeOf is where a submission belongs.
func scopeOf(s Submission) authz.Scope {
	return authz.Scope{Region: s.RegionCode, Sectors: s.Sectors, Organisation: s.Org(), Person: s.Author}
}

// prepares reports whether the actor stands on the author's side.
func (s *Service) prepares(ctx context.Context, k Kind, sub Submission) bool {
	a := authz.From(ctx)
	if a == nil {
		return false
	}
	if k.ForOrganisation {
		return s.Policy.May(ctx, k.Prepare, authz.Scope{Organisation: sub.Org()})
	}
	return a.Person == sub.Author && s.Policy.May(ctx, k.Prepare, scopeOf(sub))
}

// why reports why the actor may not decide, or nothing. Nobody reviews what is his own
// or his organisation's (domain.md section 3).
func (s *Service) why(ctx context.Context, k Kind, sub Submission) string {
	a := authz.From(ctx)
	switch {
	case a == nil || !s.Policy.May(ctx, k.Review, authz.Scope{Region: sub.RegionCode, Sectors: sub.Sectors}):
		return "您没有审核这类事项的权限，或者它不在您的管辖范围内"
	case a.Person == sub.Author:
		return "不能审核自己提交的事项，须由他人办理"
	case sub.OrgID != nil && slices.ContainsFunc(a.Grants, func(g authz.Grant) bool { return g.Organisation == *sub.OrgID }):
		return "您是提交单位的人员，不能审核本单位的事项，须由他人办理"
	}
	return ""
}

// barred is what the kind has against the actor's deciding.
func barred(ctx context.Context, q db.Querier, k Kind, sub Submission) (string, error) {
	if k.Barred == nil {
		return "", nil
	}
	return k.Barred(ctx, q, sub, authz.From(ctx).Person)
}

// sees reports whether the actor may read a submission at all.
func (s *Service) sees(ctx context.Context, k Kind, sub Submission) bool {
	if s.prepares(ctx, k, sub) || sub.OrgID != nil && s.Policy.May(ctx, "submission:read-own", authz.Scope{Organisation: *sub.OrgID}) ||
		authz.From(ctx) != nil && authz.From(ctx).Person == sub.Author {
		return true
	}
	if sub.State == Draft || sub.SubmittedAt == nil { // not handed in, or taken back: its authors' alone
		return false
	}
	return s.why(ctx, k, sub) == "" || s.Policy.May(ctx, "submission:read", scopeOf(sub))
}

var errNone = apperr.New(apperr.NotFound, "没有这件申请，或者它不在您的查看范围内")

// visible loads a submission the actor may see; any other is as if it were not there.
func (s *Service) visible(ctx context.Context, q db.Querier, id uuid.UUID, lock bool) (Submission, Kind, error) {
	sub, err := loadSubmission(ctx, q, id, lock)
	if err != nil {
		return sub, Kind{}, err
	}
	k, ok := s.kinds[sub.Kind]
	if !ok || !s.sees(ctx, k, sub) {
		return sub, k, errNone
	}
	sub.KindLabel = k.Label
	k, err = k.current(ctx, q)
	return sub, k, err
}

// record writes one line of the audit log about a submission.
func record(ctx context.Context, q db.Querier, sub Submission, outcome audit.Outcome, action, summary string) error {
	return audit.Record(ctx, q, audit.Entry{
		Outcome: outcome, Action: action, Kind: "submission", ID: sub.ID.String(), Organisation: sub.Org(), Region: sub.RegionCode,
		Summary: fmt.Sprintf("%s（%s %s）：%s", sub.Title, sub.KindLabel, sub.Number, summary),
	})
}
