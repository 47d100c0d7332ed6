package review

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// Kind describes what can be submitted. Its functions run in the engine's transaction.
type Kind struct {
	Name  string // agency-admission
	Label string // 机构入驻申请
	Help  string // who submits it, and what for
	Form  Form

	// Options fill in choices that are data. May be nil.
	Options Options

	Prepare authz.Permission // who may write and submit it
	Review  authz.Permission // who may decide

	// ForOrganisation: it is prepared for an organisation, by its people. Otherwise it is
	// an official's own, and where it belongs stands in its content.
	ForOrganisation bool

	// Subject is what it is about: agency, item, expert, purchaser; shown and logged.
	Subject string

	// Begin refuses what cannot be started (an agency that is admitted already) and gives
	// the content to start from: what is published now, or nothing. subject is what the
	// author named; uuid.Nil for none. The subject returned is the one kept.
	Begin func(ctx context.Context, tx db.Tx, s Submission) (subject uuid.UUID, content Content, err error)

	// Place says where the matter belongs, by what it says so far.
	Place func(ctx context.Context, q db.Querier, s Submission, content Content) (Place, error)

	// Published is what is published of the subject now, in the form's own shape, for the
	// diff; nil for nothing. Secrets are in the clear: the engine seals them.
	Published func(ctx context.Context, q db.Querier, s Submission) (Content, error)

	// Judge says what the form cannot: whether codes exist, dates agree, the subject is not
	// barred. Content has its secrets opened. Faults stop the submission; cautions are
	// shown to author and reviewer. May be nil.
	Judge func(ctx context.Context, q db.Querier, s Submission, content Content) (Judgement, error)

	// Barred says why an official who may decide matters of the kind must leave this one to
	// another, beyond those that the engine bars by itself: whoever decided what is appealed
	// against. "" is no reason. May be nil.
	Barred func(ctx context.Context, q db.Querier, s Submission, person uuid.UUID) (string, error)

	// Facts are what the public is shown while it is in publicity: nothing that would not be
	// public once published. May be nil where the kind has no publicity.
	Facts func(content Content) []Fact

	// Publish makes it so, and returns the subject published.
	Publish func(ctx context.Context, tx db.Tx, s Submission, content Content) (uuid.UUID, error)
}

// Place is where a submission belongs.
type Place struct {
	Title   string // names it in lists: the agency's name
	Region  string
	Sectors []string
}

// Judgement is what a domain finds in a content.
type Judgement struct {
	Faults   []apperr.Field
	Cautions []Caution
}

// Caution is what author and reviewer should know; it stops nothing.
type Caution struct {
	Field   string `json:"field" doc:"字段"`
	Message string `json:"message" doc:"提示"`
	Basis   string `json:"basis,omitempty" doc:"依据的法条"`
}

// KindInfo is a kind as a page shows it.
type KindInfo struct {
	Name            string `json:"name"`
	Label           string `json:"label" doc:"名称"`
	Help            string `json:"help" doc:"说明"`
	ForOrganisation bool   `json:"forOrganisation" doc:"为真表示由单位提交"`
	Subject         string `json:"subject" doc:"对象"`
	MayPrepare      bool   `json:"mayPrepare" doc:"当前用户可以提交"`
	MayReview       bool   `json:"mayReview" doc:"当前用户可以审核"`
	Form            Form   `json:"form" doc:"表单"`
}
