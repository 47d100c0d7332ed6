package portal

import (
	"net/url"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestListingCarriesFiltersOn(t *testing.T) {
	t.Parallel()
	params := url.Values{"q": {"环评"}, "basis": {"none"}, "sector": {""}, "cursor": {"abc"}, "stray": {"x"}}
	filters := []filter{
		{Name: "basis", Label: "设定依据", Choices: []choice{{"none", "无", 6}}},
		{Name: "sector", Label: "行业"},
	}
	got := newListing("/service-items", "项", "名称", params, filters, paged{total: 6, next: "def"})
	want := []chip{
		{Label: "“环评”", Remove: "/service-items?basis=none"},
		{Label: "设定依据：无", Remove: "/service-items?q=" + url.QueryEscape("环评")},
	}
	if diff := cmp.Diff(want, got.Chips); diff != "" {
		t.Error(diff)
	}
	if want := "/service-items?basis=none&cursor=def&q=" + url.QueryEscape("环评"); got.Next != want {
		t.Errorf("next is %s, should be %s", got.Next, want)
	}
	if want := "/service-items?basis=none&q=" + url.QueryEscape("环评"); got.First != want {
		t.Errorf("first is %s, should be %s", got.First, want)
	}
}

func TestCountAndPercent(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := count(n); got != want {
			t.Errorf("count(%d) = %s, should be %s", n, got, want)
		}
	}
	for _, tc := range []struct {
		part, whole int
		want        string
	}{{1, 26, "4%"}, {51, 100, "51%"}, {1, 3, "33%"}, {2, 3, "67%"}, {0, 5, "0%"}, {5, 5, "100%"}} {
		if got := percent(tc.part, tc.whole); got != tc.want {
			t.Errorf("percent(%d, %d) = %s, should be %s", tc.part, tc.whole, got, tc.want)
		}
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	got, err := readManifest(testDist)
	want := assetURLs{Styles: []string{"/assets/portal-1.css"}, Script: "/assets/portal-1.js", Icon: "/assets/favicon-1.svg"}
	if err != nil || cmp.Diff(want, got) != "" {
		t.Errorf("%v %s", err, cmp.Diff(want, got))
	}
	if got, err := readManifest(fstest.MapFS{}); err != nil || got.Script != "" {
		t.Errorf("without a build: %v %v", got, err)
	}
	if _, err := readManifest(fstest.MapFS{manifestFile: {Data: []byte(`{}`), ModTime: time.Time{}}}); err == nil {
		t.Error("a build without the portal's entry was accepted")
	}
}
