package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/web"
)

// Public marks a route that asks for no one: reading what is published, signing in.
const Public authz.Permission = ""

// Route is one line of the tree: what is asked for, and the permission it names.
type Route struct {
	Method, Path string
	Permission   authz.Permission
}

// Routes lists the whole tree, so that a test can walk it.
func (a *API) Routes() []Route { return slices.Clone(a.tree) }

// endpoint says what a route of the signed-in is.
type endpoint struct {
	method, path, id, tag, summary string
	permission                     authz.Permission
	status                         int // of a good answer; 0 is 200
}

// answer is what an endpoint gives back: its body, the cookies it sets, and where it
// sends the browser.
type answer[T any] struct {
	Cookies  []*http.Cookie `header:"Set-Cookie"`
	Location string         `header:"Location"`
	Body     T
}

// call is a request under way, for what a use case must not know of.
type call struct {
	request  *http.Request
	cookies  []*http.Cookie
	location string
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	k, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return &call{}
	}
	return k
}

// setCookie adds a cookie to the answer being made.
func setCookie(ctx context.Context, c *http.Cookie) {
	k := callOf(ctx)
	k.cookies = append(k.cookies, c)
}

// redirect sends the browser elsewhere; the endpoint's status is a 3xx.
func redirect(ctx context.Context, address string) { callOf(ctx).location = address }

// cookieOf is the value of a cookie of the request; "" when it has none.
func cookieOf(ctx context.Context, name string) string {
	k := callOf(ctx)
	if k.request == nil {
		return ""
	}
	c, err := k.request.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// on registers an endpoint. Who calls is found out before anything of the request is
// judged: a visitor learns only that he must sign in, and someone without the
// permission anywhere only that he lacks it. Where it must be held, the use case asks.
//
// A write of the signed-in may carry an Idempotency-Key (see once), but for the sealed ones:
// of them not even that they were made is kept.
func on[I, O any](a *API, e endpoint, op func(context.Context, *I) (O, error), more ...func(*huma.Operation)) {
	o := operation[I](a, e)
	for _, m := range more {
		m(&o)
	}
	huma.Register(a.huma, o, func(ctx context.Context, in *I) (*answer[O], error) {
		out, err := op(ctx, in)
		k := callOf(ctx)
		if err != nil {
			p := problemOf(ctx, a.Logger, err)
			if len(k.cookies) > 0 { // a refused sign-in also ends the old session
				return nil, huma.ErrorWithHeaders(p, http.Header{"Set-Cookie": cookieLines(k.cookies)})
			}
			return nil, p
		}
		return &answer[O]{Cookies: k.cookies, Location: k.location, Body: out}, nil
	})
}

// table is an answer to be saved as a file.
type table struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// What a download holds.
const (
	csvType  = "text/csv; charset=utf-8"
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// download registers an endpoint that answers with a file of that type and name. Who
// calls is found out as in on.
func download[I any](a *API, e endpoint, mediaType, name string, op func(context.Context, *I) ([]byte, error)) {
	o := operation[I](a, e)
	plain, _, _ := strings.Cut(mediaType, ";")
	o.Responses = map[string]*huma.Response{"200": {Description: "文件", Content: map[string]*huma.MediaType{plain: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
	huma.Register(a.huma, o, func(ctx context.Context, in *I) (*table, error) {
		out, err := op(ctx, in)
		if err != nil {
			return nil, problemOf(ctx, a.Logger, err)
		}
		return &table{Type: mediaType, Disposition: "attachment; filename*=UTF-8''" + url.PathEscape(name), Body: out}, nil
	})
}

// operation puts the endpoint into the tree and describes it.
func operation[I any](a *API, e endpoint) huma.Operation {
	mustBeRead(reflect.TypeFor[I](), e.path)
	a.tree = append(a.tree, Route{Method: e.method, Path: e.path, Permission: e.permission})
	o := huma.Operation{
		OperationID: e.id, Method: e.method, Path: e.path, Summary: e.summary, Tags: []string{e.tag}, DefaultStatus: e.status,
		Errors:       []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusServiceUnavailable},
		Middlewares:  huma.Middlewares{a.admit(e)},
		MaxBodyBytes: -1, // the barrier bounds every body
	}
	if e.permission != Public {
		o.Security = []map[string][]string{{"session": {}}}
		if e.method != http.MethodGet && !sealedRoutes[e.path] {
			o.Middlewares = append(o.Middlewares, a.once)
			o.Parameters = append(o.Parameters, idempotencyParameter)
		}
	}
	return o
}

// mustBeRead refuses, when the tree is built, an input with an embedded type that is not
// exported: huma passes over it, and the use case would be asked with zero values.
func mustBeRead(t reflect.Type, path string) {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t.PkgPath() != reflect.TypeFor[API]().PkgPath() && t.Name() != "" {
		return
	}
	for f := range t.Fields() {
		if f.Anonymous && !f.IsExported() {
			panic(path + ": embedded " + f.Type.Name() + " must be exported")
		}
		mustBeRead(f.Type, path)
	}
}

func cookieLines(cookies []*http.Cookie) []string {
	out := make([]string, len(cookies))
	for i, c := range cookies {
		out[i] = c.String()
	}
	return out
}

// admit finds out who calls, refuses writes that another site makes a browser send, and
// asks for the route's permission.
func (a *API) admit(e endpoint) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		name(c.Context(), e.path)
		ctx, err := a.admitted(humagin.Unwrap(c).Request, e)
		if err != nil {
			writeProblem(humagin.Unwrap(c).Writer, problemOf(c.Context(), a.Logger, err))
			return
		}
		next(huma.WithContext(c, ctx))
	}
}

// name tells the log which route was asked for; of a sealed one nothing else.
func name(ctx context.Context, path string) {
	if sealedRoutes[path] {
		web.Sealed(ctx, path)
		return
	}
	web.Route(ctx, path)
}

// admitted is r's context with who calls in it, unless he may not.
func (a *API) admitted(r *http.Request, e endpoint) (context.Context, error) {
	ctx, err := a.identify(r.WithContext(context.WithValue(r.Context(), callKey{}, &call{request: r})))
	if err == nil && e.permission != Public {
		err = a.Policy.Require(ctx, e.permission, authz.Anywhere)
	}
	return ctx, err
}

// readable lets only addresses of text through to the interface; the pages see to it
// themselves, and answer with a page.
func (a *API) readable(c *gin.Context) {
	if !ownsPath(c.Request.URL.Path) {
		return
	}
	if err := web.Legible(c.Request.URL); err != nil {
		writeProblem(c.Writer, problemOf(c.Request.Context(), a.Logger, err))
		c.Abort()
	}
}

// identify is r's context and, where a session is shown, its actor.
func (a *API) identify(r *http.Request) (context.Context, error) {
	if err := a.origin.Check(r); err != nil {
		return nil, apperr.New(apperr.Forbidden, "这个请求来自别的网站，已拒绝。请回到本平台页面操作。").Because(err)
	}
	ctx := r.Context()
	cookie, err := r.Cookie(a.sessionCookieName())
	if err != nil {
		return ctx, nil //nolint:nilerr // no cookie, no one
	}
	actor, err := a.Identity.Resolve(ctx, cookie.Value)
	if err != nil || actor == nil {
		return ctx, err
	}
	return authz.With(ctx, actor), nil
}

// sessionCookieName has the prefix that makes browsers bind a cookie to this very host,
// which they take only over https.
func (a *API) sessionCookieName() string {
	if a.SecureCookies {
		return "__Host-zjcs"
	}
	return "zjcs"
}

// sessionCookie holds the session's token; an empty one removes it. It ends with the
// browser: how long a session lives the server decides.
func (a *API) sessionCookie(token string) *http.Cookie {
	c := &http.Cookie{
		Name: a.sessionCookieName(), Value: token, Path: "/", HttpOnly: true, Secure: a.SecureCookies, SameSite: http.SameSiteLaxMode,
	}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}
