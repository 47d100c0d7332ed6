package procurement

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

const (
	permitPrepare authz.Permission = "procurement:prepare"
	permitReview  authz.Permission = "procurement-submission:review"
)

// Kinds are what a purchaser submits: a notice, and an amendment of an open one.
func (s *Service) Kinds() []review.Kind {
	kind := func(name, label, help string) review.Kind {
		return review.Kind{Name: name, Label: label, Help: help, Form: noticeForm(), Prepare: permitPrepare, Review: permitReview, ForOrganisation: true, Subject: "procurement", Place: placeNotice}
	}
	notice := kind("procurement-notice", "采购公告", "项目业主发布采购需求，审核通过即公开并开始报名")
	notice.Begin, notice.Judge, notice.Publish = s.beginNotice, s.judgeNotice, s.publishNotice

	amendment := kind("procurement-amendment", "采购公告更正", "更正报名中的公告；影响报名或报价的，报名截止随之顺延")
	amendment.Begin, amendment.Judge, amendment.Published, amendment.Publish = s.beginAmendment, s.judgeAmendment, publishedTerms, s.publishAmendment
	return []review.Kind{notice, amendment}
}

func placeNotice(_ context.Context, _ db.Querier, _ review.Submission, c review.Content) (review.Place, error) {
	t, err := termsOf(c)
	if err != nil {
		return review.Place{}, err
	}
	p := review.Place{Title: t.ProjectName, Region: t.Region, Sectors: []string{}}
	if p.Title == "" {
		p.Title = "未命名的采购公告"
	}
	return p, nil
}

// beginNotice starts a notice: empty, or from an earlier one of the same purchaser (the
// subject named). One that failed is repeated: its next round is counted.
func (s *Service) beginNotice(ctx context.Context, tx db.Tx, sub review.Submission) (uuid.UUID, review.Content, error) {
	name, _, err := purchaserName(ctx, tx, sub.Org())
	if err != nil {
		return uuid.Nil, nil, err
	}
	if name == "" {
		return uuid.Nil, nil, apperr.New(apperr.Conflict, "本单位还没有通过项目业主核验，请先办理核验")
	}
	id := uuid.Must(uuid.NewV7())
	c := review.Content{"fund": string(Own), "pricing": string(Quoted), "algorithm": "sha256", "sourceKind": string(Drand), "fallbackKind": string(Commit), "fallbackHours": float64(24)}
	if sub.Subject() == uuid.Nil {
		region, err := regionOf(ctx, tx, sub.Org())
		c["region"] = region
		return id, c, err
	}
	p, err := load(ctx, tx, sub.Subject(), false)
	if err != nil {
		return uuid.Nil, nil, err
	}
	if p.OrgID != sub.Org() {
		return uuid.Nil, nil, errNotFound
	}
	t := p.Terms
	t.Deadline, t.SelectionAt, t.Previous = time.Time{}, time.Time{}, ""
	if p.State == Failed {
		t.Previous = p.ID.String()
	}
	if t.Source.Kind == Lottery || t.Fallback.Kind == Lottery { // their editions are past
		t.Source, t.Fallback = EntropySource{Kind: Drand}, EntropySource{Kind: Commit}
	}
	c, err = contentOf(t)
	return id, c, err
}

// publishNotice makes the procurement. Its time runs from now, by the database's clock:
// where the review took so long that sign-up would be too short, it is not published.
func (s *Service) publishNotice(ctx context.Context, tx db.Tx, sub review.Submission, c review.Content) (uuid.UUID, error) {
	t, err := termsOf(c)
	if err != nil {
		return uuid.Nil, err
	}
	now, err := dbNow(ctx, tx)
	if err != nil {
		return uuid.Nil, err
	}
	if err := s.stillRight(ctx, tx, t, sub.Org(), now); err != nil {
		return uuid.Nil, err
	}
	p := Procurement{ID: sub.Subject(), OrgID: sub.Org(), Region: t.Region, Title: t.ProjectName, Method: t.Method, Fiscal: t.IsFiscal(), State: Open, Round: 1, PublishedAt: now, TermsVersion: 1, AnswerVersion: 1}
	p.take(t)
	name, shown, err := purchaserName(ctx, tx, p.OrgID)
	if err != nil {
		return uuid.Nil, err
	}
	p.Purchaser = name
	if t.Previous != "" {
		before, err := load(ctx, tx, uuid.MustParse(t.Previous), false)
		if err != nil {
			return uuid.Nil, err
		}
		p.Round, p.Previous = before.Round+1, &before.ID
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return uuid.Nil, err
	}
	p.Recipient = identity.Recipient().String()
	if err := insertProcurement(ctx, tx, &p, s.Vault.Seal(FieldIdentity, identity.String()), sub.ID); err != nil {
		return uuid.Nil, err
	}
	_, err = s.recordTx(ctx, tx, &p, "", step{Action: Publish, By: Operator, Note: "采购公告发布，报名截止 " + clock.Until(p.Deadline), Kind: "procurement-notice",
		Body: map[string]any{"number": p.Number, "purchaser": shown, "round": p.Round, "terms": p.Terms, "recipient": p.Recipient}})
	if err != nil {
		return uuid.Nil, err
	}
	if err := s.CommitPlatformTx(ctx, tx, &p); err != nil {
		return uuid.Nil, err
	}
	return p.ID, s.tellEligible(ctx, tx, p, Publish, "")
}

// take puts terms in force. Times count to the millisecond; the round of drand follows
// from the selection time.
func (p *Procurement) take(t Terms) {
	t.Deadline, t.SelectionAt = t.Deadline.Truncate(time.Millisecond), t.SelectionAt.Truncate(time.Millisecond)
	if t.Source.Kind == Drand {
		t.Source.Chain, t.Source.Round = quicknet.Hash, quicknet.FirstAfter(t.SelectionAt)
	}
	p.Terms, p.Deadline, p.SelectionAt = t, t.Deadline, t.SelectionAt
	p.Region, p.Title, p.Method, p.Fiscal = t.Region, t.ProjectName, t.Method, t.IsFiscal()
}

// stillRight refuses to publish what has become wrong since it was submitted.
func (s *Service) stillRight(ctx context.Context, q db.Querier, t Terms, org uuid.UUID, now time.Time) error {
	j, err := s.judgeTerms(ctx, q, t, org, now, now)
	if err != nil || len(j.Faults) == 0 {
		return err
	}
	words := make([]string, len(j.Faults))
	for i, f := range j.Faults {
		words[i] = f.Message
	}
	return apperr.New(apperr.Conflict, "现在发布已不符合要求，请退回修改：%s", strings.Join(words, "；"))
}

func (s *Service) tellEligible(ctx context.Context, tx db.Tx, p Procurement, action review.Action, note string) error {
	agencies, err := s.eligibleAgencies(ctx, tx, p)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, Announcement{Procurement: p, Action: action, Agencies: agencies, Note: note})
}

// beginAmendment starts from the notice as it stands.
func (s *Service) beginAmendment(ctx context.Context, tx db.Tx, sub review.Submission) (uuid.UUID, review.Content, error) {
	if sub.Subject() == uuid.Nil {
		return uuid.Nil, nil, apperr.InvalidField("subject", "请写明要更正的采购")
	}
	p, err := s.amendable(ctx, tx, sub, false)
	if err != nil {
		return uuid.Nil, nil, err
	}
	c, err := contentOf(p.Terms)
	return p.ID, c, err
}

// amendable is an open procurement of the submitting organisation.
func (s *Service) amendable(ctx context.Context, q db.Querier, sub review.Submission, lock bool) (Procurement, error) {
	p, err := load(ctx, q, sub.Subject(), lock)
	if err != nil {
		return p, err
	}
	now, err := dbNow(ctx, q)
	switch {
	case err != nil:
		return p, err
	case p.OrgID != sub.Org():
		return p, errNotFound
	case p.State != Open || !now.Before(p.Deadline):
		return p, apperr.New(apperr.Conflict, "只能更正报名中的公告，“%s”已经截止或者结束", p.Title)
	}
	return p, nil
}

func publishedTerms(ctx context.Context, q db.Querier, sub review.Submission) (review.Content, error) {
	p, err := load(ctx, q, sub.Subject(), false)
	if errors.Is(err, errNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return contentOf(p.Terms)
}

func (s *Service) judgeAmendment(ctx context.Context, q db.Querier, sub review.Submission, c review.Content) (review.Judgement, error) {
	t, err := termsOf(c)
	if err != nil {
		return review.Judgement{}, nil //nolint:nilerr // as in judgeNotice
	}
	p, err := load(ctx, q, sub.Subject(), false)
	if err != nil {
		return review.Judgement{}, err
	}
	return s.judgeChange(ctx, q, p, t, sub.Now())
}

// judgeChange judges amended terms. What matters to whoever bids gives the whole sign-up
// time anew; the rest keeps the deadline, which never comes nearer.
func (s *Service) judgeChange(ctx context.Context, q db.Querier, p Procurement, t Terms, now time.Time) (review.Judgement, error) {
	from := p.PublishedAt
	if matters(p.Terms, t) {
		from = now
	}
	j, err := s.judgeTerms(ctx, q, t, p.OrgID, now, from)
	if err != nil {
		return j, err
	}
	if t.Deadline.Before(p.Deadline) && !t.Deadline.IsZero() {
		j.Faults = append(j.Faults, fault("deadline", "更正不能提前报名截止（%s）", clock.Until(p.Deadline)))
	}
	if t.Fund != p.Terms.Fund {
		j.Faults = append(j.Faults, fault("fund", "资金来源不能更正，请撤回后重新发布"))
	}
	if t.Previous != p.Terms.Previous {
		j.Faults = append(j.Faults, fault("previous", "不能更正"))
	}
	switch {
	case redo(p.Terms, t):
		j.Cautions = append(j.Cautions, review.Caution{Field: "method", Message: "更正了事项、报价方式、价格、资质或者选取方式：已经提交的投标须重新提交，否则开标时无效"})
	case matters(p.Terms, t):
		j.Cautions = append(j.Cautions, review.Caution{Field: "deadline", Message: "更正影响报名，报名时间从更正发布起重新计算"})
	}
	return j, nil
}

// redo reports whether what is bid for has changed, so that a bid made before does not
// answer it any more.
func redo(a, b Terms) bool {
	return !slices.Equal(a.Items, b.Items) || a.Pricing != b.Pricing || a.PriceFen != b.PriceFen || a.CeilingFen != b.CeilingFen || a.FloorFen != b.FloorFen ||
		a.Method != b.Method || a.DaysCeiling > b.DaysCeiling || !sameQualifications(a, b) || a.Keep != b.Keep || a.Shortlist != b.Shortlist ||
		a.PriceWeight != b.PriceWeight || a.TechWeight != b.TechWeight || a.CreditWeight != b.CreditWeight
}

// matters reports whether a change bears on who bids, and how.
func matters(a, b Terms) bool {
	return redo(a, b) || a.Scope != b.Scope || a.Result != b.Result || a.Delivery != b.Delivery || a.Payment != b.Payment || a.Practitioners != b.Practitioners || a.DaysCeiling != b.DaysCeiling
}

func sameQualifications(a, b Terms) bool {
	return a.QualificationRule == b.QualificationRule && slices.EqualFunc(a.Qualifications, b.Qualifications, func(x, y Qualification) bool { return x.Name == y.Name && x.Level == y.Level })
}

// publishAmendment puts the amended terms in force between two bids: none is made to terms
// that change under it.
func (s *Service) publishAmendment(ctx context.Context, tx db.Tx, sub review.Submission, c review.Content) (uuid.UUID, error) {
	t, err := termsOf(c)
	if err != nil {
		return uuid.Nil, err
	}
	if err := lockBids(ctx, tx, sub.Subject(), true); err != nil {
		return uuid.Nil, err
	}
	p, err := s.amendable(ctx, tx, sub, true)
	if err != nil {
		return uuid.Nil, err
	}
	now, err := dbNow(ctx, tx)
	if err != nil {
		return uuid.Nil, err
	}
	j, err := s.judgeChange(ctx, tx, p, t, now)
	if err != nil {
		return uuid.Nil, err
	}
	if len(j.Faults) > 0 {
		return uuid.Nil, apperr.New(apperr.Conflict, "现在发布更正已不符合要求，请退回修改：%s", j.Faults[0].Message)
	}
	again := redo(p.Terms, t)
	p.TermsVersion++
	if again {
		p.AnswerVersion = p.TermsVersion
	}
	p.take(t)
	if err := putTerms(ctx, tx, p); err != nil {
		return uuid.Nil, err
	}
	note := "公告更正，报名截止 " + clock.Until(p.Deadline)
	if again {
		note += "；更正前的投标须重新提交"
	}
	if _, err := s.takeTx(ctx, tx, &p, step{Action: Amend, By: Purchaser, Note: note, Kind: "procurement-amendment", Body: map[string]any{"version": p.TermsVersion, "answerVersion": p.AnswerVersion, "terms": p.Terms}}); err != nil {
		return uuid.Nil, err
	}
	return p.ID, s.tellEligible(ctx, tx, p, Amend, note)
}
