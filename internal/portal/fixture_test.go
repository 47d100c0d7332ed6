package portal

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"zjcs/data"
	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/credit"
	"zjcs/internal/expert"
	"zjcs/internal/fee"
	"zjcs/internal/notice"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
	"zjcs/internal/platform/web"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
	"zjcs/internal/search"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// today is the day on which every test reads the pages.
var today = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// hostile is what a delivered name might hold; no page may let it act.
const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>&`

// testDist stands for a built front end.
var testDist = fstest.MapFS{manifestFile: {Data: []byte(`{
	"src/portal/portal.ts": {"file": "assets/portal-1.js", "css": ["assets/portal-1.css"]},
	"src/portal/favicon.svg": {"file": "assets/favicon-1.svg"}}`)}}

// cast is who the fixture holds, by id.
type cast struct {
	Agency, HostileAgency, Expert, Announcement, Department, Publicity string
	Deals                                                              map[review.State]string
}

// market is the shipped catalogue with a handful of agencies, experts and announcements.
func market(t testing.TB, pool *db.Pool) cast {
	t.Helper()
	f := fixture{t: t, pool: pool, batch: uuid.New()}
	f.exec(`INSERT INTO import_batch (id, kind, source, file_name, sha256) VALUES ($1, 'items', '运城市行政审批服务管理局', 'service_items.csv', '')`, f.batch)
	f.regions()
	f.standards()
	f.items()
	c := cast{Agency: f.agency("山西河东环境工程咨询有限公司", "140802", true), HostileAgency: f.agency(hostile, "", true)}
	for i := range 24 {
		f.agency(fmt.Sprintf("运城市禹都测绘有限公司第%d分公司", i+1), "140881", false)
	}
	c.Expert = f.expert("李秀英", "运城学院")
	f.expert(hostile, hostile)
	c.Announcement = f.announcement("关于规范中介服务收费的通知", "第一段。\n\n第二段 "+hostile)
	f.announcement(hostile, hostile)
	d := newTrade(t, pool)
	c.Deals = d.deals()
	d.sample(procurement.Publicity, func(s *procurement.Sample) {
		s.Terms.ProjectName, s.Terms.Scope, s.Terms.Contact, s.Purchaser, s.Terms.Method, s.Reason = hostile, hostile, hostile, hostile, procurement.ProposalChoice, hostile
		s.Questions = []procurement.Answered{{Question: hostile, AskedAt: s.PublishedAt, Answer: hostile, AnsweredAt: s.PublishedAt}}
		c.Deals["hostile"] = s.ID.String()
	})
	c.Publicity = f.publicity("山西某某测绘有限公司 " + hostile)
	index, err := search.New(pool)
	if err != nil {
		t.Fatal(err)
	}
	if err := index.Reindex(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.one(&c.Department, `SELECT id::text FROM department WHERE name = '生态环境'`)
	return c
}

type fixture struct {
	t     testing.TB
	pool  *db.Pool
	batch uuid.UUID
	n     int
}

func (f *fixture) exec(sql string, args ...any) {
	f.t.Helper()
	if _, err := f.pool.Exec(f.t.Context(), sql, args...); err != nil {
		f.t.Fatalf("%s: %v", sql, err)
	}
}

func (f *fixture) one(into any, sql string, args ...any) {
	f.t.Helper()
	if err := f.pool.QueryRow(f.t.Context(), sql, args...).Scan(into); err != nil {
		f.t.Fatalf("%s: %v", sql, err)
	}
}

func (f *fixture) shipped(name string) []byte {
	b, err := data.FS.ReadFile(name)
	if err != nil {
		f.t.Fatal(err)
	}
	return b
}

func (f *fixture) regions() {
	var regions []struct {
		Code, Name, Kind string
		Parent           *string
	}
	if err := json.Unmarshal(f.shipped(data.Regions), &regions); err != nil {
		f.t.Fatal(err)
	}
	for _, r := range regions {
		f.exec(`INSERT INTO region VALUES ($1, $2, $3, $4, $5)`, r.Code, r.Name, r.Kind, r.Parent, f.batch)
	}
}

func (f *fixture) standards() {
	var shipped struct{ Standards []json.RawMessage }
	if err := json.Unmarshal(f.shipped(data.FeeStandards), &shipped); err != nil {
		f.t.Fatal(err)
	}
	for _, s := range shipped.Standards {
		f.exec(`INSERT INTO fee_standard SELECT b->>'id', b->>'name', b->>'doc', b->>'method', b->>'status', b, $2 FROM (SELECT $1::jsonb AS b) x`, string(s), f.batch)
	}
}

func (f *fixture) items() {
	rows, err := csv.NewReader(strings.NewReader(string(f.shipped(data.ServiceItems)))).ReadAll()
	if err != nil {
		f.t.Fatal(err)
	}
	for _, r := range rows[1:] {
		id := uuid.New()
		standards := []string{}
		if strings.Contains(r[12], "125号") {
			standards = append(standards, "eia")
		}
		f.exec(`INSERT INTO service_item (id, code, name, sector, legal_basis, basis_strength, required_qualification, result_document,
			entrusting_parties, self_prepare, fee_type, fee_reference, fee_standard_ids, time_limit, time_limit_workdays, notes, unverified_fields, batch_id)
			VALUES ($1, $2, $3, $4, string_to_array($5, '；'), $6, $7, $8, string_to_array($9, '|'), $10, $11, $12, $13, $14,
			        CASE WHEN $14 ~ '^[0-9]+$' THEN $14::int END, $15, coalesce(string_to_array(nullif($16, ''), '|'), '{}'), $17)`,
			id, r[0], r[1], r[2], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], standards, r[13], r[14], r[15], f.batch)
		for n, a := range strings.Split(r[3], "、") {
			f.exec(`INSERT INTO approval_item (id, name) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, uuid.New(), a)
			f.exec(`INSERT INTO service_item_approval SELECT $1, id, $3 FROM approval_item WHERE name = $2`, id, a, n)
		}
		for n, d := range strings.Split(r[4], "/") {
			f.exec(`INSERT INTO department (id, region_code, name) VALUES ($1, '140800', $2) ON CONFLICT DO NOTHING`, uuid.New(), d)
			f.exec(`INSERT INTO service_item_department SELECT $1, id, $3 FROM department WHERE name = $2`, id, d, n)
		}
	}
}

// agency admits one that provides ZJ0049, with a valid, an expiring and an expired certificate.
func (f *fixture) agency(name, region string, full bool) string {
	f.n++
	id := uuid.Must(uuid.NewV7())
	uscc := fmt.Sprintf("91140800%010d", f.n)
	f.exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, region_code, domicile, address, phone, introduction, admitted_on, demo, batch_id)
		VALUES ($1, $2, $3, 'enterprise', '王建国', nullif($4, ''), '山西省运城市', '盐湖区河东街 1 号', '0359-0000000', '主要从事环境影响评价。', '2026-11-20', true, $5)`,
		id, uscc, name, region, f.batch)
	f.exec(`INSERT INTO agency_item SELECT id, $1 FROM service_item WHERE code IN ('ZJ0049', 'ZJ0050', 'ZJ0011')`, id)
	certificates := []string{"2029-01-01"}
	if full {
		certificates = []string{"2029-01-01", "2026-12-01", "2025-01-01"}
	}
	for i, to := range certificates {
		f.exec(`INSERT INTO agency_qualification VALUES ($1, $2, '测绘资质', '乙级', $3, '山西省自然资源厅', $4)`, uuid.New(), id, fmt.Sprintf("乙测资字%06d", i), to)
	}
	f.exec(`INSERT INTO practitioner (id, agency_id, name, specialty, certificate_no, valid_to) VALUES ($1, $2, '王小明', '注册测绘师', '201914036140000123', '2028-06-30')`, uuid.New(), id)
	return id.String()
}

func (f *fixture) expert(name, employer string) string {
	id := uuid.Must(uuid.NewV7())
	f.exec(`INSERT INTO expert (id, id_number, id_digest, phone, name, employer, title, specialties, region_code, demo, batch_id)
		VALUES ($1, '\x01', $2, '\x01', $3, $4, '教授', '{生态环境,水利}', '140802', true, $5)`, id, id[:], name, employer, f.batch)
	return id.String()
}

func (f *fixture) announcement(title, body string) string {
	id := uuid.Must(uuid.NewV7())
	f.exec(`INSERT INTO announcement VALUES ($1, 'notice', $2, $3, '140800', $4, true, $5)`, id, title, body, today.Add(-time.Hour), f.batch)
	return id.String()
}

// sampleFacts shows everything that was filled in.
func sampleFacts(c review.Content) []review.Fact {
	var out []review.Fact
	for label, v := range c {
		out = append(out, review.Fact{Label: label, Value: fmt.Sprint(v)})
	}
	return out
}

// publicity is a submission that has passed and stands open to objection; its number.
func (f *fixture) publicity(title string) string {
	author := uuid.Must(uuid.NewV7())
	f.exec(`INSERT INTO person (id, name) VALUES ($1, '经办人')`, author)
	var number string
	f.one(&number, `INSERT INTO submission (id, kind, title, author, region_code, state, content, publicity_until)
		VALUES ($1, 'sample', $2, $3, '140800', 'accepted', jsonb_build_object('说明', $2::text), now() + interval '1 day') RETURNING number`,
		uuid.Must(uuid.NewV7()), title, author)
	return number
}

// portalOf is the portal over pool.
func portalOf(t testing.TB, pool *db.Pool, logs io.Writer, dist ...fs.FS) (*Portal, *slog.Logger) {
	t.Helper()
	now := func() time.Time { return today }
	c := catalog.New(pool)
	index, err := search.New(pool)
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(logs, nil))
	vault, err := secret.NewVault(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	bought := buying(t, pool, vault)
	agencies := agency.New(pool, c, now)
	p, err := New(Deps{
		Procurement: bought, Watch: bought,
		Catalog: c, Agency: agencies, Credit: credit.New(pool, agencies, now), Records: credit.NewDesk(credit.DeskDeps{Pool: pool, Vault: vault}), Expert: expert.New(pool, c), Notice: notice.New(pool), Fee: fee.New(pool), Search: index,
		Review: review.New(review.Deps{
			Pool: pool, Vault: vault, Announce: func(context.Context, db.Tx, review.Announcement) error { return nil },
		}, review.Kind{Name: "sample", Label: "示例申请", Facts: sampleFacts}),
		Site:   Site{Name: "运城市网上中介超市", Operator: "运城市行政审批服务管理局", URL: "https://zjcs.example"},
		Dist:   append(dist, testDist)[0],
		Logger: logger, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, logger
}

// site is the portal over pool, behind the layers every request passes.
func site(t testing.TB, pool *db.Pool, logs io.Writer, dist ...fs.FS) http.Handler {
	t.Helper()
	now := func() time.Time { return today }
	p, logger := portalOf(t, pool, logs, dist...)
	gin.SetMode(gin.TestMode)
	engine := gin.New()
	p.Mount(engine)
	engine.NoRoute(gin.WrapF(p.NotFound))
	return web.New(web.Options{
		Routes: engine, Logger: logger, Metrics: web.NewMetrics(prometheus.NewRegistry()),
		Now: now, Failure: p.Failure, MaxBody: 1 << 20, Uploads: map[string]int64{DrawEventsPattern: 0}, Limit: 10 * time.Second,
	})
}
