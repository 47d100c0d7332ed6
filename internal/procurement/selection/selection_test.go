package selection

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zjcs/internal/draw"
)

func fen(n int64) *int64 { return &n }

func quotes(sums ...int64) []Bid {
	out := make([]Bid, len(sums))
	for i, s := range sums {
		out[i] = Bid{Number: i + 1, QuoteFen: fen(s)}
	}
	return out
}

func scored(tenths ...int) []Bid {
	out := make([]Bid, len(tenths))
	for i, s := range tenths {
		out[i] = Bid{Number: i + 1, CreditTenths: s}
	}
	return out
}

func conclude(t rapid.TB, in Input) Outcome {
	t.Helper()
	if in.Algorithm == "" {
		in.Algorithm = draw.SHA256
	}
	if in.Key == "" {
		in.Key = "7./"
	}
	out, err := Conclude(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func place(t rapid.TB, o Outcome, number int) Place {
	t.Helper()
	for _, p := range o.Places {
		if p.Number == number {
			return p
		}
	}
	t.Fatalf("number %d has no place in %+v", number, o.Places)
	return Place{}
}

func step(t rapid.TB, o Outcome, name string) Step {
	t.Helper()
	for _, s := range o.Steps {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no step %s in %+v", name, o.Steps)
	return Step{}
}

// order is the tie order of a key, computed here from the draw alone.
func order(t rapid.TB, key string, pool int) []int {
	t.Helper()
	picks, err := draw.Run(draw.SHA256, key, pool, pool, nil)
	if err != nil {
		t.Fatal(err)
	}
	return draw.Drawn(picks)
}

// TestSumsInGroups: a sum of many digits is read in groups of three wherever it is said.
func TestSumsInGroups(t *testing.T) {
	t.Parallel()
	in := Input{Method: LowestPrice, LowPercent: 70, FloorFen: 100_000_000, CeilingFen: 200_000_000, Minimum: 2, Reserves: 2, Bids: quotes(190_000_000, 180_000_050, 100_000_100, 99_999_999, 200_000_001)}
	o := conclude(t, in)
	for n, says := range map[int]string{2: "报价 1,800,000.50 元", 3: "报价 1,000,001.00 元低于有效报价平均值 1,566,667.17 元的 70%（1,096,667.02 元）",
		4: "报价 999,999.99 元低于最低限价 1,000,000.00 元", 5: "报价 2,000,000.01 元高于最高限价 2,000,000.00 元"} {
		if p := place(t, o, n); !strings.Contains(p.Reason, says) {
			t.Errorf("%d: %s", n, p.Reason)
		}
	}
	if !strings.Contains(o.Steps[0].Text, "平均值为 1,566,667.17 元") || strings.Contains(o.Steps[0].Value, ",") {
		t.Errorf("%+v", o.Steps[0])
	}
}

func TestLowestByHand(t *testing.T) {
	t.Parallel()
	// Valid: 60, 100, 100, 100, 90 yuan; mean 90, line 63. 6 is over the ceiling, 7 under the floor.
	in := Input{Method: LowestPrice, LowPercent: 70, FloorFen: 5000, CeilingFen: 12000, Minimum: 3, Reserves: 2,
		Bids: quotes(6000, 10000, 10000, 10000, 9000, 12001, 4999)}
	s, err := Screen(in)
	if err != nil || !slices.Equal(s.NeedsExplanation, []int{1}) || s.Mean.RatString() != "9000" || !slices.Equal(s.Valid, []int{1, 2, 3, 4, 5}) {
		t.Fatalf("%+v %v", s, err)
	}
	o := conclude(t, in)
	if o.Winner() != 5 {
		t.Errorf("%d wins", o.Winner())
	}
	for n, says := range map[int]string{1: "60.00 元低于有效报价平均值 90.00 元的 70%（63.00 元），没有说明", 6: "120.01 元高于最高限价 120.00 元", 7: "49.99 元低于最低限价 50.00 元"} {
		if p := place(t, o, n); p.Result != Disqualified || !strings.Contains(p.Reason, says) {
			t.Errorf("%d: %+v", n, p)
		}
	}
	// The tie of 2, 3, 4 is the draw's, and so are the reserves.
	tied := slices.DeleteFunc(order(t, "7./", 7), func(n int) bool { return n < 2 || n > 4 })
	for i, n := range tied {
		want := Reserve
		if i == 2 {
			want = NotSelected
		}
		if p := place(t, o, n); p.Result != want || p.Rank != i+2 || !strings.Contains(p.Reason, "由抽取决定") {
			t.Errorf("%d: %+v", n, p)
		}
	}
	if p := place(t, o, 5); strings.Contains(p.Reason, "由抽取决定") {
		t.Errorf("an untied winner: %+v", p)
	}
	in.Bids[0].Explanation = Accepted
	if o := conclude(t, in); o.Winner() != 1 {
		t.Errorf("explained and accepted, yet %d wins", o.Winner())
	}
	in.Bids[0].Explanation = Rejected
	if p := place(t, conclude(t, in), 1); !strings.Contains(p.Reason, "说明未被采纳") {
		t.Errorf("%+v", p)
	}
	// At the limits a quote is valid.
	if s, err := Screen(Input{Method: LowestPrice, LowPercent: 70, FloorFen: 100, CeilingFen: 120, Bids: quotes(100, 120, 99, 121)}); err != nil || !slices.Equal(s.Valid, []int{1, 2}) {
		t.Errorf("at the limits: %+v %v", s, err)
	}
	// Exactly 70 % of the mean is not under it: 70, 115, 115 → mean 100, line 70.
	if s, _ := Screen(Input{Method: LowestPrice, LowPercent: 70, Bids: quotes(7000, 11500, 11500)}); len(s.NeedsExplanation) != 0 {
		t.Errorf("at the line: %v", s.NeedsExplanation)
	}
	if s, _ := Screen(Input{Method: LowestPrice, LowPercent: 70, Bids: quotes(6999, 11500, 11501)}); !slices.Equal(s.NeedsExplanation, []int{1}) {
		t.Errorf("a fen under the line: %v", s.NeedsExplanation)
	}
	// The line is fixed once: 10, 20, 100, 100, 100 → mean 66, line 46.2. Were the mean
	// taken again without 10 and 20, nothing else may fall under it: 60 of 10, 60, 100,
	// 100, 100 (line 51.8) stays although it is under 70 % of the new mean 90 (63).
	o = conclude(t, Input{Method: LowestPrice, LowPercent: 70, Bids: quotes(1000, 6000, 10000, 10000, 10000)})
	if o.Winner() != 2 || place(t, o, 1).Result != Disqualified {
		t.Errorf("the line moved: %+v", o.Places)
	}
}

func TestReferenceByHand(t *testing.T) {
	t.Parallel()
	base := func(key string) int {
		picks, err := draw.Run(draw.SHA256, key, 4, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		return 94 + picks[0].Number
	}
	// Six quotes: 50 and 500 are dropped, mean of 100, 102, 104, 106 is 103.
	in := Input{Method: ReferencePrice, Bases: []int{95, 96, 97, 98}, Reserves: 2, Bids: quotes(50000, 10000, 10200, 10400, 10600, 5000)}
	seen := map[int]bool{}
	for i := range 40 {
		in.Key = fmt.Sprintf("%d./", i)
		b := base(in.Key)
		seen[b] = true
		o := conclude(t, in)
		ref := map[int]string{95: "9785", 96: "9888", 97: "9991", 98: "10094"}[b]
		win := map[int]int{95: 2, 96: 2, 97: 2, 98: 2}[b]
		if step(t, o, "reference").Value != ref || step(t, o, "mean").Value != "10300" || o.Winner() != win {
			t.Fatalf("base %d: %+v", b, o)
		}
		if got := step(t, o, "dropped").Numbers; !slices.Equal(got, []int{1, 6}) {
			t.Fatalf("dropped %v", got)
		}
	}
	if len(seen) != 4 {
		t.Errorf("bases drawn: %v", seen)
	}
	// Five are all kept, dropped or not: 50 and 500 count.
	in.Bids, in.Key = quotes(50000, 10000, 10200, 10400, 5000), "1./"
	o := conclude(t, in)
	if step(t, o, "mean").Value != "17120" || place(t, o, 1).Rank == 0 {
		t.Errorf("%+v", o)
	}
	// Half a fen goes up: mean 10 fen × 95 % = 9.5 → 10.
	in.Bases, in.Bids = []int{95}, quotes(10, 10, 10)
	if v := step(t, conclude(t, in), "reference").Value; v != "10" {
		t.Errorf("9.5 fen → %s", v)
	}
	// Of equal highest quotes the one drawn last is dropped.
	in.Bids = quotes(100, 100, 100, 100, 100, 100)
	for i := range 20 {
		in.Key = fmt.Sprintf("%d./", i)
		o, turn := conclude(t, in), order(t, in.Key, 6)
		if got := step(t, o, "dropped").Numbers; !slices.Equal(got, []int{turn[4], turn[5]}) || o.Winner() != turn[0] {
			t.Fatalf("all equal: order %v, dropped %v, %d wins", turn, got, o.Winner())
		}
	}
	// Nearest on either side: 98 and 102 of 100 are a tie, the draw's.
	in.Bases = []int{100}
	in.Bids = quotes(98, 102, 100)
	in.Bids[2].Struck = "被取消资格"
	for i := range 20 {
		in.Key = fmt.Sprintf("%d./", i)
		turn := slices.DeleteFunc(order(t, in.Key, 3), func(n int) bool { return n == 3 })
		if o := conclude(t, in); o.Winner() != turn[0] {
			t.Fatalf("order %v, %d wins", turn, o.Winner())
		}
	}
}

func TestRandomByHand(t *testing.T) {
	t.Parallel()
	in := Input{Method: Random, Key: "9319./", Reserves: 2, Minimum: 3, Bids: scored(950, 950, 950, 950, 950, 950)}
	turn := order(t, in.Key, 6)
	o := conclude(t, in)
	for i, n := range turn {
		want := Place{Number: n, Result: NotSelected}
		switch i {
		case 0:
			want.Result, want.Place, want.Rank = Selected, 1, 1
		case 1, 2:
			want.Result, want.Place, want.Rank = Reserve, i+1, i+1
		}
		got := place(t, o, n)
		got.Reason = ""
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if len(o.Draws) != 1 || len(o.Draws[0].Picks) != 3 {
		t.Errorf("%+v", o.Draws)
	}
	// The winner struck: the reserves move up in the order drawn, nobody is renumbered.
	in.Bids[turn[0]-1].Struck = "串通投标"
	o = conclude(t, in)
	if o.Winner() != turn[1] || place(t, o, turn[2]).Place != 2 || place(t, o, turn[3]).Place != 3 || place(t, o, turn[0]).Reason != "串通投标" {
		t.Errorf("order %v: %+v", turn, o.Places)
	}
	if p := o.Draws[0].Picks[0]; p.Number != turn[0] || !p.Struck {
		t.Errorf("the struck row is gone: %+v", p)
	}
}

func TestCreditByHand(t *testing.T) {
	t.Parallel()
	// 4 and 5 tie at the border of the first three; the draw says which stays.
	in := Input{Method: CreditWeighted, Keep: 3, Shortlist: 2, Reserves: 2, Bids: scored(1000, 1100, 600, 950, 950), Key: "1./"}
	if _, err := Conclude(Input{Method: CreditWeighted, Algorithm: draw.SHA256, Keep: 3, Shortlist: 2, Bids: in.Bids, Key: "1./"}); !errors.Is(err, ErrChoice) {
		t.Fatalf("without a choice: %v", err)
	}
	stayed := map[int]bool{}
	for i := range 30 {
		in.Algorithm, in.Key, in.Choice = draw.SHA256, fmt.Sprintf("%d./", i), nil
		short, tables, _, err := Shortlist(in)
		if err != nil || len(short) != 2 {
			t.Fatalf("%v %v", short, err)
		}
		turn := order(t, in.Key, 5)
		border := 4
		if slices.Index(turn, 5) < slices.Index(turn, 4) {
			border = 5
		}
		stayed[border] = true
		want := []draw.Ticket{{Number: 1, First: 1, Last: 1000}, {Number: 2, First: 1001, Last: 2100}, {Number: border, First: 2101, Last: 3050}}
		if got := tables[1].Tickets; !slices.Equal(got, want) {
			t.Fatalf("tickets %v, want %v", got, want)
		}
		// By hand: whose tickets come, each bid once.
		picks, _ := draw.Run(draw.SHA256, in.Key, 3050, 60, nil)
		var byHand []int
		for _, p := range picks {
			n := border
			if p.Number <= 2100 {
				n = 2
			}
			if p.Number <= 1000 {
				n = 1
			}
			if !slices.Contains(byHand, n) {
				byHand = append(byHand, n)
			}
		}
		if !slices.Equal(short, byHand[:2]) {
			t.Fatalf("shortlist %v, by hand %v", short, byHand)
		}
		in.Choice = &Choice{Number: short[1], Reason: "服务方案更具体"}
		o := conclude(t, in)
		if o.Winner() != short[1] || place(t, o, short[0]).Place != 2 || place(t, o, byHand[2]).Place != 3 || !strings.Contains(place(t, o, short[1]).Reason, "服务方案更具体") {
			t.Fatalf("%+v", o.Places)
		}
		if p := place(t, o, 3); p.Result != NotSelected || !strings.Contains(p.Reason, "信用分 60.0，未进入前 3 名") {
			t.Errorf("%+v", p)
		}
		in.Choice.Number = 3
		if _, err := Conclude(in); err == nil {
			t.Fatal("took a choice outside the shortlist")
		}
		// A struck member of the shortlist keeps its tickets; the draw goes on.
		in.Choice = nil
		in.Bids = slices.Clone(in.Bids)
		in.Bids[short[0]-1].Struck = "被取消资格"
		again, tables, _, err := Shortlist(in)
		if err != nil || !slices.Equal(again, []int{byHand[1], byHand[2]}) || !slices.Equal(tables[1].Tickets, want) {
			t.Fatalf("struck %d of %v: %v %v", short[0], byHand, again, tables[1].Tickets)
		}
		in.Bids[short[0]-1].Struck = ""
	}
	if len(stayed) != 2 {
		t.Errorf("the border is always %v", stayed)
	}
	// A score of nothing still has a ticket.
	_, tables, _, err := Shortlist(Input{Method: CreditWeighted, Algorithm: draw.SHA256, Key: "1./", Keep: 2, Shortlist: 1, Bids: scored(0, 5)})
	if err != nil || !slices.Equal(tables[1].Tickets, []draw.Ticket{{Number: 1, First: 1, Last: 1}, {Number: 2, First: 2, Last: 6}}) {
		t.Errorf("%+v %v", tables, err)
	}
	// 100 bids of 1000 tenths would be 100,000 tickets: a ticket for every 0.2 points.
	many := make([]int, 100)
	for i := range many {
		many[i] = 1000
	}
	_, tables, _, err = Shortlist(Input{Method: CreditWeighted, Algorithm: draw.SHA256, Key: "1./", Keep: 100, Shortlist: 3, Bids: scored(many...)})
	if err != nil || tables[1].Pool != 50000 {
		t.Errorf("%d %v", tables[1].Pool, err)
	}
}

func TestPanelByHand(t *testing.T) {
	t.Parallel()
	in := Input{Method: Panel, Experts: 3, PriceWeight: 30, TechWeight: 50, CreditWeight: 20, Reserves: 2, Bids: scored(0, 0),
		Scores: []Score{
			{1, 1, 800, 900, 700}, {2, 1, 800, 850, 700}, {3, 1, 800, 0, 700}, // a hostile expert is not dropped
			{1, 2, 900, 600, 700}, {2, 2, 900, 600, 700}, {3, 2, 900, 600, 700},
		}}
	// 1: 24 + 50×(90+85+0)/3 % + 14 = 24 + 29.1667 + 14 = 67.1667; 2: 27 + 30 + 14 = 71.
	o := conclude(t, in)
	if o.Winner() != 2 || step(t, o, "score").Value != "403/6" || !strings.Contains(place(t, o, 1).Reason, "综合得分 67.1667（价格 80.00、技术 58.33、信用 70.00）") || !strings.Contains(place(t, o, 2).Reason, "71.0000") {
		t.Errorf("%+v", o)
	}
	// One point of one expert decides: no rounding in between.
	in.Scores = []Score{{1, 1, 500, 500, 500}, {2, 1, 500, 500, 500}, {3, 1, 500, 500, 501}, {1, 2, 500, 500, 500}, {2, 2, 500, 500, 500}, {3, 2, 500, 500, 500}}
	for i := range 20 {
		in.Key = fmt.Sprintf("%d./", i)
		if o := conclude(t, in); o.Winner() != 1 {
			t.Fatalf("key %s: %+v", in.Key, o.Places)
		}
	}
	// A hundredth of a tenth of a point: technical weighs one percent more than price.
	in.PriceWeight, in.TechWeight, in.CreditWeight = 33, 34, 33
	in.Scores = []Score{{1, 1, 500, 501, 500}, {2, 1, 500, 500, 500}, {3, 1, 500, 500, 500}, {1, 2, 501, 500, 500}, {2, 2, 500, 500, 500}, {3, 2, 500, 500, 500}}
	for i := range 20 {
		in.Key = fmt.Sprintf("%d./", i)
		if o := conclude(t, in); o.Winner() != 1 {
			t.Fatalf("key %s: %+v", in.Key, o.Places)
		}
	}
	for name, spoil := range map[string]func(*Input){
		"an even panel, all scored": func(in *Input) {
			in.Experts, in.Scores = 4, append(slices.Clone(in.Scores), Score{4, 1, 1, 1, 1}, Score{4, 2, 1, 1, 1})
		},
		"a sheet missing":      func(in *Input) { in.Scores = in.Scores[1:] },
		"a sheet twice":        func(in *Input) { in.Scores = append(slices.Clone(in.Scores), in.Scores[0]) },
		"an even panel":        func(in *Input) { in.Experts = 4 },
		"one expert":           func(in *Input) { in.Experts = 1 },
		"weights under 100":    func(in *Input) { in.TechWeight = 49 },
		"price weight of 10":   func(in *Input) { in.PriceWeight, in.TechWeight = 10, 70 },
		"price weight of 70":   func(in *Input) { in.PriceWeight, in.TechWeight = 70, 10 },
		"more than 100 points": func(in *Input) { in.Scores = slices.Clone(in.Scores); in.Scores[0].Price = 1001 },
	} {
		bad := in
		bad.Algorithm = draw.SHA256
		spoil(&bad)
		if _, err := Conclude(bad); err == nil {
			t.Errorf("took %s", name)
		}
	}
}

func TestChoices(t *testing.T) {
	t.Parallel()
	in := Input{Method: Proposal, Algorithm: draw.SHA256, Key: "5./", Reserves: 2, Minimum: 2, Bids: scored(1, 2, 3, 4, 5)}
	in.Bids[4].Struck = "资质失效"
	for name, c := range map[string]*Choice{
		"a struck one": {Number: 5, Reason: "好"}, "nobody": {Number: 6, Reason: "好"}, "no reason": {Number: 1, Reason: " "},
		"a struck reserve": {Number: 1, Reason: "好", Reserves: []int{5}}, "itself in reserve": {Number: 1, Reason: "好", Reserves: []int{1}},
		"three reserves": {Number: 1, Reason: "好", Reserves: []int{2, 3, 4}},
	} {
		in.Choice = c
		if _, err := Conclude(in); err == nil {
			t.Errorf("took %s", name)
		}
	}
	in.Choice = nil
	if _, err := Conclude(in); !errors.Is(err, ErrChoice) {
		t.Errorf("without a choice: %v", err)
	}
	in.Choice = &Choice{Number: 3, Reason: "人员配置好", Reserves: []int{4}}
	o := conclude(t, in)
	rest := slices.DeleteFunc(order(t, "5./", 5), func(n int) bool { return n != 1 && n != 2 })
	if o.Winner() != 3 || place(t, o, 4).Place != 2 || place(t, o, rest[0]).Place != 3 || place(t, o, rest[1]).Result != NotSelected {
		t.Errorf("%+v", o.Places)
	}

	d := Input{Method: Direct, Bids: scored(1, 2), Choice: &Choice{Number: 2, Reason: "两次流标"}, Reserves: 2}
	o, err := Conclude(d) // no key: nothing is drawn
	if err != nil || o.Winner() != 2 || len(o.Draws) != 0 || place(t, o, 1).Result != NotSelected {
		t.Errorf("%+v %v", o, err)
	}
	for _, m := range []Method{Random, LowestPrice, ReferencePrice, CreditWeighted, Proposal, Panel} {
		in := anInput(m)
		in.Key = ""
		if _, err := Conclude(in); !errors.Is(err, ErrKey) {
			t.Errorf("%s without entropy: %v", m, err)
		}
	}
}

// anInput is a small valid input of each method.
func anInput(m Method) Input {
	in := Input{Method: m, Algorithm: draw.SHA256, Key: "3./", Reserves: 2, LowPercent: 70, Bases: []int{95, 96, 97, 98}, Keep: 5, Shortlist: 3,
		Bids: quotes(10000, 10100, 10200, 10300, 10400, 10500, 10600)}
	for i := range in.Bids {
		in.Bids[i].CreditTenths = 900 + 10*i
	}
	switch m {
	case Random, LowestPrice, ReferencePrice:
	case Panel:
		in.Experts, in.PriceWeight, in.TechWeight, in.CreditWeight = 3, 30, 50, 20
		for e := 1; e <= 3; e++ {
			for _, b := range in.Bids {
				in.Scores = append(in.Scores, Score{e, b.Number, 600 + 13*b.Number, 700 + 7*e, b.CreditTenths / 2})
			}
		}
	case Proposal, Direct:
		in.Choice = &Choice{Number: 4, Reason: "方案切合需要"}
	case CreditWeighted:
		short, _, _, err := Shortlist(in)
		if err != nil {
			panic(err)
		}
		in.Choice = &Choice{Number: short[0], Reason: "方案切合需要"}
	}
	return in
}

func TestTooFewFail(t *testing.T) {
	t.Parallel()
	for _, m := range []Method{Random, LowestPrice, ReferencePrice, CreditWeighted, Proposal, Panel, Direct} {
		in := anInput(m)
		in.Minimum, in.Key, in.Choice = 7, "", nil // failing needs neither entropy nor choice
		in.Bids[0].Struck = "撤回"
		o, err := Conclude(in)
		if err != nil || o.Failure == "" || o.Winner() != 0 || len(o.Places) != 7 {
			t.Errorf("%s: %+v %v", m, o, err)
		}
		s, err := Screen(in)
		if err != nil || s.Failure != o.Failure || !strings.Contains(s.Failure, "6 家，少于 7 家") {
			t.Errorf("%s: %+v %v", m, s, err)
		}
	}
	// All too low and unexplained is impossible; all struck is not.
	o := conclude(t, Input{Method: LowestPrice, LowPercent: 70, Bids: []Bid{{Number: 1, QuoteFen: fen(5), Struck: "撤回"}, {Number: 2}}})
	if o.Failure == "" || place(t, o, 2).Reason != "没有报价" {
		t.Errorf("%+v", o)
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	bp := func(n int) *int { return &n }
	for name, in := range map[string]Input{
		"no bids":            {Method: Random},
		"a number twice":     {Method: Random, Bids: []Bid{{Number: 1}, {Number: 1}}},
		"a gap":              {Method: Random, Bids: []Bid{{Number: 1}, {Number: 3}}},
		"a negative quote":   {Method: LowestPrice, LowPercent: 70, Bids: quotes(-1)},
		"a huge quote":       {Method: LowestPrice, LowPercent: 70, Bids: quotes(MaxFen + 1)},
		"floor over ceiling": {Method: LowestPrice, LowPercent: 70, FloorFen: 2, CeilingFen: 1, Bids: quotes(1)},
		"no low percent":     {Method: LowestPrice, Bids: quotes(1)},
		"no bases":           {Method: ReferencePrice, Bids: quotes(1)},
		"a base of 0":        {Method: ReferencePrice, Bases: []int{0}, Bids: quotes(1)},
		"keep < shortlist":   {Method: CreditWeighted, Keep: 1, Shortlist: 2, Bids: scored(1)},
		"no shortlist":       {Method: CreditWeighted, Keep: 1, Bids: scored(1)},
		"a wrong discount":   {Method: LowestPrice, LowPercent: 70, CeilingFen: 1000, Bids: []Bid{{Number: 1, QuoteFen: fen(901), DiscountBP: bp(1000)}}},
		"an unknown verdict": {Method: LowestPrice, LowPercent: 70, Bids: []Bid{{Number: 1, QuoteFen: fen(9), Explanation: "maybe"}}},
		"an unknown method":  {Method: "best", Bids: scored(1)},
	} {
		in.Algorithm, in.Key = draw.SHA256, "1./"
		if o, err := Conclude(in); err == nil {
			t.Errorf("took %s: %+v", name, o)
		}
		if _, err := Screen(in); err == nil {
			t.Errorf("screened %s", name)
		}
	}
	if DiscountedFen(333, 5000) != 167 || DiscountedFen(1000, 1000) != 900 || DiscountedFen(MaxFen, 0) != MaxFen {
		t.Error("discount not rounded half up")
	}
	if _, err := Lowest(anInput(Random)); err == nil {
		t.Error("took another method's input")
	}
}
