package demo

import (
	"bytes"
	stdcsv "encoding/csv"
	"strings"
	"testing"
	"time"

	"zjcs/internal/identity"
	"zjcs/internal/notice"
)

var now = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

func agencies(t testing.TB, n int, seed uint64) [][]string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteCSV(&b, n, seed, now); err != nil {
		t.Fatal(err)
	}
	rows, err := stdcsv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	for _, write := range []func(seed uint64, now time.Time) string{
		func(seed uint64, now time.Time) string {
			var b bytes.Buffer
			if err := WriteCSV(&b, 500, seed, now); err != nil {
				t.Fatal(err)
			}
			return b.String()
		},
		func(seed uint64, now time.Time) string {
			var b bytes.Buffer
			if err := WriteExpertsCSV(&b, 500, seed, now); err != nil {
				t.Fatal(err)
			}
			return b.String()
		},
	} {
		first := write(1, now)
		if first != write(1, now) {
			t.Error("the same seed gave other rows")
		}
		if first != write(1, now.Add(3*time.Hour)) {
			t.Error("another hour of the same day gave other rows")
		}
		if first == write(2, now) {
			t.Error("another seed gave the same rows")
		}
	}
}

// The market is uneven, open to the country, and has certificates in every state.
func TestMarketIsPlausible(t *testing.T) {
	t.Parallel()
	const n = 20_000
	codes, names, items, regions := map[string]bool{}, map[string]bool{}, map[string]int{}, map[string]int{}
	var validity struct{ expired, expiring, valid, noTerm int }
	admitted := ""
	today, soon := now.Format(time.DateOnly), now.AddDate(0, 0, 30).Format(time.DateOnly)
	for _, r := range agencies(t, n, 3) {
		if _, err := identity.ParseUSCC(r[0]); err != nil || codes[r[0]] || r[0][6:8] != "99" {
			t.Fatalf("code %s: %v", r[0], err)
		}
		if names[r[1]] || r[1] == "" {
			t.Fatalf("name %q twice", r[1])
		}
		if !strings.Contains(r[7], "-0") {
			t.Fatalf("telephone %s may be somebody's", r[7])
		}
		if r[10] < admitted || r[10] >= today || r[9] >= r[10] {
			t.Fatalf("founded %s, admitted %s after %s", r[9], r[10], admitted)
		}
		codes[r[0]], names[r[1]], admitted = true, true, r[10]
		regions[r[4]]++
		for _, c := range strings.Split(r[11], "；") {
			items[c]++
		}
		if r[12] == "" {
			continue
		}
		for _, q := range strings.Split(r[12], "；") {
			f := strings.Split(q, "|")
			switch {
			case len(f) != 5 || f[0] == "" || !strings.HasPrefix(f[2], "示例"):
				t.Fatalf("qualification %s", q)
			case f[4] == "":
				validity.noTerm++
			case f[4] < today:
				validity.expired++
			case f[4] <= soon:
				validity.expiring++
			default:
				validity.valid++
			}
		}
	}
	if outside := regions[""] * 100 / n; outside < 45 || outside > 58 {
		t.Errorf("%d %% from outside the city", outside)
	}
	if len(regions) != 15 || regions["140802"] < 5*regions["140829"] {
		t.Errorf("regions: %v", regions)
	}
	if len(items) < 110 || items["ZJ0050"] < 20*items["ZJ0082"]/2 {
		t.Errorf("%d items offered; %v", len(items), items)
	}
	total := validity.valid + validity.expired + validity.expiring + validity.noTerm
	for what, c := range map[string]int{"expired": validity.expired, "expiring": validity.expiring, "no term": validity.noTerm} {
		if share := c * 100 / total; share < 3 || share > 12 {
			t.Errorf("%s: %d %%", what, share)
		}
	}
}

// An official knows at once that no accountant judges the weather and that a design
// institute has no professors.
func TestExpertsArePlausible(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteExpertsCSV(&b, 5_000, 3, now); err != nil {
		t.Fatal(err)
	}
	rows, err := stdcsv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	titles := map[string]int{}
	for _, r := range rows[1:] {
		employer, title, fields := r[3], r[4], r[5]
		titles[title]++
		money := strings.Contains(fields, "国资") || strings.Contains(fields, "投资咨询")
		if teaches := strings.HasSuffix(employer, "学院"); teaches != strings.HasSuffix(title, "教授") {
			t.Errorf("%s at %s", title, employer)
		}
		if (title == "高级会计师" || title == "高级经济师") && !money {
			t.Errorf("%s for %s", title, fields)
		}
	}
	if len(titles) < 7 {
		t.Errorf("titles: %v", titles)
	}
}

func TestEveryTradeIsInTheCatalogue(t *testing.T) {
	t.Parallel()
	items, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	offered := map[string]bool{}
	for _, tr := range trades {
		for _, c := range tr.items {
			offered[c] = true
			if _, ok := items[c]; !ok {
				t.Errorf("%v offers %s, which is not in the catalogue", tr.names, c)
			}
		}
	}
	for c, it := range items {
		if !offered[c] {
			t.Logf("nobody offers %s %s", c, it.name)
		}
	}
	for _, c := range certificates {
		used := false
		for _, it := range items {
			used = used || len(it.certificates) > 0 && it.certificates[0].words == c.words
		}
		if !used {
			t.Errorf("no item requires %s", c.words)
		}
	}
}

func TestAnnouncementsClaimNothing(t *testing.T) {
	t.Parallel()
	list := announcements(now)
	if len(list) < 12 {
		t.Errorf("%d announcements", len(list))
	}
	kinds := map[notice.Kind]int{}
	for _, a := range list {
		kinds[a.Kind]++
		if !strings.HasPrefix(a.Title, "【示例】") || !strings.Contains(a.Body, "示例数据") || strings.ContainsAny(a.Body, "〔〕《》") || strings.Contains(a.Body, "号文") || a.PublishedAt.After(now) {
			t.Errorf("%s", a.Title)
		}
	}
	if len(kinds) != 3 {
		t.Errorf("%v", kinds)
	}
}
