package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/idempotency"
)

const (
	idempotencyHeader = "Idempotency-Key"
	maxIdempotencyKey = 100
	keepTimeout       = 5 * time.Second
)

var idempotencyParameter = &huma.Param{
	Name: idempotencyHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: ptr(maxIdempotencyKey)},
	Description: "重复发送时只办一次：同一个键、同样的内容，24 小时内得到第一次的回答",
}

func ptr[T any](v T) *T { return &v }

// once gives a repeated write the answer of the first: the connection was lost, the button
// pressed twice. A fault of this program, or being too often, is not an answer to keep. An
// upload is not covered: its bytes are told apart by their own digest.
func (a *API) once(c huma.Context, next func(huma.Context)) {
	key := c.Header(idempotencyHeader)
	actor := authz.From(c.Context())
	if key == "" || actor == nil || strings.HasPrefix(c.Header("Content-Type"), "multipart/") {
		next(c)
		return
	}
	g := humagin.Unwrap(c)
	refuse := func(err error) { writeProblem(g.Writer, problemOf(c.Context(), a.Logger, err)) }
	if !plainKey(key) {
		refuse(apperr.InvalidField(idempotencyHeader, "应是 1–%d 个可见的 ASCII 字符，如一个 UUID", maxIdempotencyKey))
		return
	}
	body, err := io.ReadAll(g.Request.Body)
	if err != nil {
		refuse(unreadable(err))
		return
	}
	g.Request.Body = io.NopCloser(bytes.NewReader(body))
	w := idempotency.Write{Person: actor.Person, Key: key, Method: g.Request.Method, Target: g.Request.URL.RequestURI(), Body: body}
	kept, err := a.Idempotency.Begin(c.Context(), w)
	if err != nil {
		refuse(err)
		return
	}
	if kept != nil {
		g.Writer.Header().Set("Content-Type", kept.Type)
		g.Writer.Header().Set("Idempotency-Replayed", "true")
		g.Writer.WriteHeader(kept.Status)
		_, _ = g.Writer.Write(kept.Body) // the client is gone; nothing is left to tell it
		return
	}
	a.first(c, next, g, w)
}

// first runs the write and keeps its answer before it is sent.
func (a *API) first(c huma.Context, next func(huma.Context), g *gin.Context, w idempotency.Write) {
	out := g.Writer
	rec := &recorder{ResponseWriter: out, status: http.StatusOK}
	settled := false
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), keepTimeout)
	defer cancel()
	defer func() {
		g.Writer = out
		if !settled {
			if err := a.Idempotency.Forget(ctx, w); err != nil {
				a.Logger.ErrorContext(ctx, "idempotency", "error", err)
			}
		}
	}()
	g.Writer = rec
	next(c)
	g.Writer = out
	if rec.status < http.StatusInternalServerError && rec.status != http.StatusTooManyRequests {
		answer := idempotency.Answer{Status: rec.status, Type: out.Header().Get("Content-Type"), Body: rec.body.Bytes()}
		if err := a.Idempotency.Keep(ctx, w, answer); err != nil {
			// What was done is done: the key stays taken, so that a repeat does not do it again.
			a.Logger.ErrorContext(ctx, "idempotency", "error", err)
		}
		settled = true
	}
	out.WriteHeader(rec.status)
	_, _ = out.Write(rec.body.Bytes()) // as above
}

func unreadable(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return apperr.New(apperr.TooLarge, "请求正文过大")
	}
	return apperr.New(apperr.Invalid, "请求正文没有收完整，请重试").Because(err)
}

func plainKey(key string) bool {
	if len(key) > maxIdempotencyKey {
		return false
	}
	for _, b := range []byte(key) {
		if b <= ' ' || b > '~' {
			return false
		}
	}
	return true
}

// recorder holds an answer back.
type recorder struct {
	gin.ResponseWriter
	status int
	body   bytes.Buffer
}

func (r *recorder) WriteHeader(status int)            { r.status = status }
func (r *recorder) WriteHeaderNow()                   {}
func (r *recorder) Write(b []byte) (int, error)       { return r.body.Write(b) }
func (r *recorder) WriteString(s string) (int, error) { return r.body.WriteString(s) }
func (r *recorder) Status() int                       { return r.status }
func (r *recorder) Size() int                         { return r.body.Len() }
func (r *recorder) Written() bool                     { return r.body.Len() > 0 }
func (r *recorder) Flush()                            {}
