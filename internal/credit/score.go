package credit

import (
	"math/big"
	"time"

	"github.com/google/uuid"
)

// Points are tenths of a point: 950 is 95.0.
type Points int

// Text is the figure as people write it: 95.0, -3.5.
func (p Points) Text() string { return big.NewRat(int64(p), 10).FloatString(1) }

// The frame of domain.md section 8.
const (
	base       Points = 950
	lowest     Points = 0
	highest    Points = 1200
	maxHonours Points = 150 // 表彰类合计不超过 15 分
	maxFact    Points = 25  // of one kind of fact; four kinds make ±10.0
	newBefore         = 3   // evaluations until an agency is no longer marked new

	prior       = 5   // evaluations that every agency is given to begin with, of
	priorStars  = 400 // hundredths of a star each
	perOrg      = 3   // as how many a purchaser's evaluations of one agency count at most
	windowMonth = 24  // how far back evaluations and facts count
)

// Grade is what a score amounts to.
type Grade string

const (
	AAA Grade = "AAA"
	AA  Grade = "AA"
	A   Grade = "A"
	B   Grade = "B"
	C   Grade = "C"
	D   Grade = "D"
)

func gradeOf(p Points) Grade {
	switch {
	case p >= 1100:
		return AAA
	case p >= 1000:
		return AA
	case p >= 900:
		return A
	case p >= 750:
		return B
	case p >= 600:
		return C
	}
	return D
}

// Record is a regulator's record as a score sees it.
type Record struct {
	ID          uuid.UUID
	Rubric      string
	Version     int
	Level       string
	Conduct     string // of the rubric's entry
	LegalBasis  string
	Facts       string
	Points      Points
	Veto        bool
	Published   bool
	ConfirmedAt time.Time
	ExpiresOn   string // YYYY-MM-DD, the last day it counts
}

// Evaluation is one purchaser's stars, 1 to 5 in each dimension.
type Evaluation struct {
	Org                                         uuid.UUID
	Quality, Timeliness, Fee, Conduct, Attitude int
}

// stars are the weighted stars in hundredths, 100 to 500: exact, the weights are whole
// hundredths (质量 30、时效 25、收费 15、规范 15、态度 15).
func (e Evaluation) stars() int64 {
	return int64(30*e.Quality + 25*e.Timeliness + 15*e.Fee + 15*e.Conduct + 15*e.Attitude)
}

// FactKind is what the platform measures.
type FactKind string

const (
	OnTime    FactKind = "on_time"    // delivered within the promised days
	FirstPass FactKind = "first_pass" // accepted at the first submission
	PriceKept FactKind = "price_kept" // contract and payments within the quote
	Answered  FactKind = "answered"   // answers given in time
)

// FactKinds in the order they are shown.
var FactKinds = []FactKind{OnTime, FirstPass, PriceKept, Answered}

// Label is the kind in Chinese.
func (k FactKind) Label() string {
	return map[FactKind]string{OnTime: "按承诺时限交付", FirstPass: "成果一次通过", PriceKept: "合同与报价一致", Answered: "按时答复"}[k]
}

// Tally counts the facts of one kind.
type Tally struct {
	Kind       FactKind
	Kept, Told int // kept, of so many measured
	Points     Points
}

// Basis is all that a score rests on, as it stood at one time.
type Basis struct {
	Records      []Record
	Evaluations  []Evaluation // of the last 24 months
	Evaluated    int          // evaluations ever, for the mark "new"
	Kept, Broken map[FactKind]int
}

// Score is a score with its parts: Base + Evaluations + Records + Facts + Clamp = Tenths,
// always and exactly.
type Score struct {
	Tenths      Points
	Grade       Grade
	New         bool // fewer than 3 evaluations so far
	Veto        bool // D by one record, whatever the sum
	Base        Points
	Evaluations Points // E
	Records     Points // R
	Facts       Points // P
	Clamp       Points // what keeping to 0..120 took or gave

	Evaluated int     // evaluations counted in E
	Weight    string  // n of the formula: what they count as, a decimal
	Mean      string  // m, stars to three decimals
	Honours   Points  // in R, after the cap
	HonourCut Points  // what the cap took, ≤ 0
	Tallies   []Tally // P, kind by kind; they add up to Facts
	Counted   []Record
}

// Of works a score out. The order of what it is given never matters.
func Of(b Basis) Score {
	return of(b, hear(b.Evaluations), len(b.Evaluations))
}

// of is Of with the evaluations gathered.
func of(b Basis, g gathered, evaluated int) Score {
	s := Score{Base: base, New: b.Evaluated < newBefore, Counted: b.Records, Evaluated: evaluated}
	s.evaluate(g)
	honours := Points(0)
	for _, r := range b.Records {
		s.Veto = s.Veto || r.Veto
		if r.Points > 0 {
			honours += r.Points
		} else {
			s.Records += r.Points
		}
	}
	s.Honours = min(honours, maxHonours)
	s.HonourCut = s.Honours - honours
	s.Records += s.Honours
	for _, k := range FactKinds {
		t := tally(k, b.Kept[k], b.Broken[k])
		s.Tallies = append(s.Tallies, t)
		s.Facts += t.Points
	}
	sum := s.Base + s.Evaluations + s.Records + s.Facts
	s.Tenths = min(max(sum, lowest), highest)
	s.Clamp = s.Tenths - sum
	s.Grade = gradeOf(s.Tenths)
	switch {
	case s.Veto:
		s.Grade = D
	case s.New && (s.Grade == AAA || s.Grade == AA):
		s.Grade = A // few evaluations prove nothing better; what it did wrong still counts
	}
	return s
}

// heard is what one purchaser's evaluations come to: the sum of their stars, of so many.
type heard struct{ stars, n int64 }

// gathered are an agency's evaluations by purchaser: of those with 3 at most together, of
// each with more by itself.
type gathered struct {
	heard
	over []heard
}

func hear(list []Evaluation) (g gathered) {
	by := map[uuid.UUID]heard{}
	for _, e := range list {
		h := by[e.Org]
		by[e.Org] = heard{h.stars + e.stars(), h.n + 1}
	}
	for _, h := range by {
		if h.n > perOrg {
			g.over = append(g.over, h)
		} else {
			g.stars, g.n = g.stars+h.stars, g.n+h.n
		}
	}
	return g
}

// weight is as how much one of a purchaser's n evaluations counts.
func weight(n int64) *big.Rat { return big.NewRat(min(n, perOrg), n) }

// evaluate is E = 10 (m − 4), m = (5 × 4.0 + Σ stars)/(5 + n). Of a purchaser with more
// than 3 evaluations all are heard, together as 3: neither the latest nor the kindest
// silence the others.
func (s *Score) evaluate(g gathered) {
	sum, n := big.NewRat(prior*priorStars+g.stars, 1), g.n
	for _, h := range g.over {
		sum.Add(sum, big.NewRat(h.stars*perOrg, h.n))
		n += perOrg
	}
	m := sum.Quo(sum, big.NewRat((prior+n)*100, 1))
	s.Weight, s.Mean = big.NewRat(n, 1).FloatString(0), m.FloatString(3)
	e := new(big.Rat).Sub(m, big.NewRat(priorStars, 100))
	s.Evaluations = round(e.Mul(e, big.NewRat(100, 1)))
}

// tally is −2.5 to +2.5 for one kind: the kept less the broken, over all and five more, so
// that a first fact weighs little and none weighs nothing.
func tally(k FactKind, kept, broken int) Tally {
	n := kept + broken
	return Tally{Kind: k, Kept: kept, Told: n, Points: round(big.NewRat(int64(maxFact)*int64(kept-broken), int64(n+prior)))}
}

// round goes to the nearest whole, halves away from zero (GB/T 8170 四舍五入).
func round(r *big.Rat) Points {
	num, den := new(big.Int).Mul(r.Num(), big.NewInt(2)), new(big.Int).Mul(r.Denom(), big.NewInt(2))
	if num.Sign() < 0 {
		num.Sub(num, r.Denom())
	} else {
		num.Add(num, r.Denom())
	}
	return Points(num.Quo(num, den).Int64())
}
