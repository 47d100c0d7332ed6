package app_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zjcs/internal/app"
	"zjcs/internal/platform/config"
	"zjcs/internal/platform/secret"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		serveAsChild()
	}
	testkit.Main(m)
}

// now is the day the tests live on: a market seeded on it has valid and expired papers.
func now() time.Time { return time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC) }

func testConfig(t *testing.T) config.Config {
	t.Helper()
	cfg, err := config.Load()
	if err != nil {
		t.Fatal(err)
	}
	cfg.Addr, cfg.MetricsAddr = "127.0.0.1:0", "off"
	cfg.DatabaseURL = testkit.DBURL(t)
	cfg.DataDir = t.TempDir()
	cfg.SecretKey = secret.NewKey()
	cfg.MaxConns = 8
	return cfg
}

func options(cfg config.Config) app.Options {
	return app.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler), Now: now, Version: "test"}
}

// start runs the whole program on a port of its own until the test ends.
func start(t *testing.T, cfg config.Config) (*app.App, string) {
	t.Helper()
	return startWith(t, options(cfg))
}

func startWith(t *testing.T, o app.Options) (*app.App, string) {
	t.Helper()
	a, err := app.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !strings.Contains(err.Error(), http.ErrServerClosed.Error()) {
			t.Errorf("stop: %v", err)
		}
		a.Close()
	})
	return a, "http://" + a.Addr()
}

func get(t *testing.T, address string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func getJSON[T any](t *testing.T, address string) (out T) {
	t.Helper()
	res, body := get(t, address)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", address, res.StatusCode, body)
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

type list struct {
	Items []struct {
		ID   string `json:"id"`
		Code string `json:"code"`
		Name string `json:"name"`
		USCC string `json:"uscc"`
	} `json:"items"`
	NextCursor string `json:"nextCursor"`
	Total      int    `json:"total"`
}

// market starts the program with a seeded market.
func market(t *testing.T) (*app.App, string) {
	t.Helper()
	a, base := start(t, testConfig(t))
	if _, err := a.Seed(t.Context(), 120, 40, 7, nil); err != nil {
		t.Fatal(err)
	}
	return a, base
}

func TestTheWholeProgram(t *testing.T) {
	t.Parallel()
	a, base := market(t)

	t.Run("the real catalogue is there", func(t *testing.T) {
		items := getJSON[list](t, base+"/api/v1/service-items?limit=100")
		if items.Total != 118 || len(items.Items) != 100 || items.NextCursor == "" {
			t.Errorf("%d items, %d on the page, next %q", items.Total, len(items.Items), items.NextCursor)
		}
		rest := getJSON[list](t, base+"/api/v1/service-items?limit=100&cursor="+items.NextCursor)
		if len(rest.Items) != 18 || rest.NextCursor != "" {
			t.Errorf("second page: %d items, next %q", len(rest.Items), rest.NextCursor)
		}
		if got := getJSON[list](t, base+"/api/v1/regions").Total; got != 19 {
			t.Errorf("%d regions", got)
		}
		if got := getJSON[list](t, base+"/api/v1/fee-standards").Total; got != 9 {
			t.Errorf("%d fee standards", got)
		}
		none := getJSON[list](t, base+"/api/v1/service-items?basis=none")
		if none.Total != 6 {
			t.Errorf("%d items without basis, the catalogue has 6", none.Total)
		}
	})

	t.Run("every documented list and detail answers", func(t *testing.T) { everyRouteAnswers(t, a, base) })
	t.Run("no input makes a 500", func(t *testing.T) { noInputBreaks(t, base) })
	t.Run("nothing personal leaves", func(t *testing.T) { nothingPersonalLeaves(t, a, base) })

	t.Run("errors are problems in Chinese that name the field", func(t *testing.T) {
		for path, field := range map[string]string{
			"/api/v1/service-items?limit=0":                "limit",
			"/api/v1/service-items?limit=abc":              "limit",
			"/api/v1/service-items?basis=strong":           "basis",
			"/api/v1/service-items?regoin=1":               "regoin",
			"/api/v1/service-items?cursor=%25":             "cursor",
			"/api/v1/agencies?region=999999":               "region",
			"/api/v1/experts?region=x":                     "region",
			"/api/v1/announcements?kind=rumour":            "kind",
			"/api/v1/search?q=" + strings.Repeat("a", 101): "q",
		} {
			res, body := get(t, base+path)
			var p struct {
				Detail string
				Errors []struct{ Field, Message string }
			}
			if err := json.Unmarshal([]byte(body), &p); err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != http.StatusUnprocessableEntity || res.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s: %d %s", path, res.StatusCode, res.Header.Get("Content-Type"))
			}
			if len(p.Errors) == 0 || p.Errors[0].Field != field || !chinese.MatchString(p.Errors[0].Message) || !chinese.MatchString(p.Detail) {
				t.Errorf("%s: %s", path, body)
			}
		}
		for path, status := range map[string]int{
			"/api/v1/nothing": 404, "/api/v1/service-items/ZJ9999": 404, "/api/v1/agencies/x": 404,
			"/api/v1/experts/00000000-0000-0000-0000-000000000000": 404,
		} {
			if res, body := get(t, base+path); res.StatusCode != status || !strings.Contains(body, "没有") {
				t.Errorf("%s: %d %s", path, res.StatusCode, body)
			}
		}
	})

	t.Run("an unchanged page is not sent again, a changed one at once", func(t *testing.T) {
		address := base + "/api/v1/service-items/ZJ0049"
		res, _ := get(t, address)
		tag := res.Header.Get("ETag")
		if again, _ := get(t, address, "If-None-Match", tag); again.StatusCode != http.StatusNotModified {
			t.Errorf("unchanged: %d", again.StatusCode)
		}
		if _, err := a.Pool.Exec(t.Context(), `UPDATE service_item SET notes = '改' WHERE code = 'ZJ0049'`); err != nil {
			t.Fatal(err)
		}
		if again, body := get(t, address, "If-None-Match", tag); again.StatusCode != http.StatusOK || !strings.Contains(body, `"notes":"改"`) {
			t.Errorf("changed: %d %s", again.StatusCode, body)
		}
	})

	t.Run("probes", func(t *testing.T) {
		for _, path := range []string{"/healthz", "/readyz"} {
			if res, _ := get(t, base+path); res.StatusCode != http.StatusOK {
				t.Errorf("%s: %d", path, res.StatusCode)
			}
		}
	})
}

// TestNotReadyOnAnOlderDatabase: a database brought back from before the program's
// migrations takes the instance out of service, and the process itself stays well.
func TestNotReadyOnAnOlderDatabase(t *testing.T) {
	t.Parallel()
	a, base := start(t, testConfig(t))
	ready := func() int { res, _ := get(t, base+"/readyz"); return res.StatusCode }
	if got := ready(); got != http.StatusOK {
		t.Fatalf("current: %d", got)
	}
	// A newer instance has migrated already: this one still serves until it is replaced.
	if _, err := a.Pool.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) SELECT max(version_id) + 1, true FROM goose_db_version`); err != nil {
		t.Fatal(err)
	}
	if got := ready(); got != http.StatusOK {
		t.Errorf("newer: %d", got)
	}
	if _, err := a.Pool.Exec(t.Context(), `DELETE FROM goose_db_version WHERE version_id >= (SELECT max(version_id) - 1 FROM goose_db_version)`); err != nil {
		t.Fatal(err)
	}
	if got := ready(); got != http.StatusServiceUnavailable {
		t.Errorf("older: %d", got)
	}
	if res, _ := get(t, base+"/healthz"); res.StatusCode != http.StatusOK {
		t.Errorf("healthz: %d", res.StatusCode)
	}
}

var chinese = regexp.MustCompile(`\p{Han}`)

// everyRouteAnswers walks the OpenAPI document: a route that it names must work.
func everyRouteAnswers(t *testing.T, a *app.App, base string) {
	doc := getJSON[struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Security    []any
		}
	}](t, base+"/api/v1/openapi.json")
	if doc.OpenAPI != "3.1.0" || len(doc.Paths) < 16 {
		t.Fatalf("OpenAPI %s with %d paths", doc.OpenAPI, len(doc.Paths))
	}
	noRecords := map[string]bool{ // what a fresh market has none of; nor has it a procurement
		"/api/v1/ledger": true, "/api/v1/ledger/entries/{key}": true, "/api/v1/ledger/proofs/inclusion": true, "/api/v1/ledger/proofs/consistency": true, // nothing was published yet: access.csv has them
		"/api/v1/publicity/{number}": true, "/api/v1/oidc/start": true, "/api/v1/oidc/callback": true,
		"/api/v1/credit-rankings": true, // asks for an item
	}
	for path, methods := range doc.Paths {
		op, reads := methods["get"]
		if !reads || op.Security != nil || noRecords[path] || strings.HasPrefix(path, "/api/v1/procurements/{id}") {
			continue // writes and what asks who calls have the access matrix
		}
		target := path
		if i := strings.Index(path, "{"); i >= 0 {
			first := getJSON[list](t, base+strings.TrimSuffix(path[:i], "/")).Items
			if len(first) == 0 {
				t.Errorf("%s is empty", path[:i])
				continue
			}
			key := first[0].ID
			if strings.Contains(path, "{code}") {
				key = first[0].Code
			}
			target = path[:i] + key
		}
		if res, body := get(t, base+target); res.StatusCode != http.StatusOK || res.Header.Get("ETag") == "" {
			t.Errorf("%s: %d %.200s", target, res.StatusCode, body)
		}
	}
	first := getJSON[list](t, base+"/api/v1/agencies").Items[0]
	byUSCC := getJSON[struct{ ID string }](t, base+"/api/v1/agencies/"+first.USCC)
	if byUSCC.ID != first.ID {
		t.Error("an agency is found by its credit code too")
	}
	_ = a
}

// noInputBreaks asks every public address with random words in every parameter.
func noInputBreaks(t *testing.T, base string) {
	paths := []string{"/api/v1/service-items", "/api/v1/agencies", "/api/v1/experts", "/api/v1/announcements", "/api/v1/approval-items",
		"/api/v1/search", "/api/v1/search/suggestions", "/", "/service-items", "/agencies", "/experts", "/announcements", "/search"}
	params := []string{"q", "limit", "cursor", "region", "sector", "basis", "item", "qualification", "kind", "department", "approval", "specialty", "selfPrepare", "feeType"}
	rapid.Check(t, func(rt *rapid.T) {
		q := url.Values{}
		for range rapid.IntRange(1, 3).Draw(rt, "n") {
			q.Set(rapid.SampledFrom(params).Draw(rt, "param"), rapid.OneOf(
				rapid.String(), rapid.SampledFrom([]string{"\x00", "%", "'", `\`, "-1", "140800", "环评", "outside", "ZJ0049", "[", "none", "99999999999999999999"}),
			).Draw(rt, "value"))
		}
		target := rapid.SampledFrom(paths).Draw(rt, "path")
		if rapid.Bool().Draw(rt, "detail") {
			target += "/" + url.PathEscape(rapid.String().Draw(rt, "key"))
		}
		res, body := get(t, base+target+"?"+q.Encode())
		if res.StatusCode >= 500 {
			rt.Fatalf("%s?%s: %d %.300s", target, q.Encode(), res.StatusCode, body)
		}
	})
}

// nothingPersonalLeaves reads every expert's and practitioner's page and list and
// looks for what must not be there.
func nothingPersonalLeaves(t *testing.T, a *app.App, base string) {
	rows, err := a.Pool.Query(t.Context(), `SELECT id_number, phone FROM expert`)
	if err != nil {
		t.Fatal(err)
	}
	var secrets []string
	for rows.Next() {
		var id, phone []byte
		if err := rows.Scan(&id, &phone); err != nil {
			t.Fatal(err)
		}
		for field, sealed := range map[string][]byte{"expert.id_number": id, "expert.phone": phone} {
			v, err := a.Vault.Open(field, sealed)
			if err != nil {
				t.Fatal(err)
			}
			secrets = append(secrets, v)
		}
	}
	rows, err = a.Pool.Query(t.Context(), `SELECT name, certificate_no FROM practitioner WHERE length(name) > 1`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var name, number string
		if err := rows.Scan(&name, &number); err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, number)
	}
	if len(secrets) < 80 {
		t.Fatalf("only %d secrets to look for", len(secrets))
	}
	pages := []string{"/experts", "/agencies", "/search?q=" + url.QueryEscape("专家"), "/api/v1/experts?limit=100", "/api/v1/search?kind=expert&limit=100"}
	for _, kind := range []string{"experts", "agencies"} {
		for _, r := range getJSON[list](t, base+"/api/v1/"+kind+"?limit=100").Items {
			pages = append(pages, "/"+kind+"/"+r.ID, "/api/v1/"+kind+"/"+r.ID)
		}
	}
	for _, p := range pages {
		_, body := get(t, base+p)
		for _, s := range secrets {
			if strings.Contains(body, s) {
				t.Errorf("%s shows %s", p, s)
			}
		}
	}
}

// TestSecondStartChangesNothing: the reference data is taken in once; a start after
// it leaves every content counter where it was.
func TestSecondStartChangesNothing(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	counters := func() string {
		core, err := app.Open(t.Context(), options(cfg))
		if err != nil {
			t.Fatal(err)
		}
		defer core.Close()
		var v string
		if err := core.Pool.QueryRow(t.Context(), `SELECT string_agg(scope || n, ',' ORDER BY scope) || (SELECT count(*) FROM import_batch) FROM content_version`).Scan(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	if first, second := counters(), counters(); first != second {
		t.Errorf("first start %s, second %s", first, second)
	}
}

// TestNoDefaultSecret: outside the demonstration the program refuses to start
// without a key; inside, each machine makes its own and keeps it to its owner.
func TestNoDefaultSecret(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.SecretKey = ""
	if _, err := app.Open(t.Context(), options(cfg)); err == nil || !strings.Contains(err.Error(), "ZJCS_SECRET_KEY") {
		t.Fatalf("err = %v", err)
	}
	cfg.Demo = true
	for range 2 { // the second start finds the first one's key
		core, err := app.Open(t.Context(), options(cfg))
		if err != nil {
			t.Fatal(err)
		}
		core.Close()
	}
	keys, err := filepath.Glob(filepath.Join(cfg.DataDir, "secret.key"))
	if err != nil || len(keys) != 1 {
		t.Fatalf("%v %v", keys, err)
	}
}

// TestTwoInstancesSeeEachOthersWrites: what one instance changes, the other shows in
// its next answer, cached or not.
func TestTwoInstancesSeeEachOthersWrites(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	a, one := start(t, cfg)
	_, two := start(t, cfg)
	for _, base := range []string{one, two, two} {
		if _, body := get(t, base+"/service-items/ZJ0001"); !strings.Contains(body, "项目申请报告") {
			t.Fatal("the page is not there")
		}
	}
	if _, err := a.Pool.Exec(t.Context(), `UPDATE service_item SET result_document = '新的成果' WHERE code = 'ZJ0001'`); err != nil {
		t.Fatal(err)
	}
	for _, base := range []string{one, two} {
		if _, body := get(t, base+"/service-items/ZJ0001"); !strings.Contains(body, "新的成果") {
			t.Errorf("%s shows what was true before", base)
		}
	}
}
