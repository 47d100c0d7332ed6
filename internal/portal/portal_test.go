package portal

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"zjcs/internal/testkit"
)

// answer is one page as served.
type answer struct {
	status int
	header http.Header
	body   string
}

func get(t *testing.T, h http.Handler, address string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, address, nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

// every is each kind of page with the data of c.
func every(c cast) []string {
	return append(everyDeal(c),
		"/", "/service-items", "/service-items/ZJ0049", "/service-items/ZJ0025", "/service-items/ZJ0051",
		"/service-items?q=报告&sector=水利&basis=direct&selfPrepare=no&feeType=市场调节价&approval=SP0001&department="+c.Department,
		"/approval-items", "/approval-items?q=许可", "/approval-items/SP0001",
		"/agencies", "/agencies?region=140800&item=ZJ0049&qualification=测绘资质", "/agencies?region=outside",
		"/agencies/"+c.Agency, "/agencies/"+c.HostileAgency, "/agency-listings", "/agency-listings?list=sanction&past=1", "/agency-listings?list=grey",
		"/credit", "/credit?grade=C&region=140800&item=ZJ0049", "/credit?grade=E", "/credit?item=ZJ9999", "/credit/rankings", "/credit/rankings?item=ZJ0049&region=outside", "/credit/rankings?item=ZJ9999",
		"/credit/"+c.Agency, "/credit/"+c.HostileAgency, "/credit/"+c.Agency+"?on=2026-01-01", "/credit/"+c.Agency+"?on=<script>", "/credit/"+c.Agency+"?on=2199-01-01", "/credit/none",
		"/credit/"+c.Agency+"/report", "/credit/"+c.HostileAgency+"/report?number=<script>", "/credit/"+c.Agency+"/report?number=XY20200101000000-91350100M000100Y43",
		"/experts", "/experts?specialty=水利&region=140802", "/experts/"+c.Expert,
		"/announcements", "/announcements?kind=notice", "/announcements/"+c.Announcement, "/publicity", "/publicity/"+c.Publicity,
		"/search", "/search?q=环评", "/search?q=报告&kind=service_item&sector=水利", "/search?q=测绘&region=140881", "/search?q=没有这样的内容",
		"/departments", "/departments/"+c.Department, "/regions", "/open-data", "/about", "/accessibility", "/privacy",
		"/no-such-page", "/service-items/ZJ9999", "/service-items?basis=bad",
	)
}

func TestEveryPage(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	c := market(t, pool)
	var logs bytes.Buffer
	h := site(t, pool, &logs)
	for _, address := range every(c) {
		t.Run(address, func(t *testing.T) {
			got := get(t, h, encode(address))
			if got.status >= 500 {
				t.Fatalf("status %d\n%s", got.status, logs.String())
			}
			checkPage(t, got.body)
		})
	}
}

// encode writes a readable address as a browser would send it.
func encode(address string) string {
	path, query, found := strings.Cut(address, "?")
	if !found {
		return path
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		panic(err)
	}
	return path + "?" + q.Encode()
}

// checkPage holds the rules of every page: what a search engine and a screen reader
// need, and nothing the content security policy would refuse.
func checkPage(t *testing.T, body string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		seen[n.Data]++
		at := map[string]string{}
		for _, a := range n.Attr {
			at[a.Key] = a.Val
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s> has the inline attribute %s", n.Data, a.Key)
			}
		}
		switch {
		case n.Data == "html" && at["lang"] != "zh-CN":
			t.Errorf("lang is %q", at["lang"])
		case n.Data == "script" && (at["src"] == "" || n.FirstChild != nil):
			t.Error("a script stands in the page itself")
		case n.Data == "style":
			t.Error("a style stands in the page itself")
		case n.Data == "meta" && at["name"] == "description" && at["content"] != "":
			seen["description"]++
		case n.Data == "title" && (n.FirstChild == nil || !strings.Contains(n.FirstChild.Data, "运城市网上中介超市")):
			t.Error("the title does not name the site")
		case n.Data == "img":
			t.Error("an image that no template has")
		case n.Data == "a" && strings.HasPrefix(strings.ToLower(at["href"]), "javascript:"):
			t.Errorf("link %s", at["href"])
		}
		if id := at["id"]; id != "" && ids[id] {
			t.Errorf("id %s occurs twice", id)
		} else if id != "" {
			ids[id] = true
		}
	}
	for _, one := range []string{"h1", "main", "header", "footer", "title", "description"} {
		if seen[one] != 1 {
			t.Errorf("%d × %s, should be 1", seen[one], one)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	market(t, pool)
	h := site(t, pool, &bytes.Buffer{})
	for _, tc := range []struct {
		address string
		status  int
		words   string
	}{
		{"/service-items?basis=strong", 400, "设定依据"},
		{"/service-items?selfPrepare=perhaps", 400, "能否自行编制"},
		{"/service-items?department=住建", 400, "主管部门"},
		{"/service-items?sector=" + strings.Repeat("长", 101), 400, "行业"},
		{"/service-items?q=%00", 400, "关键词"},
		{"/service-items?cursor=???", 400, "页码"},
		{"/agencies?region=999999", 400, "区域"},
		{"/experts?region=1", 400, "区域"},
		{"/announcements?kind=gossip", 400, "类别"},
		{"/search?q=环评&kind=gossip", 400, "类别"},
		{"/search?q=环评&region=1", 400, "区域"},
		{"/procurements?state=lost", 400, "状态"},
		{"/procurements?method=guess", 400, "选取方式"},
		{"/procurements?priceFrom=ten", 400, "金额下限"},
		{"/procurements?deadlineFrom=soon", 400, "报名截止起"},
		{"/procurements?region=1", 400, "区域"},
		{"/procurements?sort=price", 400, "排序"},
		{"/procurements/calendar?days=900", 400, "天数"},
		{"/procurements/calendar?from=x", 400, "起始日期"},
		{"/procurements/x", 404, "没有这个采购项目"},
		{"/procurements/00000000-0000-0000-0000-000000000000/award", 404, "没有这个采购项目"},
		{"/service-items/ZJ9999", 404, "没有这个中介服务事项"},
		{"/approval-items/SP9999", 404, "没有这个审批事项"},
		{"/agencies/0", 404, "没有这家中介机构"},
		{"/experts/00000000-0000-0000-0000-000000000000", 404, "没有这位专家"},
		{"/announcements/x", 404, "没有这条公告"},
		{"/departments/x", 404, "没有这个部门"},
		{"/nothing/here", 404, "没有对应的页面"},
	} {
		t.Run(tc.address, func(t *testing.T) {
			got := get(t, h, strings.ReplaceAll(encode(tc.address), "%2500", "%00"))
			if got.status != tc.status || !strings.Contains(got.body, tc.words) {
				t.Errorf("status %d, want %d with %q\n%s", got.status, tc.status, tc.words, main(got.body))
			}
			if got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("a refusal may be kept: %s", got.header.Get("Cache-Control"))
			}
			checkPage(t, got.body)
		})
	}
}

// main is the part of a page between header and footer.
func main(body string) string {
	_, rest, _ := strings.Cut(body, "<main")
	inner, _, _ := strings.Cut(rest, "</main>")
	return inner
}

// A database that does not answer makes a page in words, and its text stays inside.
func TestInternalTextStaysInside(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	var logs bytes.Buffer
	h := site(t, pool, &logs)
	pool.Close()
	got := get(t, h, "/service-items")
	if got.status != 500 || strings.Contains(got.body, "closed pool") || !strings.Contains(got.body, "这一页出了错") {
		t.Errorf("status %d\n%s", got.status, main(got.body))
	}
	if !strings.Contains(logs.String(), "closed pool") {
		t.Errorf("the log does not say why: %s", logs.String())
	}
	checkPage(t, got.body)
}

// An empty platform shows pages that say what would be there.
func TestEmptyPlatform(t *testing.T) {
	t.Parallel()
	h := site(t, testkit.DB(t), &bytes.Buffer{})
	for _, address := range []string{"/", "/service-items", "/approval-items", "/agencies", "/experts", "/announcements", "/publicity", "/procurements", "/procurements/calendar", "/verify", "/ledger", "/departments", "/regions", "/sitemap.xml"} {
		if got := get(t, h, address); got.status != 200 {
			t.Errorf("%s: status %d", address, got.status)
		} else if address != "/sitemap.xml" {
			checkPage(t, got.body)
		}
	}
}

func TestItemPage(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	market(t, pool)
	h := site(t, pool, &bytes.Buffer{})
	for code, words := range map[string][]string{
		"ZJ0049": {"依据：直接", "《环境影响评价法》第十九条", "60 个工作日", "可以自行编制", "只作参考", "计价格[2002]125号", "待核实", "本页 6 处", "全部 26 家"},
		"ZJ0025": {"依据：无", "不得作为办理审批的条件", "还没有入驻机构"},
		"ZJ0051": {"审批部门委托并付费", "不得转嫁给申请人"},
	} {
		got := get(t, h, "/service-items/"+code)
		for _, w := range words {
			if !strings.Contains(got.body, w) {
				t.Errorf("%s does not say %q", code, w)
			}
		}
	}
}

func TestAgencyPage(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	c := market(t, pool)
	got := get(t, site(t, pool, &bytes.Buffer{}), "/agencies/"+c.Agency)
	for _, w := range []string{"有效</span>", "30 天内到期</span>", "已过期</span>", "1 项资质已过期", "王*明", "示例数据", "盐湖区"} {
		if !strings.Contains(got.body, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
	for _, w := range []string{"王小明", "201914036140000123"} {
		if strings.Contains(got.body, w) {
			t.Errorf("the page shows %q", w)
		}
	}
}

// TestAgencyPageTellsItsLife: where it stands and until when, which items are suspended
// and why, what it hangs on, and the lists it is in; those who are gone keep a page.
func TestAgencyPageTellsItsLife(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	c := market(t, pool)
	h := site(t, pool, &bytes.Buffer{})
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`UPDATE agency_qualification SET valid_to = '2026-11-23' WHERE agency_id = $1`, c.Agency)
	exec(`SELECT refresh_carried(NULL, NULL)`)
	exec(`INSERT INTO agency_affiliation (id, agency_id, authority, relation, note, declared, batch_id)
		SELECT gen_random_uuid(), $1, '运城市规划和自然资源局', 'sponsored', $2, false, batch_id FROM agency WHERE id = $1`, c.Agency, hostile)
	exec(`INSERT INTO agency_listing (id, agency_id, list, reason, basis, listed_from, listed_until, demo)
		VALUES (gen_random_uuid(), $1, 'sanction', '出具虚假报告', $2, '2026-11-01', '2026-11-24', true), (gen_random_uuid(), $1, 'honour', '往年优秀', '规则', '2024-01-01', '2024-12-31', true)`, c.Agency, hostile)
	says := func(address string, words ...string) string {
		t.Helper()
		got := get(t, h, encode(address))
		for _, w := range words {
			if !strings.Contains(got.body, w) {
				t.Errorf("%s does not say %q", address, w)
			}
		}
		return got.body
	}
	page := "/agencies/" + c.Agency
	says(page, "其中 1 项暂停", "已于 2026-11-23 到期", "关联主管部门", "运城市规划和自然资源局", "主办", "黑名单</span>", "出具虚假报告", "往年优秀", "今天不在期内")
	if list := says("/agencies?item=ZJ0011&region=140802"); strings.Contains(list, c.Agency) {
		t.Error("listed under an item that nothing carries")
	}
	says("/agencies?item=ZJ0049&region=140802", c.Agency)
	if body := says("/agency-listings", "出具虚假报告", c.Agency, "2026-11-24"); strings.Contains(body, "往年优秀") || strings.Contains(body, "<script>alert") {
		t.Error("the list shows what is over, or lets a name act")
	}
	says("/agency-listings?past=1&list=honour", "往年优秀")
	says("/sitemap.xml", "/agency-listings")
	for state, words := range map[string]string{"suspended": "暂停至 2026-11-24", "restricted": "受限制至 2026-11-24", "exited": "已退出", "removed": "被清退"} {
		exec(`UPDATE agency SET state = $2, state_until = '2026-11-24', state_reason = '核查发现问题' WHERE id = $1`, c.Agency, state)
		says(page, words)
	}
	exec(`UPDATE agency SET state = 'suspended', state_until = '2026-11-23' WHERE id = $1`, c.Agency)
	says(page, "已入驻")
}

// Paging keeps the filters and ends.
func TestPaging(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	market(t, pool)
	h := site(t, pool, &bytes.Buffer{})
	seen, address := map[string]bool{}, "/service-items?selfPrepare=no"
	for pages := 0; address != ""; pages++ {
		if pages > 10 {
			t.Fatal("the pages do not end")
		}
		body := get(t, h, address).body
		for _, part := range strings.Split(body, `href="/service-items/`)[1:] {
			code, _, _ := strings.Cut(part, `"`)
			if seen[code] {
				t.Fatalf("%s is on two pages", code)
			}
			seen[code] = true
		}
		address = ""
		if _, rest, found := strings.Cut(body, `<a class="button plain" href="`); found {
			address, _, _ = strings.Cut(rest, `"`)
			address = html.UnescapeString(address)
		}
	}
	if len(seen) != 80 {
		t.Errorf("%d items on all pages, should be 80", len(seen))
	}
}

func TestSearchPage(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	market(t, pool)
	h := site(t, pool, &bytes.Buffer{})
	for address, words := range map[string][]string{
		"/search":                      {"拼音首字母"},
		"/search?q=环评":                 {"已同时查找", "环境影响评价", "建设项目<mark>环境影响报告书</mark>编制"},
		"/search?q=测绘&kind=agency":     {"运城市禹都", `<input type="hidden" name="kind" value="agency">`, "永济市"},
		"/search?q=没有这样的内容":            {"没有找到", "从审批事项查起"},
		"/search?q=" + hostile:         {"&lt;script&gt;"},
		"/search?q=911408000000000001": {"山西河东环境工程咨询有限公司"},
	} {
		got := get(t, h, encode(strings.ReplaceAll(address, hostile, url.QueryEscape(hostile))))
		for _, w := range words {
			if !strings.Contains(got.body, w) {
				t.Errorf("%s does not say %q\n%s", address, w, main(got.body))
			}
		}
		checkPage(t, got.body)
	}
}

func TestSitemapAndRobots(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	market(t, pool)
	h := site(t, pool, &bytes.Buffer{})
	if got := get(t, h, "/sitemap.xml"); strings.Count(got.body, "<loc>https://zjcs.example/") < 118+123 {
		t.Errorf("the sitemap is short: %d addresses", strings.Count(got.body, "<loc>"))
	}
	if got := get(t, h, "/robots.txt"); !strings.Contains(got.body, "Sitemap: https://zjcs.example/sitemap.xml") {
		t.Error(got.body)
	}
}
