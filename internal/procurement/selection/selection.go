package selection

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"zjcs/internal/draw"
)

// Method is how one bid is selected; the words are those of procurement.Method.
type Method string

const (
	Random         Method = "random"
	LowestPrice    Method = "lowest_price"
	ReferencePrice Method = "reference_price"
	CreditWeighted Method = "credit_weighted"
	Proposal       Method = "proposal"
	Panel          Method = "panel"
	Direct         Method = "direct"
)

// Result of a bid; the words are those of procurement.BidState.
type Result string

const (
	Selected     Result = "selected"
	Reserve      Result = "reserve"
	NotSelected  Result = "not_selected"
	Disqualified Result = "disqualified"
)

// Reserves stand behind the winner with every method but direct.
const Reserves = 2

// MaxFen is the largest sum that a browser computes exactly: 2⁵³ − 1.
const MaxFen = 1<<53 - 1

// Explanation of a low quote, as the purchaser judged it.
type Explanation string

const (
	NotExplained Explanation = ""
	Accepted     Explanation = "accepted"
	Rejected     Explanation = "rejected"
)

// Bid is one bid of the frozen pool. Struck bids are listed too: they keep their number.
type Bid struct {
	Number       int         `json:"number"`
	QuoteFen     *int64      `json:"quoteFen,omitempty"`   // what is compared; with a discount rate, DiscountedFen of it
	DiscountBP   *int        `json:"discountBp,omitempty"` // 下浮率 in 1/10000
	CreditTenths int         `json:"creditTenths"`         // score × 10 as of the opening
	Struck       string      `json:"struck,omitempty"`     // why it no longer takes part; "" takes part
	Explanation  Explanation `json:"explanation,omitempty"`
}

// Choice is a decision of the purchaser: of the shortlist (credit-weighted), of all
// (proposal), or the agency named in the notice (direct).
type Choice struct {
	Number   int    `json:"number"`
	Reason   string `json:"reason"`             // published
	Reserves []int  `json:"reserves,omitempty"` // proposal only: the purchaser's own ranking, two at most
}

// Score is one expert's sheet for one bid: points × 10, of 100.
type Score struct {
	Expert    int `json:"expert"` // 1..n, in the order drawn
	Number    int `json:"number"`
	Price     int `json:"price"`
	Technical int `json:"technical"`
	Credit    int `json:"credit"`
}

// Input is all that a method rests on.
type Input struct {
	Algorithm draw.Algorithm `json:"-"` // in the evidence's own fields
	Key       string         `json:"-"`

	Method   Method `json:"method"`
	Bids     []Bid  `json:"bids"`               // of the whole pool, numbers 1..P, in any order
	Minimum  int    `json:"minimum,omitempty"`  // fewer valid bids: failed; 0 means 1
	Reserves int    `json:"reserves,omitempty"` // Reserves; 0 means none

	MustQuote  bool  `json:"mustQuote,omitempty"`  // pricing is a sum or a discount; lowest and reference price imply it
	FloorFen   int64 `json:"floorFen,omitempty"`   // 0: none
	CeilingFen int64 `json:"ceilingFen,omitempty"` // 0: none

	LowPercent int   `json:"lowPercent,omitempty"` // lowest price: under this share of the mean a quote must be explained (70)
	Bases      []int `json:"bases,omitempty"`      // reference price: percents to draw from (95, 96, 97, 98)

	Keep      int `json:"keep,omitempty"`      // credit-weighted: n₁
	Shortlist int `json:"shortlist,omitempty"` // credit-weighted: n₂

	PriceWeight  int     `json:"priceWeight,omitempty"` // panel: 20–60; the three make 100
	TechWeight   int     `json:"techWeight,omitempty"`
	CreditWeight int     `json:"creditWeight,omitempty"`
	Experts      int     `json:"experts,omitempty"` // panel: how many scored; odd, 3 or more
	Scores       []Score `json:"scores,omitempty"`

	Choice *Choice `json:"choice,omitempty"`
}

// Place is what became of one bid, and why.
type Place struct {
	Number int    `json:"number"`
	Result Result `json:"result"`
	Place  int    `json:"place,omitempty"` // 1 selected, 2 and 3 the reserves in their order
	Rank   int    `json:"rank,omitempty"`  // standing by the method's own order; 0 where it gives none
	Reason string `json:"reason"`          // Chinese, with the figures
}

// Step is one line of the published working.
type Step struct {
	Name    string `json:"name"` // mean, low, dropped, base, reference, kept, tickets, shortlist, score, choice
	Text    string `json:"text"` // Chinese
	Numbers []int  `json:"numbers,omitempty"`
	Value   string `json:"value,omitempty"` // exact: an integer or a fraction in lowest terms, of fen, percent or points
}

// Outcome is the result with its working.
type Outcome struct {
	Draws     []draw.Table `json:"-"` // in the evidence's own field
	Places    []Place      `json:"places"`
	Shortlist []int        `json:"shortlist,omitempty"` // credit-weighted, in drawn order
	Steps     []Step       `json:"steps,omitempty"`
	Failure   string       `json:"failure,omitempty"` // why nobody is selected; empty otherwise
}

// Winner is the number of the selected bid; 0 when there is none.
func (o Outcome) Winner() int {
	for _, p := range o.Places {
		if p.Result == Selected {
			return p.Number
		}
	}
	return 0
}

// ErrChoice says that the purchaser has yet to choose.
var ErrChoice = errors.New("尚待项目业主选定")

// ErrKey says that the entropy of the draw is not yet there.
var ErrKey = errors.New("尚无熵源，不能抽取")

// DiscountedFen is the ceiling less a discount rate, rounded half up to the fen.
func DiscountedFen(ceilingFen int64, discountBP int) int64 {
	n := new(big.Int).Mul(big.NewInt(ceilingFen), big.NewInt(int64(10000-discountBP)))
	return roundHalfUp(n, big.NewInt(10000)).Int64()
}

// roundHalfUp is n/d rounded to the nearest integer, halves upwards; n ≥ 0, d > 0.
func roundHalfUp(n, d *big.Int) *big.Int {
	sum := new(big.Int).Lsh(n, 1)
	sum.Add(sum, d)
	return sum.Quo(sum, new(big.Int).Lsh(d, 1))
}

func tenths(n int) string { return fmt.Sprintf("%d.%d", n/10, n%10) }

func listed(numbers []int) string {
	parts := make([]string, len(numbers))
	for i, n := range numbers {
		parts[i] = fmt.Sprintf("%d 号", n)
	}
	return strings.Join(parts, "、")
}
