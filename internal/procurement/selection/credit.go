package selection

import (
	"fmt"
	"slices"

	"zjcs/internal/draw"
)

// Credit is 信用择优: bids rank by credit score, the first Keep get tickets in proportion
// to their score, Shortlist of them are drawn without replacement, and the purchaser
// picks one. The others of the shortlist stand in reserve in the order drawn, and the
// draw goes on where they are too few.
//
// A struck bid keeps its rank and its tickets and is skipped when drawn: striking one
// must not move the numbers of the others.
func Credit(in Input) (Outcome, error) {
	c, drawn, err := drawCredit(in)
	if err != nil || c.ended {
		return c.result(), err
	}
	if err := c.checkChoice(c.out.Shortlist, "入围名单"); err != nil {
		return Outcome{}, err
	}
	outside := map[int]string{}
	for _, n := range c.Valid {
		if !slices.Contains(c.kept, n) {
			outside[n] = fmt.Sprintf("未进入前 %d 名", in.Keep)
		} else if !slices.Contains(drawn, n) {
			outside[n] = "未被抽中"
		}
	}
	ranked := append([]int{in.Choice.Number}, slices.DeleteFunc(slices.Clone(drawn), func(n int) bool { return n == in.Choice.Number })...)
	for _, n := range ranked[1:] {
		if slices.Contains(c.out.Shortlist, n) {
			c.said[n] += "，入围，项目业主未选定"
		} else {
			c.said[n] += "，入围名单之后抽出"
		}
	}
	c.choose()
	c.said[in.Choice.Number] = fmt.Sprintf("信用分 %s，入围，项目业主选定，理由：%s", tenths(in.bid(in.Choice.Number).CreditTenths), in.Choice.Reason)
	return c.finish(ranked, outside, false), nil
}

// Shortlist is the part of Credit that comes before the purchaser's choice.
func Shortlist(in Input) (numbers []int, tables []draw.Table, steps []Step, err error) {
	c, _, err := drawCredit(in)
	if err != nil {
		return nil, nil, nil, err
	}
	return c.out.Shortlist, c.out.Draws, c.out.Steps, nil
}

func drawCredit(in Input) (*course, []int, error) {
	c, err := begin(in, CreditWeighted, true)
	if err != nil || c.ended {
		return c, nil, err
	}
	if err := c.drawOrder(); err != nil {
		return c, nil, err
	}
	for _, b := range in.Bids {
		c.said[b.Number] = "信用分 " + tenths(b.CreditTenths)
	}
	c.keep()
	live := slices.DeleteFunc(slices.Clone(c.kept), func(n int) bool { return c.Disqualified[n] != "" })
	if len(live) == 0 {
		c.fail("保留的各家都已不能中选")
		return c, nil, nil
	}
	tickets, unit := c.tickets()
	c.step("tickets", fmt.Sprint(unit), nil, "信用分每 %s 分一签，每家至少一签，按编号排列，共 %d 签", tenths(unit), tickets[len(tickets)-1].Last)
	drawn, picks, err := c.drawTickets(tickets, live, max(in.Shortlist, 1+in.Reserves))
	if err != nil {
		return c, nil, err
	}
	c.out.Draws = append(c.out.Draws, draw.Table{Purpose: draw.ForTickets, Pool: tickets[len(tickets)-1].Last, Tickets: tickets, Picks: picks})
	c.out.Shortlist = drawn[:min(in.Shortlist, len(drawn))]
	c.step("shortlist", "", c.out.Shortlist, "抽出入围 %d 家：%s", len(c.out.Shortlist), listed(c.out.Shortlist))
	return c, drawn, nil
}

// keep ranks all that the opening let in, struck since or not, and keeps the first Keep.
// A tie at the border is the draw's.
func (c *course) keep() {
	var all []int
	for _, b := range c.sorted() {
		b.Struck = ""
		if c.fault(b) == "" {
			all = append(all, b.Number)
		}
	}
	credit := make(map[int]int, len(c.Bids))
	for _, b := range c.Bids {
		credit[b.Number] = b.CreditTenths
	}
	ranked := slices.SortedFunc(slices.Values(all), func(a, b int) int {
		if credit[a] != credit[b] {
			return credit[b] - credit[a]
		}
		return c.turn[a] - c.turn[b]
	})
	c.kept = ranked[:min(c.Keep, len(ranked))]
	c.step("kept", "", c.kept, "按信用分排序，保留前 %d 家：%s", len(c.kept), listed(c.kept))
}

// tickets lays out the ticket numbers 1..T by bid number: a bid has its credit score in
// tenths divided by unit, rounded down, and one at least. unit is 1 (a ticket for every
// 0.1 point) unless the tickets would then exceed what a draw can number; it is the
// smallest that fits.
func (c *course) tickets() ([]draw.Ticket, int) {
	numbers := slices.Sorted(slices.Values(c.kept))
	for unit := 1; ; unit++ {
		out, last := make([]draw.Ticket, 0, len(numbers)), 0
		for _, n := range numbers {
			first := last + 1
			last += max(1, c.bid(n).CreditTenths/unit)
			out = append(out, draw.Ticket{Number: n, First: first, Last: last})
		}
		if last <= draw.MaxPool {
			return out, unit
		}
	}
}

// drawTickets draws until want different live bids have come, or all. A ticket of a
// struck bid or of one already drawn is skipped. When one live bid alone is left it comes
// last without being drawn.
func (c *course) drawTickets(tickets []draw.Ticket, live []int, want int) (drawn []int, picks []draw.Pick, err error) {
	want = min(want, len(live))
	total := tickets[len(tickets)-1].Last
	done := func() bool { return len(drawn) == want || want == len(live) && len(drawn) == want-1 }
	for rows := 2 * want; !done(); rows *= 2 {
		all, err := draw.Run(c.Algorithm, c.Key, total, min(rows, total), nil)
		if err != nil {
			return nil, nil, err
		}
		drawn, picks = nil, nil
		for i := 0; i < len(all) && !done(); i++ {
			p := all[i]
			at, _ := slices.BinarySearchFunc(tickets, p.Number, func(t draw.Ticket, n int) int { return t.Last - n })
			bid := tickets[at].Number
			p.Struck = !slices.Contains(live, bid) || slices.Contains(drawn, bid)
			picks = append(picks, p)
			if !p.Struck {
				drawn = append(drawn, bid)
			}
		}
	}
	for _, n := range live {
		if len(drawn) < want && !slices.Contains(drawn, n) {
			drawn = append(drawn, n)
		}
	}
	return drawn, picks, nil
}
