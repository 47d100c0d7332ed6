package search

import (
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// cast are the records that the golden set names beside the shipped catalogue.
func (st *stage) cast() {
	st.Helper()
	batch := value[string](st, `SELECT id::text FROM import_batch LIMIT 1`)
	for _, sql := range []string{
		`INSERT INTO agency (id, uscc, name, kind, legal_representative, region_code, domicile, address, phone, introduction, state, admitted_on, batch_id) VALUES
			('01900000-0000-7000-8000-000000000001', '91140802MA0TETA01X', '山西晋安环境科技有限公司', 'enterprise', '卫国平', '140802', '山西省运城市', '盐湖区红旗西街 8 号', '0359-2220001', '自吹自擂', 'admitted', '2025-03-01', '` + batch + `'),
			('01900000-0000-7000-8000-000000000002', '91140802MA0TETA020', '盐湖区正方测绘有限公司', 'enterprise', '景建华', '140802', '山西省运城市', '盐湖区工农东街 21 号', '0359-2220002', '', 'admitted', '2025-04-01', '` + batch + `'),
			('01900000-0000-7000-8000-000000000003', '91140802MA0TETA039', '运城诚达会计师事务所', 'law_or_accounting_firm', '薛海燕', '140800', '山西省运城市', '河东东街 3 号', '0359-2220003', '', 'admitted', '2025-05-01', '` + batch + `'),
			('01900000-0000-7000-8000-000000000004', '91140802MA0TETA047', '已退出机构有限公司', 'enterprise', '丁一', '140802', '山西省运城市', '河东东街 4 号', '0359-2220004', '', 'exited', '2025-05-01', '` + batch + `')`,
		`INSERT INTO agency_item (agency_id, item_id) SELECT '01900000-0000-7000-8000-000000000001'::uuid, id FROM service_item WHERE code IN ('ZJ0049', 'ZJ0050', 'ZJ0055')`,
		`INSERT INTO agency_item (agency_id, item_id) SELECT '01900000-0000-7000-8000-000000000002'::uuid, id FROM service_item WHERE code IN ('ZJ0020', 'ZJ0021')`,
		`INSERT INTO agency_item (agency_id, item_id) SELECT '01900000-0000-7000-8000-000000000003'::uuid, id FROM service_item WHERE code IN ('ZJ0109', 'ZJ0110')`,
		`INSERT INTO expert (id, id_number, id_digest, phone, name, employer, title, specialties, region_code, batch_id) VALUES
			('01900000-0000-7000-8000-000000000011', '\x01', '\x01', '\x01', '王立新', '运城学院', '教授', '{生态环境}', '140800', '` + batch + `'),
			('01900000-0000-7000-8000-000000000012', '\x02', '\x02', '\x02', '解晓明', '山西省水利水电勘测设计研究院', '高级工程师', '{水利}', NULL, '` + batch + `')`,
		`INSERT INTO announcement (id, kind, title, body, region_code, published_at, batch_id) VALUES
			('01900000-0000-7000-8000-000000000021', 'notice', '关于开展中介服务事项清理的通知', '各县（市、区）行政审批服务管理局：' || E'\n\n' || '请于本月底前报送。', '140800', '2026-01-08T02:00:00Z', '` + batch + `')`,
	} {
		st.exec(sql)
	}
	st.notice("01900000-0000-7000-8000-000000000041", "enterprise", "运城市盐湖热力有限公司", "盐湖区城北集中供热站改造", "CG20260302000041", "ZJ0049", "ZJ0062")
	st.notice("01900000-0000-7000-8000-000000000042", "natural_person", "尉迟恭谨", "自建冷库项目", "CG20260302000042", "ZJ0005")
}

// notice publishes a procurement of a purchaser of that kind and name for items.
func (st *stage) notice(id, kind, purchaser, title, number string, items ...string) {
	st.Helper()
	org := uuid.Must(uuid.NewV7())
	st.exec(`INSERT INTO organisation (id, kind, name, region_code, state, demo) VALUES ($1, $2, $3, '140802', 'verified', true)`, org, kind, purchaser)
	st.exec(`INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, id_number, id_digest, address, contact_name, contact_phone, contact_email, agent_name, papers, verified_at, demo)
		SELECT $1, $2, '', false, '', n, n, '', '', '\x00', '', '', '{}', now(), true FROM (SELECT CASE $2 WHEN 'natural_person' THEN uuid_send($1) END AS n) n`, org, kind)
	st.exec(`INSERT INTO procurement (id, org_id, purchaser, region_code, title, number, method, fiscal, terms, state, published_at, deadline, selection_at, recipient, demo)
		VALUES ($1, $2, $3, '140802', $4, $5, 'random', false, '{"scope": "供热管网约 12 公里", "result": "报告书五份"}', 'open', $6::timestamptz, $6::timestamptz + interval '5 days', $6::timestamptz + interval '5 days', 'x', true)`,
		id, org, purchaser, title, number, stageNow)
	st.exec(`INSERT INTO procurement_item (procurement_id, item_id, ordinal) SELECT $1, i.id, u.n FROM unnest($2::text[]) WITH ORDINALITY u (code, n) JOIN service_item i ON i.code = u.code`, id, items)
}

type golden struct {
	line        int
	q           Query
	within      int
	must, never []string
}

func readGolden(t *testing.T) []golden {
	t.Helper()
	f, err := os.Open("testdata/golden.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	list := func(s string) []string { return strings.FieldsFunc(s, func(r rune) bool { return r == '|' }) }
	var out []golden
	for i, r := range rows[1:] {
		n, err := strconv.Atoi(r[4])
		if err != nil {
			t.Fatalf("golden.csv line %d: %v", i+2, err)
		}
		out = append(out, golden{i + 2, Query{Text: r[0], Kind: Kind(r[1]), Region: r[2], Sector: r[3]}, n, list(r[5]), list(r[6])})
	}
	return out
}

// TestGolden: what a clerk types finds what the clerk means, in every engine.
func TestGolden(t *testing.T) {
	t.Parallel()
	st := setup(t)
	st.market(300, 60, nil)
	st.cast()
	st.must(st.s.Reindex(t.Context()))
	for name, s := range map[string]*Service{"postgres": st.s, "memory": st.memory()} {
		for _, g := range readGolden(t) {
			r, err := s.Search(t.Context(), g.q)
			if err != nil {
				t.Errorf("%s, line %d: %v", name, g.line, err)
				continue
			}
			has := func(what string, n int) bool {
				return slices.ContainsFunc(r.Hits[:min(n, len(r.Hits))], func(h Hit) bool { return h.Code == what || h.Title == what })
			}
			for _, m := range g.must {
				if !has(m, g.within) {
					t.Errorf("%s, line %d: %q should have %s among the first %d, got %v", name, g.line, g.q.Text, m, g.within, titles(r))
				}
			}
			for _, n := range g.never {
				if has(n, len(r.Hits)) {
					t.Errorf("%s, line %d: %q should not find %s, got %v", name, g.line, g.q.Text, n, titles(r))
				}
			}
		}
	}
}

// memory is the plain engine over the same records.
func (st *stage) memory() *Service {
	st.Helper()
	v, err := NewVocabulary()
	st.must(err)
	s := WithEngine(st.pool, newMemory(v))
	st.must(s.Reindex(st.Context()))
	return s
}

func TestGoldenSetIsLarge(t *testing.T) {
	t.Parallel()
	if n := len(readGolden(t)); n < 60 {
		t.Errorf("%d golden queries, at least 60 are wanted", n)
	}
}
