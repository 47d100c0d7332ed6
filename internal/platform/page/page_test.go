package page

import (
	"testing"

	"pgregory.net/rapid"

	"zjcs/internal/platform/apperr"
)

// TestPagesCoverTheList: for any list and page size, following the cursors gives
// every row once, in order.
func TestPagesCoverTheList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 60).Draw(t, "n")
		size := rapid.IntRange(1, 20).Draw(t, "size")
		after, seen := 0, 0
		for pages := 0; ; pages++ {
			if pages > n+1 {
				t.Fatal("the cursors do not end")
			}
			var rows []int // as the store reads them: one more than a page
			for i := after + 1; i <= n && len(rows) < size+1; i++ {
				rows = append(rows, i)
			}
			p := Make(rows, size, n, func(i int) int { return i })
			for _, v := range p.Items {
				if seen++; v != seen {
					t.Fatalf("row %d came as number %d", v, seen)
				}
			}
			if p.NextCursor == "" {
				break
			}
			var given bool
			var err error
			if after, given, err = Decode[int](p.NextCursor); err != nil || !given {
				t.Fatal(err)
			}
		}
		if seen != n {
			t.Fatalf("saw %d of %d rows", seen, n)
		}
	})
}

func TestTotalIsCapped(t *testing.T) {
	t.Parallel()
	if p := Make([]int{1}, 20, TotalCap, func(i int) int { return i }); p.Total != TotalCap || p.TotalCapped {
		t.Errorf("%d rows: %+v", TotalCap, p)
	}
	if p := Make([]int{1}, 20, TotalCap+1, func(i int) int { return i }); p.Total != TotalCap || !p.TotalCapped {
		t.Errorf("more than %d rows: %+v", TotalCap, p)
	}
	if p := Make[int, int](nil, 20, 0, nil); p.Items == nil {
		t.Error("an empty page must be [] in JSON, not null")
	}
}

func TestForgedCursorIsRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, _, err := Decode[struct{ At int }](rapid.StringN(1, 40, -1).Draw(t, "cursor"))
		if err != nil && apperr.CodeOf(err) != apperr.Invalid {
			t.Fatalf("a bad cursor is the caller's fault: %v", err)
		}
	})
	if _, _, err := Decode[int]("%%%"); err == nil {
		t.Error("a cursor that is no base64 was taken")
	}
}
