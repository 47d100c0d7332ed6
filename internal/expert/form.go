package expert

import "zjcs/internal/review"

func option(value, label string) review.Option { return review.Option{Value: value, Label: label} }

// relations are the interests an expert declares; within three years they recuse him
// (domain.md section 10).
var relations = []review.Option{
	option("employed", "任职"), option("shareholder", "持股"), option("adviser", "顾问"), option("relative", "近亲属任职或持股"), option("other", "其他利害关系"),
}

// profile is what is asked of an expert; who he is is asked once, at admission.
func profile(admission bool) []review.Section {
	who := []review.Field{
		{Name: "name", Label: "姓名", Type: review.Text, Required: true, Max: 50, ReadOnly: !admission},
		{Name: "phone", Label: "手机", Type: review.Phone, Required: true, Secret: true, Help: "加密保存，不公开"},
		{Name: "employer", Label: "工作单位", Type: review.Text, Required: true, Max: 100},
		{Name: "title", Label: "职称", Type: review.Text, Required: true, Max: 50, Help: "如 高级工程师"},
		{Name: "region", Label: "所在区划", Type: review.RegionRef, Help: "在本市的选所在区划；市外的不选"},
		{Name: "specialties", Label: "专业领域", Type: review.Choices, Required: true, Min: 1, Max: 5, Help: "最多 5 个，抽取时只在这些领域内"},
	}
	if admission {
		id := review.Field{Name: "idNumber", Label: "身份证号", Type: review.IDNumber, Required: true, Secret: true, Help: "加密保存，不公开；用来认出是否已在库中"}
		who = append(who[:1:1], append([]review.Field{id}, who[1:]...)...)
	}
	return []review.Section{
		{Title: "基本信息", Help: "公开姓名、工作单位、职称、专业领域和所在地；电话和身份证号不公开", Fields: who},
		{Title: "证书", Fields: []review.Field{
			{Name: "certificates", Label: "职称和执业证书", Type: review.Rows, Min: 1, Max: 20, Required: true, Fields: []review.Field{
				{Name: "name", Label: "证书名称", Type: review.Text, Required: true, Max: 100},
				{Name: "number", Label: "证书编号", Type: review.Text, Required: true, Max: 60},
				{Name: "issuer", Label: "发证机关", Type: review.Text, Required: true, Max: 100},
				{Name: "validTo", Label: "有效期至", Type: review.Date, Help: "长期有效的不填"},
				{Name: "file", Label: "证书扫描件", Type: review.File, Required: true},
			}},
		}},
		{Title: "利害关系", Help: "与中介机构、项目业主的任职、持股等关系，用于抽取时回避，不公开；没有的不填", Fields: []review.Field{
			{Name: "conflicts", Label: "利害关系", Type: review.Rows, Max: 30, Fields: []review.Field{
				{Name: "organisation", Label: "单位全称", Type: review.Text, Required: true, Max: 100},
				{Name: "uscc", Label: "统一社会信用代码", Type: review.USCC},
				{Name: "relation", Label: "关系", Type: review.Choice, Required: true, Options: relations},
				{Name: "until", Label: "终止日期", Type: review.Date, Help: "仍然存在的不填"},
			}},
		}},
		{Title: "承诺", Fields: []review.Field{
			{Name: "commitment", Label: "本人承诺以上内容真实，独立、客观、公正评审，遵守回避和保密规定", Type: review.Flag, Required: true},
		}},
	}
}

var exitForm = review.Form{Sections: []review.Section{{Title: "退出专家库", Help: "退出后不再公开、不再抽取；今后可以重新申请入库", Fields: []review.Field{
	{Name: "reason", Label: "退出原因", Type: review.Paragraph, Required: true, Max: 500},
}}}}
