package catalog

import (
	"encoding/csv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zjcs/data"
)

func TestRankOfADocument(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]Rank{
		"《环境影响评价法》": RankLaw, "《公司法》": RankLaw, "中华人民共和国消防法": RankLaw, "《慈善法》（2023修正）": RankLaw, "《中华人民共和国招标投标法》": RankLaw,
		"《优化营商环境条例》": RankRegulation, "城市供水条例": RankRegulation, "《国有资产评估管理办法》（国务院令第91号）": RankRegulation,
		"《城市绿化条例》": RankRegulation, "《风景名胜区条例》": RankRegulation, "《自然保护区条例》": RankRegulation, "《企业国有资产监督管理暂行条例》": RankRegulation,
		"《国务院对确需保留的行政审批项目设定行政许可的决定》": RankDecision, "国务院关于优化建设工程防雷许可的决定（国发〔2016〕39号）": RankDecision,
		"《山西省环境保护条例》": RankLocal, "运城市关圣文化建筑群保护条例": RankLocal, "《内蒙古自治区草原管理条例》": RankLocal,
		"房产测绘管理办法": RankLower, "《建设工程消防设计审查验收管理暂行规定》": RankLower, "住建部令57号": RankLower, "自然资办发〔2020〕26号": RankLower,
		"CJJ/T 141-2010": RankLower, "地方技术规定": RankLower, "计算方法": RankLower, "": RankLower,
	} {
		if got := RankOf(document); got != want {
			t.Errorf("%s is %s, want %s", document, got, want)
		}
	}
}

func TestGradeAndVerdict(t *testing.T) {
	t.Parallel()
	law := BasisRow{"《环境影响评价法》", "第十九条", "建设单位可以委托技术单位对其建设项目开展环境影响评价，编制建设项目环境影响报告书"}
	implied := BasisRow{"《城乡规划法》", "第三十六条", "需要有关部门批准或者核准的建设项目，应当申请核发选址意见书"}
	bare := BasisRow{"《城乡规划法》", "第三十六条", ""}
	local := BasisRow{"《山西省环境保护条例》", "第十条", "应当委托检测机构出具报告"}
	lower := BasisRow{"房产测绘管理办法", "第三条", "应当委托测绘单位"}
	for name, c := range map[string]struct {
		rows              []BasisRow
		declared          BasisStrength
		proposed, ceiling BasisStrength
		fault, caution    bool
	}{
		"named by law":                {[]BasisRow{law}, BasisDirect, BasisDirect, BasisDirect, false, false},
		"implied, called direct":      {[]BasisRow{implied}, BasisDirect, BasisIndirect, BasisIndirect, true, false},
		"implied":                     {[]BasisRow{implied}, BasisIndirect, BasisIndirect, BasisIndirect, false, false},
		"not quoted, called direct":   {[]BasisRow{bare}, BasisDirect, BasisIndirect, BasisDirect, false, true},
		"local, called direct":        {[]BasisRow{local}, BasisDirect, BasisIndirect, BasisIndirect, true, false},
		"lower, called direct":        {[]BasisRow{lower}, BasisDirect, BasisNone, BasisNone, true, false},
		"lower, called indirect":      {[]BasisRow{lower}, BasisIndirect, BasisNone, BasisNone, false, true},
		"nothing, called indirect":    {nil, BasisIndirect, BasisNone, BasisNone, true, false},
		"nothing, called none":        {nil, BasisNone, BasisNone, BasisNone, false, false},
		"claims less than it has":     {[]BasisRow{law}, BasisNone, BasisDirect, BasisDirect, false, false},
		"the best of several decides": {[]BasisRow{lower, implied, law}, BasisDirect, BasisDirect, BasisDirect, false, false},
	} {
		g := GradeBasis(c.rows)
		if g.Proposed != c.proposed || g.Ceiling != c.ceiling {
			t.Errorf("%s: proposed %s up to %s, want %s up to %s", name, g.Proposed, g.Ceiling, c.proposed, c.ceiling)
		}
		if v := g.Judge(c.declared, c.rows); (v.Fault != "") != c.fault || (v.Caution != "") != c.caution {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

var someRow = rapid.Custom(func(t *rapid.T) BasisRow {
	return BasisRow{
		Document: rapid.SampledFrom([]string{"《环境影响评价法》", "城市供水条例", "《山西省水资源管理条例》", "房产测绘管理办法", "国发〔2016〕39号", "国务院关于某事的决定", "地方规定"}).Draw(t, "document"),
		Article:  rapid.SampledFrom([]string{"", "第九条", "第十二条第二款"}).Draw(t, "article"),
		Quote:    rapid.SampledFrom([]string{"", "应当编制报告", "应当申请许可"}).Draw(t, "quote"),
	}
})

// The proposal never exceeds the ceiling; more rows never support less; what is proposed
// is never objected to; only a claim above what is written meets an objection.
func TestGradeProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows, more := rapid.SliceOfN(someRow, 0, 5).Draw(t, "rows"), rapid.SliceOfN(someRow, 0, 3).Draw(t, "more")
		g, bigger := GradeBasis(rows), GradeBasis(append(append([]BasisRow{}, more...), rows...))
		if g.Proposed.Exceeds(g.Ceiling) {
			t.Fatalf("proposes %s above %s", g.Proposed, g.Ceiling)
		}
		if g.Proposed.Exceeds(bigger.Proposed) || g.Ceiling.Exceeds(bigger.Ceiling) {
			t.Fatalf("more rows lowered %+v to %+v", g, bigger)
		}
		for _, s := range []BasisStrength{BasisNone, BasisIndirect, BasisDirect} {
			v := g.Judge(s, rows)
			if spoken := v != (Verdict{}); spoken != s.Exceeds(g.Proposed) {
				t.Fatalf("%s on %+v: %+v", s, g, v)
			}
			if v.Fault != "" && v.Caution != "" {
				t.Fatal("both a fault and a caution")
			}
		}
	})
}

// Splitting and joining an entry gives it back, whatever it says.
func TestBasisEntriesRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := strings.TrimSpace(rapid.StringOf(rapid.SampledFrom([]rune("《法》第九十条二款 ，办A"))).Draw(t, "entry"))
		if r := SplitBasis(s); r.Entry() != strings.TrimSpace(r.Document)+strings.TrimSpace(r.Article) || r.Document+r.Article != s {
			t.Fatalf("%q became %+v", s, r)
		}
	})
}

// The shipped catalogue was graded by people; the rule must refuse none of it, and its
// conditions must pass the fair-competition check.
func TestTheShippedCatalogueStands(t *testing.T) {
	t.Parallel()
	f, err := data.FS.Open(data.ServiceItems)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 100 {
		t.Fatal(len(rows), err)
	}
	fair := NewFairnessRules([]string{"运城市", "盐湖区", "临猗县", "永济市"})
	for _, r := range rows[1:] {
		var basis []BasisRow
		for _, e := range strings.Split(r[5], "；") {
			basis = append(basis, SplitBasis(e))
		}
		if v := GradeBasis(basis).Judge(BasisStrength(r[6]), basis); v.Fault != "" {
			t.Errorf("%s %s on %s: %s", r[0], r[6], r[5], v.Fault)
		}
		for _, u := range fair.Check([]Wording{{"qualification", r[7]}, {"notes", r[14]}}) {
			t.Errorf("%s: %s", r[0], u.Message())
		}
	}
}
