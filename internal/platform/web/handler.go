package web

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"zjcs/internal/platform/cache"
)

// Options build the chain.
type Options struct {
	Routes  http.Handler // the gin tree
	Files   []Files      // what is served as it was built, beside the routes
	Cache   *cache.Cache // nil: every answer is made anew
	Logger  *slog.Logger
	Metrics *Metrics
	Now     func() time.Time
	Failure func(http.ResponseWriter, *http.Request) // what a panic answers
	MaxBody int64                                    // bytes of a request's body
	Uploads map[string]int64                         // path prefix → bytes instead of MaxBody; what is below it goes by in pieces
	Limit   time.Duration                            // time for one answer
}

// Files are a part of the built front end under its prefix.
type Files struct {
	Prefix  string // "/assets/" is everything below; "/workspace" is it and everything below
	Handler http.Handler
}

// New builds the chain: barrier → files | content → routes.
func New(o Options) http.Handler {
	split := router{
		files: o.Files,
		rest:  &content{next: o.Routes, cache: o.Cache, now: o.Now, limit: o.Limit, uploads: o.Uploads},
	}
	return &barrier{next: split, logger: o.Logger, metrics: o.Metrics, now: o.Now, failure: o.Failure, maxBody: o.MaxBody, uploads: o.Uploads}
}

type router struct {
	files []Files
	rest  http.Handler
}

func (s router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, f := range s.files {
		rest, below := strings.CutPrefix(r.URL.Path, f.Prefix)
		if below && (rest == "" || rest[0] == '/' || strings.HasSuffix(f.Prefix, "/")) {
			Route(r.Context(), f.Prefix)
			f.Handler.ServeHTTP(w, r)
			return
		}
	}
	s.rest.ServeHTTP(w, r)
}

// Immutable serves files whose names carry the hash of their content.
func Immutable(files http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		files.ServeHTTP(w, r)
	})
}

// NewServer is an http.Server that no slow client can hold.
func NewServer(h http.Handler, limit time.Duration) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      limit + 30*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
}
