package agency

import (
	"slices"

	"zjcs/internal/review"
)

// Materials name the paper that proves what kind of organisation it is; only what an
// item or the registration itself requires is asked for, nothing about a local office
// or local record (公平竞争审查条例 第8、9条).
var materials = map[Kind]review.Field{
	Enterprise:        {Name: "businessLicence", Label: "营业执照"},
	PublicInstitution: {Name: "institutionCertificate", Label: "事业单位法人证书"},
	SocialOrg:         {Name: "socialCertificate", Label: "社会团体或民办非企业单位登记证书"},
	ProfessionalFirm:  {Name: "practiceLicence", Label: "执业许可证"},
}

var kinds = []Kind{Enterprise, PublicInstitution, SocialOrg, ProfessionalFirm}

// Relation is how an agency hangs on an authority (domain.md section 1, 红顶中介).
type Relation string

const (
	Sponsored   Relation = "sponsored"
	Subordinate Relation = "subordinate"
	Equity      Relation = "equity"
	StaffShared Relation = "staff"
)

var relations = []Relation{Sponsored, Subordinate, Equity, StaffShared}

// Label is the relation in Chinese.
func (r Relation) Label() string {
	return map[Relation]string{Sponsored: "主办", Subordinate: "隶属", Equity: "股权", StaffShared: "人员兼职"}[r]
}

func options[T ~string](values []T, label func(T) string) []review.Option {
	out := make([]review.Option, len(values))
	for i, v := range values {
		out[i] = review.Option{Value: string(v), Label: label(v)}
	}
	return out
}

func when(field string, in ...string) *review.Condition {
	return &review.Condition{Field: field, In: in}
}

// profileForm asks for all that is published of an agency, and its papers.
func profileForm() review.Form {
	basic := []review.Field{
		{Name: "uscc", Label: "统一社会信用代码", Type: review.USCC, Required: true, ReadOnly: true, Help: "按注册时填写的代码，不能修改"},
		{Name: "name", Label: "机构名称", Type: review.Text, Required: true, Max: 100, Help: "登记的全称"},
		{Name: "kind", Label: "机构类型", Type: review.Choice, Required: true, Options: options(kinds, Kind.Label)},
		{Name: "legalRepresentative", Label: "法定代表人或负责人", Type: review.Text, Required: true, Max: 50},
		{Name: "registered", Label: "登记地", Type: review.Choice, Required: true, Help: "只说明在哪里登记，不限制在哪里执业",
			Options: []review.Option{{Value: inCity, Label: "本市"}, {Value: Outside, Label: "市外"}}},
		{Name: "region", Label: "登记地区划", Type: review.RegionRef, Required: true, When: when("registered", inCity)},
		{Name: "domicile", Label: "登记地（省、市）", Type: review.Text, Required: true, Max: 100, When: when("registered", Outside), Help: "如 陕西省西安市"},
		{Name: "handlingRegion", Label: "受理区划", Type: review.RegionRef, Required: true, Help: "由哪里的审核人员受理；入驻后在全市都可以承接"},
		{Name: "address", Label: "住所", Type: review.Text, Required: true, Max: 200},
		{Name: "phone", Label: "联系电话", Type: review.Phone, Required: true, Help: "对外公布"},
		{Name: "foundedOn", Label: "成立日期", Type: review.Date, Required: true},
		{Name: "introduction", Label: "简介", Type: review.Paragraph, Max: 2000},
	}
	papers := []review.Field{}
	for _, k := range kinds {
		f := materials[k]
		f.Type, f.Required, f.When = review.File, true, when("kind", string(k))
		papers = append(papers, f)
	}
	papers = append(papers,
		review.Field{Name: "commitmentLetter", Label: "承诺书", Type: review.File, Required: true, Help: "加盖公章的扫描件"},
		review.Field{Name: "committed", Label: "承诺所填内容和材料真实有效，遵守平台规则", Type: review.Flag, Required: true})
	return review.Form{Sections: []review.Section{
		{Title: "基本情况", Fields: basic},
		{Title: "申请承接的事项", Help: "事项要求资质的，须由下面至少一项今天有效的资质承载", Fields: []review.Field{
			{Name: "items", Label: "服务事项", Type: review.ItemRefs, Required: true, Min: 1, Max: maxItems},
		}},
		{Title: "资质", Help: "只填事项目录要求的资质；事项不要求资质的不必填", Fields: []review.Field{
			{Name: "qualifications", Label: "资质", Type: review.Rows, Max: maxQualifications, Fields: []review.Field{
				{Name: "name", Label: "资质名称", Type: review.Text, Required: true, Max: 100},
				{Name: "level", Label: "等级", Type: review.Text, Max: 20, Help: "不分级的不填"},
				{Name: "certificateNo", Label: "证书编号", Type: review.Text, Required: true, Max: 60},
				{Name: "issuer", Label: "发证机关", Type: review.Text, Required: true, Max: 100},
				{Name: "validFrom", Label: "有效期自", Type: review.Date},
				{Name: "validTo", Label: "有效期至", Type: review.Date, Help: "含当日；长期有效的不填。到期后只暂停它承载的事项"},
				{Name: "scan", Label: "证书扫描件", Type: review.File, Required: true},
				{Name: "carries", Label: "承载的事项", Type: review.ItemRefs, Max: maxItems, Help: "从申请承接的事项中选"},
			}},
		}},
		{Title: "执业人员", Fields: []review.Field{
			{Name: "practitioners", Label: "执业人员", Type: review.Rows, Max: maxPractitioners, Fields: []review.Field{
				{Name: "name", Label: "姓名", Type: review.Text, Required: true, Max: 50},
				{Name: "idNumber", Label: "身份证号", Type: review.IDNumber, Required: true, Secret: true},
				{Name: "specialty", Label: "执业类别", Type: review.Text, Required: true, Max: 50},
				{Name: "certificateNo", Label: "证书编号", Type: review.Text, Required: true, Max: 60},
				{Name: "validTo", Label: "有效期至", Type: review.Date, Help: "含当日；长期有效的不填"},
				{Name: "scan", Label: "证书扫描件", Type: review.File, Required: true},
			}},
		}},
		{Title: "业务授权人", Help: "代表机构在平台办理业务的人，信息不公开", Fields: []review.Field{
			{Name: "agentName", Label: "姓名", Type: review.Text, Required: true, Max: 50},
			{Name: "agentIdNumber", Label: "身份证号", Type: review.IDNumber, Required: true, Secret: true},
			{Name: "agentPhone", Label: "手机", Type: review.Phone, Required: true, Secret: true},
			{Name: "agentLetter", Label: "授权书", Type: review.File, Required: true},
		}},
		{Title: "与行政机关的关联", Help: "与审批部门有关联的机构，不能承接该部门审批所用的事项；本项公开", Fields: []review.Field{
			{Name: "affiliated", Label: "关联情况", Type: review.Choice, Required: true, Options: []review.Option{
				{Value: unaffiliated, Label: "与行政机关及其所属单位没有隶属、股权、人员关联"}, {Value: affiliated, Label: "有关联，逐项列出"}}},
			{Name: "affiliations", Label: "关联关系", Type: review.Rows, Required: true, Min: 1, Max: 20, When: when("affiliated", affiliated), Fields: []review.Field{
				{Name: "authority", Label: "行政机关", Type: review.Text, Required: true, Max: 100, Help: "全称，如 运城市水务局"},
				{Name: "relation", Label: "关系", Type: review.Choice, Required: true, Options: options(relations, Relation.Label)},
				{Name: "since", Label: "起始日期", Type: review.Date},
				{Name: "note", Label: "说明", Type: review.Text, Max: 200},
			}},
		}},
		{Title: "材料", Fields: papers},
	}}
}

const (
	inCity       = "city"
	unaffiliated = "none"
	affiliated   = "some"
)

// exitForm asks why, and that nothing is left undone.
var exitForm = review.Form{Sections: []review.Section{{Title: "退出", Fields: []review.Field{
	{Name: "uscc", Label: "统一社会信用代码", Type: review.USCC, Required: true, ReadOnly: true},
	{Name: "name", Label: "机构名称", Type: review.Text, Required: true, Max: 100, ReadOnly: true},
	{Name: "reason", Label: "退出原因", Type: review.Paragraph, Required: true, Max: 1000},
	{Name: "noRunningBusiness", Label: "没有正在履行的合同和未了结的异议、投诉", Type: review.Flag, Required: true},
}}}}

// measureForm asks an official for what is proposed about an agency.
func measureForm(title string, fields ...review.Field) review.Form {
	return review.Form{Sections: []review.Section{{Title: title, Fields: slices.Concat([]review.Field{
		{Name: "uscc", Label: "统一社会信用代码", Type: review.USCC, Required: true, ReadOnly: true},
		{Name: "name", Label: "机构名称", Type: review.Text, Required: true, Max: 100, ReadOnly: true},
		{Name: "reason", Label: "事实和理由", Type: review.Paragraph, Required: true, Max: 2000, Help: "公开；不写个人姓名和证号"},
		{Name: "basis", Label: "依据", Type: review.Paragraph, Required: true, Max: 1000, Help: "法律、法规、规章或平台规则的具体条款"},
	}, fields)}}}
}

var (
	fromField  = review.Field{Name: "from", Label: "起始日期", Type: review.Date, Required: true}
	untilField = review.Field{Name: "until", Label: "截止日期", Type: review.Date, Required: true, Help: "含当日；期满自动解除"}
	proofField = review.Field{Name: "proof", Label: "证明材料", Type: review.File}
	vetoField  = review.Field{Name: "veto", Label: "清退情形", Type: review.Choice, Required: true, Options: []review.Option{
		{Value: "false_report", Label: "出具虚假成果"}, {Value: "lent_qualification", Label: "出借资质"}, {Value: "collusion", Label: "串通"},
		{Value: "bribery", Label: "行贿"}, {Value: "other", Label: "法律法规规定的其他情形"}}}
	barField = review.Field{Name: "barMonths", Label: "多少个月内不得再次入驻", Type: review.Number, Required: true}
)
