package procurement

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/testkit"
)

// fall gives a firm so many general records of −15, now.
func (e *engine) fall(f firm, records int) {
	e.t.Helper()
	e.exec(`INSERT INTO credit_rubric VALUES ('G-01', 1, 'general', '逾期交付', -150, -60, 12, false, '平台规则', '2020-01-01') ON CONFLICT DO NOTHING`)
	s := credit.Sample{Agency: f.id}
	for range records {
		s.Records = append(s.Records, credit.SampleRecord{ID: uuid.New(), Rubric: "G-01", Points: -150, Months: 12, At: time.Now()})
	}
	if err := db.InTx(e.t.Context(), e.pool, func(tx db.Tx) error { return credit.StoreSamples(e.t.Context(), tx, []credit.Sample{s}, time.Now()) }); err != nil {
		e.t.Fatal(err)
	}
}

// TestAGradeKeepsOut: who falls to C between sign-up and opening is not in a random draw,
// and is told until when and why; other methods take it. Who falls to D is in none. What
// caused it overturned, it is in again.
func TestAGradeKeepsOut(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	firms := e.firms(5)
	c, d := firms[0], firms[1]
	random, _ := e.notice(time.Minute, withDrand, func(t *Terms) { t.Method, t.Pricing, t.PriceFen = Random, FixedPrice, 500_000 })
	lowest, _ := e.notice(time.Minute)
	for _, f := range firms {
		if _, err := e.Submit(testkit.As(t, f.agent), random.ID, uuid.Nil, Offer{Days: 10}); err != nil {
			t.Fatal(err)
		}
	}
	quote := int64(900_000)
	e.fall(c, 2)
	e.fall(d, 3)
	for _, w := range []struct {
		who   firm
		p     Procurement
		codes string
	}{{c, random, "restricted"}, {c, lowest, ""}, {d, random, "suspended"}, {d, lowest, "suspended"}, {firms[2], random, ""}} {
		got, err := e.Eligibility(testkit.As(t, w.who.agent), w.p.ID, uuid.Nil)
		if err != nil || strings.Join(codes(got.Reasons), " ") != w.codes {
			t.Errorf("%+v, %v, want %q", got.Reasons, err, w.codes)
		}
		for _, r := range got.Reasons {
			if !strings.Contains(r.Message, "信用等级于 "+clock.Day(time.Now())+" 降为") {
				t.Errorf("%s says no reason", r.Message)
			}
		}
	}
	if _, err := e.Submit(testkit.As(t, d.agent), lowest.ID, uuid.Nil, Offer{QuoteFen: &quote, Days: 10}); len(fieldsOf(err)) != 1 || fieldsOf(err)[0].Name != "eligibility.suspended" {
		t.Errorf("%v", err)
	}
	e.atRound(&random)
	e.tick()
	e.tick()
	for _, b := range e.bids(random.ID) {
		out := b.Agency == c.id || b.Agency == d.id
		if (b.State == BidDisqualified) != out || out && !strings.Contains(b.Reason, "降为") {
			t.Errorf("%s: %s", b.State, b.Reason)
		}
	}
	if w := e.winner(random.ID); w.Agency == c.id || w.Agency == d.id {
		t.Error("drawn all the same")
	}
	// The record overturned, whatever changes the score next finds nothing to hold it.
	e.exec(`UPDATE credit_record SET overturned_at = now() WHERE id = (SELECT id FROM credit_record WHERE agency_id = $1 LIMIT 1)`, c.id)
	if err := db.InTx(t.Context(), e.pool, func(tx db.Tx) error {
		return credit.MeasureTx(t.Context(), tx, credit.Measured{Agency: c.id, Kind: credit.OnTime, Kept: true, Subject: uuid.New(), At: time.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	next, _ := e.notice(time.Hour, withDrand, func(t *Terms) { t.Method, t.Pricing, t.PriceFen = Random, FixedPrice, 500_000 })
	if got, err := e.Eligibility(testkit.As(t, c.agent), next.ID, uuid.Nil); err != nil || !got.Eligible {
		t.Errorf("%+v, %v", got, err)
	}
}
