package demo

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/clock"
	"zjcs/internal/review"
)

// applicant is an organisation whose matter the market opens with. Nobody signs in for
// it. Its name says 示例: a real firm must not find itself proposed for a sanction.
type applicant struct {
	login, person, organisation string
	kind                        identity.OrganisationKind
	region                      string
}

var applicants = []applicant{
	{"demo-hejin", "任晓燕", "河津示例测绘有限公司", identity.AgencyOrg, "140882"},
	{"demo-yongji", "姚建国", "永济示例建设监理有限公司", identity.AgencyOrg, "140881"},
	{"demo-yanhu", "贾文斌", "运城示例造价咨询有限公司", identity.AgencyOrg, "140802"},
	{"demo-wenxi", "卫志强", "闻喜示例环保咨询有限公司", identity.AgencyOrg, "140823"},
	{"demo-linyi", "樊红梅", "临猗示例测绘有限公司", identity.AgencyOrg, "140821"},
	{"demo-ruicheng", "薛海波", "芮城示例工程造价咨询有限公司", identity.AgencyOrg, "140830"},
	{"demo-jishan", "宁立成", "稷山示例测绘科技有限公司", identity.AgencyOrg, "140824"},
	{"demo-xinjiang", "郝凯旋", "新绛示例环境科技有限公司", identity.AgencyOrg, "140825"},
	{"demo-expert-1", "景慧芳", "景慧芳", identity.ExpertOrg, sampleRegion},
	{"demo-expert-2", "廉永康", "廉永康", identity.ExpertOrg, sampleRegion},
	{"demo-village", "柴振林", "垣曲县示例村股份经济合作社", identity.Village, "140827"},
	{"demo-works", "史丽琳", "夏县示例建材有限公司", identity.Enterprise, "140828"},
}

func (h *handing) people() []identity.Sample {
	out := make([]identity.Sample, len(applicants))
	for i, a := range applicants {
		s := identity.Sample{Login: a.login, Name: a.person, Role: a.kind.AdminRole(), Kind: a.kind, Organisation: a.organisation, Region: a.region}
		if a.kind.NumberedByUSCC() {
			class := map[identity.OrganisationKind]string{identity.Village: "N2"}[a.kind]
			if class == "" {
				class = "91"
			}
			s.USCC = string(identity.NewUSCC(h.Rand, class, "140899"))
		}
		out[i] = s
	}
	return out
}

// number is a citizen's number that is nobody's.
func (h *handing) number() string {
	return identity.NewCitizenID(h.Rand, "140899", h.born(h.Now)).Reveal()
}

// mobile is of a range that is assigned to nobody.
func (h *handing) mobile() string { return "1990000" + h.digits(4) }

type row = map[string]any

// firm is a whole application of an agency.
func (h *handing) firm(legal, region, address, founded, about string, items ...any) row {
	return row{
		"kind": "enterprise", "legalRepresentative": legal, "registered": "city", "region": region, "handlingRegion": region,
		"address": address, "phone": "0359-0" + h.digits(6), "foundedOn": founded, "introduction": about, "items": items,
		"agentName": h.person(), "agentIdNumber": h.number(), "agentPhone": h.mobile(), "agentLetter": scan("业务授权书"),
		"affiliated": "none", "businessLicence": scan("营业执照"), "commitmentLetter": scan("入驻承诺书"), "committed": true,
	}
}

// certificate carries items for so many days from today.
func (h *handing) certificate(name, level, issuer string, days int, items ...any) row {
	return row{"name": name, "level": level, "certificateNo": "示例" + h.digits(8), "issuer": issuer,
		"validFrom": clock.DayAfter(h.Now, days-5*365), "validTo": clock.DayAfter(h.Now, days), "scan": scan(name + "证书"), "carries": items}
}

func (h *handing) practitioner(specialty string, days int) row {
	return row{"name": h.person(), "idNumber": h.number(), "specialty": specialty, "certificateNo": "示例" + h.digits(8),
		"validTo": clock.DayAfter(h.Now, days), "scan": scan(specialty + "证书")}
}

// admissions are of agencies on their way into the market: four wait, of which one is
// late; one was sent back; one stands in publicity and is objected to.
func (h *handing) admissions(ctx context.Context) error {
	surveying := func(legal, region, address, founded string, days int) row {
		c := h.firm(legal, region, address, founded, "从事不动产测绘、界线测绘和地理信息数据处理。", "ZJ0011")
		c["qualifications"] = []any{h.certificate("测绘资质（界线与不动产测绘）", "乙级", "山西省自然资源厅", days, "ZJ0011")}
		c["practitioners"] = []any{h.practitioner("注册测绘师", 700), h.practitioner("注册测绘师", 410)}
		return c
	}
	costing := func(legal, region, address, founded string) row {
		c := h.firm(legal, region, address, founded, "从事工程概算、预算、控制价编制和结算审核。", "ZJ0034")
		c["practitioners"] = []any{h.practitioner("一级造价工程师", 900)}
		return c
	}
	supervising := h.firm("姚建国", "140881", "山西省永济市示例大街 16 号", "2013-05-20", "从事房屋建筑和市政公用工程监理。", "ZJ0033")
	supervising["qualifications"] = []any{h.certificate("工程监理资质", "乙级", "山西省住房和城乡建设厅", 820, "ZJ0033")}
	supervising["practitioners"] = []any{h.practitioner("注册监理工程师", 640), h.practitioner("注册监理工程师", 530)}
	green := h.firm("卫志强", "140823", "山西省运城市闻喜县示例路 8 号", "2019-03-11", "从事入河排污口设置论证和环境管理咨询。", "ZJ0055")

	var late, back, open review.Detail
	for _, a := range []struct {
		login   string
		content row
		keep    *review.Detail
	}{
		{"demo-wenxi", green, &late},
		{"demo-hejin", surveying("任晓燕", "140882", "山西省河津市示例街 3 号", "2015-06-01", 390), nil},
		{"demo-yongji", supervising, nil},
		{"demo-yanhu", costing("贾文斌", "140802", "山西省运城市盐湖区示例路 21 号", "2016-10-18"), nil},
		{"demo-linyi", surveying("樊红梅", "140821", "山西省运城市临猗县示例街 5 号", "2018-04-09", 45), &back},
		{"demo-ruicheng", costing("薛海波", "140830", "山西省运城市芮城县示例路 12 号", "2012-08-30"), &open},
	} {
		d, err := h.submit(ctx, a.login, "agency-admission", uuid.Nil, func(review.Content) map[string]any { return a.content })
		if err != nil {
			return err
		}
		if a.keep != nil {
			*a.keep = d
		}
	}
	if err := makeLate(ctx, h.Pool, late.ID); err != nil {
		return err
	}
	if _, err := h.decide(ctx, back, review.ActInput{Action: review.Return, Note: "材料基本齐全，以下两处改正后再提交。", Reasons: []review.Reason{
		{Field: "qualifications[0].validTo", Reason: "扫描件上的有效期与所填日期不一致，请按证书原件填写。"},
		{Field: "commitmentLetter", Reason: "承诺书没有加盖公章，请盖章后重新扫描上传。"},
	}}); err != nil {
		return err
	}
	open, err := h.decide(ctx, open, review.ActInput{Action: review.Accept, Note: "材料齐全，符合入驻条件。"})
	if err != nil {
		return err
	}
	_, err = h.at.Object(ctx, review.ObjectInput{Number: open.Number, Name: "示例异议人", Contact: h.mobile(),
		Text: "该公司公示的造价工程师目前在另一家单位执业，请核实其注册单位后再决定是否准予入驻。"})
	return h.said("visitor", "objection", err)
}

// inTheMarket are two agencies that were admitted: one asks for a change, of the other
// an officer proposes a sanction that a second official must confirm.
func (h *handing) inTheMarket(ctx context.Context) error {
	surveyor := h.firm("宁立成", "140824", "山西省运城市稷山县示例街 2 号", "2011-11-02", "从事不动产测绘、地籍调查。", "ZJ0011")
	surveyor["qualifications"] = []any{h.certificate("测绘资质（界线与不动产测绘）", "乙级", "山西省自然资源厅", 25, "ZJ0011")}
	surveyor["practitioners"] = []any{h.practitioner("注册测绘师", 500)}
	green := h.firm("郝凯旋", "140825", "山西省运城市新绛县示例路 30 号", "2017-07-14", "从事入河排污口设置论证、环境应急预案编制。", "ZJ0055")
	admitted := map[string]uuid.UUID{}
	for _, a := range []struct {
		login   string
		content row
	}{{"demo-jishan", surveyor}, {"demo-xinjiang", green}} {
		before := h.afterPublicity()
		d, err := before.submit(ctx, a.login, "agency-admission", uuid.Nil, func(review.Content) map[string]any { return a.content })
		if err != nil {
			return err
		}
		if d, err = before.decide(ctx, d, review.ActInput{Action: review.Accept, Note: "材料齐全，符合入驻条件。"}); err != nil {
			return err
		}
		admitted[a.login] = d.Subject()
	}
	if _, err := h.submit(ctx, "demo-jishan", "agency-change", uuid.Nil, func(c review.Content) map[string]any {
		held, _ := c["qualifications"].([]any)
		renewed := h.certificate("测绘资质（界线与不动产测绘）", "甲级", "自然资源部", 1800, "ZJ0011")
		return row{"address": "山西省运城市稷山县示例大厦 6 层", "phone": "0359-0" + h.digits(6), "qualifications": append(held[:len(held):len(held)], renewed), "committed": true}
	}); err != nil {
		return err
	}
	_, err := h.submit(ctx, "officer", "agency-sanction", admitted["demo-xinjiang"], func(review.Content) map[string]any {
		return row{"reason": "论证报告引用的水质监测数据与监测单位留存的原始记录不符，经调取记录核对属实。（示例数据）", "basis": "平台信用管理规则",
			"from": clock.Day(h.Now), "until": clock.DayAfter(h.Now, 365), "proof": scan("核查记录")}
	})
	return err
}

// experts are two who ask to be taken into the pool; one stands in publicity.
func (h *handing) experts(ctx context.Context) error {
	someone := func(employer, title string, fields ...any) func(review.Content) map[string]any {
		return func(review.Content) map[string]any {
			return row{"idNumber": h.number(), "phone": h.mobile(), "employer": employer, "title": title, "region": "140802", "specialties": fields, "commitment": true,
				"certificates": []any{row{"name": title + "职称证书", "number": "示例" + h.digits(8), "issuer": "山西省人力资源和社会保障厅", "file": scan(title + "职称证书")}}}
		}
	}
	if _, err := h.submit(ctx, "demo-expert-1", "expert-admission", uuid.Nil, someone("运城示例设计研究院", "高级工程师", "住房城乡建设", "自然资源")); err != nil {
		return err
	}
	d, err := h.submit(ctx, "demo-expert-2", "expert-admission", uuid.Nil, someone("运城示例环境科学研究所", "正高级工程师", sampleSector))
	if err != nil {
		return err
	}
	_, err = h.decide(ctx, d, review.ActInput{Action: review.Accept, Note: "职称证书已核对。"})
	return err
}

// purchasers are a village that waits to be verified and a firm that is.
func (h *handing) purchasers(ctx context.Context) error {
	if _, err := h.submit(ctx, "demo-village", "purchaser-verification", uuid.Nil, func(review.Content) map[string]any {
		return row{"legalRepresentative": "柴振林", "registration": scan("村集体登记证"), "supervisor": "乔春生", "supervisionPaper": scan("村务监督委员会证明"),
			"address": "山西省运城市垣曲县示例村", "contactName": "柴振林", "contactPhone": h.mobile(), "commitment": true}
	}); err != nil {
		return err
	}
	d, err := h.submit(ctx, "demo-works", "purchaser-verification", uuid.Nil, func(review.Content) map[string]any {
		return row{"legalRepresentative": "史丽琳", "licence": scan("营业执照"), "address": "山西省运城市夏县示例工业园", "contactName": "史丽琳", "contactPhone": h.mobile(), "commitment": true}
	})
	if err != nil {
		return err
	}
	_, err = h.decide(ctx, d, review.ActInput{Action: review.Accept, Note: "营业执照与登记信息一致。"})
	return err
}

// item is a change the department proposes to one of its own.
func (h *handing) item(ctx context.Context) error {
	it, err := h.Catalog.GetItem(ctx, "ZJ0055")
	if err != nil {
		return err
	}
	_, err = h.submit(ctx, "officer", "item-change", it.ID, func(review.Content) map[string]any {
		return row{"timeLimit": "12", "notes": "按简易程序论证的，编制论证表即可。（示例数据）"}
	})
	return err
}
