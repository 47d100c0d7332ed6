package procurement

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"

	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
	"zjcs/internal/platform/secret"
	"zjcs/internal/purchaser"
	"zjcs/internal/testkit"
)

// Items of the stage.
const (
	drawing  = "ZJ0028" // 施工图设计, asks for 工程设计资质
	checking = "ZJ0029" // 施工图审查
	free     = "ZJ0005" // asks for no qualification
)

// stage is a market of a few agencies with one purchaser.
type stage struct {
	*Service
	t    testing.TB
	pool *db.Pool
	key  string
	cast *testkit.Cast

	batch, submission uuid.UUID
	buyer             uuid.UUID
	buyerPerson       *authz.Actor
	told              []Announcement
	n                 int
}

// firm is an agency of the stage with one who acts for it.
type firm struct {
	id, org uuid.UUID
	uscc    string
	agent   *authz.Actor
}

func newVault(t testing.TB, keys ...string) *secret.Vault {
	t.Helper()
	v, err := secret.NewVault(keys[0], keys[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func setup(t testing.TB) *stage {
	t.Helper()
	s := &stage{t: t, pool: testkit.DB(t), key: secret.NewKey(), buyer: uuid.New()}
	policy, err := authz.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	url, err := files.FolderURL(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := files.New(t.Context(), s.pool, files.Options{BucketURL: url, MaxBytes: 1 << 20, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	s.Service = New(Deps{Pool: s.pool, Vault: newVault(t, s.key), Policy: policy, Files: store, Now: time.Now,
		Tell: func(_ context.Context, _ db.Tx, a Announcement) error { s.told = append(s.told, a); return nil }})
	s.cast = testkit.NewCast(t, s.pool)
	s.scan(`SELECT id FROM import_batch LIMIT 1`, nil, &s.batch)
	for _, i := range [][3]string{{drawing, "施工图设计", "工程设计资质"}, {checking, "施工图审查", "施工图审查机构认定"}, {free, "节能报告编制", "无"}} {
		s.exec(`INSERT INTO service_item (id, code, name, sector, legal_basis, basis_strength, required_qualification, result_document, entrusting_parties, self_prepare, fee_type, fee_reference, time_limit, notes, unverified_fields, batch_id)
			VALUES (gen_random_uuid(), $1, $2, '住房城乡建设', '{}', 'direct', $3, '', '{applicant}', 'no', '', '', '', '', '{}', $4)`, i[0], i[1], i[2], s.batch)
	}
	s.buyer = s.cast.Organisation("enterprise", "盐湖热力有限公司", testkit.County)
	s.buyerPerson = s.cast.Person("采购人", testkit.In(authz.PurchaserAdmin, s.buyer))
	s.submission = uuid.New()
	s.exec(`INSERT INTO submission (id, kind, title, org_id, author, region_code, state, content) VALUES ($1, 'procurement-notice', '公告', $2, $3, $4, 'published', '{}')`,
		s.submission, s.buyer, s.buyerPerson.Person, testkit.County)
	s.exec(`INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, address, contact_name, contact_phone, contact_email, agent_name, papers, verified_at, submission_id)
		VALUES ($1, 'enterprise', '郑业主', false, '', '运城市盐湖区人民路1号', '采购人', $2, 'buyer@example.com', '', '{}', now(), $3)`, s.buyer, s.Vault.Seal(purchaser.FieldPhone, "13600000001"), s.submission)
	return s
}

func (s *stage) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.pool.Exec(s.t.Context(), sql, args...); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
}

func (s *stage) scan(sql string, args []any, into ...any) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), sql, args...).Scan(into...); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
}

// firm stores an agency that offers the items, shares nothing with any other, and holds
// 工程设计资质 at that level; "" holds none.
func (s *stage) firm(level string, items ...string) firm {
	s.t.Helper()
	s.n++
	f := firm{id: uuid.Must(uuid.NewV7()), uscc: fmt.Sprintf("91350100M%09d", s.n), org: s.cast.Organisation("agency", fmt.Sprintf("第%d设计院", s.n), testkit.County)}
	s.exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id, organisation_id)
		VALUES ($1, $2, $3, 'enterprise', $4, '', $5, $6, '', '2024-01-01', $7, $8)`, f.id, f.uscc, fmt.Sprintf("第%d设计院", s.n), fmt.Sprintf("院长第%d", s.n),
		fmt.Sprintf("运城市盐湖区学苑路%d号院", s.n), fmt.Sprintf("0359-%07d", 2000000+s.n), s.batch, f.org)
	if level != "" {
		s.exec(`INSERT INTO agency_qualification (id, agency_id, name, level, certificate_no, issuer, valid_to) VALUES (gen_random_uuid(), $1, '工程设计资质', $2, 'A1', '省厅', '2099-01-01')`, f.id, level)
	}
	s.exec(`INSERT INTO agency_item (item_id, agency_id) SELECT id, $1 FROM service_item WHERE code = ANY ($2)`, f.id, items)
	s.exec(`SELECT refresh_carried(ARRAY[$1::uuid], NULL)`, f.id)
	f.agent = s.cast.Person("业务员", testkit.In(authz.AgencyAgent, f.org))
	return f
}

// notice publishes one whose deadline is that far away; change may alter its terms.
func (s *stage) notice(until time.Duration, change ...func(*Terms)) (Procurement, *age.X25519Identity) {
	s.t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		s.t.Fatal(err)
	}
	t := Terms{Items: []string{free}, ProjectName: "热力站改造", Region: testkit.County, Fund: Own, DaysCeiling: 30, Pricing: Quoted, CeilingFen: 1_000_000, Method: LowestPrice}
	for _, c := range change {
		c(&t)
	}
	doc, err := json.Marshal(t)
	if err != nil {
		s.t.Fatal(err)
	}
	id := uuid.Must(uuid.NewV7())
	s.exec(`INSERT INTO procurement (id, org_id, purchaser, region_code, title, project_code, method, fiscal, terms, state, published_at, deadline, selection_at, recipient, identity, submission_id)
		SELECT $1, $2, '盐湖热力有限公司', $3, '热力站改造', nullif($4, ''), $5, false, $6, 'open', now() - interval '1 day', d, d + interval '1 hour', $8, $9, $10
		FROM (SELECT date_trunc('milliseconds', clock_timestamp()) + $7 * interval '1 microsecond' AS d) x`,
		id, s.buyer, testkit.County, t.ProjectCode, t.Method, doc, until.Microseconds(), identity.Recipient().String(), s.Vault.Seal(FieldIdentity, identity.String()), s.submission)
	s.exec(`INSERT INTO procurement_item (procurement_id, item_id, ordinal) SELECT $1, id, 0 FROM service_item WHERE code = ANY ($2)`, id, t.Items)
	p, err := load(s.t.Context(), s.pool, id, false)
	if err != nil {
		s.t.Fatal(err)
	}
	return p, identity
}

func (s *stage) bid(f firm, p Procurement, fen int64) (SignedReceipt, error) {
	return s.Submit(testkit.As(s.t, f.agent), p.ID, uuid.Nil, Offer{QuoteFen: &fen, Days: 20})
}

func (s *stage) mustBid(f firm, p Procurement, fen int64) SignedReceipt {
	s.t.Helper()
	r, err := s.bid(f, p, fen)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// opened opens the bids under the lock that freezing takes.
func (s *stage) opened(svc *Service, p Procurement) []Bid {
	s.t.Helper()
	var out []Bid
	err := db.InTx(s.t.Context(), s.pool, func(tx db.Tx) error {
		err := lockBids(s.t.Context(), tx, p.ID, true)
		if err == nil {
			out, err = svc.unsealAll(s.t.Context(), tx, p)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}
