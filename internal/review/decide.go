package review

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// ActInput is a step to take.
type ActInput struct {
	ID      uuid.UUID
	Version int // as read; of two who act on one version, one wins and the other is told
	Action  Action
	Note    string
	Reasons []Reason
}

// Act takes a step of the workflow.
func (s *Service) Act(ctx context.Context, in ActInput) (Detail, error) {
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error { return s.actTx(ctx, tx, in) })
	if err != nil {
		return Detail{}, err
	}
	return s.Get(ctx, in.ID)
}

// Outcome is what came of one submission of a batch.
type Outcome struct {
	ID      uuid.UUID `json:"id"`
	Done    bool      `json:"done" doc:"为真表示已办理"`
	Message string    `json:"message,omitempty" doc:"没有办理的原因"`
}

// ActMany takes a step on each of several; one that cannot be does not stop the rest.
func (s *Service) ActMany(ctx context.Context, list []ActInput) ([]Outcome, error) {
	out := make([]Outcome, 0, len(list))
	for _, in := range list {
		o := Outcome{ID: in.ID, Done: true}
		if err := db.InTx(ctx, s.Pool, func(tx db.Tx) error { return s.actTx(ctx, tx, in) }); err != nil {
			refusal, ok := apperr.As(err)
			if !ok || refusal.Code == apperr.Internal {
				return out, err
			}
			o.Done, o.Message = false, refusal.Message
		}
		out = append(out, o)
	}
	return out, nil
}

func (s *Service) actTx(ctx context.Context, tx db.Tx, in ActInput) error {
	sub, k, err := s.visible(ctx, tx, in.ID, true)
	if err != nil {
		return err
	}
	by := Author
	if slices.Contains([]Action{Accept, Return, Reject}, in.Action) {
		by = Reviewer
		if why := s.why(ctx, k, sub); why != "" {
			if err := s.Policy.Require(ctx, k.Review, authz.Scope{Region: sub.RegionCode, Sectors: sub.Sectors}); err != nil {
				return err // logged as a refusal
			}
			return apperr.New(apperr.Forbidden, "%s", why)
		}
		if why, err := barred(ctx, tx, k, sub); err != nil || why != "" {
			if err == nil {
				err = apperr.New(apperr.Forbidden, "%s", why)
			}
			return err
		}
	} else if !s.prepares(ctx, k, sub) {
		return apperr.New(apperr.Forbidden, "只有提交方可以这样做")
	}
	if err := fresh(ctx, tx, sub, in.Version); err != nil {
		return err
	}
	if _, err := Workflow.Next(sub.State, in.Action, by); err != nil {
		return err
	}
	if err := in.check(k); err != nil {
		return err
	}
	switch in.Action {
	case Submit:
		err = s.submitTx(ctx, tx, k, &sub)
	case Accept:
		err = s.acceptTx(ctx, tx, k, &sub)
	default: // the others only move
	}
	if err != nil {
		return err
	}
	if err := s.stepTx(ctx, tx, k, &sub, by, in); err != nil {
		return err
	}
	if sub.State == Accepted && sub.PublicityUntil == nil {
		return s.publishTx(ctx, tx, k, &sub, "")
	}
	return nil
}

// check asks for the why of a no, and that each reason names a field of the form.
func (in ActInput) check(k Kind) error {
	var bad []apperr.Field
	if strings.ContainsRune(in.Note, 0) || len([]rune(in.Note)) > 2000 {
		bad = append(bad, apperr.Field{Name: "note", Message: "意见应是不超过 2000 个字的文字"})
	}
	if (in.Action == Return || in.Action == Reject) && strings.TrimSpace(in.Note) == "" && len(in.Reasons) == 0 {
		bad = append(bad, apperr.Field{Name: "note", Message: "退回或不予通过须写明理由：错在哪里，怎样才对"})
	}
	for i, r := range in.Reasons {
		if !k.Form.has(r.Field) {
			bad = append(bad, apperr.Field{Name: "reasons[" + itoa(i) + "].field", Message: "应是表单中的字段"})
		}
		if strings.TrimSpace(r.Reason) == "" || strings.ContainsRune(r.Reason, 0) {
			bad = append(bad, apperr.Field{Name: "reasons[" + itoa(i) + "].reason", Message: "须写明理由：错在哪里，怎样才对"})
		}
	}
	return apperr.InvalidFields(bad)
}

// submitTx judges the whole content and starts the clock of the formal check.
func (s *Service) submitTx(ctx context.Context, tx db.Tx, k Kind, sub *Submission) error {
	bad, _, _, err := s.judge(ctx, tx, k, *sub)
	if err != nil {
		return err
	}
	if len(bad) > 0 {
		return apperr.InvalidFields(prefixed(bad))
	}
	// An official's own matter must lie where he may prepare it.
	if !k.ForOrganisation {
		if err := s.Policy.Require(ctx, k.Prepare, authz.Scope{Region: sub.RegionCode, Sectors: sub.Sectors}); err != nil {
			return err
		}
	}
	n, err := s.Workdays(ctx, tx, ruleReview+sub.Kind, sub.RegionCode, sub.now)
	if err != nil {
		return err
	}
	due, provisional, err := s.Due(ctx, tx, sub.now, n)
	if err != nil {
		return err
	}
	sub.SubmittedAt, sub.DueAt, sub.DueProvisional = &sub.now, &due, provisional
	sub.Author = authz.From(ctx).Person
	return nil
}

// acceptTx judges once more, since the world may have moved, and sets the publicity.
func (s *Service) acceptTx(ctx context.Context, tx db.Tx, k Kind, sub *Submission) error {
	bad, _, _, err := s.judge(ctx, tx, k, *sub)
	if err != nil {
		return err
	}
	if len(bad) > 0 {
		return apperr.InvalidFields(prefixed(bad))
	}
	if sub.base, err = s.published(ctx, tx, k, *sub); err != nil {
		return err
	}
	n, err := s.Workdays(ctx, tx, rulePublicity+k.Name, sub.RegionCode, sub.now)
	if err != nil {
		return err
	}
	sub.PublicityUntil = nil
	if n > 0 {
		until, _, err := s.Due(ctx, tx, sub.now, n)
		if err != nil {
			return err
		}
		sub.PublicityUntil = &until
	}
	return nil
}

// stepTx moves the state, keeps the event, and tells who should know.
func (s *Service) stepTx(ctx context.Context, tx db.Tx, k Kind, sub *Submission, by By, in ActInput) error {
	from := sub.State
	to, err := Workflow.Next(from, in.Action, by)
	if err != nil {
		return err
	}
	var person *uuid.UUID
	name := "平台程序"
	if a := authz.From(ctx); a != nil && by != Clock {
		person, name = &a.Person, a.Name
		if by == Reviewer {
			sub.DecidedBy, sub.DecidedAt = person, &sub.now
		}
	}
	sub.State = to
	if err := updateState(ctx, tx, *sub, from); err != nil {
		return err
	}
	sub.Version++
	if err := insertEvent(ctx, tx, *sub, from, in, person, name); err != nil {
		return err
	}
	if err := record(ctx, tx, *sub, audit.Done, actionPermission(k, by), Workflow.Labels[in.Action]); err != nil {
		return err
	}
	return s.Announce(ctx, tx, Announcement{Submission: *sub, Kind: k, Action: in.Action, Note: in.Note, Reasons: in.Reasons})
}

func actionPermission(k Kind, by By) string {
	if by == Author {
		return string(k.Prepare)
	}
	return string(k.Review)
}

// publishTx lets the domain publish, and ends the matter.
func (s *Service) publishTx(ctx context.Context, tx db.Tx, k Kind, sub *Submission, note string) error {
	content, err := s.opened(ctx, tx, k, *sub)
	if err != nil {
		return err
	}
	subject, err := k.Publish(ctx, tx, *sub, content)
	if err != nil {
		return err
	}
	sub.SubjectID, sub.PublishedAt = &subject, &sub.now
	return s.stepTx(ctx, tx, k, sub, Clock, ActInput{ID: sub.ID, Action: Publish, Note: note})
}
