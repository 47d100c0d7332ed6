package expert

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/catalog"
	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
)

// Door is what experts get into the pool, stay in it and leave it through.
type Door struct {
	Vault *secret.Vault
	// Changed is told of what was published, in the same transaction: the search index
	// is kept with it.
	Changed func(ctx context.Context, tx db.Tx, kind provenance.Kind, ids []uuid.UUID) error
	// Remind tells an expert that his confirmation ends. May be nil.
	Remind func(ctx context.Context, tx db.Tx, r Reminder) error
}

const (
	prepareExpert = authz.Permission("expert-submission:prepare")
	reviewExpert  = authz.Permission("expert-submission:review")
)

// Kinds are what an expert submits for himself.
func Kinds(d Door) []review.Kind {
	kind := func(name, label, help string, form review.Form) review.Kind {
		return review.Kind{Name: name, Label: label, Help: help, Form: form, Prepare: prepareExpert, Review: reviewExpert, ForOrganisation: true, Subject: "expert",
			Options: specialties, Place: place}
	}
	admission := kind("expert-admission", "专家入库", "本人申请进入专家库", review.Form{Sections: profile(true)})
	admission.Begin, admission.Judge, admission.Publish, admission.Facts = d.beginAdmission, d.judgeAdmission, d.publishAdmission, facts

	confirmation := kind("expert-confirmation", "专家年度确认", "每年确认一次信息；到期没有确认的不公开、不抽取", review.Form{Sections: profile(false)})
	confirmation.Begin, confirmation.Judge, confirmation.Publish, confirmation.Published = d.beginConfirmation, d.judgeConfirmation, d.publishConfirmation, d.published

	change := kind("expert-change", "专家信息变更", "变更单位、职称、专业领域、证书等", review.Form{Sections: profile(false)})
	change.Begin, change.Judge, change.Publish, change.Published = d.beginChange, d.judgeChange, d.publishChange, d.published

	exit := kind("expert-exit", "专家退出", "本人退出专家库", exitForm)
	exit.Options, exit.Begin, exit.Place, exit.Judge, exit.Publish = nil, d.beginExit, placeKnown, judgeExit, d.publishExit
	return []review.Kind{admission, confirmation, change, exit}
}

// specialties are the sectors of the catalogue as it is now.
func specialties(ctx context.Context, q db.Querier) (map[string][]review.Option, error) {
	sectors, err := catalog.Sectors(ctx, q)
	out := make([]review.Option, len(sectors))
	for i, s := range sectors {
		out[i] = option(s, s)
	}
	return map[string][]review.Option{"specialties": out}, err
}

// place: an expert is reviewed where he is served, by whoever answers for one of his specialties.
func place(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Place, error) {
	org, err := identity.LoadOrganisation(ctx, q, s.Org(), false)
	if err != nil {
		return review.Place{}, err
	}
	in, err := review.Decode[submitted](review.Content{"name": c["name"], "specialties": c["specialties"]})
	if in.Name == "" {
		in.Name = org.Name
	}
	return review.Place{Title: in.Name, Region: org.Region, Sectors: in.Specialties}, err
}

func placeKnown(ctx context.Context, q db.Querier, s review.Submission, _ review.Content) (review.Place, error) {
	e, err := ofOrganisation(ctx, q, s.Org(), false)
	if err != nil {
		return review.Place{}, err
	}
	return place(ctx, q, s, review.Content{"name": e.name, "specialties": e.specialties})
}

func facts(c review.Content) []review.Fact {
	in, err := review.Decode[submitted](review.Content{"name": c["name"], "employer": c["employer"], "title": c["title"], "specialties": c["specialties"]})
	if err != nil {
		return nil
	}
	return []review.Fact{{Label: "姓名", Value: in.Name}, {Label: "工作单位", Value: in.Employer}, {Label: "职称", Value: in.Title}, {Label: "专业领域", Value: strings.Join(in.Specialties, "、")}}
}

func (d Door) beginAdmission(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	org, err := identity.LoadOrganisation(ctx, tx, s.Org(), false)
	if err != nil {
		return uuid.Nil, nil, err
	}
	if org.Kind != identity.ExpertOrg {
		return uuid.Nil, nil, apperr.New(apperr.Conflict, "只有以专家身份注册的账号可以申请入库")
	}
	e, err := ofOrganisation(ctx, tx, s.Org(), false)
	switch {
	case err == nil && !e.left():
		return uuid.Nil, nil, apperr.New(apperr.Conflict, "您%s，不能再申请入库", e.standing())
	case err != nil && apperr.CodeOf(err) != apperr.NotFound:
		return uuid.Nil, nil, err
	}
	return uuid.Nil, review.Content{"name": org.Name}, nil
}

func (d Door) judgeAdmission(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
	in, err := review.Decode[submitted](c)
	if err != nil {
		return review.Judgement{}, err
	}
	j := in.judge(clock.Day(s.Now()))
	org, err := identity.LoadOrganisation(ctx, q, s.Org(), false)
	if err != nil {
		return j, err
	}
	if in.Name != "" && in.Name != org.Name {
		j.Cautions = append(j.Cautions, review.Caution{Field: "name", Message: "与账号登记的姓名“" + org.Name + "”不同，请核对证件"})
	}
	if in.IDNumber == "" {
		return j, nil
	}
	e, err := ofPerson(ctx, q, d.Vault.Digest(FieldPersonDigest, in.IDNumber), false)
	if apperr.CodeOf(err) == apperr.NotFound && err != nil {
		return j, nil //nolint:nilerr // a person the pool does not know yet
	}
	if err != nil {
		return j, err
	}
	if why := e.bars(s.Org()); why != "" {
		j.Faults = append(j.Faults, apperr.Field{Name: "idNumber", Message: why})
		return j, nil
	}
	j.Cautions = append(j.Cautions, review.Caution{Field: "idNumber", Message: "专家库中已有同一身份证号的专家，发布后归本账号管理"})
	if e.name != in.Name {
		j.Cautions = append(j.Cautions, review.Caution{Field: "name", Message: "与库中同一身份证号的姓名“" + secret.MaskName(e.name) + "”不同，请核对证件"})
	}
	return j, nil
}

// bars says why an account may not take over an entry of the pool, or nothing.
func (e *entry) bars(org uuid.UUID) string {
	switch {
	case e.org != nil && *e.org != org:
		return "这个身份证号的专家已由另一个账号管理；如非本人所为，请联系平台"
	case e.state == "removed" && !e.left():
		return "这位专家已被移出专家库，不能再申请"
	case e.state == "suspended":
		return "这位专家已被暂停，恢复后再办理"
	case e.org != nil && e.state == "listed":
		return "这位专家已在库中，不必再申请"
	}
	return ""
}

// confirmationWindow is how long before its end a confirmation may be renewed.
const confirmationWindow = 90 * 24 * time.Hour

func (d Door) beginConfirmation(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	e, err := ofOrganisation(ctx, tx, s.Org(), false)
	if err == nil {
		err = e.mayConfirm()
	}
	if err != nil {
		return uuid.Nil, nil, err
	}
	return d.begun(ctx, tx, e)
}

func (e *entry) mayConfirm() error {
	if e.state != "listed" {
		return apperr.New(apperr.Conflict, "您%s，不能办理年度确认", e.standing())
	}
	if opens := e.confirmedUntil.Add(-confirmationWindow); e.today.Before(opens) {
		return apperr.New(apperr.Conflict, "确认有效至 %s，%s 起可以办理下一年度确认；信息有变化请办理变更", e.confirmedUntil.Format(time.DateOnly), opens.Format(time.DateOnly))
	}
	return nil
}

// begun is the content of a draft that starts from what is published.
func (d Door) begun(ctx context.Context, q db.Querier, e *entry) (uuid.UUID, review.Content, error) {
	in, err := d.open(ctx, q, e)
	if err != nil {
		return uuid.Nil, nil, err
	}
	c, err := in.content()
	return e.id, c, err
}

func (d Door) published(ctx context.Context, q db.Querier, s review.Submission) (review.Content, error) {
	e, err := ofOrganisation(ctx, q, s.Org(), false)
	if err != nil {
		return nil, err
	}
	_, c, err := d.begun(ctx, q, e)
	return c, err
}

// open is what is published of an expert, his telephone in the clear.
func (d Door) open(ctx context.Context, q db.Querier, e *entry) (submitted, error) {
	phone, err := d.Vault.Open(FieldPhone, e.phone)
	if err != nil {
		return submitted{}, err
	}
	certificates, err := certificatesOf(ctx, q, e.id)
	return submitted{Name: e.name, Phone: phone, Employer: e.employer, Title: e.title, Region: e.region, Specialties: e.specialties,
		Certificates: certificates, Conflicts: e.conflicts}, err
}

func (d Door) beginChange(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	e, err := ofOrganisation(ctx, tx, s.Org(), false)
	if err == nil {
		err = e.inPool("变更")
	}
	if err != nil {
		return uuid.Nil, nil, err
	}
	return d.begun(ctx, tx, e)
}

func (e *entry) inPool(doing string) error {
	if e.state == "removed" {
		return apperr.New(apperr.Conflict, "您%s，不能%s", e.standing(), doing)
	}
	return nil
}

func (d Door) judgeConfirmation(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
	return d.judgeKnown(ctx, q, s, c, (*entry).mayConfirm)
}

func (d Door) judgeChange(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
	return d.judgeKnown(ctx, q, s, c, func(e *entry) error { return e.inPool("变更") })
}

func (d Door) judgeKnown(ctx context.Context, q db.Querier, s review.Submission, c review.Content, may func(*entry) error) (review.Judgement, error) {
	in, err := review.Decode[submitted](c)
	if err != nil {
		return review.Judgement{}, err
	}
	j := in.judge(clock.Day(s.Now()))
	e, err := ofOrganisation(ctx, q, s.Org(), false)
	if err != nil {
		return j, err
	}
	if refusal, ok := apperr.As(may(e)); ok {
		j.Faults = append(j.Faults, apperr.Field{Name: "name", Message: refusal.Message})
	}
	if in.Name != "" && in.Name != e.name {
		j.Faults = append(j.Faults, apperr.Field{Name: "name", Message: "姓名不能在此变更；依法改名的请联系平台核对证件后办理"})
	}
	return j, nil
}

func (d Door) beginExit(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	e, err := ofOrganisation(ctx, tx, s.Org(), false)
	if err == nil {
		err = e.inPool("退出")
	}
	if err != nil {
		return uuid.Nil, nil, err
	}
	return e.id, review.Content{}, nil
}

func judgeExit(ctx context.Context, q db.Querier, s review.Submission, _ review.Content) (j review.Judgement, err error) {
	e, err := ofOrganisation(ctx, q, s.Org(), false)
	if err != nil {
		return j, err
	}
	if refusal, ok := apperr.As(e.inPool("退出")); ok {
		j.Faults = append(j.Faults, apperr.Field{Name: "reason", Message: refusal.Message})
	}
	return j, nil
}
