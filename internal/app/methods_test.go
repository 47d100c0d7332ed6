package app_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/procurement"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// method is one row of the table: what the notice says beside what every notice says, what
// is quoted, and what people do between the opening and the result.
type method struct {
	name   string
	terms  m
	quotes []int64                       // of the firms in their order; nil: at a fixed price
	source procurement.EntropyKind       // drand unless it says otherwise
	humans func(r *deal)                 // after the freezing
	input  func(r *deal) selection.Input // what the pure function is given
}

// deal is one procurement on its way.
type deal struct {
	*hall
	method
	t       *testing.T
	id      uuid.UUID
	buyer   *authz.Actor
	owner   *browser
	values  map[string]string // of a commit–reveal, by party
	entropy draw.Entropy
	scores  []selection.Score
	choice  *selection.Choice
	said    map[int]selection.Explanation
	numbers map[string]int // by USCC
}

var lotteryNumbers = []uint64{33, 7, 12, 21, 26, 30, 9}

// TestEachMethod goes from the notice to the award over HTTP with every method, all at once
// on one program whose clock does what is the clock's: what it finds is what the pure
// function finds for what was bid, everyone is told why, and what is published verifies.
func TestEachMethod(t *testing.T) {
	t.Parallel()
	h := newHall(t, 7, 5)
	methods := []method{
		{name: "random", terms: m{"method": "random", "pricing": "fixed", "priceFen": 800_000, "fund": "fiscal"}, source: procurement.Commit},
		{name: "lowest price", terms: m{"method": "lowest_price", "ceilingFen": 1_000_000}, quotes: []int64{1_000_000, 980_000, 960_000, 940_050, 500_000, 400_000}, humans: (*deal).explainLow,
			input: func(r *deal) selection.Input { return selection.Input{LowPercent: 70, CeilingFen: 1_000_000} }},
		{name: "reference price", terms: m{"method": "reference_price", "ceilingFen": 1_000_000, "algorithm": "sm3"}, quotes: []int64{999_999, 950_001, 900_000, 870_000, 860_001, 850_000, 700_000}, source: procurement.Lottery,
			input: func(r *deal) selection.Input {
				return selection.Input{Bases: []int{95, 96, 97, 98}, CeilingFen: 1_000_000}
			}},
		{name: "credit-weighted", terms: m{"method": "credit_weighted", "keep": 4, "shortlist": 2}, quotes: []int64{900_000, 800_000, 700_000, 600_000, 500_000, 400_000},
			humans: (*deal).chooseShortlisted, input: func(r *deal) selection.Input { return selection.Input{Keep: 4, Shortlist: 2} }},
		{name: "proposal", terms: m{"method": "proposal"}, quotes: []int64{900_000, 800_000, 700_000, 600_000}, humans: (*deal).chooseProposal,
			input: func(r *deal) selection.Input { return selection.Input{} }},
		{name: "panel", terms: m{"method": "panel", "experts": 3, "priceWeight": 30, "techWeight": 50, "creditWeight": 20}, quotes: []int64{900_000, 800_000, 700_000}, humans: (*deal).scorePanel,
			input: func(r *deal) selection.Input {
				return selection.Input{PriceWeight: 30, TechWeight: 50, CreditWeight: 20, Experts: 3}
			}},
		{name: "direct", terms: m{"method": "direct", "directGround": "non_fiscal", "directReason": "原编制单位延续服务，费用由企业自担", "directUscc": h.firms[3].uscc}, quotes: []int64{900_000, 800_000, 700_000, 600_000},
			input: func(r *deal) selection.Input { return selection.Input{} }},
	}
	t.Run("methods", func(t *testing.T) {
		for _, one := range methods {
			t.Run(one.name, func(t *testing.T) {
				t.Parallel()
				h.goThrough(t, one)
			})
		}
		t.Run("failed twice, then direct", func(t *testing.T) {
			t.Parallel()
			h.failTwice(t)
		})
	})
}

// goThrough takes one method from its notice to its award.
func (h *hall) goThrough(t *testing.T, one method) {
	if one.source == "" {
		one.source = procurement.Drand
	}
	r := &deal{hall: h, method: one, t: t, values: map[string]string{}, said: map[int]selection.Explanation{}}
	r.buyer = h.purchaser(t, strings.ReplaceAll(one.name, " ", "")+"业主")
	r.owner = h.as(t, r.buyer)
	r.id = r.publish(r.notice(one.terms), nil)
	bidders := h.firms
	if one.quotes != nil {
		bidders = h.firms[:len(one.quotes)]
	}
	if one.terms["method"] == "direct" {
		if a := h.as(t, h.firms[0].agent).do("PUT", r.at("/my-bid"), m{"days": 10, "quoteFen": one.quotes[0]}); !a.blames("eligibility.direct") {
			t.Errorf("another agency than the one named bids: %d %s", a.status, a.text)
		}
		bidders = h.firms[3:4]
	}
	r.bid(bidders...)
	r.commit()
	r.passDeadline()
	r.reveal()
	d := h.until(t, r.id, "opened", func(d procurement.Detail) bool { return d.Opened })
	r.number(d, bidders)
	if one.humans != nil {
		one.humans(r)
	}
	d = h.until(t, r.id, "in publicity", func(d procurement.Detail) bool { return d.State == procurement.Publicity })
	r.checkResult(d, bidders)
	r.checkEvidence(draw.OfSelection)
	if one.terms["method"] == "panel" {
		r.checkEvidence(draw.OfPanel)
	}
	r.tellsLosers(d, bidders)
	h.exec(t, `UPDATE procurement SET publicity_until = clock_timestamp() WHERE id = $1`, r.id)
	d = h.until(t, r.id, "awarded", func(d procurement.Detail) bool { return d.State == procurement.Awarded })
	r.checkAward(d)
	r.checkCourse(d)
}

// notice is one without a fault, as the purchaser's form asks for it.
func (r *deal) notice(change m) m {
	at := func(days int) string {
		return time.Now().AddDate(0, 0, days).Truncate(time.Second).Format(time.RFC3339)
	}
	c := m{
		"items": []string{hallItem}, "projectName": "热力站改造（" + r.name + "）", "region": testkit.County, "fund": "own", "contact": "王工", "contactPhone": "0359-2660000", "complaintPhone": "0359-2660001",
		"scope": "编制节能报告", "result": "节能报告三份", "daysCeiling": 20, "delivery": "纸质和电子", "payment": "验收后 30 日内一次付清", "pricing": "quoted", "ceilingFen": nil,
		"deadline": at(12), "selectionAt": at(13), "algorithm": "sha256", "fallbackHours": 24,
		"sourceKind": string(r.source), "fallbackKind": "lottery", "fallbackGame": "双色球", "fallbackIssue": "2026150", "fallbackDate": time.Now().AddDate(0, 0, 14).Format(time.DateOnly),
	}
	if r.source == procurement.Lottery {
		c["sourceGame"], c["sourceIssue"], c["sourceDate"] = "大乐透", r.issue(), c["fallbackDate"]
		c["fallbackKind"] = "drand"
		delete(c, "fallbackGame")
		delete(c, "fallbackIssue")
		delete(c, "fallbackDate")
	}
	maps.Copy(c, change)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

func (r *deal) issue() string { return "2026" + hex.EncodeToString([]byte(r.name))[:6] }

// draft starts a notice, from an earlier one where that is named, and fills it in.
func (r *deal) draft(content m, from *uuid.UUID) (path string, version int) {
	r.t.Helper()
	in := m{"kind": "procurement-notice"}
	if from != nil {
		in["subjectId"] = from
	}
	var d review.Detail
	r.owner.must(http.StatusCreated, "POST", "/api/v1/submissions", in).into(r.t, &d)
	path = "/api/v1/submissions/" + d.ID.String()
	if from != nil {
		content = maps.Clone(content)
		content["previous"] = d.Content["previous"]
	}
	r.owner.must(http.StatusOK, "PUT", path+"/content", m{"version": d.Version, "content": content}).into(r.t, &d)
	return path, d.Version
}

// publish lets the purchaser submit a notice and an operator publish it.
func (r *deal) publish(content m, from *uuid.UUID) uuid.UUID {
	r.t.Helper()
	path, version := r.draft(content, from)
	var d review.Detail
	r.owner.must(http.StatusOK, "POST", path+"/actions", m{"version": version, "action": "submit"}).into(r.t, &d)
	if own := r.owner.do("POST", path+"/actions", m{"version": d.Version, "action": "accept"}); own.status < 400 {
		r.t.Error("a purchaser publishes its own notice")
	}
	r.with(r.t, r.operators[0]).must(http.StatusOK, "POST", path+"/actions", m{"version": d.Version, "action": "accept", "note": "内容齐全"}).into(r.t, &d)
	if d.State != review.Published {
		r.t.Fatalf("%s %s", d.State, d.WhyNot)
	}
	return d.Subject()
}

func (r *deal) at(path string) string { return "/api/v1/procurements/" + r.id.String() + path }

// bid lets firms bid over HTTP, in an order that is not theirs.
func (r *deal) bid(firms ...hallFirm) {
	r.t.Helper()
	for _, f := range slices.Backward(firms) {
		i := slices.IndexFunc(r.firms, func(x hallFirm) bool { return x.id == f.id })
		agent := r.as(r.t, f.agent)
		offer := m{"days": 10 + i, "proposal": m{"text": fmt.Sprintf("%s的响应方案：踏勘、测算、编制、报审。", f.name)}}
		if r.quotes != nil {
			offer["quoteFen"] = r.quotes[i]
		}
		var receipt procurement.SignedReceipt
		agent.must(http.StatusOK, "PUT", r.at("/my-bid"), offer).into(r.t, &receipt)
		if receipt.Receipt.Procurement != r.id || receipt.Receipt.Agency != f.id || receipt.Signature == "" {
			r.t.Errorf("the receipt of %s: %+v", f.name, receipt)
		}
	}
	if d := getJSON[procurement.Detail](r.t, r.base+r.at("")); d.Opened || len(d.Bids) > 0 || d.State != procurement.Open {
		r.t.Errorf("before the deadline the public sees %d bids", len(d.Bids))
	}
}

// commit lets purchaser and supervisor commit before the deadline, where the draw rests on it.
func (r *deal) commit() {
	r.t.Helper()
	if r.source != procurement.Commit {
		return
	}
	for party, who := range map[string]*browser{"purchaser": r.owner, "supervisor": r.with(r.t, r.supervisor)} {
		secret := sha256.Sum256([]byte(party + r.id.String()))
		r.values[party] = hex.EncodeToString(secret[:])
		sum := sha256.Sum256(secret[:])
		who.must(http.StatusNoContent, "POST", r.at("/commitment"), m{"commitment": hex.EncodeToString(sum[:])})
	}
}

// passDeadline lets the sign-up's time pass: the bids that were made lie in time, and the
// edition of the source that the notice names is the one that the test has.
func (r *deal) passDeadline() {
	r.t.Helper()
	switch r.source {
	case procurement.Drand:
		r.exec(r.t, `UPDATE procurement SET published_at = $2::timestamptz - interval '3 days', deadline = $2::timestamptz - interval '1 minute', selection_at = $2::timestamptz - interval '1 second',
			terms = jsonb_set(terms, '{source,round}', to_jsonb($3::int)) WHERE id = $1`, r.id, procurement.Quicknet().TimeOf(hallRound), hallRound)
	case procurement.Lottery:
		r.exec(r.t, `UPDATE procurement SET deadline = clock_timestamp(), selection_at = clock_timestamp(), terms = jsonb_set(terms, '{source,date}', to_jsonb($2::text)) WHERE id = $1`, r.id, clock.Day(time.Now()))
	case procurement.Commit:
		r.exec(r.t, `UPDATE procurement SET deadline = clock_timestamp(), selection_at = clock_timestamp() WHERE id = $1`, r.id)
	}
}

// reveal brings the entropy where people bring it, once the pool is frozen.
func (r *deal) reveal() {
	r.t.Helper()
	switch r.source {
	case procurement.Drand:
		r.entropy = draw.Entropy{Drand: &draw.DrandValue{Round: r.round}}
	case procurement.Lottery:
		r.until(r.t, r.id, "opened", func(d procurement.Detail) bool { return d.Opened })
		entry := m{"game": "大乐透", "issue": r.issue(), "date": clock.Day(time.Now()), "numbers": lotteryNumbers, "where": "开奖公告网页"}
		var state procurement.LotteryState
		r.with(r.t, r.operators[0]).must(http.StatusOK, "POST", "/api/v1/lottery-results", entry).into(r.t, &state)
		if state.Confirmed {
			r.t.Error("one official's reading counts")
		}
		r.with(r.t, r.operators[1]).must(http.StatusOK, "POST", "/api/v1/lottery-results", entry).into(r.t, &state)
		if !state.Confirmed {
			r.t.Errorf("two agree: %+v", state)
		}
		r.entropy = draw.Entropy{Lottery: &draw.LotteryValue{Numbers: slices.Sorted(slices.Values(lotteryNumbers))}}
	case procurement.Commit:
		r.until(r.t, r.id, "opened", func(d procurement.Detail) bool { return d.Opened })
		r.with(r.t, r.supervisor).must(http.StatusNoContent, "POST", r.at("/reveal"), m{"value": r.values["supervisor"]})
		wrong := sha256.Sum256([]byte("another"))
		if a := r.owner.do("POST", r.at("/reveal"), m{"value": hex.EncodeToString(wrong[:])}); !a.blames("value") {
			r.t.Errorf("another value than committed to: %d %s", a.status, a.text)
		}
		r.owner.must(http.StatusNoContent, "POST", r.at("/reveal"), m{"value": r.values["purchaser"]})
	}
}

// number works out the numbers of the pool from the bidders alone.
func (r *deal) number(d procurement.Detail, bidders []hallFirm) {
	r.t.Helper()
	var usccs []string
	for _, f := range bidders {
		usccs = append(usccs, f.uscc)
	}
	pool, err := draw.Freeze(r.id.String(), usccs)
	if err != nil {
		r.t.Fatal(err)
	}
	r.numbers = map[string]int{}
	for _, one := range pool {
		r.numbers[one.USCC] = one.Number
	}
	if d.PoolHash != draw.PoolHash(r.id.String(), pool) || len(d.Bids) != len(bidders) {
		raw, _ := json.Marshal(d.Bids)
		r.t.Fatalf("the pool is not of those who bid: %s", raw)
	}
	for _, b := range d.Bids {
		i := slices.IndexFunc(r.firms, func(f hallFirm) bool { return f.uscc == b.USCC })
		if b.Number != r.numbers[b.USCC] || b.CreditTenths == nil || *b.CreditTenths != 950+hallCredits[i] {
			r.t.Errorf("%s has number %d and credit %v", b.Agency, b.Number, *b.CreditTenths)
		}
	}
}

func (r *deal) numberOf(i int) int { return r.numbers[r.firms[i].uscc] }
