package frontend

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// workspaceRoutes are the addresses of the workspace that exist, below its prefix;
// the React router has the same list (a test there compares them).
//
//go:embed src/workspace/routes.json
var workspaceRoutes []byte

const (
	workspacePrefix = "/workspace"
	docsPath        = "/api/docs"
)

// WorkspaceHandler serves the workspace under /workspace/. Every route of it is one
// HTML file; an address that is no route answers 404 with the same file, so that the
// reader gets a page that says so, and a file that does not exist answers plain 404.
func WorkspaceHandler() http.Handler {
	var routes []string
	if err := json.Unmarshal(workspaceRoutes, &routes); err != nil {
		panic("frontend: routes.json: " + err.Error())
	}
	return workspace{html: readPage(Dist, "dist/index.html"), routes: routes}
}

// DocsHandler serves the interactive page of the API.
func DocsHandler() http.Handler {
	html := readPage(Dist, "dist/apidocs.html")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != docsPath && r.URL.Path != docsPath+"/" {
			http.NotFound(w, r)
			return
		}
		html.send(w, r, http.StatusOK)
	})
}

type workspace struct {
	html   page
	routes []string
}

func (s workspace) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := strings.TrimPrefix(r.URL.Path, workspacePrefix)
	switch {
	case at == "", s.has(at): // the router writes its first screen without the slash
		s.html.send(w, r, http.StatusOK)
	case path.Ext(at) != "":
		http.NotFound(w, r)
	default:
		s.html.send(w, r, http.StatusNotFound)
	}
}

// has compares segment by segment; a segment of the pattern that begins with a colon
// stands for any one.
func (s workspace) has(at string) bool {
	got := strings.Split(at, "/")
	for _, route := range s.routes {
		if want := strings.Split(route, "/"); sameSegments(want, got) {
			return true
		}
	}
	return false
}

func sameSegments(want, got []string) bool {
	if len(want) != len(got) {
		return false
	}
	for i, w := range want {
		if w != got[i] && (!strings.HasPrefix(w, ":") || got[i] == "") {
			return false
		}
	}
	return true
}

// page is one HTML file of the build. Its name carries no hash, so it is asked for
// again each time and answered 304 while it is the same.
type page struct {
	body []byte // nil without a build
	etag string
}

func readPage(files fs.FS, name string) page {
	body, err := fs.ReadFile(files, name)
	if err != nil {
		return page{}
	}
	sum := sha256.Sum256(body)
	return page{body: body, etag: `"` + hex.EncodeToString(sum[:12]) + `"`}
}

func (p page) send(w http.ResponseWriter, r *http.Request, status int) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "这个地址只能读取", http.StatusMethodNotAllowed)
		return
	}
	if p.body == nil {
		http.Error(w, "前端尚未构建，请运行 make build", http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if status == http.StatusOK {
		h.Set("ETag", p.etag)
		if r.Header.Get("If-None-Match") == p.etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(p.body) // the reader is gone; nothing is left to tell them
	}
}
