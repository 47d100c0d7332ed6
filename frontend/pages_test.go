package frontend

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func TestWorkspaceAnswersRoutesOnly(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"dist/index.html": {Data: []byte("<!doctype html>")}}
	s := workspace{html: readPage(files, "dist/index.html"), routes: []string{"/", "/fee-standards", "/papers/:id"}}
	for _, c := range []struct {
		path   string
		status int
		html   bool
	}{
		{"/workspace", http.StatusOK, true},
		{"/workspace/", http.StatusOK, true},
		{"/workspace/fee-standards", http.StatusOK, true},
		{"/workspace/papers/7", http.StatusOK, true},
		{"/workspace/papers/", http.StatusNotFound, true},
		{"/workspace/papers/7/8", http.StatusNotFound, true},
		{"/workspace/nothing", http.StatusNotFound, true},
		{"/workspace/assets/gone.js", http.StatusNotFound, false},
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, c.path, nil))
		if html := w.Header().Get("Content-Type") == "text/html; charset=utf-8"; w.Code != c.status || html != c.html {
			t.Errorf("%s: status %d, Content-Type %q; want %d, the page %v", c.path, w.Code, w.Header().Get("Content-Type"), c.status, c.html)
		}
	}
}

func TestPageIsRevalidated(t *testing.T) {
	t.Parallel()
	p := readPage(fstest.MapFS{"x.html": {Data: []byte("<!doctype html>")}}, "x.html")
	first := httptest.NewRecorder()
	p.send(first, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK)
	again := httptest.NewRequest(http.MethodGet, "/", nil)
	again.Header.Set("If-None-Match", first.Header().Get("ETag"))
	second := httptest.NewRecorder()
	p.send(second, again, http.StatusOK)
	if second.Code != http.StatusNotModified || second.Body.Len() != 0 {
		t.Errorf("unchanged page: status %d with %d bytes, want 304 with none", second.Code, second.Body.Len())
	}
	if got := first.Header().Get("Cache-Control"); got != "no-cache" {
		t.Errorf("Cache-Control %q, want no-cache: the name carries no hash", got)
	}
}

func TestPagesAreOnlyRead(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	DocsHandler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/api/docs", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: status %d, Allow %q; want 405 naming GET, HEAD", w.Code, w.Header().Get("Allow"))
	}
	w = httptest.NewRecorder()
	DocsHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/docs/more", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("below the page: status %d, want 404", w.Code)
	}
}

func TestWithoutABuildThePageSaysSo(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	readPage(fstest.MapFS{}, "dist/index.html").send(w, httptest.NewRequest(http.MethodGet, "/workspace/", nil), http.StatusOK)
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", w.Code)
	}
}

func TestEmbeddedRoutesAreReadable(t *testing.T) {
	t.Parallel()
	if s, ok := WorkspaceHandler().(workspace); !ok || !s.has("/") {
		t.Error("routes.json has no first screen")
	}
}
