package demo

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/data"
	"zjcs/internal/agency"
	"zjcs/internal/credit"
	"zjcs/internal/exchange"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func newTestMarket(t testing.TB) (*db.Pool, *secret.Vault) {
	t.Helper()
	pool := testkit.DB(t)
	if err := exchange.LoadReference(t.Context(), pool, nil); err != nil {
		t.Fatal(err)
	}
	doc, err := data.FS.ReadFile(data.Rubric)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := credit.ParseRubric(doc)
	if err != nil {
		t.Fatal(err)
	}
	shipped := provenance.Batch{ID: uuid.Must(uuid.NewV7()), Kind: provenance.Rubric, Source: "随程序发布", FileName: data.Rubric}
	if err := exchange.Once(t.Context(), pool, shipped, func(tx db.Tx) (provenance.Summary, []uuid.UUID, error) {
		sum, err := credit.StoreRubric(t.Context(), tx, shipped, entries)
		return sum, nil, err
	}, nil); err != nil {
		t.Fatal(err)
	}
	vault, err := secret.NewVault(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return pool, vault
}

func one[T any](t testing.TB, pool *db.Pool, sql string) (v T) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSeedStoresTheMarketOnce(t *testing.T) {
	t.Parallel()
	pool, vault := newTestMarket(t)
	o := Options{Agencies: 400, Experts: 80, Seed: 5, Now: now}
	rep, err := Seed(t.Context(), pool, vault, o)
	if err != nil {
		t.Fatal(err)
	}
	if a, e, n := rep.Agencies.Summary, rep.Experts.Summary, rep.Announcements.Summary; a.Inserted != 400 || e.Inserted != 80 || n.Inserted != 12 {
		t.Errorf("%+v %+v %+v", a, e, n)
	}
	state := `SELECT concat_ws(' ', (SELECT count(*) FROM import_batch), (SELECT string_agg(scope || n, ' ' ORDER BY scope) FROM content_version))`
	before := one[string](t, pool, state)
	o.Now = now.AddDate(0, 0, 3)
	if _, err := Seed(t.Context(), pool, vault, o); err != nil {
		t.Fatal(err)
	}
	if after := one[string](t, pool, state); after != before {
		t.Errorf("%s, was %s", after, before)
	}
	for sql, want := range map[string]int64{
		`SELECT count(*) FROM agency WHERE NOT demo`:                                                                              0,
		`SELECT count(*) FROM expert WHERE NOT demo`:                                                                              0,
		`SELECT count(*) FROM announcement WHERE NOT demo`:                                                                        0,
		`SELECT count(*) FROM (SELECT admitted_on < lag(admitted_on) OVER (ORDER BY id) AS back FROM agency) x WHERE back`:        0,
		`SELECT count(*) FROM agency_affiliation WHERE NOT demo`:                                                                  0,
		`SELECT count(*) FROM agency_listing WHERE NOT demo`:                                                                      0,
		`SELECT (count(*) = 0)::integer FROM agency_affiliation`:                                                                  0,
		`SELECT (count(*) = 0)::integer FROM agency_item WHERE NOT carried @> date '2026-11-24'`:                                  0,
		`SELECT (count(*) = 0)::integer FROM agency_qualification WHERE valid_to BETWEEN date '2026-11-24' AND date '2026-12-24'`: 0,
		`SELECT 2 - count(DISTINCT list) FROM agency_listing`:                                                                     0,
		`SELECT count(*) FROM import_error`:                                                                                       0,
	} {
		if got := one[int64](t, pool, sql); got != want {
			t.Errorf("%s = %d, want %d", sql, got, want)
		}
	}
}

// plain is the table without items, qualifications and practitioners.
func plain(t testing.TB, rows [][]string) string {
	t.Helper()
	var b bytes.Buffer
	for i, r := range rows {
		if i == 0 {
			for _, h := range agencyHeader[:11] {
				fmt.Fprintf(&b, "%s,", h)
			}
			b.WriteByte('\n')
		}
		for _, c := range r[:11] {
			fmt.Fprintf(&b, "%s,", c)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// BenchmarkImport measures agency rows a second of CSV, stored: the whole path from
// file to durable commit. plain has eleven columns a row; full also about 2.4 items,
// 0.9 qualifications and 2 practitioners, half of these with sealed ID numbers.
func BenchmarkImport(b *testing.B) {
	const n = 50_000
	var full bytes.Buffer
	if err := WriteCSV(&full, n, 7, now); err != nil {
		b.Fatal(err)
	}
	for name, table := range map[string]string{"plain": plain(b, agencies(b, n, 7)), "full": full.String()} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "a.csv")
			if err := os.WriteFile(path, []byte(table), 0o600); err != nil {
				b.Fatal(err)
			}
			var spent time.Duration
			for b.Loop() {
				pool, vault := newTestMarket(b)
				target, err := agency.NewImport(b.Context(), pool, vault, now)
				if err != nil {
					b.Fatal(err)
				}
				started := time.Now()
				rep, err := exchange.Run(b.Context(), pool, exchange.Options{File: path, Source: "测量"}, target)
				spent += time.Since(started)
				if err != nil || rep.Summary.Inserted != n {
					b.Fatalf("%+v %v", rep.Summary, err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/spent.Seconds(), "rows/s")
		})
	}
}
