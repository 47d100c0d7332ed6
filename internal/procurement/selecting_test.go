package procurement

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/testkit"
)

// published is the round of drand that the fixture has.
func published(t testing.TB) draw.Round {
	t.Helper()
	raw, err := os.ReadFile("../draw/testdata/drand-quicknet.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Rounds []draw.Round }
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	return f.Rounds[0]
}

// engine is the stage with a clock for working days, a beacon that has the published
// round, and a public log that remembers what it was told.
type engine struct {
	*stage
	mu     sync.Mutex
	logged []Entry
}

func newEngine(t testing.TB) *engine {
	e := &engine{stage: setup(t)}
	e.arm(e.Service)
	return e
}

func (e *engine) arm(s *Service) {
	s.Workdays = func(context.Context, db.Querier, string, string, time.Time) (int, error) { return 3, nil }
	s.Due = func(_ context.Context, _ db.Querier, from time.Time, n int) (time.Time, bool, error) {
		return from.AddDate(0, 0, n), false, nil
	}
	s.Beacon = func(_ context.Context, _ draw.Chain, n uint64) (draw.Round, error) {
		if r := published(e.t); r.Round == n {
			return r, nil
		}
		return draw.Round{}, errors.New("not yet")
	}
	s.Log = func(_ context.Context, _ db.Tx, en Entry) (uuid.UUID, error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.logged = append(e.logged, en)
		return uuid.Must(uuid.NewV7()), nil
	}
}

// withDrand names drand, and a lottery as its fallback.
func withDrand(t *Terms) {
	t.Algorithm = draw.SHA256
	t.Source = EntropySource{Kind: Drand, Chain: quicknet.Hash, Round: 1000}
	t.Fallback = EntropySource{Kind: Lottery, Game: "双色球", Issue: "2023099", Date: "2023-08-24"}
	t.FallbackHours = 24
}

// atRound moves the deadline to a minute before the published round, and the selection
// to just before it: bids that were made lie in time.
func (e *engine) atRound(p *Procurement) {
	e.t.Helper()
	at := quicknet.TimeOf(1000)
	e.exec(`UPDATE procurement SET published_at = $2::timestamptz - interval '3 days', deadline = $2::timestamptz - interval '1 minute', selection_at = $2::timestamptz - interval '1 second' WHERE id = $1`, p.ID, at)
	*p = e.load(p.ID)
}

func (e *engine) load(id uuid.UUID) Procurement {
	e.t.Helper()
	p, err := load(e.t.Context(), e.pool, id, false)
	if err != nil {
		e.t.Fatal(err)
	}
	return p
}

func (e *engine) tick() {
	e.t.Helper()
	if err := e.Tick(e.t.Context()); err != nil {
		e.t.Fatal(err)
	}
}

func (e *engine) bids(id uuid.UUID) []Bid {
	e.t.Helper()
	list, err := loadBids(e.t.Context(), e.pool, id)
	if err != nil {
		e.t.Fatal(err)
	}
	return list
}

func (e *engine) actions(id uuid.UUID) string {
	var list []string
	e.scan(`SELECT array_agg(action ORDER BY seq) FROM procurement_event WHERE procurement_id = $1`, []any{id}, &list)
	return strings.Join(list, " ")
}

// evidenceHolds runs the verifier that everyone can run.
func (e *engine) evidenceHolds(id uuid.UUID) selection.Evidence {
	e.t.Helper()
	var raw []byte
	e.scan(`SELECT evidence FROM draw WHERE procurement_id = $1 AND purpose = 'selection' AND voided_at IS NULL`, []any{id}, &raw)
	for _, f := range selection.Verify(raw, "") {
		if f.Status == draw.Wrong {
			e.t.Errorf("%s: %s", f.Step, f.Text)
		}
	}
	var ev selection.Evidence
	if err := json.Unmarshal(raw, &ev); err != nil {
		e.t.Fatal(err)
	}
	if digest, err := selection.DigestOf(raw); err != nil || digest != ev.Digest {
		e.t.Errorf("digest %s, %v; the file says %s", digest, err, ev.Digest)
	}
	return ev
}

func (e *engine) winner(id uuid.UUID) Bid {
	e.t.Helper()
	var out []Bid
	for _, b := range e.bids(id) {
		if b.State == BidSelected {
			out = append(out, b)
		}
		if b.Number > 0 && b.Reason == "" {
			e.t.Errorf("number %d is told no reason", b.Number)
		}
	}
	if len(out) != 1 || out[0].Place != 1 {
		e.t.Fatalf("selected: %+v", out)
	}
	return out[0]
}

func (e *engine) firms(n int) []firm {
	out := make([]firm, n)
	for i := range out {
		out[i] = e.firm("", free)
	}
	return out
}

// TestRandom: a fixed price, the draw alone decides, and the course shows each step.
func TestRandom(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	p, _ := e.notice(time.Minute, withDrand, func(t *Terms) { t.Method, t.Pricing, t.PriceFen = Random, FixedPrice, 500_000 })
	for _, f := range e.firms(5) {
		if _, err := e.Submit(testkit.As(t, f.agent), p.ID, uuid.Nil, Offer{Days: 10}); err != nil {
			t.Fatal(err)
		}
	}
	e.tick()
	if e.load(p.ID).State != Open {
		t.Fatal("frozen before the deadline")
	}
	e.atRound(&p)
	e.tick()
	if got := e.load(p.ID); got.State != Publicity || got.PublicityUntil == nil || got.PoolHash == "" {
		t.Fatalf("%+v", got)
	}
	ev := e.evidenceHolds(p.ID)
	w := e.winner(p.ID)
	picks, err := draw.Run(draw.SHA256, published(t).Randomness+"./", 5, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	if drawn := draw.Drawn(picks); w.Number != drawn[0] || len(ev.Pool) != 5 {
		t.Errorf("won %d, the draw says %v", w.Number, drawn)
	}
	if got := e.actions(p.ID); got != "freeze draw conclude" {
		t.Error(got)
	}
	kinds := []string{}
	for _, l := range e.logged {
		kinds = append(kinds, l.Kind)
	}
	if strings.Join(kinds, " ") != "bid-pool draw result" {
		t.Errorf("logged %v", kinds)
	}
	e.tick()
	if got := e.actions(p.ID); got != "freeze draw conclude" {
		t.Error("done twice:", got)
	}
}

// TestLowestPrice: the lowest wins; one far under the mean has to explain itself and is
// out when it does not, or when the purchaser does not accept it.
func TestLowestPrice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		explain bool
		verdict *bool
		late    bool
		winner  int64
	}{
		"silent":                 {late: true, winner: 800_000},
		"accepted":               {explain: true, verdict: new(true), winner: 100_000},
		"rejected":               {explain: true, verdict: new(false), winner: 800_000},
		"purchaser says nothing": {explain: true, late: true, winner: 100_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t)
			p, _ := e.notice(time.Minute, withDrand)
			firms := e.firms(4)
			for i, fen := range []int64{900_000, 800_000, 100_000, 950_000} {
				e.mustBid(firms[i], p, fen)
			}
			e.atRound(&p)
			e.tick()
			if got := e.load(p.ID); got.State != Selecting || got.ChoiceUntil == nil {
				t.Fatalf("a low quote was not asked about: %+v", got)
			}
			var low Bid
			for _, b := range e.bids(p.ID) {
				if b.ExplainUntil != nil {
					if low.ID != uuid.Nil || *b.QuoteFen != 100_000 {
						t.Fatalf("asked: %+v", b)
					}
					low = b
				}
			}
			purchaser, cheap := testkit.As(t, e.buyerPerson), testkit.As(t, firms[2].agent)
			if got := e.asked(cheap, ViewBids); len(got) != 1 {
				t.Errorf("the low bidder is asked %v", got)
			}
			if got := append(e.asked(purchaser, ViewPurchaser), e.asked(testkit.As(t, firms[0].agent), ViewBids)...); len(got) != 0 {
				t.Errorf("others are asked %v before there is an explanation", got)
			}
			if c.explain {
				if err := e.Explain(testkit.As(t, firms[0].agent), p.ID, uuid.Nil, strings.Repeat("成本", 20)); err == nil {
					t.Error("another explained")
				}
				if err := e.Explain(testkit.As(t, firms[2].agent), p.ID, uuid.Nil, "便宜"); apperr.CodeOf(err) != apperr.Invalid {
					t.Errorf("a word is no explanation: %v", err)
				}
				if err := e.Explain(testkit.As(t, firms[2].agent), p.ID, uuid.Nil, strings.Repeat("成本", 20)); err != nil {
					t.Fatal(err)
				}
				if bidder, buyer := e.asked(cheap, ViewBids), e.asked(purchaser, ViewPurchaser); len(bidder) != 0 || len(buyer) != 1 {
					t.Errorf("explained: the bidder is asked %v, the purchaser %v", bidder, buyer)
				}
			}
			if c.verdict != nil {
				if err := e.JudgeExplanation(testkit.As(t, firms[2].agent), p.ID, low.Number, true, "我自己认可"); err == nil {
					t.Error("the bidder judged itself")
				}
				if err := e.JudgeExplanation(testkit.As(t, e.buyerPerson), p.ID, low.Number, *c.verdict, "成本构成清楚与否"); err != nil {
					t.Fatal(err)
				}
			}
			if c.late {
				e.exec(`UPDATE bid SET explain_until = '2023-08-24' WHERE explain_until IS NOT NULL`)
				e.exec(`UPDATE procurement SET choice_until = '2023-08-25', wake_at = NULL`)
				e.tick()
			}
			if got := e.load(p.ID); got.State != Publicity {
				t.Fatalf("%s, %s", got.State, e.actions(p.ID))
			}
			if w := e.winner(p.ID); *w.QuoteFen != c.winner {
				t.Errorf("won at %d", *w.QuoteFen)
			}
			e.evidenceHolds(p.ID)
		})
	}
}

// TestReferencePrice: the base is drawn, and whoever is nearest wins.
func TestReferencePrice(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	p, _ := e.notice(time.Minute, withDrand, func(t *Terms) { t.Method = ReferencePrice })
	quotes := []int64{500_000, 900_000, 910_000, 880_000, 930_000, 1_000_000}
	for i, f := range e.firms(len(quotes)) {
		e.mustBid(f, p, quotes[i])
	}
	e.atRound(&p)
	e.tick()
	w := e.winner(p.ID)
	ev := e.evidenceHolds(p.ID)
	// One highest and one lowest are dropped; the mean of the rest is 905,000.
	base := []int64{95, 96, 97, 98}[ev.Draws[slices.IndexFunc(ev.Draws, func(t draw.Table) bool { return t.Purpose == draw.ForBase })].Picks[0].Number-1]
	reference := 905_000 * base / 100
	for _, q := range quotes[1:5] {
		if abs(q-reference) < abs(*w.QuoteFen-reference) {
			t.Errorf("won at %d, %d is nearer to %d", *w.QuoteFen, q, reference)
		}
	}
}

func abs(n int64) int64 { return max(n, -n) }

// TestCreditWeighted: two are drawn by their credit, the purchaser takes one of them and
// says why; who lets the time pass gets the first drawn.
func TestCreditWeighted(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		t.Run(map[bool]string{false: "chosen", true: "late"}[late], func(t *testing.T) {
			t.Parallel()
			e := newEngine(t)
			p, _ := e.notice(time.Minute, withDrand, func(t *Terms) { t.Method, t.Keep, t.Shortlist = CreditWeighted, 4, 2 })
			firms := e.firms(5)
			for _, f := range firms {
				e.mustBid(f, p, 900_000)
			}
			e.atRound(&p)
			buyer := testkit.As(t, e.buyerPerson)
			if err := e.Choose(buyer, p.ID, ChooseInput{Number: 1, Reason: "还没有抽取就选定的理由"}); apperr.CodeOf(err) != apperr.Conflict {
				t.Errorf("chosen before the draw: %v", err)
			}
			e.tick()
			var short struct{ Numbers []int }
			var doc []byte
			e.scan(`SELECT data FROM procurement_event WHERE action = 'choose-needed'`, nil, &doc)
			if err := json.Unmarshal(doc, &short); err != nil || len(short.Numbers) != 2 {
				t.Fatalf("%s, %v", doc, err)
			}
			want := short.Numbers[0]
			if late {
				e.exec(`UPDATE procurement SET choice_until = '2023-08-25', wake_at = NULL`)
				if err := e.Choose(buyer, p.ID, ChooseInput{Number: want, Reason: "期限过了才想起来选定"}); apperr.CodeOf(err) != apperr.Conflict {
					t.Errorf("chosen late: %v", err)
				}
				e.tick()
			} else {
				want = short.Numbers[1]
				out := 1
				for slices.Contains(short.Numbers, out) {
					out++
				}
				for name, in := range map[string]ChooseInput{
					"number": {Number: out, Reason: "不在入围之列却想选定它"}, "reason": {Number: want, Reason: "好"}, "reserves": {Number: want, Reason: "理由写得已经足够长了吧", Reserves: []int{short.Numbers[0]}},
				} {
					if err := e.Choose(buyer, p.ID, in); err == nil || !strings.Contains(string(must(json.Marshal(fieldsOf(err)))), name) {
						t.Errorf("%s: %v", name, err)
					}
				}
				if err := e.Choose(testkit.As(t, firms[0].agent), p.ID, ChooseInput{Number: want, Reason: "投标人替业主选定自己"}); err == nil {
					t.Error("a bidder chose")
				}
				if err := e.Choose(buyer, p.ID, ChooseInput{Number: want, Reason: "离项目近，承诺的时间短"}); err != nil {
					t.Fatal(err)
				}
			}
			if w := e.winner(p.ID); w.Number != want || e.load(p.ID).State != Publicity {
				t.Errorf("won %d, want %d; %s", w.Number, want, e.actions(p.ID))
			}
			e.evidenceHolds(p.ID)
		})
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func fieldsOf(err error) []apperr.Field {
	var a *apperr.Error
	if errors.As(err, &a) {
		return a.Fields
	}
	return nil
}

// TestProposal: the purchaser compares all and ranks the reserves; without a choice in
// time nobody wins.
func TestProposal(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		t.Run(map[bool]string{false: "chosen", true: "late"}[late], func(t *testing.T) {
			t.Parallel()
			e := newEngine(t)
			p, _ := e.notice(time.Minute, withDrand, func(t *Terms) { t.Method = ProposalChoice })
			for i, f := range e.firms(3) {
				fen := int64(800_000 + i)
				if _, err := e.Submit(testkit.As(t, f.agent), p.ID, uuid.Nil, Offer{QuoteFen: &fen, Days: 10, Proposal: Proposal{Text: "方案"}}); err != nil {
					t.Fatal(err)
				}
			}
			e.atRound(&p)
			e.tick()
			if late {
				e.exec(`UPDATE procurement SET choice_until = '2023-08-25', wake_at = NULL`)
				e.tick()
				if got := e.load(p.ID); got.State != Failed || got.EndedReason == "" {
					t.Errorf("%s %s", got.State, got.EndedReason)
				}
				return
			}
			if err := e.Choose(testkit.As(t, e.buyerPerson), p.ID, ChooseInput{Number: 2, Reason: "方案最完整，人员最合适", Reserves: []int{3, 1}}); err != nil {
				t.Fatal(err)
			}
			places := map[int]int{}
			for _, b := range e.bids(p.ID) {
				places[b.Place] = b.Number
			}
			if places[1] != 2 || places[2] != 3 || places[3] != 1 {
				t.Errorf("places %v", places)
			}
			e.evidenceHolds(p.ID)
		})
	}
}

// TestDirect: the agency named in the notice, and nobody else, without a draw.
func TestDirect(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	firms := e.firms(2)
	p, _ := e.notice(time.Minute, withDrand, func(t *Terms) { t.Method, t.DirectUSCC, t.DirectReason = Direct, firms[1].uscc, "两次流标" })
	e.mustBid(firms[1], p, 900_000)
	e.atRound(&p)
	e.tick()
	if w := e.winner(p.ID); w.Agency != firms[1].id {
		t.Errorf("won %+v", w)
	}
	if got := e.actions(p.ID); got != "freeze conclude" {
		t.Error(got)
	}

	p, _ = e.notice(time.Minute, withDrand, func(t *Terms) { t.Method, t.DirectUSCC, t.DirectReason = Direct, firms[1].uscc, "两次流标" })
	e.atRound(&p)
	e.tick()
	if got := e.load(p.ID); got.State != Failed {
		t.Errorf("nobody bid: %s", got.State)
	}
}

// TestTooFewFails names why, and opens nothing more.
func TestTooFewFails(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	p, _ := e.notice(time.Minute, withDrand, func(t *Terms) { t.Method = ReferencePrice })
	for _, f := range e.firms(2) {
		e.mustBid(f, p, 900_000)
	}
	e.atRound(&p)
	e.tick()
	if got := e.load(p.ID); got.State != Failed || !strings.Contains(got.EndedReason, "3") {
		t.Errorf("%s %q", got.State, got.EndedReason)
	}
	if got := e.actions(p.ID); got != "freeze fail" {
		t.Error(got)
	}
}

// TestSourceThatDoesNotCome: a false or missing round never counts; after the hours of
// the notice its fallback is taken, in public, and only once two officials entered the same.
// TestCommitReveal: three parties, each bound before the pool is known; the platform
// reveals last; a value that does not fit is refused, and a missing commitment falls back.
// TestOnePoolManyClocks: several instances that tick at once, one with its own clock
// wrong by a year, do each step once.
func TestOnePoolManyClocks(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	var all []Procurement
	for range 4 {
		p, _ := e.notice(time.Minute, withDrand)
		for _, f := range e.firms(3) {
			e.mustBid(f, p, 900_000)
		}
		all = append(all, p)
	}
	for i := range all {
		e.atRound(&all[i])
	}
	var instances sync.WaitGroup
	for i := range 4 {
		d := e.Deps
		d.Tell = nil
		d.Now = func() time.Time { return time.Now().AddDate(i-2, 0, 0) }
		s := New(d)
		instances.Go(func() {
			for range 5 {
				if err := s.Tick(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	instances.Wait()
	for _, p := range all {
		if got := e.actions(p.ID); got != "freeze draw conclude" || e.load(p.ID).State != Publicity {
			t.Errorf("%s: %s", e.load(p.ID).State, got)
		}
		e.evidenceHolds(p.ID)
	}
}

// expert stores one of the stage's sector with an account to score by.
// TestPanel: experts with an interest are never drawn; each declares before scoring; who
// steps back is replaced by the next drawn; the weights of the notice decide.
// TestPanelWaitsForNobody: who does not score in time is replaced.
// TestVoidDraw: an operator of the region, with reason and decision, names a source of
// the future; the pool stays, and both attempts stand in the course.
// TestReselect: a struck bid keeps its number; the same pool and entropy decide again.
func TestReselect(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	p, _ := e.notice(time.Minute, withDrand, func(t *Terms) { t.Method, t.Pricing, t.PriceFen = Random, FixedPrice, 500_000 })
	for _, f := range e.firms(4) {
		if _, err := e.Submit(testkit.As(t, f.agent), p.ID, uuid.Nil, Offer{Days: 10}); err != nil {
			t.Fatal(err)
		}
	}
	e.atRound(&p)
	e.tick()
	first := e.winner(p.ID)
	before := e.evidenceHolds(p.ID)
	e.exec(`UPDATE procurement SET state = 'suspended' WHERE id = $1`, p.ID)
	operator := testkit.As(t, e.cast.Person("运营", testkit.At(authz.Operator, testkit.County)))
	err := db.InTx(operator, e.pool, func(tx db.Tx) error {
		p, err := load(operator, tx, p.ID, true)
		if err != nil {
			return err
		}
		return e.reselectTx(operator, tx, &p, first.ID, "异议成立：资质造假")
	})
	if err != nil {
		t.Fatal(err)
	}
	second := e.winner(p.ID)
	after := e.evidenceHolds(p.ID)
	if second.ID == first.ID || before.Key != after.Key || before.PoolHash != after.PoolHash || !slices.Equal(after.Struck, []int{first.Number}) {
		t.Errorf("%d then %d, struck %v", first.Number, second.Number, after.Struck)
	}
	picks := must(draw.Run(draw.SHA256, after.Key, 4, 4, nil))
	if second.Number != draw.Drawn(picks)[1] {
		t.Errorf("the next drawn is %d, won %d", draw.Drawn(picks)[1], second.Number)
	}
}
