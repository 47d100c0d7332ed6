package procurement

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// signed is a procurement of the free item in a region whose contract was signed at a price.
func (d *desk) signed(f firm, region string, fen int64, more ...func(*Terms)) uuid.UUID {
	d.t.Helper()
	p, _ := d.notice(time.Hour, more...)
	bid := uuid.Must(uuid.NewV7())
	d.exec(`UPDATE procurement SET state = 'contracted', region_code = $2 WHERE id = $1`, p.ID, region)
	d.exec(`INSERT INTO bid (id, procurement_id, agency_id, uscc, agency_name, number, received_at, receipt, state, place, quote_fen, days) VALUES ($1, $2, $3, $4, '机构', 1, now(), '\x00', 'selected', 1, $5, 20)`, bid, p.ID, f.id, f.uscc, fen)
	d.exec(`INSERT INTO award (id, procurement_id, seq, bid_id, body, issued_at) VALUES (gen_random_uuid(), $1, 1, $2, jsonb_build_object('priceFen', $3::bigint), now())`, p.ID, bid, fen)
	return p.ID
}

// TestBudgetBesideSignedPrices: with five signed prices the region is the measure, with
// fewer the city, with too few of both nothing is said; what was fixed by the notice,
// refused, older than two years or not signed does not count.
func TestBudgetBesideSignedPrices(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	f := d.firm("", free)
	said := func(fen float64) string {
		t.Helper()
		sub := d.start("procurement-notice", uuid.Nil, with(right(), review.Content{"ceilingFen": fen}))
		for _, c := range sub.Cautions {
			if c.Field == "ceilingFen" {
				return c.Message
			}
		}
		return ""
	}
	for _, fen := range []int64{1_000_000, 1_100_000, 1_200_000, 1_300_000} {
		d.signed(f, testkit.County, fen)
	}
	fixed := d.signed(f, testkit.County, 9_000_000, func(t *Terms) { t.Pricing, t.PriceFen, t.CeilingFen = FixedPrice, 9_000_000, 0 })
	refused := d.signed(f, testkit.County, 9_000_000)
	d.exec(`UPDATE award SET refused_at = now(), refused_by = $2, refusal = 'declined', refused_reason = 'x' WHERE procurement_id = $1`, refused, d.buyerPerson.Person)
	old := d.signed(f, testkit.County, 9_000_000)
	d.exec(`UPDATE procurement SET published_at = published_at - interval '3 years' WHERE id = $1`, old)
	open := d.signed(f, testkit.County, 9_000_000)
	d.exec(`UPDATE procurement SET state = 'awarded' WHERE id = $1`, open)
	if m := said(1_000_000); m != "" {
		t.Errorf("of four prices (and %s, which was fixed): %s", fixed, m)
	}
	d.signed(f, testkit.City, 1_400_000) // five in the city, of 1 to 1.4 million: median 1.2, MAD 0.1
	for budget, want := range map[float64]string{
		1_500_000: "预算在价格参考之内。全市近 24 个月同一事项签约 5 份：中位数 12,000.00 元", 1_500_001: "预算 15,000.01 元高于价格参考", 899_999: "预算 8,999.99 元低于价格参考", 900_000: "预算在价格参考之内",
	} {
		if m := said(budget); !strings.HasPrefix(m, want) {
			t.Errorf("%.0f: %s, want %s…", budget, m, want)
		}
	}
	d.signed(f, testkit.County, 1_000_000)
	if m := said(1_100_000); !strings.Contains(m, "签约 5 份：中位数 11,000.00 元") || strings.Contains(m, "全市") {
		t.Errorf("five in the region: %s", m)
	}
}
