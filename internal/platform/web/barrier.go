package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"zjcs/internal/platform/log"
)

// barrier is the outermost layer: id, time taken, log line, metrics, and a panic
// in a route becomes a 500 that says nothing of the inside.
type barrier struct {
	next    http.Handler
	logger  *slog.Logger
	metrics *Metrics
	now     func() time.Time
	failure func(http.ResponseWriter, *http.Request)
	maxBody int64
	uploads uploads
}

// statusWriter remembers what was sent.
type statusWriter struct {
	http.ResponseWriter
	status int
	bytes  int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += n
	return n, err
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush sends what was written: gin asks for it by type.
func (w *statusWriter) Flush() {
	_ = http.NewResponseController(w.ResponseWriter).Flush() // what cannot be flushed is sent at the end
}

func (b *barrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := b.now()
	id := requestID(r)
	n := &note{}
	ctx := log.WithRequestID(context.WithValue(r.Context(), noteKey{}, n), id)
	r = r.WithContext(ctx)
	sw := &statusWriter{ResponseWriter: w}
	setSecurityHeaders(w.Header(), r.URL.Path)
	w.Header()["X-Request-Id"] = []string{id}
	if r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(sw, r.Body, b.uploads.limit(r.URL.Path, b.maxBody))
	}

	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // the sentinel itself, as net/http compares it
				panic(p)
			}
			b.logger.ErrorContext(ctx, "panic", "value", p, "stack", string(debug.Stack()))
			if sw.status == 0 {
				b.failure(sw, r)
			}
		}
		ended := b.now()
		took := ended.Sub(started)
		route := n.route
		if route == "" {
			route = "unmatched"
		}
		method, path, remote, counted := r.Method, r.URL.Path, r.RemoteAddr, route
		if n.sealed {
			method, path, remote, counted = "-", route, "-", sealedRoute
		}
		b.metrics.observe(method, counted, sw.status, took)
		level := slog.LevelInfo
		if sw.status >= 500 && r.Context().Err() == nil { // a client that left is no fault of ours
			level = slog.LevelError
		}
		if b.logger.Enabled(ctx, level) {
			// Not LogAttrs: it looks up who called, which is always this line.
			line := slog.NewRecord(ended, level, "request", 0)
			line.AddAttrs(slog.String("method", method), slog.String("path", path), slog.String("route", route),
				slog.Int("status", sw.status), slog.Int("bytes", sw.bytes), slog.Duration("took", took),
				slog.String("remote", remote))
			_ = b.logger.Handler().Handle(ctx, line) // nothing is left to tell of a log that fails
		}
	}()
	b.next.ServeHTTP(sw, r)
}

// requestID keeps the id a proxy gave when it is plain, so that one id runs
// through all logs; anything else could forge lines.
func requestID(r *http.Request) string {
	if given := r.Header.Get("X-Request-Id"); plainID(given) {
		return given
	}
	var b [12]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func plainID(s string) bool {
	if len(s) < 8 || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' {
			return false
		}
	}
	return true
}

func statusText(status int) string {
	if status == 0 {
		return "aborted"
	}
	return strconv.Itoa(status)
}
