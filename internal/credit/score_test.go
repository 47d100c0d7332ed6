package credit_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zjcs/internal/credit"
)

func orgs(n int) []uuid.UUID {
	out := make([]uuid.UUID, n)
	for i := range out {
		out[i] = uuid.NewSHA1(uuid.NameSpaceOID, []byte{byte(i)})
	}
	return out
}

var purchasers = orgs(6)

func anyBasis(t *rapid.T) credit.Basis {
	b := credit.Basis{Kept: map[credit.FactKind]int{}, Broken: map[credit.FactKind]int{}}
	star := rapid.IntRange(1, 5)
	for range rapid.IntRange(0, 40).Draw(t, "evaluations") {
		b.Evaluations = append(b.Evaluations, credit.Evaluation{Org: rapid.SampledFrom(purchasers).Draw(t, "org"), Quality: star.Draw(t, "q"), Timeliness: star.Draw(t, "t"),
			Fee: star.Draw(t, "f"), Conduct: star.Draw(t, "c"), Attitude: star.Draw(t, "a")})
	}
	b.Evaluated = len(b.Evaluations) + rapid.IntRange(0, 3).Draw(t, "older")
	for range rapid.IntRange(0, 8).Draw(t, "records") {
		p := rapid.IntRange(-400, 50).Filter(func(n int) bool { return n != 0 }).Draw(t, "points")
		b.Records = append(b.Records, credit.Record{Points: credit.Points(p), Veto: rapid.IntRange(0, 20).Draw(t, "veto") == 0 && p < 0})
	}
	for _, k := range credit.FactKinds {
		b.Kept[k], b.Broken[k] = rapid.IntRange(0, 1000).Draw(t, "kept"), rapid.IntRange(0, 1000).Draw(t, "broken")
	}
	return b
}

func TestScoreHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := anyBasis(t)
		s := credit.Of(b)
		if sum := s.Base + s.Evaluations + s.Records + s.Facts + s.Clamp; sum != s.Tenths || s.Base != 950 {
			t.Fatalf("parts add up to %d, score %d", sum, s.Tenths)
		}
		var facts credit.Points
		for _, k := range s.Tallies {
			if facts += k.Points; k.Points < -25 || k.Points > 25 {
				t.Fatalf("%s gives %d", k.Kind, k.Points)
			}
		}
		if facts != s.Facts || s.Tenths < 0 || s.Tenths > 1200 || s.Honours > 150 {
			t.Fatalf("%+v", s)
		}
		if s.Evaluations < -300 || s.Evaluations > 100 {
			t.Fatalf("E = %d", s.Evaluations)
		}
		veto := false
		for _, r := range b.Records {
			veto = veto || r.Veto
		}
		if veto != s.Veto || veto && s.Grade != credit.D || s.New != (b.Evaluated < 3) || s.New && (s.Grade == credit.AA || s.Grade == credit.AAA) {
			t.Fatalf("%+v", s)
		}
		// The order of what it rests on never matters.
		mixed := b
		mixed.Evaluations = append([]credit.Evaluation(nil), b.Evaluations...)
		mixed.Records = append([]credit.Record(nil), b.Records...)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		r.Shuffle(len(mixed.Evaluations), func(i, j int) {
			mixed.Evaluations[i], mixed.Evaluations[j] = mixed.Evaluations[j], mixed.Evaluations[i]
		})
		r.Shuffle(len(mixed.Records), func(i, j int) { mixed.Records[i], mixed.Records[j] = mixed.Records[j], mixed.Records[i] })
		again := credit.Of(mixed)
		s.Counted, again.Counted = nil, nil
		if d := cmp.Diff(s, again); d != "" {
			t.Fatal(d)
		}
	})
}

// TestMoreIsNeverLess: a better evaluation, a kept fact or an honour never lowers a score.
func TestMoreIsNeverLess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := anyBasis(t)
		before := credit.Of(b).Tenths
		if len(b.Evaluations) > 0 {
			i := rapid.IntRange(0, len(b.Evaluations)-1).Draw(t, "which")
			old := b.Evaluations[i]
			b.Evaluations[i].Quality = 5
			if credit.Of(b).Tenths < before {
				t.Fatal("a better evaluation lowered the score")
			}
			b.Evaluations[i] = old
		}
		k := rapid.SampledFrom(credit.FactKinds).Draw(t, "kind")
		b.Kept[k]++
		if credit.Of(b).Tenths < before {
			t.Fatal("a kept fact lowered the score")
		}
		b.Kept[k]--
		b.Records = append(b.Records, credit.Record{Points: 30})
		if credit.Of(b).Tenths < before {
			t.Fatal("an honour lowered the score")
		}
	})
}

// TestOnePurchaserIsThree: E against the formula of domain.md section 8, worked out apart.
func TestOnePurchaserIsThree(t *testing.T) {
	t.Parallel()
	many := func(n, stars int, org uuid.UUID) (out []credit.Evaluation) {
		for range n {
			out = append(out, credit.Evaluation{Org: org, Quality: stars, Timeliness: stars, Fee: stars, Conduct: stars, Attitude: stars})
		}
		return out
	}
	for _, c := range []struct {
		list []credit.Evaluation
		n    int64
		sum  *big.Rat
	}{
		{nil, 0, big.NewRat(0, 1)},
		{many(1, 5, purchasers[0]), 1, big.NewRat(5, 1)},
		{many(100, 5, purchasers[0]), 3, big.NewRat(15, 1)},
		{append(many(100, 5, purchasers[0]), many(2, 1, purchasers[1])...), 5, big.NewRat(17, 1)},
		{append(many(3, 5, purchasers[0]), many(3, 1, purchasers[0])...), 3, big.NewRat(9, 1)},
	} {
		m := new(big.Rat).Quo(new(big.Rat).Add(big.NewRat(20, 1), c.sum), big.NewRat(5+c.n, 1))
		e, _ := new(big.Rat).Mul(new(big.Rat).Sub(m, big.NewRat(4, 1)), big.NewRat(10, 1)).Float64()
		got := float64(credit.Of(credit.Basis{Evaluations: c.list}).Evaluations) / 10
		if d := got - e; d > 0.05+1e-9 || d < -0.05-1e-9 {
			t.Errorf("%d evaluations: E = %v, want %v", len(c.list), got, e)
		}
	}
}

func TestGrades(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		deduct credit.Points
		want   credit.Grade
		seen   int
	}{
		{0, credit.A, 0}, {-50, credit.A, 0}, {-51, credit.B, 0}, {-200, credit.B, 3}, {-201, credit.C, 3}, {-350, credit.C, 3}, {-351, credit.D, 3}, {-2000, credit.D, 3},
		{150, credit.A, 2}, {150, credit.AAA, 3}, {149, credit.AA, 3}, {50, credit.AA, 3}, {49, credit.A, 3},
	} {
		b := credit.Basis{Evaluated: c.seen}
		if c.deduct != 0 {
			b.Records = []credit.Record{{Points: c.deduct}}
		}
		if s := credit.Of(b); s.Grade != c.want {
			t.Errorf("%s: %s, want %s", s.Tenths.Text(), s.Grade, c.want)
		}
	}
	if s := credit.Of(credit.Basis{Evaluated: 9, Records: []credit.Record{{Points: 100}, {Points: 90}, {Points: -20}}}); s.Honours != 150 || s.HonourCut != -40 || s.Tenths != 950+130 {
		t.Errorf("honours beyond 15: %+v", s)
	}
}
