package app_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	reader "github.com/ledongthuc/pdf"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"zjcs/internal/draw"
	"zjcs/internal/ledger"
	"zjcs/internal/notice"
	"zjcs/internal/platform/money"
	"zjcs/internal/platform/page"
	"zjcs/internal/procurement"
	"zjcs/internal/procurement/selection"
)

// hallCredits are what records add to the base of the firms, in tenths of a point.
var hallCredits = []int{30, 20, 10, 0, 20, 0, 0}

// minimums by rule, as domain.md section 5 has them.
var minimums = map[string]int{"random": 3, "lowest_price": 2, "reference_price": 3, "credit_weighted": 2, "proposal": 2, "panel": 3, "direct": 1}

// inputs are what the method is given, made of what the firms bid and what people decided,
// and of nothing that the program says of it but the platform's own value.
func (r *deal) inputs() selection.Input {
	r.t.Helper()
	in := selection.Input{}
	if r.input != nil {
		in = r.input(r)
	}
	in.Method = selection.Method(r.terms["method"].(string))
	in.Algorithm, in.Minimum, in.Reserves, in.MustQuote = draw.SHA256, minimums[string(in.Method)], selection.Reserves, r.quotes != nil
	if a, other := r.terms["algorithm"].(string); other {
		in.Algorithm = draw.Algorithm(a)
	}
	if in.Method == selection.Direct {
		in.Reserves = 0
		in.Choice = &selection.Choice{Number: r.numbers[r.terms["directUscc"].(string)], Reason: r.terms["directReason"].(string)}
	} else {
		key, err := draw.Key(r.entropy.Sources())
		if err != nil {
			r.t.Fatal(err)
		}
		in.Key, in.Choice = key, r.choice
	}
	in.Scores = r.scores
	for i, f := range r.firms {
		n, bids := r.numbers[f.uscc]
		if !bids {
			continue
		}
		b := selection.Bid{Number: n, CreditTenths: 950 + hallCredits[i], Explanation: r.said[n]}
		if r.quotes != nil {
			b.QuoteFen = &r.quotes[i]
		}
		in.Bids = append(in.Bids, b)
	}
	return in
}

// evidence is what anyone may fetch of a draw, with the receipts of its lines.
func (r *deal) evidence(purpose string) (raw []byte, e selection.Evidence) {
	r.t.Helper()
	address := r.base + r.at("/draws/"+purpose)
	if !eventually(r.t, func() bool {
		_, text := get(r.t, address)
		raw, e = []byte(text), selection.Evidence{}
		if err := json.Unmarshal(raw, &e); err != nil {
			r.t.Fatalf("%v: %s", err, text)
		}
		return len(e.Receipts) > 0
	}) {
		r.t.Fatal("the lines of the draw have no receipts long after they were written")
	}
	return raw, e
}

// checkResult wants what the pure function finds, with the reason of every firm.
func (r *deal) checkResult(d procurement.Detail, bidders []hallFirm) {
	r.t.Helper()
	if r.source == procurement.Commit {
		_, e := r.evidence(draw.OfSelection)
		for _, one := range e.Entropy.Commit {
			if own, given := r.values[one.Party]; given && own != one.Value || !given && one.Party != "platform" {
				r.t.Errorf("the draw rests on another value of %s", one.Party)
			}
		}
		r.entropy = e.Entropy
	}
	want, err := selection.Conclude(r.inputs())
	if err != nil || want.Failure != "" {
		r.t.Fatalf("%v %s", err, want.Failure)
	}
	by := map[int]procurement.PublicBid{}
	for _, b := range d.Bids {
		by[b.Number] = b
	}
	reserves := 0
	for _, p := range want.Places {
		got := by[p.Number]
		if string(got.State) != string(p.Result) || got.Place != p.Place || got.Reason != p.Reason || !chinese.MatchString(got.Reason) {
			r.t.Errorf("number %d is %s at place %d (%s); the pure function finds %s at %d (%s)", p.Number, got.State, got.Place, got.Reason, p.Result, p.Place, p.Reason)
		}
		if p.Result == selection.Reserve {
			reserves++
		}
	}
	if wanted := min(len(bidders)-1, selection.Reserves); r.terms["method"] != "direct" && reserves != wanted && r.terms["method"] != "credit_weighted" {
		r.t.Errorf("%d reserves, want %d", reserves, wanted)
	}
	r.knownWinner(by[want.Winner()])
}

// knownWinner holds the result against what one sees without computing anything.
func (r *deal) knownWinner(w procurement.PublicBid) {
	r.t.Helper()
	known := map[string]int{"lowest_price": 4, "proposal": 2}
	if i, certain := known[r.terms["method"].(string)]; certain && w.USCC != r.firms[i].uscc {
		r.t.Errorf("%s won, not %s", w.Agency, r.firms[i].name)
	}
	if r.terms["method"] == "reference_price" && (w.USCC == r.firms[0].uscc || w.USCC == r.firms[6].uscc) {
		r.t.Errorf("a dropped quote won: %s", w.Agency)
	}
}

// checkEvidence runs the verifier that everyone can run, with the public log's key.
func (r *deal) checkEvidence(purpose string) {
	r.t.Helper()
	if r.terms["method"] == "direct" { // nothing is drawn
		if res, _ := get(r.t, r.base+r.at("/draws/"+purpose)); res.StatusCode != http.StatusNotFound {
			r.t.Errorf("a draw where nothing is drawn: %d", res.StatusCode)
		}
		return
	}
	raw, e := r.evidence(purpose)
	key := getJSON[logHead](r.t, r.base+"/api/v1/ledger").Key
	for _, f := range selection.Verify(raw, key) {
		// The round of the test was published long before its pool was frozen, and the reader is told.
		late := f.Step == "先后次序" && r.source == procurement.Drand
		if f.Status != draw.OK && !late {
			r.t.Errorf("%s: %s: %s", f.Step, f.Status, f.Text)
		}
	}
	if changed := bytes.Replace(raw, []byte(e.PoolHash[:8]), []byte("00000000"), 1); !draw.Faulty(selection.Verify(changed, key)) {
		r.t.Error("a changed file passes")
	}
	for _, one := range e.Receipts {
		r.checkLine(one.Entry)
	}
}

// checkLine follows a line of the public log to a signed checkpoint with the reference
// implementation of the tree (RFC 6962) and of signed notes alone.
func (r *deal) checkLine(entry string) (line draw.Leaf) {
	r.t.Helper()
	var in ledger.Inclusion
	r.eventually("line "+entry+" has its proof", func() bool {
		res, text := get(r.t, r.base+"/api/v1/ledger/entries/"+entry)
		return res.StatusCode == http.StatusOK && json.Unmarshal([]byte(text), &in) == nil
	})
	_, key := get(r.t, r.base+"/ledger/key")
	verifier, err := note.NewVerifier(strings.TrimSpace(key))
	if err != nil {
		r.t.Fatal(err)
	}
	signed, err := note.Open([]byte(in.Checkpoint), note.VerifierList(verifier))
	if err != nil {
		r.t.Fatal(err)
	}
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + strings.SplitN(signed.Text, "\n", 2)[1]))
	if err != nil {
		r.t.Fatal(err)
	}
	var proof tlog.RecordProof
	for _, p := range in.Proof {
		h, err := tlog.ParseHash(p)
		if err != nil {
			r.t.Fatal(err)
		}
		proof = append(proof, h)
	}
	leaf, err := hex.DecodeString(in.LeafHash)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, *in.Index, tlog.Hash(leaf)); err != nil {
		r.t.Errorf("line %s: %v", entry, err)
	}
	line, err = draw.Receipt{Entry: entry, Leaf: in.Leaf, LeafHash: in.LeafHash}.Line()
	if err != nil || line.Subject != r.id.String() {
		r.t.Errorf("line %s: %v, of %s", entry, err, line.Subject)
	}
	return line
}

// tellsLosers: each firm is shown its own place and told where it sees why; nobody but the
// winner is told that it won.
func (r *deal) tellsLosers(d procurement.Detail, bidders []hallFirm) {
	r.t.Helper()
	for _, f := range bidders {
		who := r.as(r.t, f.agent)
		var own procurement.Standing
		who.must(http.StatusOK, "GET", r.at("/my-standing"), nil).into(r.t, &own)
		if own.Own.USCC != f.uscc || own.Own.Reason == "" || own.Winner == nil || own.Bidders != len(bidders) || own.ObjectUntil == nil {
			r.t.Errorf("%s is shown %+v", f.name, own)
			continue
		}
		var box page.Page[notice.Received]
		who.must(http.StatusOK, "GET", "/api/v1/messages?limit=100", nil).into(r.t, &box)
		told := slices.ContainsFunc(box.Items, func(x notice.Received) bool {
			return strings.Contains(x.Title, d.Title) && strings.HasPrefix(x.Title, "选取结果") && strings.Contains(x.Body, "中选 "+own.Winner.Agency) && x.Link == "/procurements/"+r.id.String()
		})
		if !told {
			r.t.Errorf("%s was told nothing of the result", f.name)
		}
	}
}

// checkAward fetches the award as anyone may: the paper, and its line in the public log.
func (r *deal) checkAward(d procurement.Detail) {
	r.t.Helper()
	at := slices.IndexFunc(d.Bids, func(b procurement.PublicBid) bool { return b.State == procurement.BidSelected })
	if at < 0 || len(d.Awards) != 1 || !d.Awards[0].Valid {
		r.t.Fatalf("awards %+v", d.Awards)
	}
	winner, award := d.Bids[at], d.Awards[0]
	price := int64(800_000)
	if winner.QuoteFen != nil {
		price = *winner.QuoteFen
	}
	if award.Agency != winner.Agency || award.PriceFen != price {
		r.t.Errorf("the award says %+v, number %d won at %d fen", award, winner.Number, price)
	}
	var raw string
	r.eventually("the award has its receipt", func() bool {
		res, text := get(r.t, r.base+r.at("/award"))
		raw = text
		return res.StatusCode == http.StatusOK
	})
	key := getJSON[logHead](r.t, r.base+"/api/v1/ledger").Key
	for _, f := range selection.VerifyAward([]byte(raw), key) {
		if f.Status != draw.OK {
			r.t.Errorf("%s: %s: %s", f.Step, f.Status, f.Text)
		}
	}
	if forged := strings.Replace(raw, fmt.Sprintf(`"priceFen":%d`, price), fmt.Sprintf(`"priceFen":%d`, price+1), 1); forged == raw || !draw.Faulty(selection.VerifyAward([]byte(forged), key)) {
		r.t.Error("an award over another sum passes")
	}
	res, paper := get(r.t, r.base+r.at("/award.pdf"))
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/pdf" {
		r.t.Fatalf("the paper: %d %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	doc, err := reader.NewReader(strings.NewReader(paper), int64(len(paper)))
	if err != nil {
		r.t.Fatal(err)
	}
	words, err := doc.GetPlainText()
	if err != nil {
		r.t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(words); err != nil {
		r.t.Fatal(err)
	}
	plain := strings.Join(strings.Fields(text.String()), "")
	for _, want := range []string{award.Number, winner.Agency, d.Purchaser, money.Capital(price), d.MethodLabel} {
		if !strings.Contains(plain, want) {
			r.t.Errorf("the paper does not say %s", want)
		}
	}
}

// checkCourse: the public page has every step, each that decides anything in the public log
// and in the order of the log.
func (r *deal) checkCourse(d procurement.Detail) {
	r.t.Helper()
	d = r.until(r.t, d.ID, "placed in the public log", procurement.Detail.Placed)
	var steps []string
	last := int64(-1)
	for _, c := range d.Course {
		steps = append(steps, string(c.Action))
		if c.EntryID == nil {
			continue
		}
		if c.Index == nil || *c.Index <= last {
			r.t.Errorf("%s stands at %v in the log, after line %d", c.Action, c.Index, last)
			continue
		}
		last = *c.Index
		r.checkLine(c.EntryID.String())
	}
	for _, must := range []string{"publish", "freeze", "award"} {
		if n := len(slices.DeleteFunc(slices.Clone(steps), func(s string) bool { return s != must })); n != 1 {
			r.t.Errorf("%d steps %q: %v", n, must, steps)
		}
	}
	if res, page := get(r.t, r.base+"/procurements/"+r.id.String()); res.StatusCode != http.StatusOK || !strings.Contains(page, d.Awards[0].Number) {
		r.t.Errorf("the public page: %d", res.StatusCode)
	}
}
