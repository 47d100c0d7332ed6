package catalog

import "zjcs/internal/review"

func option(value, label string) review.Option { return review.Option{Value: value, Label: label} }

func names1(label string, limit int) []review.Field {
	return []review.Field{{Name: "name", Label: label, Type: review.Text, Required: true, Max: limit}}
}

// identityFields say which item it is. A new one proposes its code; of a known one the
// code stays.
func identityFields(known bool) []review.Field {
	code := review.Field{Name: "code", Label: "事项编码", Type: review.Text, Required: true, Max: 10, ReadOnly: known, Help: "两个大写字母加 4–8 位数字，全市唯一；已按目录给出下一个"}
	if known {
		code.Help = "编码不变"
	}
	return []review.Field{code,
		{Name: "name", Label: "事项名称", Type: review.Text, Required: true, Max: 200},
		{Name: "region", Label: "实施区划", Type: review.RegionRef, Required: true, ReadOnly: known, Help: "在哪个区划及其下级使用；全市使用的选运城市"},
		{Name: "sector", Label: "行业领域", Type: review.Text, Required: true, Max: 50, Help: "用目录里已有的行业领域"},
		{Name: "approvals", Label: "服务的审批事项", Type: review.Rows, Max: 50, Fields: names1("审批事项名称", 100)},
		{Name: "departments", Label: "行业主管部门", Type: review.Rows, Max: 20, Fields: names1("部门", 50), Help: "按清单用语，如 住建"},
	}
}

func itemForm(known bool) review.Form {
	return review.Form{Sections: []review.Section{
		{Title: "事项", Fields: identityFields(known)},
		{Title: "设定依据", Help: "作为办理审批条件的中介服务，应当有法律、法规或者国务院决定依据（" + article43 + "）", Fields: []review.Field{
			{Name: "legalBasis", Label: "设定依据", Type: review.Rows, Max: 30, Help: "一条一行，法律、法规写到条", Fields: []review.Field{
				{Name: "document", Label: "文件", Type: review.Text, Required: true, Max: 300, Help: "如 《政府投资条例》；部门规章、规范性文件写明文号"},
				{Name: "article", Label: "条款", Type: review.Text, Max: 100, Help: "如 第九条"},
				{Name: "quote", Label: "原文摘录", Type: review.Paragraph, Max: 1000, Help: "摘录写明这项服务或它的成果的那一句"},
			}},
			{Name: "basisStrength", Label: "依据强度", Type: review.Choice, Required: true, Options: []review.Option{
				option(string(BasisDirect), "直接：法律、行政法规或国务院决定写明了这项服务"),
				option(string(BasisIndirect), "间接：规定了审批或要求，没有写明这项服务"),
				option(string(BasisNone), "无：没有法律、法规或国务院决定依据"),
			}},
		}},
		{Title: "怎么办", Fields: []review.Field{
			{Name: "resultDocument", Label: "服务成果", Type: review.Text, Required: true, Max: 300},
			{Name: "entrustingParties", Label: "委托方", Type: review.Choices, Required: true, Min: 1, Help: "谁委托谁付费", Options: []review.Option{
				option(string(EntrustApplicant), EntrustApplicant.Label()), option(string(EntrustApprover), EntrustApprover.Label())}},
			{Name: "selfPrepare", Label: "能否自行编制", Type: review.Choice, Required: true, Options: []review.Option{
				option(string(SelfPrepareYes), SelfPrepareYes.Label()), option(string(SelfPrepareNo), SelfPrepareNo.Label()), option(string(SelfPrepareConditional), SelfPrepareConditional.Label())}},
			{Name: "timeLimit", Label: "服务时限", Type: review.Text, Required: true, Max: 50, Help: "工作日数，如 15；不是固定天数的写文字，如 随工期"},
			{Name: "feeType", Label: "收费方式", Type: review.Text, Required: true, Max: 100, Help: "如 市场调节价、政府定价、免费"},
			{Name: "feeReference", Label: "收费文件", Type: review.Text, Max: 1000, Help: "写明文号"},
			{Name: "notes", Label: "备注", Type: review.Paragraph, Max: 2000},
		}},
		{Title: "对机构的条件", Help: "只写法定条件；不得要求本地注册、本地业绩、进入本地名录，不得指定品牌（《公平竞争审查条例》第八条、第九条）", Fields: []review.Field{
			{Name: "requiredQualification", Label: "资质要求", Type: review.Text, Max: 300, Help: "公布时用的一句话；没有法定资质的写“无法定资质”"},
			{Name: "conditionMatch", Label: "资质的关系", Type: review.Choice, Options: []review.Option{option("any", "具备其一即可"), option("all", "全部具备")}},
			{Name: "qualifications", Label: "资质", Type: review.Rows, Max: 20, Fields: []review.Field{
				{Name: "name", Label: "资质名称", Type: review.Text, Required: true, Max: 100}, {Name: "level", Label: "最低等级", Type: review.Text, Max: 20}}},
			{Name: "practitioners", Label: "执业人员", Type: review.Rows, Max: 20, Fields: []review.Field{
				{Name: "specialty", Label: "执业资格", Type: review.Text, Required: true, Max: 50}, {Name: "count", Label: "最少人数", Type: review.Number, Required: true}}},
			{Name: "otherConditions", Label: "其他条件", Type: review.Paragraph, Max: 1000},
		}},
		{Title: "待核实", Fields: []review.Field{
			{Name: "unverifiedFields", Label: "仍待核实的内容", Type: review.Choices, Help: "选中的发布时标注“待核实”", Options: unverifiedOptions()},
		}},
	}}
}

// unverifiedOptions are the columns of the published list, as unverified_fields names them.
func unverifiedOptions() []review.Option {
	columns := (*ItemImport)(nil).Columns()
	out := make([]review.Option, 0, len(columns))
	for i, c := range columns {
		if i != colCode && i != colUnverified {
			out = append(out, option(c.Name, c.Aliases[0]))
		}
	}
	return out
}

var abolishForm = review.Form{Sections: []review.Section{{Title: "取消事项", Help: "取消后不再作为任何审批的条件；页面保留供查阅", Fields: []review.Field{
	{Name: "code", Label: "事项编码", Type: review.Text, Required: true, Max: 10, ReadOnly: true},
	{Name: "name", Label: "事项名称", Type: review.Text, Required: true, Max: 200, ReadOnly: true},
	{Name: "reason", Label: "取消原因", Type: review.Paragraph, Required: true, Max: 1000, Help: "写明依据的文件，向社会公布"},
	{Name: "since", Label: "自何日起取消", Type: review.Date, Required: true, Help: "不晚于今天"},
	{Name: "replacedBy", Label: "由哪些事项代替", Type: review.ItemRefs, Max: 10, Help: "没有的不选"},
}}}}
