package supervision_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/page"
	"zjcs/internal/supervision"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type stage struct {
	*supervision.Service
	t    *testing.T
	pool *pgxpool.Pool

	city, county, other, operator *authz.Actor
	worker                        *authz.Actor
}

// setup stores one line in each region, one in none, and those who look.
func setup(t *testing.T) *stage {
	t.Helper()
	pool := testkit.DB(t)
	policy, err := authz.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{Service: supervision.New(pool, policy), t: t, pool: pool}
	cast := testkit.NewCast(t, pool)
	s.city = cast.Person("市监督", testkit.At(authz.Supervisor, testkit.City))
	s.county = cast.Person("县监督", testkit.At(authz.Supervisor, testkit.County))
	s.other = cast.Person("邻县监督", testkit.At(authz.Supervisor, testkit.OtherCounty))
	s.operator = cast.Person("审核", testkit.At(authz.Operator, testkit.City))
	s.worker = cast.Person("张三")
	for _, region := range []string{testkit.City, testkit.County, testkit.OtherCounty, testkit.Zone, ""} {
		s.add(audit.Entry{Action: "agency-submission:review", Kind: "submission", ID: "of " + region, Region: region, Summary: "办理 " + region})
	}
	return s
}

func (s *stage) add(e audit.Entry) {
	s.t.Helper()
	if err := audit.Record(testkit.As(s.t, s.worker), s.pool, e); err != nil {
		s.t.Fatal(err)
	}
}

// seen is the regions of the stored lines that a finds, by pages and by export alike.
func (s *stage) seen(a *authz.Actor, f supervision.LogFilter) []string {
	s.t.Helper()
	f.Action, f.Limit = "agency-submission:review", 2
	var out []string
	for {
		p, err := s.SearchLog(testkit.As(s.t, a), f)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, l := range p.Items {
			out = append(out, l.RegionCode)
		}
		if f.Cursor = p.NextCursor; f.Cursor == "" {
			if p.Total != len(out) {
				s.t.Errorf("total %d, listed %d", p.Total, len(out))
			}
			break
		}
	}
	var buf bytes.Buffer
	if err := s.ExportLog(testkit.As(s.t, a), f, &buf); err != nil {
		s.t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(buf.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows)-1 != len(out) {
		s.t.Errorf("%d exported, %d listed, %v", len(rows)-1, len(out), err)
	}
	slices.Sort(out)
	return out
}

// TestEachSeesItsOwnRegions and nothing else: in pages, totals and exports.
func TestEachSeesItsOwnRegions(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for who, c := range map[*authz.Actor][]string{
		s.city:   {"", testkit.City, testkit.County, testkit.OtherCounty, testkit.Zone},
		s.county: {testkit.County},
		s.other:  {testkit.OtherCounty, testkit.Zone},
	} {
		slices.Sort(c)
		if got := s.seen(who, supervision.LogFilter{}); !slices.Equal(got, c) {
			t.Errorf("%s sees %v, want %v", who.Name, got, c)
		}
	}
	if got := s.seen(s.city, supervision.LogFilter{Region: testkit.OtherCounty}); !slices.Equal(got, []string{testkit.OtherCounty, testkit.Zone}) {
		t.Errorf("narrowed to a county: %v", got)
	}
	if got := s.seen(s.city, supervision.LogFilter{Person: s.worker.Person}); len(got) != 5 {
		t.Errorf("by person: %v", got)
	}
	if got := s.seen(s.county, supervision.LogFilter{SubjectKind: "submission", SubjectID: "of " + testkit.City}); len(got) != 0 {
		t.Errorf("another's line by its subject: %v", got)
	}
	for name, f := range map[string]supervision.LogFilter{"another region": {Region: testkit.OtherCounty}, "the region above": {Region: testkit.City}, "no region": {Region: "999999"}} {
		if _, err := s.SearchLog(testkit.As(t, s.county), f); apperr.CodeOf(err) != apperr.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.SearchLog(testkit.As(t, s.operator), supervision.LogFilter{}); apperr.CodeOf(err) != apperr.Forbidden {
		t.Errorf("an operator: %v", err)
	}
	if err := s.ExportLog(testkit.As(t, s.operator), supervision.LogFilter{}, &bytes.Buffer{}); apperr.CodeOf(err) != apperr.Forbidden {
		t.Errorf("an operator's export: %v", err)
	}
}

// TestALookIsALine: each page and each export, with what was looked for, where the looker
// belongs; one that was refused for its input is none.
func TestALookIsALine(t *testing.T) {
	t.Parallel()
	s := setup(t)
	as := testkit.As(t, s.county)
	looks := func() (n int, last, region string) {
		if err := s.pool.QueryRow(t.Context(), `SELECT count(*), coalesce(max(summary), ''), coalesce(max(region_code), '') FROM audit_log WHERE person_id = $1 AND outcome = 'read'`, s.county.Person).Scan(&n, &last, &region); err != nil {
			t.Fatal(err)
		}
		return n, last, region
	}
	if _, err := s.SearchLog(as, supervision.LogFilter{Query: "张三", From: "2026-01-01"}); err != nil {
		t.Fatal(err)
	}
	if n, last, region := looks(); n != 1 || last != "查询操作日志：自 2026-01-01，文字 张三" || region != testkit.County {
		t.Errorf("%d %q %s", n, last, region)
	}
	if err := s.ExportLog(as, supervision.LogFilter{}, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SearchLog(as, supervision.LogFilter{From: "2026-02-30"}); apperr.CodeOf(err) != apperr.Invalid {
		t.Error(err)
	}
	if n, _, _ := looks(); n != 2 {
		t.Errorf("%d looks", n)
	}
}

func TestFiltersNarrow(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.add(audit.Entry{Outcome: audit.Refused, Action: "x:y", Kind: "route", Region: testkit.County, Summary: "100%_拒绝", Change: map[string]audit.Change{"state": {"a", "b"}}})
	as := testkit.As(t, s.city)
	count := func(f supervision.LogFilter, want int) {
		t.Helper()
		f.Person = s.worker.Person
		p, err := s.SearchLog(as, f)
		if err != nil || p.Total != want {
			t.Errorf("%+v: %d, %v, want %d", f, p.Total, err, want)
		}
	}
	var today, tomorrow string
	if err := s.pool.QueryRow(t.Context(), `SELECT to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD'), to_char(now() AT TIME ZONE 'Asia/Shanghai' + interval '1 day', 'YYYY-MM-DD')`).Scan(&today, &tomorrow); err != nil {
		t.Fatal(err)
	}
	count(supervision.LogFilter{}, 6)
	count(supervision.LogFilter{Outcome: audit.Refused}, 1)
	count(supervision.LogFilter{Action: "x:y"}, 1)
	count(supervision.LogFilter{Action: "x"}, 0)
	count(supervision.LogFilter{Query: "%_"}, 1)
	count(supervision.LogFilter{Query: "张"}, 6)
	count(supervision.LogFilter{From: today, To: tomorrow}, 6)
	count(supervision.LogFilter{From: tomorrow}, 0)
	count(supervision.LogFilter{To: "2020-01-01"}, 0)
	for field, f := range map[string]supervision.LogFilter{
		"outcome": {Outcome: "maybe"}, "from": {From: "yesterday"}, "to": {From: "2026-02-01", To: "2026-01-01"}, "q": {Query: "a\x00"}, "action": {Action: strings.Repeat("x", 101)},
		"cursor": {Request: page.Request{Cursor: "?"}},
	} {
		_, err := s.SearchLog(as, f)
		if e, ok := apperr.As(err); !ok || e.Code != apperr.Invalid || e.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestNoCellIsAFormula, whatever a client calls itself.
func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	s := setup(t)
	rapid.Check(t, func(rt *rapid.T) {
		evil := rapid.StringMatching(`[=+\-@\t\r][A-Za-z0-9!"|,\n'()]{0,30}`).Draw(rt, "cell")
		id := uuid.NewString()
		a := *s.worker
		a.Name, a.Agent, a.Remote = evil, evil, "127.0.0.1"
		if err := audit.Record(authz.With(t.Context(), &a), s.pool, audit.Entry{Action: "x:y", Kind: "k", ID: id, Region: testkit.County, Summary: evil}); err != nil {
			rt.Fatal(err)
		}
		var buf bytes.Buffer
		if err := s.ExportLog(testkit.As(t, s.county), supervision.LogFilter{SubjectKind: "k", SubjectID: id}, &buf); err != nil {
			rt.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(buf.String(), "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 2 || !strings.HasPrefix(buf.String(), "\ufeff") {
			rt.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, cell := range rows[1] {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				rt.Fatalf("a spreadsheet would run %q", cell)
			}
		}
	})
}

// TestAnExportIsWholeOrNot: beyond its bound it is refused, not cut.
func TestAnExportIsWholeOrNot(t *testing.T) {
	t.Parallel()
	s := setup(t)
	if _, err := s.pool.Exec(t.Context(), `
		INSERT INTO audit_log (outcome, action, person_name, remote, agent, request_id, subject_kind, subject_id, region_code, summary)
		SELECT 'done', 'bulk:x', '张三', '', '', '', 'bulk', i::text, $1, 'x' FROM generate_series(1, $2::int) i`, testkit.County, supervision.MaxExport); err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := s.ExportLog(testkit.As(t, s.county), supervision.LogFilter{Action: "bulk:x"}, &buf); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(buf.String(), "\r\n"); n != supervision.MaxExport+1 {
		t.Errorf("%d lines", n)
	}
	buf.Reset()
	if err := s.ExportLog(testkit.As(t, s.county), supervision.LogFilter{}, &buf); apperr.CodeOf(err) != apperr.TooLarge || buf.Len() != 0 || !strings.Contains(err.Error(), fmt.Sprint(supervision.MaxExport)) {
		t.Errorf("%v, %d bytes", err, buf.Len())
	}
}
