package contract

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
	"zjcs/internal/procurement"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const (
	itemCode = "ZJ0005"
	sector   = "投资咨询"
	code     = "123456" // what the authenticator of everyone here shows
	awardFen = int64(800_000)
)

// stage is a purchaser and an agency with an award between them, and officials.
type stage struct {
	*Service
	t    testing.TB
	pool *db.Pool
	cast *testkit.Cast
	file *files.Store

	buyer, firmOrg, agency        uuid.UUID
	buyerAdmin, buyerAgent        *authz.Actor
	firmAdmin, firmAgent          *authz.Actor
	operator, officer, supervisor *authz.Actor
	strangers                     []*authz.Actor // who must not even see that there is a contract
	otherOfficer                  *authz.Actor   // of another sector
	procurement                   uuid.UUID
	submission, batch             uuid.UUID
	mu                            sync.Mutex
	told                          []Announcement
	lines                         []procurement.Entry
	spent                         int
	n                             int
	paper                         map[*authz.Actor]uuid.UUID
}

func setup(t testing.TB) *stage {
	t.Helper()
	s := &stage{t: t, pool: testkit.DB(t), paper: map[*authz.Actor]uuid.UUID{}}
	policy, err := authz.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	url, err := files.FolderURL(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	if s.file, err = files.New(t.Context(), s.pool, files.Options{BucketURL: url, MaxBytes: 1 << 20, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.file.Close(); err != nil {
			t.Error(err)
		}
	})
	market := procurement.New(procurement.Deps{Pool: s.pool, Confirmed: func(ctx context.Context, tx db.Tx, award uuid.UUID) (bool, error) {
		return s.AgencyConfirmedTx(ctx, tx, award)
	}, Policy: policy, Now: time.Now, Log: func(_ context.Context, _ db.Tx, e procurement.Entry) (uuid.UUID, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.lines = append(s.lines, e)
		return uuid.Must(uuid.NewV7()), nil
	}})
	s.Service = New(Deps{Pool: s.pool, Policy: policy, Procurement: market, Prove: s.prove, Tell: func(_ context.Context, _ db.Tx, a Announcement) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.told = append(s.told, a)
		return nil
	}})
	s.cast = testkit.NewCast(t, s.pool)
	s.scan(`SELECT id FROM import_batch LIMIT 1`, nil, &s.batch)
	s.exec(`INSERT INTO service_item (id, code, name, sector, legal_basis, basis_strength, required_qualification, result_document, entrusting_parties, self_prepare, fee_type, fee_reference, time_limit, notes, unverified_fields, batch_id)
		VALUES (gen_random_uuid(), $1, '节能报告编制', $2, '{}', 'direct', '无', '节能报告', '{applicant}', 'no', '市场调节价', '', '20', '', '{fee_type}', $3)`, itemCode, sector, s.batch)
	s.buyer, s.firmOrg = s.cast.Organisation("enterprise", "盐湖热力有限公司", testkit.County), s.cast.Organisation("agency", "第一咨询院", testkit.County)
	s.buyerAdmin, s.buyerAgent = s.cast.Person("采购人", testkit.In(authz.PurchaserAdmin, s.buyer)), s.cast.Person("经办人", testkit.In(authz.PurchaserAgent, s.buyer))
	s.firmAdmin, s.firmAgent = s.cast.Person("院长", testkit.In(authz.AgencyAdmin, s.firmOrg)), s.cast.Person("业务员", testkit.In(authz.AgencyAgent, s.firmOrg))
	s.operator, s.supervisor = s.cast.Person("李审核", testkit.At(authz.Operator, testkit.County)), s.cast.Person("王监督", testkit.At(authz.Supervisor, testkit.City))
	s.officer, s.otherOfficer = s.cast.Person("赵主管", testkit.Of(sector, testkit.County)), s.cast.Person("钱主管", testkit.Of("水利", testkit.County))
	other := s.cast.Organisation("agency", "别家咨询院", testkit.County)
	s.strangers = []*authz.Actor{s.cast.Person("别家", testkit.In(authz.AgencyAdmin, other)), s.cast.Person("邻县审核", testkit.At(authz.Operator, testkit.OtherCounty)), s.otherOfficer}
	s.submission = uuid.New()
	s.exec(`INSERT INTO submission (id, kind, title, org_id, author, region_code, state, content) VALUES ($1, 'procurement-notice', '公告', $2, $3, $4, 'published', '{}')`, s.submission, s.buyer, s.buyerAdmin.Person, testkit.County)
	s.exec(`INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, address, contact_name, contact_phone, contact_email, agent_name, papers, verified_at, submission_id)
		VALUES ($1, 'enterprise', '郑业主', false, '', '运城市', '采购人', '\x00', 'buyer@example.com', '', '{}', now(), $2)`, s.buyer, s.submission)
	s.agency = uuid.Must(uuid.NewV7())
	s.exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id, organisation_id)
		VALUES ($1, '91350100M000100Y43', '第一咨询院', 'enterprise', '某', '', '', '', '', '2024-01-01', $2, $3)`, s.agency, s.batch, s.firmOrg)
	s.procurement = s.award(time.Hour)
	return s
}

// prove stands in for identity: one code is right, and what it lets happen shares its fate.
func (s *stage) prove(ctx context.Context, p identity.Proof, then func(db.Tx) error) error {
	if p.Code != code {
		return apperr.InvalidField("code", "验证码不对")
	}
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		if err := then(tx); err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.spent++
		return nil
	})
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

// award makes an awarded procurement whose contract is due so long from now.
func (s *stage) award(due time.Duration) uuid.UUID {
	s.t.Helper()
	s.n++
	id, bid := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	terms, err := json.Marshal(procurement.Terms{Items: []string{itemCode}, ProjectName: "锅炉改造", Region: testkit.County, Scope: "锅炉四台", Result: "节能报告（评审修改稿）", Delivery: "送到业主办公地址", DaysCeiling: 30, Pricing: procurement.Quoted})
	if err != nil {
		s.t.Fatal(err)
	}
	s.exec(`INSERT INTO procurement (id, org_id, purchaser, region_code, title, method, fiscal, terms, state, published_at, deadline, selection_at, recipient, submission_id, frozen_at, concluded_at, publicity_until)
		VALUES ($1, $2, '盐湖热力有限公司', $3, '锅炉改造', 'random', false, $4, 'awarded', now() - interval '9 days', now() - interval '6 days', now() - interval '5 days', 'x', $5, now() - interval '6 days', now() - interval '5 days', now() - interval '1 day')`,
		id, s.buyer, testkit.County, terms, s.submission)
	s.exec(`INSERT INTO procurement_item (procurement_id, item_id, ordinal) SELECT $1, id, 0 FROM service_item WHERE code = $2`, id, itemCode)
	s.exec(`INSERT INTO bid (id, procurement_id, agency_id, uscc, agency_name, number, received_at, receipt, state, place, quote_fen, days) VALUES ($1, $2, $3, '91350100M000100Y43', '第一咨询院', 1, now(), '\x00', 'selected', 1, $4, 20)`, bid, id, s.agency, awardFen)
	now := time.Now().UTC().Truncate(time.Millisecond)
	number := fmt.Sprintf("ZX2026%06d", s.n)
	body, err := json.Marshal(procurement.AwardBody{Number: number, Procurement: id, Title: "锅炉改造", Agency: procurement.Party{Name: "第一咨询院", USCC: "91350100M000100Y43"},
		PriceFen: awardFen, Days: 20, IssuedAt: now, SignBy: now.Add(due)})
	if err != nil {
		s.t.Fatal(err)
	}
	s.exec(`INSERT INTO award (id, number, procurement_id, seq, bid_id, body, issued_at) VALUES ($1, $2, $3, 1, $4, $5, $6)`, uuid.Must(uuid.NewV7()), number, id, bid, body, now)
	return id
}

func (s *stage) as(a *authz.Actor) context.Context { return testkit.As(s.t, a) }

// scan of a paper that the actor has uploaded; a new one each time.
func (s *stage) upload(a *authz.Actor) uuid.UUID {
	s.t.Helper()
	s.n++
	pdf := fmt.Sprintf("%%PDF-1.7\n1 0 obj\n<< /Type /Catalog /N %d >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%%%EOF\n", s.n)
	f, err := s.file.Put(s.t.Context(), files.Upload{Name: "材料.pdf", UploadedBy: a.Person, Body: strings.NewReader(pdf)})
	if err != nil {
		s.t.Fatal(err)
	}
	return f.ID
}

func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wants(t testing.TB, err error, want apperr.Code, field ...string) {
	t.Helper()
	if err == nil || apperr.CodeOf(err) != want {
		t.Errorf("got %v, want %s", err, want)
		return
	}
	if e, ok := apperr.As(err); ok && len(field) > 0 && (len(e.Fields) == 0 || e.Fields[0].Name != field[0]) {
		t.Errorf("%v names %+v, want %s", err, e.Fields, field[0])
	}
}

var proof = identity.Proof{Code: code}

func (s *stage) drafted() Detail {
	s.t.Helper()
	d, err := s.Open(s.as(s.buyerAgent), s.procurement)
	return must(s.t, d, err)
}

func (s *stage) confirm(a *authz.Actor, d Detail) (Detail, error) {
	return s.Confirm(s.as(a), ConfirmInput{Contract: d.ID, Version: d.Version, Hash: d.Hash, Proof: proof})
}

func (s *stage) signed() Detail {
	s.t.Helper()
	d := s.drafted()
	d = must2(s.t)(s.confirm(s.firmAdmin, d))
	return must2(s.t)(s.confirm(s.buyerAdmin, d))
}

// must2 is must for a call that gives both at once.
func must2(t testing.TB) func(Detail, error) Detail {
	return func(d Detail, err error) Detail {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
}

func (s *stage) filed() Detail {
	s.t.Helper()
	d := s.signed()
	return must2(s.t)(s.File(s.as(s.firmAgent), FileInput{Contract: d.ID, Files: []uuid.UUID{s.upload(s.firmAgent)}}))
}

func (s *stage) delivered() Detail {
	s.t.Helper()
	d := s.filed()
	return must2(s.t)(s.Deliver(s.as(s.firmAgent), DeliverInput{Contract: d.ID, Milestone: len(d.Terms.Milestones), Files: []uuid.UUID{s.upload(s.firmAgent)}}))
}

func (d Detail) latest(milestone int) uuid.UUID {
	list := d.Milestones[milestone-1].Deliveries
	return list[len(list)-1].ID
}

func (s *stage) completed() Detail {
	s.t.Helper()
	d := s.delivered()
	return must2(s.t)(s.Accept(s.as(s.buyerAgent), AnswerDeliveryInput{Contract: d.ID, Delivery: d.latest(1)}))
}

func (s *stage) state() (state string) {
	s.t.Helper()
	s.scan(`SELECT state FROM procurement WHERE id = $1`, []any{s.procurement}, &state)
	return state
}

// back lets a contract have been signed so many days ago.
func (s *stage) back(d Detail, days int) {
	s.t.Helper()
	s.exec(`UPDATE contract SET signed_at = signed_at - $2 * interval '1 day', start_on = start_on - $2::integer WHERE id = $1`, d.ID, days)
}

func (s *stage) facts() map[string]bool {
	s.t.Helper()
	rows, err := s.pool.Query(s.t.Context(), `SELECT kind, kept FROM credit_fact WHERE agency_id = $1 AND struck_at IS NULL`, s.agency)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]bool{}
	for rows.Next() {
		var kind string
		var kept bool
		if err := rows.Scan(&kind, &kept); err != nil {
			s.t.Fatal(err)
		}
		out[kind] = kept
	}
	return out
}

func (s *stage) logged(kind string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, l := range s.lines {
		if l.Kind == kind {
			n++
		}
	}
	return n
}

func (s *stage) toldOf(action string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.told {
		if string(a.Action) == action {
			n++
		}
	}
	return n
}
