package procurement

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/testkit"
)

func (e *engine) expert(name, employer string, conflicts string) (uuid.UUID, *authz.Actor) {
	e.t.Helper()
	org := e.cast.Organisation("expert", name, testkit.County)
	actor := e.cast.Person(name, testkit.In(authz.Expert, org))
	id := uuid.Must(uuid.NewV7())
	e.exec(`INSERT INTO expert (id, id_number, id_digest, phone, name, employer, title, specialties, batch_id, org_id, person_id, conflicts)
		VALUES ($1, '', $2, '', $3, $4, '高级工程师', '{住房城乡建设}', $5, $6, $7, $8)`, id, []byte(id.String()), name, employer, e.batch, org, actor.Person, conflicts)
	return id, actor
}

func TestPanel(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	firms := e.firms(3)
	actors := map[uuid.UUID]*authz.Actor{}
	for i := range 5 {
		id, a := e.expert("专家"+string(rune('甲'+i)), "某大学", "[]")
		actors[id] = a
	}
	e.expert("同单位", "第1设计院", "[]")
	e.expert("持股", "某大学", `[{"organisation": "第2设计院", "relation": "shareholder"}]`)
	e.expert("去年离职", "某大学", `[{"organisation": "第3设计院", "relation": "employee", "until": "`+time.Now().AddDate(-1, 0, 0).Format(time.DateOnly)+`"}]`)
	longAgo, a := e.expert("早已离职", "某大学", `[{"organisation": "第3设计院", "relation": "employee", "until": "2015-01-01"}]`)
	actors[longAgo] = a

	p, _ := e.notice(time.Minute, withDrand, func(t *Terms) {
		t.Method, t.Experts, t.PriceWeight, t.TechWeight, t.CreditWeight = Panel, 3, 30, 50, 20
	})
	for _, f := range firms {
		fen := int64(900_000)
		if _, err := e.Submit(testkit.As(t, f.agent), p.ID, uuid.Nil, Offer{QuoteFen: &fen, Days: 10, Proposal: Proposal{Text: "方案"}}); err != nil {
			t.Fatal(err)
		}
	}
	e.atRound(&p)
	e.tick()
	members := must(loadPanel(t.Context(), e.pool, p.ID))
	if len(members) != len(actors) {
		t.Fatalf("%d in the pool, %d may be drawn", len(members), len(actors))
	}
	for _, m := range members {
		if actors[m.Expert] == nil {
			t.Fatal("an expert with an interest was drawn")
		}
	}
	var raw []byte
	e.scan(`SELECT evidence FROM draw WHERE purpose = 'panel'`, nil, &raw)
	for _, f := range selection.Verify(raw, "") {
		if f.Status == draw.Wrong {
			t.Errorf("%s: %s", f.Step, f.Text)
		}
	}
	for id := range actors {
		if strings.Contains(string(raw), id.String()) {
			t.Error("the evidence names an expert")
		}
	}
	sheets := func(best int) []Sheet {
		out := []Sheet{}
		for n := 1; n <= 3; n++ {
			sh := Sheet{Number: n, Price: 700, Technical: 700, Credit: 700}
			if n == best {
				sh.Technical = 900
			}
			out = append(out, sh)
		}
		return out
	}
	as := func(i int) context.Context { return testkit.As(t, actors[members[i].Expert]) }
	waits := func(i int, want ...string) {
		t.Helper()
		if got := e.asked(as(i), ViewPanel); !slices.Equal(got, want) {
			t.Errorf("member %d waits for %v, want %v", i, got, want)
		}
	}
	waits(0, "等您声明有无利害关系")
	waits(4) // a reserve
	if err := e.Declare(as(4), p.ID, false, ""); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("a reserve sat down: %v", err)
	}
	if err := e.Score(as(0), p.ID, sheets(1)); apperr.CodeOf(err) != apperr.Conflict {
		t.Errorf("scored before declaring: %v", err)
	}
	if err := e.Declare(as(0), p.ID, true, "是投标人法定代表人的亲属"); err != nil {
		t.Fatal(err)
	}
	if err := e.Score(as(0), p.ID, sheets(1)); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("scored after stepping back: %v", err)
	}
	for i := 1; i <= 3; i++ { // the fourth drawn took the empty seat
		if err := e.Declare(as(i), p.ID, false, ""); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		waits(i, "等您评分")
		if err := e.Score(as(i), p.ID, sheets(2)[:2]); apperr.CodeOf(err) != apperr.Invalid {
			t.Errorf("a bid without a score: %v", err)
		}
		if e.load(p.ID).State != Selecting {
			t.Fatal("concluded before all had scored")
		}
		if err := e.Score(as(i), p.ID, sheets(2)); err != nil {
			t.Fatal(err)
		}
		waits(i)
		if err := e.Score(as(i), p.ID, sheets(3)); apperr.CodeOf(err) != apperr.Conflict {
			t.Errorf("scored twice: %v", err)
		}
	}
	if w := e.winner(p.ID); w.Number != 2 {
		t.Errorf("won %d", w.Number)
	}
	e.evidenceHolds(p.ID)
}

func TestPanelWaitsForNobody(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	for i := range 4 {
		e.expert("专家"+string(rune('甲'+i)), "某大学", "[]")
	}
	p, _ := e.notice(time.Minute, withDrand, func(t *Terms) {
		t.Method, t.Experts, t.PriceWeight, t.TechWeight, t.CreditWeight = Panel, 3, 30, 50, 20
	})
	for _, f := range e.firms(3) {
		fen := int64(900_000)
		if _, err := e.Submit(testkit.As(t, f.agent), p.ID, uuid.Nil, Offer{QuoteFen: &fen, Days: 10, Proposal: Proposal{Text: "方案"}}); err != nil {
			t.Fatal(err)
		}
	}
	e.atRound(&p)
	e.tick()
	e.exec(`UPDATE procurement SET choice_until = '2023-08-25', wake_at = NULL`)
	e.tick()
	states := map[string]int{}
	for _, m := range must(loadPanel(t.Context(), e.pool, p.ID)) {
		states[m.State]++
	}
	if states[memberAbsent] != 3 || states[memberDrawn] != 1 {
		t.Errorf("%v", states)
	}
	e.tick()
	e.tick()
	if got := e.actions(p.ID); strings.Count(got, "remind-panel") != 1 {
		t.Errorf("operators told: %s", got)
	}
}
