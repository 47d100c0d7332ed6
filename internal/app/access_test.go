package app_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/app"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/testkit"
)

// The access matrix: every route of the tree × everyone who may come × their own and
// others' organisation and region. testdata/access.csv says what each must meet; a route
// without a line fails, and so does a line without a route.
//
// A cell is a status: 401, 403 or 404 for exactly that, "ok" for anything else that is
// no fault of the program: whoever is let in may still be told that his input is wrong.
func TestAccessMatrix(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	a, base := start(t, cfg)
	m := newMatrix(t, a, base)
	lines := m.lines()
	covered := map[string]bool{}
	for _, r := range a.Routes() {
		covered[r.Method+" "+r.Path] = false
	}
	for _, l := range lines {
		if _, exists := covered[l.route]; !exists {
			t.Errorf("access.csv has a line for %s, which is no route", l.route)
			continue
		}
		covered[l.route] = true
		for _, who := range m.columns {
			want := l.want[who]
			if got := m.ask(l, who); got != want {
				t.Errorf("%-70s %-24s got %s, want %s", l.route+" on "+l.thing, who, got, want)
			}
		}
	}
	var missing []string
	for route, ok := range covered {
		if !ok {
			missing = append(missing, route)
		}
	}
	slices.Sort(missing)
	for _, route := range missing {
		t.Errorf("%s has no line in testdata/access.csv", route)
	}
}

type matrix struct {
	t       *testing.T
	base    string
	columns []string          // who, as the header names them
	tokens  map[string]string // who → session; "" for the visitor
	things  map[string]string // what {…} in a path stands for
}

type accessLine struct {
	route, thing, body string
	want               map[string]string
}

func (m *matrix) lines() []accessLine {
	m.t.Helper()
	f, err := os.Open("testdata/access.csv")
	if err != nil {
		m.t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		m.t.Fatal(err)
	}
	head := rows[0]
	m.columns = head[3:]
	for _, who := range m.columns {
		if _, ok := m.tokens[who]; !ok {
			m.t.Fatalf("nobody plays %s", who)
		}
	}
	var out []accessLine
	for _, row := range rows[1:] {
		l := accessLine{route: row[0], thing: row[1], body: row[2], want: map[string]string{}}
		for i, who := range m.columns {
			l.want[who] = strings.TrimSpace(row[3+i])
		}
		out = append(out, l)
	}
	return out
}

// ask makes the request as who and reads its answer as a cell.
func (m *matrix) ask(l accessLine, who string) string {
	m.t.Helper()
	method, path, _ := strings.Cut(l.route, " ")
	for at := strings.Index(path, "{"); at >= 0; at = strings.Index(path, "{") {
		end := strings.Index(path, "}")
		thing, ok := m.things[l.thing+"."+path[at+1:end]]
		if !ok {
			if thing, ok = m.things[l.thing]; !ok {
				m.t.Fatalf("nothing stands for %s in %s", l.thing, l.route)
			}
		}
		path = path[:at] + thing + path[end+1:]
	}
	body := l.body
	for name, id := range m.things {
		body = strings.ReplaceAll(body, "<"+name+">", id)
	}
	r, err := http.NewRequestWithContext(m.t.Context(), method, m.base+path, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token := m.tokens[who]; token != "" {
		r.AddCookie(&http.Cookie{Name: "zjcs", Value: token})
	}
	res, err := http.DefaultTransport.RoundTrip(r) // no redirect is followed
	if err != nil {
		m.t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	switch {
	case res.StatusCode >= 500:
		return fmt.Sprintf("%d %s", res.StatusCode, text)
	case res.StatusCode == 401, res.StatusCode == 403, res.StatusCode == 404:
		return fmt.Sprint(res.StatusCode)
	}
	return "ok"
}

// newMatrix stores the cast and the things they reach for: those of an agency and of a
// region that some own and others do not.
func newMatrix(t *testing.T, a *app.App, base string) *matrix {
	t.Helper()
	m := &matrix{t: t, base: base, tokens: map[string]string{"visitor": ""}, things: map[string]string{"-": "none"}}
	cast := testkit.NewCast(t, a.Pool)
	join := func(who string, grants ...authz.Grant) *authz.Actor {
		p := cast.Person(who, grants...)
		m.tokens[who] = cast.Token(p)
		return p
	}
	mine := cast.Organisation("agency", "本机构", testkit.County)
	others := cast.Organisation("agency", "别家机构", testkit.County)
	buyer := cast.Organisation("enterprise", "业主企业", testkit.County)
	scholar := cast.Organisation("expert", "某专家", testkit.County)
	author := join("agency_admin", testkit.In(authz.AgencyAdmin, mine))
	join("agency_agent", testkit.In(authz.AgencyAgent, mine))
	join("other_agency", testkit.In(authz.AgencyAdmin, others))
	join("purchaser", testkit.In(authz.PurchaserAdmin, buyer))
	join("expert", testkit.In(authz.Expert, scholar))
	join("operator", testkit.At(authz.Operator, testkit.County))
	join("operator_elsewhere", testkit.At(authz.Operator, testkit.OtherCounty))
	join("officer", testkit.Of("自然资源", testkit.County))
	join("officer_other_sector", testkit.Of("水利", testkit.County))
	join("supervisor", testkit.At(authz.Supervisor, testkit.County))
	join("region_admin", testkit.At(authz.RegionAdmin, testkit.County))
	join("region_admin_elsewhere", testkit.At(authz.RegionAdmin, testkit.OtherCounty))
	join("platform_admin", testkit.At(authz.PlatformAdmin, testkit.City))

	submission := uuid.Must(uuid.NewV7())
	objection := uuid.Must(uuid.NewV7())
	exec := func(q db.Querier, sql string, args ...any) {
		t.Helper()
		if _, err := q.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	exec(a.Pool, `INSERT INTO submission (id, number, kind, title, org_id, author, region_code, sectors, state, content, submitted_at, due_at)
		VALUES ($1, 'SQ1', 'agency-admission', '本机构', $2, $3, $4, '{自然资源}', 'accepted', '{"name":"本机构"}', now(), now() + interval '2 days')`,
		submission, mine, author.Person, testkit.County)
	exec(a.Pool, `UPDATE submission SET publicity_until = now() + interval '3 days' WHERE id = $1`, submission)
	exec(a.Pool, `INSERT INTO objection (id, submission_id, name, contact, text) VALUES ($1, $2, '群众', '\x00', '异议内容')`, objection, submission)
	m.things["submission"], m.things["submission.number"] = submission.String(), "SQ1"
	m.things["objection"], m.things["organisation"], m.things["person"] = objection.String(), mine.String(), author.Person.String()
	m.things["unknown"] = uuid.Must(uuid.NewV7()).String()
	return m
}
