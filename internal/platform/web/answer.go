package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"zjcs/internal/platform/cache"
)

// note is what a route tells the outer layers about the answer it is making.
type note struct {
	route     string
	sealed    bool
	freshness *cache.Freshness // nil: the cache is off
	scopes    []string
	seen      cache.Versions
	until     time.Time
}

type noteKey struct{}

func noteOf(ctx context.Context) *note {
	n, _ := ctx.Value(noteKey{}).(*note)
	return n
}

// Cacheable says that the public GET answer about to be made rests on these scopes
// of content alone (cache.Versions), so that it may be kept until one of them
// changes. Call it before the first read of the data: it reads the counters, and
// an answer must never be newer in name than in fact. Never call it for an answer
// that depends on who asks.
func Cacheable(ctx context.Context, scopes ...string) error {
	n := noteOf(ctx)
	if n == nil || n.freshness == nil {
		return nil
	}
	seen, err := n.freshness.Now(ctx)
	if err != nil {
		return err
	}
	n.scopes, n.seen = scopes, seen
	return nil
}

// CacheableUntil bounds in time an answer that also depends on the clock, such as
// one that tells whether a certificate is still valid.
func CacheableUntil(ctx context.Context, until time.Time) {
	if n := noteOf(ctx); n != nil {
		n.until = until
	}
}

// Route names the matched route's pattern, for log and metrics.
func Route(ctx context.Context, pattern string) {
	if n := noteOf(ctx); n != nil {
		n.route = pattern
	}
}

// Sealed is Route for one of which nobody may learn whom it was about: the log has the
// pattern in place of the path and nothing of who asked, and the metrics count all such
// routes as one.
func Sealed(ctx context.Context, pattern string) {
	if n := noteOf(ctx); n != nil {
		n.route, n.sealed = pattern, true
	}
}

// sealedRoute is what the metrics call every sealed route.
const sealedRoute = "sealed"

// recorder holds a route's answer until it is complete, so that its ETag and
// length are known, and a failure half-way leaves nothing half-sent.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

func (r *recorder) WriteString(s string) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.WriteString(s)
}

// minGzip is below what one packet carries anyway.
const minGzip = 1024

// bulky is from where on an answer is worth the best compression: the interface's own
// document, half a megabyte that a phone has to fetch.
const bulky = 256 << 10

var gzipWriters, gzipBest = gzipAt(5), gzipAt(gzip.BestCompression)

func gzipAt(level int) *sync.Pool {
	return &sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(nil, level) // the level is in range
		return w
	}}
}

func compress(body []byte) []byte {
	var out bytes.Buffer
	pool := gzipWriters
	if len(body) >= bulky {
		pool = gzipBest
	}
	w := pool.Get().(*gzip.Writer)
	defer pool.Put(w)
	w.Reset(&out)
	_, _ = w.Write(body) // a bytes.Buffer does not fail
	_ = w.Close()
	return out.Bytes()
}

// compressible reports whether the answer is text long enough to gain.
func compressible(contentType string, body []byte) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	text := strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml")
	return text && len(body) >= minGzip
}

func etagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

func acceptsGzip(r *http.Request) bool {
	header := r.Header.Get("Accept-Encoding")
	if header == "" {
		return false
	}
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if (coding == "gzip" || coding == "*") && !refusedCoding(params) {
			return true
		}
	}
	return false
}

// refusedCoding reports a quality of zero, in any of its spellings (q=0, q=0.000).
func refusedCoding(params string) bool {
	_, q, found := strings.Cut(strings.ReplaceAll(params, " ", ""), "q=")
	if !found {
		return false
	}
	v, err := strconv.ParseFloat(q, 64)
	return err != nil || v == 0
}

// etagMatches compares weakly (RFC 9110 section 13.1.2): the tag of the compressed
// form is that of the plain one with -gz inside the quotes.
func etagMatches(header, tag string) bool {
	if header == "" {
		return false
	}
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == "*" || part == tag || strings.TrimSuffix(part, `-gz"`)+`"` == tag {
			return true
		}
	}
	return false
}

// gzipTag is the tag of the compressed form: two representations never share one.
func gzipTag(tag string) string {
	if tag == "" {
		return ""
	}
	return tag[:len(tag)-1] + `-gz"`
}

func formOf(body []byte, tag string) cache.Form {
	f := cache.Form{Body: body, Length: []string{strconv.Itoa(len(body))}}
	if tag != "" {
		f.ETag = []string{tag}
	}
	return f
}

// send writes a complete answer, compressed or as 304 where the request allows,
// and returns the status sent.
func send(w http.ResponseWriter, r *http.Request, a *cache.Answer) int {
	h := w.Header()
	if a.Varies {
		h["Vary"] = varyEncoding
	}
	if a.ETag != "" && etagMatches(r.Header.Get("If-None-Match"), a.ETag) {
		h["Etag"] = a.Plain.ETag
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified
	}
	form := &a.Plain
	if a.Gzip.Body != nil && acceptsGzip(r) {
		form = &a.Gzip
		h["Content-Encoding"] = gzipEncoding
	}
	if form.ETag != nil {
		h["Etag"] = form.ETag
	}
	if a.ContentType != nil {
		h["Content-Type"] = a.ContentType
	}
	h["Content-Length"] = form.Length
	w.WriteHeader(a.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(form.Body) // the client is gone; nothing is left to tell it
	}
	return a.Status
}

var (
	varyEncoding = []string{"Accept-Encoding"}
	gzipEncoding = []string{"gzip"}
	revalidate   = []string{"public, no-cache"}
	noStore      = []string{"no-store"}
)
