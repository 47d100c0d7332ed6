package portal

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/db"
	"zjcs/internal/testkit"
)

// reputation gives the agency of c what a page of credit can show, with hostile words.
func reputation(t *testing.T, pool *db.Pool, c cast) {
	t.Helper()
	exec := func(sql string, args ...any) {
		if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	buyer := uuid.New()
	exec(`INSERT INTO organisation (id, kind, name, region_code) VALUES ($1, 'natural_person', '欧阳小明', '140802')`, buyer)
	exec(`INSERT INTO credit_rubric VALUES ('G-01', 1, 'general', '逾期交付', -150, -60, 12, false, $1, '2024-01-01')`, hostile)
	err := db.InTx(t.Context(), pool, func(tx db.Tx) error {
		s := credit.Sample{Agency: uuid.MustParse(c.Agency)}
		for i := range 4 {
			s.Evaluations = append(s.Evaluations, credit.SampleEvaluation{ID: uuid.New(), Evaluation: credit.Evaluation{Org: buyer, Quality: 4, Timeliness: 4, Fee: 4, Conduct: 4, Attitude: 3}, Comment: hostile, At: today.AddDate(0, -i-4, 0)})
		}
		for range 2 {
			s.Records = append(s.Records, credit.SampleRecord{ID: uuid.New(), Rubric: "G-01", Points: -150, Facts: hostile, Source: "测试", Months: 12, At: today.AddDate(0, -1, 0)})
		}
		s.Facts = []credit.SampleFact{{Kind: credit.OnTime, Kept: true, Count: 7, At: today.AddDate(0, -2, 0)}}
		return credit.StoreSamples(t.Context(), tx, []credit.Sample{s}, today)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCreditPages(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	c := market(t, pool)
	reputation(t, pool, c)
	var logs bytes.Buffer
	h := site(t, pool, &logs)
	report := func() string {
		body := get(t, h, "/credit/"+c.Agency+"/report").body
		at := strings.Index(body, "XY2026")
		if at < 0 {
			t.Fatal(body)
		}
		number, _, _ := strings.Cut(body[at:], "。")
		return number
	}()
	for _, tc := range []struct {
		page  string
		says  []string
		never []string
	}{
		{"/credit", []string{"每家机构都从 95 分起", "1 家", "新机构", "下一页"}, nil},
		{"/credit?grade=C", []string{"山西河东环境工程咨询有限公司", "共 <b>1</b> 家", "受限制"}, []string{"测绘有限公司第1分公司"}},
		{"/credit?grade=AAA", []string{"没有符合条件的结果"}, nil},
		{"/credit/rankings", []string{"先选一个服务事项"}, []string{"<tbody>"}},
		{"/credit/rankings?item=ZJ0049", []string{"不排名", "n = <b>"}, []string{"第 1 名"}},
		{"/credit/" + c.Agency, []string{
			"限制参加随机选取，2026-10-24 至 2027-01-24", "95.0 − 0.6 − 30.0 + 1.5 = 65.9", "计为 3/4 次", "欧", "逾期交付", "条目 G-01 第 1 版", "<polyline", "用表格看", "怎么知道没有算错", "A → C</b>",
			"-0.141 分", "n</th>", "抽取 <b>100%</b>",
		}, []string{"欧阳小明", "一票否决"}},
		{"/credit/" + c.Agency + "?on=2026-10-01", []string{"这是过去一天的得分", "后来的修复、撤销和更正不改变", "没有计分的记录", "95.9"}, []string{"限制参加随机选取，"}},
		{"/credit/" + c.HostileAgency, []string{"95.0 + 0.0 + 0.0 + 0.0 = 95.0", "新机构：", "入驻以来没有变化", "没有计分的记录", "24 个月内没有评价"}, []string{"<script>alert(1)"}},
		{"/credit/" + c.Agency + "/report?number=" + report, []string{"C，65.9 分。", "今天仍是 C", "credit-report.pdf?number=XY"}, []string{"没有这份报告"}},
		{"/credit/" + c.HostileAgency + "/report?number=" + report, []string{"没有这份报告"}, []string{"载明的内容"}},
		{"/agencies/" + c.Agency, []string{"65.9 分", "这些分怎么来的"}, nil},
	} {
		t.Run(tc.page, func(t *testing.T) {
			got := get(t, h, tc.page)
			if got.status != http.StatusOK {
				t.Fatalf("status %d\n%s", got.status, logs.String())
			}
			body := strings.ReplaceAll(main(got.body), "&#43;", "+")
			for _, w := range tc.says {
				if !strings.Contains(body, w) {
					t.Errorf("does not say %q\n%s", w, body)
				}
			}
			for _, w := range tc.never {
				if strings.Contains(body, w) {
					t.Errorf("says %q", w)
				}
			}
		})
	}
	for _, bad := range []string{"/credit/" + c.Agency + "?on=2026-13-01", "/credit/" + c.Agency + "?on=2027-01-01", "/credit?grade=E", "/credit/rankings?item=ZJ9999", "/credit?region=999999"} {
		if got := get(t, h, bad); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, got.status)
		}
	}
	if got := get(t, h, "/credit/"+uuid.NewString()); got.status != http.StatusNotFound {
		t.Errorf("%d", got.status)
	}
}

// TestTrendChart: whatever the scores, every point is on the paper and the picture is XML.
func TestTrendChart(t *testing.T) {
	t.Parallel()
	for _, scores := range [][]int{{950}, {0, 1200}, {600, 599, 50}, {1200, 1200, 1200}, nil} {
		var points []credit.Point
		for _, n := range scores {
			points = append(points, credit.Point{On: "2026-01-31", Tenths: n, Text: credit.Points(n).Text(), Grade: credit.A})
		}
		c := chartOf(points)
		if len(c.Dots) != len(scores) {
			t.Errorf("%v: %d dots", scores, len(c.Dots))
		}
		for _, d := range c.Dots {
			var x, y float64
			if err := xml.Unmarshal([]byte("<x>"+d.X+"</x>"), &x); err != nil {
				t.Error(err)
			}
			if err := xml.Unmarshal([]byte("<y>"+d.Y+"</y>"), &y); err != nil {
				t.Error(err)
			}
			if x < chartLeft || x > chartWidth || y < 0 || y > chartHeight-chartBottom {
				t.Errorf("%v: a point at %v, %v", scores, x, y)
			}
		}
		for _, g := range c.Grid {
			if strings.HasPrefix(g.Y, "-") {
				t.Errorf("%v: %s above the picture", scores, g.Words)
			}
		}
	}
}
