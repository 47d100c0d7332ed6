package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/page"
	"zjcs/internal/review"
)

// recordRoutes are the rubric, the records and the bans: what the score rests on as far as
// people decide it. Repairs, appeals and changes of the rubric are submissions.
func (a *API) recordRoutes() {
	const tag = "信用记录"
	const one = "/api/v1/credit-records/{id}"
	get(a, "/api/v1/credit-rubric", "credit-rubric", tag, "信用评分标准：现行的和将要施行的条目", creditScopes, a.listRubric)
	get(a, "/api/v1/credit-rubric/{entry}", "credit-rubric-entry", tag, "一个条目的全部版本", creditScopes, a.getRubricEntry)
	get(a, "/api/v1/statutory-bans", "statutory-bans", tag, "法定禁业：依法在一定期限内或者终身不得从业的机构和人员", creditScopes, a.listBans)
	get(a, "/api/v1/agencies/{id}/practitioner-records", "practitioner-records", tag, "一家机构的执业人员的负荷和记录，姓名遮蔽", practitionerScopes, a.publicPractitioners)
	on(a, endpoint{http.MethodGet, "/api/v1/credit-rubric/{entry}/what-if", "credit-what-if", tag, "推算条目改动后等级会怎样变动", "credit-rubric:propose", 0}, a.tryRubric)
	on(a, endpoint{http.MethodGet, "/api/v1/agencies/{id}/practitioner-standings", "practitioner-standings", tag, "本机构（或管辖范围内机构）的执业人员：项目、双重执业、记录", signedIn, 0}, a.practitioners)
	on(a, endpoint{http.MethodGet, "/api/v1/credit-records", "credit-records", tag, "信用记录：待我办理的、管辖范围内的、关于本机构的", signedIn, 0}, a.listRecords)
	on(a, endpoint{http.MethodPost, "/api/v1/credit-records", "propose-credit-record", tag, "提出一条信用记录并告知机构", "credit-record:propose", http.StatusCreated}, a.proposeRecord)
	on(a, endpoint{http.MethodGet, one, "credit-record", tag, "一条信用记录及其经过、现在可以做的", signedIn, 0}, a.getRecord)
	on(a, endpoint{http.MethodPost, one + "/notice", "notify-credit-record", tag, "核对一条待核对的记录，告知机构，申辩期开始", "credit-record:propose", 0}, a.notifyRecord)
	on(a, endpoint{http.MethodPost, one + "/defence", "defend-credit-record", tag, "机构申辩", "credit-record:answer", 0}, a.defendRecord)
	on(a, endpoint{http.MethodPost, one + "/confirmation", "confirm-credit-record", tag, "认定并公布；须由提出人以外的人办理", "credit-record:confirm", 0}, a.confirmRecord)
	on(a, endpoint{http.MethodPost, one + "/withdrawal", "withdraw-credit-record", tag, "不予认定", "credit-record:propose", 0}, a.withdrawRecord)
}

var practitionerScopes = []string{"agency", "credit", "procurement", "catalog", "region"}

type rubricInput struct {
	All bool `query:"all" doc:"为真时也列出以前的版本"`
}

func (a *API) listRubric(ctx context.Context, in *rubricInput) (all[credit.Entry], error) {
	return whole(a.Records.Rubric(ctx, in.All))
}

// RubricKey names an entry of the rubric.
type RubricKey struct {
	Entry string `path:"entry" maxLength:"20" doc:"条目编号" example:"G-AWARD-REFUSED"`
}

func (a *API) getRubricEntry(ctx context.Context, in *RubricKey) (all[credit.Entry], error) {
	return whole(a.Records.RubricEntry(ctx, in.Entry))
}

type whatIfInput struct {
	RubricKey
	Mild           int    `query:"mildTenths" minimum:"-400" maximum:"50" doc:"新的最轻分值，单位 0.1 分，扣分为负；不写不变"`
	Harsh          int    `query:"harshTenths" minimum:"-400" maximum:"50" doc:"新的最重分值；不写不变"`
	ValidityMonths int    `query:"validityMonths" minimum:"1" maximum:"120" doc:"新的计分月数；不写不变"`
	Veto           string `query:"veto" enum:"true,false" doc:"是否一票否决；不写不变"`
	Retired        bool   `query:"retired" doc:"为真表示停用这个条目"`
}

func (a *API) tryRubric(ctx context.Context, in *whatIfInput) (credit.WhatIf, error) {
	given := func(n int) *int {
		if n == 0 { // no entry gives nothing, and no term has no months
			return nil
		}
		return &n
	}
	change := credit.WhatIfInput{Entry: in.Entry, Mild: given(in.Mild), Harsh: given(in.Harsh), ValidityMonths: given(in.ValidityMonths), Retired: in.Retired}
	if in.Veto != "" {
		veto := in.Veto == "true"
		change.Veto = &veto
	}
	return a.Records.TryChange(ctx, change)
}

type bansInput struct {
	Paging
	Kind string `query:"kind" enum:"agency,practitioner" doc:"对象：机构、执业人员"`
	USCC string `query:"uscc" maxLength:"18" doc:"统一社会信用代码"`
	Past bool   `query:"past" doc:"为真时也列出已经期满或撤销的"`
}

func (a *API) listBans(ctx context.Context, in *bansInput) (page.Page[credit.Ban], error) {
	return a.Records.Bans(ctx, credit.BanFilter{Request: in.request(), Kind: in.Kind, USCC: in.USCC, Past: in.Past})
}

// AgencyID names an agency by its id alone.
type AgencyID struct {
	ID uuid.UUID `path:"id" doc:"机构的标识"`
}

func (a *API) publicPractitioners(ctx context.Context, in *AgencyID) (all[credit.PublicPerson], error) {
	return whole(a.Records.PublicPeople(ctx, in.ID))
}

func (a *API) practitioners(ctx context.Context, in *AgencyID) (all[credit.PersonStanding], error) {
	return whole(a.Records.People(ctx, in.ID))
}

type recordsInput struct {
	Paging
	View   string       `query:"view" default:"queue" enum:"queue,all,ours" doc:"queue 待我办理的；all 管辖范围内的；ours 关于本机构的"`
	State  review.State `query:"state" enum:"proposed,notified,defended,withdrawn,published,expired,repaired,overturned" doc:"状态"`
	Level  string       `query:"level" enum:"minor,general,serious,honour" doc:"类别"`
	Agency string       `query:"agencyId" maxLength:"36" format:"uuid" doc:"机构的标识"`
}

func (a *API) listRecords(ctx context.Context, in *recordsInput) (page.Page[credit.RecordSummary], error) {
	f := credit.RecordFilter{Request: in.request(), View: in.View, State: in.State, Level: in.Level}
	if in.Agency != "" {
		var err error
		if f.Agency, err = uuid.Parse(in.Agency); err != nil {
			return page.Page[credit.RecordSummary]{}, apperr.InvalidField("agencyId", "应是机构的标识（UUID）").Because(err)
		}
	}
	return a.Records.Records(ctx, f)
}

type proposeInput struct {
	Body struct {
		Agency     uuid.UUID   `json:"agencyId" doc:"机构的标识"`
		Rubric     string      `json:"rubric" minLength:"2" maxLength:"20" doc:"评分标准条目编号"`
		Tenths     *int        `json:"tenths,omitempty" minimum:"-400" maximum:"50" doc:"分值，单位 0.1 分，在条目的范围内；不写就按最轻的"`
		Facts      string      `json:"facts" minLength:"5" maxLength:"2000" doc:"事实，认定后公开"`
		Source     string      `json:"source" minLength:"2" maxLength:"2000" doc:"来源：谁在哪里发现"`
		Authority  string      `json:"authority,omitempty" maxLength:"200" doc:"处罚机关"`
		DocumentNo string      `json:"documentNo,omitempty" maxLength:"200" doc:"决定书文号"`
		DecidedOn  string      `json:"decidedOn,omitempty" maxLength:"10" doc:"决定日期" example:"2026-01-02"`
		Basis      string      `json:"basis,omitempty" maxLength:"2000" doc:"决定的依据"`
		Served     string      `json:"served,omitempty" maxLength:"2000" doc:"没有账号的机构，怎样告知的"`
		Files      []uuid.UUID `json:"files,omitempty" maxItems:"10" doc:"证据：本人上传的附件"`
	}
}

func (a *API) proposeRecord(ctx context.Context, in *proposeInput) (credit.RecordDetail, error) {
	b := in.Body
	return a.Records.Propose(ctx, credit.ProposeInput{Agency: b.Agency, Rubric: b.Rubric, Tenths: b.Tenths, Facts: b.Facts, Source: b.Source, Authority: b.Authority,
		Document: b.DocumentNo, DecidedOn: b.DecidedOn, Basis: b.Basis, Served: b.Served, Files: b.Files})
}

// RecordKey names a credit record.
type RecordKey struct {
	ID uuid.UUID `path:"id" doc:"信用记录的标识"`
}

func (a *API) getRecord(ctx context.Context, in *RecordKey) (credit.RecordDetail, error) {
	return a.Records.Record(ctx, in.ID)
}

type notifyInput struct {
	RecordKey
	Body struct {
		Served string `json:"served,omitempty" maxLength:"2000" doc:"没有账号的机构，怎样告知的"`
	}
}

func (a *API) notifyRecord(ctx context.Context, in *notifyInput) (credit.RecordDetail, error) {
	return a.Records.Notify(ctx, in.ID, in.Body.Served)
}

type defenceInput struct {
	RecordKey
	Body struct {
		Text  string      `json:"text" minLength:"5" maxLength:"2000" doc:"申辩"`
		Files []uuid.UUID `json:"files,omitempty" maxItems:"10" doc:"本人上传的附件"`
	}
}

func (a *API) defendRecord(ctx context.Context, in *defenceInput) (credit.RecordDetail, error) {
	return a.Records.Defend(ctx, credit.DefendInput{ID: in.ID, Text: in.Body.Text, Files: in.Body.Files})
}

type confirmationInput struct {
	RecordKey
	Body struct {
		Tenths *int   `json:"tenths,omitempty" minimum:"-400" maximum:"50" doc:"认定的分值，可以比提出的轻，不能更重；不写就按提出的"`
		Note   string `json:"note" minLength:"5" maxLength:"2000" doc:"认定的意见：申辩是否采纳，为什么"`
	}
}

func (a *API) confirmRecord(ctx context.Context, in *confirmationInput) (credit.RecordDetail, error) {
	return a.Records.Confirm(ctx, credit.ConfirmInput{ID: in.ID, Tenths: in.Body.Tenths, Note: in.Body.Note})
}

type withdrawalInput struct {
	RecordKey
	Body struct {
		Reason string `json:"reason" minLength:"5" maxLength:"2000" doc:"理由；机构会看到"`
	}
}

func (a *API) withdrawRecord(ctx context.Context, in *withdrawalInput) (credit.RecordDetail, error) {
	return a.Records.Withdraw(ctx, in.ID, in.Body.Reason)
}
