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
