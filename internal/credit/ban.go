package credit

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
)

// FieldBanPerson is what a banned practitioner's identity number is sealed for.
const FieldBanPerson = "credit_ban.id_number"

// FieldConductPerson is what the identity number of a practitioner with a record is sealed for.
const FieldConductPerson = "credit_practitioner_record.id_number"

// SealedColumns are what a change of key must reach.
func SealedColumns() []secret.Column {
	return []secret.Column{
		{Table: "credit_ban", Key: "id", Sealed: "id_number", Field: FieldBanPerson, DigestColumn: "id_digest", DigestField: agency.FieldPersonDigest},
		{Table: "credit_practitioner_record", Key: "id", Sealed: "id_number", Field: FieldConductPerson, DigestColumn: "id_digest", DigestField: agency.FieldPersonDigest},
	}
}

// Ban is what the law forbids an agency or a practitioner, as the public sees it.
type Ban struct {
	ID         string `json:"id" format:"uuid"`
	Kind       string `json:"kind" enum:"agency,practitioner" doc:"机构或执业人员"`
	KindLabel  string `json:"kindLabel" doc:"对象"`
	Name       string `json:"name" doc:"机构名称；执业人员的姓名已遮蔽"`
	USCC       string `json:"uscc,omitempty" doc:"统一社会信用代码；执业人员的，是所在机构的"`
	Law        string `json:"law" doc:"依据"`
	Conduct    string `json:"conduct" doc:"事实"`
	Authority  string `json:"authority" doc:"决定机关"`
	DocumentNo string `json:"documentNo" doc:"决定文号"`
	From       string `json:"from" format:"date" doc:"起始日期"`
	Until      string `json:"until,omitempty" doc:"截止日期（含当日）；没有的是终身"`
	ForLife    bool   `json:"forLife" doc:"为真表示终身"`
	LiftedOn   string `json:"liftedOn,omitempty" doc:"自哪一天起撤销"`
	LiftReason string `json:"liftReason,omitempty" doc:"撤销的理由"`
	InForce    bool   `json:"inForce" doc:"为真表示今天有效"`
	Demo       bool   `json:"demo" doc:"为真表示示例数据"`
}

// laws that domain.md section 8 names; any other is written out.
var laws = []struct{ value, text string }{
	{"work-safety", "安全生产法 第92条"}, {"environment", "环境影响评价法 第32条"}, {"appraisal", "资产评估法 第47条"},
}

const otherLaw = "other"

func lawText(value, written string) string {
	for _, l := range laws {
		if l.value == value {
			return l.text
		}
	}
	return written
}

// banProposal is what is proposed, by the form's field names.
type banProposal struct {
	Kind       string `json:"kind"`
	USCC       string `json:"uscc"`
	Employer   string `json:"employer"`
	Name       string `json:"name"`
	IDNumber   string `json:"idNumber"`
	Region     string `json:"region"`
	Law        string `json:"law"`
	LawText    string `json:"lawText"`
	Conduct    string `json:"conduct"`
	Authority  string `json:"authority"`
	DocumentNo string `json:"documentNo"`
	From       string `json:"from"`
	Term       string `json:"term"`
	Until      string `json:"until"`
}

const (
	ofAgency       = "agency"
	ofPractitioner = "practitioner"
	forLife        = "life"
)

func banForm() review.Form {
	when := func(field string, in ...string) *review.Condition { return &review.Condition{Field: field, In: in} }
	basis := make([]review.Option, 0, len(laws)+1)
	for _, l := range laws {
		basis = append(basis, review.Option{Value: l.value, Label: l.text})
	}
	basis = append(basis, review.Option{Value: otherLaw, Label: "其他法律"})
	return review.Form{Sections: []review.Section{
		{Title: "对象", Fields: []review.Field{
			{Name: "kind", Label: "对象", Type: review.Choice, Required: true, Options: []review.Option{{Value: ofAgency, Label: "机构"}, {Value: ofPractitioner, Label: "执业人员"}}},
			{Name: "uscc", Label: "机构的统一社会信用代码", Type: review.USCC, Required: true, When: when("kind", ofAgency), Help: "没有入驻的也可以登记：禁业期内不能入驻"},
			{Name: "name", Label: "名称或姓名", Type: review.Text, Required: true, Max: 100, Help: "执业人员的姓名遮蔽后公开"},
			{Name: "idNumber", Label: "身份证号", Type: review.IDNumber, Required: true, Secret: true, When: when("kind", ofPractitioner)},
			{Name: "employer", Label: "所在机构的统一社会信用代码", Type: review.USCC, When: when("kind", ofPractitioner)},
			{Name: "region", Label: "由哪里登记", Type: review.RegionRef, Required: true},
		}},
		{Title: "决定", Help: "照决定书填写；到期自动失效", Fields: []review.Field{
			{Name: "law", Label: "依据", Type: review.Choice, Required: true, Options: basis},
			{Name: "lawText", Label: "依据的法律和条款", Type: review.Text, Required: true, Max: 200, When: when("law", otherLaw), Help: "没有核实的写明待核实"},
			{Name: "conduct", Label: "事实", Type: review.Paragraph, Required: true, Max: 2000, Help: "公开，不写个人姓名和证号"},
			{Name: "authority", Label: "决定机关", Type: review.Text, Required: true, Max: 100},
			{Name: "documentNo", Label: "决定文号", Type: review.Text, Required: true, Max: 100},
			{Name: "from", Label: "起始日期", Type: review.Date, Required: true},
			{Name: "term", Label: "期限", Type: review.Choice, Required: true, Options: []review.Option{{Value: "until", Label: "到某日为止"}, {Value: forLife, Label: "终身"}}},
			{Name: "until", Label: "截止日期", Type: review.Date, Required: true, When: when("term", "until"), Help: "含当日"},
			{Name: "proof", Label: "决定书", Type: review.File, Required: true},
		}}}}
}

// banKind records a ban: what the law has already decided, taken over by one official and
// checked by another.
func (d *Desk) banKind() review.Kind {
	return review.Kind{
		Name: "credit-ban", Label: "法定禁业登记", Help: "登记主管机关依法作出的禁止从业决定；由另一人确认后自动生效，期满自动失效",
		Form: banForm(), Prepare: proposeBan, Review: confirmBan, Subject: "ban",
		Begin: func(ctx context.Context, _ db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
			c := review.Content{"from": clock.Day(s.Now())}
			for _, g := range authz.From(ctx).Grants {
				if g.Region != "" && d.Policy.Allows(g.Role, proposeBan) {
					c["region"] = g.Region
					break
				}
			}
			return uuid.Nil, c, nil
		},
		Place: placeBan, Judge: d.judgeBan, Facts: banFacts, Publish: d.publishBan,
	}
}

// placeBan leaves out what may stand sealed in a draft: it says nothing of where it belongs.
func placeBan(ctx context.Context, q db.Querier, _ review.Submission, c review.Content) (review.Place, error) {
	word := func(name string) string { s, _ := c[name].(string); return s }
	_, all, err := everySector(ctx, q)
	if err != nil {
		return review.Place{}, err
	}
	sectors, err := sectorsOfCode(ctx, q, word("uscc"))
	if len(sectors) == 0 {
		sectors = all
	}
	title := word("name")
	if word("kind") == ofPractitioner {
		title = secret.MaskName(title)
	}
	return review.Place{Title: title, Region: word("region"), Sectors: sectors}, err
}

func (d *Desk) judgeBan(ctx context.Context, q db.Querier, _ review.Submission, c review.Content) (review.Judgement, error) {
	var j review.Judgement
	in, err := review.Decode[banProposal](c)
	if err != nil {
		return j, err
	}
	refuse := func(field, message string) { j.Faults = append(j.Faults, apperr.Field{Name: field, Message: message}) }
	if in.Term != forLife && in.Until != "" && in.Until < in.From {
		refuse("until", "截止日期不能早于起始日期")
	}
	if named.MatchString(in.Conduct) {
		refuse("conduct", "会公开，请去掉其中的电话、身份证号和邮箱")
	}
	known, err := knownRegion(ctx, q, in.Region)
	if err == nil && !known && in.Region != "" {
		refuse("region", "应从区划列表中选择")
	}
	if err != nil || in.DocumentNo == "" {
		return j, err
	}
	twice, err := banKnown(ctx, q, in.DocumentNo, in.code(), in.shown(), in.From)
	if twice {
		refuse("documentNo", "这份决定已经登记过")
	}
	return j, err
}

func (in banProposal) code() string {
	if in.Kind == ofPractitioner {
		return in.Employer
	}
	return in.USCC
}

func (in banProposal) shown() string {
	if in.Kind == ofPractitioner {
		return secret.MaskName(in.Name)
	}
	return in.Name
}

func banFacts(c review.Content) []review.Fact {
	word := func(name string) string { s, _ := c[name].(string); return s }
	name := word("name")
	if word("kind") == ofPractitioner {
		name = secret.MaskName(name)
	}
	until := word("until")
	if word("term") == forLife {
		until = "终身"
	}
	return []review.Fact{{Label: "对象", Value: name}, {Label: "依据", Value: lawText(word("law"), word("lawText"))}, {Label: "决定机关", Value: word("authority")},
		{Label: "决定文号", Value: word("documentNo")}, {Label: "起始日期", Value: word("from")}, {Label: "截止日期", Value: until}}
}

func (d *Desk) publishBan(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	in, err := review.Decode[banProposal](c)
	if err != nil {
		return uuid.Nil, err
	}
	b := Ban{ID: uuid.Must(uuid.NewV7()).String(), Kind: in.Kind, KindLabel: banLabels[in.Kind], Name: in.shown(), USCC: in.code(), Law: lawText(in.Law, in.LawText), Conduct: in.Conduct,
		Authority: in.Authority, DocumentNo: in.DocumentNo, From: in.From, ForLife: in.Term == forLife}
	if !b.ForLife {
		b.Until = in.Until
	}
	var sealed, digest []byte
	if in.Kind == ofPractitioner {
		sealed, digest = d.Vault.Seal(FieldBanPerson, in.IDNumber), d.Vault.Digest(agency.FieldPersonDigest, in.IDNumber)
	}
	if err := insertBan(ctx, tx, b, sealed, digest, s); err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.Parse(b.ID)
	if err != nil {
		return uuid.Nil, err
	}
	line := b
	if in.Kind == ofPractitioner {
		line.Name = "" // even masked it does not belong where nothing can be taken back
	}
	return id, d.Log(ctx, tx, LogLine{Kind: "credit-ban", Subject: id, Region: s.RegionCode, Body: line})
}

var banLabels = map[string]string{ofAgency: "机构", ofPractitioner: "执业人员"}

// liftingKind ends a ban that its authority, or a court, has taken back.
func (d *Desk) liftingKind() review.Kind {
	return review.Kind{
		Name: "credit-ban-lifting", Label: "撤销法定禁业登记", Help: "决定机关或者法院撤销了禁业决定的，提出撤销登记；由另一人确认",
		Form: review.Form{Sections: []review.Section{{Title: "撤销", Fields: []review.Field{
			{Name: "documentNo", Label: "禁业决定文号", Type: review.Text, Required: true, Max: 100, ReadOnly: true},
			{Name: "name", Label: "对象", Type: review.Text, Required: true, Max: 100, ReadOnly: true},
			{Name: "from", Label: "自哪一天起不再有效", Type: review.Date, Required: true},
			{Name: "reason", Label: "理由", Type: review.Paragraph, Required: true, Max: 1000, Help: "公开：由谁、以哪份文书撤销"},
			{Name: "proof", Label: "证明", Type: review.File, Required: true},
		}}}},
		Prepare: proposeBan, Review: confirmBan, Subject: "ban",
		Begin: func(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
			b, _, err := loadBan(ctx, tx, s.Subject())
			return s.Subject(), review.Content{"documentNo": b.DocumentNo, "name": b.Name, "from": clock.Day(s.Now())}, err
		},
		Place: func(ctx context.Context, q db.Querier, s review.Submission, _ review.Content) (review.Place, error) {
			b, p, err := loadBan(ctx, q, s.Subject())
			p.Title = b.Name
			return p, err
		},
		Judge: func(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
			var j review.Judgement
			b, _, err := loadBan(ctx, q, s.Subject())
			if from, _ := c["from"].(string); from != "" && (from < b.From || !b.ForLife && from > b.Until) {
				j.Faults = append(j.Faults, apperr.Field{Name: "from", Message: "应在禁业的期限之内"})
			}
			if b.LiftedOn != "" {
				j.Faults = append(j.Faults, apperr.Field{Name: "documentNo", Message: "已经自 " + b.LiftedOn + " 起撤销"})
			}
			return j, err
		},
		Publish: func(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
			from, _ := c["from"].(string)
			reason, _ := c["reason"].(string)
			if err := liftBan(ctx, tx, s.Subject(), from, reason); err != nil {
				return uuid.Nil, err
			}
			return s.Subject(), d.Log(ctx, tx, LogLine{Kind: "credit-ban", Subject: s.Subject(), Region: s.RegionCode, Body: map[string]string{"liftedOn": from, "reason": reason}})
		},
	}
}

// BanFilter narrows the public list.
type BanFilter struct {
	page.Request
	Kind string
	USCC string
	Past bool // also those that no longer hold
}

// Bans is a page of them, the latest recorded first.
func (d *Desk) Bans(ctx context.Context, f BanFilter) (page.Page[Ban], error) {
	var none page.Page[Ban]
	if f.Kind != "" && banLabels[f.Kind] == "" {
		return none, apperr.InvalidField("kind", "应是 agency（机构）或 practitioner（执业人员）")
	}
	before, given, err := page.Decode[uuid.UUID](f.Cursor)
	if err != nil {
		return none, err
	}
	if !given {
		before = uuid.Max
	}
	now, err := deskNow(ctx, d.Pool)
	if err != nil {
		return none, err
	}
	rows, total, err := listBans(ctx, d.Pool, f, before, clock.Day(now))
	if err != nil {
		return none, err
	}
	return page.Make(rows, f.Size(), total, func(b Ban) string { return b.ID }), nil
}

// BanOf is the ban on an agency's code that holds on a day, the longest of several; a zero
// Ban where there is none.
func BanOf(ctx context.Context, q db.Querier, uscc, day string) (Ban, error) {
	return banOn(ctx, q, `b.kind = 'agency' AND b.uscc = $2`, day, uscc)
}

// BanOfPerson is the same of a practitioner, by the digests of the identity number.
func BanOfPerson(ctx context.Context, q db.Querier, digests [][]byte, day string) (Ban, error) {
	return banOn(ctx, q, `b.kind = 'practitioner' AND b.id_digest = ANY ($2)`, day, digests)
}

// Words say what a ban keeps someone from, and until when.
func (b Ban) Words() string {
	until := "终身"
	switch {
	case b.LiftedOn != "":
		until = "至 " + b.LiftedOn + "（不含当日）"
	case !b.ForLife:
		until = "至 " + b.Until
	}
	return "依" + b.Law + "禁止从业，" + until + "（" + b.Authority + " " + b.DocumentNo + "）"
}
