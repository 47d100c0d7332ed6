package selection

import (
	"fmt"
	"math/big"
	"slices"

	"zjcs/internal/draw"
	"zjcs/internal/platform/money"
)

// Lowest is 竞价: the lowest valid quote within [floor, ceiling] wins. A quote under
// LowPercent of the mean of the valid quotes without an accepted explanation is
// disqualified.
func Lowest(in Input) (Outcome, error) {
	c, err := begin(in, LowestPrice, true)
	if err != nil || c.ended {
		return c.result(), err
	}
	if err := c.drawOrder(); err != nil {
		return Outcome{}, err
	}
	line := c.lowLine(in)
	c.step("mean", c.Mean.RatString(), c.Valid, "%d 家有效报价的平均值为 %s 元，其 %d%% 为 %s 元", len(c.Valid), money.YuanOf(c.Mean), in.LowPercent, money.YuanOf(line))
	c.step("low", line.RatString(), c.NeedsExplanation, "低于这条线、须作说明的有 %d 家", len(c.NeedsExplanation))
	for _, n := range c.NeedsExplanation {
		b := in.bid(n)
		if b.Explanation == Accepted {
			continue
		}
		why := "没有说明"
		if b.Explanation == Rejected {
			why = "说明未被采纳"
		}
		c.disqualify(n, fmt.Sprintf("报价 %s 元低于有效报价平均值 %s 元的 %d%%（%s 元），%s", money.Yuan(*b.QuoteFen), money.YuanOf(c.Mean), in.LowPercent, money.YuanOf(line), why))
	}
	quotes := c.quotes()
	ranked := c.rank(c.Valid, func(a, b int) int { return compareInt(quotes[a], quotes[b]) })
	return c.finish(ranked, nil, true), nil
}

// Reference is 均价: a base is drawn; of more than 5 quotes one highest and one lowest
// are dropped; the mean of the rest × base, rounded to 0.01 yuan half up, is the
// reference price; the nearest quote wins. A dropped quote neither wins nor stands in
// reserve. Among equal highest (or lowest) quotes the one drawn last is dropped.
func Reference(in Input) (Outcome, error) {
	c, err := begin(in, ReferencePrice, true)
	if err != nil || c.ended {
		return c.result(), err
	}
	if err := c.drawOrder(); err != nil {
		return Outcome{}, err
	}
	picks, err := draw.Run(in.Algorithm, in.Key, len(in.Bases), 1, nil)
	if err != nil {
		return Outcome{}, err
	}
	c.out.Draws = append(c.out.Draws, draw.Table{Purpose: draw.ForBase, Pool: len(in.Bases), Picks: picks})
	base := in.Bases[picks[0].Number-1]

	quotes := c.quotes()
	left, dropped := c.Valid, map[int]string{}
	if len(c.Valid) > 5 {
		// In each, the draw's later comes first: it is the one dropped.
		up := slices.SortedFunc(slices.Values(c.Valid), func(a, b int) int {
			if d := compareInt(quotes[a], quotes[b]); d != 0 {
				return d
			}
			return c.turn[b] - c.turn[a]
		})
		lowest := up[0]
		highest := slices.MaxFunc(up[1:], func(a, b int) int {
			if d := compareInt(quotes[a], quotes[b]); d != 0 {
				return d
			}
			return c.turn[a] - c.turn[b]
		})
		dropped[lowest] = "为去掉的最低报价，不参与选取"
		dropped[highest] = "为去掉的最高报价，不参与选取"
		left = slices.DeleteFunc(slices.Clone(c.Valid), func(n int) bool { return n == lowest || n == highest })
		c.step("dropped", "", []int{highest, lowest}, "有效报价 %d 家，多于 5 家，去掉一个最高（%d 号，%s 元）和一个最低（%d 号，%s 元）",
			len(c.Valid), highest, money.Yuan(quotes[highest]), lowest, money.Yuan(quotes[lowest]))
	}
	sum := new(big.Int)
	for _, n := range left {
		sum.Add(sum, big.NewInt(quotes[n]))
	}
	mean := new(big.Rat).SetFrac(sum, big.NewInt(int64(len(left))))
	c.step("mean", mean.RatString(), left, "%d 家报价的平均值为 %s 元", len(left), money.YuanOf(mean))
	c.step("base", fmt.Sprint(base), nil, "抽出系数 %d%%", base)
	reference := roundHalfUp(new(big.Int).Mul(sum, big.NewInt(int64(base))), big.NewInt(int64(len(left))*100)).Int64()
	c.step("reference", fmt.Sprint(reference), nil, "基准价为 %s 元（四舍五入到分）", money.Yuan(reference))

	away := make(map[int]int64, len(left))
	for _, n := range left {
		away[n] = max(quotes[n]-reference, reference-quotes[n])
		c.said[n] += fmt.Sprintf("，与基准价 %s 元相差 %s 元", money.Yuan(reference), money.Yuan(away[n]))
	}
	ranked := c.rank(left, func(a, b int) int { return compareInt(away[a], away[b]) })
	return c.finish(ranked, dropped, true), nil
}

// quotes are those of the valid bids; each is said in the reason.
func (c *course) quotes() map[int]int64 {
	out := make(map[int]int64, len(c.Bids))
	for _, b := range c.Bids {
		if b.QuoteFen != nil {
			out[b.Number] = *b.QuoteFen
			c.said[b.Number] = fmt.Sprintf("报价 %s 元", money.Yuan(*b.QuoteFen))
		}
	}
	return out
}

func compareInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
