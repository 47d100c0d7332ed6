package credit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

const personNumber = "11010519491231002X"

func (d *desk) banContent(change review.Content) review.Content {
	c := review.Content{"kind": "agency", "uscc": uscc, "name": "河东测绘有限公司", "region": testkit.County, "law": "environment", "conduct": "编制的文件有重大虚假",
		"authority": "某市生态环境局", "documentNo": "环罚〔2026〕7 号", "from": clock.Day(d.now()), "term": "until", "until": clock.DayAfter(d.now(), 30), "proof": d.file(d.officer).String()}
	for k, v := range change {
		c[k] = v
	}
	return c
}

// TestABanHoldsOnItsDays: recorded by one and confirmed by another, it holds from its first
// day to its last by itself, or for life, or until it is lifted.
func TestABanHoldsOnItsDays(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := d.submitted(d.officer, "credit-ban", uuid.Nil, d.banContent(nil))
	if err := d.decide(d.officer, s, review.Accept); code(err) != apperr.Forbidden {
		t.Errorf("the proposer confirmed: %v", err)
	}
	if b, err := credit.BanOf(t.Context(), d.pool, uscc, clock.Day(d.now())); err != nil || b.ID != "" {
		t.Errorf("holds before it is confirmed: %+v %v", b, err)
	}
	if err := d.decide(d.other, s, review.Accept); err != nil {
		t.Fatal(err)
	}
	for days, want := range map[int]bool{-1: false, 0: true, 30: true, 31: false} {
		b, err := credit.BanOf(t.Context(), d.pool, uscc, clock.DayAfter(d.now(), days))
		if err != nil || (b.ID != "") != want {
			t.Errorf("day %d: %+v %v", days, b, err)
		}
		if want && (!strings.Contains(b.Words(), "环境影响评价法 第32条") || !strings.Contains(b.Words(), clock.DayAfter(d.now(), 30))) {
			t.Error(b.Words())
		}
	}
	page, err := d.Bans(t.Context(), credit.BanFilter{})
	if err != nil || len(page.Items) != 1 || !page.Items[0].InForce || len(d.log) != 1 || d.log[0].Kind != "credit-ban" {
		t.Fatalf("%+v %v %+v", page, err, d.log)
	}
	// The same decision is not recorded twice.
	if msg := d.refused(d.officer, d.drafted(d.officer, "credit-ban", uuid.Nil, d.banContent(nil)), "documentNo"); !strings.Contains(msg, "登记过") {
		t.Error(msg)
	}
	id := uuid.MustParse(page.Items[0].ID)
	lift := d.submitted(d.other, "credit-ban-lifting", id, review.Content{"from": clock.DayAfter(d.now(), 2), "reason": "法院判决撤销该决定", "proof": d.file(d.other).String()})
	if err := d.decide(d.officer, lift, review.Accept); err != nil {
		t.Fatal(err)
	}
	for days, want := range map[int]bool{1: true, 2: false} {
		if b, err := credit.BanOf(t.Context(), d.pool, uscc, clock.DayAfter(d.now(), days)); err != nil || (b.ID != "") != want {
			t.Errorf("lifted, day %d: %+v %v", days, b, err)
		}
	}
}

// TestABannedPerson: found by the number however it is stored, shown with a masked name.
func TestABannedPerson(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := d.submitted(d.other, "credit-ban", uuid.Nil, d.banContent(review.Content{"kind": "practitioner", "name": "王小明", "idNumber": personNumber, "employer": uscc, "term": "life", "law": "other", "lawText": "某法（待核实）", "proof": d.file(d.other).String()}))
	if strings.Contains(s.Title, "小") {
		t.Errorf("title %s", s.Title)
	}
	if err := d.decide(d.city, s, review.Accept); err != nil {
		t.Fatal(err)
	}
	b, err := credit.BanOfPerson(t.Context(), d.pool, d.vault.Digests(agency.FieldPersonDigest, personNumber), clock.DayAfter(d.now(), 20000))
	if err != nil || !b.ForLife || b.Name != "王*明" || !strings.Contains(b.Words(), "终身") {
		t.Errorf("%+v %v", b, err)
	}
	if line := d.log[0].Body.(credit.Ban); line.Name != "" {
		t.Errorf("the public log names %s", line.Name)
	}
	if c := d.refused(d.other, d.drafted(d.other, "credit-ban", uuid.Nil, d.banContent(review.Content{"until": clock.DayAfter(d.now(), -1), "documentNo": "别的", "proof": d.file(d.other).String()})), "until"); c == "" {
		t.Error("ends before it begins")
	}
	// The agency's own people see it beside the practitioner; others do not see the list.
	person := uuid.New()
	d.exec(`INSERT INTO practitioner (id, agency_id, name, specialty, certificate_no, id_number, id_digest) VALUES ($1, $2, '王小明', '注册测绘师', 'CH1', $3, $4)`, person, d.ours,
		d.vault.Seal(agency.FieldPractitionerID, personNumber), d.vault.Digest(agency.FieldPersonDigest, personNumber))
	other, _ := d.agency("第三家测绘有限公司", "91140800MA0GTYYY3K")
	d.exec(`INSERT INTO practitioner (id, agency_id, name, specialty, certificate_no, id_number, id_digest) VALUES (gen_random_uuid(), $1, '王小明', '注册测绘师', 'CH1', $2, $3)`, other,
		d.vault.Seal(agency.FieldPractitionerID, personNumber), d.vault.Digest(agency.FieldPersonDigest, personNumber))
	rec := d.submitted(d.officer, "practitioner-record", person, review.Content{"conduct": "同时在两家机构执业", "basis": "待核实", "occurredOn": clock.Day(d.now()), "months": float64(6)})
	if err := d.decide(d.officer, rec, review.Accept); code(err) != apperr.Forbidden {
		t.Error(err)
	}
	if err := d.decide(d.other, rec, review.Accept); err != nil {
		t.Fatal(err)
	}
	list, err := d.People(d.as(d.agent), d.ours)
	if err != nil || len(list) != 1 || list[0].Ban == "" || !slices.Equal(list[0].Elsewhere, []string{"第三家测绘有限公司"}) || len(list[0].Conduct) != 1 {
		t.Errorf("%+v %v", list, err)
	}
	if _, err := d.People(d.as(d.stranger), d.ours); code(err) != apperr.NotFound {
		t.Errorf("another agency's people: %v", err)
	}
	// The record goes with the person.
	shown, err := d.PublicPeople(t.Context(), other)
	if err != nil || len(shown) != 1 || shown[0].Name != "王*明" || len(shown[0].Conduct) != 1 || !shown[0].Banned {
		t.Errorf("%+v %v", shown, err)
	}
}

// TestAnEngagementRunsUntilItsEnd: a practitioner named in a winning bid is busy from the
// award through contract, service and delivery, and free when the result is accepted or the
// contract terminated; an award that was refused binds nobody.
func TestAnEngagementRunsUntilItsEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	person, procurement := uuid.New(), uuid.New()
	d.exec(`INSERT INTO practitioner (id, agency_id, name, specialty, certificate_no) VALUES ($1, $2, '王小明', '注册测绘师', 'CH1')`, person, d.ours)
	d.exec(`INSERT INTO submission (id, kind, title, org_id, author, region_code, state, content) VALUES ($1, 'procurement-notice', '公告', $2, $3, $4, 'published', '{}')`, procurement, d.org, d.agent.Person, testkit.County)
	d.exec(`INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, address, contact_name, contact_phone, contact_email, agent_name, papers, verified_at, submission_id)
		VALUES ($1, 'enterprise', '某', false, '', '', '某', '\x00', '', '', '{}', now(), $2)`, d.org, procurement)
	d.exec(`INSERT INTO procurement (id, org_id, purchaser, region_code, title, method, fiscal, terms, state, published_at, deadline, selection_at, recipient, submission_id, frozen_at, concluded_at, publicity_until)
		VALUES ($1, $2, '业主', $3, '勘测定界', 'random', false, '{}', 'awarded', now() - interval '9 days', now() - interval '6 days', now() - interval '5 days', 'x', $1, now() - interval '6 days', now() - interval '5 days', now() - interval '1 day')`, procurement, d.org, testkit.County)
	bid := uuid.New()
	d.exec(`INSERT INTO bid (id, procurement_id, agency_id, uscc, agency_name, number, received_at, receipt, state, place, quote_fen, days, proposal)
		VALUES ($1, $2, $3, $4, '河东测绘有限公司', 1, now(), '\x00', 'selected', 1, 100, 20, jsonb_build_object('practitioners', jsonb_build_array($5::text)))`, bid, procurement, d.ours, uscc, person)
	d.exec(`INSERT INTO award (id, number, procurement_id, seq, bid_id, body, issued_at) VALUES (gen_random_uuid(), 'ZX2026000001', $1, 1, $2, '{}', now())`, procurement, bid)
	busy := func() int {
		t.Helper()
		list, err := d.PublicPeople(t.Context(), d.ours)
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v %v", list, err)
		}
		return list[0].Engagements
	}
	for state, want := range map[string]int{"awarded": 1, "contracted": 1, "in_service": 1, "delivered": 1, "accepted": 0, "evaluated": 0, "terminated": 0} {
		d.exec(`UPDATE procurement SET state = $2 WHERE id = $1`, procurement, state)
		if n := busy(); n != want {
			t.Errorf("%s: %d engagements, want %d", state, n, want)
		}
	}
	d.exec(`UPDATE procurement SET state = 'in_service' WHERE id = $1`, procurement)
	d.exec(`UPDATE award SET refused_at = now(), refused_by = $2, refusal = 'declined', refused_reason = '放弃' WHERE procurement_id = $1`, procurement, d.agent.Person)
	if n := busy(); n != 0 {
		t.Errorf("a refused award binds: %d", n)
	}
}
