package portal

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"
	"time"

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
		return credit.New(pool, nil, func() time.Time { return today }).StoreSamples(t.Context(), tx, []credit.Sample{s}, today)
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
	// What is no text, or points nowhere, is answered by a page that says which field it is.
	for address, words := range map[string]string{
		"/credit/bans?kind=%FF": "类别", "/credit/bans?kind=gossip": "机构", "/credit/bans?cursor=x": "页码", "/credit/bans?uscc=%00": "统一社会信用代码", "/credit/bans?past=%FF": "期限",
		"/credit?cursor=x": "页码", "/credit?cursor=%FF": "页码", "/credit?region=%FF": "区域", "/credit?grade=%00": "等级", "/credit/rankings?item=%FF": "服务事项", "/credit/rankings?item=ZJ0049&region=%00": "区域",
		"/credit/" + c.Agency + "?on=%00": "日期", "/credit/" + c.Agency + "?on=%FF": "日期", "/credit/" + c.Agency + "/report?number=%FF": "编号",
	} {
		got := get(t, h, address)
		if got.status != http.StatusBadRequest || !strings.Contains(main(got.body), words) {
			t.Errorf("%s: %d, should be 400 with %q\n%s", address, got.status, words, main(got.body))
		}
		checkPage(t, got.body)
	}
	if got := get(t, h, "/credit/%FF"); got.status != http.StatusNotFound {
		t.Errorf("an address that is no text: %d", got.status)
	}
	far := base64.RawURLEncoding.EncodeToString([]byte(`{"t":99999999999,"id":"00000000-0000-0000-0000-000000000000"}`))
	if got := get(t, h, "/credit?cursor="+far); got.status != http.StatusOK || !strings.Contains(got.body, `class="list rated"`) {
		t.Errorf("a cursor beyond every score: %d", got.status)
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

// TestBansPage: what the law forbids, to whom and until when; a practitioner's name stays
// masked, what is over waits behind a link, and whoever looks at the agency is told.
func TestBansPage(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	c := market(t, pool)
	h := site(t, pool, &bytes.Buffer{})
	const page = "/credit/bans"
	empty := get(t, h, page)
	if !strings.Contains(empty.body, "现在没有法定禁业") || !strings.Contains(get(t, h, page+"?past=1").body, "没有登记过法定禁业") {
		t.Error(main(empty.body))
	}
	checkPage(t, empty.body)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	var uscc string
	if err := pool.QueryRow(t.Context(), `UPDATE practitioner SET id_digest = '\x07', id_number = '\x01' WHERE agency_id = $1 RETURNING (SELECT uscc FROM agency WHERE id = $1)`, c.Agency).Scan(&uscc); err != nil {
		t.Fatal(err)
	}
	ban := func(kind, code, name, law, conduct, document, from, until, lifted string) {
		t.Helper()
		exec(`INSERT INTO credit_ban (id, kind, uscc, name, id_number, id_digest, law, conduct, authority, document_no, ban_from, ban_until, lifted_on, lift_reason, demo)
			VALUES (gen_random_uuid(), $1, $2, $3, CASE WHEN $1 = 'practitioner' THEN '\x01'::bytea END, CASE WHEN $1 = 'practitioner' THEN '\x07'::bytea END, $4, $5, '某市生态环境局', $6,
				$7::date, nullif($8, '')::date, nullif($9, '')::date, CASE WHEN $9 = '' THEN '' ELSE '法院判决撤销' END, true)`, kind, code, name, law, conduct, document, from, until, lifted)
	}
	ban("agency", uscc, "山西河东环境工程咨询有限公司", "环境影响评价法 第32条", hostile, "环罚 1 号", "2026-01-01", "2099-12-31", "")
	ban("practitioner", uscc, "王*明", "安全生产法 第92条", "出具虚假报告", "安罚 2 号", "2026-02-01", "", "")
	ban("agency", "91140800MA0GTXXX5F", "早已期满的公司", "资产评估法 第47条", "往年的事", "评罚 3 号", "2020-01-01", "2021-12-31", "")
	ban("agency", "91140800MA0GTYYY3K", "撤销了的公司", "资产评估法 第47条", "认定有误", "评罚 4 号", "2026-01-01", "2099-12-31", "2026-03-01")
	for address, tc := range map[string]struct{ says, never []string }{
		page: {[]string{"山西河东环境工程咨询有限公司", "环境影响评价法 第32条", "环罚 1 号", "2026-01-01 起，至 2099-12-31（含当日）", "王*明", "终身", "某市生态环境局", "示例数据", "也看期满和撤销的"},
			[]string{"早已期满的公司", "撤销了的公司", "<script>alert(1)"}},
		page + "?past=1":                         {[]string{"早已期满的公司", "今天不在期内", "自 2026-03-01 起撤销：法院判决撤销", "至 2026-03-01（不含当日）", "只看期内的"}, nil},
		page + "?kind=practitioner":              {[]string{"王*明", "安罚 2 号"}, []string{"环罚 1 号"}},
		page + "?uscc=" + uscc:                   {[]string{"环罚 1 号", "已选条件"}, []string{"评罚 3 号"}},
		"/agencies/" + c.Agency:                  {[]string{"法定禁业，2026-01-01 起，至 2099-12-31（含当日）", "环罚 1 号"}, nil},
		"/credit/" + c.Agency:                    {[]string{"法定禁业，2026-01-01 起", "王*明", "法定禁业</span>", "0 个项目"}, []string{"王小明"}},
		"/credit/" + c.Agency + "?on=2026-11-20": {nil, []string{"现在承担"}},
		"/credit/" + c.HostileAgency:             {[]string{"登记的 1 名执业人员现在都没有承担项目，也没有记录"}, []string{"王"}},
		"/credit":                                {[]string{`href="/credit/bans"`}, nil},
		"/sitemap.xml":                           {[]string{"https://zjcs.example/credit/bans<"}, nil},
	} {
		got := get(t, h, address)
		for _, w := range tc.says {
			if !strings.Contains(got.body, w) {
				t.Errorf("%s does not say %q\n%s", address, w, main(got.body))
			}
		}
		for _, w := range tc.never {
			if strings.Contains(main(got.body), w) {
				t.Errorf("%s says %q", address, w)
			}
		}
		if got.status != http.StatusOK {
			t.Errorf("%s: %d", address, got.status)
		}
	}
	// A record goes with the person, and names nobody.
	official, other, matter := uuid.New(), uuid.New(), uuid.New()
	exec(`INSERT INTO person (id, name) VALUES ($1, '周主管'), ($2, '孙审核')`, official, other)
	exec(`INSERT INTO submission (id, kind, title, author, region_code, state, content) VALUES ($1, 'practitioner-record', '记录', $2, '140800', 'published', '{}')`, matter, official)
	exec(`INSERT INTO credit_practitioner_record (id, agency_id, name, id_number, id_digest, conduct, basis, occurred_on, expires_on, proposer, confirmer, submission_id)
		VALUES (gen_random_uuid(), $1, '王*明', '\x01', '\x07', '同时在两家机构执业', '待核实', '2026-01-01', '2099-01-01', $2, $3, $4)`, c.Agency, official, other, matter)
	body := main(get(t, h, "/credit/"+c.Agency).body)
	if !strings.Contains(body, "同时在两家机构执业") || !strings.Contains(body, "记录至 2099-01-01") || strings.Contains(body, "王小明") {
		t.Error(body)
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
