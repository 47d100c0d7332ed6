package agency

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

var errNotAgency = apperr.New(apperr.Forbidden, "只有以中介机构注册、有统一社会信用代码的单位可以办理")

// applicant is the organisation that applies.
func applicant(ctx context.Context, q db.Querier, s review.Submission) (identity.Organisation, error) {
	o, err := identity.LoadOrganisation(ctx, q, s.Org(), false)
	if err == nil && (o.Kind != identity.AgencyOrg || o.USCC == "") {
		err = errNotAgency
	}
	return o, err
}

// beginAdmission starts from what the organisation registered with, and where an agency
// of its code was imported, or was here before, from what is known of it.
func (d Door) beginAdmission(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	o, err := applicant(ctx, tx, s)
	if err != nil {
		return uuid.Nil, nil, err
	}
	known, err := standingOf(ctx, tx, o.USCC)
	if err != nil {
		return uuid.Nil, nil, err
	}
	var subject uuid.UUID
	p := profile{Name: o.Name}
	if known != nil {
		if err := known.admissible(o, s); err != nil {
			return uuid.Nil, nil, err
		}
		subject = known.id
		if p, err = d.profileOf(ctx, tx, known.id); err != nil {
			return uuid.Nil, nil, err
		}
	}
	if err := about(s, subject); err != nil {
		return uuid.Nil, nil, err
	}
	p.USCC, p.HandlingRegion, p.Committed = o.USCC, orWord(p.HandlingRegion, o.Region), false
	c, err := review.Encode(p)
	return subject, c, err
}

// admissible refuses an organisation whose agency is in the market by its own hand.
func (k *standing) admissible(o identity.Organisation, s review.Submission) error {
	switch now := k.on(s); {
	case k.org == uuid.Nil && Present(now): // imported: to be claimed
		return nil
	case k.org != uuid.Nil && k.org != o.ID && !k.orgClosed:
		return apperr.New(apperr.Conflict, "统一社会信用代码 %s 的机构已由另一个账号办理入驻；代码是您的，请联系平台核实", o.USCC)
	case k.org == o.ID && Present(now):
		return apperr.New(apperr.Conflict, "本机构已经入驻（%s），内容有变动请提交“机构变更”", Workflow.States[now])
	}
	return nil // exited, removed, or of an account that is closed
}

func (d Door) placeProfile(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Place, error) {
	o, err := applicant(ctx, q, s)
	if err != nil {
		return review.Place{}, err
	}
	p, err := review.Decode[profile](withoutSecrets(c))
	if err != nil {
		return review.Place{}, err
	}
	items, err := wantedItems(ctx, q, p.Items)
	return review.Place{Title: orWord(p.Name, o.Name), Region: orWord(p.HandlingRegion, o.Region), Sectors: sectorsOf(items)}, err
}

// withoutSecrets leaves out what may stand sealed in a draft and says nothing of where
// it belongs.
func withoutSecrets(c review.Content) review.Content {
	out := review.Content{}
	for _, name := range []string{"name", "handlingRegion", "items"} {
		if v, ok := c[name]; ok {
			out[name] = v
		}
	}
	return out
}

func (d Door) published(ctx context.Context, q db.Querier, s review.Submission) (review.Content, error) {
	if s.Subject() == uuid.Nil {
		return nil, nil
	}
	p, err := d.profileOf(ctx, q, s.Subject())
	if err != nil {
		return nil, err
	}
	return review.Encode(p)
}

func (d Door) judgeAdmission(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
	o, err := applicant(ctx, q, s)
	if err != nil {
		return review.Judgement{}, err
	}
	j, err := d.judgeProfile(ctx, q, s, c, o)
	if err != nil {
		return j, err
	}
	known, err := standingOf(ctx, q, o.USCC)
	if err != nil {
		return j, err
	}
	if known != nil {
		if err := known.admissible(o, s); err != nil {
			j.Faults = append(j.Faults, apperr.Field{Name: "uscc", Message: err.Error()})
		}
	}
	b, err := barOf(ctx, q, o.USCC, clock.Day(s.Now()))
	if err == nil && b.until != "" {
		j.Faults = append(j.Faults, apperr.Field{Name: "uscc", Message: b.words()})
	}
	if err != nil || d.Banned == nil {
		return j, err
	}
	// 安全生产法 第92条、环境影响评价法 第32条、资产评估法 第47条: whom the law bans is not admitted.
	banned, err := d.Banned(ctx, q, o.USCC, clock.Day(s.Now()))
	if banned != "" {
		j.Faults = append(j.Faults, apperr.Field{Name: "uscc", Message: "不能入驻：" + banned})
	}
	return j, err
}

// bar is until when a code may not be admitted; until is its last day, "" for no bar.
type bar struct{ until, reason string }

func (b bar) words() string {
	return fmt.Sprintf("在禁入期内，%s 以后（不含当日）才能申请入驻。原因：%s", b.until, b.reason)
}

// judgeProfile is what admission and change have in common.
func (d Door) judgeProfile(ctx context.Context, q db.Querier, s review.Submission, c review.Content, o identity.Organisation) (review.Judgement, error) {
	p, err := review.Decode[profile](c)
	if err != nil {
		return review.Judgement{}, err
	}
	items, err := wantedItems(ctx, q, p.Items)
	if err != nil {
		return review.Judgement{}, err
	}
	j := p.judge(clock.Day(s.Now()), items)
	if p.USCC != o.USCC {
		j.Faults = append(j.Faults, apperr.Field{Name: "uscc", Message: "统一社会信用代码应是注册时的 " + o.USCC + "，不能修改"})
	}
	if o.State == identity.Closed {
		j.Faults = append(j.Faults, apperr.Field{Name: "uscc", Message: "这个账号已经注销，不能办理"})
	}
	for name, code := range map[string]string{"region": p.Region, "handlingRegion": p.HandlingRegion} {
		known, err := regionKnown(ctx, q, code)
		if err != nil {
			return j, err
		}
		if !known {
			j.Faults = append(j.Faults, apperr.Field{Name: name, Message: "应从区划列表中选择"})
		}
	}
	found, err := d.doublePractice(ctx, q, o.USCC, p.Practitioners)
	if err != nil {
		return j, err
	}
	j.Cautions = append(j.Cautions, found...)
	if err := d.bannedPeople(ctx, q, &j, p.Practitioners, clock.Day(s.Now())); err != nil {
		return j, err
	}
	hidden, err := undeclared(ctx, q, o.USCC, p.Affiliations)
	j.Cautions = append(j.Cautions, hidden...)
	return j, err
}

// doublePractice warns of persons who practise at another agency too: they may, where
// their profession allows it, and the reviewer should ask.
func (d Door) doublePractice(ctx context.Context, q db.Querier, uscc string, people []signatory) ([]review.Caution, error) {
	digests, rows := [][]byte{}, []int32{}
	for i, s := range people {
		if s.IDNumber == "" {
			continue
		}
		for _, digest := range d.Vault.Digests(FieldPersonDigest, s.IDNumber) {
			digests, rows = append(digests, digest), append(rows, int32(i))
		}
	}
	if len(digests) == 0 {
		return nil, nil
	}
	found, err := practisingElsewhere(ctx, q, uscc, digests, rows)
	if err != nil {
		return nil, err
	}
	out := make([]review.Caution, len(found))
	for i, f := range found {
		out[i] = review.Caution{Field: fmt.Sprintf("practitioners[%d].idNumber", f.row), Message: "此人已登记在“" + f.agency + "”执业，可能双重执业，请核实"}
	}
	return out, nil
}

// bannedPeople refuses practitioners whom the law bans; the row says which person it is.
func (d Door) bannedPeople(ctx context.Context, q db.Querier, j *review.Judgement, people []signatory, day string) error {
	if d.BannedPerson == nil {
		return nil
	}
	for i, p := range people {
		if p.IDNumber == "" {
			continue
		}
		words, err := d.BannedPerson(ctx, q, p.IDNumber, day)
		if err != nil {
			return err
		}
		if words != "" {
			j.Faults = append(j.Faults, apperr.Field{Name: fmt.Sprintf("practitioners[%d].idNumber", i), Message: "此人不能登记执业：" + words})
		}
	}
	return nil
}

// publishAdmission admits: a new agency, an imported one that its own people claim, or
// one that comes back.
func (d Door) publishAdmission(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	o, err := applicant(ctx, tx, s)
	if err != nil {
		return uuid.Nil, err
	}
	p, err := review.Decode[profile](c)
	if err != nil {
		return uuid.Nil, err
	}
	known, err := lockStanding(ctx, tx, o.USCC)
	if err != nil {
		return uuid.Nil, err
	}
	a := publication{profile: p, org: o, day: clock.Day(s.Now()), now: s.Now()}
	from := Applicant
	if known == nil {
		a.id, a.fresh = uuid.Must(uuid.NewV7()), true
	} else {
		if err := known.admissible(o, s); err != nil {
			return uuid.Nil, err
		}
		from = known.on(s)
		a.id, a.again = known.id, !Present(from) // an imported one keeps its day and its measures
	}
	if a.fresh || a.again {
		if _, err := Workflow.Next(from, Admit, review.Author); err != nil {
			return uuid.Nil, err
		}
	}
	return a.id, d.publish(ctx, tx, s, a)
}

// publish stores what was accepted and tells who depends on it.
func (d Door) publish(ctx context.Context, tx db.Tx, s review.Submission, a publication) error {
	if err := d.storeAgency(ctx, tx, s, a); err != nil {
		return err
	}
	if err := identity.Stand(ctx, tx, a.org.ID, a.Name, a.HandlingRegion, identity.Verified); err != nil {
		return err
	}
	return d.tell(ctx, tx, a.id)
}
