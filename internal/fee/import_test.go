package fee

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"zjcs/data"
)

func TestStandardsAreMatchedByTheirDocuments(t *testing.T) {
	t.Parallel()
	raw, err := data.FS.ReadFile(data.FeeStandards)
	if err != nil {
		t.Fatal(err)
	}
	standards, err := ParseReference(raw)
	if err != nil {
		t.Fatal(err)
	}
	match := Matcher(standards)
	for _, c := range []struct {
		item, reference string
		want            []string
	}{
		{"招标代理", "发改价格〔2015〕299号放开；计价格[2002]1980号、发改价格[2011]534号", []string{"tender_agency"}},
		{"施工图设计文件审查", "上限:发改价格[2011]534号(≤勘察设计费6.5%);多省改政府购买", []string{"drawing_review"}},
		{"建设项目环境影响报告书编制", "发改价格〔2015〕299号放开；计价格〔2002〕125号", []string{"eia"}},
		{"项目申请报告编制", "发改价格〔2015〕299号放开；历史标准计价格[1999]1283号", []string{"preliminary_consulting"}},
		{"施工图设计", "计价格[2002]10号", []string{"design"}},
		{"岩土工程勘察", "计价格[2002]10号", []string{}},
		{"工程造价咨询", "中价协[2013]35号(协会参考)；各省标准", []string{}}, // the shipped one is Hebei's
		{"土地估价", "原计价格[1994]2017号,已放开", []string{}},
		{"节能报告", "无国家标准", []string{}},
		{"", "", []string{}},
	} {
		if d := cmp.Diff(c.want, match(c.item, c.reference)); d != "" {
			t.Errorf("%s: %s", c.item, d)
		}
	}
}
