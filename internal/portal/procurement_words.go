package portal

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"zjcs/internal/draw"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/money"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// procurementFormats are the words of the procurements' templates.
var procurementFormats = template.FuncMap{
	"yuan": money.Yuan, "wan": wan, "wanOf": wanOf, "creditScore": creditScore, "discount": discountWords, "priceWords": priceWords,
	"stepTone": procurementTone, "shortTime": func(t time.Time) string { return clock.Until(t)[len("2006-"):] }, "endOf": clock.Until, "weekday": weekday,
	"lines": func(s string) []string { return strings.Split(s, "\n") }, "points": func(n int) string { return fmt.Sprintf("%d.%d", n/10, n%10) },
	"placeWords": placeWords, "short": shortHash, "clockTime": func(t time.Time) string { return clock.Until(t)[len("2006-01-02 "):] }, "hostOf": hostOf,
}

// wan is a sum as people say it: 12.80 万元, or 8,600 元 below ten thousand.
func wan(fen int64) string {
	if fen < 1_000_000 {
		return strings.TrimSuffix(money.Yuan(fen), ".00") + " 元"
	}
	return fmt.Sprintf("%d.%02d 万元", fen/1_000_000, fen%1_000_000/10_000)
}

func wanOf(fen *int64) string {
	if fen == nil {
		return ""
	}
	return wan(*fen)
}

// priceWords say what the price in a list is.
func priceWords(s procurement.Summary) string {
	switch {
	case s.PriceFen == nil:
		return "由机构报价"
	case s.Pricing == procurement.FixedPrice:
		return "固定价"
	default:
		return "最高"
	}
}

func creditScore(tenths *int) string {
	if tenths == nil {
		return ""
	}
	return fmt.Sprintf("%d.%d", *tenths/10, *tenths%10)
}

func discountWords(bp *int) string {
	if bp == nil {
		return ""
	}
	return fmt.Sprintf("%d.%02d%%", *bp/100, *bp%100)
}

// procurementTone is the colour of a state: what one can act on now stands out.
func procurementTone(s review.State) string {
	return map[review.State]string{procurement.Open: "ok", procurement.Closed: "brand-tag", procurement.Selecting: "brand-tag", procurement.Publicity: "warn", procurement.Suspended: "seal",
		procurement.Failed: "seal", procurement.Terminated: "seal", procurement.Awarded: "brand-tag",
		procurement.Contracted: "brand-tag", procurement.InService: "brand-tag", procurement.Delivered: "brand-tag", procurement.Accepted: "ok", procurement.Evaluated: "ok"}[s]
}

// weekday is a date with its day: 11 月 25 日 周三.
func weekday(date string) string {
	t, err := time.ParseInLocation(time.DateOnly, date, clock.Shanghai)
	if err != nil {
		return date
	}
	return fmt.Sprintf("%d 月 %d 日　周%s", t.Month(), t.Day(), []string{"日", "一", "二", "三", "四", "五", "六"}[t.Weekday()])
}

func placeWords(place int) string {
	switch {
	case place == 1:
		return "中选"
	case place > 1:
		return fmt.Sprintf("第 %d 候补", place-1)
	}
	return ""
}

func sortPlaces(list []procurement.PublicBid) {
	slices.SortFunc(list, func(a, b procurement.PublicBid) int { return cmp.Compare(a.Place, b.Place) })
}

// shortHash shows both ends of a digest.
func shortHash(s string) string {
	if len(s) <= 20 {
		return s
	}
	return s[:10] + "…" + s[len(s)-8:]
}

func hostOf(site string) string {
	return strings.TrimPrefix(strings.TrimPrefix(site, "https://"), "http://")
}

// drawnNumbers are what a draw gave, in the order drawn; no more than a reader takes in.
func drawnNumbers(tables []draw.Table) string {
	for _, t := range tables {
		if t.Purpose == draw.ForBase {
			continue
		}
		var parts []string
		for _, n := range draw.Drawn(t.Picks) {
			if parts = append(parts, fmt.Sprint(n)); len(parts) == 8 && len(t.Picks) > 8 {
				parts = append(parts, "…")
				break
			}
		}
		return strings.Join(parts, ", ")
	}
	return ""
}
