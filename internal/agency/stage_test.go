package agency_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/rules"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// Items of the stage: what each asks for.
const (
	survey = "ZJ0011" // 测绘资质（界线与不动产测绘）, of 自然资源
	design = "ZJ0028" // 工程设计资质, of 住建
	free   = "ZJ0005" // 无法定资质, of 发展改革
)

const (
	ourUSCC   = "91350100M000100Y43"
	idNumber  = "11010519491231002X"
	otherID   = "110105194912310038"
	testPhone = "13800138000"
)

// stage is the door with the agencies' kinds, the public side, and the people around.
type stage struct {
	*review.Service
	t       *testing.T
	pool    *db.Pool
	vault   *secret.Vault
	cast    *testkit.Cast
	public  *agency.Service
	mu      sync.Mutex
	day     time.Time // what the public side takes for now
	changed int

	org, file                 uuid.UUID
	author, colleague         *authz.Actor
	operator, second, officer *authz.Actor
}

func setup(t *testing.T) *stage {
	t.Helper()
	pool := testkit.DB(t)
	s := &stage{t: t, pool: pool, cast: testkit.NewCast(t, pool)}
	var err error
	if s.vault, err = secret.NewVault(secret.NewKey()); err != nil {
		t.Fatal(err)
	}
	policy, err := authz.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.public = agency.New(pool, catalog.New(pool), func() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return s.day })
	s.day = s.dbNow()
	s.Service = review.New(review.Deps{
		Pool: pool, Vault: s.vault, Policy: policy,
		Workdays: func(_ context.Context, _ db.Querier, rule, _ string, _ time.Time) (int, error) {
			if strings.HasPrefix(rule, "review.publicity") {
				return 0, nil
			}
			return 2, nil
		},
		Due: func(_ context.Context, _ db.Querier, from time.Time, n int) (time.Time, bool, error) {
			return from.AddDate(0, 0, n), false, nil
		},
		Announce: func(context.Context, db.Tx, review.Announcement) error { return nil },
	}, agency.Kinds(agency.Door{Vault: s.vault,
		BarMonths: func(ctx context.Context, q db.Querier, region string, at time.Time) (int, error) {
			return rules.Int(ctx, q, "removal.bar_months", region, at)
		},
		Changed: func(_ context.Context, _ db.Tx, kind provenance.Kind, ids []uuid.UUID) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			if kind == provenance.Agencies {
				s.changed += len(ids)
			}
			return nil
		}})...)
	for code, item := range map[string][3]string{
		survey: {"土地勘测定界", "自然资源", "测绘资质（界线与不动产测绘）"}, design: {"施工图设计", "住建", "工程设计资质"}, free: {"节能报告编制", "发展改革", "无法定资质"},
	} {
		s.exec(`INSERT INTO service_item (id, code, name, sector, legal_basis, basis_strength, required_qualification, result_document, entrusting_parties, self_prepare,
				fee_type, fee_reference, time_limit, notes, unverified_fields, batch_id)
			VALUES ($1, $2, $3, $4, '{}', 'direct', $5, '', '{applicant}', 'no', '', '', '', '', '{}', (SELECT id FROM import_batch LIMIT 1))`,
			uuid.Must(uuid.NewV7()), code, item[0], item[1], item[2])
		department := uuid.Must(uuid.NewV7())
		s.exec(`INSERT INTO department (id, region_code, name) VALUES ($1, $2, $3)`, department, testkit.City, item[1])
		s.exec(`INSERT INTO service_item_department (item_id, department_id, ordinal) SELECT id, $1, 1 FROM service_item WHERE code = $2`, department, code)
	}
	s.org = s.organisation("河东测绘有限公司", ourUSCC)
	s.author = s.cast.Person("王经办", testkit.In(authz.AgencyAdmin, s.org))
	s.colleague = s.cast.Person("赵同事", testkit.In(authz.AgencyAgent, s.org))
	s.operator = s.cast.Person("李审核", testkit.At(authz.Operator, testkit.City))
	s.second = s.cast.Person("孙审核", testkit.At(authz.Operator, testkit.County))
	s.officer = s.cast.Person("周主管", testkit.Of("自然资源", testkit.City))
	s.file = s.upload(s.author)
	return s
}

func (s *stage) dbNow() (now time.Time) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), `SELECT now()`).Scan(&now); err != nil {
		s.t.Fatal(err)
	}
	return now
}

// on is the database's day, n days on.
func (s *stage) on(n int) string { return clock.DayAfter(s.dbNow(), n) }

// pass moves the public side's clock to so many days after the database's.
func (s *stage) pass(days int) {
	now := s.dbNow()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.day = now.AddDate(0, 0, days)
}

func (s *stage) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.pool.Exec(s.t.Context(), sql, args...); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
}

func one[T any](s *stage, sql string, args ...any) (v T) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), sql, args...).Scan(&v); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func (s *stage) organisation(name, uscc string) uuid.UUID {
	s.t.Helper()
	id := s.cast.Organisation(string(identity.AgencyOrg), name, testkit.County)
	s.exec(`UPDATE organisation SET uscc = $2 WHERE id = $1`, id, uscc)
	return id
}

func (s *stage) upload(by *authz.Actor) uuid.UUID {
	s.t.Helper()
	id := uuid.Must(uuid.NewV7())
	s.exec(`INSERT INTO file (id, sha256, size, media_type, name, uploaded_by, uploaded_at) VALUES ($1, sha256('x'), 1, 'application/pdf', 'a.pdf', $2, now())`, id, by.Person)
	return id
}

func (s *stage) as(a *authz.Actor) context.Context { return testkit.As(s.t, a) }

func (s *stage) must(d review.Detail, err error) review.Detail {
	s.t.Helper()
	if err != nil {
		if e, ok := apperr.As(err); ok {
			s.t.Fatalf("%v %+v", err, e.Fields)
		}
		s.t.Fatal(err)
	}
	return d
}

type row = map[string]any

// filled is a whole application: a survey certificate that carries the survey item.
func (s *stage) filled(uscc string) review.Content {
	f := s.file.String()
	return review.Content{
		"uscc": uscc, "name": "河东测绘有限公司", "kind": "enterprise", "legalRepresentative": "王河东", "registered": "city", "region": testkit.County,
		"handlingRegion": testkit.County, "address": "临猗县某街 1 号", "phone": "0359-4020000", "foundedOn": "2015-06-01", "introduction": "测绘",
		"items": []any{survey, free},
		"qualifications": []any{row{"name": "测绘资质", "level": "乙级", "certificateNo": "乙测资字1400001", "issuer": "山西省自然资源厅",
			"validTo": s.on(40), "scan": f, "carries": []any{survey}}},
		"practitioners": []any{row{"name": "李小红", "idNumber": idNumber, "specialty": "注册测绘师", "certificateNo": "CH0000001", "validTo": s.on(400), "scan": f}},
		"agentName":     "王经办", "agentIdNumber": otherID, "agentPhone": testPhone, "agentLetter": f,
		"affiliated": "none", "businessLicence": f, "commitmentLetter": f, "committed": true,
	}
}

// with is c with some fields put otherwise.
func with(c review.Content, change review.Content) review.Content {
	c = maps.Clone(c)
	maps.Copy(c, change)
	return c
}

// drafted is a draft of that kind with that content.
func (s *stage) drafted(by *authz.Actor, in review.StartInput, c review.Content) review.Detail {
	s.t.Helper()
	d := s.must(s.Start(s.as(by), in))
	return s.must(s.Save(s.as(by), review.SaveInput{ID: d.ID, Version: d.Version, Content: c}))
}

func (s *stage) act(by *authz.Actor, d review.Detail, action review.Action) review.Detail {
	s.t.Helper()
	return s.must(s.Act(s.as(by), review.ActInput{ID: d.ID, Version: d.Version, Action: action, Note: "已核对"}))
}

// through brings a draft through review.
func (s *stage) through(by, reviewer *authz.Actor, d review.Detail) review.Detail {
	s.t.Helper()
	d = s.act(by, d, review.Submit)
	d = s.act(reviewer, d, review.Accept)
	if d.State != review.Published {
		s.t.Fatalf("%s: %s", d.Kind, d.State)
	}
	return d
}

// admitted is the agency after a whole admission.
func (s *stage) admitted() agency.Agency {
	s.t.Helper()
	s.through(s.author, s.operator, s.drafted(s.author, review.StartInput{Kind: "agency-admission"}, s.filled(ourUSCC)))
	return s.get(ourUSCC)
}

func (s *stage) get(key string) agency.Agency {
	s.t.Helper()
	a, err := s.public.Get(s.t.Context(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// refused asserts that submitting is refused for that field, and returns the words.
func (s *stage) refused(by *authz.Actor, d review.Detail, field string) string {
	s.t.Helper()
	_, err := s.Act(s.as(by), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Submit})
	e, ok := apperr.As(err)
	if !ok || e.Code != apperr.Invalid {
		s.t.Fatalf("want %s refused, got %v", field, err)
	}
	at := slices.IndexFunc(e.Fields, func(f apperr.Field) bool { return f.Name == "content."+field })
	if at < 0 {
		s.t.Fatalf("want %s refused, got %+v", field, e.Fields)
	}
	return e.Fields[at].Message
}

func code(err error) apperr.Code { return apperr.CodeOf(err) }
