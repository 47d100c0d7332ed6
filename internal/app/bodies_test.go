package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/uuid"

	"zjcs/internal/app"
)

// TestRandomBodiesNeverBreakIt drives each write endpoint of the OpenAPI document with
// bodies made from its schema, right and spoilt, as everyone who may come. A 500 is a
// bug; a refusal is problem+json in Chinese, and one of the input names its field.
//
// ZJCS_FUZZ_SEED repeats a run, ZJCS_FUZZ_ROUNDS makes it longer.
func TestRandomBodiesNeverBreakIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	base := s.base
	doc := openapiOf(t)
	seed := number(t, "ZJCS_FUZZ_SEED", rand.Uint64())
	rounds := int(number(t, "ZJCS_FUZZ_ROUNDS", 12))
	t.Logf("ZJCS_FUZZ_SEED=%d", seed)
	who := groups["everyone"]
	g := &maker{rand: rand.New(rand.NewPCG(seed, 1)), doc: doc, things: map[string]string{"agency": s.agency.String()}}
	writes := 0
	for _, path := range sortedKeys(doc.Paths) {
		for _, method := range sortedKeys(doc.Paths[path]) {
			op := doc.Paths[path][method]
			if method == "get" {
				continue
			}
			writes++
			for round := range rounds {
				body, kind := g.body(op, round)
				for _, w := range []string{who[g.rand.IntN(len(who))], "platform_admin", "operator", "agency_admin"} {
					r, err := http.NewRequestWithContext(t.Context(), strings.ToUpper(method), base+g.path(path), bytes.NewReader(body))
					if err != nil {
						t.Fatal(err)
					}
					if kind != "" {
						r.Header.Set("Content-Type", kind)
					}
					if token := s.token(w); token != "" {
						r.AddCookie(&http.Cookie{Name: "zjcs", Value: token})
					}
					res, err := http.DefaultTransport.RoundTrip(r)
					if err != nil {
						t.Fatalf("%s %s as %s with %.300q: %v", method, r.URL.Path, w, body, err)
					}
					text, _ := io.ReadAll(res.Body)
					res.Body.Close()
					judgeRefusal(t, fmt.Sprintf("%s %s as %s with %.300q", method, r.URL.Path, w, body), res, text)
				}
			}
		}
	}
	if writes < 10 {
		t.Fatalf("only %d write endpoints", writes)
	}
}

func judgeRefusal(t *testing.T, what string, res *http.Response, text []byte) {
	t.Helper()
	if res.StatusCode < 400 {
		return
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	var p struct {
		Detail string
		Errors []struct{ Field, Message string }
	}
	err := json.Unmarshal(text, &p)
	switch {
	case res.StatusCode >= 500 && res.StatusCode != http.StatusServiceUnavailable: // a part that is switched off says so
		t.Errorf("%s: %d %s", what, res.StatusCode, text)
	case kind != "application/problem+json" || err != nil:
		t.Errorf("%s: %d answers %s %.200s", what, res.StatusCode, kind, text)
	case !strings.ContainsFunc(p.Detail, func(r rune) bool { return unicode.Is(unicode.Han, r) }):
		t.Errorf("%s: %d says %q", what, res.StatusCode, p.Detail)
	case res.StatusCode == http.StatusUnprocessableEntity && len(p.Errors) == 0:
		t.Errorf("%s: 422 names no field: %s", what, text)
	}
	for _, e := range p.Errors {
		if e.Field == "" || !strings.ContainsFunc(e.Message, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: says %q of %q", what, e.Message, e.Field)
		}
	}
}

type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"`
	Format     string            `json:"format"`
	Enum       []any             `json:"enum"`
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
	Items      *schema           `json:"items"`
	MinLength  int               `json:"minLength"`
	Minimum    float64           `json:"minimum"`
}

type operation struct {
	RequestBody struct {
		Content map[string]struct{ Schema schema }
	}
}

type document struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]schema }
}

func openapiOf(t *testing.T) document {
	t.Helper()
	raw, err := app.OpenAPI("test")
	if err != nil {
		t.Fatal(err)
	}
	var doc document
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// maker makes values that fit a schema, and spoils some.
type maker struct {
	rand   *rand.Rand
	doc    document
	things map[string]string
}

// body is a request's body and its media type: the first rounds keep to the schema, then
// more and more of it is spoilt; now and then it is no JSON at all.
func (g *maker) body(op operation, round int) ([]byte, string) {
	if len(op.RequestBody.Content) == 0 {
		return nil, ""
	}
	media, ok := op.RequestBody.Content["application/json"]
	if !ok || round%6 == 5 {
		garbage := make([]byte, g.rand.IntN(60))
		for i := range garbage {
			garbage[i] = byte(g.rand.IntN(256))
		}
		for kind := range op.RequestBody.Content {
			return garbage, kind
		}
	}
	spoil := 0.0
	if round > 1 {
		spoil = 0.15
	}
	out, err := json.Marshal(g.value(media.Schema, spoil, 0))
	if err != nil {
		panic(err)
	}
	return out, "application/json"
}

func (g *maker) path(path string) string {
	for at := strings.Index(path, "{"); at >= 0; at = strings.Index(path, "{") {
		end := strings.Index(path, "}")
		path = path[:at] + g.id() + path[end+1:]
	}
	return path
}

// id is something that exists, a plausible stranger, or nonsense.
func (g *maker) id() string {
	switch g.rand.IntN(8) {
	case 0:
		return uuid.NewString()
	case 1:
		return []string{"0", "SQ1", "%00", "..", "%E4%B8%AD", "-1"}[g.rand.IntN(6)]
	}
	keys := sortedKeys(g.things)
	return g.things[keys[g.rand.IntN(len(keys))]]
}

var oddities = []any{nil, true, -1.0, 1e300, 0.5, "", "\u0000", "\u202e", strings.Repeat("长", 5000), []any{}, map[string]any{}, []any{nil}, "' OR 1=1 --", "=1+1",
	map[string]any{"secret": "00000000-0000-0000-0000-000000000000"}, []any{map[string]any{"rowId": 7}}}

func (g *maker) value(s schema, spoil float64, depth int) any {
	if g.rand.Float64() < spoil {
		return oddities[g.rand.IntN(len(oddities))]
	}
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return g.value(g.doc.Components.Schemas[name], spoil, depth)
	}
	if len(s.Enum) > 0 {
		return s.Enum[g.rand.IntN(len(s.Enum))]
	}
	kind, _ := s.Type.(string)
	if kinds, ok := s.Type.([]any); ok && len(kinds) > 0 {
		kind, _ = kinds[0].(string)
	}
	switch kind {
	case "object":
		out := map[string]any{}
		for _, name := range sortedKeys(s.Properties) {
			if slices.Contains(s.Required, name) && g.rand.Float64() >= spoil || g.rand.IntN(2) == 0 {
				out[name] = g.value(s.Properties[name], spoil, depth+1)
			}
		}
		if s.Properties == nil || g.rand.Float64() < spoil { // free, as a form's content is
			for range g.rand.IntN(4) {
				out[[]string{"name", "regionCode", "qualifications", "practitioners", "items", "kind", "x", "idNumber"}[g.rand.IntN(8)]] = oddities[g.rand.IntN(len(oddities))]
			}
		}
		return out
	case "array":
		out := []any{}
		if depth < 5 && s.Items != nil {
			for range g.rand.IntN(4) {
				out = append(out, g.value(*s.Items, spoil, depth+1))
			}
		}
		return out
	case "integer":
		return int64(s.Minimum) + int64(g.rand.IntN(5))
	case "number":
		return s.Minimum + g.rand.Float64()
	case "boolean":
		return g.rand.IntN(2) == 0
	case "string":
		return g.text(s)
	}
	return oddities[g.rand.IntN(len(oddities))]
}

func (g *maker) text(s schema) string {
	switch s.Format {
	case "uuid":
		return g.id()
	case "date":
		return "2026-0" + strconv.Itoa(1+g.rand.IntN(9)) + "-01"
	case "date-time":
		return "2026-11-25T08:00:00+08:00"
	case "email":
		return "someone@example.com"
	}
	words := []string{"运城市", "91350100M000100Y43", "140800", "140821", "13800138000", "agency", "agency-admission", "submit", "11010519491231002X", "2026-11-25"}
	out := words[g.rand.IntN(len(words))]
	for len([]rune(out)) < s.MinLength {
		out += "材料齐全"
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func number(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}
