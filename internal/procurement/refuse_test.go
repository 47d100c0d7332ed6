package procurement

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/testkit"
)

func (r *results) admin(f firm) *authz.Actor {
	return r.cast.Person("机构管理员", testkit.In(authz.AgencyAdmin, f.org))
}

func TestReservesStepInUntilThereIsNone(t *testing.T) {
	t.Parallel()
	r := newResults(t, 5)
	p, first := r.awarded()
	decline := func(who *authz.Actor, number string) error {
		return r.RefuseAward(testkit.As(t, who), RefuseInput{Procurement: p.ID, Number: number, How: Declined, Reason: "人员不足，无法按期完成"})
	}
	// Those who may not.
	wants(t, decline(p.firms[0].agent, first.Number), apperr.Forbidden)    // an agent is no admin
	wants(t, decline(r.admin(p.firms[1]), first.Number), apperr.Forbidden) // the reserve's
	wants(t, decline(r.buyerPerson, first.Number), apperr.Forbidden)
	wants(t, r.RefuseAward(testkit.As(t, r.operator), RefuseInput{Procurement: p.ID, Number: first.Number, How: NoShow, Reason: "没有人来签订合同"}), apperr.Forbidden)
	stranger := r.cast.Person("别家采购人", testkit.In(authz.PurchaserAdmin, r.cast.Organisation("enterprise", "别家公司", testkit.County)))
	wants(t, r.RefuseAward(testkit.As(t, stranger), RefuseInput{Procurement: p.ID, Number: first.Number, How: RefusedToSign, Reason: "想让候补来做这件事"}), apperr.Forbidden)
	wants(t, r.RefuseAward(testkit.As(t, r.buyerPerson), RefuseInput{Procurement: p.ID, Number: first.Number, How: "vanished", Reason: "没有人来签订合同"}), apperr.Invalid)
	// Not before its time, by the database's clock.
	early := r.RefuseAward(testkit.As(t, r.buyerPerson), RefuseInput{Procurement: p.ID, Number: first.Number, How: NoShow, Reason: "没有人来签订合同"})
	wants(t, early, apperr.Conflict)

	if err := decline(r.admin(p.firms[0]), first.Number); err != nil {
		t.Fatal(err)
	}
	second := r.standing(p.ID)
	var body AwardBody
	if err := json.Unmarshal(second.Body, &body); err != nil {
		t.Fatal(err)
	}
	if body.Replaces != first.Number || body.Agency.USCC != p.firms[1].uscc || second.Entry == nil {
		t.Errorf("%+v", body)
	}
	wants(t, decline(r.admin(p.firms[0]), first.Number), apperr.Forbidden) // it is no longer the winner
	wants(t, decline(r.admin(p.firms[1]), first.Number), apperr.Conflict)  // and that is not its award

	r.exec(`UPDATE award SET body = jsonb_set(body, '{signBy}', '"2026-01-01T00:00:00Z"') WHERE id = $1`, second.ID)
	if err := r.RefuseAward(testkit.As(t, r.buyerPerson), RefuseInput{Procurement: p.ID, Number: second.Number, How: NoShow, Reason: "多次通知后逾期未来签订"}); err != nil {
		t.Fatal(err)
	}
	third := r.standing(p.ID)
	r.told = nil
	if err := r.RefuseAward(testkit.As(t, r.buyerPerson), RefuseInput{Procurement: p.ID, Number: third.Number, How: RefusedToSign, Reason: "书面表示拒绝签订合同"}); err != nil {
		t.Fatal(err)
	}
	now := r.load(p.ID)
	if now.State != Failed || !strings.Contains(now.EndedReason, "没有候补") {
		t.Errorf("%s: %s", now.State, now.EndedReason)
	}
	if got := r.actions(p.ID); got != "conclude award substitute award substitute award fail" {
		t.Error(got)
	}
	if len(r.proposals) != 3 || r.proposals[0].Agency != p.firms[0].id || !strings.Contains(r.proposals[1].Facts, "第 1 候补递补") {
		t.Errorf("%+v", r.proposals)
	}
	result, err := r.Result(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range result.Awards {
		if a.Valid || a.Refusal == "" || a.RefusedAt == nil {
			t.Errorf("%+v", a)
		}
	}
	var states []string
	for _, b := range result.Bids {
		states = append(states, string(b.State))
	}
	if len(result.Awards) != 3 || strings.Join(states, " ") != "withdrawn withdrawn withdrawn not_selected not_selected" {
		t.Errorf("%d awards, %v", len(result.Awards), states)
	}
	wants(t, decline(r.admin(p.firms[2]), third.Number), apperr.NotFound)
}

// Of several refusals at once of one award, one counts: no reserve is skipped.
func TestAnAwardIsRefusedOnce(t *testing.T) {
	t.Parallel()
	r := newResults(t, 4)
	p, first := r.awarded()
	admin := r.admin(p.firms[0])
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for i := range 6 {
		wg.Go(func() {
			in, who := RefuseInput{Procurement: p.ID, Number: first.Number, How: Declined, Reason: "人员不足，无法完成"}, admin
			if i%2 == 1 {
				in.How, who = RefusedToSign, r.buyerPerson
			}
			err := r.RefuseAward(testkit.As(t, who), in)
			mu.Lock()
			defer mu.Unlock()
			switch code := apperr.CodeOf(err); {
			case err == nil:
				done++
			case code != apperr.Conflict && code != apperr.Forbidden:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if done != 1 || len(r.proposals) != 1 {
		t.Errorf("refused %d times, %d proposals", done, len(r.proposals))
	}
	if got := r.actions(p.ID); got != "conclude award substitute award" {
		t.Error(got)
	}
}

// Half a refusal is none.
func TestARefusalIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	r := newResults(t, 4)
	p, first := r.awarded()
	killed := *r.Service
	killed.Tell = func(_ context.Context, _ db.Tx, a Announcement) error {
		if a.Action == Award {
			return fmt.Errorf("killed")
		}
		return nil
	}
	if err := killed.RefuseAward(testkit.As(t, r.admin(p.firms[0])), RefuseInput{Procurement: p.ID, Number: first.Number, How: Declined, Reason: "人员不足，无法完成"}); err == nil {
		t.Fatal("it was not killed")
	}
	if got := r.standing(p.ID); got.Number != first.Number || r.actions(p.ID) != "conclude award" {
		t.Errorf("%s, %s", got.Number, r.actions(p.ID))
	}
}

func TestARefusalIsProposedForTheCreditRecord(t *testing.T) {
	t.Parallel()
	r := newResults(t, 4)
	r.ProposeCredit = func(ctx context.Context, tx db.Tx, c CreditProposal) (bool, error) {
		return credit.ProposeTx(ctx, tx, credit.Proposal{Agency: c.Agency, Proposer: c.Proposer, Rubric: credit.AwardRefused, Facts: c.Facts, Source: c.Source, At: time.Now()})
	}
	refuse := func() shown {
		p, a := r.awarded()
		r.told = nil
		if err := r.RefuseAward(testkit.As(t, r.buyerPerson), RefuseInput{Procurement: p.ID, Number: a.Number, How: RefusedToSign, Reason: "书面表示拒绝签订合同"}); err != nil {
			t.Fatal(err)
		}
		return p
	}
	refuse()
	due := 0
	for _, a := range r.told {
		if a.Action == ToldCreditDue {
			due++
		}
	}
	if due != 1 {
		t.Errorf("without an entry in the rubric the operators are told %d times", due)
	}
	for version, from := range []string{"2020-01-01", "2021-01-01", "2999-01-01"} {
		r.exec(`INSERT INTO credit_rubric (id, version, level, conduct, points_from, points_to, validity_months, legal_basis, effective_from) VALUES ($1, $2, 'general', '放弃中选', -150, -60, 12, '测试', $3::date)`, credit.AwardRefused, version+1, from)
	}
	p := refuse()
	var agency uuid.UUID
	var state, facts string
	var points, version int
	r.scan(`SELECT agency_id, state, facts, points, rubric_version FROM credit_record`, nil, &agency, &state, &facts, &points, &version)
	if agency != p.firms[0].id || state != "proposed" || points != -60 || version != 2 || !strings.Contains(facts, p.Number) {
		t.Errorf("%s %s %d v%d %s", agency, state, points, version, facts)
	}
	scores, err := credit.ScoresAt(t.Context(), r.pool, []uuid.UUID{agency}, time.Now())
	if err != nil || scores[agency].Tenths != credit.Of(credit.Basis{}).Tenths {
		t.Errorf("a proposal alone counts: %+v, %v", scores[agency], err)
	}
}

func TestABidderSeesItsOwnStandingAlone(t *testing.T) {
	t.Parallel()
	r := newResults(t, 6)
	p := r.show(time.Hour)
	got, err := r.MyStanding(testkit.As(t, p.firms[4].agent), p.ID, uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Own.Number != 5 || got.Own.Reason != "第 5 家的理由" || *got.Own.QuoteFen != 804_000 || got.Rank != 5 || got.Bidders != 6 || got.Winner == nil || got.Winner.USCC != p.firms[0].uscc {
		t.Errorf("%+v", got)
	}
	doc, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{1, 2, 3, 5} {
		if strings.Contains(string(doc), p.firms[i].uscc) || strings.Contains(string(doc), fmt.Sprint(800_000+i*1000)) {
			t.Errorf("firm %d is in another's standing", i+1)
		}
	}
	outside := r.firm("", free)
	_, err = r.MyStanding(testkit.As(t, outside.agent), p.ID, uuid.Nil)
	wants(t, err, apperr.NotFound)
	_, err = r.MyStanding(testkit.As(t, outside.agent), p.ID, p.firms[4].id) // in another's name
	wants(t, err, apperr.NotFound)
	_, err = r.MyStanding(testkit.As(t, r.buyerPerson), p.ID, uuid.Nil)
	wants(t, err, apperr.Forbidden)
	open, _ := r.notice(time.Hour)
	r.mustBid(p.firms[0], open, 700_000)
	for _, f := range []firm{p.firms[0], outside} { // before the opening nobody learns who bid
		_, err = r.MyStanding(testkit.As(t, f.agent), open.ID, uuid.Nil)
		wants(t, err, apperr.Conflict)
	}
	_, err = r.Result(t.Context(), open.ID)
	wants(t, err, apperr.Conflict)
}

// Whoever was not selected is told so when the result is published: the reserves each
// their place, and in no word another's bid.
func TestThoseNotSelectedAreTold(t *testing.T) {
	t.Parallel()
	r := newResults(t, 5)
	p := r.real()
	seen := map[uuid.UUID]bool{}
	for _, a := range r.told {
		if a.Action != ToldStanding {
			continue
		}
		for _, id := range a.Agencies {
			seen[id] = true
		}
		for _, b := range r.bids(p.ID) {
			if b.State != BidSelected && strings.Contains(a.Note, b.AgencyName) {
				t.Errorf("%s is named to %v", b.AgencyName, a.Agencies)
			}
		}
	}
	if w := r.winner(p.ID); len(seen) != 4 || seen[w.Agency] {
		t.Errorf("told: %v", seen)
	}
}

// TestKilledWhileAwarding kills two instances at random moments until every award is out.
func TestKilledWhileAwarding(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	r.exec(`CREATE TABLE logged (id uuid PRIMARY KEY, kind text, subject uuid)`)
	var all []shown
	kills, left := 0, 0
	for round := 0; kills < 30 || left > 0; round++ {
		if left == 0 {
			for range 15 {
				p := r.show(time.Hour)
				r.end(p)
				all = append(all, p)
			}
		}
		var children []*exec.Cmd
		ready := make(chan error, 2)
		for range 2 {
			c := exec.CommandContext(t.Context(), os.Args[0])
			c.Env = append(os.Environ(), childURL+"="+r.pool.Config().ConnString(), childKey+"="+r.key)
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			go func() { _, err := out.Read(make([]byte, 6)); ready <- err }()
			children = append(children, c)
		}
		if err := <-ready; err != nil { // the other is a moment behind, or ahead with its work
			t.Fatal(err)
		}
		<-time.After(time.Duration(round*7919%40_000) * time.Microsecond)
		for _, c := range children {
			if c.Process.Kill() == nil && c.Wait() != nil { // one that had ended by itself was not killed
				kills++
			}
		}
		r.scan(`SELECT count(*) FROM procurement WHERE state = 'publicity'`, nil, &left)
	}
	for _, p := range all {
		var awards, lines, linked int
		r.scan(`SELECT count(*), (SELECT count(*) FROM logged WHERE subject = $1 AND kind = 'award'), count(*) FILTER (WHERE entry_id IN (SELECT id FROM logged)) FROM award WHERE procurement_id = $1`, []any{p.ID}, &awards, &lines, &linked)
		if awards != 1 || lines != 1 || linked != 1 || r.actions(p.ID) != "conclude award" {
			t.Errorf("%d awards, %d lines, %d linked: %s", awards, lines, linked, r.actions(p.ID))
		}
	}
	t.Logf("%d awards, %d kills", len(all), kills)
}
