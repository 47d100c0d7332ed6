package purchaser

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
)

// Door is what purchasers are verified through.
type Door struct{ Vault *secret.Vault }

const (
	preparePurchaser = authz.Permission("purchaser-submission:prepare")
	reviewPurchaser  = authz.Permission("purchaser-submission:review")
)

// Kinds are what a purchaser submits about itself.
func Kinds(d Door) []review.Kind {
	kind := func(name, label, help string) review.Kind {
		return review.Kind{Name: name, Label: label, Help: help, Form: form(), Prepare: preparePurchaser, Review: reviewPurchaser, ForOrganisation: true, Subject: "purchaser", Place: place}
	}
	verification := kind("purchaser-verification", "项目业主核验", "企业、机关事业单位、村集体、自然人核验身份后可以发布采购需求")
	verification.Begin, verification.Judge, verification.Publish = begin, d.judge, d.publishVerification

	change := kind("purchaser-change", "项目业主信息变更", "变更负责人、联系人、受托人、证照等")
	change.Begin, change.Judge, change.Publish, change.Published = d.beginChange, d.judge, d.publishChange, d.published
	return []review.Kind{verification, change}
}

func place(ctx context.Context, q db.Querier, s review.Submission, _ review.Content) (review.Place, error) {
	org, err := identity.LoadOrganisation(ctx, q, s.Org(), false)
	return review.Place{Title: org.Name, Region: org.Region}, err
}

// begin starts the papers of an account that purchases and is not yet verified as such.
func begin(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	org, err := identity.LoadOrganisation(ctx, tx, s.Org(), false)
	if err != nil {
		return uuid.Nil, nil, err
	}
	if !org.Kind.Purchases() {
		return uuid.Nil, nil, apperr.New(apperr.Conflict, "%s账号不能申请项目业主核验，请以企业、机关事业单位、村集体或自然人身份注册", org.Kind.Label())
	}
	_, known, err := load(ctx, tx, org.ID, false)
	if err != nil {
		return uuid.Nil, nil, err
	}
	if known {
		return uuid.Nil, nil, errVerified
	}
	c := review.Content{"kind": string(org.Kind)}
	if org.Kind.NumberedByUSCC() && org.USCC != "" {
		c["uscc"] = org.USCC
	}
	return org.ID, c, nil
}

var (
	errVerified = apperr.New(apperr.Conflict, "已经核验过，信息有变化请办理变更")
	errUnknown  = apperr.New(apperr.Conflict, "还没有核验，请先申请项目业主核验")
)

func (d Door) beginChange(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	c, err := d.published(ctx, tx, s)
	if err == nil && c == nil {
		err = errUnknown
	}
	return s.Org(), c, err
}

// published is what is verified now, in the shape of the form.
func (d Door) published(ctx context.Context, q db.Querier, s review.Submission) (review.Content, error) {
	r, known, err := load(ctx, q, s.Org(), false)
	if err != nil || !known {
		return nil, err
	}
	in := submitted{Kind: r.Kind, USCC: r.USCC, LegalRepresentative: r.LegalRepresentative, BudgetUnit: r.BudgetUnit, Supervisor: r.supervisor, Address: r.Address,
		ContactName: r.ContactName, ContactEmail: r.ContactEmail, HasAgent: r.AgentName != "", AgentName: r.AgentName, AgentValidTo: r.AgentValidTo}
	if in.ContactPhone, err = d.Vault.Open(FieldPhone, r.phone); err != nil {
		return nil, err
	}
	if r.idNumber != nil {
		if in.IDNumber, err = d.Vault.Open(FieldID, r.idNumber); err != nil {
			return nil, err
		}
	}
	c, err := review.Encode(in)
	if err != nil {
		return nil, err
	}
	for name, id := range r.papers {
		c[name] = id.String()
	}
	return c, nil
}

func (d Door) judge(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
	in, err := review.Decode[submitted](c)
	if err != nil {
		return review.Judgement{}, err
	}
	org, err := identity.LoadOrganisation(ctx, q, s.Org(), false)
	if err != nil {
		return review.Judgement{}, err
	}
	j := in.judge(org, clock.Day(s.Now()))
	if org.State == identity.Closed {
		j.Faults = append(j.Faults, apperr.Field{Name: "kind", Message: "这个单位已注销"})
	}
	if in.IDNumber == "" {
		return j, nil
	}
	digest := d.Vault.Digest(FieldPersonDigest, in.IDNumber)
	old, known, err := load(ctx, q, org.ID, false)
	if err != nil {
		return j, err
	}
	if known && !slices.Equal(old.idDigest, digest) {
		j.Faults = append(j.Faults, apperr.Field{Name: "idNumber", Message: "身份证号不能变更，账号不能换人"})
	}
	taken, err := personTaken(ctx, q, digest, org.ID)
	if err == nil && taken {
		j.Faults = append(j.Faults, apperr.Field{Name: "idNumber", Message: errTaken.Message})
	}
	return j, err
}

var errTaken = apperr.New(apperr.Conflict, "这个身份证号已由另一个账号核验；如非本人所为，请联系平台")

func (d Door) publishVerification(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	return d.publish(ctx, tx, s, c, func(known bool) error {
		if known {
			return errVerified
		}
		return nil
	})
}

func (d Door) publishChange(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	return d.publish(ctx, tx, s, c, func(known bool) error {
		if !known {
			return errUnknown
		}
		return nil
	})
}

func (d Door) publish(ctx context.Context, tx db.Tx, s review.Submission, c review.Content, may func(known bool) error) (uuid.UUID, error) {
	in, err := review.Decode[submitted](c)
	if err != nil {
		return uuid.Nil, err
	}
	org, err := identity.LoadOrganisation(ctx, tx, s.Org(), true) // two of one account come one after the other
	if err != nil {
		return uuid.Nil, err
	}
	if in.Kind != org.Kind {
		return uuid.Nil, apperr.New(apperr.Conflict, "类别应是注册时的“%s”", org.Kind.Label())
	}
	_, known, err := load(ctx, tx, org.ID, true)
	if err == nil {
		err = may(known)
	}
	if err != nil {
		return uuid.Nil, err
	}
	if in.Kind == identity.NaturalPerson {
		in.LegalRepresentative = org.Name
	}
	r := record{supervisor: in.Supervisor, papers: papers(c), phone: d.Vault.Seal(FieldPhone, in.ContactPhone)}
	r.Purchaser = Purchaser{Organisation: org.ID, Kind: in.Kind, LegalRepresentative: in.LegalRepresentative, BudgetUnit: in.BudgetUnit, Address: in.Address,
		ContactName: in.ContactName, ContactEmail: in.ContactEmail, AgentName: in.AgentName, AgentValidTo: in.AgentValidTo, Demo: s.Demo}
	if in.IDNumber != "" {
		r.idNumber, r.idDigest = d.Vault.Seal(FieldID, in.IDNumber), d.Vault.Digest(FieldPersonDigest, in.IDNumber)
	}
	if err := store(ctx, tx, r, s.ID); err != nil {
		return uuid.Nil, err
	}
	return org.ID, identity.VerifyTx(ctx, tx, org.ID)
}
