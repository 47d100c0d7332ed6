package web

import (
	"context"
	"net/http"
	"time"

	"zjcs/internal/platform/cache"
)

// maxKept bounds one kept answer; a larger one is made each time.
const maxKept = 1 << 20

// content answers from the cache where it can, and otherwise runs the route,
// gives its answer an ETag, compresses it and keeps it when the route allowed it.
type content struct {
	next  http.Handler
	cache *cache.Cache // nil: off
	now   func() time.Time
	limit time.Duration

	uploads uploads
}

// ServeHTTP assumes the barrier has put a note into the request's context.
func (c *content) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.uploads.has(r.URL.Path) {
		c.pass(w, r)
		return
	}
	n := noteOf(r.Context())
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if !reads || c.cache == nil {
		c.make(w, r, n, "")
		return
	}
	n.freshness = c.cache.Freshness
	key := cacheKey(r)
	if kept, found := c.cache.Get(key); found {
		versions, err := c.cache.Freshness.Now(r.Context())
		if err == nil && kept.Fresh(versions, c.now()) {
			n.route = kept.Route
			w.Header()["Cache-Control"] = revalidate
			send(w, r, kept)
			return
		}
	}
	c.make(w, r, n, key)
}

// make runs the route within the time limit. An empty key keeps nothing.
func (c *content) make(w http.ResponseWriter, r *http.Request, n *note, key string) {
	ctx, cancel := context.WithTimeout(r.Context(), c.limit)
	defer cancel()
	inner := r.WithContext(ctx)
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if r.Method == http.MethodHead {
		inner.Method = http.MethodGet // a HEAD is its GET without the body (RFC 9110 section 9.3.2)
	}
	rec := &recorder{header: w.Header()} // headers are shared: nothing is sent before send
	c.next.ServeHTTP(rec, inner)
	if rec.status == 0 {
		rec.status = http.StatusOK
	}

	body := rec.body.Bytes()
	ok := rec.status == http.StatusOK
	keep := key != "" && n.scopes != nil && ok && len(body) <= maxKept
	a := &cache.Answer{Status: rec.status, ContentType: rec.header["Content-Type"], Route: n.route}
	if reads && ok {
		a.ETag = etagOf(body)
	}
	a.Plain = formOf(body, a.ETag)
	a.Varies = compressible(rec.header.Get("Content-Type"), body)
	// What is kept is compressed once for all; what is not, only for who asked.
	if a.Varies && (keep || acceptsGzip(r)) {
		a.Gzip = formOf(compress(body), gzipTag(a.ETag))
	}
	switch {
	case w.Header().Get("Cache-Control") != "":
	case n.scopes != nil && ok:
		w.Header()["Cache-Control"] = revalidate
	default:
		w.Header()["Cache-Control"] = noStore
	}
	if keep {
		a.Scopes, a.Seen, a.Until = n.scopes, n.seen, n.until
		c.cache.Put(key, a)
	}
	send(w, r, a)
}

// cacheKey spells equal requests equally: query parameters in one order.
func cacheKey(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return r.URL.Path
	}
	return r.URL.Path + "?" + r.URL.Query().Encode()
}
