package credit

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
)

// PersonStanding is a practitioner's workload, employments and conduct, as the agency's own
// people and officials see it.
type PersonStanding struct {
	ID          uuid.UUID       `json:"id" doc:"执业人员的标识"`
	Name        string          `json:"name" doc:"姓名；公开的已遮蔽"`
	Specialty   string          `json:"specialty" doc:"执业类别"`
	ValidTo     string          `json:"validTo,omitempty" doc:"证书有效期至"`
	Engagements []Engagement    `json:"engagements" doc:"现在承担的项目"`
	Elsewhere   []string        `json:"elsewhere" doc:"同一人还登记在哪些机构：可能双重执业，由主管部门核实"`
	Conduct     []PersonConduct `json:"conduct" doc:"执业行为记录"`
	Ban         string          `json:"ban,omitempty" doc:"今天有效的法定禁业"`
}

// Engagement is a procurement that was won with a practitioner and is not yet known to be
// finished.
type Engagement struct {
	ProcurementID uuid.UUID `json:"procurementId"`
	Number        string    `json:"number" doc:"采购编号"`
	Title         string    `json:"title" doc:"采购项目"`
	Agency        string    `json:"agency" doc:"以哪家机构承担"`
	AwardedAt     time.Time `json:"awardedAt" doc:"中选时间"`
}

// PersonConduct is one record of a practitioner's conduct.
type PersonConduct struct {
	ID         uuid.UUID `json:"id"`
	Rubric     string    `json:"rubric,omitempty" doc:"评分标准条目编号"`
	Conduct    string    `json:"conduct" doc:"行为"`
	Basis      string    `json:"basis" doc:"依据"`
	OccurredOn string    `json:"occurredOn" format:"date" doc:"发生日期"`
	ExpiresOn  string    `json:"expiresOn" format:"date" doc:"记录至何日（含当日）"`
}

// PublicPerson is what everybody may know of a practitioner.
type PublicPerson struct {
	Name        string          `json:"name" doc:"姓名，已遮蔽"`
	Specialty   string          `json:"specialty" doc:"执业类别"`
	Engagements int             `json:"engagements" doc:"现在承担的项目数"`
	Conduct     []PersonConduct `json:"conduct" doc:"执业行为记录"`
	Banned      bool            `json:"banned" doc:"为真表示今天在法定禁业期内"`
}

// People are an agency's practitioners with their records, for its own people and for
// officials of its place. Others are told that there is no such agency.
func (d *Desk) People(ctx context.Context, of uuid.UUID) ([]PersonStanding, error) {
	l, err := loadSubject(ctx, d.Pool, of)
	if err != nil {
		return nil, apperr.New(apperr.NotFound, "没有这家机构，或者它不在您的查看范围内").Because(err)
	}
	a := authz.From(ctx)
	if a == nil || (l.org == uuid.Nil || !a.Of(l.org)) && !d.Policy.May(ctx, permitRead, l.scope()) {
		return nil, apperr.New(apperr.NotFound, "没有这家机构，或者它不在您的查看范围内")
	}
	return listPeople(ctx, d.Pool, of, clock.Day(l.now))
}

// PublicPeople are the same with names masked, and of employments nothing.
func (d *Desk) PublicPeople(ctx context.Context, of uuid.UUID) ([]PublicPerson, error) {
	l, err := loadSubject(ctx, d.Pool, of)
	if err != nil {
		return nil, apperr.New(apperr.NotFound, "没有这家中介机构").Because(err)
	}
	list, err := listPeople(ctx, d.Pool, of, clock.Day(l.now))
	if err != nil {
		return nil, err
	}
	out := make([]PublicPerson, len(list))
	for i, p := range list {
		out[i] = PublicPerson{Name: secret.MaskName(p.Name), Specialty: p.Specialty, Engagements: len(p.Engagements), Conduct: p.Conduct, Banned: p.Ban != ""}
	}
	return out, nil
}

// conductProposal is what is proposed about a practitioner, by the form's field names.
type conductProposal struct {
	Name       string `json:"name"`
	Agency     string `json:"agency"`
	Rubric     string `json:"rubric"`
	Conduct    string `json:"conduct"`
	Basis      string `json:"basis"`
	OccurredOn string `json:"occurredOn"`
	Months     int    `json:"months"`
}

// practitionerKind records the conduct of a practitioner: proposed by one, confirmed by
// another. The subject is the practitioner's entry at an agency.
func (d *Desk) practitionerKind() review.Kind {
	return review.Kind{
		Name: "practitioner-record", Label: "执业人员记录", Help: "提出一条执业人员的行为记录；由另一人确认后公开（姓名遮蔽），期满不再显示",
		Form: review.Form{Sections: []review.Section{{Title: "执业人员记录", Fields: []review.Field{
			{Name: "name", Label: "执业人员", Type: review.Text, Required: true, Max: 100, ReadOnly: true},
			{Name: "agency", Label: "所在机构", Type: review.Text, Required: true, Max: 100, ReadOnly: true},
			{Name: "rubric", Label: "评分标准条目编号", Type: review.Text, Max: 20, Help: "有对应的条目时填写；机构自己的记录另行提出"},
			{Name: "conduct", Label: "行为", Type: review.Paragraph, Required: true, Max: 1000, Help: "公开，不写姓名和证号"},
			{Name: "basis", Label: "依据", Type: review.Paragraph, Required: true, Max: 1000, Help: "没有核实的写明待核实"},
			{Name: "occurredOn", Label: "发生日期", Type: review.Date, Required: true},
			{Name: "months", Label: "记录多少个月", Type: review.Number, Required: true},
			{Name: "proof", Label: "证据", Type: review.File},
		}}}},
		Prepare: proposePerson, Review: confirmPerson, Subject: "practitioner",
		Begin: func(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
			p, err := loadPerson(ctx, tx, s.Subject())
			return p.id, review.Content{"name": secret.MaskName(p.name) + "（" + p.specialty + "）", "agency": p.agencyName, "months": float64(12)}, err
		},
		Place: func(ctx context.Context, q db.Querier, s review.Submission, _ review.Content) (review.Place, error) {
			p, err := loadPerson(ctx, q, s.Subject())
			if err != nil {
				return review.Place{}, err
			}
			l, err := loadSubject(ctx, q, p.agency)
			if err != nil {
				return review.Place{}, err
			}
			return review.Place{Title: p.agencyName + " " + secret.MaskName(p.name), Region: l.region, Sectors: l.sectors}, nil
		},
		Judge: d.judgePerson, Publish: d.publishPerson,
	}
}

func (d *Desk) judgePerson(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
	var j review.Judgement
	in, err := review.Decode[conductProposal](c)
	if err != nil {
		return j, err
	}
	refuse := func(field, message string) { j.Faults = append(j.Faults, apperr.Field{Name: field, Message: message}) }
	if in.OccurredOn > clock.Day(s.Now()) {
		refuse("occurredOn", "发生日期不能晚于今天")
	}
	if in.Months < 1 || in.Months > maxMonths {
		refuse("months", "应在 1 到 120 个月之间")
	}
	if named.MatchString(in.Conduct) {
		refuse("conduct", "会公开，请去掉其中的电话、身份证号和邮箱")
	}
	p, err := loadPerson(ctx, q, s.Subject())
	if e, ok := apperr.As(err); ok && e.Code == apperr.Invalid {
		j.Faults = append(j.Faults, apperr.Field{Name: "name", Message: e.Message})
	} else if err != nil {
		return j, err
	}
	if err == nil && p.sealed == nil {
		refuse("name", "这名执业人员没有登记身份证号，不能建立个人记录；请先由机构补正")
	}
	if in.Rubric == "" {
		return j, nil
	}
	if _, err := entryOn(ctx, q, in.Rubric, clock.Day(s.Now())); err != nil {
		e, ok := apperr.As(err)
		if !ok {
			return j, err
		}
		refuse("rubric", e.Message)
	}
	return j, nil
}

func (d *Desk) publishPerson(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	in, err := review.Decode[conductProposal](c)
	if err != nil {
		return uuid.Nil, err
	}
	p, err := loadPerson(ctx, tx, s.Subject())
	if err != nil {
		return uuid.Nil, err
	}
	number, err := d.Vault.Open(agency.FieldPractitionerID, p.sealed)
	if err != nil {
		return uuid.Nil, err
	}
	r := PersonConduct{ID: uuid.Must(uuid.NewV7()), Rubric: in.Rubric, Conduct: in.Conduct, Basis: in.Basis, OccurredOn: in.OccurredOn, ExpiresOn: lastDay(s.Now(), in.Months)}
	return p.id, insertPersonConduct(ctx, tx, p, r, d.Vault.Seal(FieldConductPerson, number), d.Vault.Digest(agency.FieldPersonDigest, number), s)
}

// person is a practitioner's entry at an agency.
type person struct {
	id, agency                  uuid.UUID
	name, specialty, agencyName string
	sealed                      []byte
}

// gather puts what is of one practitioner together.
func gather(list []PersonStanding, id uuid.UUID, add func(*PersonStanding)) {
	if i := slices.IndexFunc(list, func(p PersonStanding) bool { return p.ID == id }); i >= 0 {
		add(&list[i])
	}
}
