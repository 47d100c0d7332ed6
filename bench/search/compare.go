// Package searchbench times the search over one market beside ILIKE and pg_trgm on the
// same rows in the same run, query by query in turn, so that a slow minute of the
// machine slows all three.
package searchbench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zjcs/internal/platform/db"
	"zjcs/internal/search"
)

// Case is one query of the mix.
type Case struct {
	Group string // 二字, 四字, 多词, 单字, 拼音, 代码, 筛选
	Query search.Query
}

// Mix is rare words and words that most documents have, of each length, with what else
// people type. Groups 二字, 四字 and 多词 are those that issue 2 sets limits for.
func Mix() []Case {
	var out []Case
	add := func(group string, texts ...string) {
		for _, t := range texts {
			out = append(out, Case{group, search.Query{Text: t}})
		}
	}
	add("二字", "环评", "测绘", "公司", "运城", "能评", "水保", "日照", "考古", "监理", "安全", "检测", "工程", "技术", "芮城", "种子", "通航", "验资", "盐湖")
	add("四字", "环境影响", "有限公司", "水土保持", "地质灾害", "安全评价", "施工图审", "土地估价", "雷电防护", "节能报告", "考古勘探", "工程咨询", "职业病危", "房屋鉴定", "盐湖测绘")
	add("多词", "环境 影响", "运城 公司", "盐湖区 测绘", "水土保持 方案", "有限公司 检测", "环评 报告", "工程 技术 咨询", "稷山 环评 公司", "安全 评价 甲级", "芮城 监理", "事务所 验资")
	add("单字", "环", "司", "测")
	add("拼音", "hjyxpj", "huanping", "cehui", "yxgs", "stbc")
	add("代码", "ZJ0049", "9114", "911408")
	for _, q := range []search.Query{
		{Text: "测绘", Region: "140802"}, {Text: "公司", Sector: "水利"}, {Text: "工程", Kind: search.Agency, Region: "140800", Sector: "自然资源"},
		{Kind: search.Agency, Region: "140882"}, {},
	} {
		out = append(out, Case{"筛选", q})
	}
	return out
}

// Prepare makes the rows the others search: title and all other searched text, with the
// index that pg_trgm offers. Returns how many.
func Prepare(ctx context.Context, pool *db.Pool) (rows int, err error) {
	for _, sql := range []string{
		`CREATE EXTENSION IF NOT EXISTS pg_trgm`,
		`DROP TABLE IF EXISTS bench_ilike, bench_trgm`,
		`CREATE TABLE bench_ilike AS SELECT id, title, title || E'\n' || strong_key || E'\n' || weak_key AS body FROM search_document`,
		`CREATE TABLE bench_trgm AS SELECT * FROM bench_ilike`,
		`CREATE INDEX ON bench_trgm USING gin (body gin_trgm_ops)`,
		`VACUUM (ANALYZE) bench_ilike`, `VACUUM (ANALYZE) bench_trgm`,
	} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			return 0, fmt.Errorf("search bench: %w", err)
		}
	}
	err = pool.QueryRow(ctx, `SELECT count(*) FROM bench_ilike`).Scan(&rows)
	return rows, err
}

// Drop takes away what Prepare made.
func Drop(ctx context.Context, pool *db.Pool) error {
	_, err := pool.Exec(ctx, `DROP TABLE IF EXISTS bench_ilike, bench_trgm`)
	return err
}

// Timing is what one way of searching took for one group.
type Timing struct {
	Group    string
	Way      string // zjcs, pg_trgm, ILIKE
	N        int
	P50, P99 time.Duration
	Max      time.Duration
	Slowest  string
}

// likeRounds bounds the rounds of the others: one of their answers may take half a second.
const likeRounds = 3

// Compare runs the mix. The search answers with 20 hits, three facets, highlights and a
// total; the others only with the 20 titles that say all the words, best placed first.
func Compare(ctx context.Context, pool *db.Pool, s *search.Service, rounds int) ([]Timing, error) {
	type key struct{ group, way string }
	took := map[key][]time.Duration{}
	slowest := map[key]string{}
	record := func(c Case, way string, d time.Duration) {
		for _, k := range []key{{c.Group, way}, {"全部", way}} {
			if d > slices.Max(append(took[k], 0)) {
				slowest[k] = fmt.Sprintf("%s%s %s", c.Query.Text, c.Query.Region, c.Query.Sector)
			}
			took[k] = append(took[k], d)
		}
	}
	mix := Mix()
	for round := range rounds + 1 { // the first warms connections and plans up
		for _, c := range mix {
			begin := time.Now()
			if _, err := s.Search(ctx, c.Query); err != nil {
				return nil, err
			}
			if round > 0 {
				record(c, "zjcs", time.Since(begin))
			}
			if terms := search.Terms(c.Query.Text); round < likeRounds && c.Group != "筛选" && len(terms) > 0 {
				for way, table := range map[string]string{"pg_trgm": "bench_trgm", "ILIKE": "bench_ilike"} {
					begin := time.Now()
					if err := like(ctx, pool, table, terms); err != nil {
						return nil, err
					}
					if round > 0 {
						record(c, way, time.Since(begin))
					}
				}
			}
		}
	}
	var out []Timing
	for _, g := range []string{"二字", "四字", "多词", "单字", "拼音", "代码", "筛选", "全部"} {
		for _, way := range []string{"zjcs", "pg_trgm", "ILIKE"} {
			ds := took[key{g, way}]
			if len(ds) == 0 {
				continue
			}
			slices.Sort(ds)
			at := func(p float64) time.Duration { return ds[min(len(ds)-1, int(p*float64(len(ds))))] }
			out = append(out, Timing{g, way, len(ds), at(0.5), at(0.99), ds[len(ds)-1], slowest[key{g, way}]})
		}
	}
	return out, nil
}

func like(ctx context.Context, pool *db.Pool, table string, terms []string) error {
	w := &db.Where{}
	for _, t := range terms {
		w.Add("body ILIKE '%' || ? || '%'", db.EscapeLike(t))
	}
	first := w.Arg(db.EscapeLike(terms[0]))
	rows, err := pool.Query(ctx, fmt.Sprintf(`SELECT id, title FROM %s WHERE %s ORDER BY title ILIKE '%%' || %s || '%%' DESC, id LIMIT 20`, table, w.SQL(), first), w.Args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}
