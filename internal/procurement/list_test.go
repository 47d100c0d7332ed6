package procurement

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/page"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// row is a procurement as the test made it.
type row struct {
	id                  uuid.UUID
	state               review.State
	region, title, item string
	both                bool // of the other item too, which is of the same sector
	method              Method
	fiscal              bool
	price               int64
	published, deadline time.Time
}

// many stores n procurements of every kind.
func (s *stage) many(n int) []row {
	s.t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	states := []review.State{Open, Open, Selecting, Publicity, Awarded, Failed}
	now := time.Now().Truncate(time.Millisecond)
	out := make([]row, n)
	for i := range out {
		x := row{id: uuid.Must(uuid.NewV7()), state: states[r.IntN(len(states))], region: []string{testkit.County, testkit.City}[r.IntN(2)], title: fmt.Sprintf("项目 %d%%_%s", i, []string{"Alpha", "环评"}[r.IntN(2)]),
			item: []string{free, drawing}[r.IntN(2)], method: Methods[r.IntN(len(Methods))], fiscal: r.IntN(2) == 0, price: int64(r.IntN(5)) * 100_000,
			published: now.Add(-time.Duration(r.IntN(20)+1) * 24 * time.Hour), deadline: now.Add(time.Duration(r.IntN(40)-20) * time.Hour)}
		if !x.deadline.After(x.published) {
			x.deadline = x.published.Add(time.Hour)
		}
		s.exec(`INSERT INTO procurement (id, org_id, purchaser, region_code, title, method, fiscal, terms, state, published_at, deadline, selection_at, recipient, submission_id)
			VALUES ($1, $2, '盐湖热力有限公司', $3, $4, $5, $6, jsonb_build_object('pricing', 'quoted', 'daysCeiling', 9, 'ceilingFen', $7::bigint), $8, $9, $10, $10, '', $11)`,
			x.id, s.buyer, x.region, x.title, x.method, x.fiscal, x.price, x.state, x.published, x.deadline, s.submission)
		s.exec(`INSERT INTO procurement_item (procurement_id, item_id, ordinal) SELECT $1, id, 0 FROM service_item WHERE code = $2`, x.id, x.item)
		if x.both = r.IntN(4) == 0; x.both {
			s.exec(`INSERT INTO procurement_item (procurement_id, item_id, ordinal) SELECT $1, id, 1 FROM service_item WHERE code = ANY ($3) AND code <> $2`, x.id, x.item, []string{free, drawing})
		}
		out[i] = x
	}
	return out
}

// TestListAgainstTheNaiveTruth: whatever is asked for, walking its pages finds just what a
// look at every row finds, in the list's order, each once.
func TestListAgainstTheNaiveTruth(t *testing.T) {
	t.Parallel()
	s := setup(t)
	rows := s.many(160)
	for name, tc := range map[string]struct {
		f    Filter
		keep func(row) bool
	}{
		"all":       {Filter{}, func(row) bool { return true }},
		"open":      {Filter{State: Open}, func(r row) bool { return r.state == Open && r.deadline.After(time.Now()) }},
		"closed":    {Filter{State: Closed}, func(r row) bool { return r.state == Open && !r.deadline.After(time.Now()) }},
		"selecting": {Filter{State: Selecting}, func(r row) bool { return r.state == Selecting }},
		"method":    {Filter{Method: Panel}, func(r row) bool { return r.method == Panel }},
		"item":      {Filter{Item: drawing}, func(r row) bool { return r.item == drawing || r.both }},
		"in sector": {Filter{Item: free, Sector: "住房城乡建设", Fund: Own}, func(r row) bool { return (r.item == free || r.both) && !r.fiscal }},
		"one sign":  {Filter{Query: "环"}, func(r row) bool { return strings.Contains(r.title, "环") }},
		"two names": {Filter{Query: "环评", Purchaser: "盐湖"}, func(r row) bool { return strings.Contains(r.title, "环评") }},
		"elsewhere": {Filter{Item: free, Sector: "水利"}, func(row) bool { return false }},
		"sector":    {Filter{Sector: "住房城乡建设"}, func(row) bool { return true }},
		"county":    {Filter{Region: testkit.County}, func(r row) bool { return r.region == testkit.County }},
		"subtree":   {Filter{Region: testkit.City}, func(row) bool { return true }},
		"fund":      {Filter{Fund: Own}, func(r row) bool { return !r.fiscal }},
		"price":     {Filter{PriceFrom: 100_000, PriceTo: 200_000}, func(r row) bool { return r.price >= 100_000 && r.price <= 200_000 }},
		"text":      {Filter{Query: "alpha"}, func(r row) bool { return strings.Contains(r.title, "Alpha") }},
		"wildcard":  {Filter{Query: "1%_环"}, func(r row) bool { return strings.Contains(r.title, "1%_环") }},
		"purchaser": {Filter{Purchaser: "热力"}, func(row) bool { return true }},
		"nobody":    {Filter{Purchaser: "无此业主"}, func(row) bool { return false }},
		"together":  {Filter{Region: testkit.County, Item: free, Fund: Fiscal, Sort: ByDeadline}, func(r row) bool { return r.region == testkit.County && (r.item == free || r.both) && r.fiscal }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, sort := range []string{ByPublished, ByDeadline} {
				var want []row
				for _, r := range rows {
					if tc.keep(r) {
						want = append(want, r)
					}
				}
				slices.SortFunc(want, func(a, b row) int {
					if sort == ByDeadline {
						if c := a.deadline.Compare(b.deadline); c != 0 {
							return c
						}
						return strings.Compare(a.id.String(), b.id.String())
					}
					if c := b.published.Compare(a.published); c != 0 {
						return c
					}
					return strings.Compare(b.id.String(), a.id.String())
				})
				f := tc.f
				f.Sort, f.Limit = sort, 7
				var got []uuid.UUID
				for {
					p, err := s.List(t.Context(), f)
					if err != nil {
						t.Fatal(err)
					}
					if p.Total != len(want) {
						t.Fatalf("total %d, want %d", p.Total, len(want))
					}
					for _, i := range p.Items {
						got = append(got, i.ID)
					}
					if f.Cursor = p.NextCursor; f.Cursor == "" {
						break
					}
				}
				if len(got) != len(want) {
					t.Fatalf("%d, want %d", len(got), len(want))
				}
				for i := range got {
					if got[i] != want[i].id {
						t.Fatalf("place %d is wrong when sorted by %q", i, sort)
					}
				}
			}
		})
	}
}

// TestListRefuses names what no list can be asked for.
func TestListRefuses(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for name, f := range map[string]Filter{
		"state": {State: "lost"}, "method": {Method: "guess"}, "fund": {Fund: Mixed}, "sort": {Sort: "title"}, "priceTo": {PriceFrom: 2, PriceTo: 1}, "q": {Query: "\x00"},
		"publishedFrom": {Published: Range{From: "2026-13-01"}}, "deadlineTo": {Deadline: Range{From: "2026-02-02", To: "2026-02-01"}}, "region": {Region: "000000"}, "cursor": {Request: page.Request{Cursor: "?"}},
	} {
		if _, err := s.List(t.Context(), f); apperr.CodeOf(err) != apperr.Invalid || !slices.ContainsFunc(fieldsOf(err), func(x apperr.Field) bool { return x.Name == name }) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAPersonIsNotFoundByName: a natural person is shown by surname alone, and searching
// for the whole name finds nothing.
func TestAPersonIsNotFoundByName(t *testing.T) {
	t.Parallel()
	s := setup(t)
	p, _ := s.notice(time.Hour)
	s.exec(`UPDATE organisation SET kind = 'natural_person' WHERE id = $1`, s.buyer)
	s.exec(`UPDATE procurement SET purchaser = '欧阳建国' WHERE id = $1`, p.ID)
	for _, f := range []Filter{{Query: "欧阳建国"}, {Purchaser: "建国"}} {
		if got, err := s.List(t.Context(), f); err != nil || len(got.Items) != 0 {
			t.Errorf("%+v found %d, %v", f, len(got.Items), err)
		}
	}
	d, err := s.Get(t.Context(), p.Number)
	if err != nil || d.Purchaser != "欧**国" {
		t.Errorf("shown as %q, %v", d.Purchaser, err)
	}
}

// TestWhatEachSideMayDo, by its part and the state; a stranger has none, and nobody learns
// of a bid before the opening.
func TestWhatEachSideMayDo(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	p, _ := e.notice(time.Minute, withDrand)
	firms := e.firms(3)
	operator := testkit.As(t, e.cast.Person("审核员", testkit.At(authz.Operator, testkit.County)))
	buyer, agent := testkit.As(t, e.buyerPerson), testkit.As(t, firms[0].agent)
	may := func(name string, d MyDetail, err error, want ...review.Action) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var got []review.Action
		for _, a := range d.AllowedActions {
			if a.Label == "" || a.SideLabel == "" {
				t.Errorf("%s: %+v has no words", name, a)
			}
			got = append(got, a.Action)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s may %v, want %v", name, got, want)
		}
	}
	mine := func(name string, ctx func() (MyDetail, error), want ...review.Action) {
		t.Helper()
		d, err := ctx()
		may(name, d, err, want...)
	}
	mine("buyer", func() (MyDetail, error) { return e.MyProcurement(buyer, p.Number) }, Amend, Withdraw)
	mine("agency", func() (MyDetail, error) { return e.MyProcurement(agent, p.ID.String()) }, DoBid, DoAsk)
	mine("operator", func() (MyDetail, error) { return e.MyProcurement(operator, p.ID.String()) })
	if _, err := e.MyProcurement(t.Context(), p.Number); apperr.CodeOf(err) != apperr.Unauthenticated {
		t.Errorf("a stranger: %v", err)
	}
	list, err := e.Mine(agent, MineFilter{View: ViewOpen})
	if err != nil || len(list.Items) != 1 || list.Items[0].Eligible == nil || !*list.Items[0].Eligible {
		t.Fatalf("open to the agency: %+v %v", list, err)
	}
	for i, f := range firms {
		e.mustBid(f, p, int64(900_000+i*10_000))
	}
	if list, err := e.Mine(agent, MineFilter{View: ViewBids}); err != nil || len(list.Items) != 0 {
		t.Errorf("a sealed bid is listed: %+v %v", list.Items, err)
	}
	if d, err := e.Get(t.Context(), p.Number); err != nil || d.Opened || len(d.Bids)+len(d.Draws)+len(d.Scores) != 0 {
		t.Errorf("shown before the opening: %+v %v", d, err)
	}
	e.atRound(&p)
	e.tick()
	if list, err := e.Mine(agent, MineFilter{View: ViewBids}); err != nil || len(list.Items) != 1 || list.Items[0].Own == nil || list.Items[0].Own.AgencyID != firms[0].id.String() {
		t.Errorf("own bids after the opening: %+v %v", list.Items, err)
	}
	mine("agency in publicity", func() (MyDetail, error) { return e.MyProcurement(agent, p.ID.String()) }, DoObject)
	mine("buyer in publicity", func() (MyDetail, error) { return e.MyProcurement(buyer, p.ID.String()) })
	for view, ctx := range map[string]func() (page.Page[Mine], error){
		ViewPurchaser: func() (page.Page[Mine], error) { return e.Mine(buyer, MineFilter{View: ViewPurchaser}) },
		ViewOperator:  func() (page.Page[Mine], error) { return e.Mine(operator, MineFilter{View: ViewOperator}) },
	} {
		if got, err := ctx(); err != nil || len(got.Items) != 1 {
			t.Errorf("%s: %d, %v", view, len(got.Items), err)
		}
	}
	if _, err := e.Mine(agent, MineFilter{View: ViewPurchaser}); apperr.CodeOf(err) != apperr.Forbidden {
		t.Errorf("an agency asked for the purchasers' list: %v", err)
	}
}

// asked is what one's list says it waits for; its total must agree.
func (e *engine) asked(ctx context.Context, view string) []string {
	e.t.Helper()
	list, err := e.Mine(ctx, MineFilter{View: view, Waiting: true})
	if err != nil {
		e.t.Fatal(err)
	}
	words := []string{}
	for _, m := range list.Items {
		words = append(words, m.Waiting...)
	}
	if (list.Total > 0) != (len(words) > 0) {
		e.t.Errorf("%s: %d wait, for %v", view, list.Total, words)
	}
	return words
}

// TestWhatNamesNoSourceWaitsForNobody: a notice that names none, and a selection without a
// term, are listed all the same.
func TestWhatNamesNoSourceWaitsForNobody(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	p, _ := e.notice(time.Hour, withDrand)
	e.exec(`UPDATE procurement SET terms = terms - 'source' - 'fallback' WHERE id = $1`, p.ID)
	buyer := testkit.As(t, e.buyerPerson)
	for _, change := range []string{"", `UPDATE procurement SET state = 'selecting', method = 'proposal', choice_until = NULL`} {
		if change != "" {
			e.exec(change)
		}
		if list, err := e.Mine(buyer, MineFilter{View: ViewPurchaser}); err != nil || len(list.Items) != 1 || len(list.Items[0].Waiting) != 0 {
			t.Errorf("%q: %+v, %v", change, list.Items, err)
		}
		if got := e.asked(buyer, ViewPurchaser); len(got) != 0 {
			t.Errorf("%q: the purchaser is asked %v", change, got)
		}
	}
}

// TestWatchHears each step that is committed, and none of another procurement.
func TestWatchHears(t *testing.T) {
	t.Parallel()
	s := setup(t)
	p, _ := s.notice(time.Hour)
	q, _ := s.notice(time.Hour)
	mine, others := s.Watch(t.Context(), p.ID), s.Watch(t.Context(), q.ID)
	<-mine // it listens now
	<-others
	s.exec(`INSERT INTO procurement_event (procurement_id, seq, action, from_state, to_state, side, note) VALUES ($1, 1, 'amend', 'open', 'open', 'purchaser', '更正')`, p.ID)
	<-mine
	select {
	case <-others:
		t.Error("heard of another's step")
	default:
	}
}

// TestOneThatWaitsForItsEntropy is in the lists of its purchaser and of the operators: the
// pool is frozen, and nobody has been asked to choose yet.
func TestOneThatWaitsForItsEntropy(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	operator := e.cast.Person("李审核", testkit.At(authz.Operator, testkit.County))
	p, _ := e.notice(time.Hour, withDrand)
	e.exec(`UPDATE procurement SET state = 'selecting', frozen_at = now() WHERE id = $1`, p.ID)
	for view, who := range map[string]*authz.Actor{ViewPurchaser: e.buyerPerson, ViewOperator: operator} {
		list, err := e.Mine(testkit.As(t, who), MineFilter{View: view})
		if err != nil || len(list.Items) != 1 || list.Items[0].ID != p.ID || len(list.Items[0].Waiting) > 0 {
			t.Errorf("%s: %+v, %v", view, list.Items, err)
		}
	}
}
