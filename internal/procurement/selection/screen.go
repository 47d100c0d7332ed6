package selection

import (
	"fmt"
	"math/big"
	"slices"

	"zjcs/internal/platform/money"
)

// Screening is what the opened bids show before any entropy: who stays, and whose quote
// is doubtfully low.
type Screening struct {
	Valid            []int          // numbers, ascending; those to explain are among them
	Disqualified     map[int]string // number → why, in Chinese
	Mean             *big.Rat       // of the valid quotes, in fen; nil where nothing was quoted
	NeedsExplanation []int          // lowest price: quotes under LowPercent of the mean
	Failure          string         // why the procurement fails: too few valid bids
}

// Screen sorts out the bids that cannot win: struck, without a quote where one is due,
// or outside [floor, ceiling]. The mean is fixed here, once: disqualifying a low quote
// afterwards does not move the line for the others.
func Screen(in Input) (Screening, error) {
	if err := in.validate(); err != nil {
		return Screening{}, err
	}
	s := Screening{Disqualified: map[int]string{}}
	sum, quoted := new(big.Int), 0
	for _, b := range in.sorted() {
		if why := in.fault(b); why != "" {
			s.Disqualified[b.Number] = why
			continue
		}
		s.Valid = append(s.Valid, b.Number)
		if b.QuoteFen != nil {
			sum.Add(sum, big.NewInt(*b.QuoteFen))
			quoted++
		}
	}
	if quoted > 0 {
		s.Mean = new(big.Rat).SetFrac(sum, big.NewInt(int64(quoted)))
	}
	if in.Method == LowestPrice && s.Mean != nil {
		line := s.lowLine(in)
		for _, b := range in.sorted() {
			if s.Disqualified[b.Number] == "" && new(big.Rat).SetInt64(*b.QuoteFen).Cmp(line) < 0 {
				s.NeedsExplanation = append(s.NeedsExplanation, b.Number)
			}
		}
	}
	if least := max(in.Minimum, 1); len(s.Valid) < least {
		s.Failure = fmt.Sprintf("有效响应 %d 家，少于 %d 家", len(s.Valid), least)
	}
	return s, nil
}

// lowLine is the sum under which a quote must be explained, unrounded.
func (s Screening) lowLine(in Input) *big.Rat {
	return new(big.Rat).Mul(s.Mean, big.NewRat(int64(in.LowPercent), 100))
}

func (in Input) mustQuote() bool {
	return in.MustQuote || in.Method == LowestPrice || in.Method == ReferencePrice
}

// fault is why a bid cannot win whatever the others offer; "" when it can.
func (in Input) fault(b Bid) string {
	switch {
	case b.Struck != "":
		return b.Struck
	case b.QuoteFen == nil && in.mustQuote():
		return "没有报价"
	case b.QuoteFen == nil:
		return ""
	case *b.QuoteFen < in.FloorFen:
		return fmt.Sprintf("报价 %s 元低于最低限价 %s 元", money.Yuan(*b.QuoteFen), money.Yuan(in.FloorFen))
	case in.CeilingFen > 0 && *b.QuoteFen > in.CeilingFen:
		return fmt.Sprintf("报价 %s 元高于最高限价 %s 元", money.Yuan(*b.QuoteFen), money.Yuan(in.CeilingFen))
	}
	return ""
}

// sorted are the bids by number: the order of input never matters.
func (in Input) sorted() []Bid {
	return slices.SortedFunc(slices.Values(in.Bids), func(a, b Bid) int { return a.Number - b.Number })
}

func (in Input) bid(number int) Bid {
	for _, b := range in.Bids {
		if b.Number == number {
			return b
		}
	}
	return Bid{}
}
