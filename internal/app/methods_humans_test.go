package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/page"
	"zjcs/internal/procurement"
	"zjcs/internal/procurement/selection"
)

// explainLow: the two firms whose quotes are doubtfully low say how they come to them; the
// purchaser takes one's word and not the other's.
func (r *deal) explainLow() {
	r.t.Helper()
	d := r.until(r.t, r.id, "asking for explanations", func(d procurement.Detail) bool {
		return slices.ContainsFunc(d.Course, func(c procurement.CourseStep) bool { return c.Action == procurement.ToldExplainNeeded })
	})
	if d.State != procurement.Selecting {
		r.t.Fatalf("it does not wait for them: %s", d.State)
	}
	text := m{"text": "人员两名，十个工作日，软件自有，外业与在手项目合并进行，成本构成附后。"}
	if a := r.as(r.t, r.firms[0].agent).do("POST", r.at("/explanation"), text); a.status != http.StatusConflict {
		r.t.Errorf("who quoted enough explains: %d %s", a.status, a.text)
	}
	for i, accept := range map[int]bool{4: true, 5: false} {
		r.as(r.t, r.firms[i].agent).must(http.StatusNoContent, "POST", r.at("/explanation"), text)
		r.said[r.numberOf(i)] = map[bool]selection.Explanation{true: selection.Accepted, false: selection.Rejected}[accept]
	}
	for i, accept := range map[int]bool{4: true, 5: false} {
		r.owner.must(http.StatusNoContent, "PUT", r.at(fmt.Sprintf("/explanations/%d", r.numberOf(i))), m{"accept": accept, "opinion": "成本构成与同类项目比较后认定"})
	}
}

func (r *deal) comparison(who *browser) (c procurement.Comparison) {
	r.t.Helper()
	who.must(http.StatusOK, "GET", r.at("/comparison"), nil).into(r.t, &c)
	return c
}

// awaited is the purchaser's list once it says that a choice is due.
func (r *deal) awaited() procurement.Comparison {
	r.t.Helper()
	r.until(r.t, r.id, "waiting for the purchaser", func(d procurement.Detail) bool { return d.ChoiceUntil != nil })
	return r.comparison(r.owner)
}

// chooseShortlisted: only who was drawn may be chosen.
func (r *deal) chooseShortlisted() {
	r.t.Helper()
	c := r.awaited()
	in := r.inputs()
	drawn, _, _, err := selection.Shortlist(in)
	if err != nil || !slices.Equal(drawn, c.Shortlist) {
		r.t.Fatalf("shortlist %v, the pure function draws %v, %v", c.Shortlist, drawn, err)
	}
	for _, b := range in.Bids {
		if !slices.Contains(drawn, b.Number) {
			if a := r.owner.do("POST", r.at("/choice"), m{"number": b.Number, "reason": "没有入围的一家，不能选定"}); !a.blames("number") {
				r.t.Errorf("number %d was not drawn: %d %s", b.Number, a.status, a.text)
			}
		}
	}
	r.choose(selection.Choice{Number: drawn[1], Reason: "同类项目业绩更多，承诺的工期更短"})
}

// chooseProposal: the purchaser puts the third firm first, and ranks two behind it.
func (r *deal) chooseProposal() {
	r.t.Helper()
	c := r.awaited()
	for _, b := range c.Bids {
		if b.Text == "" || b.QuoteFen == nil {
			r.t.Errorf("the purchaser compares without the proposal of number %d", b.Number)
		}
	}
	r.choose(selection.Choice{Number: r.numberOf(2), Reason: "方案对工况的分析最细，报价适中", Reserves: []int{r.numberOf(0), r.numberOf(3)}})
}

func (r *deal) choose(c selection.Choice) {
	r.t.Helper()
	in := m{"number": c.Number, "reason": c.Reason}
	if len(c.Reserves) > 0 {
		in["reserves"] = c.Reserves
	}
	if a := r.as(r.t, r.firms[0].agent).do("POST", r.at("/choice"), in); a.status < 400 {
		r.t.Error("a bidder chooses")
	}
	r.owner.must(http.StatusNoContent, "POST", r.at("/choice"), in)
	r.choice = &c
}

// scorePanel: the first of the experts found at the table steps back, who was drawn next
// takes the seat, and the three score.
func (r *deal) scorePanel() {
	r.t.Helper()
	stepped := map[*authz.Actor]bool{}
	turn := time.NewTicker(50 * time.Millisecond)
	defer turn.Stop()
	given := time.NewTimer(time.Minute)
	defer given.Stop()
	for scored := 0; scored < 3; {
		select {
		case <-turn.C:
		case <-given.C:
			r.t.Fatalf("in a minute %d experts were called and %d scored", len(stepped), scored)
		}
		for _, e := range r.experts {
			who := r.as(r.t, e)
			if stepped[e] || !r.sits(who) {
				continue
			}
			if a := who.do("GET", r.at("/comparison"), nil); a.status < 400 {
				r.t.Error("an expert sees the bids before he has declared")
			}
			stepped[e] = true
			if len(stepped) == 1 {
				who.must(http.StatusNoContent, "POST", r.at("/panel/declaration"), m{"conflict": true, "note": "与第1咨询院的负责人是亲属"})
				continue
			}
			who.must(http.StatusNoContent, "POST", r.at("/panel/declaration"), m{"conflict": false})
			if len(r.comparison(who).Bids) != 3 {
				r.t.Error("an expert does not see every bid")
			}
			scored++
			r.score(who, scored)
		}
	}
	if len(stepped) != 4 {
		r.t.Errorf("%d experts were called", len(stepped))
	}
}

// sits reports whether an expert finds the procurement among those of his panels.
func (r *deal) sits(who *browser) bool {
	r.t.Helper()
	var mine page.Page[procurement.Mine]
	who.must(http.StatusOK, "GET", "/api/v1/my/procurements?view=panel", nil).into(r.t, &mine)
	return slices.ContainsFunc(mine.Items, func(p procurement.Mine) bool { return p.ID == r.id })
}

// score hands in the sheets of the nth expert who scores.
func (r *deal) score(who *browser, n int) {
	r.t.Helper()
	var sheets []m
	for i := range r.quotes {
		s := selection.Score{Expert: n, Number: r.numberOf(i), Price: 700 + 50*i, Technical: 900 - 75*i + 10*n, Credit: 800}
		sheets = append(sheets, m{"number": s.Number, "price": s.Price, "technical": s.Technical, "credit": s.Credit, "comment": "按评分标准"})
		r.scores = append(r.scores, s)
	}
	if a := who.do("POST", r.at("/panel/scores"), m{"sheets": sheets[1:]}); !a.blames("sheets") {
		r.t.Errorf("one bid is left out: %d %s", a.status, a.text)
	}
	who.must(http.StatusNoContent, "POST", r.at("/panel/scores"), m{"sheets": sheets})
	if a := who.do("POST", r.at("/panel/scores"), m{"sheets": sheets}); a.status < 400 {
		r.t.Error("an expert scores twice")
	}
}
