package procurement

import (
	"fmt"
	"strings"

	"zjcs/internal/draw"
	"zjcs/internal/platform/money"
	"zjcs/internal/review"
)

// FactGroup is a part of the notice as a reader is shown it.
type FactGroup struct {
	Title string        `json:"title" doc:"小标题"`
	Facts []review.Fact `json:"facts"`
}

var fundLabels = map[Fund]string{Fiscal: "财政资金", Mixed: "部分财政资金", Own: "自有资金"}

var groundLabels = map[string]string{groundNonFiscal: "不使用财政资金", groundUrgent: "紧急且有依据", groundFailedTwice: "两次流标"}

// factsOf are the terms in the order in which people ask for them; what is not said is
// left out.
func factsOf(t Terms, items []ItemRef, approval string) []FactGroup {
	names := make([]string, len(items))
	for i, it := range items {
		names[i] = it.Name + "（" + it.Code + "）"
	}
	groups := []FactGroup{
		{"要做什么", facts("服务事项", strings.Join(names, "、"), "为办理", approval, "投资项目代码", t.ProjectCode, "服务内容和规模", t.Scope, "应交付的成果", t.Result,
			"承诺时限上限", workdays(t.DaysCeiling), "交付方式", t.Delivery)},
		{"价格和付款", append(priceFacts(t), facts("资金来源", fundWords(t), "付款条件", t.Payment)...)},
		{"谁能报名", facts("资质要求", qualificationWords(t), "执业人员", t.Practitioners, "申明回避", recusalWords(t.Recusals), "符合条件的不足三家仍发布的理由", t.FewReason)},
		{"怎样选取", append(facts("选取方式", t.Method.Label()), methodFacts(t)...)},
		{"抽取", drawFacts(t)},
		{"联系", facts("联系人", t.Contact, "联系电话", t.ContactPhone, "投诉电话", t.ComplaintPhone)},
	}
	out := groups[:0]
	for _, g := range groups {
		if len(g.Facts) > 0 {
			out = append(out, g)
		}
	}
	return out
}

func facts(pairs ...string) []review.Fact {
	out := []review.Fact{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.TrimSpace(pairs[i+1]) != "" {
			out = append(out, review.Fact{Label: pairs[i], Value: pairs[i+1]})
		}
	}
	return out
}

func workdays(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d 个工作日", n)
}

func yuan(fen int64) string {
	if fen == 0 {
		return ""
	}
	return money.Yuan(fen) + " 元"
}

func priceFacts(t Terms) []review.Fact {
	switch t.Pricing {
	case FixedPrice:
		return facts("固定价格", yuan(t.PriceFen))
	case Discount:
		return facts("报价方式", "报下浮率，以最高限价为基数", "最高限价", yuan(t.CeilingFen), "最低限价", yuan(t.FloorFen))
	case Quoted: // below
	}
	ceiling := yuan(t.CeilingFen)
	if ceiling == "" {
		ceiling = "不设，由机构报价"
	}
	return facts("报价方式", "报总价", "最高限价", ceiling, "最低限价", yuan(t.FloorFen))
}

func fundWords(t Terms) string {
	words := fundLabels[t.Fund]
	if t.Fund == Mixed {
		words += fmt.Sprintf("（%d%%）", t.FiscalPercent)
	}
	return words
}

func qualificationWords(t Terms) string {
	if len(t.Qualifications) == 0 {
		return "按事项本身的法定条件，不另加要求"
	}
	parts := make([]string, len(t.Qualifications))
	for i, q := range t.Qualifications {
		parts[i] = q.Name
		if q.Level != "" {
			parts[i] += " " + q.Level + "以上"
		}
	}
	if t.QualificationRule == "all" {
		return "全部具备：" + strings.Join(parts, "、")
	}
	return "具备其一：" + strings.Join(parts, "、")
}

func recusalWords(list []Recusal) string {
	parts := make([]string, len(list))
	for i, r := range list {
		parts[i] = r.USCC + "：" + r.Reason
	}
	return strings.Join(parts, "\n")
}

func methodFacts(t Terms) []review.Fact {
	out := []review.Fact{}
	switch t.Method {
	case Random:
		out = facts("怎样抽", "价格和时限都一样，在有效报名中抽取一家，再抽两家候补")
	case LowestPrice:
		out = facts("怎样比", "有效报价最低的中选；报价明显偏低的须说明成本，说明不了的无效；报价相同的由抽取次序决定")
	case ReferencePrice:
		out = facts("怎样比", "各家报价的平均数乘以抽出的系数作基准价，报价最接近的中选；超过 5 家的，最高、最低各去掉一家；一样近的由抽取次序决定")
	case ProposalChoice:
		out = facts("怎样比", "项目业主并排比较各家的报价、方案和人员，选定一家，理由公布")
	case CreditWeighted:
		out = facts("怎样择优", fmt.Sprintf("按信用得分保留前 %d 家，得分高的中签机会大，抽出 %d 家，由项目业主选定一家并写明理由", t.Keep, t.Shortlist))
	case Panel:
		out = facts("评审专家", fmt.Sprintf("%d 名，从专家库抽取，按规则回避", t.Experts), "权重", fmt.Sprintf("价格 %d%%，技术 %d%%，信用 %d%%", t.PriceWeight, t.TechWeight, t.CreditWeight))
	case Direct:
		out = facts("直接选取的机构", t.DirectUSCC, "情形", groundLabels[t.DirectGround], "理由", t.DirectReason)
	default:
	}
	if t.Urgent {
		out = append(out, facts("紧急采购的依据", t.UrgentBasis)...)
	}
	return append(out, facts("现场见证", t.Witness)...)
}

func drawFacts(t Terms) []review.Fact {
	if t.Method == Direct {
		return nil
	}
	algorithm := "SHA-256"
	if t.Algorithm == draw.SM3 {
		algorithm = "SM3（国密）"
	}
	return facts("算法", algorithm, "随机数来源（熵源）", editionWords(t.Source.edition()), "备用的随机数来源", editionWords(t.Fallback.edition())+fmt.Sprintf("（%d 小时没有取得时改用）", t.FallbackHours))
}
