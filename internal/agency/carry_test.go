package agency

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"zjcs/internal/platform/clock"
)

func TestWhatTheCatalogueAsksFor(t *testing.T) {
	t.Parallel()
	for required, want := range map[string]struct {
		name  string
		needs bool
	}{
		"测绘资质（界线与不动产测绘）": {"测绘资质", true}, "城乡规划编制资质（乙级以上）": {"城乡规划编制资质", true}, "人防监理资质(改革中)": {"人防监理资质", true},
		"无": {"无", false}, "无法定资质": {"无法定资质", false}, "无资质（信用平台备案+环评工程师编制主持人）": {"无资质", false}, "": {"", false}, "（说明）": {"", false},
		"安全评价机构/无": {"安全评价机构/无", false}, "不要求": {"不要求", false}, "公路设计/咨询资质": {"公路设计/咨询资质", true},
	} {
		if name, needs := CertificateName(required), NeedsQualification(required); name != want.name || needs != want.needs {
			t.Errorf("%q: %q %v", required, name, needs)
		}
	}
}

// TestAnItemIsActiveIffSomethingCarriesIt: it needs no qualification, or some
// certificate that carries it holds on the day; an imported agency of which nothing is
// known is taken at its word, any other is not.
func TestAnItemIsActiveIffSomethingCarriesIt(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	day := rapid.Custom(func(t *rapid.T) string {
		if n := rapid.IntRange(-6, 5).Draw(t, "day"); n > -6 {
			return clock.DayAfter(start, n)
		}
		return ""
	})
	certificates := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) carrier {
		c := carrier{certificate: "测绘资质", no: "A", term: term{day.Draw(t, "from"), day.Draw(t, "to")}}
		if c.term.from != "" && c.term.to != "" && c.term.from > c.term.to {
			c.term.from, c.term.to = c.term.to, c.term.from
		}
		return c
	}), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		item := OfferedItem{required: rapid.SampledFrom([]string{"", "无法定资质", "测绘资质（房产测绘）"}).Draw(t, "required"),
			declared: certificates.Draw(t, "declared"), named: certificates.Draw(t, "named")}
		imported := rapid.Bool().Draw(t, "imported")
		now := start.AddDate(0, 0, rapid.IntRange(-7, 7).Draw(t, "now"))
		item.judge(imported, now)

		carriers := item.declared
		if len(carriers) == 0 {
			carriers = item.named
		}
		active := item.required != "测绘资质（房产测绘）" || len(carriers) == 0 && imported
		for _, c := range carriers {
			today := now.In(clock.Shanghai).Format(time.DateOnly)
			active = active || (c.term.from == "" || today >= c.term.from) && (c.term.to == "" || today <= c.term.to)
		}
		if item.Suspended == active {
			t.Fatalf("%+v on %s: suspended %v", item, clock.Day(now), item.Suspended)
		}
		if item.Suspended != (item.Reason != "") {
			t.Fatalf("suspended %v because %q", item.Suspended, item.Reason)
		}
	})
}
