package agency_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/demo"
	"zjcs/internal/exchange"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/secret"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// TestListsFindWhatLookingAtEveryAgencyFinds: each filter has its own way through the
// indexes, and each way must show the same agencies, in the same order, page after page,
// as looking at every agency does: none who is gone, none twice for a second certificate.
func TestListsFindWhatLookingAtEveryAgencyFinds(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	ctx := t.Context()
	now := func() time.Time { return time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC) }
	if err := exchange.LoadReference(ctx, pool, nil); err != nil {
		t.Fatal(err)
	}
	vault, err := secret.NewVault(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Seed(ctx, pool, vault, demo.Options{Agencies: 400, Experts: 1, Seed: 3, Now: now()}); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`UPDATE agency SET state = 'exited' WHERE id IN (SELECT id FROM agency ORDER BY md5(id::text) LIMIT 60)`,
		`UPDATE agency SET state = 'removed' WHERE id IN (SELECT id FROM agency ORDER BY md5(id::text) DESC LIMIT 30)`,
		`INSERT INTO agency_qualification (id, agency_id, name, level, certificate_no, issuer)
			SELECT gen_random_uuid(), agency_id, name, level, certificate_no || '-2', issuer FROM agency_qualification`,
	} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	service := agency.New(pool, catalog.New(pool), now)
	found := map[string]int{}
	for _, item := range []string{"", "ZJ0034", "ZJ0049"} {
		for _, region := range []string{"", agency.Outside, "140800", "140802", "140824"} {
			for _, qualification := range []string{"", "测绘资质", "检验检测机构资质认定（CMA）", "没有这样的资质"} {
				f := agency.Filter{Item: item, Region: region, Qualification: qualification}
				var want []string
				err := pool.QueryRow(ctx, `
					SELECT coalesce(array_agg(a.id::text ORDER BY a.id DESC), '{}') FROM agency a
					WHERE a.state = 'admitted'
					  AND ($1 = '' OR a.id IN (SELECT ai.agency_id FROM agency_item ai JOIN service_item i ON i.id = ai.item_id WHERE i.code = $1))
					  AND ($2 = '' OR CASE WHEN $2 = 'outside' THEN a.region_code IS NULL ELSE a.region_code IN
					      (WITH RECURSIVE below AS (SELECT code FROM region WHERE code = $2 UNION ALL SELECT r.code FROM region r JOIN below ON r.parent = below.code) SELECT code FROM below) END)
					  AND ($3 = '' OR a.id IN (SELECT agency_id FROM agency_qualification WHERE name = $3))`,
					item, region, qualification).Scan(&want)
				if err != nil {
					t.Fatal(err)
				}
				got := []string{}
				f.Request = page.Request{Limit: 7}
				for {
					p, err := service.List(ctx, f)
					if err != nil {
						t.Fatal(err)
					}
					if p.Total != len(want) {
						t.Errorf("%+v: total %d, want %d", f, p.Total, len(want))
					}
					for _, a := range p.Items {
						got = append(got, a.ID)
					}
					if p.NextCursor == "" {
						break
					}
					f.Cursor = p.NextCursor
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("item %q, region %q, qualification %q: %s", item, region, qualification, d)
				}
				found[fmt.Sprintf("%t%t%t", item != "", region != "", qualification != "")] += len(want)
			}
		}
	}
	// A list that nobody is on proves nothing of its way.
	for _, ways := range []string{"truefalsefalse", "falsetruefalse", "falsefalsetrue", "truetruefalse", "falsetruetrue", "truefalsetrue"} {
		if found[ways] == 0 {
			t.Errorf("no agency at all where filters are %s", ways)
		}
	}
}
