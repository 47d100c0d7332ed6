package files_test

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/platform/files"
)

// serve asks for f over real HTTP.
func (s stage) serve(t *testing.T, f files.File, method string, inline bool) (*http.Response, []byte, error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := s.Open(r.Context(), f)
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		defer body.Close()
		_ = files.Serve(w, r, f, body, inline)
	}))
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), method, server.URL, nil)
	must(err)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	return response, b, err
}

func TestServedFilesCanDoNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for kind, content := range samples() {
		f := s.put(t, `<script>"; x=".html`, content)
		for _, inline := range []bool{false, true} {
			response, body, err := s.serve(t, f, http.MethodGet, inline)
			if err != nil || !bytes.Equal(body, content) {
				t.Fatalf("%s: %v", kind, err)
			}
			h := response.Header
			how := "attachment"
			if inline && (kind == files.PDF || kind == files.PNG || kind == files.JPEG) {
				how = "inline"
			}
			got, params, err := mime.ParseMediaType(h.Get("Content-Disposition"))
			if err != nil || got != how || params["filename"] != f.Name {
				t.Errorf("%s: %s (%v)", kind, h.Get("Content-Disposition"), err)
			}
			if h.Get("Content-Type") != string(kind) || h.Get("X-Content-Type-Options") != "nosniff" ||
				h.Get("Content-Security-Policy") != "sandbox; default-src 'none'" || h.Get("Cache-Control") != "private, no-store" {
				t.Errorf("%s: %v", kind, h)
			}
		}
		response, body, err := s.serve(t, f, http.MethodHead, false)
		if err != nil || len(body) != 0 || response.ContentLength != int64(len(content)) {
			t.Errorf("HEAD: %d bytes, length %d, %v", len(body), response.ContentLength, err)
		}
	}
}

func TestDispositionIsOneHeader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, want string }{
		{"水土 保持'方案'.pdf", `attachment; filename="file.pdf"; filename*=UTF-8''%E6%B0%B4%E5%9C%9F%20%E4%BF%9D%E6%8C%81%27%E6%96%B9%E6%A1%88%27.pdf`},
		{"a\r\nSet-Cookie: x=1;\".pdf", `attachment; filename="file.pdf"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x%3D1%3B%22.pdf`},
		{`a.p"df`, `attachment; filename="file"; filename*=UTF-8''a.p%22df`},
		{"", `attachment; filename="file"; filename*=UTF-8''`},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		// A row that was not written by Put: neither its name nor its type is believed.
		f := files.File{ID: uuid.New(), Name: c.name, MediaType: "text/html", Size: 1}
		if err := files.Serve(w, r, f, strings.NewReader("x"), true); err != nil {
			t.Fatal(err)
		}
		if got := w.Header().Get("Content-Disposition"); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.name, got, c.want)
		}
		if got := w.Header().Get("Content-Type"); got != "application/octet-stream" {
			t.Errorf("%q is served as %s", c.name, got)
		}
	}
}

// TestABrokenContentBreaksTheTransfer: the receiver sees that it has not got all.
func TestABrokenContentBreaksTheTransfer(t *testing.T) {
	t.Parallel()
	s := setup(t)
	content := pdfWith(noise(500_000))
	f := s.put(t, "a.pdf", content)
	must(os.WriteFile(s.contents(t)[0], flip(content, 100), 0o600))
	response, body, err := s.serve(t, f, http.MethodGet, false)
	if err == nil && response.StatusCode == http.StatusOK {
		t.Errorf("%d of %d altered bytes came out as if all were well", len(body), len(content))
	}
}
