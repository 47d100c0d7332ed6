package agency

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
)

// Door is what agencies are published through.
type Door struct {
	Vault *secret.Vault
	// BarMonths is for how long a removed agency may not come back, by the region's rules
	// (removal.bar_months); a removal may say more, never less.
	BarMonths func(ctx context.Context, q db.Querier, region string, at time.Time) (int, error)
	// Banned says what the law forbids an agency's code on a day, in words with the end of
	// it, and BannedPerson the same of an identity number; "" for nothing. May be nil.
	Banned       func(ctx context.Context, q db.Querier, uscc, day string) (string, error)
	BannedPerson func(ctx context.Context, q db.Querier, number, day string) (string, error)
	// Changed is told of what was published, in the same transaction: the search index
	// is kept with it. May be nil.
	Changed func(ctx context.Context, tx db.Tx, kind provenance.Kind, ids []uuid.UUID) error
}

const (
	prepareAgency  = authz.Permission("agency-submission:prepare")
	reviewAgency   = authz.Permission("agency-submission:review")
	proposeMeasure = authz.Permission("agency-measure:propose")
	confirmMeasure = authz.Permission("agency-measure:confirm")
)

// Kinds are what an agency submits about itself, and what officials propose about one.
func Kinds(d Door) []review.Kind {
	own := func(name, label, help string, form review.Form) review.Kind {
		return review.Kind{Name: name, Label: label, Help: help, Form: form, Prepare: prepareAgency, Review: reviewAgency, ForOrganisation: true, Subject: "agency"}
	}
	admission := own("agency-admission", "机构入驻", "中介机构申请入驻：基本情况、承接的事项、资质、执业人员、业务授权人、关联情况和材料", profileForm())
	admission.Begin, admission.Place, admission.Judge, admission.Published = d.beginAdmission, d.placeProfile, d.judgeAdmission, d.published
	admission.Facts, admission.Publish = facts, d.publishAdmission

	change := own("agency-change", "机构变更", "已入驻的机构变更已发布的内容", profileForm())
	change.Begin, change.Place, change.Judge, change.Published = d.beginChange, d.placeProfile, d.judgeChange, d.published
	change.Facts, change.Publish = facts, d.publishChange

	exit := own("agency-exit", "机构退出", "已入驻的机构退出平台", exitForm)
	exit.Begin, exit.Place, exit.Judge, exit.Publish = d.beginExit, placeKnown, d.judgeExit, d.publishExit
	exit.Facts = measureFacts

	return append([]review.Kind{admission, change, exit}, d.measures()...)
}

func (d Door) tell(ctx context.Context, tx db.Tx, id uuid.UUID) error {
	if d.Changed == nil {
		return nil
	}
	return d.Changed(ctx, tx, provenance.Agencies, []uuid.UUID{id})
}
