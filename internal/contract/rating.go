package contract

import (
	"fmt"
	"math/big"

	"github.com/google/uuid"

	"zjcs/internal/credit"
)

// The frame of a purchaser's rating (docs/adr/0019-evaluation.md): a base, what agencies
// say, and what the platform measured of its payments and papers. It lies between 40 and
// 100 by itself: 80 − 30 − 5 − 5 and 80 + 10 + 5 + 5.
const (
	ratingBase   credit.Points = 800
	ratingFact   credit.Points = 50 // of one kind of fact
	ratingPrior                = 5  // evaluations of 4.0 that every purchaser begins with, and facts that count for nothing
	ratingStars                = 400
	ratingPerOrg               = 3  // as how many an agency's evaluations of one purchaser count at most
	ratingMonths               = 24 // how far back evaluations and contracts count
	ratingFew                  = 3  // evaluations until a rating says more than that it is new
)

// Said is one agency's evaluation of a purchaser, in hundredths of a star.
type Said struct {
	Agency     uuid.UUID
	Hundredths int
}

// Kept counts what was done in time and what was not.
type Kept struct{ Kept, Broken int }

// PurchaserBasis is all that a purchaser's rating rests on.
type PurchaserBasis struct {
	Said     []Said
	Payments Kept // sums that fell due: paid in time, or late or not yet
	Papers   Kept // contracts: without, or with a stop for its late papers that it confirmed itself
}

// PurchaserPart is one addend of a rating.
type PurchaserPart struct {
	Name   string `json:"name" enum:"base,evaluations,payments,papers" doc:"组成部分"`
	Label  string `json:"label" doc:"名称"`
	Tenths int    `json:"tenths" doc:"分值，单位 0.1 分"`
	Text   string `json:"text" doc:"分值"`
	N      int    `json:"n" doc:"依据了几次"`
	Why    string `json:"why" doc:"怎么算出来的"`
}

// PurchaserScore is a rating with its parts, which add up to it exactly.
type PurchaserScore struct {
	Tenths int             `json:"tenths" doc:"得分，单位 0.1 分，40 到 100 分之间"`
	Text   string          `json:"text" doc:"得分" example:"82.5"`
	New    bool            `json:"new" doc:"机构的评价不足 3 次，得分仅供参考"`
	N      int             `json:"n" doc:"24 个月内机构的评价次数"`
	Mean   string          `json:"mean" doc:"与 5 次 4 星合并后平均的星"`
	Parts  []PurchaserPart `json:"parts" doc:"得分的组成，相加等于得分"`
}

// RatePurchaser works a rating out. E = 10 (m − 4) with m = (5 × 4.0 + Σ stars)/(5 + n), of
// one agency as at most 3, as an agency's own score has it; each kind of fact gives
// 5 (kept − broken)/(n + 5). The order of what it is given never matters.
func RatePurchaser(b PurchaserBasis) PurchaserScore {
	e, mean, weight := hear(b.Said)
	pay, papers := factPoints(b.Payments), factPoints(b.Papers)
	sum := ratingBase + e + pay + papers
	s := PurchaserScore{Tenths: int(sum), Text: sum.Text(), New: len(b.Said) < ratingFew, N: len(b.Said), Mean: mean}
	part := func(name, label string, p credit.Points, n int, why string) {
		s.Parts = append(s.Parts, PurchaserPart{Name: name, Label: label, Tenths: int(p), Text: p.Text(), N: n, Why: why})
	}
	part("base", "基础分", ratingBase, 0, "每个项目业主都从 80 分起")
	part("evaluations", "机构评价", e, len(b.Said), fmt.Sprintf("24 个月内 %d 次评价，计为 %d 次（同一机构最多计 3 次）；与 5 次 4 星合并后平均 %s 星，(平均 − 4) × 10", len(b.Said), weight, mean))
	part("payments", "按时付款", pay, b.Payments.Kept+b.Payments.Broken, fmt.Sprintf("24 个月内签订的合同有 %d 笔款到期，%d 笔按时付清，%d 笔逾期；5 ×（按时 − 逾期）÷（笔数 + 5）", b.Payments.Kept+b.Payments.Broken, b.Payments.Kept, b.Payments.Broken))
	part("papers", "按时提供资料", papers, b.Papers.Kept+b.Papers.Broken, fmt.Sprintf("24 个月内履行的 %d 份合同，%d 份因业主资料迟交停计（经双方确认）；5 ×（没有 − 有）÷（份数 + 5）", b.Papers.Kept+b.Papers.Broken, b.Papers.Broken))
	return s
}

// hear is E, m to three decimals, and as how many evaluations all of them count.
func hear(list []Said) (credit.Points, string, int) {
	type heard struct{ sum, n int64 }
	by := map[uuid.UUID]heard{}
	for _, s := range list {
		h := by[s.Agency]
		by[s.Agency] = heard{h.sum + int64(s.Hundredths), h.n + 1}
	}
	sum, n := big.NewRat(ratingPrior*ratingStars, 1), int64(0)
	for _, h := range by {
		count := min(h.n, ratingPerOrg)
		sum.Add(sum, big.NewRat(h.sum*count, h.n))
		n += count
	}
	m := sum.Quo(sum, big.NewRat((ratingPrior+n)*100, 1))
	e := new(big.Rat).Sub(m, big.NewRat(ratingStars, 100))
	return nearest(e.Mul(e, big.NewRat(100, 1))), m.FloatString(3), int(n)
}

func factPoints(k Kept) credit.Points {
	return nearest(big.NewRat(int64(ratingFact)*int64(k.Kept-k.Broken), int64(k.Kept+k.Broken+ratingPrior)))
}

// nearest goes to the nearest whole, halves away from zero (GB/T 8170 四舍五入).
func nearest(r *big.Rat) credit.Points {
	num, den := new(big.Int).Mul(r.Num(), big.NewInt(2)), new(big.Int).Mul(r.Denom(), big.NewInt(2))
	if num.Sign() < 0 {
		num.Sub(num, r.Denom())
	} else {
		num.Add(num, r.Denom())
	}
	return credit.Points(num.Quo(num, den).Int64())
}
