package fee

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestReferenceOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		prices []int64
		want   Reference
		known  bool
	}{
		{nil, Reference{}, false},
		{[]int64{1, 2, 3, 4}, Reference{N: 4}, false},
		// Of 1…9: places (28/3)/4 + 1/3 = 2.667, 5, 7.333; deviations 0 1 1 2 2 3 3 4 4.
		{[]int64{900, 100, 500, 300, 700, 200, 800, 400, 600}, Reference{9, 267, 500, 733, 200}, true},
		{[]int64{5, 5, 5, 5, 5, 5}, Reference{6, 5, 5, 5, 0}, true},
		// Of an even number the median lies between: place 3.5.
		{[]int64{100, 200, 300, 401, 500, 600}, Reference{6, 192, 351, 508, 150}, true},
	} {
		got, known := ReferenceOf(c.prices)
		if d := cmp.Diff(c.want, got); d != "" || known != c.known {
			t.Errorf("%v: known %v\n%s", c.prices, known, d)
		}
	}
}

// TestReferenceHolds: quartiles are in order and among the prices, whatever the order in
// which those come; one price more far away moves the median by no more than a neighbour.
func TestReferenceHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		prices := rapid.SliceOfN(rapid.Int64Range(1, 1e13), LeastComparables, 60).Draw(t, "prices")
		r, ok := ReferenceOf(prices)
		if !ok || r.N != len(prices) || r.Q1 > r.Median || r.Median > r.Q3 || r.Q1 < slices.Min(prices) || r.Q3 > slices.Max(prices) || r.MAD < 0 || r.Low() > r.Median || r.High() < r.Median {
			t.Fatalf("%+v", r)
		}
		mixed := slices.Clone(prices)
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if again, _ := ReferenceOf(mixed); again != r {
			t.Fatalf("%+v, mixed %+v", r, again)
		}
		below := 0
		for _, p := range prices {
			if p < r.Median {
				below++
			}
		}
		if 2*below > len(prices) {
			t.Fatalf("%d of %d are below the median", below, len(prices))
		}
	})
}
