package selection

import (
	"fmt"
	"slices"
	"strings"

	"zjcs/internal/draw"
)

// RandomDraw is 随机: the first number drawn that is not struck wins, the next stand in
// reserve in the order drawn.
func RandomDraw(in Input) (Outcome, error) {
	c, err := begin(in, Random, true)
	if err != nil || c.ended {
		return c.result(), err
	}
	struck := make(map[int]bool, len(c.Disqualified))
	for n := range c.Disqualified {
		struck[n] = true
	}
	picks, err := draw.Run(in.Algorithm, in.Key, len(in.Bids), 1+in.Reserves, struck)
	if err != nil {
		return Outcome{}, err
	}
	c.out.Draws = append(c.out.Draws, draw.Table{Purpose: draw.ForWinner, Pool: len(in.Bids), Picks: picks})
	drawn := draw.Drawn(picks)
	for i, n := range drawn {
		c.said[n] = fmt.Sprintf("第 %d 个抽出", i+1)
	}
	outside := map[int]string{}
	for _, n := range c.Valid {
		if !slices.Contains(drawn, n) {
			outside[n] = "未被抽中"
		}
	}
	return c.finish(drawn, outside, true), nil
}

// Proposals is 方案择优: the purchaser picks one and says why; the reserves are those of
// the purchaser's ranking, and where none are named the draw's order.
func Proposals(in Input) (Outcome, error) {
	c, err := begin(in, Proposal, true)
	if err != nil || c.ended {
		return c.result(), err
	}
	if err := c.drawOrder(); err != nil {
		return Outcome{}, err
	}
	if err := c.checkChoice(c.Valid, "有效响应"); err != nil {
		return Outcome{}, err
	}
	ranked := []int{in.Choice.Number}
	for _, n := range in.Choice.Reserves {
		if !slices.Contains(c.Valid, n) || slices.Contains(ranked, n) {
			return Outcome{}, fmt.Errorf("候补 %d 号应是另一家有效响应", n)
		}
		c.said[n] = fmt.Sprintf("%d 号，项目业主列为候补", n)
		ranked = append(ranked, n)
	}
	if len(in.Choice.Reserves) > in.Reserves {
		return Outcome{}, fmt.Errorf("候补最多 %d 家", in.Reserves)
	}
	others := slices.DeleteFunc(slices.Clone(c.Valid), func(n int) bool { return slices.Contains(ranked, n) })
	slices.SortFunc(others, func(a, b int) int { return c.turn[a] - c.turn[b] })
	for _, n := range others {
		c.said[n] = fmt.Sprintf("%d 号，项目业主比选后未选定，抽取次序第 %d", n, c.turn[n])
	}
	c.choose()
	return c.finish(append(ranked, others...), nil, false), nil
}

// DirectAward is 直接: the agency that the notice names, for the reason published. Nothing
// is drawn and nobody stands in reserve.
func DirectAward(in Input) (Outcome, error) {
	c, err := begin(in, Direct, false)
	if err != nil || c.ended {
		return c.result(), err
	}
	if err := c.checkChoice(c.Valid, "有效响应"); err != nil {
		return Outcome{}, err
	}
	outside := map[int]string{}
	for _, n := range c.Valid {
		if n != in.Choice.Number {
			outside[n] = "不是公告直接选取的机构"
		}
	}
	c.choose()
	return c.finish([]int{in.Choice.Number}, outside, true), nil
}

// checkChoice wants a choice among the numbers, with its reason: a choice without one
// cannot be published.
func (c *course) checkChoice(among []int, called string) error {
	switch {
	case c.Choice == nil:
		return ErrChoice
	case !slices.Contains(among, c.Choice.Number):
		return fmt.Errorf("选定的 %d 号不在%s中，应是%s之一", c.Choice.Number, called, listed(among))
	case strings.TrimSpace(c.Choice.Reason) == "":
		return fmt.Errorf("选定 %d 号的理由不能为空", c.Choice.Number)
	}
	return nil
}

func (c *course) choose() {
	n := c.Choice.Number
	c.said[n] = fmt.Sprintf("%d 号，项目业主选定，理由：%s", n, c.Choice.Reason)
	c.step("choice", "", []int{n}, "项目业主选定 %d 号，理由：%s", n, c.Choice.Reason)
}

// result is the outcome of a course that ended early; nil-safe for an error.
func (c *course) result() Outcome {
	if c == nil {
		return Outcome{}
	}
	return c.out
}
