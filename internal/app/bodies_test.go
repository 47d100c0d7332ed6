package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/uuid"

	"zjcs/internal/app"
	"zjcs/internal/review"
)

// TestRandomBodiesNeverBreakIt drives each write endpoint of the OpenAPI document with
// bodies that are good, good but for something, and made from the schema, right and spoilt,
// about things that exist, as those who are let in and as others. A 500 is a bug; a refusal
// is problem+json in Chinese, and one of the input names its field.
//
// The good ones must get as far as access.csv says: a check that is never reached is not tried.
//
// ZJCS_FUZZ_SEED repeats a run, ZJCS_FUZZ_ROUNDS makes it longer.
func TestRandomBodiesNeverBreakIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	g := newMaker(t)
	rounds := int(number(t, "ZJCS_FUZZ_ROUNDS", 12))
	lines, _ := readAccess(t, "testdata/access.csv", s.a.Routes())
	writes := 0
	for _, path := range sortedKeys(g.doc.Paths) {
		for _, method := range sortedKeys(g.doc.Paths[path]) {
			if method == "get" {
				continue
			}
			writes++
			route, reached := strings.ToUpper(method)+" "+path, false
			for round := range rounds {
				l, who := g.pick(lines, route)
				to := s.aim(l.on, who)
				kind, body := s.body(route, to)
				address := to.fill(path, "{", "}")
				switch round % 4 {
				case 1:
					body = g.spoilt(kind, body)
				case 2:
					body, kind = g.body(g.doc.Paths[path][method], round)
				case 3:
					body, kind = g.body(g.doc.Paths[path][method], round)
					address = g.path(path)
					who = groups["everyone"][g.rand.IntN(len(groups["everyone"]))]
				}
				what := fmt.Sprintf("%s %s as %s with %.300q", method, address, who, body)
				status, _ := s.send(t, what, strings.ToUpper(method), address, kind, body, who)
				if round%4 == 0 {
					if status != l.want[who] {
						t.Errorf("%s: %d, want %d", what, status, l.want[who])
					}
					reached = reached || status < 400 || status == http.StatusConflict || status == http.StatusUnprocessableEntity
				}
			}
			if !reached && unreached[route] == "" {
				t.Errorf("%s was reached by nobody", route)
			}
		}
	}
	if writes < 40 {
		t.Fatalf("only %d write endpoints", writes)
	}
}

// unreached are the writes that need what only a letter or another site gives.
var unreached = map[string]string{
	"PUT /api/v1/password-resets/{token}":     "a token out of a letter: signin_test.go",
	"PUT /api/v1/email-verifications/{token}": "a token out of a letter: signin_test.go",
	"POST /api/v1/me/identities":              "a provider: oidc_test.go",

	"POST /api/v1/procurements/{id}/panel/declaration": "a panel that was drawn: internal/procurement TestPanel",
	"POST /api/v1/procurements/{id}/panel/scores":      "a panel that was drawn: internal/procurement TestPanel",

	"POST /api/v1/credit-records/{id}/defence": "an agency that has been admitted: internal/credit TestARecordFromProposalToScore",
}

// pick is a line of the route that lets somebody in, and whom, or if there is none any.
func (g *maker) pick(lines []line, route string) (line, string) {
	var of []line
	for _, l := range lines {
		if l.route() == route {
			of = append(of, l)
		}
	}
	for _, n := range g.rand.Perm(len(of)) {
		var in []string
		for _, who := range sortedKeys(of[n].want) {
			if w := of[n].want[who]; w < 400 || w == http.StatusConflict || w == http.StatusUnprocessableEntity {
				in = append(in, who)
			}
		}
		if len(in) > 0 {
			return of[n], in[g.rand.IntN(len(in))]
		}
	}
	return of[0], "operator"
}

// send makes a request as somebody and judges how it was refused, if it was.
func (s *stage) send(t *testing.T, what, method, address, kind, body, who string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.base+address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if token := s.token(who); token != "" {
		r.AddCookie(&http.Cookie{Name: "zjcs", Value: token})
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	judgeRefusal(t, what, res, text)
	return res.StatusCode, string(text)
}

// TestRandomQueriesNeverBreakIt asks every GET with odd values in each parameter it has.
func TestRandomQueriesNeverBreakIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.matters(rand.New(rand.NewPCG(1, 1)), 20)
	s.published("agency", "id")
	g := newMaker(t)
	rounds := int(number(t, "ZJCS_FUZZ_ROUNDS", 12))
	for _, path := range sortedKeys(g.doc.Paths) {
		op, ok := g.doc.Paths[path]["get"]
		if !ok {
			continue
		}
		for range rounds {
			q := url.Values{}
			for _, p := range op.Parameters {
				if p.In == "query" && g.rand.IntN(2) == 0 {
					q.Set(p.Name, g.query(p.Schema))
				}
			}
			address := g.path(path) + "?" + q.Encode()
			for _, who := range []string{"visitor", "platform_admin", "two_hats", "supervisor", groups["members"][g.rand.IntN(len(groups["members"]))]} {
				s.send(t, "get "+address+" as "+who, http.MethodGet, address, "", "", who)
			}
		}
	}
}

// query is a value for a parameter: one that fits, or an odd one.
func (g *maker) query(p schema) string {
	if g.rand.IntN(2) == 0 {
		return fmt.Sprint(g.value(p, 0, 0))
	}
	odd := []string{"", "\x00", "\xff", "%", "'", "-1", "0", "99999999999999999999", "1e9", "null", "[]", "中介", "2026-02-30", "0001-01-01", strings.Repeat("长", 120),
		"eyJEdWUiOiIyMDI2In0", "ImEi", "bnVsbA", "e30", "W10", "IjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCI", uuid.NewString(), "true", "_%\\"}
	return odd[g.rand.IntN(len(odd))]
}

// TestRandomContentNeverBreaksIt fills in the form of each kind that can be begun here, with
// values that fit each field and with others, saves it, hands it in and reads it again.
func TestRandomContentNeverBreaksIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	g := newMaker(t)
	rounds := int(number(t, "ZJCS_FUZZ_ROUNDS", 12))
	for on, who := range map[string]string{
		"a verification of 业主企业": "purchaser_admin", "an admission of 某专家": "expert", "an admission of 本机构": "agency_admin", "a new item": "officer",
		"a removal of an agency of the county": "operator",
	} {
		kind := s.aim(on, who)["kind"]
		var kinds struct {
			Items []struct {
				Name string
				Form review.Form
			}
		}
		s.browserOf(who).must(http.StatusOK, "GET", "/api/v1/submission-kinds", nil).into(t, &kinds)
		var form review.Form
		for _, k := range kinds.Items {
			if k.Name == kind {
				form = k.Form
			}
		}
		if len(form.Sections) == 0 {
			t.Fatalf("%s has no form", kind)
		}
		var d struct {
			ID      string
			Version int
		}
		start := func() {
			text := s.aim(on, who).fill(bodies["POST /api/v1/submissions"], "<", ">")
			_, answer := s.send(t, kind, "POST", "/api/v1/submissions", "application/json", text, who)
			reply{text: answer}.into(t, &d)
		}
		start()
		saved := 0
		for round := range rounds * 3 {
			spoil := []float64{0, 0.02, 0.1, 0.4}[round%4]
			content := g.content(form.Fields(), spoil, s.file(who)["id"])
			body, err := json.Marshal(m{"version": d.Version, "content": content})
			s.must(err)
			what := fmt.Sprintf("%s: %.2000s", kind, body)
			status, answer := s.send(t, what, "PUT", "/api/v1/submissions/"+d.ID+"/content", "application/json", string(body), who)
			if status == http.StatusOK {
				saved++
				reply{text: answer}.into(t, &d)
				s.send(t, what, "GET", "/api/v1/submissions/"+d.ID, "", "", who)
				status, _ := s.send(t, what, "POST", "/api/v1/submissions/"+d.ID+"/actions", "application/json", fmt.Sprintf(`{"version":%d,"action":"submit"}`, d.Version), who)
				if status == http.StatusOK {
					start()
				}
			}
		}
		if saved < rounds/2 {
			t.Errorf("%s: of %d contents %d were kept", kind, rounds*3, saved)
		}
	}
}

// content fits the fields, but for what is spoilt.
func (g *maker) content(fields []review.Field, spoil float64, file string) map[string]any {
	out := map[string]any{}
	for _, f := range fields {
		switch {
		case g.rand.IntN(8) == 0: // left out
		case g.rand.Float64() < spoil:
			out[f.Name] = oddities[g.rand.IntN(len(oddities))]
		default:
			out[f.Name] = g.fits(f, spoil, file)
		}
	}
	if g.rand.Float64() < spoil {
		out["x"] = oddities[g.rand.IntN(len(oddities))]
	}
	return out
}

func (g *maker) fits(f review.Field, spoil float64, file string) any {
	options := func() string {
		if len(f.Options) == 0 {
			return "自然资源"
		}
		return f.Options[g.rand.IntN(len(f.Options))].Value
	}
	switch f.Type {
	case review.Rows:
		rows := []any{}
		for range max(f.Min, 1+g.rand.IntN(2)) {
			rows = append(rows, g.content(f.Fields, spoil, file))
		}
		return rows
	case review.Choice:
		return options()
	case review.Choices:
		return []any{options()}
	case review.Flag:
		return g.rand.IntN(4) > 0
	case review.Number:
		return float64(g.rand.IntN(100))
	case review.Money:
		return float64(g.rand.IntN(1_000_000_000))
	case review.DateTime:
		return []string{"2020-01-02T09:00:00+08:00", "2030-12-31T17:00:00Z", "2026-12-25T17:00:00+08:00"}[g.rand.IntN(3)]
	case review.Date:
		return []string{"2020-01-02", "2030-12-31", "2026-11-25"}[g.rand.IntN(3)]
	case review.RegionRef:
		return "140821"
	case review.USCC:
		return newUSCC()
	case review.IDNumber:
		return "11010519491231002X"
	case review.Phone:
		return "13800138000"
	case review.Email:
		return "someone@example.com"
	case review.ItemRefs:
		return []any{"ZJ0011"}
	case review.File:
		return file
	case review.Text, review.Paragraph:
	}
	if f.Name == "sector" { // an officer's own; any other is refused whole
		return "自然资源"
	}
	text := []string{"运城市", "材料", "甲", "第三条", "2026", "140821 =1+1", "<b>粗</b>"}[g.rand.IntN(7)]
	if f.Max > 0 && len([]rune(text)) > f.Max {
		return "甲"
	}
	return text
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
	Parameters []struct {
		Name, In string
		Schema   schema
	}
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
	rand *rand.Rand
	doc  document
}

func newMaker(t *testing.T) *maker {
	t.Helper()
	seed := number(t, "ZJCS_FUZZ_SEED", rand.Uint64())
	t.Logf("ZJCS_FUZZ_SEED=%d", seed)
	return &maker{rand: rand.New(rand.NewPCG(seed, 1)), doc: openapiOf(t)}
}

// spoilt is a good body with something wrong in it.
func (g *maker) spoilt(kind, body string) string {
	if kind != "application/json" {
		b := []byte(body)
		for range 1 + g.rand.IntN(4) {
			if len(b) > 0 {
				b[g.rand.IntN(len(b))] = byte(g.rand.IntN(256))
			}
		}
		return string(b[:len(b)-g.rand.IntN(1+len(b)/3)])
	}
	var doc any
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		panic(err)
	}
	out, err := json.Marshal(g.worse(doc))
	if err != nil {
		panic(err)
	}
	return string(out)
}

// worse puts something odd in the place of one value.
func (g *maker) worse(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if keys := sortedKeys(v); len(keys) > 0 {
			k := keys[g.rand.IntN(len(keys))]
			v[k] = g.worse(v[k])
			return v
		}
	case []any:
		if len(v) > 0 {
			i := g.rand.IntN(len(v))
			v[i] = g.worse(v[i])
			return v
		}
	}
	return oddities[g.rand.IntN(len(oddities))]
}

// body is a request's body and its media type: the first rounds keep to the schema, then
// more and more of it is spoilt; now and then it is no JSON at all.
func (g *maker) body(op operation, round int) (body, kind string) {
	if len(op.RequestBody.Content) == 0 {
		return "", ""
	}
	media, ok := op.RequestBody.Content["application/json"]
	if !ok || round%6 == 5 {
		garbage := make([]byte, g.rand.IntN(60))
		for i := range garbage {
			garbage[i] = byte(g.rand.IntN(256))
		}
		for kind := range op.RequestBody.Content {
			return string(garbage), kind
		}
	}
	spoil := 0.0
	if round > 4 {
		spoil = 0.15
	}
	out, err := json.Marshal(g.value(media.Schema, spoil, 0))
	if err != nil {
		panic(err)
	}
	return string(out), "application/json"
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
	return []string{"140800", "140821", "ZJ0011", "items.xlsx"}[g.rand.IntN(4)]
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
