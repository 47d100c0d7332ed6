package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVerifyOffline: the published files pass, on disk and fetched; changed ones do not,
// and the exit status says so.
func TestVerifyOffline(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../internal/procurement/selection/testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		LogKey           string
		Evidence, Awards map[string]json.RawMessage
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, body []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	run := func(args ...string) (string, error) {
		cmd := program(t, dir, append([]string{"verify"}, args...)...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	good, award := v.Evidence["lowest_price-low"], v.Awards["plain"]
	bad := bytes.Replace(good, []byte(`"quoteFen": 9999`), []byte(`"quoteFen": 9998`), 1)
	badAward := bytes.Replace(award, []byte(`1234500`), []byte(`9234500`), 1)
	if bytes.Equal(bad, good) || bytes.Equal(badAward, award) {
		t.Fatal("nothing was changed")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/evidence" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(good)
	}))
	t.Cleanup(server.Close)
	for name, c := range map[string]struct {
		args []string
		ok   bool
		says string
	}{
		"a good file":          {[]string{"draw", file("good.json", good), "--key", v.LogKey}, true, "✓ 选取结果：重算相符"},
		"without a key":        {[]string{"draw", file("good2.json", good)}, true, "没有核对"},
		"from an address":      {[]string{"draw", server.URL + "/evidence", "--key", v.LogKey}, true, "✓ 熵源"},
		"from a wrong one":     {[]string{"draw", server.URL + "/gone", "--key", v.LogKey}, false, "404"},
		"a changed quote":      {[]string{"draw", file("bad.json", bad), "--key", v.LogKey}, false, "✗ 文件摘要"},
		"another log's key":    {[]string{"draw", file("good3.json", good), "--key", "example.invalid/log+00000000+AA"}, false, "✗ 日志回执"},
		"no file":              {[]string{"draw", filepath.Join(dir, "none.json")}, false, "打不开"},
		"an award":             {[]string{"award", file("award.json", award), "--key", v.LogKey}, true, "✓ 通知书内容"},
		"a changed award":      {[]string{"award", file("bad-award.json", badAward), "--key", v.LogKey}, false, "✗ 通知书内容"},
		"an award with no key": {[]string{"award", file("award2.json", award)}, false, "--key"},
	} {
		out, err := run(c.args...)
		if (err == nil) != c.ok || !strings.Contains(out, c.says) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
