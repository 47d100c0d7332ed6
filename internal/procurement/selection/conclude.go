package selection

import (
	"fmt"
	"slices"

	"zjcs/internal/draw"
)

// Conclude applies the method. It is a function of its input alone, so that a restart, a
// second instance and a stranger with the evidence all find the same.
func Conclude(in Input) (Outcome, error) {
	switch in.Method {
	case Random:
		return RandomDraw(in)
	case LowestPrice:
		return Lowest(in)
	case ReferencePrice:
		return Reference(in)
	case CreditWeighted:
		return Credit(in)
	case Proposal:
		return Proposals(in)
	case Panel:
		return PanelScores(in)
	case Direct:
		return DirectAward(in)
	}
	return Outcome{}, fmt.Errorf("没有选取方式 %q", string(in.Method))
}

// course is a selection under way.
type course struct {
	Input
	Screening
	out   Outcome
	turn  map[int]int    // number → its turn in the order of the draw, from 1
	said  map[int]string // number → its figures, for the reason
	tied  map[int]bool   // whose place only the draw decided
	kept  []int          // credit-weighted: who has tickets, in their rank
	ended bool           // too few valid bids: out says so
}

// begin screens the bids. With a draw the key must be there, except that too few bids
// fail without one.
func begin(in Input, m Method, drawn bool) (*course, error) {
	if in.Method != m {
		return nil, fmt.Errorf("选取方式是 %q，不是 %q", string(in.Method), string(m))
	}
	s, err := Screen(in)
	if err != nil {
		return nil, err
	}
	c := &course{Input: in, Screening: s, said: map[int]string{}, tied: map[int]bool{}}
	if s.Failure != "" {
		c.fail(s.Failure)
		return c, nil
	}
	if drawn && in.Key == "" {
		return nil, ErrKey
	}
	return c, nil
}

// drawOrder runs the draw that decides ties. It is always run and shown, tie or not, so
// that nobody can say afterwards that it would have come out otherwise.
func (c *course) drawOrder() error {
	picks, err := draw.Run(c.Algorithm, c.Key, len(c.Bids), len(c.Bids), nil)
	if err != nil {
		return err
	}
	c.out.Draws = append(c.out.Draws, draw.Table{Purpose: draw.ForOrder, Pool: len(c.Bids), Picks: picks})
	c.turn = make(map[int]int, len(picks))
	for i, p := range picks {
		c.turn[p.Number] = i + 1
	}
	return nil
}

// rank sorts numbers by compare, ties by the draw, and notes who was tied.
func (c *course) rank(numbers []int, compare func(a, b int) int) []int {
	ranked := slices.SortedFunc(slices.Values(numbers), func(a, b int) int {
		if d := compare(a, b); d != 0 {
			return d
		}
		return c.turn[a] - c.turn[b]
	})
	for i := 1; i < len(ranked); i++ {
		if compare(ranked[i-1], ranked[i]) == 0 {
			c.tied[ranked[i-1]], c.tied[ranked[i]] = true, true
		}
	}
	return ranked
}

func (c *course) step(name, value string, numbers []int, format string, args ...any) {
	c.out.Steps = append(c.out.Steps, Step{Name: name, Text: fmt.Sprintf(format, args...), Numbers: numbers, Value: value})
}

// disqualify takes a valid bid out of the running; the mean and the line stay.
func (c *course) disqualify(number int, why string) {
	c.Disqualified[number] = why
	c.Valid = slices.DeleteFunc(slices.Clone(c.Valid), func(n int) bool { return n == number })
}

func (c *course) fail(why string) {
	c.ended = true
	c.out.Failure = why
	for _, n := range c.Valid {
		c.out.Places = append(c.out.Places, Place{Number: n, Result: NotSelected, Reason: why + "，本次选取失败"})
	}
	c.placeDisqualified()
}

// finish gives every bid its one place: the first of ranked is selected, the next stand
// in reserve, the others are not selected; outside are the valid bids that the method
// keeps from winning, with the reason. ordered says that ranked is a standing worth
// publishing beyond the reserves.
func (c *course) finish(ranked []int, outside map[int]string, ordered bool) Outcome {
	if len(ranked) == 0 {
		c.fail("没有可以中选的响应")
		return c.out
	}
	for i, n := range ranked {
		p := Place{Number: n, Result: NotSelected}
		if ordered || i <= c.Reserves {
			p.Rank = i + 1
		}
		end := "未中选"
		switch {
		case i == 0:
			p.Result, p.Place, end = Selected, 1, "中选"
		case i <= c.Reserves:
			p.Result, p.Place, end = Reserve, i+1, fmt.Sprintf("列第 %d 候补", i)
		}
		p.Reason = c.figures(n)
		if p.Rank > 0 {
			p.Reason += fmt.Sprintf("，排第 %d", p.Rank)
		}
		if c.tied[n] {
			p.Reason += "（并列者的先后由抽取决定）"
		}
		p.Reason += "，" + end
		c.out.Places = append(c.out.Places, p)
	}
	for _, n := range c.Valid {
		if why, ok := outside[n]; ok {
			c.out.Places = append(c.out.Places, Place{Number: n, Result: NotSelected, Reason: c.figures(n) + "，" + why})
		}
	}
	c.placeDisqualified()
	return c.out
}

func (c *course) placeDisqualified() {
	for _, b := range c.sorted() {
		if why, ok := c.Disqualified[b.Number]; ok {
			c.out.Places = append(c.out.Places, Place{Number: b.Number, Result: Disqualified, Reason: why})
		}
	}
}

func (c *course) figures(n int) string {
	if said := c.said[n]; said != "" {
		return said
	}
	return fmt.Sprintf("%d 号", n)
}
