package portal

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/procurement"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// everyDeal is each kind of page of the procurements of c.
func everyDeal(c cast) []string {
	out := []string{"/procurements", "/procurements?state=open&method=lowest_price&region=140800&item=ZJ0049&sector=生态环境&fund=own&priceFrom=100&priceTo=900000&purchaser=热力&q=示例&publishedFrom=2020-01-01&deadlineTo=2199-01-01&sort=deadline",
		"/procurements?q=没有这样的", "/procurements/calendar", "/procurements/calendar?days=31&region=140802&item=ZJ0049", "/procurements/calendar?from=2020-01-01", "/verify", "/verify?kind=award", "/ledger"}
	for _, id := range c.Deals {
		for _, page := range []string{"", "/draw", "/verify", "/award", "/award?number=ZX20200101000001", "/award?number=<script>", "/objections/new"} {
			out = append(out, "/procurements/"+id+page)
		}
	}
	return out
}

// What each state's page says and offers.
func TestProcurementPages(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	c := market(t, pool)
	h := site(t, pool, &bytes.Buffer{})
	for _, tc := range []struct {
		state review.State
		page  string
		says  []string
		never []string
	}{
		{procurement.Open, "", []string{"距报名截止", "登录报名", "谁都打不开", "报名中"}, []string{"各家响应", "提出异议", "重新计算"}},
		{procurement.Open, "/draw", []string{"报名还没有截止"}, []string{" 号</b>"}},
		{procurement.Open, "/verify", []string{"还没有可以验证的抽取"}, []string{"data-evidence"}},
		{procurement.Open, "/award", []string{"还没有中选通知书"}, nil},
		{procurement.Selecting, "", []string{"各家响应", "等待选定或评分", "看抽取现场"}, []string{"提出异议"}},
		{procurement.Publicity, "", []string{"选取结果", "提出异议", "在浏览器中重新计算", "第 1 候补", "下载证据文件"}, []string{"查看和核验"}},
		{procurement.Publicity, "/draw", []string{"并列次序", "第 1 次"}, []string{"data-live"}},
		{procurement.Publicity, "/verify", []string{`data-evidence="/api/v1/procurements/`, "zjcs verify draw"}, nil},
		{procurement.Suspended, "", []string{"中止", "提出异议"}, nil},
		{procurement.Awarded, "", []string{"查看和核验", "ZX"}, []string{">提出异议<"}},
		{procurement.Awarded, "/award", []string{"有效。", "人民币", "award.pdf"}, []string{"没有这份"}},
		{procurement.Awarded, "/award?number=ZX20200101000001", []string{"没有这份中选通知书", "这个项目签发过的"}, []string{"有效。"}},
		{procurement.Awarded, "/objections/new", []string{"现在不能提出异议"}, []string{"<textarea"}},
		{procurement.Failed, "", []string{"流标", "示例的原因"}, nil},
		{procurement.Withdrawn, "", []string{"公告已撤回", "示例的原因"}, []string{"各家响应"}},
		{procurement.Terminated, "", []string{"已终止"}, nil},
	} {
		t.Run(string(tc.state)+tc.page, func(t *testing.T) {
			got := get(t, h, "/procurements/"+c.Deals[tc.state]+tc.page)
			if got.status != http.StatusOK {
				t.Fatalf("status %d", got.status)
			}
			body := main(got.body)
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
}

// Nothing on any page depends on whether, or by whom, anything was bid before the opening:
// with envelopes in the database the pages are the same to the byte.
func TestNothingShowsBeforeTheOpening(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	c := market(t, pool)
	h := site(t, pool, &bytes.Buffer{})
	pages := []string{"/procurements?state=open", "/procurements/" + c.Deals[procurement.Open], "/procurements/" + c.Deals[procurement.Open] + "/draw", "/procurements.rss"}
	before := map[string]string{}
	words := func(body string) string { // but for the minutes that pass
		for _, unit := range []string{"分钟", " 分"} {
			body = strings.ReplaceAll(body, unit, "")
		}
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return -1
			}
			return r
		}, body)
	}
	for _, p := range pages {
		before[p] = words(get(t, h, p).body)
	}
	for range 40 {
		a, b := uuid.New(), uuid.New()
		if _, err := pool.Exec(t.Context(), `INSERT INTO sealed_bid (address, subject, body, seal, receipt) VALUES ($1, $2, $2, $2, $2)`, a[:], b[:]); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range pages {
		if after := words(get(t, h, p).body); after != before[p] {
			t.Errorf("%s changed when bids came in", p)
		}
		if p != "/procurements?state=open" && strings.Contains(before[p], "河东环境") {
			t.Errorf("%s names an agency", p)
		}
	}
}

// The feeds are XML that holds whatever a title holds, and their pages name them.
func TestFeeds(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	market(t, pool)
	h := site(t, pool, &bytes.Buffer{})
	var rss struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Items   []struct {
			Title string `xml:"title"`
			Link  string `xml:"link"`
			GUID  string `xml:"guid"`
			Date  string `xml:"pubDate"`
		} `xml:"channel>item"`
	}
	got := get(t, h, "/procurements.rss?region=140802&item=ZJ0049")
	if err := xml.Unmarshal([]byte(got.body), &rss); err != nil || rss.Version != "2.0" || len(rss.Items) != 9 || !strings.HasPrefix(got.header.Get("Content-Type"), "application/rss+xml") {
		t.Fatalf("%v %+v\n%s", err, rss, got.body)
	}
	seen := false
	for _, i := range rss.Items {
		seen = seen || i.Title == hostile
		if _, err := time.Parse(time.RFC1123Z, i.Date); err != nil || !strings.HasPrefix(i.Link, "https://zjcs.example/procurements/") || i.GUID == "" {
			t.Errorf("%+v %v", i, err)
		}
	}
	if !seen {
		t.Error("the hostile title was not carried whole")
	}
	var atom struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"id"`
		Updated string   `xml:"updated"`
		Entries []struct {
			ID      string `xml:"id"`
			Updated string `xml:"updated"`
			Title   string `xml:"title"`
		} `xml:"entry"`
	}
	got = get(t, h, "/procurements.atom")
	if err := xml.Unmarshal([]byte(got.body), &atom); err != nil || atom.ID == "" || len(atom.Entries) != 9 {
		t.Fatalf("%v %+v", err, atom)
	}
	for _, e := range atom.Entries {
		if _, err := time.Parse(time.RFC3339, e.Updated); err != nil || e.ID == "" || e.Title == "" {
			t.Errorf("%+v", e)
		}
	}
	if got := get(t, h, "/procurements.rss?region=1"); got.status != http.StatusBadRequest {
		t.Errorf("an unknown region: %d", got.status)
	}
	if body := get(t, h, "/procurements").body; !strings.Contains(body, `type="application/rss+xml"`) || !strings.Contains(body, `type="application/atom+xml"`) {
		t.Error("the list does not name its feeds")
	}
}

// An objection is filed without scripts; what is wrong is said beside what was typed, and
// another site cannot file one.
func TestResultObjectionByForm(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	c := market(t, pool)
	h := site(t, pool, &bytes.Buffer{})
	at := "/procurements/" + c.Deals[procurement.Publicity] + "/objections/new"
	send := func(form url.Values, origin string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, at, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if origin != "" {
			r.Header.Set("Origin", origin)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	good := url.Values{"name": {"张三"}, "contact": {"13800138000"}, "text": {"中选机构的资质与公告的要求不符。"}}
	if w := send(good, "https://evil.example"); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
	bad := url.Values{"name": {""}, "contact": {"1"}, "text": {hostile}}
	w := send(bad, "")
	if w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "<script>alert") || !strings.Contains(w.Body.String(), `id="fault-name"`) || !strings.Contains(w.Body.String(), "alert(1)") {
		t.Errorf("bad: %d\n%s", w.Code, main(w.Body.String()))
	}
	w = send(good, "")
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, main(w.Body.String()))
	}
	page := get(t, h, w.Header().Get("Location"))
	if !strings.Contains(page.body, "异议已收到，查询号 YY") {
		t.Error(main(page.body))
	}
	shown := get(t, h, "/procurements/"+c.Deals[procurement.Publicity]).body
	if !strings.Contains(shown, "异议与答复") || strings.Contains(shown, "13800138000") || strings.Contains(shown, "张三") || strings.Contains(shown, "资质与公告的要求不符") {
		t.Error("the page tells who objected, or nothing at all")
	}
}
