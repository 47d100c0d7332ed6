package app_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"zjcs/internal/httpapi"
)

// TestAccessMatrix asks every route of the tree as everyone who may come, about their own
// and others' organisation, region, sector and person. testdata/access.csv says what each
// must meet, judged from domain.md section 3; its head explains how to read it.
//
// A no must also be one: whoever is refused has done nothing, and a write let in stands
// in the log.
func TestAccessMatrix(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	lines, faults := readAccess(t, "testdata/access.csv", s.a.Routes())
	for _, f := range faults {
		t.Error(f)
	}
	for _, l := range lines {
		for _, who := range slices.Sorted(maps.Keys(l.want)) {
			to := s.aim(l.on, who)
			before := s.doings(who)
			got := s.meet(l, who, to)
			if got != l.want[who] {
				t.Errorf("%s on %q as %s: %d, want %d: %.300s", l.route(), l.on, who, got, l.want[who], s.said)
			}
			done := s.doings(who) - before
			switch {
			case got >= 400 && done > 0:
				t.Errorf("%s on %q as %s: refused, and yet done", l.route(), l.on, who)
			case got < 400 && done == 0 && l.method != http.MethodGet && s.signedIn(who) && unlogged[l.route()] == "":
				t.Errorf("%s on %q as %s: done, and not in the log", l.route(), l.on, who)
			}
		}
	}
}

// unlogged are the writes that leave no line in the log, each with the reason.
var unlogged = map[string]string{
	"PUT /api/v1/submissions/{id}/content": "a draft is saved as it is typed; handing it in is logged, with all it says",
	"PUT /api/v1/messages/{id}/read":       "having read what one was told changes nothing for anyone",
	"PUT /api/v1/messages/read":            "as above",
	"POST /api/v1/me/totp":                 "begun, and without effect until it is confirmed",
	"POST /api/v1/session":                 "logged as the person's who signs in, not the asker's",
	"POST /api/v1/password-resets":         "an answer that tells nothing",
	"DELETE /api/v1/session":               "a session that is no longer one has no one",
}

// TestANewRouteNeedsALine: and a line its route. The table alone decides; each kind of
// slip is planted here, and must be seen.
func TestANewRouteNeedsALine(t *testing.T) {
	t.Parallel()
	tree := []httpapi.Route{{Method: "GET", Path: "/open"}, {Method: "GET", Path: "/closed", Permission: "account:read"}}
	const good = "open: GET /open,,everyone,200,,\nGET /closed,,region_admin platform_admin,200,rest,\n"
	for name, c := range map[string]struct{ table, says string }{
		"nothing":                     {"GET /open,,everyone,200,,\nGET /closed,,region_admin platform_admin,200,rest,\n", ""},
		"a route without a line":      {"GET /open,,everyone,200,,\n", "GET /closed has no line"},
		"a line without a route":      {"GET /open,,everyone,200,,\nGET /closed,,region_admin,200,rest,\nGET /gone,,everyone,200,,\n", "GET /gone is no route"},
		"somebody forgotten":          {"GET /open,,everyone,200,,\nGET /closed,,region_admin,200,operator,\n", "says nothing of"},
		"somebody twice":              {"GET /open,,everyone,200,,\nGET /closed,,region_admin,200,region_admin rest,\n", "says two things of region_admin"},
		"somebody unknown":            {"GET /open,,everyone,200,,\nGET /closed,,region_admim,200,rest,\n", "nobody is called region_admim"},
		"an answer that is none":      {"GET /open,,everyone,yes,,\nGET /closed,,region_admin,200,rest,\n", "yes"},
		"a closed route let open":     {"GET /open,,everyone,200,,\nGET /closed,,everyone,200,,\n", "everyone"},
		"let in without the permit":   {"GET /open,,everyone,200,,\nGET /closed,,region_admin operator,200,rest,\n", "operator is let in without account:read"},
		"hidden without the permit":   {"GET /open,,everyone,200,,\nGET /closed,,region_admin,200,,rest\n", "without account:read is told 404"},
		"the same line a second time": {good[len("open: "):] + "GET /open,,everyone,200,,\n", "GET /open on \"\" stands twice"},
	} {
		path := t.TempDir() + "/access.csv"
		if err := os.WriteFile(path, []byte(c.table), 0o600); err != nil {
			t.Fatal(err)
		}
		_, faults := readAccess(t, path, tree)
		if text := strings.Join(faults, "\n"); c.says == "" && text != "" || !strings.Contains(text, c.says) {
			t.Errorf("%s: the table's reader says %q", name, text)
		}
	}
}

// line is one of access.csv, worked out for everyone.
type line struct {
	method, path, on string
	want             map[string]int
}

func (l line) route() string { return l.method + " " + l.path }

// readAccess reads the table and says what is wrong with it.
func readAccess(t *testing.T, file string, tree []httpapi.Route) ([]line, []string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace = '#', 6, true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	missing, permission := map[string]bool{}, map[string]httpapi.Route{}
	for _, route := range tree {
		missing[route.Method+" "+route.Path], permission[route.Method+" "+route.Path] = true, route
	}
	var faults []string
	var lines []line
	seen := map[string]bool{}
	for _, row := range rows {
		route, known := permission[row[0]]
		if !known {
			faults = append(faults, row[0]+" is no route, and has a line")
			continue
		}
		delete(missing, row[0])
		if seen[row[0]+row[1]] {
			faults = append(faults, fmt.Sprintf("%s on %q stands twice", row[0], row[1]))
		}
		seen[row[0]+row[1]] = true
		l := line{method: route.Method, path: route.Path, on: row[1], want: map[string]int{}}
		for _, f := range l.fill(row, route) {
			faults = append(faults, fmt.Sprintf("%s on %q: %s", row[0], row[1], f))
		}
		lines = append(lines, l)
	}
	for _, route := range slices.Sorted(maps.Keys(missing)) {
		faults = append(faults, route+" has no line in access.csv")
	}
	return lines, faults
}

// fill works out who meets what.
func (l *line) fill(row []string, route httpapi.Route) (faults []string) {
	say := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	set := func(who string, status int) {
		if _, twice := l.want[who]; twice {
			say("says two things of %s", who)
		}
		l.want[who] = status
	}
	closed := route.Permission != httpapi.Public
	if closed {
		for _, who := range groups["gone"] {
			set(who, http.StatusUnauthorized)
		}
		for _, who := range groups["half"] {
			set(who, http.StatusForbidden)
		}
	}
	rest := 0
	for column, otherwise := range map[int]string{2: row[3], 4: "403", 5: "404"} {
		for name := range strings.FieldsSeq(row[column]) {
			name, status, own := strings.Cut(name, "=")
			if !own {
				status = otherwise
			}
			n, err := strconv.Atoi(status)
			if err != nil || n < 200 || n > 503 {
				say("%q is no answer", status)
			}
			if name == "rest" {
				rest = n
				continue
			}
			list, known := groups[name]
			switch {
			case !known:
				say("nobody is called %s", name)
			case name == "everyone" && closed:
				say("a route that asks for %s cannot let in everyone", route.Permission)
			}
			for _, who := range list {
				set(who, n)
			}
		}
	}
	for _, who := range groups["everyone"] {
		if _, said := l.want[who]; said {
			continue
		}
		if rest == 0 {
			say("says nothing of %s", who)
		}
		l.want[who] = rest
	}
	if !closed {
		return faults
	}
	// The permission that the route names is asked for first: whoever holds it nowhere is
	// told so, and nothing else.
	for _, who := range groups["members"] {
		held := slices.ContainsFunc(rolesOf(who), func(r role) bool { return policy.Allows(r, route.Permission) })
		switch status := l.want[who]; {
		case !held && status < 400:
			say("%s is let in without %s", who, route.Permission)
		case !held && status != http.StatusForbidden:
			say("%s without %s is told %d, not 403", who, route.Permission, status)
		}
	}
	return faults
}

func (s *stage) signedIn(who string) bool { return !slices.Contains(groups["gone"], who) }

// aim makes the thing a line names ready, with the action on it.
func (s *stage) aim(on, who string) aim {
	s.t.Helper()
	if on == "" {
		return aim{}
	}
	s.unlink()
	name, action, _ := strings.Cut(on, ": ")
	thing, ok := things[name]
	if !ok {
		s.t.Fatalf("nothing is called %q", name)
	}
	to := thing(s, who)
	to["action"] = action
	return to
}

// meet makes the request of a line as who; the status is the answer.
func (s *stage) meet(l line, who string, to aim) int {
	s.t.Helper()
	kind, body := s.body(l.route(), to)
	path := s.base + to.fill(l.path, "{", "}")
	if l.method == http.MethodGet {
		path += to["?"]
	}
	r, err := http.NewRequestWithContext(s.t.Context(), l.method, path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if token := s.token(who); token != "" {
		r.AddCookie(&http.Cookie{Name: "zjcs", Value: token})
	}
	res, err := http.DefaultTransport.RoundTrip(r) // no redirect is followed
	if err != nil {
		s.t.Fatalf("%s on %q as %s: %v", l.route(), l.on, who, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	s.said = string(text)
	switch { // a batch answers for each of its own; here it is of one
	case l.path != "/api/v1/submission-actions" || !strings.Contains(s.said, `"done":false`):
		return res.StatusCode
	case strings.Contains(s.said, "没有这件申请"):
		return http.StatusNotFound
	}
	return http.StatusForbidden
}

// aim is what a request is about: what stands for {…} in its path and <…> in its body,
// and under "?" its query.
type aim map[string]string

func (a aim) fill(text, open, end string) string {
	for name, value := range a {
		text = strings.ReplaceAll(text, open+name+end, value)
	}
	return text
}
