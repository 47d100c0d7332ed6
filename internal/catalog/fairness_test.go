package catalog

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var fairPlaces = []string{"运城市", "盐湖区", "临猗县", "永济市", "稷山经济技术开发区"}

func TestUnfairWording(t *testing.T) {
	t.Parallel()
	rules := NewFairnessRules(fairPlaces)
	for text, want := range map[string]struct {
		rule, quote string
		doubtful    bool
	}{
		"机构须在本市注册":             {"local-registration", "本市注册", false},
		"具有测绘资质，并在运城市范围内依法登记":  {"local-registration", "运城市范围内依法登记", false},
		"注册地应为永济":              {"local-registration", "注册地应为永济", false},
		"在临猗设有固定办公场所":          {"local-registration", "临猗设有固定办公场所", false},
		"在 本　市\u200b 注 册 的企业":  {"local-registration", "本　市\u200b 注 册", false},
		"近三年具有本地同类项目业绩":        {"local-performance", "本地同类项目业绩", false},
		"在运城市承担过类似项目业绩不少于3项":   {"local-performance", "运城市承担过类似项目业绩", false},
		"已入选主管部门备选库":           {"local-list", "入选主管部门备选库", false},
		"列入本市中介机构名录":           {"local-list", "列入本市中介机构名录", false},
		"从本局推荐名单中选取":           {"local-list", "从本局推荐名单", false},
		"须使用指定品牌的仪器":           {"named-brand", "指定品牌", false},
		"只能选用海星厂家的设备":          {"named-brand", "只能选用海星厂家", false},
		"仪器品牌为徕卡":              {"named-brand", "品牌为徕卡", false},
		"由审批部门指定的检测中心出具":       {"named-brand", "指定的检测中心", true},
		"列入水利部名录的单位":           {"local-list", "列入水利部名录", true},
		"本市企业优先":               {"local-preference", "本市企业优先", true},
		"由本市机构承担":              {"local-preference", "本市机构", true},
		"不得为非本市注册的机构":          {"local-registration", "本市注册", false},
		"开发区内项目单位在本市注册的可免做":    {"local-registration", "本市注册", true},
		"不得要求本地业绩，但须在盐湖区设有办事处": {"local-registration", "盐湖区设有办事处", false},
	} {
		got := rules.Check([]Wording{{"notes", text}})
		if len(got) != 1 || got[0].Rule != want.rule || got[0].Quote != want.quote || got[0].Doubtful != want.doubtful {
			t.Errorf("%s: %+v", text, got)
			continue
		}
		if a := got[0].Article; a != fairAccess && a != fairMovement || got[0].Right == "" {
			t.Errorf("%s rests on %q, %q", text, a, got[0].Right)
		}
	}
	for _, text := range []string{
		"", "测绘资质（工程测量）乙级以上", "在中华人民共和国境内依法登记", "不得要求在本市注册", "不限于本市企业", "不要求本地业绩", "不得以列入本市名录为条件",
		"未被列入严重违法失信名单", "仪器精度不低于0.5″，品牌为徕卡或同等", "危险废物鉴别单位（平台注册）", "运城沿黄项目涉黄委", "由当地登记机关办理", "区域评估可替代单体评估",
		"近三年同类项目业绩不少于2项，不限地域", "审批部门委托机构，费用由审批部门承担", "专家组（专家库抽取）",
	} {
		if got := rules.Check([]Wording{{"notes", text}}); len(got) != 0 {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

// What is plainly unfair stays so whatever stands around it in other clauses and however
// it is spaced out; a quote is always words of the text.
func TestUnfairWordingCannotBeHidden(t *testing.T) {
	t.Parallel()
	rules := NewFairnessRules(fairPlaces)
	rapid.Check(t, func(t *rapid.T) {
		bad := rapid.SampledFrom([]string{"在本市注册", "具有本地业绩", "列入本市名录", "使用指定品牌", "在临猗县设有办事处", "注册地在运城"}).Draw(t, "bad")
		filler := rapid.StringOfN(rapid.SampledFrom([]rune("测绘资质甲级以上人员三名有证书。，；（）12 \n")), 0, 30, -1)
		var spaced strings.Builder
		for i, r := range []rune(bad) {
			if i > 0 {
				spaced.WriteString(rapid.SampledFrom([]string{"", " ", "　", "\u200b", "\t"}).Draw(t, "gap"))
			}
			spaced.WriteRune(r)
		}
		text := filler.Draw(t, "before") + "，" + spaced.String() + "。" + filler.Draw(t, "after")
		found := rules.Check([]Wording{{"f", text}})
		plain := false
		for _, f := range found {
			plain = plain || !f.Doubtful
			if f.Quote == "" || !strings.Contains(text, f.Quote) {
				t.Fatalf("quotes %q of %q", f.Quote, text)
			}
		}
		if !plain {
			t.Fatalf("%q passes: %+v", text, found)
		}
	})
}

// Nothing is found where no place, list or brand is spoken of; and no text breaks the rule.
func TestFairnessOfAnyText(t *testing.T) {
	t.Parallel()
	rules := NewFairnessRules(fairPlaces)
	rapid.Check(t, func(t *rapid.T) {
		calm := rapid.StringOf(rapid.SampledFrom([]rune("资质甲乙丙级以上注册人员业绩机构企业登记有效期，。；"))).Draw(t, "calm")
		if got := rules.Check([]Wording{{"f", calm}}); len(got) != 0 {
			t.Fatalf("%q: %+v", calm, got)
		}
		any := rapid.String().Draw(t, "any")
		for _, f := range rules.Check([]Wording{{"f", any}}) {
			if !strings.Contains(any, f.Quote) {
				t.Fatalf("%q is not in %q", f.Quote, any)
			}
		}
	})
}
