package agency

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

var errNotAdmitted = apperr.New(apperr.Conflict, "本机构还没有入驻，或者已经退出，请提交“机构入驻”")

// about refuses a subject that someone named and that is not his own.
func about(s review.Submission, subject uuid.UUID) error {
	if s.Subject() != uuid.Nil && s.Subject() != subject {
		return apperr.InvalidField("subjectId", "只能办理本机构的事项；不必填写对象")
	}
	return nil
}

// ownAgency is the agency of the organisation that submits; it must be in the market.
func ownAgency(ctx context.Context, q db.Querier, s review.Submission) (*standing, error) {
	k, err := standingOfOrg(ctx, q, s.Org())
	if err == nil && (k == nil || !Present(k.on(s))) {
		err = errNotAdmitted
	}
	return k, err
}

func (d Door) beginChange(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	k, err := ownAgency(ctx, tx, s)
	if err != nil {
		return uuid.Nil, nil, err
	}
	if err := about(s, k.id); err != nil {
		return uuid.Nil, nil, err
	}
	p, err := d.profileOf(ctx, tx, k.id)
	if err != nil {
		return uuid.Nil, nil, err
	}
	p.Committed = false // what is promised is this change
	c, err := review.Encode(p)
	return k.id, c, err
}

func (d Door) judgeChange(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
	o, err := applicant(ctx, q, s)
	if err != nil {
		return review.Judgement{}, err
	}
	j, err := d.judgeProfile(ctx, q, s, c, o)
	if err != nil {
		return j, err
	}
	_, err = ownAgency(ctx, q, s)
	return refusedAs(j, "uscc", err)
}

// refusedAs turns what a domain refuses into a fault of a field.
func refusedAs(j review.Judgement, field string, err error) (review.Judgement, error) {
	if e, ok := apperr.As(err); ok && e.Code != apperr.Internal {
		j.Faults = append(j.Faults, apperr.Field{Name: field, Message: e.Message})
		return j, nil
	}
	return j, err
}

func (d Door) publishChange(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	o, err := applicant(ctx, tx, s)
	if err != nil {
		return uuid.Nil, err
	}
	p, err := review.Decode[profile](c)
	if err != nil {
		return uuid.Nil, err
	}
	k, err := lockStanding(ctx, tx, o.USCC)
	if err != nil {
		return uuid.Nil, err
	}
	if k == nil || k.org != o.ID || !Present(k.on(s)) {
		return uuid.Nil, errNotAdmitted
	}
	return k.id, d.publish(ctx, tx, s, publication{profile: p, id: k.id, org: o, day: clock.Day(s.Now()), now: s.Now()})
}

// leaving is what the form of exit holds.
type leaving struct {
	USCC   string `json:"uscc"`
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func (d Door) beginExit(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	k, err := ownAgency(ctx, tx, s)
	if err != nil {
		return uuid.Nil, nil, err
	}
	return k.id, review.Content{"uscc": k.uscc, "name": k.name}, about(s, k.id)
}

func (d Door) judgeExit(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
	var j review.Judgement
	in, err := review.Decode[leaving](c)
	if err != nil {
		return j, err
	}
	k, err := ownAgency(ctx, q, s)
	if err != nil {
		return refusedAs(j, "uscc", err)
	}
	j.Faults = append(j.Faults, k.same(in.USCC)...)
	if k.on(s) != Admitted {
		j.Cautions = append(j.Cautions, review.Caution{Field: "reason", Message: "机构" + Workflow.States[k.on(s)] + "至 " + k.until + "，退出后在此之前不能再次入驻"})
	}
	return j, nil
}

// same refuses a content whose prefilled part was made to name another agency.
func (k *standing) same(uscc string) []apperr.Field {
	if uscc == k.uscc {
		return nil
	}
	return []apperr.Field{{Name: "uscc", Message: "应是这家机构的 " + k.uscc + "，不能修改"}}
}

func (d Door) publishExit(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	in, err := review.Decode[leaving](c)
	if err != nil {
		return uuid.Nil, err
	}
	k, err := lockSubject(ctx, tx, s.Subject())
	if err != nil {
		return uuid.Nil, err
	}
	if k.org != s.Org() {
		return uuid.Nil, errNotAdmitted
	}
	from := k.on(s)
	to, err := Workflow.Next(from, Exit, review.Author)
	if err != nil {
		return uuid.Nil, err
	}
	if from != Admitted { // leaving does not end a term
		if err := insertBar(ctx, tx, k.uscc, k.until, Workflow.States[from]+"期内退出："+k.reason, s.ID); err != nil {
			return uuid.Nil, err
		}
	}
	if err := k.move(ctx, tx, s.Now(), to, "", in.Reason); err != nil {
		return uuid.Nil, err
	}
	if err := identity.Stand(ctx, tx, k.org, k.name, "", identity.Registered); err != nil {
		return uuid.Nil, err
	}
	return k.id, d.tell(ctx, tx, k.id)
}
