package procurement

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zjcs/internal/agency"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/secret"
	"zjcs/internal/testkit"
)

func blockCodes(list []Block) (out []string) {
	for _, b := range list {
		out = append(out, b.Code)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestSameAsThePurchaser: each way of being the purchaser's own is told at sign-up.
func TestSameAsThePurchaser(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for code, change := range map[string]func(f firm){
		"legal_representative": func(f firm) { s.exec(`UPDATE agency SET legal_representative = '郑业主' WHERE id = $1`, f.id) },
		"address": func(f firm) {
			s.exec(`UPDATE agency SET address = '运城市盐湖区 人民路（１号）' WHERE id = $1`, f.id)
		},
		"phone": func(f firm) { s.exec(`UPDATE agency SET phone = '+86 136-0000-0001' WHERE id = $1`, f.id) },
		"email": func(f firm) { s.exec(`UPDATE person SET email = 'buyer@example.com' WHERE id = $1`, f.agent.Person) },
		"person": func(f firm) {
			s.exec(`INSERT INTO role_grant (id, person_id, role, org_id) VALUES (gen_random_uuid(), $1, 'agency_admin', $2)`, s.buyerPerson.Person, f.org)
		},
		"declared": func(firm) {},
	} {
		f := s.firm("", free)
		change(f)
		p, _ := s.notice(time.Hour, func(t *Terms) {
			if code == "declared" {
				t.Recusals = []Recusal{{USCC: f.uscc, Reason: "曾任顾问"}}
			}
		})
		e, err := s.Eligibility(testkit.As(t, f.agent), p.ID, uuid.Nil)
		got := blockCodes(e.Blocks)
		if code == "person" { // one person has one address
			got = slices.DeleteFunc(got, func(c string) bool { return c == "email" })
		}
		if err != nil || e.Eligible || !slices.Equal(got, []string{code}) || e.Blocks[0].Basis == "" {
			t.Errorf("%s: %+v, %v", code, e, err)
		}
		if _, err := s.bid(f, p, 500_000); apperr.CodeOf(err) != apperr.Invalid || !strings.Contains(err.Error(), "异议") {
			t.Errorf("%s: %v", code, err)
		}
		s.exec(`UPDATE person SET email = NULL WHERE email = 'buyer@example.com'`)
	}
}

// TestOneAmongBidders: all that are one are blocked, the others are not.
func TestOneAmongBidders(t *testing.T) {
	t.Parallel()
	s := setup(t)
	one, two, apart := s.firm("", free), s.firm("", free), s.firm("", free)
	p, _ := s.notice(time.Hour)
	ids := []uuid.UUID{one.id, two.id, apart.id}
	check := func(what string, want ...string) {
		t.Helper()
		blocks, err := s.conflicts(t.Context(), s.pool, p, ids)
		if err != nil || !slices.Equal(blockCodes(blocks[one.id]), want) || !slices.Equal(blockCodes(blocks[two.id]), want) || len(blocks[apart.id]) != 0 {
			t.Errorf("%s: %+v, %v", what, blocks, err)
		}
	}
	check("strangers")
	s.exec(`UPDATE agency SET phone = '0359-8888888' WHERE id = ANY ($1)`, ids[:2])
	check("one telephone", "phone")
	s.exec(`UPDATE agency SET legal_representative = '欧阳同' WHERE id = ANY ($1)`, ids[:2])
	check("and one representative", "legal_representative", "phone")
	// A name that many agencies bear is no person.
	for range commonName {
		x := s.firm("", free)
		s.exec(`UPDATE agency SET legal_representative = '欧阳同' WHERE id = $1`, x.id)
	}
	check("namesakes", "phone")
	// The same person practises at both, one of them still stored under the key before.
	fresh := *s.Service
	fresh.Vault = newVault(t, secret.NewKey(), s.key)
	const number = "11010519491231002X"
	put := func(f firm, v *secret.Vault) {
		s.exec(`INSERT INTO practitioner (id, agency_id, name, specialty, certificate_no, id_number, id_digest) VALUES (gen_random_uuid(), $1, '王工', '注册', $2, $3, $4)`,
			f.id, f.uscc, v.Seal(agency.FieldPractitionerID, number), v.Digest(agency.FieldPersonDigest, number))
	}
	put(one, s.Vault)
	put(two, fresh.Vault)
	s.exec(`UPDATE purchaser SET contact_phone = $1`, fresh.Vault.Seal("purchaser.contact_phone", "13600000001"))
	s.Service = &fresh
	check("one practitioner under two keys", "phone", "practitioner")
}

// TestUpstreamAndAffiliation: who drew may not check, and who hangs on the authority may
// not serve its approvals; other projects and other authorities do not matter.
func TestUpstreamAndAffiliation(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, other := s.firm("甲级", drawing, checking), s.firm("甲级", drawing, checking)
	s.exec(`INSERT INTO agency_qualification (id, agency_id, name, level, certificate_no, issuer) SELECT gen_random_uuid(), id, '施工图审查机构认定', '', 'B', '' FROM agency`)
	s.exec(`SELECT refresh_carried(NULL, NULL)`)
	const code = "2401-140821-04-01-123456"
	drawn, _ := s.notice(time.Hour, func(t *Terms) { t.Items, t.ProjectCode = []string{drawing}, code })
	bid := uuid.New()
	s.exec(`INSERT INTO bid (id, procurement_id, agency_id, uscc, agency_name, received_at, receipt, state, days) VALUES ($1, $2, $3, $4, '', now(), '', 'selected', 5)`, bid, drawn.ID, f.id, f.uscc)
	s.exec(`INSERT INTO award (id, procurement_id, seq, bid_id, body, issued_at) VALUES (gen_random_uuid(), $1, 1, $2, '{}', now())`, drawn.ID, bid)
	check, _ := s.notice(time.Hour, func(t *Terms) { t.Items, t.ProjectCode = []string{checking}, code })
	blocks, err := s.purchaserBlocks(t.Context(), s.pool, check, []uuid.UUID{f.id, other.id})
	if err != nil || !slices.Equal(blockCodes(blocks[f.id]), []string{"upstream"}) || len(blocks[other.id]) != 0 || !strings.Contains(blocks[f.id][0].Message, code) {
		t.Errorf("%+v, %v", blocks, err)
	}
	elsewhere, _ := s.notice(time.Hour, func(t *Terms) { t.Items, t.ProjectCode = []string{checking}, "2401-140821-04-01-999999" })
	if blocks, err := s.purchaserBlocks(t.Context(), s.pool, elsewhere, []uuid.UUID{f.id}); err != nil || len(blocks) != 0 {
		t.Errorf("another project: %+v, %v", blocks, err)
	}
	s.exec(`UPDATE award SET refused_at = now(), refused_by = (SELECT id FROM person LIMIT 1), refusal = 'declined'`)
	if blocks, err := s.purchaserBlocks(t.Context(), s.pool, check, []uuid.UUID{f.id}); err != nil || len(blocks) != 0 {
		t.Errorf("an award refused: %+v, %v", blocks, err)
	}
	s.exec(`INSERT INTO department (id, region_code, name) VALUES (gen_random_uuid(), $1, '住建')`, testkit.City)
	s.exec(`INSERT INTO service_item_department (item_id, department_id, ordinal) SELECT i.id, d.id, 0 FROM service_item i, department d WHERE i.code = $1`, checking)
	for authority, blocked := range map[string]bool{"临猗县住房和城乡建设局": true, "运城市住房和城乡建设局": true, "稷山县住房和城乡建设局": false, "临猗县水利局": false} {
		s.exec(`DELETE FROM agency_affiliation`)
		s.exec(`INSERT INTO agency_affiliation (id, agency_id, authority, relation, note, declared, batch_id) VALUES (gen_random_uuid(), $1, $2, 'equity', '', true, $3)`, f.id, authority, s.batch)
		blocks, err := s.purchaserBlocks(t.Context(), s.pool, check, []uuid.UUID{f.id})
		if err != nil || (len(blocks[f.id]) == 1) != blocked {
			t.Errorf("%s: %+v, %v", authority, blocks, err)
		}
	}
}

// TestAnAppealLiftsABlock: filed by the agency, decided by another with a reason.
func TestAnAppealLiftsABlock(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, other := s.firm("", free), s.firm("", free)
	s.exec(`UPDATE agency SET legal_representative = '郑业主' WHERE id = ANY ($1)`, []uuid.UUID{f.id, other.id})
	p, _ := s.notice(time.Hour)
	q, _ := s.notice(time.Hour)
	agent, operator := testkit.As(t, f.agent), testkit.As(t, s.cast.Person("审核", testkit.At(authz.Operator, testkit.County)))
	elsewhere := testkit.As(t, s.cast.Person("别县审核", testkit.At(authz.Operator, testkit.OtherCounty)))
	if _, err := s.Appeal(agent, p.ID, uuid.Nil, "phone", "电话并不相同"); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("a block that is not there: %v", err)
	}
	if _, err := s.Appeal(agent, p.ID, uuid.Nil, "legal_representative", "短"); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	a, err := s.Appeal(agent, p.ID, uuid.Nil, "legal_representative", "只是同名，并非同一人")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Appeal(agent, p.ID, uuid.Nil, "legal_representative", "只是同名，并非同一人"); apperr.CodeOf(err) != apperr.Conflict {
		t.Errorf("twice: %v", err)
	}
	if list, err := s.Appeals(operator); err != nil || len(list) != 1 || list[0].ID != a.ID {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err := s.Mine(operator, MineFilter{View: ViewOperator, Waiting: true}); err != nil || len(list.Items) != 1 || list.Items[0].ID != p.ID || len(list.Items[0].Waiting) != 1 {
		t.Errorf("what waits for the operator: %+v, %v", list.Items, err)
	}
	if list, err := s.Appeals(elsewhere); err != nil || len(list) != 0 {
		t.Errorf("elsewhere: %+v, %v", list, err)
	}
	if _, err := s.DecideAppeal(agent, a.ID, true, "查明不是同一人"); apperr.CodeOf(err) != apperr.Forbidden {
		t.Errorf("the agency decides: %v", err)
	}
	ofOneSide := s.cast.Person("两重身份", testkit.At(authz.Operator, testkit.County), testkit.In(authz.PurchaserAgent, s.buyer))
	if _, err := s.DecideAppeal(testkit.As(t, ofOneSide), a.ID, true, "查明不是同一人"); apperr.CodeOf(err) != apperr.Forbidden {
		t.Errorf("the purchaser's own operator decides: %v", err)
	}
	if _, err := s.DecideAppeal(elsewhere, a.ID, true, "查明不是同一人"); apperr.CodeOf(err) != apperr.Forbidden {
		t.Errorf("elsewhere decides: %v", err)
	}
	if _, err := s.bid(f, p, 1); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("before it is decided: %v", err)
	}
	if _, err := s.DecideAppeal(operator, a.ID, true, "查明不是同一人"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.DecideAppeal(operator, a.ID, false, "改主意了吧"); apperr.CodeOf(err) != apperr.Conflict {
		t.Errorf("decided twice: %v", err)
	}
	s.mustBid(f, p, 1)
	if _, err := s.bid(f, q, 1); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("in another procurement: %v", err)
	}
	if _, err := s.bid(other, p, 1); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("another agency: %v", err)
	}
	if len(s.told) != 2 || s.told[0].Action != ToldAppeal || s.told[1].Agencies[0] != f.id {
		t.Errorf("told: %+v", s.told)
	}
}

// TestBlocksAreMutual: blocks among bidders do not depend on their order and always come in
// company.
func TestBlocksAreMutual(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pick := func(list ...string) string { return rapid.SampledFrom(list).Draw(t, "value") }
		var list []party
		for i := range rapid.IntRange(0, 12).Draw(t, "n") {
			list = append(list, party{id: uuid.NewSHA1(uuid.Nil, []byte{byte(i)}), name: string(rune('A' + i)), representative: pick("王一", "王二", "王三", ""), address: pick("运城市某路第一号院", "运城市某路第二号院", "运城"),
				phones: []string{pick("0359-1234567", "（0359）1234567", "2222222", "1")}, practitioners: []string{pick("a", "b", "c", "d", "e")}})
		}
		blocks := amongBidders(list, map[string]bool{"王三": true})
		reversed := slices.Clone(list)
		slices.Reverse(reversed)
		again := amongBidders(reversed, map[string]bool{"王三": true})
		count := map[string]int{}
		for _, p := range list {
			if !slices.Equal(blockCodes(blocks[p.id]), blockCodes(again[p.id])) {
				t.Fatal("the order matters")
			}
			for _, c := range blockCodes(blocks[p.id]) {
				count[c]++
			}
		}
		for c, n := range count {
			if n == 1 {
				t.Fatalf("%s blocks one alone", c)
			}
		}
	})
}

// TestNoClashWithItself: the table is of different services, both ways.
func TestNoClashWithItself(t *testing.T) {
	t.Parallel()
	for _, c := range clashes {
		for _, a := range c.a {
			if slices.Contains(c.b, a) {
				t.Errorf("%s clashes with itself", a)
			}
			if clashing([]string{a})[c.b[0]] == "" || clashing(c.b)[a] == "" {
				t.Errorf("%s: one way", c.what)
			}
		}
	}
}
