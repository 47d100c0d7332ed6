package search

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/page"
)

// PostgreSQL finds what looking at every document finds, in the same order, with the
// same counts, whatever is typed: no false hit, none missed.
func TestFindsWhatLookingAtEverythingFinds(t *testing.T) {
	t.Parallel()
	st := setup(t)
	st.market(120, 30, nil)
	st.cast()
	for i, name := range []string{"50%_优惠测绘", `反\斜杠'引号"公司`, "BIM 技术（甲级）", "环境境影响响", "😀测绘𠮷田", "影响评", "Ａ1 ②号院"} {
		st.exec(`INSERT INTO announcement (id, kind, title, body, region_code, published_at, batch_id)
			VALUES (gen_random_uuid(), 'notice', $1, '正文', '140800', '2026-01-01T00:00:00Z'::timestamptz + $2 * interval '1 hour', (SELECT id FROM import_batch LIMIT 1))`, name, i)
	}
	st.must(st.s.Reindex(t.Context()))
	plain := st.memory()
	every := value[[]string](st, `SELECT array_agg(title ORDER BY id) FROM search_document`)
	rapid.Check(t, func(rt *rapid.T) {
		q := Query{Text: rapid.OneOf(
			rapid.Custom(func(t *rapid.T) string { return part(t, rapid.SampledFrom(every).Draw(t, "title")) }),
			rapid.Custom(func(t *rapid.T) string {
				return part(t, rapid.SampledFrom(every).Draw(t, "one")) + " " + part(t, rapid.SampledFrom(every).Draw(t, "two"))
			}),
			rapid.SampledFrom([]string{"环评", "huanping", "hjyx", "ce", "侧绘", "稷山环评", "9114", "zj00", "专家", "做环评的公司", "", "检测 公司", "房屋鉴定", "a", "s"}),
			title(),
		).Draw(rt, "text")}
		if rapid.Bool().Draw(rt, "narrowed") {
			q.Kind = rapid.SampledFrom(append([]Kind{""}, Kinds...)).Draw(rt, "kind")
			q.Region = rapid.SampledFrom([]string{"", "140802", "140800", Outside}).Draw(rt, "region")
			q.Sector = rapid.SampledFrom([]string{"", "水利", "生态环境"}).Draw(rt, "sector")
		}
		want, err := plain.Search(t.Context(), q)
		got, err2 := st.s.Search(t.Context(), q)
		if fmt.Sprint(err) != fmt.Sprint(err2) {
			rt.Fatalf("%+v: %v, and %v", q, err, err2)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("%+v: looking at everything (-) and PostgreSQL (+) differ:\n%s", q, diff)
		}
		ws, err := plain.Suggest(t.Context(), q.Text, 8)
		if gs, err2 := st.s.Suggest(t.Context(), q.Text, 8); fmt.Sprint(err) != fmt.Sprint(err2) || !cmp.Equal(ws, gs) {
			rt.Fatalf("suggestions for %q: %v %v", q.Text, err2, cmp.Diff(ws, gs))
		}
	})
}

// Every stretch of one character or more of a title finds it.
func TestEverySubstringFindsItsTitle(t *testing.T) {
	t.Parallel()
	st := setup(t)
	every := value[[]string](st, `SELECT array_agg(name ORDER BY code) FROM service_item`)
	rapid.Check(t, func(rt *rapid.T) {
		whole := rapid.SampledFrom(every).Draw(rt, "title")
		typed := part(rt, whole)
		terms := Terms(typed)
		for _, term := range terms {
			if !strings.Contains(Fold(whole), term) {
				return // single characters joined across a longer word
			}
		}
		if len(terms) == 0 {
			return // punctuation alone
		}
		found := false
		q := Query{Text: typed, Kind: ServiceItem, Request: page.Request{Limit: 100}}
		for !found {
			r := st.find(q)
			found = slices.Contains(titles(r), whole)
			if q.Cursor = r.NextCursor; q.Cursor == "" {
				break
			}
		}
		if !found {
			rt.Fatalf("%q does not find %s", typed, whole)
		}
	})
}

func TestHostileInput(t *testing.T) {
	t.Parallel()
	st := setup(t)
	for _, text := range []string{
		"%", "_", `\`, "'", `"`, "''; DROP TABLE search_document; --", "环评'&'", "a:*", "!(环评)", "环评<->环保", "\u202e环评", "😀", "😀环评😀",
		strings.Repeat("环", 100), strings.Repeat("a", 100), strings.Repeat("xian", 25), strings.Repeat("检测", 50), "\x01\x1f", "~huan", "^环", "=r140802", "@hj", "$1", "$$",
	} {
		if _, err := st.s.Search(t.Context(), Query{Text: text}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if _, err := st.s.Suggest(t.Context(), text, 8); err != nil {
			t.Errorf("suggest %q: %v", text, err)
		}
		if _, err := st.s.Search(t.Context(), Query{Sector: text}); err != nil {
			t.Errorf("sector %q: %v", text, err)
		}
	}
	for _, nothing := range []string{"%", "😀", "'", "（）"} {
		if r := st.find(Query{Text: nothing}); r.Total != 0 || len(r.Hits) != 0 {
			t.Errorf("%q, in which there is no word, finds %d", nothing, r.Total)
		}
	}
	if n := value[int](st, `SELECT count(*) FROM search_document`); n < 118 {
		t.Errorf("%d documents are left", n)
	}
}

func TestRefusalsNameTheField(t *testing.T) {
	t.Parallel()
	st := setup(t)
	for field, q := range map[string]Query{
		"q": {Text: strings.Repeat("环", 101)}, "kind": {Kind: "agencies"}, "region": {Region: "999999"}, "sector": {Sector: "a\x00"},
		"cursor": {Request: page.Request{Cursor: "%%%"}},
	} {
		_, err := st.s.Search(t.Context(), q)
		refusal, ok := apperr.As(err)
		if !ok || refusal.Code != apperr.Invalid || len(refusal.Fields) != 1 || refusal.Fields[0].Name != field {
			t.Errorf("%+v: %v, want a refusal of %s", q, err, field)
		}
	}
	for name, text := range map[string]string{"NUL": "环\x00评", "not UTF-8": "环\xff", "nine words": "一一 二二 三三 四四 五五 六六 七七 八八 九九"} {
		if _, err := st.s.Search(t.Context(), Query{Text: text}); apperr.CodeOf(err) != apperr.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	far := Query{Request: page.Request{Cursor: cursorAt(maxOffset + 1)}}
	if _, err := st.s.Search(t.Context(), far); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("a page beyond all bounds: %v", err)
	}
}

func TestPagesFollowOneAnother(t *testing.T) {
	t.Parallel()
	st := setup(t)
	st.market(150, 0, nil)
	st.must(st.s.Reindex(t.Context()))
	seen := map[string]bool{}
	q := Query{Text: "检测", Request: page.Request{Limit: 7}}
	for pages := 1; ; pages++ {
		r := st.find(q)
		for _, h := range r.Hits {
			if seen[h.URL] {
				t.Errorf("%s stands on two pages", h.URL)
			}
			seen[h.URL] = true
		}
		if r.NextCursor == "" {
			if len(seen) != r.Total || pages != (r.Total+6)/7 {
				t.Errorf("%d pages show %d of %d", pages, len(seen), r.Total)
			}
			return
		}
		q.Cursor = r.NextCursor
	}
}

func TestFacetsLeaveTheirOwnFilterOut(t *testing.T) {
	t.Parallel()
	st := setup(t)
	st.market(200, 0, nil)
	st.must(st.s.Reindex(t.Context()))
	count := func(fs []Facet, v string) (n int) {
		for _, f := range fs {
			if f.Value == v {
				n = f.Count
			}
		}
		return n
	}
	free := st.find(Query{Text: "测绘"})
	narrow := st.find(Query{Text: "测绘", Kind: Agency, Region: "140802"})
	if len(free.Facets.Kind) < 2 || len(narrow.Facets.Kind) < 1 || len(narrow.Facets.Region) < 2 {
		t.Fatalf("facets are missing: %+v, %+v", free.Facets, narrow.Facets)
	}
	if got := count(narrow.Facets.Kind, string(Agency)); got != narrow.Total {
		t.Errorf("kind facet says %d agencies in the district, %d were found", got, narrow.Total)
	}
	if got := count(narrow.Facets.Region, "140802"); got != narrow.Total {
		t.Errorf("region facet says %d agencies of the district, %d were found", got, narrow.Total)
	}
	if city, district := count(narrow.Facets.Region, "140800"), count(narrow.Facets.Region, "140802"); city < district {
		t.Errorf("the city counts %d, less than its district %d", city, district)
	}
	for _, f := range narrow.Facets.Region {
		if f.Label == "" {
			t.Errorf("region %s has no name", f.Value)
		}
		if got := st.find(Query{Text: "测绘", Kind: Agency, Region: f.Value}).Total; got != f.Count {
			t.Errorf("%s is said to have %d, has %d", f.Label, f.Count, got)
		}
	}
}

func TestResultsInJSON(t *testing.T) {
	t.Parallel()
	st := setup(t)
	b, err := json.Marshal(st.find(Query{Text: "地震安全", Kind: ServiceItem, Request: page.Request{Limit: 1}}))
	st.must(err)
	want := `{"items":[{"kind":"service_item","kindLabel":"中介服务事项","title":"地震安全性评价","url":"/service-items/ZJ0099","code":"ZJ0099",` +
		`"subtitle":"地震 · 地震安全性评价报告","highlights":[{"text":"地震安全","match":true},{"text":"性评价"}],"demo":false}]`
	if got := string(b); !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s…", got, want)
	}
	b, err = json.Marshal(st.find(Query{Text: "无此字样"}))
	st.must(err)
	if want := `{"items":[],"total":0,"facets":{"kind":[],"region":[],"sector":[]}}`; string(b) != want {
		t.Errorf("nothing found is %s", b)
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	st := setup(t)
	got, err := st.s.Suggest(t.Context(), "环境影", 3)
	st.must(err)
	if len(got) != 3 || got[0].Title != "环境影响评价文件技术评估" || got[0].URL != "/service-items/ZJ0051" || got[0].KindLabel != "中介服务事项" {
		t.Errorf("suggestions: %+v", got)
	}
	for _, nothing := range []string{"", "  ", "？"} {
		if got, err := st.s.Suggest(t.Context(), nothing, 8); err != nil || got == nil || len(got) != 0 {
			t.Errorf("%q suggests %v, %v", nothing, got, err)
		}
	}
}

// A word of two characters goes through the index, and a common one stops at the first slab.
func TestTwoCharactersUseTheIndex(t *testing.T) {
	t.Parallel()
	st := setup(t)
	st.market(3000, 0, nil)
	st.must(st.s.Reindex(t.Context()))
	s := &statement{plan: vocabulary(t).plan("监理", nil), q: Query{Text: "监理"}, times: 1}
	sql := s.candidates()
	var plan string
	err := pgx.BeginFunc(t.Context(), st.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `SET LOCAL plan_cache_mode = force_generic_plan`); err != nil {
			return err
		}
		rows, err := tx.Query(t.Context(), `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) `+sql, s.args...)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		plan = strings.Join(lines, "\n")
		return err
	})
	st.must(err)
	if !strings.Contains(plan, "Bitmap Index Scan on search_document_next_grams") || strings.Contains(plan, "Seq Scan on search_document") {
		t.Errorf("the plan is\n%s", plan)
	}
}
