package purchaser

import (
	"zjcs/internal/identity"
	"zjcs/internal/review"
)

// kinds are the organisations that purchase.
var kinds = []identity.OrganisationKind{identity.Enterprise, identity.PublicBody, identity.Village, identity.NaturalPerson}

func kindOptions() []review.Option {
	out := make([]review.Option, len(kinds))
	for i, k := range kinds {
		out[i] = review.Option{Value: string(k), Label: k.Label()}
	}
	return out
}

func of(list ...identity.OrganisationKind) *review.Condition {
	c := &review.Condition{Field: "kind"}
	for _, k := range list {
		c.In = append(c.In, string(k))
	}
	return c
}

var withAgent = &review.Condition{Field: "hasAgent", In: []string{"true"}}

// form asks each kind of purchaser for its own papers.
func form() review.Form {
	bodies := of(identity.Enterprise, identity.PublicBody, identity.Village)
	return review.Form{Sections: []review.Section{
		{Title: "主体资格", Fields: []review.Field{
			{Name: "kind", Label: "类别", Type: review.Choice, Required: true, ReadOnly: true, Options: kindOptions()},
			{Name: "uscc", Label: "统一社会信用代码", Type: review.USCC, Required: true, When: bodies},
			{Name: "legalRepresentative", Label: "法定代表人或负责人", Type: review.Text, Required: true, Max: 50, When: bodies},
			{Name: "licence", Label: "营业执照", Type: review.File, Required: true, When: of(identity.Enterprise)},
			{Name: "codeCertificate", Label: "统一社会信用代码证书", Type: review.File, Required: true, When: of(identity.PublicBody)},
			{Name: "budgetUnit", Label: "是预算单位，使用财政资金", Type: review.Flag, When: of(identity.PublicBody), Help: "使用财政资金、未达到政府采购限额的，应当通过本平台选取"},
			{Name: "registration", Label: "村集体登记证", Type: review.File, Required: true, When: of(identity.Village)},
			{Name: "supervisor", Label: "村务监督委员会主任", Type: review.Text, Required: true, Max: 50, When: of(identity.Village)},
			{Name: "supervisionPaper", Label: "村务监督委员会出具的证明", Type: review.File, Required: true, When: of(identity.Village)},
			{Name: "idNumber", Label: "身份证号", Type: review.IDNumber, Required: true, Secret: true, When: of(identity.NaturalPerson), Help: "加密保存，不公开"},
			{Name: "idFront", Label: "身份证人像面", Type: review.File, Required: true, When: of(identity.NaturalPerson)},
			{Name: "idBack", Label: "身份证国徽面", Type: review.File, Required: true, When: of(identity.NaturalPerson)},
			{Name: "address", Label: "通信地址", Type: review.Text, Required: true, Max: 200},
		}},
		{Title: "联系人", Fields: []review.Field{
			{Name: "contactName", Label: "联系人", Type: review.Text, Required: true, Max: 50},
			{Name: "contactPhone", Label: "联系电话", Type: review.Phone, Required: true, Secret: true, Help: "加密保存；公告中的联系电话另填"},
			{Name: "contactEmail", Label: "电子邮箱", Type: review.Email},
		}},
		{Title: "采购受托人", Help: "由他人代为办理的，上传授权委托书", Fields: []review.Field{
			{Name: "hasAgent", Label: "委托他人办理", Type: review.Flag},
			{Name: "agentName", Label: "受托人", Type: review.Text, Required: true, Max: 50, When: withAgent},
			{Name: "agentLetter", Label: "授权委托书", Type: review.File, Required: true, When: withAgent},
			{Name: "agentValidTo", Label: "授权截止日期", Type: review.Date, Required: true, When: withAgent},
		}},
		{Title: "承诺", Fields: []review.Field{
			{Name: "commitment", Label: "承诺以上材料真实，遵守平台规则，不指定中介机构，按合同付款", Type: review.Flag, Required: true},
		}},
	}}
}

// paperFields are the uploaded papers, by the form's names.
var paperFields = []string{"licence", "codeCertificate", "registration", "supervisionPaper", "idFront", "idBack", "agentLetter"}
