package procurement

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// The database's clock is judged as the objection comes in: it may wait for others and is
// in time all the same, and an award waits for it.
func TestAnObjectionInTheLastMomentIsIn(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	p := r.show(2 * time.Second)
	hold, err := r.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Rollback(t.Context())
	if _, err := load(t.Context(), hold, p.ID, true); err != nil { // someone else has the row
		t.Fatal(err)
	}
	filed, awarded := make(chan error, 1), make(chan error, 1)
	go func() { _, err := r.object(someone(t), p.ID); filed <- err }()
	r.waiting(1)
	r.untilClock(*p.PublicityUntil)
	go func() { awarded <- r.awardDue(t.Context()) }()
	r.waiting(2)
	if err := hold.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-filed; err != nil {
		t.Errorf("it came in time: %v", err)
	}
	if err := <-awarded; err != nil {
		t.Error(err)
	}
	if got := r.load(p.ID).State; got != Publicity {
		t.Errorf("%s beside an open objection", got)
	}
	_, err = r.object(someone(t), p.ID)
	wants(t, err, apperr.Conflict)
	if !strings.Contains(err.Error(), p.PublicityUntil.Format("05.000")) {
		t.Errorf("the refusal does not tell the times: %v", err)
	}
}

// Between reading the clock and writing, an objection holds off whoever awards.
func TestAnAwardWaitsForObjectionsInFlight(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	p := r.show(time.Hour)
	r.end(p)
	flight, err := r.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer flight.Rollback(t.Context())
	if err := lockResult(t.Context(), flight, p.ID, false); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- r.awardDue(t.Context()) }()
	for waits := 0; waits == 0; {
		select {
		case err := <-done:
			t.Fatalf("it did not wait: %v", err)
		default:
			r.scan(`SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory' AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`, nil, &waits)
		}
	}
	if err := flight.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil || r.load(p.ID).State != Awarded {
		t.Errorf("%s, %v", r.load(p.ID).State, err)
	}
}

// waiting waits until so many of the database's sessions wait for a lock.
func (r *results) waiting(n int) {
	r.t.Helper()
	for got := -1; got < n; {
		r.scan(`SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`, nil, &got)
		if r.t.Context().Err() != nil {
			r.t.Fatal("nobody waits")
		}
	}
}

// untilClock waits for a time of the database's clock.
func (r *results) untilClock(at time.Time) {
	r.t.Helper()
	for past := false; !past; {
		r.scan(`SELECT clock_timestamp() >= $1`, []any{at}, &past)
	}
}

// TestNoAwardBesideAnOpenObjection lets objections and awards race around the end of
// many publicities, on several instances.
func TestNoAwardBesideAnOpenObjection(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	var list []shown
	for i := range 24 {
		list = append(list, r.show(time.Duration(600+10*i)*time.Millisecond))
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	got := map[uuid.UUID][]ResultObjection{}
	late := 0
	for _, p := range list {
		for i := range 3 {
			wg.Go(func() {
				r.untilClock(p.PublicityUntil.Add(time.Duration(i-2) * time.Millisecond))
				o, err := r.object(someone(t), p.ID)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					got[p.ID] = append(got[p.ID], o)
				case apperr.CodeOf(err) == apperr.Conflict:
					late++
				default:
					t.Error(err)
				}
			})
		}
	}
	end := list[len(list)-1].PublicityUntil.Add(50 * time.Millisecond)
	for range 2 {
		wg.Go(func() {
			for over := false; !over; {
				if err := r.awardDue(t.Context()); err != nil {
					t.Error(err)
				}
				r.scan(`SELECT clock_timestamp() >= $1`, []any{end}, &over)
			}
		})
	}
	wg.Wait()
	r.award()
	awarded := 0
	for _, p := range list {
		now, open := r.load(p.ID), len(got[p.ID])
		for _, o := range got[p.ID] {
			if !o.FiledAt.Before(*p.PublicityUntil) {
				t.Errorf("filed at %s, after %s", o.FiledAt, p.PublicityUntil)
			}
		}
		if want := map[bool]string{true: "publicity", false: "awarded"}[open > 0]; string(now.State) != want {
			t.Errorf("%d open objections and %s", open, now.State)
		}
		if now.State == Awarded {
			awarded++
		}
	}
	t.Logf("%d awarded, %d held back, %d objections too late", awarded, len(list)-awarded, late)
}

func TestAnObjectionFromAcceptanceToResumption(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	p := r.show(time.Hour)
	o := r.accepted(p.ID)
	if o.State != ObjectionAccepted || r.load(p.ID).State != Suspended {
		t.Fatalf("%s, %s", o.State, r.load(p.ID).State)
	}
	second := r.filed(p.ID) // the publicity stands still; more may be filed
	r.end(p)
	r.award()
	if got := r.load(p.ID).State; got != Suspended {
		t.Fatal(got)
	}
	r.exec(`UPDATE procurement SET publicity_until = now() + interval '40 hours' WHERE id = $1`, p.ID)
	as := testkit.As(t, r.operator)
	answered, err := r.AnswerObjection(as, AnswerInput{ID: o.ID, Answer: "经查证书属实，异议没有依据"})
	if err != nil {
		t.Fatal(err)
	}
	now := r.load(p.ID)
	if answered.State != ObjectionDismissed || now.State != Publicity {
		t.Fatalf("%s, %s", answered.State, now.State)
	}
	if left := time.Until(*now.PublicityUntil); left < 40*time.Hour-time.Minute { // two working days of the stage's calendar
		t.Errorf("%s are left of 40 hours", left)
	}
	r.end(p)
	r.award()
	if got := r.load(p.ID).State; got != Publicity {
		t.Fatalf("%s with one still unanswered", got)
	}
	if _, err := r.AcceptObjection(as, AcceptInput{ID: second.ID, Reason: "没有指明事实和依据，不予受理"}); err != nil {
		t.Fatal(err)
	}
	r.award()
	if got := r.load(p.ID).State; got != Awarded {
		t.Error(got)
	}
	if got := r.actions(p.ID); got != "conclude object suspend object resume decline-objection award" {
		t.Error(got)
	}
	_, err = r.AnswerObjection(as, AnswerInput{ID: o.ID, Answer: "再答复一次，结论不同"})
	wants(t, err, apperr.Conflict)
	_, err = r.AcceptObjection(as, AcceptInput{ID: second.ID, Accept: true, Reason: "改为受理这件异议"})
	wants(t, err, apperr.Conflict)
}

// A publicity goes on for one working day at least, however late it was suspended.
func TestAResumedPublicityHasAWorkingDay(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	p := r.show(time.Hour)
	o := r.filed(p.ID)
	r.end(p) // it was filed in time, and is accepted after the end
	as := testkit.As(t, r.operator)
	if _, err := r.AcceptObjection(as, AcceptInput{ID: o.ID, Accept: true, Reason: "有具体的事实，予以受理"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.AnswerObjection(as, AnswerInput{ID: o.ID, Answer: "经查没有依据，异议不成立"}); err != nil {
		t.Fatal(err)
	}
	if left := time.Until(*r.load(p.ID).PublicityUntil); left < 23*time.Hour {
		t.Errorf("%s are left", left)
	}
}

func TestAnUpheldObjectionStrikesOrEnds(t *testing.T) {
	t.Parallel()
	r := newResults(t, 4)
	as := testkit.As(t, r.operator)
	p := r.real()
	w := r.winner(p.ID)
	o := r.accepted(p.ID)
	_, err := r.AnswerObjection(as, AnswerInput{ID: o.ID, Upheld: true, Answer: "经查资质是借用的，异议成立"})
	wants(t, err, apperr.Invalid) // what follows from it?
	_, err = r.AnswerObjection(as, AnswerInput{ID: o.ID, Upheld: true, Answer: "经查资质是借用的，异议成立", Remedy: RemedyReselect, Bid: 99})
	wants(t, err, apperr.Invalid)
	if r.load(p.ID).State != Suspended {
		t.Fatal("a refused answer left a trace")
	}
	if _, err := r.AnswerObjection(as, AnswerInput{ID: o.ID, Upheld: true, Answer: "经查资质是借用的，异议成立", Remedy: RemedyReselect}); err != nil {
		t.Fatal(err)
	}
	if got := r.winner(p.ID); got.Number == w.Number || r.load(p.ID).State != Publicity {
		t.Errorf("won %d before and %d after, %s", w.Number, got.Number, r.load(p.ID).State)
	}
	r.evidenceHolds(p.ID)
	r.end(shown{Procurement: p})
	r.award()
	if got := r.load(p.ID).State; got != Awarded {
		t.Error(got)
	}

	ends := r.show(time.Hour)
	o = r.accepted(ends.ID)
	other := r.filed(ends.ID)
	if _, err := r.AnswerObjection(as, AnswerInput{ID: o.ID, Upheld: true, Answer: "公告的条件违反公平竞争，采购终止", Remedy: RemedyTerminate}); err != nil {
		t.Fatal(err)
	}
	if got := r.load(ends.ID); got.State != Terminated || !strings.Contains(got.EndedReason, o.Number) {
		t.Errorf("%s: %s", got.State, got.EndedReason)
	}
	if _, err := r.AcceptObjection(as, AcceptInput{ID: other.ID, Reason: "采购已经终止，不再审查"}); err != nil { // what is open still gets its answer
		t.Error(err)
	}
	r.end(ends)
	r.award()
	if got := r.load(ends.ID).State; got != Terminated {
		t.Error(got)
	}
}

// real is a procurement that went its whole way into publicity.
func (r *results) real() Procurement {
	r.t.Helper()
	p, _ := r.notice(time.Minute, withDrand)
	for i, f := range r.firms {
		r.mustBid(f, p, 900_000+int64(i)*1000)
	}
	r.atRound(&p)
	r.tick()
	if p = r.load(p.ID); p.State != Publicity {
		r.t.Fatal(p.State)
	}
	return p
}

func TestTwoWhoDecideAtOnce(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	other := r.cast.Person("王审核", testkit.At(authz.Operator, testkit.City))
	for range 5 {
		p := r.show(time.Hour)
		o := r.filed(p.ID)
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []*authz.Actor{r.operator, other} {
			wg.Go(func() {
				_, errs[i] = r.AcceptObjection(testkit.As(t, who), AcceptInput{ID: o.ID, Accept: i == 0, Reason: "各人有各人的理由"})
			})
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both, or neither: %v", errs)
		}
		for _, err := range errs {
			if err != nil {
				wants(t, err, apperr.Conflict)
			}
		}
		if want := map[bool]string{true: "suspended", false: "publicity"}[errs[0] == nil]; string(r.load(p.ID).State) != want {
			t.Errorf("%v: %s", errs, r.load(p.ID).State)
		}
	}
}

func TestNobodyDecidesHisOwn(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	p := r.show(time.Hour)
	objecting := r.cast.Organisation("enterprise", "提出异议的公司", testkit.County)
	hat := func(g ...authz.Grant) *authz.Actor {
		return r.cast.Person("两顶帽子", append(g, testkit.At(authz.Operator, testkit.County))...)
	}
	filer := hat(testkit.In(authz.PurchaserAgent, objecting))
	o, err := r.Object(from(testkit.As(t, filer), "10.9.9.9"), ObjectInput{Procurement: p.ID, Organisation: objecting, ObjectInput: review.ObjectInput{Name: objectorName, Contact: objectorContact, Text: objectorText}})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		who  *authz.Actor
		want apperr.Code
	}{
		"the purchaser's":       {hat(testkit.In(authz.PurchaserAgent, r.buyer)), apperr.Forbidden},
		"the winner's":          {hat(testkit.In(authz.AgencyAgent, p.firms[0].org)), apperr.Forbidden},
		"a loser's":             {hat(testkit.In(authz.AgencyAgent, p.firms[2].org)), apperr.Forbidden},
		"who filed it":          {filer, apperr.Forbidden},
		"the objecting firm's":  {hat(testkit.In(authz.PurchaserAgent, objecting)), apperr.Forbidden},
		"of another county":     {r.cast.Person("外县审核", testkit.At(authz.Operator, testkit.OtherCounty)), apperr.NotFound},
		"the purchaser himself": {r.buyerPerson, apperr.Forbidden},
		"a supervisor":          {r.cast.Person("监督", testkit.At(authz.Supervisor, testkit.County)), apperr.Forbidden},
	} {
		_, err := r.AcceptObjection(testkit.As(t, c.who), AcceptInput{ID: o.ID, Accept: true, Reason: "想让它停下来的人"})
		if apperr.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = r.AcceptObjection(t.Context(), AcceptInput{ID: o.ID, Accept: true, Reason: "没有登录的人也来办理"})
	wants(t, err, apperr.Unauthenticated)
	_, err = r.Object(from(testkit.As(t, filer), "10.9.9.8"), ObjectInput{Procurement: p.ID, Organisation: r.buyer, ObjectInput: review.ObjectInput{Name: objectorName, Contact: objectorContact, Text: objectorText}})
	wants(t, err, apperr.Invalid) // in another's name
	if r.load(p.ID).State != Publicity {
		t.Error("someone without the right suspended it")
	}
	list, err := r.Objections(testkit.As(t, r.operator), page.Request{})
	if err != nil || len(list.Items) != 1 || list.Items[0].Text != objectorText {
		t.Errorf("%+v, %v", list, err)
	}
	for _, g := range []authz.Grant{testkit.In(authz.PurchaserAgent, r.buyer), testkit.In(authz.AgencyAgent, p.firms[2].org), testkit.In(authz.PurchaserAgent, objecting)} {
		party := testkit.As(t, hat(g))
		if list, err := r.Objections(party, page.Request{}); err != nil || len(list.Items) != 0 {
			t.Errorf("a party learns who objected: %+v, %v", list, err)
		}
		_, err := r.RevealContact(party, o.ID, "想知道是谁")
		wants(t, err, apperr.Forbidden)
	}
	list, err = r.Objections(testkit.As(t, r.cast.Person("外县审核", testkit.At(authz.Operator, testkit.OtherCounty))), page.Request{})
	if err != nil || len(list.Items) != 0 {
		t.Errorf("of another county: %+v, %v", list, err)
	}
}

func TestWhoObjectedIsNeverPublished(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	p := r.show(time.Hour)
	o := r.accepted(p.ID)
	as := testkit.As(t, r.operator)
	for _, words := range []string{
		"已电话 0359－8765432转12 告知异议人", "请联系 0359 876 5432 转 12 核对", "已与 138 0013 8000 通话核实", "身份证 14080219800501123X 已核对", "已回复 someone@example.com 邮箱", "太短", strings.Repeat("长", 2001), "有零字节\x00的答复",
	} {
		_, err := r.AnswerObjection(as, AnswerInput{ID: o.ID, Answer: words})
		wants(t, err, apperr.Invalid)
	}
	if _, err := r.AnswerObjection(as, AnswerInput{ID: o.ID, Answer: "经查 2026 年的证书 91350100M000100Y43 属实，异议不成立"}); err != nil {
		t.Fatal(err)
	}
	r.end(p)
	r.award()
	result, err := r.Result(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	standing, err := r.MyStanding(testkit.As(t, p.firms[1].agent), p.ID, uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	var course, log []string
	r.scan(`SELECT array_agg(note || data::text) FROM procurement_event WHERE procurement_id = $1`, []any{p.ID}, &course)
	r.scan(`SELECT coalesce(array_agg(summary || coalesce(change::text, '')), '{}') FROM audit_log`, nil, &log)
	public, err := json.Marshal([]any{result, standing, r.logged, r.told, course, log, o})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{objectorName, objectorContact, "8765432", objectorText, "借用"} {
		if strings.Contains(string(public), secret) {
			t.Errorf("%s is out", secret)
		}
	}
	if len(result.Objections) != 1 || result.Objections[0].Answer == "" || len(r.logged) < 4 {
		t.Errorf("the answer is not published: %+v", result.Objections)
	}
	var sealed []byte
	r.scan(`SELECT contact FROM procurement_objection WHERE id = $1`, []any{o.ID}, &sealed)
	if strings.Contains(string(sealed), "8765432") {
		t.Error("the contact lies in the clear")
	}
	if got, err := r.RevealContact(as, o.ID, "告知答复"); err != nil || got != objectorContact {
		t.Errorf("%q, %v", got, err)
	}
	_, err = r.RevealContact(testkit.As(t, r.buyerPerson), o.ID, "想知道是谁")
	wants(t, err, apperr.Forbidden)
	_, err = r.RevealContact(testkit.As(t, r.cast.Person("外县审核", testkit.At(authz.Operator, testkit.OtherCounty))), o.ID, "想知道是谁")
	wants(t, err, apperr.NotFound)
	var looks int
	r.scan(`SELECT count(*) FROM audit_log WHERE outcome = 'read' AND action = 'personal-data:reveal'`, nil, &looks)
	if looks != 1 {
		t.Errorf("%d looks are logged", looks)
	}
}

func TestObjectionsAreJudgedAndBounded(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	p := r.show(time.Hour)
	for field, in := range map[string]review.ObjectInput{
		"name": {Name: "甲", Contact: objectorContact, Text: objectorText}, "contact": {Name: objectorName, Contact: " 1 ", Text: objectorText},
		"text": {Name: objectorName, Contact: objectorContact, Text: strings.Repeat("长", 4001)}, "name|zero": {Name: "甲\x00乙", Contact: objectorContact, Text: objectorText},
	} {
		_, err := r.Object(someone(t), ObjectInput{Procurement: p.ID, ObjectInput: in})
		if e, ok := apperr.As(err); !ok || len(e.Fields) != 1 || e.Fields[0].Name != strings.Split(field, "|")[0] {
			t.Errorf("%s: %v", field, err)
		}
	}
	_, err := r.object(someone(t), uuid.New())
	wants(t, err, apperr.NotFound)
	open, _ := r.notice(time.Hour)
	_, err = r.object(someone(t), open.ID)
	wants(t, err, apperr.Conflict)
	crowd := from(t.Context(), "2001:db8::1")
	for i := range 10 {
		if _, err := r.object(from(t.Context(), fmt.Sprintf("2001:db8::%x", i)), p.ID); err != nil {
			t.Fatal(err)
		}
	}
	_, err = r.object(crowd, p.ID)
	wants(t, err, apperr.TooMany)
	if _, err := r.object(someone(t), p.ID); err != nil {
		t.Errorf("another is held up: %v", err)
	}
}

func TestALateAnswerIsToldOnce(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	p := r.show(time.Hour)
	o := r.filed(p.ID)
	r.exec(`UPDATE procurement_objection SET due_at = now() - interval '1 hour' WHERE id = $1`, o.ID)
	r.told = nil
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := r.awardDue(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(r.told) != 1 || r.told[0].Action != ToldObjectionLate || !strings.Contains(r.told[0].Note, o.Number) {
		t.Errorf("%+v", r.told)
	}
}

func TestAnObjectorTakesHisDataAndIsForgotten(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	p := r.show(time.Hour)
	who := r.cast.Person("赵不服")
	o, err := r.object(from(testkit.As(t, who), "10.8.8.8"), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	var known int
	if r.scan(`SELECT count(person_id) FROM procurement_event WHERE procurement_id = $1`, []any{p.ID}, &known); known != 0 {
		t.Error("the course says who objected")
	}
	h := r.PersonalData()
	err = db.InTx(t.Context(), r.pool, func(tx db.Tx) error {
		held, err := h.Export(t.Context(), tx, who.Person)
		if doc, _ := json.Marshal(held); err != nil || !strings.Contains(string(doc), objectorContact) || !strings.Contains(string(doc), o.Number) {
			t.Errorf("%s, %v", doc, err)
		}
		keeps, err := h.Keeps(t.Context(), tx, who.Person)
		if err != nil || len(keeps) != 1 || !strings.Contains(keeps[0], o.Number) {
			t.Errorf("%v, %v", keeps, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.AcceptObjection(testkit.As(t, r.operator), AcceptInput{ID: o.ID, Reason: "没有事实依据，不予受理"}); err != nil {
		t.Fatal(err)
	}
	if err := db.InTx(t.Context(), r.pool, func(tx db.Tx) error { return h.Erase(t.Context(), tx, who.Person) }); err != nil {
		t.Fatal(err)
	}
	var name string
	var person *uuid.UUID
	r.scan(`SELECT name, person_id FROM procurement_objection WHERE id = $1`, []any{o.ID}, &name, &person)
	if contact, err := r.RevealContact(testkit.As(t, r.operator), o.ID, "核对是否删除"); err != nil || name == objectorName || contact == objectorContact || person != nil {
		t.Errorf("%s, %s, %v, %v", name, contact, person, err)
	}
}
