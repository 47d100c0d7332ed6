package selection

import (
	"fmt"
	"math/big"
)

// PanelScores is 综合评审: each expert's points are weighted by the published weights, the
// mean over all experts decides, and no sheet is dropped. Computed in exact fractions:
// what is rounded for the eye decides nothing.
func PanelScores(in Input) (Outcome, error) {
	c, err := begin(in, Panel, true)
	if err != nil || c.ended {
		return c.result(), err
	}
	if err := c.drawOrder(); err != nil {
		return Outcome{}, err
	}
	type sum struct{ price, technical, credit, sheets int }
	sums := make(map[int]sum, len(in.Bids))
	for _, s := range in.Scores {
		t := sums[s.Number]
		sums[s.Number] = sum{t.price + s.Price, t.technical + s.Technical, t.credit + s.Credit, t.sheets + 1}
	}
	// Points are tenths, weights percent: the mean is total / (10 × 100 × experts).
	total := make(map[int]int64, len(c.Valid))
	for _, n := range c.Valid {
		t := sums[n]
		if t.sheets != in.Experts {
			return Outcome{}, fmt.Errorf("%d 号应有 %d 位专家的评分，现有 %d 份", n, in.Experts, t.sheets)
		}
		total[n] = int64(in.PriceWeight*t.price + in.TechWeight*t.technical + in.CreditWeight*t.credit)
		mean := big.NewRat(total[n], int64(1000*in.Experts))
		part := func(points int) string { return big.NewRat(int64(points), int64(10*in.Experts)).FloatString(2) }
		c.said[n] = fmt.Sprintf("综合得分 %s（价格 %s、技术 %s、信用 %s）", mean.FloatString(4), part(t.price), part(t.technical), part(t.credit))
		c.step("score", mean.RatString(), []int{n}, "%d 号%s", n, c.said[n])
	}
	ranked := c.rank(c.Valid, func(a, b int) int { return compareInt(total[b], total[a]) })
	return c.finish(ranked, nil, true), nil
}
