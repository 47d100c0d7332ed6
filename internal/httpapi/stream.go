package httpapi

import (
	"context"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

// stream registers an endpoint whose body goes by in pieces, in or out. It stands in the
// tree and in the API's document like any other; who calls is found out first, as in on.
func stream(a *API, e endpoint, op huma.Operation, serve func(ctx context.Context, w http.ResponseWriter, r *http.Request) error) {
	a.tree = append(a.tree, Route{Method: e.method, Path: e.path, Permission: e.permission})
	op.OperationID, op.Method, op.Path, op.Summary, op.Tags = e.id, e.method, e.path, e.summary, []string{e.tag}
	if e.permission != Public {
		op.Security = []map[string][]string{{"session": {}}}
	}
	problem := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusServiceUnavailable} {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: problem},
		}}
	}
	a.huma.OpenAPI().AddOperation(&op)
	a.engine.Handle(e.method, strings.NewReplacer("{", ":", "}", "").Replace(e.path), func(c *gin.Context) {
		name(c.Request.Context(), e.path)
		ctx, err := a.admitted(c.Request, e)
		if err == nil {
			r := c.Request.WithContext(ctx)
			for _, p := range c.Params {
				r.SetPathValue(p.Key, p.Value)
			}
			err = serve(ctx, c.Writer, r)
		}
		if err == nil {
			return
		}
		p := problemOf(ctx, a.Logger, err)
		if c.Writer.Written() { // too late for an answer: the client sees a transfer that broke off
			panic(http.ErrAbortHandler)
		}
		writeProblem(c.Writer, p)
	})
}
