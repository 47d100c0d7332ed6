package exchange

import (
	"fmt"
	"sort"
	"strings"

	"zjcs/internal/platform/provenance"
)

// A file of another kind altogether has a fault in every row: enough are kept to mend
// it by, not all.
const (
	shownFaults    = 1000    // in the report
	recordedFaults = 100_000 // in import_error
	reasonKinds    = 200     // told apart in the summary
)

// tally gathers the faults of a delivery in bounded memory.
type tally struct {
	recorded int
	shown    []provenance.RowError
	kinds    map[string]*Reason
}

// add counts faults and returns those still to be recorded.
func (t *tally) add(faults []provenance.RowError) []provenance.RowError {
	for _, f := range faults {
		if len(t.shown) < shownFaults {
			t.shown = append(t.shown, f)
		}
		key := f.Column + "\x00" + kindOf(f.Reason)
		r := t.kinds[key]
		if r == nil {
			if len(t.kinds) >= reasonKinds {
				key, f.Column, f.Reason = "\x00", "", "其他"
				r = t.kinds[key]
			}
			if r == nil {
				r = &Reason{Column: f.Column, Example: f.Reason, Line: f.Line}
				if t.kinds == nil {
					t.kinds = map[string]*Reason{}
				}
				t.kinds[key] = r
			}
		}
		r.Count++
	}
	keep := min(len(faults), recordedFaults-t.recorded)
	t.recorded += keep
	return faults[:keep]
}

// kindOf leaves out of a reason what differs from row to row: figures and quoted values.
func kindOf(reason string) string {
	quoted := false
	return strings.Map(func(r rune) rune {
		switch {
		case r == '「':
			quoted = true
		case r == '」':
			quoted = false
		case quoted, r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return -1
		}
		return r
	}, reason)
}

func (t *tally) reasons() []Reason {
	out := make([]Reason, 0, len(t.kinds))
	for _, r := range t.kinds {
		out = append(out, *r)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Count != out[j].Count {
			return out[i].Count > out[j].Count
		}
		return out[i].Line < out[j].Line
	})
	return out
}

func (t *tally) first() []provenance.RowError {
	sort.SliceStable(t.shown, func(i, j int) bool { return t.shown[i].Line < t.shown[j].Line })
	return t.shown
}

func duplicateOf(column string, earlier int64) string {
	return fmt.Sprintf("与第 %d 行的%s相同，同一文件里只应有一行", earlier, column)
}
