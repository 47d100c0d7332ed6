package procurement

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/testkit"
)

func codes(reasons []Reason) (out []string) {
	for _, r := range reasons {
		out = append(out, r.Code)
	}
	return out
}

// TestWhoIsEligible asks one agency and all, which must agree, for each thing that keeps
// one out.
func TestWhoIsEligible(t *testing.T) {
	t.Parallel()
	s := setup(t)
	good := s.firm("甲级", drawing, free)
	day := func(n int) string { return clock.DayAfter(time.Now(), n) }
	list := `INSERT INTO agency_listing (id, agency_id, list, reason, basis, listed_from, listed_until, demo) VALUES (gen_random_uuid(), $1, $2, '', '', $3, $4, true)`
	ban := `INSERT INTO credit_ban (id, kind, uscc, name, law, conduct, authority, document_no, ban_from, ban_until, demo) VALUES (gen_random_uuid(), 'agency', $1, '某', '资产评估法 第47条', '', '某机关', '某号', $2, $3, true)`
	cases := map[string]struct {
		change  func(f firm)
		level   string
		items   []string
		terms   func(*Terms)
		reasons []string
	}{
		"all right": {nil, "甲级", []string{drawing, free}, nil, nil},
		"suspended": {func(f firm) {
			s.exec(`UPDATE agency SET state = 'suspended', state_until = $2 WHERE id = $1`, f.id, day(0))
		}, "甲级", []string{drawing}, nil, []string{"suspended"}},
		"no longer": {func(f firm) {
			s.exec(`UPDATE agency SET state = 'suspended', state_until = $2 WHERE id = $1`, f.id, day(-1))
		}, "甲级", []string{drawing}, nil, nil},
		"restricted": {func(f firm) {
			s.exec(`UPDATE agency SET state = 'restricted', state_until = $2 WHERE id = $1`, f.id, day(9))
		}, "甲级", []string{drawing}, nil, nil},
		"restricted, draw": {func(f firm) {
			s.exec(`UPDATE agency SET state = 'restricted', state_until = $2 WHERE id = $1`, f.id, day(9))
		}, "甲级", []string{drawing}, func(t *Terms) { t.Method = Random }, []string{"restricted"}},
		"removed":       {func(f firm) { s.exec(`UPDATE agency SET state = 'removed' WHERE id = $1`, f.id) }, "甲级", []string{drawing}, nil, []string{"state"}},
		"sanctioned":    {func(f firm) { s.exec(list, f.id, "sanction", day(-5), day(0)) }, "甲级", []string{drawing}, nil, []string{"sanctioned"}},
		"honoured":      {func(f firm) { s.exec(list, f.id, "honour", day(-5), day(0)) }, "甲级", []string{drawing}, nil, nil},
		"sanction over": {func(f firm) { s.exec(list, f.id, "sanction", day(-5), day(-1)) }, "甲级", []string{drawing}, nil, nil},
		"barred": {func(f firm) {
			s.exec(`INSERT INTO agency_bar (id, uscc, until, reason, submission_id) VALUES (gen_random_uuid(), $1, $2, '', $3)`, f.uscc, day(0), s.submission)
		}, "甲级", []string{drawing}, nil, []string{"barred"}},
		"banned": {func(f firm) {
			s.exec(ban, f.uscc, day(-1), day(0))
		}, "甲级", []string{drawing}, nil, []string{"banned"}},
		"banned for life": {func(f firm) { s.exec(ban, f.uscc, day(0), nil) }, "甲级", []string{drawing}, nil, []string{"banned"}},
		"ban over":        {func(f firm) { s.exec(ban, f.uscc, day(-9), day(-1)) }, "甲级", []string{drawing}, nil, nil},
		"ban to come":     {func(f firm) { s.exec(ban, f.uscc, day(1), nil) }, "甲级", []string{drawing}, nil, nil},
		"not offered":     {nil, "甲级", []string{free}, nil, []string{"offered"}},
		"no certificate":  {nil, "", []string{drawing}, nil, []string{"carried"}},
		"certificate ended": {func(f firm) {
			s.exec(`UPDATE agency_qualification SET valid_to = $2 WHERE agency_id = $1`, f.id, day(-1))
			s.exec(`SELECT refresh_carried(ARRAY[$1::uuid], NULL)`, f.id)
		}, "甲级", []string{drawing}, nil, []string{"carried"}},
		"level enough": {nil, "甲级", []string{drawing}, func(t *Terms) {
			t.QualificationRule, t.Qualifications = "all", []Qualification{{Name: "工程设计资质", Level: "乙级"}}
		}, nil},
		"level too low": {nil, "丙级", []string{drawing}, func(t *Terms) {
			t.QualificationRule, t.Qualifications = "all", []Qualification{{Name: "工程设计资质", Level: "乙级"}}
		}, []string{"qualification"}},
		"any of two": {nil, "丙级", []string{drawing}, func(t *Terms) {
			t.QualificationRule, t.Qualifications = "any", []Qualification{{Name: "别的"}, {Name: "工程设计资质"}}
		}, nil},
		"all of two": {nil, "丙级", []string{drawing}, func(t *Terms) {
			t.QualificationRule, t.Qualifications = "all", []Qualification{{Name: "别的"}, {Name: "工程设计资质"}}
		}, []string{"qualification"}},
		"bundle":            {nil, "甲级", []string{drawing}, func(t *Terms) { t.Items = []string{drawing, free} }, []string{"offered"}},
		"direct to another": {nil, "甲级", []string{drawing}, func(t *Terms) { t.Method, t.DirectUSCC = Direct, good.uscc }, []string{"direct"}},
	}
	for name, c := range cases {
		f := s.firm(c.level, c.items...)
		if c.change != nil {
			c.change(f)
		}
		p, _ := s.notice(time.Hour, func(t *Terms) { t.Items = []string{drawing}; t.Method = LowestPrice })
		p.Terms.Items = []string{drawing}
		if c.terms != nil {
			c.terms(&p.Terms)
		}
		reasons, err := s.judgeBidder(t.Context(), s.pool, p, f.id)
		if err != nil || !slices.Equal(codes(reasons), c.reasons) {
			t.Errorf("%s: %+v, %v", name, reasons, err)
		}
		for _, r := range reasons {
			if r.Code == "banned" && !strings.Contains(r.Message, "资产评估法 第47条") {
				t.Errorf("%s: %s", name, r.Message)
			}
			if r.Message == "" || r.Right == "" {
				t.Errorf("%s: %+v says too little", name, r)
			}
		}
		all, err := s.eligibleAgencies(t.Context(), s.pool, p)
		if err != nil || slices.Contains(all, f.id) != (c.reasons == nil) || name != "all of two" && !slices.Contains(all, good.id) {
			t.Errorf("%s: set and single disagree: %v, %v", name, all, err)
		}
		n, by, err := exclusions(t.Context(), s.pool, p.Terms)
		if err != nil || n != len(all) {
			t.Errorf("%s: %d counted, %d listed, %v", name, n, len(all), err)
		}
		if c.reasons != nil && !slices.Contains(c.items, free) && !slices.ContainsFunc(by, func(e Exclusion) bool { return e.Code == c.reasons[0] && e.Excluded > 0 && e.Label != "" }) {
			t.Errorf("%s: not among %+v", name, by)
		}
	}
	if _, _, err := exclusions(t.Context(), s.pool, Terms{Items: []string{"ZJ9999"}}); apperr.CodeOf(err) != apperr.Invalid {
		t.Error(err)
	}
}

// TestItsOwnConditions: what the catalogue's entry asks for beside the certificate.
func TestItsOwnConditions(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f := s.firm("乙级", drawing)
	s.exec(`UPDATE service_item SET conditions = '{"match":"all","qualifications":[{"name":"工程设计资质","level":"甲级"}],"practitioners":[{"specialty":"注册结构工程师","count":2}]}' WHERE code = $1`, drawing)
	p, _ := s.notice(time.Hour, func(t *Terms) { t.Items = []string{drawing} })
	e, err := s.Eligibility(testkit.As(t, f.agent), p.ID, uuid.Nil)
	if err != nil || e.Eligible || !slices.Equal(codes(e.Reasons), []string{"qualification", "practitioners"}) {
		t.Fatalf("%+v, %v", e, err)
	}
	if _, err := s.bid(f, p, 500_000); apperr.CodeOf(err) != apperr.Invalid {
		t.Error(err)
	} else if a, _ := apperr.As(err); len(a.Fields) != 2 {
		t.Errorf("%+v", a.Fields)
	}
	s.exec(`UPDATE agency_qualification SET level = '甲级' WHERE agency_id = $1`, f.id)
	s.exec(`INSERT INTO practitioner (id, agency_id, name, specialty, certificate_no, valid_to) SELECT gen_random_uuid(), $1, '工程师', '注册结构工程师', n::text, '2099-01-01' FROM generate_series(1, 2) n`, f.id)
	e, err = s.Eligibility(testkit.As(t, f.agent), p.ID, uuid.Nil)
	if err != nil || !e.Eligible || len(e.Practitioners) != 2 {
		t.Fatalf("%+v, %v", e, err)
	}
	// Another's practitioner is no one's to promise.
	other := s.firm("甲级", free)
	q, _ := s.notice(time.Hour)
	fen := int64(5)
	_, err = s.Submit(testkit.As(t, other.agent), q.ID, uuid.Nil, Offer{QuoteFen: &fen, Days: 1, Proposal: Proposal{Practitioners: []uuid.UUID{e.Practitioners[0].ID}}})
	if apperr.CodeOf(err) != apperr.Invalid {
		t.Error(err)
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ladder := rapid.SampledFrom(ladders).Draw(t, "ladder")
		i := rapid.IntRange(0, len(ladder)-1).Draw(t, "asked")
		j := rapid.IntRange(0, len(ladder)-1).Draw(t, "held")
		if slices.Contains(levelsFrom(ladder[i]), ladder[j]) != (j <= i) {
			t.Fatalf("%s held, %s asked", ladder[j], ladder[i])
		}
	})
	if levelsFrom("") != nil || !slices.Equal(levelsFrom("AAA 特种"), []string{"AAA 特种"}) {
		t.Error("any, or a level on no ladder")
	}
}

// TestOfAHundredThousand: the set, the counts, the opening and the bidders' conflicts in a
// market of 100,000 agencies with 2,000 bidders.
func TestOfAHundredThousand(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f := s.firm("甲级", drawing)
	s.exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id)
		SELECT gen_random_uuid(), 'A' || lpad(n::text, 17, '0'), '机构' || n, 'enterprise', '院长' || n, '', '运城市某路第' || n || '号院', '0359' || 3000000 + n, '', '2024-01-01', $1 FROM generate_series(1, 100000) n`, s.batch)
	s.exec(`INSERT INTO agency_item (item_id, agency_id) SELECT i.id, a.id FROM service_item i, agency a WHERE i.code IN ($1, $2) ON CONFLICT DO NOTHING`, drawing, free)
	s.exec(`INSERT INTO agency_qualification (id, agency_id, name, level, certificate_no, issuer) SELECT gen_random_uuid(), id, '工程设计资质', CASE WHEN uscc < 'A00000000000050001' THEN '甲级' ELSE '丙级' END, 'A', '' FROM agency WHERE name LIKE '机构%'`)
	s.exec(`ANALYZE`)
	p, _ := s.notice(time.Hour, func(t *Terms) {
		t.Items, t.QualificationRule, t.Qualifications = []string{drawing}, "all", []Qualification{{Name: "工程设计资质", Level: "乙级"}}
	})
	s.mustBid(f, p, 500_000)
	timed := func(what string, do func() error) { // told, not judged: speed is make bench's
		started := time.Now()
		if err := do(); err != nil {
			t.Fatal(what, err)
		}
		t.Log(what, time.Since(started))
	}
	var all []uuid.UUID
	timed("eligible", func() (err error) { all, err = s.eligibleAgencies(t.Context(), s.pool, p); return err })
	if len(all) != 50_001 {
		t.Errorf("%d eligible", len(all))
	}
	timed("exclusions", func() error {
		n, by, err := exclusions(t.Context(), s.pool, p.Terms)
		if n != 50_001 || len(by) == 0 || by[0].Code != "qualification" || by[0].Excluded != 50_000 || by[0].Alone != 50_000 {
			t.Errorf("%d, %+v", n, by)
		}
		return err
	})
	timed("opening", func() error {
		return db.InTx(t.Context(), s.pool, func(tx db.Tx) error {
			list, err := s.unsealAll(t.Context(), tx, p)
			if len(list) != 1 {
				t.Errorf("%d bids", len(list))
			}
			return err
		})
	})
	timed("conflicts", func() error {
		blocks, err := s.conflicts(t.Context(), s.pool, p, all[:2000])
		if len(blocks) != 0 {
			t.Errorf("%d blocked", len(blocks))
		}
		return err
	})
}
