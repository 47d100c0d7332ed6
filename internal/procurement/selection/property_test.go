package selection

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zjcs/internal/draw"
)

// anyInput draws an input of any method, with bids struck, ties, and quotes outside.
func anyInput(t *rapid.T) Input {
	m := rapid.SampledFrom([]Method{Random, LowestPrice, ReferencePrice, CreditWeighted, Proposal, Panel, Direct}).Draw(t, "method")
	n := rapid.IntRange(1, 12).Draw(t, "bids")
	in := Input{Method: m, Algorithm: rapid.SampledFrom([]draw.Algorithm{draw.SHA256, draw.SM3}).Draw(t, "algorithm"),
		Key: rapid.StringMatching(`([0-9]{1,3}\.){1,4}/`).Draw(t, "key"), Reserves: 2, LowPercent: 70, Bases: []int{95, 96, 97, 98}}
	if rapid.Bool().Draw(t, "limits") {
		in.FloorFen, in.CeilingFen = 60, 150
	}
	for i := range n {
		b := Bid{Number: i + 1, CreditTenths: rapid.SampledFrom([]int{0, 1, 600, 950, 951, 1200}).Draw(t, "credit")}
		if rapid.IntRange(0, 9).Draw(t, "quotes") > 0 {
			b.QuoteFen = fen(rapid.Int64Range(40, 160).Draw(t, "quote"))
		}
		if rapid.IntRange(0, 4).Draw(t, "struck") == 0 {
			b.Struck = "被取消资格"
		}
		b.Explanation = rapid.SampledFrom([]Explanation{NotExplained, Accepted, Rejected}).Draw(t, "explanation")
		in.Bids = append(in.Bids, b)
	}
	in.Shortlist = rapid.IntRange(1, 4).Draw(t, "n2")
	in.Keep = in.Shortlist + rapid.IntRange(0, 3).Draw(t, "n1-n2")
	if m == Panel {
		in.Experts, in.PriceWeight, in.TechWeight, in.CreditWeight = 3, 40, 35, 25
		for e := 1; e <= 3; e++ {
			for i := range n {
				points := rapid.IntRange(0, 3)
				in.Scores = append(in.Scores, Score{e, i + 1, 100 * points.Draw(t, "p"), 100 * points.Draw(t, "t"), 100 * points.Draw(t, "c")})
			}
		}
	}
	s, err := Screen(in)
	if err != nil {
		t.Fatal(err)
	}
	among := s.Valid
	if m == CreditWeighted && s.Failure == "" {
		if among, _, _, err = Shortlist(in); err != nil {
			t.Fatal(err)
		}
	}
	if len(among) > 0 {
		in.Choice = &Choice{Number: rapid.SampledFrom(among).Draw(t, "choice"), Reason: "方案好"}
	}
	return in
}

func TestWhateverComes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		o, err := Conclude(in)
		if err != nil {
			t.Fatal(err)
		}
		// Every bid has one place and a reason.
		got := map[int]int{}
		at := map[int]int{}
		for _, p := range o.Places {
			got[p.Number]++
			if p.Reason == "" || got[p.Number] > 1 {
				t.Fatalf("%+v", o.Places)
			}
			if p.Place > 0 {
				at[p.Place]++
			}
			if (p.Place == 1) != (p.Result == Selected) || (p.Place > 1) != (p.Result == Reserve) {
				t.Fatalf("%+v", p)
			}
			b := in.bid(p.Number)
			if b.Struck != "" && (p.Result != Disqualified && p.Result != NotSelected || p.Place != 0) {
				t.Fatalf("a struck bid has a place: %+v", p)
			}
			if b.Struck != "" && p.Result != Disqualified {
				t.Fatalf("a struck bid is not disqualified: %+v", p)
			}
			if q := b.QuoteFen; p.Place > 0 && q != nil && (*q < in.FloorFen || in.CeilingFen > 0 && *q > in.CeilingFen) {
				t.Fatalf("a quote outside the limits has a place: %+v", p)
			}
		}
		if len(got) != len(in.Bids) || at[1] > 1 || at[2] > 1 || at[3] > 1 || (o.Failure == "") != (at[1] == 1) {
			t.Fatalf("%+v", o)
		}
		for _, s := range o.Steps {
			for _, n := range s.Numbers {
				if s.Name == "dropped" && place(t, o, n).Place != 0 {
					t.Fatalf("a dropped quote has a place: %+v", o.Places)
				}
			}
		}
		// The order of input never matters.
		shuffled := in
		shuffled.Bids = rapid.Permutation(in.Bids).Draw(t, "shuffled")
		shuffled.Scores = rapid.Permutation(in.Scores).Draw(t, "shuffledScores")
		again, err := Conclude(shuffled)
		if err != nil || asJSON(t, o) != asJSON(t, again) || asJSON(t, o.Draws) != asJSON(t, again.Draws) {
			t.Fatalf("the order of input shows:\n%s\n%s", asJSON(t, o), asJSON(t, again))
		}
	})
}

func asJSON(t rapid.TB, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestTiesOnlyByTheDraw: another key may change the order of equals, and nothing else.
func TestTiesOnlyByTheDraw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		if in.Method != LowestPrice && in.Method != Panel {
			in.Method = LowestPrice
		}
		o, err := Conclude(in)
		if err != nil {
			t.Fatal(err)
		}
		in.Key = rapid.StringMatching(`[0-9]{1,6}\./`).Draw(t, "another key")
		p, err := Conclude(in)
		if err != nil {
			t.Fatal(err)
		}
		worth := func(o Outcome) (out []string) {
			last := ""
			turn := o.Draws[:min(1, len(o.Draws))]
			for i, q := range o.Places {
				v := ""
				if in.Method == LowestPrice {
					if b := in.bid(q.Number); b.QuoteFen != nil {
						v = fmt.Sprint(*b.QuoteFen)
					}
				} else {
					for _, s := range o.Steps {
						if s.Name == "score" && s.Numbers[0] == q.Number {
							v = s.Value
						}
					}
				}
				out = append(out, string(q.Result)+" "+v)
				if i > 0 && q.Rank > 1 && last == v {
					order := draw.Drawn(turn[0].Picks)
					if slices.Index(order, o.Places[i-1].Number) > slices.Index(order, q.Number) {
						t.Fatalf("a tie against the draw: %+v", o.Places)
					}
				}
				last = v
			}
			return out
		}
		if a, b := worth(o), worth(p); !slices.Equal(a, b) {
			t.Fatalf("the key decided more than ties:\n%v\n%v", a, b)
		}
	})
}

func TestRoundingIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sums := rapid.SliceOfN(rapid.Int64Range(0, MaxFen), 1, 5).Draw(t, "quotes")
		base := rapid.IntRange(95, 98).Draw(t, "base")
		o := conclude(t, Input{Method: ReferencePrice, Bases: []int{base}, Bids: quotes(sums...)})
		exact := new(big.Rat)
		for _, s := range sums {
			exact.Add(exact, new(big.Rat).SetInt64(s))
		}
		exact.Mul(exact, big.NewRat(int64(base), 100*int64(len(sums))))
		got, _ := new(big.Rat).SetString(step(t, o, "reference").Value)
		// exact − ½ < got ≤ exact + ½: the nearest, halves upwards.
		d := new(big.Rat).Sub(got, exact)
		if d.Cmp(big.NewRat(-1, 2)) <= 0 || d.Cmp(big.NewRat(1, 2)) > 0 || !got.IsInt() {
			t.Fatalf("%s → %s", exact.RatString(), got.RatString())
		}
		best := o.Winner()
		for _, b := range quotes(sums...) {
			if abs(*b.QuoteFen-got.Num().Int64()) < abs(sums[best-1]-got.Num().Int64()) {
				t.Fatalf("%d is nearer than %d", b.Number, best)
			}
		}
	})
}

func abs(n int64) int64 { return max(n, -n) }

// TestWeightsAreRespected counts first draws over a fixed set of keys and compares with
// the shares of tickets (chi-square, 3 degrees of freedom; 16.27 is p = 0.001).
func TestWeightsAreRespected(t *testing.T) {
	t.Parallel()
	scores, total := []int{1200, 900, 600, 300}, 3000
	in := Input{Method: CreditWeighted, Algorithm: draw.SHA256, Keep: 4, Shortlist: 1, Bids: scored(scores...)}
	const keys = 4000
	count := make([]int, 4)
	for i := range keys {
		in.Key = fmt.Sprintf("%d./", i)
		short, _, _, err := Shortlist(in)
		if err != nil {
			t.Fatal(err)
		}
		count[short[0]-1]++
	}
	chi := 0.0
	for i, s := range scores {
		want := keys * float64(s) / float64(total)
		chi += (float64(count[i]) - want) * (float64(count[i]) - want) / want
	}
	if chi > 16.27 {
		t.Errorf("chi-square %.2f: %v", chi, count)
	}
	// The test can fail: equal shares are far from these counts.
	if flat := float64(keys) / 4; abs(int64(count[0])-int64(flat)) < 100 {
		t.Errorf("the weights do not show: %v", count)
	}
}
