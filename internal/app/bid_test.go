package app_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"

	"zjcs/internal/app"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/config"
	"zjcs/internal/procurement"
	"zjcs/internal/purchaser"
	"zjcs/internal/testkit"
	"zjcs/internal/testkit/smtptest"
)

// written is a log that several goroutines write and a test reads.
type written struct {
	sync.Mutex
	bytes.Buffer
}

func (w *written) Write(b []byte) (int, error) {
	w.Lock()
	defer w.Unlock()
	return w.Buffer.Write(b)
}

func (w *written) text() string {
	w.Lock()
	defer w.Unlock()
	return w.String()
}

// sale is a whole program with one notice that is open, and an agency's agent with a session.
type sale struct {
	a            *app.App
	base, cookie string
	id, agency   uuid.UUID
	uscc         string
	log          *written
}

func openSale(t *testing.T, change ...func(*config.Config)) *sale {
	t.Helper()
	cfg := testConfig(t)
	for _, c := range change {
		c(&cfg)
	}
	o := options(cfg)
	s := &sale{log: &written{}, id: uuid.Must(uuid.NewV7()), agency: uuid.Must(uuid.NewV7()), uscc: newUSCC()}
	o.Now, o.Logger = time.Now, slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.a, s.base = startWith(t, o)
	cast := testkit.NewCast(t, s.a.Pool)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := s.a.Pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	buyer, org := cast.Organisation("enterprise", "业主", testkit.County), cast.Organisation("agency", "中介", testkit.County)
	author := cast.Person("采购人", testkit.In(authz.PurchaserAdmin, buyer)).Person
	agent := cast.Person("业务员", testkit.In(authz.AgencyAgent, org))
	s.cookie = "zjcs=" + cast.Token(agent)
	submission := uuid.New()
	exec(`INSERT INTO submission (id, kind, title, org_id, author, region_code, state, content) VALUES ($1, 'procurement-notice', '公告', $2, $3, $4, 'published', '{}')`, submission, buyer, author, testkit.County)
	exec(`INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, address, contact_name, contact_phone, contact_email, agent_name, papers, verified_at, submission_id)
		VALUES ($1, 'enterprise', '郑业主', false, '', '某处', '采购人', $2, 'buyer@example.com', '', '{}', now(), $3)`, buyer, s.a.Vault.Seal(purchaser.FieldPhone, "13600000001"), submission)
	exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id, organisation_id)
		SELECT $1, $2, '中介', 'enterprise', '某人', '', '', '', '', '2024-01-01', id, $3 FROM import_batch LIMIT 1`, s.agency, s.uscc, org)
	exec(`INSERT INTO agency_item (item_id, agency_id) SELECT id, $1 FROM service_item WHERE code = 'ZJ0005'`, s.agency)
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	terms, err := json.Marshal(procurement.Terms{Items: []string{"ZJ0005"}, Region: testkit.County, Method: procurement.LowestPrice, Pricing: procurement.Quoted, CeilingFen: 1_000_000, DaysCeiling: 30})
	if err != nil {
		t.Fatal(err)
	}
	exec(`INSERT INTO procurement (id, org_id, purchaser, region_code, title, method, fiscal, terms, state, published_at, deadline, selection_at, recipient, identity, submission_id)
		VALUES ($1, $2, '业主', $3, '某项目', 'lowest_price', false, $4, 'open', now(), date_trunc('milliseconds', now()) + interval '1 hour', now() + interval '2 hours', $5, $6, $7)`,
		s.id, buyer, testkit.County, terms, identity.Recipient().String(), s.a.Vault.Seal(procurement.FieldIdentity, identity.String()), submission)
	return s
}

func (s *sale) ask(t *testing.T, method, path, contentType string, body io.Reader) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", s.cookie)
	r.Header.Set("Idempotency-Key", uuid.NewString())
	r.Header.Set("Content-Type", contentType)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// TestABidLeavesNoTrace: over HTTP, with an Idempotency-Key, an attachment and a refusal;
// neither the log, nor the metrics, nor what is kept of requests tells of it.
func TestABidLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s := openSale(t)
	at := "/api/v1/procurements/" + s.id.String()
	status, answer := s.ask(t, "GET", at+"/eligibility", "", nil)
	if status != http.StatusOK || !strings.Contains(answer, `"eligible":true`) {
		t.Fatal(status, answer)
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "报价方案765432.pdf")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(part, "%PDF-1.7\n1 0 obj\nendobj\nstartxref\n0\n%%EOF"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	status, answer = s.ask(t, "POST", at+"/bid-files", w.FormDataContentType(), &form)
	var file struct{ ID uuid.UUID }
	if err := json.Unmarshal([]byte(answer), &file); status != http.StatusCreated || err != nil || strings.Contains(answer, "765432") {
		t.Fatal(status, answer, err)
	}
	const sealed = "application/json"
	status, answer = s.ask(t, "PUT", at+"/my-bid", sealed, strings.NewReader(`{"quoteFen":765432,"days":17,"proposal":{"text":"秘密方案","files":["`+file.ID.String()+`"]}}`))
	if status != http.StatusOK || !strings.Contains(answer, `"revision":1`) || strings.Contains(answer, "765432") {
		t.Fatal(status, answer)
	}
	if status, answer = s.ask(t, "PUT", at+"/my-bid", sealed, strings.NewReader(`{"quoteFen":76543299999,"days":17}`)); status != http.StatusUnprocessableEntity {
		t.Error(status, answer)
	}
	if status, answer = s.ask(t, "PUT", at+"/my-bid", sealed, strings.NewReader(`{"days":"x"}`)); status != http.StatusUnprocessableEntity {
		t.Error(status, answer)
	}
	if status, answer = s.ask(t, "GET", at+"/my-bid", "", nil); status != http.StatusOK || strings.Contains(answer, "765432") {
		t.Error(status, answer)
	}
	if status, answer = s.ask(t, "DELETE", at+"/my-bid", "", nil); status != http.StatusOK || !strings.Contains(answer, `"revision":2`) {
		t.Error(status, answer)
	}
	if status, answer = s.ask(t, "GET", "/api/v1/files/"+file.ID.String(), "", nil); status != http.StatusOK || strings.Contains(answer, "%PDF") {
		t.Errorf("the uploader reads it: %d", status)
	}
	if _, err := s.a.Pool.Exec(t.Context(), `UPDATE procurement SET deadline = clock_timestamp(), selection_at = clock_timestamp()`); err != nil {
		t.Fatal(err)
	}
	if status, answer = s.ask(t, "PUT", at+"/my-bid", sealed, strings.NewReader(`{"quoteFen":765432,"days":17}`)); status != http.StatusConflict || !strings.Contains(answer, "数据库时间") {
		t.Error(status, answer)
	}
	var kept int
	if err := s.a.Pool.QueryRow(t.Context(), `SELECT count(*) FROM idempotency`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d requests kept, %v", kept, err)
	}
	log := s.log.text()
	for _, word := range []string{s.id.String(), s.agency.String(), s.uscc, "765432", "秘密方案", "报价方案"} {
		if strings.Contains(log, word) {
			t.Errorf("the log tells %q", word)
		}
	}
	lines := 0
	for line := range strings.Lines(log) {
		if strings.Contains(line, "/my-bid") {
			lines++
			if strings.Contains(line, "127.0.0.1") || strings.Contains(line, `"PUT"`) || !strings.Contains(line, "{id}") {
				t.Errorf("the log tells %s", line)
			}
		}
	}
	if lines == 0 {
		t.Error("the log knows nothing of these requests at all")
	}
	metrics := httptest.NewRecorder()
	s.a.Metrics().ServeHTTP(metrics, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if text := metrics.Body.String(); strings.Contains(text, "my-bid") || strings.Contains(text, s.id.String()) || !strings.Contains(text, `route="sealed"`) {
		t.Error("the metrics count bids")
	}
}

// TestThousandsAreTold in one transaction, with e-mail on, and a job for each 500 of them.
func TestThousandsAreTold(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t)
	s := openSale(t, func(cfg *config.Config) {
		cfg.SMTPAddr, cfg.SMTPFrom, cfg.SMTPTLS = server.Addr, "noreply@zjcs.example.cn", "none"
	})
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := s.a.Pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	const n = 5_000
	exec(`INSERT INTO organisation (id, kind, name, region_code) SELECT gen_random_uuid(), 'agency', '众' || n, $2 FROM generate_series(1, $1) n`, n, testkit.County)
	exec(`INSERT INTO person (id, name, login, email, email_verified_at) SELECT gen_random_uuid(), '人' || n, 'many' || n, 'many' || n || '@example.com', now() FROM generate_series(1, $1) n`, n)
	exec(`INSERT INTO role_grant (id, person_id, role, org_id) SELECT gen_random_uuid(), p.id, 'agency_agent', o.id FROM person p JOIN organisation o ON '众' || substr(p.login, 5) = o.name`)
	exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id, organisation_id)
		SELECT gen_random_uuid(), 'B' || lpad(substr(o.name, 2), 17, '0'), o.name, 'enterprise', '', '', '', '', '', '2024-01-01', (SELECT id FROM import_batch LIMIT 1), o.id FROM organisation o WHERE o.name LIKE '众%'`)
	exec(`ANALYZE`)
	var ids []uuid.UUID
	if err := s.a.Pool.QueryRow(t.Context(), `SELECT array_agg(id) FROM agency WHERE name LIKE '众%'`).Scan(&ids); err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	if err := s.a.TellProcurement(t.Context(), procurement.Announcement{Procurement: procurement.Procurement{ID: s.id, Title: "某项目", Region: testkit.County}, Action: procurement.Publish, Agencies: ids}); err != nil {
		t.Fatal(err)
	}
	took := time.Since(started)
	var told int
	if err := s.a.Pool.QueryRow(t.Context(), `SELECT count(*) FROM message WHERE kind = 'procurement'`).Scan(&told); err != nil || told != n {
		t.Errorf("%d told, %v", told, err)
	}
	if took > 3*time.Second {
		t.Errorf("took %v", took)
	}
	var batches int
	if err := s.a.Pool.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'message_mails'`).Scan(&batches); err != nil || batches != n/500 {
		t.Errorf("%d jobs, %v", batches, err)
	}
}
