package selection

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"zjcs/internal/draw"
)

const subject = "0199a1b2-0000-7000-8000-000000000004"

// publicLog is a small log of its own, so that receipts are real ones.
type publicLog struct {
	t      testing.TB
	hashes []tlog.Hash
	lines  [][]byte
	signer note.Signer
	vkey   string
}

// steady makes the log's key the same in every run: the vectors must not change.
type steady struct{}

func (steady) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 7
	}
	return len(b), nil
}

func newLog(t testing.TB) *publicLog {
	t.Helper()
	skey, vkey, err := note.GenerateKey(steady{}, "example.invalid/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return &publicLog{t: t, signer: signer, vkey: vkey}
}

func (l *publicLog) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, n := range at {
		out[i] = l.hashes[n]
	}
	return out, nil
}

// add appends a line and returns its index.
func (l *publicLog) add(kind string, body any) int64 {
	l.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		l.t.Fatal(err)
	}
	line, err := json.Marshal(map[string]any{"id": fmt.Sprintf("entry-%d", len(l.lines)), "kind": kind, "subject": subject, "body": json.RawMessage(raw)})
	if err != nil {
		l.t.Fatal(err)
	}
	n := int64(len(l.lines))
	stored, err := tlog.StoredHashes(n, line, l)
	if err != nil {
		l.t.Fatal(err)
	}
	l.hashes = append(l.hashes, stored...)
	l.lines = append(l.lines, line)
	return n
}

func (l *publicLog) receipt(n int64) draw.Receipt {
	l.t.Helper()
	size := int64(len(l.lines))
	root, err := tlog.TreeHash(size, l)
	if err != nil {
		l.t.Fatal(err)
	}
	proof, err := tlog.ProveRecord(size, n, l)
	if err != nil {
		l.t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", l.signer.Name(), size, root)}, l.signer)
	if err != nil {
		l.t.Fatal(err)
	}
	h := tlog.RecordHash(l.lines[n])
	r := draw.Receipt{Entry: fmt.Sprintf("entry-%d", n), Index: n, Leaf: base64.StdEncoding.EncodeToString(l.lines[n]), LeafHash: hex.EncodeToString(h[:]), Checkpoint: string(signed)}
	for _, p := range proof {
		r.Proof = append(r.Proof, p.String())
	}
	return r
}

// publish seals an evidence and gives it the receipts that it would be served with.
func publish(t testing.TB, l *publicLog, d draw.Evidence, in *Input, out *Outcome) Evidence {
	t.Helper()
	named := LogPoolHash
	if d.Purpose == draw.OfPanel {
		named = LogPanelPoolHash
	}
	pool := l.add("bid-pool", map[string]any{named: draw.SeatsHash(d.Procurement, d.Pool)})
	for i := range 5 {
		l.add("other", i)
	}
	e, err := Assemble(d, in, out)
	if err != nil {
		t.Fatal(err)
	}
	at := l.add("result", map[string]any{LogEvidence: e.Digest, LogPoolHash: e.PoolHash})
	l.add("other", "after")
	e.Receipts = []draw.Receipt{l.receipt(pool), l.receipt(at)}
	return e
}

func pool(t testing.TB, n int) []draw.Seat {
	t.Helper()
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("91350100M%09d", i))
	}
	members, err := draw.Freeze(subject, names)
	if err != nil {
		t.Fatal(err)
	}
	return draw.Seats(members)
}

func quicknet(t testing.TB) (draw.Chain, draw.Round) {
	t.Helper()
	raw, err := os.ReadFile("../../draw/testdata/drand-quicknet.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		ChainHash   string `json:"chain_hash"`
		PublicKey   string `json:"public_key"`
		GenesisTime int64  `json:"genesis_time"`
		GroupHash   string `json:"group_hash"`
		Period      int64  `json:"period_s"`
		Rounds      []draw.Round
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	c := draw.Chain{Hash: f.ChainHash, PublicKey: f.PublicKey, GenesisTime: f.GenesisTime, Period: time.Duration(f.Period) * time.Second, GroupHash: f.GroupHash, ID: "quicknet"}
	if h, err := c.InfoHash(); err != nil || h != c.Hash {
		t.Fatalf("the chain's hash is %s, %v", h, err)
	}
	return c, f.Rounds[0]
}

// stage is a draw's evidence by one kind of source, up to the draws themselves.
func stage(t testing.TB, kind string, a draw.Algorithm, seats []draw.Seat) draw.Evidence {
	t.Helper()
	c, r := quicknet(t)
	at := c.TimeOf(r.Round).Add(-2 * time.Second).UTC()
	d := draw.Evidence{Version: 1, Procurement: subject, Number: "CG20261125000004", Purpose: draw.OfSelection, Attempt: 1, Algorithm: a,
		FrozenAt: at.Add(-time.Hour), SelectionAt: at, Pool: seats, Picks: 1, Reserves: 2, FallbackHours: 24,
		Named: draw.Edition{Kind: "drand", Chain: c.Hash, Round: r.Round}, Fallback: &draw.Edition{Kind: "commit"}}
	switch kind {
	case "drand":
		d.Entropy.Drand = draw.DrandOf(c, r)
	case "lottery":
		d.Named = draw.Edition{Kind: "lottery", Game: "双色球", Issue: "2023098", Date: "2023-08-24"}
		d.Entropy.Lottery = &draw.LotteryValue{Game: "双色球", Issue: "2023098", Date: "2023-08-24", Numbers: []uint64{12, 3, 33, 8, 21, 17, 5}}
	case "commit":
		d.UsedFallback = true
		for i, p := range draw.Parties {
			value := bytes.Repeat([]byte{byte(i + 1)}, 32)
			sum := sha256.Sum256(value)
			d.Entropy.Commit = append(d.Entropy.Commit, draw.Reveal{Party: p, Commitment: hex.EncodeToString(sum[:]), Value: hex.EncodeToString(value)})
		}
	}
	var err error
	if d.Key, err = draw.Key(d.Entropy.Sources()); err != nil {
		t.Fatal(err)
	}
	return d
}

func selected(t testing.TB, l *publicLog, kind string, a draw.Algorithm, in Input) Evidence {
	t.Helper()
	d := stage(t, kind, a, pool(t, len(in.Bids)))
	in.Algorithm, in.Key = a, d.Key
	if in.Method == CreditWeighted {
		short, _, _, err := Shortlist(in)
		if err != nil {
			t.Fatal(err)
		}
		in.Choice = &Choice{Number: short[len(short)-1], Reason: "方案切合需要"}
	}
	out, err := Conclude(in)
	if err != nil {
		t.Fatal(err)
	}
	if in.Method == Direct {
		t.Fatal("direct has no draw and so no evidence")
	}
	return publish(t, l, d, &in, &out)
}

// example is one input of any kind with what became of it: the browser's methods must
// find the same.
type example struct {
	Algorithm draw.Algorithm `json:"algorithm"`
	Key       string         `json:"key"`
	Input     Input          `json:"input"`
	Places    []Place        `json:"places"`
	Steps     []Step         `json:"steps"`
	Drawn     [][]int        `json:"drawn"` // numbers that count, of each table
}

func examples(t testing.TB) []example {
	t.Helper()
	inputs := rapid.Custom(anyInput)
	var out []example
	for seed := range 150 {
		in := inputs.Example(seed)
		o, err := Conclude(in)
		if err != nil {
			t.Fatal(err)
		}
		e := example{Algorithm: in.Algorithm, Key: in.Key, Input: in, Places: o.Places, Steps: o.Steps}
		for i := range e.Places {
			e.Places[i].Reason = ""
		}
		for i := range e.Steps {
			e.Steps[i].Text = ""
		}
		for _, d := range o.Draws {
			e.Drawn = append(e.Drawn, draw.Drawn(d.Picks))
		}
		out = append(out, e)
	}
	return out
}

type vectors struct {
	LogKey   string                     `json:"logKey"`
	Evidence map[string]json.RawMessage `json:"evidence"`
	Awards   map[string]json.RawMessage `json:"awards"`
}

func makeVectors(t testing.TB) vectors {
	t.Helper()
	l := newLog(t)
	v := vectors{LogKey: l.vkey, Evidence: map[string]json.RawMessage{}, Awards: map[string]json.RawMessage{}}
	put := func(name string, e Evidence) {
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		v.Evidence[name] = raw
	}
	kinds := []string{"drand", "lottery", "commit"}
	for i, m := range []Method{Random, LowestPrice, ReferencePrice, CreditWeighted, Proposal, Panel} {
		for j, a := range []draw.Algorithm{draw.SHA256, draw.SM3} {
			put(fmt.Sprintf("%s-%s", m, a), selected(t, l, kinds[(i+j)%3], a, anInput(m)))
		}
	}
	// The corners: struck bids, ties, low and outside quotes, a tie at the border, discounts, failure.
	in := anInput(Random)
	in.Bids[0].Struck, in.Bids[3].Struck = "串通投标", "资质失效"
	put("random-struck", selected(t, l, "drand", draw.SHA256, in))
	in = anInput(LowestPrice)
	in.Bids = quotes(2000, 3000, 10000, 10000, 10000, 9999, 20001)
	in.CeilingFen, in.FloorFen, in.Bids[1].Explanation = 20000, 2000, Accepted
	put("lowest_price-low", selected(t, l, "drand", draw.SHA256, in))
	in = anInput(ReferencePrice)
	in.Bids = quotes(10001, 10001, 10001, 10001, 9001, 9001, 9001)
	in.Bids[2].Struck = "资质失效"
	put("reference_price-ties", selected(t, l, "commit", draw.SM3, in))
	in = anInput(ReferencePrice)
	in.CeilingFen, in.MustQuote = 33333, true
	for i, bp := range []int{1000, 1234, 999, 5000, 1} {
		in.Bids[i].QuoteFen, in.Bids[i].DiscountBP = fen(DiscountedFen(33333, bp)), &bp
	}
	in.Bids = in.Bids[:5]
	put("reference_price-discount", selected(t, l, "lottery", draw.SHA256, in))
	in = anInput(CreditWeighted)
	in.Bids = scored(950, 950, 0, 950, 1100, 950, 600)
	in.Keep, in.Shortlist, in.Bids[4].Struck = 4, 2, "资质失效"
	put("credit_weighted-border", selected(t, l, "drand", draw.SM3, in))
	in = anInput(CreditWeighted)
	in.Bids = scored(950, 3)
	put("credit_weighted-two", selected(t, l, "drand", draw.SHA256, in))
	in = anInput(Panel)
	for i := range in.Scores {
		in.Scores[i] = Score{in.Scores[i].Expert, in.Scores[i].Number, 500, 500 + in.Scores[i].Number%2, 500}
	}
	put("panel-ties", selected(t, l, "drand", draw.SHA256, in))
	in = anInput(Proposal)
	in.Choice.Reserves = []int{7}
	put("proposal-ranked", selected(t, l, "drand", draw.SHA256, in))

	d := stage(t, "drand", draw.SHA256, nil)
	seats, _, err := draw.FreezeHidden(subject, []string{"expert-a", "expert-b", "expert-c", "expert-d", "expert-e", "expert-f", "expert-g", "expert-h"})
	if err != nil {
		t.Fatal(err)
	}
	d.Purpose, d.Pool, d.Picks, d.Reserves, d.Struck = draw.OfPanel, seats, 3, 2, []int{2, 5}
	picks, err := draw.Run(d.Algorithm, d.Key, len(seats), 5, map[int]bool{2: true, 5: true})
	if err != nil {
		t.Fatal(err)
	}
	d.Draws = []draw.Table{{Purpose: draw.ForPanel, Pool: len(seats), Picks: picks}}
	put("panel-experts", publish(t, l, d, nil, nil))

	award := func(name string, logged map[string]any, salts map[string]string) {
		body := map[string]any{"number": "ZX20261125000001", "winner": "示例测绘有限公司", "amountFen": 1234500, "contact": "电话 13800000000",
			"items": []string{strings.Repeat("测绘<&>", 900)}}
		if logged == nil {
			logged = body
		}
		for k, v := range body {
			if _, ok := logged[k]; !ok {
				logged[k] = v
			}
		}
		at := l.add("award", logged)
		l.add("other", "after")
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		if v.Awards[name], err = json.Marshal(AwardEvidence{Version: 1, Number: "ZX20261125000001", Procurement: subject, Award: raw, Receipt: l.receipt(at), Salts: salts}); err != nil {
			t.Fatal(err)
		}
	}
	award("plain", nil, nil)
	// As the log has it: what is long as its digest, what is personal as a salted one.
	items, err := json.Marshal([]string{strings.Repeat("测绘<&>", 900)})
	if err != nil {
		t.Fatal(err)
	}
	long := sha256.Sum256(items)
	hidden := sha256.Sum256([]byte("0123456789abcdef电话 13800000000"))
	award("shortened", map[string]any{"contact": "salted-sha256:" + hex.EncodeToString(hidden[:]), "items": map[string]any{"sha256": hex.EncodeToString(long[:]), "bytes": len(items)}},
		map[string]string{"/contact": hex.EncodeToString([]byte("0123456789abcdef"))})
	return v
}

var update = flag.Bool("update", false, "write the vectors in testdata anew")

// TestVectorsAreCurrent: the browser's own code is tested on what this code makes.
func TestVectorsAreCurrent(t *testing.T) {
	t.Parallel()
	for file, v := range map[string]any{"testdata/vectors.json": makeVectors(t), "testdata/examples.json": examples(t)} {
		now, err := json.MarshalIndent(v, "", "")
		if err != nil {
			t.Fatal(err)
		}
		now = append(now, '\n')
		if *update {
			if err := os.WriteFile(file, now, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(kept, now) {
			t.Errorf("%s is not current (%v): go test ./internal/procurement/selection -update", file, err)
		}
	}
}

func TestEvidenceVerifies(t *testing.T) {
	t.Parallel()
	v := makeVectors(t)
	for name, raw := range v.Evidence {
		for _, f := range Verify(raw, v.LogKey) {
			if f.Status != draw.OK {
				t.Errorf("%s: %+v", name, f)
			}
		}
		// Without the log's key the signature is unchecked, and nothing is wrong.
		without := Verify(raw, "")
		if draw.Faulty(without) || !slices.ContainsFunc(without, func(f draw.Finding) bool { return f.Status == draw.Unchecked }) {
			t.Errorf("%s without a key: %+v", name, without)
		}
		other, err := note.NewEd25519VerifierKey("example.invalid/log", make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		if !draw.Faulty(Verify(raw, other)) {
			t.Errorf("%s: took another log's signature", name)
		}
	}
	for name, raw := range v.Awards {
		for _, f := range VerifyAward(raw, v.LogKey) {
			if f.Status != draw.OK {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

// flips are all copies of a JSON document with one scalar changed or one element gone.
func flips(t testing.TB, raw []byte, visit func(path string, changed []byte)) {
	t.Helper()
	decode := func() (v any) {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	root := decode()
	emit := func(path string) {
		b, err := json.Marshal(root)
		if err != nil {
			t.Fatal(err)
		}
		visit(path, b)
	}
	var walk func(v any, path string, set func(any))
	walk = func(v any, path string, set func(any)) {
		switch x := v.(type) {
		case map[string]any:
			for k, child := range x {
				walk(child, path+"."+k, func(n any) { x[k] = n })
				delete(x, k)
				emit(path + "." + k + " gone")
				x[k] = child
			}
		case []any:
			for i, child := range x {
				walk(child, fmt.Sprintf("%s[%d]", path, i), func(n any) { x[i] = n })
			}
			if len(x) > 0 {
				set(x[1:])
				emit(path + " shorter")
				set(x)
			}
		case string:
			for _, n := range []string{x + "1", strings.Map(turned, x)} {
				if n != x {
					set(n)
					emit(path)
				}
			}
			set(x)
		case json.Number:
			for _, n := range []json.Number{"1" + x, "0"} {
				if n != x {
					set(n)
					emit(path)
				}
			}
			set(x)
		case bool:
			set(!x)
			emit(path)
			set(x)
		}
	}
	walk(root, "", func(any) {})
}

func turned(r rune) rune {
	switch r {
	case '0':
		return '1'
	case 'a':
		return 'b'
	}
	return r
}

// TestEveryFlipIsDetected: whatever single field is changed or removed, the file is wrong,
// except that a receipt without its proof is no longer checked, which is told.
func TestEveryFlipIsDetected(t *testing.T) {
	t.Parallel()
	v := makeVectors(t)
	n := 0
	for _, name := range []string{"random-struck", "credit_weighted-border", "reference_price-ties", "panel-experts"} {
		flips(t, v.Evidence[name], func(path string, changed []byte) {
			n++
			found := Verify(changed, v.LogKey)
			told := draw.Faulty(found) || (strings.HasPrefix(path, ".receipts") && slices.ContainsFunc(found, func(f draw.Finding) bool { return f.Status == draw.Unchecked }))
			if !told {
				t.Errorf("%s: %s goes unseen", name, path)
			}
		})
	}
	flips(t, v.Awards["shortened"], func(path string, changed []byte) {
		n++
		found := VerifyAward(changed, v.LogKey)
		told := draw.Faulty(found) || (strings.HasPrefix(path, ".receipt") || strings.HasPrefix(path, ".salts")) && slices.ContainsFunc(found, func(f draw.Finding) bool { return f.Status == draw.Unchecked })
		if !told {
			t.Errorf("award: %s goes unseen", path)
		}
	})
	if n < 1000 {
		t.Errorf("only %d flips", n)
	}
}

// TestRewrittenEvidence is the patient forger: changes a field, recomputes all that can be
// recomputed and the digest. What the rule or the log says stands against it.
func TestRewrittenEvidence(t *testing.T) {
	t.Parallel()
	v := makeVectors(t)
	load := func(name string) Evidence {
		var e Evidence
		if err := json.Unmarshal(v.Evidence[name], &e); err != nil {
			t.Fatal(err)
		}
		return e
	}
	again := func(e *Evidence) { // honest work on dishonest data
		e.PoolHash = draw.SeatsHash(e.Procurement, e.Pool)
		if key, err := draw.Key(e.Entropy.Sources()); err == nil {
			e.Key = key
		}
		if e.Input != nil {
			in := *e.Input
			in.Algorithm, in.Key = e.Algorithm, e.Key
			if out, err := Conclude(in); err == nil {
				e.Outcome, e.Draws = &out, out.Draws
			}
		}
	}
	for name, c := range map[string]struct {
		of    string
		step  string // that finds it even without receipts; empty: only the log does
		spoil func(*Evidence)
	}{
		"another quote":        {"lowest_price-sha256", "", func(e *Evidence) { *e.Input.Bids[0].QuoteFen += 100000 }},
		"a bid struck":         {"random-sha256", "", func(e *Evidence) { e.Input.Bids[2].Struck, e.Struck = "资质失效", []int{3} }},
		"another bidder":       {"random-sha256", "抽取池编号", func(e *Evidence) { e.Pool[1].USCC, e.Pool[2].USCC = e.Pool[2].USCC, e.Pool[1].USCC }},
		"a number twice":       {"random-sha256", "抽取池编号", func(e *Evidence) { e.Pool[1].Number = 1 }},
		"an earlier round":     {"random-struck", "熵源", func(e *Evidence) { e.Entropy.Drand.Round.Round--; e.Named.Round-- }},
		"a later selection":    {"random-struck", "熵源", func(e *Evidence) { e.SelectionAt = e.SelectionAt.Add(3 * time.Second) }},
		"randomness of choice": {"random-struck", "熵源", func(e *Evidence) { e.Entropy.Drand.Randomness = strings.Repeat("ab", 32) }},
		"a key of one's own":   {"random-struck", "熵源", func(e *Evidence) { e.Entropy.Drand.GroupHash = strings.Repeat("ab", 32) }},
		"another value":        {"reference_price-ties", "熵源", func(e *Evidence) { e.Entropy.Commit[1].Value = strings.Repeat("ab", 32) }},
		"parties exchanged":    {"reference_price-ties", "熵源", func(e *Evidence) { c := e.Entropy.Commit; c[0], c[1] = c[1], c[0] }},
		"another issue":        {"reference_price-discount", "熵源", func(e *Evidence) { e.Entropy.Lottery.Issue = "2023099" }},
		"other numbers":        {"reference_price-discount", "", func(e *Evidence) { e.Entropy.Lottery.Numbers[0]++ }},
		"md5":                  {"random-sha256", "文件格式", func(e *Evidence) { e.Algorithm = draw.MD5 }},
		"a silent fallback":    {"random-struck", "熵源", func(e *Evidence) { e.UsedFallback = true }},
		"struck at the draw":   {"random-sha256", "参与选取的响应", func(e *Evidence) { e.Struck = []int{1} }},
	} {
		e := load(c.of)
		c.spoil(&e)
		again(&e)
		sealed, err := e.Seal()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(sealed)
		if err != nil {
			t.Fatal(err)
		}
		wrong := func(fs []draw.Finding, step string) bool {
			return slices.ContainsFunc(fs, func(f draw.Finding) bool { return f.Status == draw.Wrong && strings.HasPrefix(f.Step, step) })
		}
		if found := Verify(raw, v.LogKey); !wrong(found, "公共日志：本文件") {
			t.Errorf("%s: the log does not tell: %+v", name, found)
		}
		sealed.Receipts = nil
		if raw, err = json.Marshal(sealed); err != nil {
			t.Fatal(err)
		}
		if found := Verify(raw, ""); c.step != "" && !wrong(found, c.step) {
			t.Errorf("%s: unseen by %s: %+v", name, c.step, found)
		}
	}
	// A row of the table, the outcome, the reason: each alone, with the digest made anew.
	for name, spoil := range map[string]func(*Evidence){
		"a row":     func(e *Evidence) { e.Draws[0].Picks[1].Number = e.Draws[0].Picks[2].Number },
		"a winner":  func(e *Evidence) { p := e.Outcome.Places; p[0].Number, p[1].Number = p[1].Number, p[0].Number },
		"a reason":  func(e *Evidence) { e.Outcome.Places[0].Reason = "最好" },
		"a step":    func(e *Evidence) { e.Outcome.Steps[0].Value = "1" },
		"a skipped": func(e *Evidence) { e.Draws[0].Picks[0].Struck = true },
	} {
		e := load("panel-ties")
		spoil(&e)
		sealed, err := e.Seal()
		if err != nil {
			t.Fatal(err)
		}
		sealed.Receipts = nil
		raw, err := json.Marshal(sealed)
		if err != nil {
			t.Fatal(err)
		}
		if !draw.Faulty(Verify(raw, "")) {
			t.Errorf("%s goes unseen", name)
		}
	}
	for name, raw := range map[string]string{"nothing": "", "a list": "[]", "a tail": string(v.Evidence["panel-ties"]) + "{}", "more members": `{"version":1,"more":1}`} {
		if !draw.Faulty(Verify([]byte(raw), v.LogKey)) || !draw.Faulty(VerifyAward([]byte(raw), v.LogKey)) {
			t.Errorf("took %s", name)
		}
	}
	// After a void draw the decision names a round ahead; never one that has been.
	for round, ok := range map[uint64]bool{999: false, 1000: true, 1001: false} {
		e := load("random-struck")
		e.Attempt, e.SelectionAt = 2, e.SelectionAt.Add(-time.Minute)
		e.Entropy.Drand.Round.Round, e.Named.Round = round, 1000
		if round == 999 {
			e.Named.Round = 999
		}
		if found := draw.Verify(e.Evidence); draw.Faulty(found) == ok {
			t.Errorf("round %d: %+v", round, found)
		}
		if e.Attempt = 1; !draw.Faulty(draw.Verify(e.Evidence)) {
			t.Errorf("a first draw took round %d", round)
		}
	}
	e := load("random-struck")
	e.Attempt, e.SelectionAt = 2, e.SelectionAt.Add(time.Minute)
	if !draw.Faulty(draw.Verify(e.Evidence)) {
		t.Error("took a round that had been when the decision was made")
	}
	// A fallback may wait for its hours; the source first named may not.
	e = load("random-struck")
	e.SelectionAt, e.FrozenAt = e.SelectionAt.Add(-24*time.Hour), e.FrozenAt.Add(-24*time.Hour)
	if !draw.Faulty(draw.Verify(e.Evidence)) {
		t.Error("took the round of a day later from the named source")
	}
	e.UsedFallback, e.Fallback, e.Named = true, &draw.Edition{Kind: "drand", Chain: e.Named.Chain}, draw.Edition{Kind: "lottery"}
	if found := draw.Verify(e.Evidence); draw.Faulty(found) {
		t.Errorf("a fallback after its hours: %+v", found)
	}
	// The pool must have been logged before the draw.
	e = load("random-sha256")
	l := newLog(t)
	at := l.add("result", map[string]any{LogEvidence: e.Digest})
	late := l.add("bid-pool", map[string]any{LogPoolHash: e.PoolHash})
	e.Receipts = []draw.Receipt{l.receipt(at), l.receipt(late)}
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if !draw.Faulty(Verify(raw, l.vkey)) {
		t.Error("took a pool that was logged after the draw")
	}
}
