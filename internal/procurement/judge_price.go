package procurement

import (
	"context"
	"fmt"
	"time"

	"zjcs/internal/fee"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/money"
	"zjcs/internal/review"
)

// referenceMonths is how far back signed prices are comparable.
const referenceMonths = 24

// comparables are the signed prices of one item, in fen, and where they were signed.
type comparables struct {
	near, all []int64 // in the region's subtree; in the whole city
	place     string  // the region's name
}

// judgePrice compares the budget with what the same item was signed for in two years
// (domain.md sections 5 and 9): in the region, where there are enough, else in the city.
// It never refuses: a large project costs more, and its purchaser knows why. Prices that
// the notice had fixed say nothing of the market, and a notice of several items has no
// price of one.
func (s *Service) judgePrice(ctx context.Context, q db.Querier, t Terms, published time.Time, j *review.Judgement) error {
	name, budget := "ceilingFen", t.CeilingFen
	if t.Pricing == FixedPrice {
		name, budget = "priceFen", t.PriceFen
	}
	if len(t.Items) != 1 || budget == 0 || t.Region == "" {
		return nil
	}
	c, err := comparablePrices(ctx, q, t.Items[0], t.Region, published.In(clock.Shanghai).AddDate(0, -referenceMonths, 0))
	if err != nil {
		return err
	}
	r, known := fee.ReferenceOf(c.near)
	where := c.place
	if !known {
		r, known = fee.ReferenceOf(c.all)
		where = "全市"
	}
	if !known {
		return nil
	}
	basis := fmt.Sprintf("%s近 %d 个月同一事项签约 %d 份：中位数 %s 元，四分位 %s–%s 元，中位数 ± 3 MAD 为 %s–%s 元", where, referenceMonths, r.N,
		money.Yuan(r.Median), money.Yuan(r.Q1), money.Yuan(r.Q3), money.Yuan(r.Low()), money.Yuan(r.High()))
	message := ""
	switch {
	case budget > r.High():
		message = "预算 " + money.Yuan(budget) + " 元高于价格参考，规模特别大的请在服务内容中写明"
	case budget < r.Low():
		message = "预算 " + money.Yuan(budget) + " 元低于价格参考，可能没有机构报名"
	default:
		message = "预算在价格参考之内"
	}
	j.Cautions = append(j.Cautions, review.Caution{Field: name, Message: message + "。" + basis})
	return nil
}
