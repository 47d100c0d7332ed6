package portal

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"zjcs/internal/testkit"
)

// post sends the form of a page as a browser on this site does.
func post(t *testing.T, h http.Handler, address string, form url.Values, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

var said = url.Values{"name": {"李某"}, "contact": {"0359-2660000"}, "text": {"这家机构的测绘资质已于去年注销，见省厅公告。"}}

func TestObjectionByForm(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	f := fixture{t: t, pool: pool}
	c := market(t, pool)
	h := site(t, pool, &bytes.Buffer{})
	at := "/publicity/" + c.Publicity

	got := post(t, h, at, said)
	where := got.header.Get("Location")
	if got.status != http.StatusSeeOther || !strings.HasPrefix(where, at+"?objection=") {
		t.Fatalf("status %d, to %q\n%s", got.status, where, got.body)
	}
	var filed int
	f.one(&filed, `SELECT count(*) FROM objection WHERE name = '李某' AND state = 'filed'`)
	if filed != 1 {
		t.Errorf("%d objections stored, should be 1", filed)
	}
	path, _, _ := strings.Cut(where, "#")
	thanks := get(t, h, path)
	number := strings.TrimPrefix(path, at+"?objection=")
	if !strings.Contains(thanks.body, "查询号 "+number) || thanks.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the number is not told, or the page is kept: %q", thanks.header.Get("Cache-Control"))
	}
	checkPage(t, thanks.body)
}

func TestObjectionRefused(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	f := fixture{t: t, pool: pool}
	c := market(t, pool)
	h := site(t, pool, &bytes.Buffer{})
	at := "/publicity/" + c.Publicity

	t.Run("what was typed comes back with what is wrong", func(t *testing.T) {
		got := post(t, h, at, url.Values{"name": {hostile}, "contact": {"1"}, "text": {"短"}})
		if got.status != http.StatusUnprocessableEntity {
			t.Fatalf("status %d", got.status)
		}
		for _, want := range []string{`id="fault-contact"`, `id="fault-text"`, "短</textarea>", "2 处要改"} {
			if !strings.Contains(got.body, want) {
				t.Errorf("no %q in the page", want)
			}
		}
		checkPage(t, got.body)
	})
	for name, headers := range map[string][]string{
		"another site's form": {"Sec-Fetch-Site", "cross-site"},
		"another origin":      {"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := post(t, h, at, said, headers...); got.status != http.StatusForbidden {
				t.Errorf("status %d, should be 403", got.status)
			}
		})
	}
	for _, number := range []string{"SQ20200101000000", "%00", strings.Repeat("9", 500)} {
		if got := post(t, h, "/publicity/"+number, said); got.status != http.StatusNotFound {
			t.Errorf("publicity %.20s: status %d, should be 404", number, got.status)
		}
	}
	t.Run("too late", func(t *testing.T) {
		over := f.publicity("已经期满的")
		f.exec(`UPDATE submission SET publicity_until = now() - interval '1 second' WHERE number = $1`, over)
		if got := post(t, h, "/publicity/"+over, said); got.status != http.StatusNotFound {
			t.Errorf("status %d, should be 404", got.status)
		}
	})
	var filed int
	if f.one(&filed, `SELECT count(*) FROM objection`); filed != 0 {
		t.Errorf("%d objections stored, should be none", filed)
	}
}

// Whatever stands in the address, the page says only a number that could be one.
func TestObjectionNumberIsPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"YY20261125000001": "YY20261125000001", "<b>": "", "请拨打 139": "", strings.Repeat("9", 31): "", "": ""} {
		if got := plain(in); got != want {
			t.Errorf("plain(%q) = %q, should be %q", in, got, want)
		}
	}
}

func TestRemaining(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		28 * time.Hour: "1 天 4 小时", 24 * time.Hour: "1 天", 3*time.Hour + 5*time.Minute: "3 小时 5 分", 59 * time.Second: "0 分钟", -time.Hour: "0 分钟",
	} {
		if got := remaining(d); got != want {
			t.Errorf("%v: %q, should be %q", d, got, want)
		}
	}
}
