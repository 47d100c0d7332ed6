package credit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/review"
)

func (d *desk) repairContent() review.Content {
	return review.Content{"measures": "已经更换负责人并重新培训", "madeGoodOn": clock.Day(d.now()), "proof": d.file(d.agent).String(), "committed": true}
}

// TestARepairedRecord: a minor one at once, a general after three months; the score of
// today follows, that of the days before stays.
func TestARepairedRecord(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.published("M-CONDUCT", 10)
	before := d.now()
	seen := d.must(d.Record(d.as(d.agent), r.ID))
	if !slices.Contains(seen.AllowedActions, credit.Repair) || !slices.Contains(seen.AllowedActions, credit.Overturn) {
		t.Fatalf("%+v", seen.AllowedActions)
	}
	bad := d.drafted(d.agent, "credit-repair", r.ID, review.Content{"measures": "请联系 13800138000", "madeGoodOn": clock.DayAfter(before, 1), "proof": d.file(d.agent).String(), "committed": true})
	if msg := d.refused(d.agent, bad, "madeGoodOn"); !strings.Contains(msg, "今天") {
		t.Error(msg)
	}
	d.refused(d.agent, bad, "measures")
	s := d.submitted(d.agent, "credit-repair", r.ID, d.repairContent())
	if err := d.decide(d.officer, s, review.Accept); code(err) != apperr.Forbidden {
		t.Errorf("the proposer decided: %v", err)
	}
	if err := d.decide(d.other, s, review.Reject); code(err) != apperr.Forbidden {
		t.Errorf("the confirmer decided: %v", err)
	}
	got, err := d.review.Get(d.as(d.other), s.ID)
	if err != nil || got.WhyNot == "" || len(got.AllowedActions) != 0 {
		t.Errorf("%q %v %v", got.WhyNot, got.AllowedActions, err)
	}
	if err := d.decide(d.elsewhere, s, review.Accept); code(err) != apperr.NotFound {
		t.Errorf("of another county: %v", err)
	}
	if err := d.decide(d.city, s, review.Accept); err != nil {
		t.Fatal(err)
	}
	r = d.must(d.Record(d.as(d.agent), r.ID))
	if r.State != credit.Repaired || r.RepairReason == "" || d.tenths() != 950 {
		t.Errorf("%+v, %d", r, d.tenths())
	}
	past, err := credit.ScoresAt(t.Context(), d.pool, []uuid.UUID{d.ours}, before)
	if err != nil || past[d.ours].Tenths != 930 {
		t.Errorf("the past changed: %d, %v", past[d.ours].Tenths, err)
	}
	if last := d.log[len(d.log)-1]; last.Subject != r.ID || len(d.log) != 2 {
		t.Errorf("%+v", d.log)
	}
	// Twice is not possible, and another's record is not there.
	if _, err := d.review.Start(d.as(d.agent), review.StartInput{Kind: "credit-repair", Subject: r.ID}); code(err) != apperr.Conflict {
		t.Errorf("%v", err)
	}
	if _, err := d.review.Start(d.as(d.stranger), review.StartInput{Kind: "credit-repair", Subject: r.ID}); code(err) != apperr.Invalid {
		t.Errorf("another's record: %v", err)
	}
}

// TestRepairHasItsTime: general three months, serious a year; after a veto not before the
// agency may come back.
func TestRepairHasItsTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	start := func(id uuid.UUID) error {
		_, err := d.review.Start(d.as(d.agent), review.StartInput{Kind: "credit-repair", Subject: id})
		return err
	}
	for _, c := range []struct {
		entry string
		days  int
		open  bool
	}{{"G-SUBCONTRACT", 85, false}, {"G-SUBCONTRACT", 93, true}, {"S-ENTRY-FALSE", 360, false}, {"S-ENTRY-FALSE", 367, true}} {
		r := d.published(c.entry, c.days)
		err := start(r.ID)
		if c.open && err != nil || !c.open && (code(err) != apperr.Conflict || !strings.Contains(err.Error(), r.RepairFrom)) {
			t.Errorf("%s after %d days (from %s): %v", c.entry, c.days, r.RepairFrom, err)
		}
	}
	veto := d.published("S-BRIBERY", 400)
	if ask[int](d, `SELECT count(*) FROM agency_bar WHERE uscc = $1`, uscc) == 0 {
		t.Fatal("a veto led to no bar")
	}
	d.exec(`UPDATE agency_bar SET until = $1`, clock.DayAfter(d.now(), 30))
	if err := start(veto.ID); code(err) != apperr.Conflict || !strings.Contains(err.Error(), clock.DayAfter(d.now(), 31)) {
		t.Errorf("before the bar is over: %v", err)
	}
	d.exec(`UPDATE agency_bar SET until = $1`, clock.DayAfter(d.now(), -1))
	if err := start(veto.ID); err != nil {
		t.Error(err)
	}
}

// TestAnAppealWonAfterExpiry, and after a repair: today's score is right, and the days on
// which it counted stay what they were.
func TestAnAppealWonAfterExpiry(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"in force", "expired", "repaired"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			r := d.published("G-SUBCONTRACT", 20)
			then := r.ConfirmedAt.Add(1e9)
			s := d.submitted(d.agent, "credit-appeal", r.ID, review.Content{"reason": "转包的不是我们，是同名的机构"})
			switch how {
			case "expired":
				d.exec(`UPDATE credit_record SET expires_on = (now() AT TIME ZONE 'Asia/Shanghai')::date - 1 WHERE id = $1`, r.ID)
			case "repaired":
				d.exec(`UPDATE credit_record SET repaired_at = now() - interval '1 hour', repair_reason = '已整改' WHERE id = $1`, r.ID)
			}
			// The term for appealing runs out while it is decided: it was in time.
			d.exec(`UPDATE credit_record SET confirmed_at = confirmed_at - interval '100 days' WHERE id = $1`, r.ID)
			then = then.AddDate(0, 0, -100)
			if err := d.decide(d.other, s, review.Accept); code(err) != apperr.Forbidden {
				t.Errorf("the confirmer decided: %v", err)
			}
			if err := d.decide(d.city, s, review.Accept); err != nil {
				t.Fatal(err)
			}
			r = d.must(d.Record(d.as(d.agent), r.ID))
			if r.State != credit.Overturned || d.tenths() != 950 || !strings.Contains(r.OverturnReason, s.Number) {
				t.Errorf("%+v, %d", r, d.tenths())
			}
			past, err := credit.ScoresAt(t.Context(), d.pool, []uuid.UUID{d.ours}, then)
			if err != nil || past[d.ours].Tenths != 890 {
				t.Errorf("the past changed: %d, %v", past[d.ours].Tenths, err)
			}
			if how == "repaired" && (r.RepairedAt == nil || r.RepairReason != "已整改") {
				t.Error("the repair is forgotten")
			}
		})
	}
}

// TestAnAppealHasItsTerm, and a lost one leaves the record as it is.
func TestAnAppealHasItsTerm(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.published("G-SUBCONTRACT", 61)
	if _, err := d.review.Start(d.as(d.agent), review.StartInput{Kind: "credit-appeal", Subject: r.ID}); code(err) != apperr.Conflict || !strings.Contains(err.Error(), r.AppealUntil) {
		t.Errorf("%v", err)
	}
	r = d.published("M-CONDUCT", 60)
	s := d.submitted(d.agent, "credit-appeal", r.ID, review.Content{"reason": "服务过程没有问题，有记录可查"})
	if err := d.decide(d.city, s, review.Reject); err != nil {
		t.Fatal(err)
	}
	if r = d.must(d.Record(d.as(d.agent), r.ID)); r.State != credit.Published {
		t.Errorf("%+v", r)
	}
}
