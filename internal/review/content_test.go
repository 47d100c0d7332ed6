package review

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"zjcs/internal/platform/secret"
)

var shapes = Form{Sections: []Section{{Fields: []Field{
	{Name: "kind", Type: Choice, Options: []Option{{"a", "甲"}, {"b", "乙"}}},
	{Name: "list", Type: Rows, When: &Condition{Field: "kind", In: []string{"b"}}, Fields: []Field{{Name: "id", Type: IDNumber, Secret: true}, {Name: "f", Type: File}}},
	{Name: "hidden", Type: Phone, Secret: true, When: &Condition{Field: "kind", In: []string{"b"}}},
	{Name: "flag", Type: Flag},
}}}}

// Whatever JSON is sent, checking, tidying and opening it end without a panic: what a
// condition hides is not judged, and may have any shape.
func TestAnyContentIsTaken(t *testing.T) {
	t.Parallel()
	vault, err := secret.NewVault(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	leaf := rapid.OneOf(rapid.Just(any(nil)), rapid.Map(rapid.Bool(), func(b bool) any { return b }), rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Float64(), func(f float64) any { return f }), rapid.SampledFrom([]any{"a", "b", map[string]any{"secret": "x"}}))
	row := rapid.Map(rapid.MapOf(rapid.SampledFrom([]string{"id", "f", "rowId", "x"}), leaf), func(m map[string]any) any { return m })
	value := rapid.OneOf(leaf, row, rapid.Map(rapid.SliceOfN(rapid.OneOf(leaf, row), 0, 3), func(l []any) any { return l }))
	rapid.Check(t, func(t *rapid.T) {
		c := Content(rapid.MapOf(rapid.SampledFrom([]string{"kind", "list", "hidden", "flag", "y"}), value).Draw(t, "content"))
		for _, complete := range []bool{false, true} {
			if len(shapes.Check(c, time.Now(), complete)) > 0 {
				continue
			}
			kept, _, _ := shapes.tidy(c, vault, time.Now(), shapes.refs(c))
			shapes.files(kept)
			shapes.Diff(c, kept)
			shapes.open(kept, nil)
		}
	})
}
