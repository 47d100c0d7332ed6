package demo

import (
	stdcsv "encoding/csv"
	"fmt"
	"io"
	"time"

	"zjcs/internal/agency"
	"zjcs/internal/platform/clock"
)

var tieHeader = []string{"统一社会信用代码", "行政机关", "关系", "起始日期", "来源"}

// authorities by the item that shows which line of business a firm is in.
var authorities = map[string]string{
	"ZJ0007": "运城市发展和改革委员会", "ZJ0051": "运城市生态环境局", "ZJ0104": "运城市市场监督管理局", "ZJ0097": "运城市气象局", "ZJ0006": "运城市发展和改革委员会",
	"ZJ0062": "运城市水务局", "ZJ0011": "运城市规划和自然资源局", "ZJ0072": "运城市林业局", "ZJ0037": "运城市住房和城乡建设局",
}

// someTies writes affiliations of invented firms with authorities: of public
// institutions most, of others a few.
func someTies(w io.Writer, n int, seed uint64, now time.Time) error {
	m, err := newMarket(n, seed, now)
	if err != nil {
		return err
	}
	c := newChance(seed, 30)
	out := stdcsv.NewWriter(w)
	if err := out.Write(tieHeader); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	for range n {
		r := m.agency()
		public := r[2] == "事业单位"
		if !public && !c.in(2) {
			continue
		}
		authority := authorities[r[11][:min(6, len(r[11]))]]
		if authority == "" {
			authority = "运城市住房和城乡建设局"
		}
		relation := "隶属"
		if !public {
			relation = pick(c, []string{"股权", "人员兼职", "主办"})
		}
		if err := out.Write([]string{r[0], authority, relation, r[9], "示例数据"}); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

// someListings are entries of the honour and the sanction list: of a market of n firms
// one in a hundred and fifty for each, at least one.
func someListings(n int, seed uint64, now time.Time) ([]agency.SampleListing, error) {
	m, err := newMarket(n, seed, now)
	if err != nil {
		return nil, err
	}
	var out []agency.SampleListing
	for i := range n {
		code := m.agency()[0]
		switch i % 150 {
		case 20:
			out = append(out, agency.SampleListing{USCC: code, List: agency.Honour, Reason: "连续三年服务评价优秀，无不良记录。（示例数据）",
				Basis: "平台信用管理规则", From: clock.DayAfter(now, -60), Until: clock.DayAfter(now, 305)})
		case 70:
			out = append(out, agency.SampleListing{USCC: code, List: agency.Sanction, Reason: "出具的检测报告与现场记录不符，经查属实。（示例数据）",
				Basis: "平台信用管理规则", From: clock.DayAfter(now, -30), Until: clock.DayAfter(now, 335)})
		}
	}
	return out, nil
}
