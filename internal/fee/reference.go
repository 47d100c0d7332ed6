package fee

import (
	"math/big"
	"slices"
)

// LeastComparables is how many prices a reference rests on at least (domain.md section 9,
// F3): of fewer nothing is said.
const LeastComparables = 5

// Reference is what comparable prices come to, in fen: quartiles after Hyndman and Fan,
// type 8, and the median absolute deviation, rounded to the fen.
type Reference struct {
	N                   int
	Q1, Median, Q3, MAD int64
}

// ReferenceOf works a reference out; false where there are too few prices. Their order
// never matters.
func ReferenceOf(prices []int64) (Reference, bool) {
	if len(prices) < LeastComparables {
		return Reference{N: len(prices)}, false
	}
	sorted := slices.Sorted(slices.Values(prices))
	r := Reference{N: len(sorted), Q1: quarter(sorted, 1), Median: quarter(sorted, 2), Q3: quarter(sorted, 3)}
	away := make([]int64, len(sorted))
	for i, p := range sorted {
		away[i] = max(p-r.Median, r.Median-p)
	}
	slices.Sort(away)
	r.MAD = quarter(away, 2)
	return r, true
}

// High is the price above which one stands out: median + 3 MAD.
func (r Reference) High() int64 { return r.Median + 3*r.MAD }

// Low is the price below which one stands out, not below nothing.
func (r Reference) Low() int64 { return max(r.Median-3*r.MAD, 0) }

// quarter is the k-th quartile of a sorted list of at least two: the value at place
// (n + 1/3)·k/4 + 1/3, counted from 1, between neighbours in proportion.
func quarter(sorted []int64, k int64) int64 {
	n := int64(len(sorted))
	twelfths := (3*n+1)*k + 4 // of a place
	at, part := twelfths/12, twelfths%12
	switch {
	case at < 1:
		return sorted[0]
	case at >= n:
		return sorted[n-1]
	}
	step := new(big.Int).Mul(big.NewInt(sorted[at]-sorted[at-1]), big.NewInt(part))
	return sorted[at-1] + step.Add(step, big.NewInt(6)).Quo(step, big.NewInt(12)).Int64()
}
