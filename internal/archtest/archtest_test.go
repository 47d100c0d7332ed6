package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "zjcs/"

// imports reads every import of the module from its source files: build tags and
// broken packages hide nothing from it.
func imports(t *testing.T) []Import {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var out []Import
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch d.Name() {
			case "node_modules", "var", ".git", "testdata":
				return filepath.SkipDir
			}
			if path != root {
				if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
					return filepath.SkipDir // a module of its own (bench peers)
				}
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		from, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if rest, ok := strings.CutPrefix(to, module); ok {
				out = append(out, Import{From: filepath.ToSlash(from), To: rest, Test: strings.HasSuffix(path, "_test.go")})
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestImportsFollowTheMap(t *testing.T) {
	t.Parallel()
	edges := imports(t)
	if len(edges) < 50 {
		t.Fatalf("read only %d imports: the walk is broken", len(edges))
	}
	for _, v := range Violations(edges) {
		t.Error(v)
	}
}

// TestEachRuleCatches plants one violation per rule: a rule that catches nothing
// would pass everything.
func TestEachRuleCatches(t *testing.T) {
	t.Parallel()
	planted := []Import{
		{From: "internal/platform/db", To: "internal/catalog"},
		{From: "internal/agency", To: "internal/testkit"},
		{From: "internal/agency", To: "internal/httpapi"},
		{From: "internal/httpapi", To: "internal/portal"},
		{From: "internal/agency", To: "internal/app"},
		{From: "internal/unheard", To: "internal/catalog"},
		{From: "internal/platform/page", To: "internal/testkit"},
	}
	// And for every package, one import that is not upstream of it.
	for from, allowed := range upstream {
		for to := range upstream {
			if entries[from] || entries[to] || from == to || contains(allowed, to) {
				continue
			}
			planted = append(planted, Import{From: "internal/" + from, To: "internal/" + to})
		}
	}
	for _, p := range planted {
		if len(Violations([]Import{p})) != 1 {
			t.Errorf("%s → %s is not caught", p.From, p.To)
		}
	}
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// TestPackagesAreNamedForTheMarketplace: a name that says nothing hides anything.
func TestPackagesAreNamedForTheMarketplace(t *testing.T) {
	t.Parallel()
	for _, e := range imports(t) {
		for _, part := range strings.Split(e.From, "/") {
			switch part {
			case "common", "util", "utils", "model", "models", "helper", "helpers", "misc":
				t.Errorf("package %s has a name that says nothing", e.From)
			}
		}
	}
}
