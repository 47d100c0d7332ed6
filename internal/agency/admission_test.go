package agency_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

func TestAdmissionReturnedOnceThenInTheMarket(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.must(s.Start(s.as(s.author), review.StartInput{Kind: "agency-admission"}))
	if d.Content["uscc"] != ourUSCC || d.Content["name"] != "河东测绘有限公司" || d.Content["handlingRegion"] != testkit.County {
		t.Fatalf("prefilled %v", d.Content)
	}
	d = s.must(s.Save(s.as(s.author), review.SaveInput{ID: d.ID, Version: d.Version, Content: s.filled(ourUSCC)}))
	if d.RegionCode != testkit.County || len(d.Sectors) != 2 || d.Title != "河东测绘有限公司" {
		t.Errorf("placed at %s under %v", d.RegionCode, d.Sectors)
	}
	if _, err := s.public.Get(t.Context(), ourUSCC); code(err) != apperr.NotFound {
		t.Fatalf("a draft is public: %v", err)
	}
	d = s.act(s.author, d, review.Submit)
	d = s.must(s.Act(s.as(s.second), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Return,
		Reasons: []review.Reason{{Field: "qualifications[0].scan", Reason: "扫描件看不清，请重新上传"}}}))
	d = s.through(s.colleague, s.second, d)

	a := s.get(ourUSCC)
	if a.State != "admitted" || a.AdmittedOn != s.on(0) || len(a.Items) != 2 || len(a.Qualifications) != 1 || a.PractitionerCount != 1 || a.RegionCode != testkit.County {
		t.Errorf("%+v", a)
	}
	if !strings.Contains(a.Source.Name, d.Number) {
		t.Errorf("source %q", a.Source.Name)
	}
	if state := one[string](s, `SELECT state FROM organisation WHERE id = $1`, s.org); state != "verified" {
		t.Errorf("the organisation is %s", state)
	}
	if s.changed != 1 {
		t.Errorf("search told %d times", s.changed)
	}
	for _, secret := range []string{idNumber, otherID, testPhone} {
		if one[bool](s, `SELECT EXISTS (SELECT FROM agency a WHERE a::text LIKE '%' || $1 || '%') OR EXISTS (SELECT FROM practitioner p WHERE p::text LIKE '%' || $1 || '%')
			OR EXISTS (SELECT FROM agency_agent g WHERE g::text LIKE '%' || $1 || '%') OR EXISTS (SELECT FROM submission s WHERE s.content::text LIKE '%' || $1 || '%')`, secret) {
			t.Errorf("%s lies in the open", secret)
		}
	}
	_, err := s.Start(s.as(s.author), review.StartInput{Kind: "agency-admission"})
	if code(err) != apperr.Conflict {
		t.Errorf("admitted twice: %v", err)
	}
}

// TestWhatAdmissionRefuses: each thing that must not pass is named where it stands.
func TestWhatAdmissionRefuses(t *testing.T) {
	t.Parallel()
	s := setup(t)
	certificate := func(change row) review.Content {
		q := row{"name": "测绘资质", "certificateNo": "乙测资字1400001", "issuer": "省厅", "validTo": s.on(40), "scan": s.file.String(), "carries": []any{survey}}
		for k, v := range change {
			q[k] = v
		}
		return review.Content{"qualifications": []any{q}}
	}
	person := s.filled(ourUSCC)["practitioners"].([]any)[0]
	again := row{"name": "李小红", "idNumber": idNumber, "specialty": "注册测绘师", "certificateNo": "CH0000002", "scan": s.file.String()}
	d := s.must(s.Start(s.as(s.author), review.StartInput{Kind: "agency-admission"}))
	for field, change := range map[string]review.Content{
		"items[0]":                        certificate(row{"validTo": s.on(-1)}),
		"items[0] ":                       certificate(row{"carries": []any{}}),
		"items[0]  ":                      certificate(row{"validFrom": s.on(1)}),
		"items[0]   ":                     {"items": []any{"ZJ9999"}, "qualifications": []any{}},
		"items":                           {"items": []any{}},
		"qualifications[0].carries":       certificate(row{"carries": []any{survey, design}}),
		"qualifications[0].validTo":       certificate(row{"validFrom": s.on(41)}),
		"qualifications[1].certificateNo": {"qualifications": append(certificate(nil)["qualifications"].([]any), certificate(nil)["qualifications"].([]any)...)},
		"uscc":                            {"uscc": "91140802MA0TETA01B"},
		"foundedOn":                       {"foundedOn": s.on(1)},
		"businessLicence":                 {"businessLicence": nil},
		"institutionCertificate":          {"kind": "public_institution"},
		"practiceLicence":                 {"kind": "law_or_accounting_firm"},
		"affiliations":                    {"affiliated": "some"},
		"committed":                       {"committed": false},
		"practitioners[1].idNumber":       {"practitioners": []any{person, again}},
		"agentIdNumber":                   {"agentIdNumber": nil},
		"domicile":                        {"registered": "outside"},
		"region":                          {"region": "999999"},
		"affiliations[1].authority":       {"affiliated": "some", "affiliations": []any{row{"authority": "运城市水务局", "relation": "equity"}, row{"authority": "运城市水务局", "relation": "equity"}}},
	} {
		field = strings.TrimSpace(field)
		d = s.must(s.Save(s.as(s.author), review.SaveInput{ID: d.ID, Version: d.Version, Content: with(s.filled(ourUSCC), change)}))
		s.refused(s.author, d, field)
	}
	d = s.must(s.Save(s.as(s.author), review.SaveInput{ID: d.ID, Version: d.Version, Content: s.filled(ourUSCC)}))
	s.act(s.author, d, review.Submit) // and nothing else was wrong
}

// TestTheWorldMovesBetweenSubmissionAndDecision: a certificate that ends while the
// application waits is found when it is decided.
func TestTheWorldMovesBetweenSubmissionAndDecision(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.act(s.author, s.drafted(s.author, review.StartInput{Kind: "agency-admission"}, s.filled(ourUSCC)), review.Submit)
	s.exec(`UPDATE submission SET content = jsonb_set(content, '{qualifications,0,validTo}', to_jsonb($2::text)) WHERE id = $1`, d.ID, s.on(-1))
	_, err := s.Act(s.as(s.operator), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Accept})
	if code(err) != apperr.Invalid {
		t.Fatalf("accepted an expired certificate: %v", err)
	}
}

func TestOneCodeIsAdmittedOnce(t *testing.T) {
	t.Parallel()
	s := setup(t)
	// The account was closed and the firm registered anew while the first application waited.
	first := s.act(s.author, s.drafted(s.author, review.StartInput{Kind: "agency-admission"}, s.filled(ourUSCC)), review.Submit)
	s.exec(`UPDATE organisation SET state = 'closed' WHERE id = $1`, s.org)
	anew := s.organisation("河东测绘有限公司", ourUSCC)
	people := s.cast.Person("钱经办", testkit.In(authz.AgencyAdmin, anew))
	s.file = s.upload(people)
	second := s.act(people, s.drafted(people, review.StartInput{Kind: "agency-admission"}, s.filled(ourUSCC)), review.Submit)
	_, err := s.Act(s.as(s.operator), review.ActInput{ID: first.ID, Version: first.Version, Action: review.Accept})
	if code(err) != apperr.Invalid {
		t.Errorf("admitted for a closed account: %v", err)
	}
	s.exec(`DROP INDEX organisation_uscc`) // two accounts of one code, as only a fault could make
	s.exec(`UPDATE organisation SET state = 'registered' WHERE id = $1`, s.org)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, d := range []review.Detail{first, second} {
		wg.Go(func() {
			_, errs[i] = s.Act(s.as([]*authz.Actor{s.operator, s.second}[i]), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Accept})
		})
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("%v / %v", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil && code(err) != apperr.Conflict && code(err) != apperr.Invalid {
			t.Errorf("the loser is told %v", err)
		}
	}
	if n := one[int](s, `SELECT count(*) FROM agency`); n != 1 {
		t.Errorf("%d agencies", n)
	}
}

// imported is an agency delivered in a table, with a certificate and a person.
func (s *stage) imported(uscc string) uuid.UUID {
	s.t.Helper()
	id := uuid.Must(uuid.NewV7())
	s.exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, region_code, domicile, address, phone, introduction, admitted_on, batch_id)
		VALUES ($1, $2, '河东测绘', 'enterprise', '王河东', $3, '', '旧址', '0359-4020000', '', '2024-01-02', (SELECT id FROM import_batch LIMIT 1))`, id, uscc, testkit.County)
	s.exec(`INSERT INTO agency_item (item_id, agency_id) SELECT id, $1 FROM service_item WHERE code = $2`, id, survey)
	s.exec(`INSERT INTO agency_qualification (id, agency_id, name, level, certificate_no, issuer, valid_to) VALUES ($1, $2, '测绘资质', '乙级', '旧证', '省厅', $3::date)`,
		uuid.Must(uuid.NewV7()), id, s.on(3))
	s.exec(`SELECT refresh_carried(ARRAY[$1::uuid], NULL)`, id)
	return id
}

func TestAnImportedAgencyIsClaimedByItsOwnPeople(t *testing.T) {
	t.Parallel()
	s := setup(t)
	id := s.imported(ourUSCC)
	d := s.must(s.Start(s.as(s.author), review.StartInput{Kind: "agency-admission"}))
	if d.SubjectID == nil || *d.SubjectID != id || d.Content["address"] != "旧址" || len(d.Content["qualifications"].([]any)) != 1 {
		t.Fatalf("not prefilled: %+v", d.Content)
	}
	if again := s.must(s.Start(s.as(s.colleague), review.StartInput{Kind: "agency-admission"})); again.ID != d.ID {
		t.Error("a second draft of one claim")
	}
	d = s.must(s.Save(s.as(s.author), review.SaveInput{ID: d.ID, Version: d.Version, Content: s.filled(ourUSCC)}))
	d = s.act(s.author, d, review.Submit)
	if seen := s.must(s.Get(s.as(s.operator), d.ID)); len(seen.Changes) == 0 {
		t.Error("the reviewer sees no difference from what was imported")
	}
	s.act(s.operator, d, review.Accept)
	a := s.get(ourUSCC)
	if a.ID != id.String() || a.Address != "临猗县某街 1 号" || a.AdmittedOn != "2024-01-02" || len(a.Qualifications) != 1 || a.Qualifications[0].CertificateNo != "乙测资字1400001" {
		t.Errorf("%+v", a)
	}
	if n := one[int](s, `SELECT count(*) FROM agency WHERE organisation_id = $1`, s.org); n != 1 {
		t.Error("not linked to its organisation")
	}
	// Another's people cannot.
	other := s.organisation("别家", "91140802MA0TETA01B")
	stranger := s.cast.Person("钱外人", testkit.In(authz.AgencyAdmin, other))
	for _, kind := range []string{"agency-admission", "agency-change", "agency-exit"} {
		if _, err := s.Start(s.as(stranger), review.StartInput{Kind: kind, Subject: id}); err == nil {
			t.Errorf("%s of another's agency", kind)
		}
	}
}

func TestCautionsStopNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.admitted()
	other := s.organisation("运城测绘院", "91140802MA0TETA01B")
	people := s.cast.Person("钱经办", testkit.In(authz.AgencyAdmin, other))
	s.file = s.upload(people)
	d := s.drafted(people, review.StartInput{Kind: "agency-admission"}, with(s.filled("91140802MA0TETA01B"), review.Content{
		"name": "运城测绘院", "affiliated": "some", "affiliations": []any{row{"authority": "运城市规划和自然资源局", "relation": "sponsored"}}}))
	d = s.act(people, d, review.Submit)
	d = s.must(s.Get(s.as(s.operator), d.ID))
	found := map[string]string{}
	for _, c := range d.Cautions {
		found[c.Field] = c.Message
		if strings.Contains(c.Message, idNumber) {
			t.Error("a caution repeats an ID number")
		}
	}
	if !strings.Contains(found["practitioners[0].idNumber"], "河东测绘有限公司") {
		t.Errorf("double practice is not told: %v", found)
	}
	if !strings.Contains(found["affiliations[0].authority"], "土地勘测定界") || strings.Contains(found["affiliations[0].authority"], "节能报告") {
		t.Errorf("the blocked item is not told: %v", found)
	}
	s.act(s.operator, d, review.Accept)
}
