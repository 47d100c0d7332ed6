package app_test

import (
	"strings"
	"testing"
	"time"

	"zjcs/internal/app"
	"zjcs/internal/platform/files"
	"zjcs/internal/testkit"
)

// TestUploadsNobodyNamedGo: time removes an attachment that nothing refers to, and leaves
// one that a submission names and one that is still fresh.
func TestUploadsNobodyNamedGo(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	o := options(cfg)
	before := now().Add(-100 * time.Hour)
	o.Now = func() time.Time { return before }
	core, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	person := testkit.NewCast(t, core.Pool).Person("张三").Person
	put := func(name string) files.File {
		t.Helper()
		f, err := core.Files.Put(t.Context(), files.Upload{Name: name, UploadedBy: person, Body: strings.NewReader(
			"%PDF-1.7\n%" + name + "\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\ntrailer<</Size 1/Root 1 0 R>>\nstartxref\n9\n%%EOF\n")})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	put("loose.pdf")
	named := put("named.pdf")
	before = now()
	put("fresh.pdf")
	if _, err := core.Pool.Exec(t.Context(), `
		WITH s AS (INSERT INTO submission (id, kind, title, author, region_code, state, content) VALUES (gen_random_uuid(), 'x', 'x', $1, $2, 'draft', '{}') RETURNING id)
		INSERT INTO submission_file SELECT id, $3 FROM s`, person, testkit.County, named.ID); err != nil {
		t.Fatal(err)
	}
	core.Close()
	a, _ := start(t, cfg)
	left := func() (names string) {
		if err := a.Pool.QueryRow(t.Context(), `SELECT string_agg(name, ' ' ORDER BY name) FROM file`).Scan(&names); err != nil {
			t.Fatal(err)
		}
		return names
	}
	if !eventually(t, func() bool { return left() == "fresh.pdf named.pdf" }) {
		t.Errorf("left are %s", left())
	}
}
