package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zjcs/internal/platform/cache"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// chain builds the whole chain around a route.
func chain(t *testing.T, route http.HandlerFunc, change func(*Options)) http.Handler {
	t.Helper()
	o := Options{
		Routes: route, Logger: slog.New(slog.DiscardHandler),
		Metrics: NewMetrics(prometheus.NewRegistry()), Now: time.Now, MaxBody: 100, Limit: time.Second,
		Failure: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
	}
	if change != nil {
		change(&o)
	}
	return New(o)
}

func ask(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var longText = strings.Repeat("中介服务事项", 400)

func TestAnswerCarriesETagAndCompression(t *testing.T) {
	t.Parallel()
	h := chain(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, longText)
	}, nil)

	plain := ask(h, "GET", "/")
	if plain.Body.String() != longText || plain.Header().Get("Content-Encoding") != "" {
		t.Fatal("a client that does not ask for gzip must get the plain text")
	}
	tag := plain.Header().Get("ETag")
	if !strings.HasPrefix(tag, `"`) {
		t.Fatalf("ETag = %q, want a strong one", tag)
	}
	packed := ask(h, "GET", "/", "Accept-Encoding", "br, gzip;q=0.8")
	zr, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(zr)
	if err != nil || string(unpacked) != longText {
		t.Fatalf("compressed form differs: %v", err)
	}
	if packed.Header().Get("ETag") == tag {
		t.Error("two representations share one strong ETag")
	}
	if packed.Header().Get("Vary") != "Accept-Encoding" || plain.Header().Get("Vary") != "Accept-Encoding" {
		t.Error("both forms must say they vary")
	}
	if ask(h, "GET", "/", "Accept-Encoding", "gzip;q=0").Header().Get("Content-Encoding") != "" {
		t.Error("gzip;q=0 refuses gzip")
	}
	for _, given := range []string{tag, packed.Header().Get("ETag"), `W/` + tag, `"other", ` + tag, "*"} {
		w := ask(h, "GET", "/", "If-None-Match", given)
		if w.Code != http.StatusNotModified || w.Body.Len() != 0 {
			t.Errorf("If-None-Match %s: status %d with %d bytes", given, w.Code, w.Body.Len())
		}
	}
	if w := ask(h, "GET", "/", "If-None-Match", `"other"`); w.Code != http.StatusOK {
		t.Errorf("another tag: status %d", w.Code)
	}
	head := ask(h, "HEAD", "/")
	if head.Code != http.StatusOK || head.Body.Len() != 0 || head.Header().Get("Content-Length") != plain.Header().Get("Content-Length") {
		t.Errorf("HEAD: %d, %d bytes, length %s", head.Code, head.Body.Len(), head.Header().Get("Content-Length"))
	}
}

func TestPanicSaysNothingOfTheInside(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	h := chain(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half an ans")
		panic("secret internals")
	}, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&logged, nil)) })
	w := ask(h, "GET", "/")
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "half") || strings.Contains(w.Body.String(), "secret") {
		t.Fatalf("%d %q", w.Code, w.Body.String())
	}
	if !strings.Contains(logged.String(), "secret internals") {
		t.Error("the log must know what happened")
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	h := chain(t, func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		<-r.Context().Done()
		w.WriteHeader(http.StatusServiceUnavailable)
	}, func(o *Options) { o.Limit = 10 * time.Millisecond })

	r := httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", 101)))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("101 bytes of 100: status %d", w.Code)
	}
	if w := ask(h, "GET", "/"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("past the time limit: status %d", w.Code)
	}
}

func TestHeadersAndRequestID(t *testing.T) {
	t.Parallel()
	h := chain(t, func(http.ResponseWriter, *http.Request) {}, nil)
	w := ask(h, "GET", "/", "X-Request-Id", "proxy-1234")
	if got := w.Header().Get("X-Request-Id"); got != "proxy-1234" {
		t.Errorf("request id %q", got)
	}
	if got := ask(h, "GET", "/", "X-Request-Id", "forged\nline").Header().Get("X-Request-Id"); strings.Contains(got, "forged") || got == "" {
		t.Errorf("request id %q", got)
	}
	for _, path := range []string{"/", "/workspace/", "/api/docs"} {
		csp := ask(h, "GET", path).Header().Get("Content-Security-Policy")
		for _, directive := range strings.Split(csp, ";") {
			if strings.Contains(directive, "script-src") && strings.Contains(directive, "unsafe") {
				t.Errorf("%s: %s", path, directive)
			}
		}
		if !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: CSP %q", path, csp)
		}
	}
	if strings.Contains(ask(h, "GET", "/").Header().Get("Content-Security-Policy"), "unsafe") {
		t.Error("the portal allows something inline")
	}
}

// TestCacheIsNeverStale writes between reads, in SQL, and sees each write at once;
// between writes the route does not run.
func TestCacheIsNeverStale(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	ran := 0
	route := func(w http.ResponseWriter, r *http.Request) {
		if err := Cacheable(r.Context(), "region"); err != nil {
			t.Error(err)
		}
		ran++
		var n string
		if err := pool.QueryRow(r.Context(), `SELECT coalesce(string_agg(name, ',' ORDER BY code), '-') FROM region`).Scan(&n); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, n)
	}
	h := chain(t, route, func(o *Options) { o.Cache = cache.New(cache.NewFreshness(pool), 1<<20) })
	exec := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	see := func(want string) {
		t.Helper()
		if got := ask(h, "GET", "/regions?b=2&a=1").Body.String(); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	see("-")
	exec(`INSERT INTO import_batch (id, kind, source, file_name, sha256) VALUES ('00000000-0000-0000-0000-000000000001', 'regions', 's', 'f', 'x')`)
	exec(`INSERT INTO region VALUES ('140800', '运城市', 'city', NULL, '00000000-0000-0000-0000-000000000001')`)
	see("运城市")
	see("运城市")
	if got := ask(h, "GET", "/regions?a=1&b=2").Body.String(); got != "运城市" {
		t.Fatal(got)
	}
	if ran != 2 {
		t.Errorf("the route ran %d times, want 2: once before and once after the write", ran)
	}
	exec(`UPDATE region SET name = '河东'`)
	see("河东")
	if w := ask(h, "GET", "/regions?b=2&a=1"); w.Header().Get("Cache-Control") != "public, no-cache" {
		t.Errorf("Cache-Control %q: a browser must ask each time", w.Header().Get("Cache-Control"))
	}
}

// TestOnlyPublicSuccessIsKept: refusals and answers that did not declare themselves run each time.
func TestOnlyPublicSuccessIsKept(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	ran := 0
	h := chain(t, func(w http.ResponseWriter, r *http.Request) {
		ran++
		switch r.URL.Path {
		case "/missing":
			_ = Cacheable(r.Context(), "region")
			w.WriteHeader(http.StatusNotFound)
		case "/mine":
			_, _ = io.WriteString(w, "personal")
		}
	}, func(o *Options) { o.Cache = cache.New(cache.NewFreshness(pool), 1<<20) })
	for _, path := range []string{"/missing", "/mine"} {
		ran = 0
		first, second := ask(h, "GET", path), ask(h, "GET", path)
		if ran != 2 {
			t.Errorf("%s ran %d times of 2", path, ran)
		}
		for _, w := range []*httptest.ResponseRecorder{first, second} {
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s: Cache-Control %q", path, got)
			}
		}
	}
}

// TestDatabaseDown: without the counters nothing kept may be served.
func TestDatabaseDown(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	h := chain(t, func(w http.ResponseWriter, r *http.Request) {
		if err := Cacheable(r.Context(), "region"); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "kept")
	}, func(o *Options) { o.Cache = cache.New(cache.NewFreshness(pool), 1<<20) })
	if w := ask(h, "GET", "/"); w.Code != http.StatusOK {
		t.Fatal(w.Code)
	}
	pool.Close()
	if w := ask(h, "GET", "/"); w.Code != http.StatusServiceUnavailable {
		t.Fatalf("status %d %q: served without knowing whether it is still true", w.Code, w.Body.String())
	}
}

func TestNoteOutsideTheChain(t *testing.T) {
	t.Parallel()
	if err := Cacheable(context.Background(), "region"); err != nil {
		t.Fatal(err)
	}
}

// Only where files are taken in may a body be longer, and only below that very path.
func TestUploadsHaveALimitOfTheirOwn(t *testing.T) {
	t.Parallel()
	h := chain(t, func(w http.ResponseWriter, r *http.Request) {
		var large *http.MaxBytesError
		if _, err := io.ReadAll(r.Body); errors.As(err, &large) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	}, func(o *Options) { o.Uploads = map[string]int64{"/api/v1/files": 1000, "/api/v1/files/large": 5000} })
	for _, c := range []struct {
		path string
		size int
		want int
	}{
		{"/api/v1/files", 1000, 200}, {"/api/v1/files", 1001, 413}, {"/api/v1/files/7", 1000, 200}, {"/api/v1/files/large", 5000, 200}, {"/api/v1/files/large/1", 5001, 413},
		{"/api/v1/files-of", 101, 413}, {"/api/v1/me", 100, 200}, {"/api/v1/me", 101, 413}, {"/api/v1/../v1/files", 101, 413}, {"/API/V1/FILES", 101, 413},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, c.path, strings.NewReader(strings.Repeat("x", c.size))))
		if w.Code != c.want {
			t.Errorf("%d bytes to %s: %d, want %d", c.size, c.path, w.Code, c.want)
		}
	}
}
