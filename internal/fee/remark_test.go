package fee

import "testing"

func TestRemarksInEnglishAreLeftOut(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"冀建市研[2017]2号 (same tiers as 中价协[2013]35号 for 清单编制: 5/4/3/2.2‰ checked)": "冀建市研[2017]2号",
		"建安费 unless noted":                "建安费",
		"估算投资额(亿元)":                       "估算投资额(亿元)",
		"发改价格[2011]534号第二条(上限)":           "发改价格[2011]534号第二条(上限)",
		"计价格[2002]1980号 + 发改价格[2011]534号": "计价格[2002]1980号 + 发改价格[2011]534号",
		"": "",
	} {
		if got := withoutRemark(in); got != want {
			t.Errorf("withoutRemark(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestConditionsAreInWords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"default 建筑/人防": "一般（建筑/人防）", "化工,冶金": "化工、冶金", "<=2000m": "≤ 2000m", ">4000": "> 4000", "III": "III",
	} {
		if got := inWords(in); got != want {
			t.Errorf("inWords(%q) = %q, want %q", in, got, want)
		}
	}
}
