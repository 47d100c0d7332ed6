package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"zjcs/data"
	"zjcs/internal/platform/money"
)

// modelText is data/contract_texts.json: one text for every contract, and what is said of
// each of its items from what the catalogue knows.
type modelText struct {
	Version  string `json:"version"`
	Title    string `json:"title"`
	Source   string `json:"source"`
	Sections []struct {
		Heading string `json:"heading"`
		Text    string `json:"text"`
	} `json:"sections"`
	Items    string `json:"items"`
	Item     string `json:"item"`
	FeeTypes []struct {
		Contains string `json:"contains"`
		Text     string `json:"text"`
	} `json:"feeTypes"`
	Unverified string `json:"unverified"`
	Clauses    string `json:"clauses"`
}

// model is the shipped text; one that cannot be read is a fault of the build.
var model = sync.OnceValue(func() modelText {
	raw, err := data.FS.ReadFile(data.ContractTexts)
	if err != nil {
		panic(err)
	}
	var m modelText
	if err := json.Unmarshal(raw, &m); err != nil {
		panic(fmt.Errorf("%s: %w", data.ContractTexts, err))
	}
	return m
})

// Subject is what a contract is about, as its text tells it; the award and the catalogue
// say it, the sides do not.
type Subject struct {
	Number, Procurement, Title, Award string
	Purchaser, PurchaserCode          string
	Agency, AgencyCode                string
	AwardFen                          int64
	AwardDays                         int
	Scope, Result                     string
	Items                             []SubjectItem
}

// SubjectItem is a service item as the catalogue has it.
type SubjectItem struct {
	Code, Name, Result, Limit, Fee string
	Unverified                     []string // names of fields that the operator must still confirm
}

// Render writes the contract word for word. What the sides wrote is set in as it is: a brace
// in it means nothing.
func Render(s Subject, t Terms) string {
	m := model()
	in := strings.NewReplacer(
		"{purchaser}", s.Purchaser, "{purchaserCode}", coded(s.PurchaserCode), "{agency}", s.Agency, "{agencyCode}", s.AgencyCode,
		"{procurement}", s.Procurement, "{title}", s.Title, "{award}", s.Award, "{awardPrice}", money.Yuan(s.AwardFen), "{awardDays}", fmt.Sprint(s.AwardDays),
		"{scope}", s.Scope, "{result}", s.Result, "{delivery}", orAgreed(t.Delivery), "{start}", startWords(t.StartOn), "{days}", fmt.Sprint(t.Days),
		"{milestones}", milestoneLines(t, false), "{payments}", milestoneLines(t, true), "{price}", money.Yuan(t.PriceFen), "{priceWords}", "人民币"+money.Capital(t.PriceFen),
		"{advance}", advanceWords(t.AdvanceFen), "{payDays}", fmt.Sprint(t.PayDays))
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n合同编号 %s\n（%s，版本 %s）\n", m.Title, s.Number, m.Source, m.Version)
	for _, part := range m.Sections {
		fmt.Fprintf(&b, "\n%s\n%s\n", part.Heading, in.Replace(part.Text))
	}
	fmt.Fprintf(&b, "\n%s\n", m.Items)
	for _, i := range s.Items {
		b.WriteString(m.about(i) + "\n")
	}
	if c := strings.TrimSpace(t.Clauses); c != "" {
		fmt.Fprintf(&b, "\n%s\n%s\n", m.Clauses, c)
	}
	if t.PriceReason != "" {
		fmt.Fprintf(&b, "\n合同价低于中选价的理由：%s\n", strings.TrimSpace(t.PriceReason))
	}
	return b.String()
}

// about says of an item what the catalogue says, and which of it is not yet verified.
func (m modelText) about(i SubjectItem) string {
	said := func(text, field string) string {
		if text = strings.TrimSpace(text); text == "" {
			return "清单未载明"
		}
		if slices.Contains(i.Unverified, field) {
			return text + m.Unverified
		}
		return text
	}
	limit := i.Limit
	if limit != "" && strings.Trim(limit, "0123456789") == "" {
		limit += " 个工作日"
	}
	out := strings.NewReplacer("{code}", i.Code, "{name}", i.Name, "{itemResult}", said(i.Result, "result_document"),
		"{itemLimit}", said(limit, "time_limit_workdays"), "{itemFee}", said(i.Fee, "fee_type")).Replace(m.Item)
	for _, f := range m.FeeTypes {
		if strings.Contains(i.Fee, f.Contains) {
			out += f.Text
		}
	}
	return out
}

func milestoneLines(t Terms, pay bool) string {
	lines := make([]string, len(t.Milestones))
	for i, m := range t.Milestones {
		if pay {
			lines[i] = fmt.Sprintf("%d. %s：%s 元", i+1, m.Name, money.Yuan(m.PayFen))
		} else {
			lines[i] = fmt.Sprintf("%d. %s：第 %d 个工作日以前", i+1, m.Name, m.Days)
		}
	}
	return strings.Join(lines, "\n")
}

func coded(code string) string {
	if code == "" {
		return ""
	}
	return "（统一社会信用代码 " + code + "）"
}

func startWords(day string) string {
	if day == "" {
		return "签订之日"
	}
	return " " + day + " "
}

func orAgreed(s string) string {
	if strings.TrimSpace(s) == "" {
		return "由双方另行约定"
	}
	return s
}

func advanceWords(fen int64) string {
	if fen == 0 {
		return ""
	}
	return "签订后预付 " + money.Yuan(fen) + " 元，付款期限自签订之日起算。"
}

// proposed are the terms that a draft begins with: what was awarded, one milestone, paid
// after its acceptance.
func proposed(s Subject, delivery string, payDays int) Terms {
	name := strings.TrimSpace(s.Result)
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100])
	}
	if words(name) < 2 {
		name = "全部服务成果"
	}
	if r := []rune(delivery); len(r) > 1000 {
		delivery = string(r[:1000])
	}
	return Terms{PriceFen: s.AwardFen, Days: s.AwardDays, PayDays: payDays, Delivery: delivery,
		Milestones: []Milestone{{Name: name, Days: s.AwardDays, PayFen: s.AwardFen}}}
}
