package procurement

import (
	"zjcs/internal/draw"
	"zjcs/internal/review"
)

func option[T ~string](v T, label string) review.Option {
	return review.Option{Value: string(v), Label: label}
}

func when[T ~string](field string, in ...T) *review.Condition {
	c := &review.Condition{Field: field}
	for _, v := range in {
		c.In = append(c.In, string(v))
	}
	return c
}

func methodOptions() []review.Option {
	out := make([]review.Option, len(Methods))
	for i, m := range Methods {
		out[i] = option(m, m.Label())
	}
	return out
}

// Grounds on which an agency may be named (domain.md section 5).
const (
	groundNonFiscal   = "non_fiscal"
	groundUrgent      = "urgent"
	groundFailedTwice = "failed_twice"
)

// noticeForm asks for what a notice must say (domain.md section 5), by the names of Terms.
func noticeForm() review.Form {
	algorithm := []review.Option{option(draw.SHA256, "SHA-256"), option(draw.SM3, "SM3（国密）")}
	source := func(name, label, help string) []review.Field {
		kind := name + "Kind"
		return []review.Field{
			{Name: kind, Label: label, Type: review.Choice, Required: true, Help: help, Options: []review.Option{
				option(Drand, "drand 公共随机信标"), option(Lottery, "公开彩票开奖结果"), option(Commit, "项目业主、监督、平台三方承诺与揭示")}},
			{Name: name + "Game", Label: label + "：彩票名称", Type: review.Text, Required: true, Max: 40, When: when(kind, Lottery), Help: "如 双色球"},
			{Name: name + "Issue", Label: label + "：期号", Type: review.Text, Required: true, Max: 20, When: when(kind, Lottery)},
			{Name: name + "Date", Label: label + "：开奖日期", Type: review.Date, Required: true, When: when(kind, Lottery), Help: "在报名截止的次日或以后"},
		}
	}
	fields := append(source("source", "抽取用的熵源", "报名截止以后才出现、谁也不能左右的公开数字；抽取和并列都由它决定"),
		source("fallback", "备用熵源", "熵源没有取得时改用，应是另一种")...)
	fields = append(fields,
		review.Field{Name: "fallbackHours", Label: "多少小时没有取得就改用备用熵源", Type: review.Number, Required: true, Help: "1 至 168"},
		review.Field{Name: "algorithm", Label: "抽取算法", Type: review.Choice, Required: true, Options: algorithm},
	)
	return review.Form{Sections: []review.Section{
		{Title: "项目", Fields: []review.Field{
			{Name: "items", Label: "中介服务事项", Type: review.ItemRefs, Required: true, Min: 1, Max: 10, Help: "几项一并委托的（多评合一）一起选"},
			{Name: "approval", Label: "为办理哪项审批", Type: review.Text, Max: 20, Help: "审批事项编码；不是为办理审批的不填"},
			{Name: "projectName", Label: "项目名称", Type: review.Text, Required: true, Max: 120},
			{Name: "projectCode", Label: "投资项目代码", Type: review.Text, Max: 30, Help: "投资项目填写，如 2026-140821-47-01-000001"},
			{Name: "region", Label: "项目所在区划", Type: review.RegionRef, Required: true, Help: "由当地运营审核受理"},
			{Name: "fund", Label: "资金来源", Type: review.Choice, Required: true, Options: []review.Option{option(Fiscal, "财政资金"), option(Mixed, "部分财政资金"), option(Own, "自有资金")}},
			{Name: "fiscalPercent", Label: "财政资金占比（%）", Type: review.Number, Required: true, When: when("fund", Mixed)},
			{Name: "contact", Label: "联系人", Type: review.Text, Required: true, Max: 50},
			{Name: "contactPhone", Label: "联系电话", Type: review.Phone, Required: true, Help: "对外公布"},
			{Name: "complaintPhone", Label: "投诉电话", Type: review.Phone, Required: true, Help: "对外公布"},
		}},
		{Title: "服务要求", Fields: []review.Field{
			{Name: "scope", Label: "服务内容和规模", Type: review.Paragraph, Required: true, Max: 4000},
			{Name: "result", Label: "应交付的成果", Type: review.Paragraph, Required: true, Max: 2000},
			{Name: "daysCeiling", Label: "承诺时限上限（工作日）", Type: review.Number, Required: true, Help: "机构承诺的时限不能超过它"},
			{Name: "delivery", Label: "交付方式", Type: review.Paragraph, Required: true, Max: 1000},
			{Name: "payment", Label: "付款条件", Type: review.Paragraph, Required: true, Max: 2000, Help: "向中小企业付款不超过交付后 30 日，另有约定不超过 60 日（《保障中小企业款项支付条例》第九条）"},
		}},
		{Title: "价格", Fields: []review.Field{
			{Name: "pricing", Label: "报价方式", Type: review.Choice, Required: true, Options: []review.Option{option(FixedPrice, "固定价格，不报价"), option(Quoted, "报总价"), option(Discount, "报下浮率")}},
			{Name: "priceFen", Label: "固定价格", Type: review.Money, Required: true, When: when("pricing", FixedPrice)},
			{Name: "ceilingFen", Label: "最高限价", Type: review.Money, When: when("pricing", Quoted, Discount), Help: "下浮率以它为基数；报总价的可以不设"},
			{Name: "floorFen", Label: "最低限价", Type: review.Money, When: when("pricing", Quoted, Discount)},
		}},
		{Title: "对机构的要求", Help: "只能要求事项本身法定的资质，不得要求本地注册、本地业绩、指定品牌（《公平竞争审查条例》第八、九条）", Fields: []review.Field{
			{Name: "qualificationRule", Label: "资质要求", Type: review.Choice, Options: []review.Option{{Value: "any", Label: "具备其一"}, {Value: "all", Label: "全部具备"}}},
			{Name: "qualifications", Label: "资质", Type: review.Rows, Max: 10, When: when("qualificationRule", "any", "all"), Fields: []review.Field{
				{Name: "name", Label: "资质名称", Type: review.Text, Required: true, Max: 100},
				{Name: "level", Label: "最低等级", Type: review.Text, Max: 40, Help: "不限的不填"},
			}},
			{Name: "practitioners", Label: "对执业人员的要求", Type: review.Paragraph, Max: 1000},
			{Name: "fewReason", Label: "符合条件的不足三家仍要发布的理由", Type: review.Paragraph, Max: 1000, Help: "符合条件的机构少于三家时必须写明，会公布"},
			{Name: "recusals", Label: "申明回避的机构", Type: review.Rows, Max: 20, Fields: []review.Field{
				{Name: "uscc", Label: "统一社会信用代码", Type: review.USCC, Required: true},
				{Name: "reason", Label: "原因", Type: review.Text, Required: true, Max: 200},
			}},
			{Name: "witness", Label: "现场见证", Type: review.Text, Max: 200, Help: "安排见证的写明时间和地点"},
		}},
		{Title: "选取方式", Fields: []review.Field{
			{Name: "method", Label: "选取方式", Type: review.Choice, Required: true, Options: methodOptions()},
			{Name: "urgent", Label: "紧急采购", Type: review.Flag, Help: "报名时间可以缩短"},
			{Name: "urgentBasis", Label: "紧急的依据", Type: review.Paragraph, Required: true, Max: 1000, When: when("urgent", "true")},
			{Name: "keep", Label: "按信用得分保留前几家", Type: review.Number, Required: true, When: when("method", CreditWeighted)},
			{Name: "shortlist", Label: "从中抽几家入围", Type: review.Number, Required: true, When: when("method", CreditWeighted)},
			{Name: "experts", Label: "专家人数", Type: review.Number, Required: true, When: when("method", Panel), Help: "3 人以上单数"},
			{Name: "priceWeight", Label: "价格权重（%）", Type: review.Number, Required: true, When: when("method", Panel), Help: "20 至 60"},
			{Name: "techWeight", Label: "技术权重（%）", Type: review.Number, Required: true, When: when("method", Panel)},
			{Name: "creditWeight", Label: "信用权重（%）", Type: review.Number, Required: true, When: when("method", Panel)},
			{Name: "directUscc", Label: "直接选取的机构（统一社会信用代码）", Type: review.USCC, Required: true, When: when("method", Direct)},
			{Name: "directGround", Label: "直接选取的情形", Type: review.Choice, Required: true, When: when("method", Direct), Options: []review.Option{
				{Value: groundNonFiscal, Label: "不使用财政资金"}, {Value: groundUrgent, Label: "紧急且有依据"}, {Value: groundFailedTwice, Label: "两次流标"}}},
			{Name: "directReason", Label: "直接选取的理由", Type: review.Paragraph, Required: true, Max: 2000, When: when("method", Direct), Help: "会公布"},
			{Name: "previous", Label: "重新发布的采购", Type: review.Text, ReadOnly: true, Max: 36, Help: "流标后重新发布的，由系统填写"},
		}},
		{Title: "时间", Fields: []review.Field{
			{Name: "deadline", Label: "报名截止", Type: review.DateTime, Required: true, Help: "以平台数据库时钟为准，到点不再接受"},
			{Name: "selectionAt", Label: "选取时间", Type: review.DateTime, Required: true, Help: "不早于报名截止"},
		}},
		{Title: "怎样保证公正", Help: "公告先指定、事后才出现的公开数字决定抽取，任何人都能重算", Fields: fields},
		{Title: "附件", Fields: []review.Field{
			{Name: "attachments", Label: "附件", Type: review.Rows, Max: 20, Fields: []review.Field{
				{Name: "name", Label: "名称", Type: review.Text, Required: true, Max: 100},
				{Name: "file", Label: "文件", Type: review.File, Required: true},
			}},
		}},
	}}
}
