package exchange_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zjcs/internal/agency"
	"zjcs/internal/exchange"
	"zjcs/internal/expert"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		importAsChild()
		return
	}
	testkit.Main(m)
}

var now = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=" // of these tests only

// stage is a marketplace with its reference data loaded.
type stage struct {
	*testing.T
	pool  *db.Pool
	url   string
	vault *secret.Vault
}

func setup(t *testing.T) *stage {
	t.Helper()
	s := &stage{T: t, url: testkit.DBURL(t)}
	pool, err := db.Open(t.Context(), s.url, 8)
	s.must(err)
	t.Cleanup(pool.Close)
	s.pool = pool
	s.vault, err = secret.NewVault(key)
	s.must(err)
	s.must(exchange.LoadReference(t.Context(), pool, nil))
	return s
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stage) file(name, content string) string {
	s.Helper()
	path := filepath.Join(s.TempDir(), name)
	s.must(os.WriteFile(path, []byte(content), 0o600))
	return path
}

func (s *stage) agencies(ctx context.Context, o exchange.Options) (exchange.Report, error) {
	s.Helper()
	return importAgencies(ctx, s.pool, s.vault, o)
}

func importAgencies(ctx context.Context, pool *db.Pool, vault *secret.Vault, o exchange.Options) (exchange.Report, error) {
	target, err := agency.NewImport(ctx, pool, vault, now)
	if err != nil {
		return exchange.Report{}, err
	}
	o.Source = "测试单位"
	return exchange.Run(ctx, pool, o, target)
}

// take imports agencies and reports what happened to how many.
func (s *stage) take(content string) provenance.Summary {
	s.Helper()
	rep, err := s.agencies(s.Context(), exchange.Options{File: s.file("a.csv", content)})
	s.must(err)
	for _, f := range rep.Faults {
		s.Errorf("line %d %s: %s", f.Line, f.Column, f.Reason)
	}
	return rep.Summary
}

func (s *stage) takeExperts(content string) exchange.Report {
	s.Helper()
	target, err := expert.NewImport(s.Context(), s.pool, s.vault, now)
	s.must(err)
	rep, err := exchange.Run(s.Context(), s.pool, exchange.Options{File: s.file("e.csv", content), Source: "测试单位"}, target)
	s.must(err)
	return rep
}

func one[T any](s *stage, sql string, args ...any) T {
	s.Helper()
	var v T
	s.must(s.pool.QueryRow(s.Context(), sql, args...).Scan(&v))
	return v
}

// contents digests everything that a delivery decides: not ids, times or batches.
func (s *stage) contents() string {
	s.Helper()
	return one[string](s, `
		SELECT md5(string_agg(t.line, E'\n' ORDER BY t.line)) FROM (
			SELECT concat_ws('|', 'a', uscc, name, kind, legal_representative, region_code, domicile, address, phone, introduction, founded_on, admitted_on, state, demo) FROM agency
			UNION ALL SELECT concat_ws('|', 'i', a.uscc, i.code) FROM agency_item x JOIN agency a ON a.id = x.agency_id JOIN service_item i ON i.id = x.item_id
			UNION ALL SELECT concat_ws('|', 'q', a.uscc, q.name, level, certificate_no, issuer, valid_to) FROM agency_qualification q JOIN agency a ON a.id = q.agency_id
			UNION ALL SELECT concat_ws('|', 'p', a.uscc, p.name, specialty, certificate_no, valid_to, id_digest) FROM practitioner p JOIN agency a ON a.id = p.agency_id
			UNION ALL SELECT concat_ws('|', 'e', id_digest, name, employer, title, specialties, region_code, demo) FROM expert
			UNION ALL SELECT concat_ws('|', 's', code, name, sector, legal_basis, basis_strength, required_qualification, result_document, entrusting_parties,
				self_prepare, fee_type, fee_reference, fee_standard_ids, time_limit, notes, unverified_fields, demo) FROM service_item
		) AS t(line)`)
}

// versions are what a reader's cache would notice.
func (s *stage) versions() string {
	s.Helper()
	return one[string](s, `SELECT string_agg(scope || n || ' ', '' ORDER BY scope) FROM content_version`) +
		one[string](s, `SELECT coalesce(max(updated_at), 'epoch')::text FROM (SELECT updated_at FROM agency UNION ALL SELECT updated_at FROM expert UNION ALL SELECT updated_at FROM service_item) u`)
}

const agencyHeader = "统一社会信用代码,机构名称,机构类型,法定代表人,区划代码,登记地,住所,联系电话,简介,成立日期,入驻日期,服务事项,资质,执业人员\n"

// firm is one good row; with changes given as column=value.
func firm(uscc string, changes ...string) string {
	cells := strings.Split(strings.TrimSpace(agencyHeader), ",")
	values := map[string]string{
		"统一社会信用代码": uscc, "机构名称": "山西示例环保科技有限公司", "机构类型": "企业", "法定代表人": "王小明", "区划代码": "140802", "登记地": "山西省运城市",
		"住所": "盐湖区人民路1号", "联系电话": "0359-0123456", "简介": "简介", "成立日期": "2015-06-01", "入驻日期": "2024-03-01", "服务事项": "ZJ0049；ZJ0050",
		"资质": "检验检测机构资质认定（CMA）||示例CMA1|山西省市场监督管理局|2027-12-31", "执业人员": "李小红|环境影响评价工程师|示例0001|2027-12-31|" + personID,
	}
	for _, c := range changes {
		k, v, _ := strings.Cut(c, "=")
		values[k] = v
	}
	for i, c := range cells {
		cells[i] = `"` + strings.ReplaceAll(values[c], `"`, `""`) + `"`
	}
	return strings.Join(cells, ",") + "\n"
}

// personID is valid and nobody's: no county's code ends in 99.
const personID = "140899199001010014"

func many(n int) string {
	var b strings.Builder
	b.WriteString("统一社会信用代码,机构名称,法定代表人,区划代码,服务事项\n")
	for i := range n {
		fmt.Fprintf(&b, "%s,示例机构%d,王明,140802,ZJ0049\n", serialUSCC(i), i)
	}
	return b.String()
}

func serialUSCC(n int) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	s := fmt.Sprintf("91140899MA%07d", n)
	sum, w := 0, 1
	for i := range 17 {
		sum += strings.IndexByte(alphabet, s[i]) * w
		w = w * 3 % 31
	}
	return s + string(alphabet[(31-sum%31)%31])
}
