package selection

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"zjcs/internal/draw"
)

// TestEachStepFindsItsOwn: one thing changed, and the very step that is to guard it says
// so, whatever the digest and the log say.
func TestEachStepFindsItsOwn(t *testing.T) {
	t.Parallel()
	v := makeVectors(t)
	status := func(e Evidence, step string) draw.Status {
		for _, f := range draw.Verify(e.Evidence) {
			if strings.HasPrefix(f.Step, step) && f.Status != draw.OK {
				return f.Status
			}
		}
		return draw.OK
	}
	for name, c := range map[string]struct {
		of, step string
		spoil    func(*Evidence)
		want     draw.Status
	}{
		"the key":                 {"random-sha256", "密钥串", func(e *Evidence) { e.Key = "1./" }, draw.Wrong},
		"the pool's hash":         {"random-sha256", "抽取池摘要", func(e *Evidence) { e.PoolHash = strings.Repeat("0", 64) }, draw.Wrong},
		"two bidders exchanged":   {"random-sha256", "抽取池编号", func(e *Evidence) { p := e.Pool; p[0].USCC, p[1].USCC = p[1].USCC, p[0].USCC }, draw.Wrong},
		"a hidden bidder":         {"random-sha256", "抽取池编号", func(e *Evidence) { e.Pool[0] = draw.Seat{Number: 1, Hash: strings.Repeat("0", 64)} }, draw.Wrong},
		"a row's hash":            {"panel-experts", "抽取表", func(e *Evidence) { e.Draws[0].Picks[0].Hash = strings.Repeat("0", 64) }, draw.Wrong},
		"a row's remainder":       {"panel-experts", "抽取表", func(e *Evidence) { e.Draws[0].Picks[0].Remainder++ }, draw.Wrong},
		"a row's number":          {"reference_price-sha256", "抽取表", func(e *Evidence) { e.Draws[1].Picks[0].Number = e.Draws[1].Picks[0].Number%4 + 1 }, draw.Wrong},
		"a row too few":           {"panel-experts", "抽取表", func(e *Evidence) { e.Draws[0].Picks = e.Draws[0].Picks[:4] }, draw.Wrong},
		"an expert not struck":    {"panel-experts", "抽取表", func(e *Evidence) { e.Struck = []int{2} }, draw.Wrong},
		"a bigger pool":           {"random-sha256", "抽取表", func(e *Evidence) { e.Draws[0].Pool++ }, draw.Wrong},
		"a draw of experts":       {"random-sha256", "抽取表", func(e *Evidence) { e.Draws[0].Purpose = draw.ForPanel }, draw.Wrong},
		"a commitment":            {"reference_price-ties", "熵源", func(e *Evidence) { e.Entropy.Commit[2].Commitment = strings.Repeat("0", 64) }, draw.Wrong},
		"two parties":             {"reference_price-ties", "熵源", func(e *Evidence) { e.Entropy.Commit = e.Entropy.Commit[:2] }, draw.Wrong},
		"two kinds of entropy":    {"reference_price-ties", "熵源", func(e *Evidence) { e.Entropy.Lottery = &draw.LotteryValue{} }, draw.Wrong},
		"a fallback not named":    {"reference_price-ties", "文件格式", func(e *Evidence) { e.Fallback = nil }, draw.Wrong},
		"an old lottery":          {"reference_price-discount", "熵源", func(e *Evidence) { e.FrozenAt = e.FrozenAt.Add(72 * time.Hour) }, draw.Wrong},
		"a pool frozen too late":  {"random-struck", "先后次序", func(e *Evidence) { e.FrozenAt = e.SelectionAt.Add(2 * time.Second) }, draw.Unchecked},
		"a pool frozen in time":   {"random-struck", "先后次序", func(e *Evidence) { e.FrozenAt = e.SelectionAt.Add(time.Second) }, draw.OK},
		"nothing":                 {"random-struck", "", func(*Evidence) {}, draw.OK},
		"struck numbers unsorted": {"panel-experts", "文件格式", func(e *Evidence) { e.Struck = []int{5, 2} }, draw.Wrong},
	} {
		var e Evidence
		if err := json.Unmarshal(v.Evidence[c.of], &e); err != nil {
			t.Fatal(err)
		}
		c.spoil(&e)
		if got := status(e, c.step); got != c.want {
			t.Errorf("%s: %s is %s, want %s", name, c.step, got, c.want)
		}
	}
}

// TestReceiptsOfAnotherLog: a checkpoint counts only for the log that it names, and a
// proof only for its own line.
func TestReceiptsOfAnotherLog(t *testing.T) {
	t.Parallel()
	l := newLog(t)
	at := l.add("a", 1)
	for i := range 6 {
		l.add("b", i)
	}
	good := l.receipt(at)
	if err := good.Verify(l.vkey); err != nil {
		t.Fatal(err)
	}
	sign := func(text string) string {
		signed, err := note.Sign(&note.Note{Text: text}, l.signer)
		if err != nil {
			t.Fatal(err)
		}
		return string(signed)
	}
	body, _, _ := strings.Cut(good.Checkpoint, "\n\n")
	lines := strings.Split(body, "\n")
	for name, spoil := range map[string]func(*draw.Receipt){
		"another origin": func(r *draw.Receipt) {
			r.Checkpoint = sign("another.invalid/log\n" + lines[1] + "\n" + lines[2] + "\n")
		},
		"a size with a zero":   func(r *draw.Receipt) { r.Checkpoint = sign(lines[0] + "\n0" + lines[1] + "\n" + lines[2] + "\n") },
		"a smaller tree":       func(r *draw.Receipt) { r.Checkpoint = sign(lines[0] + "\n4\n" + lines[2] + "\n") },
		"no root":              func(r *draw.Receipt) { r.Checkpoint = sign(lines[0] + "\n" + lines[1] + "\nAAAA\n") },
		"one line":             func(r *draw.Receipt) { r.Checkpoint = sign(lines[0] + "\n") },
		"a negative index":     func(r *draw.Receipt) { r.Index = -1 },
		"an index beyond":      func(r *draw.Receipt) { r.Index = 7 },
		"another index":        func(r *draw.Receipt) { r.Index = 1 },
		"another line":         func(r *draw.Receipt) { r.Leaf = l.receipt(at + 1).Leaf },
		"a shorter proof":      func(r *draw.Receipt) { r.Proof = r.Proof[1:] },
		"a longer proof":       func(r *draw.Receipt) { r.Proof = append(r.Proof, r.Proof[0]) },
		"a proof cut off":      func(r *draw.Receipt) { r.Proof = append([]string{"AAAA"}, r.Proof[1:]...) },
		"no checkpoint at all": func(r *draw.Receipt) { r.Checkpoint = "" },
	} {
		bad := good
		bad.Proof = append([]string(nil), good.Proof...)
		spoil(&bad)
		if bad.Verify(l.vkey) == nil {
			t.Errorf("took %s", name)
		}
	}
}

// TestForgedAwards: what the log has only as a digest is guarded by it all the same.
func TestForgedAwards(t *testing.T) {
	t.Parallel()
	v := makeVectors(t)
	change := func(name string, value any) []draw.Finding {
		var a AwardEvidence
		if err := json.Unmarshal(v.Awards["shortened"], &a); err != nil {
			t.Fatal(err)
		}
		var paper map[string]any
		if err := json.Unmarshal(a.Award, &paper); err != nil {
			t.Fatal(err)
		}
		paper[name] = value
		if name == "salts" {
			delete(paper, name)
			a.Salts = nil
		}
		var err error
		if a.Award, err = json.Marshal(paper); err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		return VerifyAward(raw, v.LogKey)
	}
	for name, value := range map[string]any{
		"items": []string{strings.Repeat("测量<&>", 900)}, "bonusFen": 1, "contact": "电话 13800000001", "amountFen": 1234501, "winner": "另一家",
	} {
		if !draw.Faulty(change(name, value)) {
			t.Errorf("took another %s", name)
		}
	}
	told := change("salts", nil)
	if draw.Faulty(told) || told[1].Status != draw.Unchecked {
		t.Errorf("without salts: %+v", told)
	}
}
