package fee

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"zjcs/internal/platform/provenance"
)

// Method is how a standard turns a base amount into a fee.
type Method string

const (
	ProgressivePercent  Method = "progressive_percent"
	ProgressivePermille Method = "progressive_permille"
	BracketInterpolate  Method = "bracket_interpolate"
	PointInterpolate    Method = "point_interpolate"
	Cap                 Method = "cap"
)

// Label is the method in Chinese.
func (m Method) Label() string {
	return map[Method]string{
		ProgressivePercent: "差额定率累进（%）", ProgressivePermille: "差额定率累进（‰）",
		BracketInterpolate: "分档内插", PointInterpolate: "按点内插", Cap: "上限",
	}[m]
}

// Standard is one published fee standard.
type Standard struct {
	ID       string            `json:"id" doc:"标识" example:"eia"`
	Name     string            `json:"name" doc:"名称"`
	Document string            `json:"document" doc:"文号"`
	Method   Method            `json:"method" enum:"progressive_percent,progressive_permille,bracket_interpolate,point_interpolate,cap" doc:"计算方法"`
	Base     string            `json:"base" doc:"计费基数"`
	Status   string            `json:"status" doc:"效力说明"`
	Advisory bool              `json:"advisory" doc:"为真表示只作参考，不是必须执行的价格"`
	Float    string            `json:"float" doc:"浮动幅度"`
	Formula  string            `json:"formula" doc:"公式"`
	Notes    []string          `json:"notes" doc:"说明"`
	Tables   []Table           `json:"tables" doc:"费率或基价表"`
	Source   provenance.Source `json:"source" doc:"数据来源"`
}

// Table is one rate table of a standard, ready to be read.
type Table struct {
	Caption string     `json:"caption" doc:"表名，含单位"`
	Header  []string   `json:"header" doc:"列名"`
	Rows    [][]string `json:"rows" doc:"各行，单元格为文字"`
}

// body is the shape of a standard in data/fee_standards.json.
type body struct {
	Base    string   `json:"base"`
	Float   string   `json:"float"`
	Formula string   `json:"formula"`
	Notes   []string `json:"notes"`
	Tiers   []struct {
		UpTo    *float64 `json:"upto"`
		Goods   *float64 `json:"goods"`
		Service *float64 `json:"service"`
		Works   *float64 `json:"works"`
		Rate    *float64 `json:"rate"`
	} `json:"tiers"`
	TiersUpToWan  []*float64              `json:"tiers_upto_wan"`
	RatesPermille map[string][]float64    `json:"rates_permille"`
	BracketsYi    [][]*float64            `json:"brackets_yi"`
	BracketsWan   [][]*float64            `json:"brackets_wan"`
	FeesWan       map[string][][]*float64 `json:"fees_wan"`
	PointsWan     [][2]float64            `json:"points_wan"`
	AboveRate     *float64                `json:"above_rate_percent"`
	BelowFirst    string                  `json:"below_first"`
	Below3000     string                  `json:"below_3000"`
	Points        map[string][]float64    `json:"points"`
	Caps          map[string]float64      `json:"caps"`
	CapWan        map[string]float64      `json:"cap_wan"`
	Industry      map[string]float64      `json:"industry_coef"`
	Professional  map[string]float64      `json:"professional_coef"`
	Sensitivity   map[string]float64      `json:"sensitivity_coef"`
	Complexity    map[string]float64      `json:"complexity_coef"`
	Elevation     map[string]float64      `json:"elevation_coef"`
}

// Words for the keys of the shipped file.
var feeNames = map[string]string{
	"report_book": "编制报告书（含大纲）", "report_table": "编制报告表", "assess_book": "评估报告书（含大纲）", "assess_table": "评估报告表",
	"goods": "货物招标", "service": "服务招标", "works": "工程招标",
	"by_survey_design_fee_percent": "按勘察设计费，%", "by_estimate_permille": "按概预算，‰", "by_area_yuan_m2": "按建筑面积，元/㎡",
}

func word(key string) string {
	if w, ok := feeNames[key]; ok {
		return w
	}
	return key
}

// decode fills in what the body holds.
func (s *Standard) decode(raw []byte) error {
	var b body
	if err := json.Unmarshal(raw, &b); err != nil {
		return fmt.Errorf("fee standard %s: %w", s.ID, err)
	}
	s.Document, s.Base = withoutRemark(s.Document), withoutRemark(b.Base)
	s.Float, s.Formula = strings.TrimSpace(b.Float), b.Formula
	s.Advisory = strings.Contains(s.Status, "advisory") || strings.Contains(s.Status, "reference") || strings.Contains(s.Status, "historic")
	s.Notes = []string{}
	for _, n := range append(b.Notes, b.BelowFirst, b.Below3000) {
		if n = strings.TrimSpace(n); n != "" {
			s.Notes = append(s.Notes, n)
		}
	}
	s.Tables = b.tables()
	return nil
}

func (b body) tables() []Table {
	out := []Table{}
	add := func(t Table) {
		if len(t.Rows) > 0 {
			out = append(out, t)
		}
	}
	add(b.tierTable())
	add(b.permilleTable())
	add(b.bracketTable("估算投资额，亿元；收费，万元", b.BracketsYi))
	add(b.bracketTable("估算投资额，万元；收费，万元", b.BracketsWan))
	add(b.pointTable())
	add(b.seriesTable())
	add(pairs("上限", "计算方式", "上限", b.Caps))
	add(pairs("单次收费上限，万元", "类别", "上限", b.CapWan))
	add(pairs("行业调整系数", "行业", "系数", b.Industry))
	add(pairs("专业调整系数", "专业", "系数", b.Professional))
	add(pairs("环境敏感程度系数", "程度", "系数", b.Sensitivity))
	add(pairs("复杂程度系数", "程度", "系数", b.Complexity))
	add(pairs("高程系数", "高程", "系数", b.Elevation))
	return out
}

func (b body) tierTable() Table {
	t := Table{Caption: "分段费率，%（金额，万元）"}
	from := 0.0
	for _, tier := range b.Tiers {
		if tier.Rate != nil {
			t.Header = []string{"金额", "费率"}
			t.Rows = append(t.Rows, []string{span(&from, tier.UpTo), number(tier.Rate)})
		} else {
			t.Header = []string{"中标金额", "货物", "服务", "工程"}
			t.Rows = append(t.Rows, []string{span(&from, tier.UpTo), number(tier.Goods), number(tier.Service), number(tier.Works)})
		}
		if tier.UpTo != nil {
			from = *tier.UpTo
		}
	}
	return t
}

func (b body) permilleTable() Table {
	t := Table{Caption: "分段费率，‰（金额，万元）", Header: []string{"类别"}}
	from := 0.0
	for _, up := range b.TiersUpToWan {
		t.Header = append(t.Header, span(&from, up))
		if up != nil {
			from = *up
		}
	}
	for _, name := range keys(b.RatesPermille) {
		row := []string{name}
		for _, r := range b.RatesPermille[name] {
			row = append(row, number(&r))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (b body) bracketTable(caption string, brackets [][]*float64) Table {
	t := Table{Caption: caption, Header: []string{"类别"}}
	for _, br := range brackets {
		t.Header = append(t.Header, span(br[0], br[1]))
	}
	if brackets == nil {
		return t
	}
	for _, name := range keys(b.FeesWan) {
		row := []string{word(name)}
		for _, f := range b.FeesWan[name] {
			if f == nil {
				row = append(row, "—")
			} else {
				row = append(row, span(f[0], f[1]))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (b body) pointTable() Table {
	t := Table{Caption: "收费基价，万元", Header: []string{"计费额，万元", "基价，万元"}}
	for _, p := range b.PointsWan {
		t.Rows = append(t.Rows, []string{number(&p[0]), number(&p[1])})
	}
	if b.AboveRate != nil && len(b.PointsWan) > 0 {
		last := b.PointsWan[len(b.PointsWan)-1][0]
		t.Rows = append(t.Rows, []string{"大于 " + number(&last), "计费额 × " + number(b.AboveRate) + "%"})
	}
	return t
}

// seriesTable is several fees over one row of investments.
func (b body) seriesTable() Table {
	t := Table{Caption: "收费，万元", Header: []string{"土建投资，亿元"}}
	invest := b.Points["invest_yi"]
	names := []string{}
	for _, n := range keys(b.Points) {
		if n != "invest_yi" {
			names = append(names, n)
		}
	}
	t.Header = append(t.Header, names...)
	for i, v := range invest {
		row := []string{number(&v)}
		for _, n := range names {
			row = append(row, number(&b.Points[n][i]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func pairs(caption, key, value string, m map[string]float64) Table {
	t := Table{Caption: caption, Header: []string{key, value}}
	for _, k := range keys(m) {
		v := m[k]
		t.Rows = append(t.Rows, []string{inWords(word(k)), number(&v)})
	}
	return t
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// span is a range whose lower end is excluded and upper included; an open upper end is 以上.
func span(from, to *float64) string {
	switch {
	case from == nil && to == nil:
		return "—"
	case to == nil:
		return number(from) + " 以上"
	case from == nil || *from == 0:
		return number(to) + " 以下"
	case *from == *to:
		return number(to)
	}
	return number(from) + "–" + number(to)
}

// number groups the thousands of large figures: 1,000,000.
func number(v *float64) string {
	if v == nil {
		return "—"
	}
	whole, decimals, _ := strings.Cut(strconv.FormatFloat(*v, 'f', -1, 64), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if decimals != "" {
		return whole + "." + decimals
	}
	return whole
}
