package selection

import (
	"fmt"

	"zjcs/internal/draw"
)

// validate refuses an input that no procurement can have: a result must never rest on a
// guess at what was meant.
func (in Input) validate() error {
	if len(in.Bids) == 0 || len(in.Bids) > draw.MaxPool {
		return fmt.Errorf("响应应有 1 到 %d 家，现为 %d 家", draw.MaxPool, len(in.Bids))
	}
	seen := make([]bool, len(in.Bids)+1)
	for _, b := range in.Bids {
		if b.Number < 1 || b.Number > len(in.Bids) || seen[b.Number] {
			return fmt.Errorf("编号应是 1 到 %d 各一次，不应有第二个或多出的 %d 号", len(in.Bids), b.Number)
		}
		seen[b.Number] = true
		if err := in.validateBid(b); err != nil {
			return fmt.Errorf("%d 号：%w", b.Number, err)
		}
	}
	if in.FloorFen < 0 || in.CeilingFen < 0 || in.CeilingFen > MaxFen || in.CeilingFen > 0 && in.FloorFen > in.CeilingFen {
		return fmt.Errorf("最低限价应不高于最高限价")
	}
	if in.Minimum < 0 || in.Reserves < 0 {
		return fmt.Errorf("最少家数和候补数不能是负数")
	}
	return in.validateMethod()
}

func (in Input) validateBid(b Bid) error {
	switch {
	case b.QuoteFen != nil && (*b.QuoteFen < 0 || *b.QuoteFen > MaxFen):
		return fmt.Errorf("报价应在 0 到 %d 分之间", int64(MaxFen))
	case b.DiscountBP != nil && (*b.DiscountBP < 0 || *b.DiscountBP > 10000):
		return fmt.Errorf("下浮率应在 0 到 100%% 之间")
	case b.DiscountBP != nil && (b.QuoteFen == nil || *b.QuoteFen != DiscountedFen(in.CeilingFen, *b.DiscountBP)):
		return fmt.Errorf("报价应是最高限价下浮 %d/10000 后的 %d 分", *b.DiscountBP, DiscountedFen(in.CeilingFen, *b.DiscountBP))
	case b.CreditTenths < 0 || b.CreditTenths > 10000:
		return fmt.Errorf("信用分应在 0 到 1000 之间")
	case b.Explanation != NotExplained && b.Explanation != Accepted && b.Explanation != Rejected:
		return fmt.Errorf("对低价说明的结论应是 accepted 或 rejected")
	}
	return nil
}

func (in Input) validateMethod() error {
	switch in.Method {
	case Random, Proposal, Direct:
		return nil
	case LowestPrice:
		if in.LowPercent < 1 || in.LowPercent > 100 {
			return fmt.Errorf("低价线应是平均报价的 1%% 到 100%%，现为 %d%%", in.LowPercent)
		}
		return nil
	case ReferencePrice:
		if len(in.Bases) == 0 {
			return fmt.Errorf("没有可供抽取的基准价系数")
		}
		for _, b := range in.Bases {
			if b < 1 || b > 100 {
				return fmt.Errorf("基准价系数应在 1%% 到 100%% 之间，现有 %d%%", b)
			}
		}
		return nil
	case CreditWeighted:
		if in.Shortlist < 1 || in.Keep < in.Shortlist {
			return fmt.Errorf("入围家数应不小于 1 且不大于保留的 %d 家，现为 %d 家", in.Keep, in.Shortlist)
		}
		return nil
	case Panel:
		return in.validatePanel()
	}
	return fmt.Errorf("没有选取方式 %q", string(in.Method))
}

// validatePanel wants every expert's sheet for every bid that can win, once.
func (in Input) validatePanel() error {
	if in.Experts < 3 || in.Experts%2 == 0 {
		return fmt.Errorf("评审专家应是 3 人以上的单数，现为 %d 人", in.Experts)
	}
	if in.PriceWeight < 20 || in.PriceWeight > 60 || in.TechWeight < 0 || in.CreditWeight < 0 || in.PriceWeight+in.TechWeight+in.CreditWeight != 100 {
		return fmt.Errorf("权重合计应为 100%%，其中价格 20%% 到 60%%")
	}
	type sheet struct{ expert, number int }
	seen := make(map[sheet]bool, len(in.Scores))
	for _, s := range in.Scores {
		at := sheet{s.Expert, s.Number}
		if s.Expert < 1 || s.Expert > in.Experts || s.Number < 1 || s.Number > len(in.Bids) || seen[at] {
			return fmt.Errorf("第 %d 位专家对 %d 号的评分多出或重复", s.Expert, s.Number)
		}
		seen[at] = true
		for _, points := range []int{s.Price, s.Technical, s.Credit} {
			if points < 0 || points > 1000 {
				return fmt.Errorf("第 %d 位专家对 %d 号的评分应在 0 到 100 之间", s.Expert, s.Number)
			}
		}
	}
	return nil
}
