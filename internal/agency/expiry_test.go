package agency_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/demo"
	"zjcs/internal/exchange"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// TestACertificateEndsOvernightAndTakesOnlyItsItems: valid through its last day, gone the
// next, in the list by item, the counts and the detail alike; what it does not carry
// stays, and nothing ran in between.
func TestACertificateEndsOvernightAndTakesOnlyItsItems(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.admitted() // its certificate carries the survey for 40 more days
	offering := func(item string) int {
		t.Helper()
		p, err := s.public.List(t.Context(), agency.Filter{Item: item})
		if err != nil {
			t.Fatal(err)
		}
		narrowed, err := s.public.List(t.Context(), agency.Filter{Item: item, Region: testkit.County})
		if err != nil || narrowed.Total != p.Total || len(narrowed.Items) != len(p.Items) {
			t.Errorf("%s: %d, in its place %d, %v", item, p.Total, narrowed.Total, err)
		}
		counts, err := s.public.CountsByItem(t.Context())
		if err != nil || counts[item] != p.Total || len(p.Items) != p.Total {
			t.Errorf("%s: %d listed of %d, %d counted, %v", item, len(p.Items), p.Total, counts[item], err)
		}
		return p.Total
	}
	for _, c := range []struct {
		day, survey, able int
	}{{0, 1, 2}, {40, 1, 2}, {41, 0, 1}, {400, 0, 1}} {
		s.pass(c.day)
		if n := offering(survey); n != c.survey {
			t.Errorf("day %d: %d offer the survey, want %d", c.day, n, c.survey)
		}
		if n := offering(free); n != 1 {
			t.Errorf("day %d: %d offer what needs nothing", c.day, n)
		}
		a := s.get(ourUSCC)
		for _, i := range a.Items {
			if suspended := i.Code == survey && c.survey == 0; i.Suspended != suspended || suspended != strings.Contains(i.Reason, s.on(40)) {
				t.Errorf("day %d: %+v", c.day, i)
			}
		}
		p, err := s.public.List(t.Context(), agency.Filter{})
		if err != nil || p.Total != 1 || p.Items[0].ItemCount != c.able || a.State != "admitted" {
			t.Errorf("day %d: %+v, %s, %v", c.day, p.Items, a.State, err)
		}
	}

	// A second certificate, from the day after the gap of a week, brings it back.
	s.pass(0)
	d := s.must(s.Start(s.as(s.author), review.StartInput{Kind: "agency-change"}))
	d.Content["committed"] = true
	d.Content["qualifications"] = append(d.Content["qualifications"].([]any), row{"name": "测绘资质", "certificateNo": "新证", "issuer": "省厅",
		"validFrom": s.on(48), "scan": s.file.String(), "carries": []any{survey}})
	s.through(s.author, s.operator, s.must(s.Save(s.as(s.author), review.SaveInput{ID: d.ID, Version: d.Version, Content: d.Content})))
	for day, want := range map[int]int{40: 1, 41: 0, 47: 0, 48: 1, 4000: 1} {
		s.pass(day)
		if n := offering(survey); n != want {
			t.Errorf("day %d: %d offer the survey, want %d", day, n, want)
		}
	}
}

// TestTheCatalogueMoves: an item that comes to ask for a certificate is carried by those
// who hold it, and no longer by those admitted without.
func TestTheCatalogueMoves(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.admitted()
	s.imported("91140802MA0TETA01B") // offers the survey; its certificate ends in 3 days
	total := func(item string) int {
		t.Helper()
		p, err := s.public.List(t.Context(), agency.Filter{Item: item})
		if err != nil {
			t.Fatal(err)
		}
		return p.Total
	}
	if n := total(survey); n != 2 {
		t.Fatalf("%d", n)
	}
	s.pass(4)
	if n := total(survey); n != 1 {
		t.Errorf("an imported certificate of exactly that name suspends nothing: %d", n)
	}
	s.exec(`UPDATE service_item SET required_qualification = '安全评价机构资质' WHERE code = $1`, survey)
	if n := total(survey); n != 2 { // ours declares its certificate for it; of the imported one nothing is known any more
		t.Errorf("%d", n)
	}
	s.exec(`UPDATE service_item SET required_qualification = '节能评估资质' WHERE code = $1`, free)
	if n := total(free); n != 0 {
		t.Errorf("an admitted agency takes on an item that nothing carries: %d", n)
	}
	s.exec(`UPDATE service_item SET required_qualification = '无' WHERE code = ANY ($1)`, []string{survey, free})
	if total(survey) != 2 || total(free) != 1 {
		t.Errorf("an item that needs nothing is suspended: %d, %d", total(survey), total(free))
	}
}

// TestImportedCertificatesCarryByTheirName: what the import works out row by row is what
// the database and the detail page work out, on every day, first and delivered again.
func TestImportedCertificatesCarryByTheirName(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	ctx := t.Context()
	now := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	if err := exchange.LoadReference(ctx, pool, nil); err != nil {
		t.Fatal(err)
	}
	vault, err := secret.NewVault(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string) {
		t.Helper()
		const all = `SELECT coalesce(string_agg(item_id::text || agency_id || coalesce(carried::text, '-'), ',' ORDER BY item_id, agency_id), '') FROM agency_item`
		written := text(t, pool, all)
		if _, err := pool.Exec(ctx, `SELECT refresh_carried(NULL, NULL)`); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(strings.Split(text(t, pool, all), ","), strings.Split(written, ",")); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
	deliver := func(seed uint64) {
		t.Helper()
		var b bytes.Buffer
		if err := demo.WriteCSV(&b, 300, seed, now); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		target, err := agency.NewImport(ctx, pool, vault, now)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := exchange.Run(ctx, pool, exchange.Options{File: path, Source: "测试"}, target); err != nil {
			t.Fatal(err)
		}
		now = now.AddDate(0, 0, 1) // the same firms with certificates of other terms
	}
	deliver(3)
	check("first delivery")
	if n := text(t, pool, `SELECT count(*)::text FROM agency_item WHERE NOT carried @> date '2026-11-24'`); n == "0" {
		t.Fatal("no certificate of this market has ended: this proves nothing")
	}
	if _, err := pool.Exec(ctx, `UPDATE agency_qualification SET valid_to = valid_to - 400, name = name || CASE WHEN random() < 0.2 THEN '（旧）' ELSE '' END`); err != nil {
		t.Fatal(err)
	}
	deliver(3)
	check("delivered again")

	// Lists, counts and pages agree, on any day.
	var day time.Time
	service := agency.New(pool, catalog.New(pool), func() time.Time { return day })
	rapid.Check(t, func(rt *rapid.T) {
		day = now.AddDate(0, 0, rapid.IntRange(-500, 2000).Draw(rt, "day"))
		item := rapid.SampledFrom([]string{"ZJ0011", "ZJ0020", "ZJ0033", "ZJ0076", "ZJ0049", "ZJ0096"}).Draw(rt, "item")
		listed := map[string]bool{}
		for f := (agency.Filter{Item: item, Request: page.Request{Limit: 100}}); ; {
			p, err := service.List(ctx, f)
			if err != nil {
				rt.Fatal(err)
			}
			for _, a := range p.Items {
				listed[a.ID] = true
			}
			if f.Cursor = p.NextCursor; f.Cursor == "" {
				break
			}
		}
		counts, err := service.CountsByItem(ctx)
		if err != nil || counts[item] != len(listed) {
			rt.Fatalf("%s: %d listed, %d counted, %v", item, len(listed), counts[item], err)
		}
		for _, id := range strings.Split(text(t, pool, `SELECT coalesce(string_agg(x.agency_id::text, ','), '') FROM agency_item x JOIN service_item i ON i.id = x.item_id WHERE i.code = '`+item+`'`), ",") {
			a, err := service.Get(ctx, id)
			if err != nil {
				rt.Fatal(err)
			}

			for _, i := range a.Items {
				if i.Code == item && i.Suspended == listed[id] {
					rt.Fatalf("%s %s on %s: suspended %v, listed %v", a.Name, item, day, i.Suspended, listed[id])
				}
			}
		}
	})
}

func text(t *testing.T, pool *db.Pool, sql string) (out string) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql).Scan(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestImportsLeaveTheDoorsAgenciesAlone: what was reviewed is not overwritten by a table.
func TestImportsLeaveTheDoorsAgenciesAlone(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.admitted()
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte("统一社会信用代码,机构名称,法定代表人,登记地,资质\n"+ourUSCC+",别的名称,张三,福建省福州市,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	target, err := agency.NewImport(t.Context(), s.pool, s.vault, s.dbNow())
	if err != nil {
		t.Fatal(err)
	}
	rep, err := exchange.Run(t.Context(), s.pool, exchange.Options{File: path, Source: "测试"}, target)
	if err != nil || rep.Summary.Failed != 1 || rep.Summary.Updated != 0 {
		t.Errorf("%+v, %v", rep.Summary, err)
	}
	if a := s.get(ourUSCC); a.Name != "河东测绘有限公司" || len(a.Qualifications) != 1 {
		t.Errorf("%+v", a)
	}
}
