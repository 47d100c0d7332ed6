package portal

import (
	"net/url"
	"slices"
	"strings"
)

// A filter is one named control of a list's form: its words and what can be chosen.
type filter struct {
	Name, Label string
	Any         string // the choice that does not narrow: 全部行业
	Value       string
	Quiet       bool // in force it shows elsewhere, so it makes no chip
	Short       bool // few choices, shown side by side; otherwise a drop-down list
	Choices     []choice
}

// choice is one value of a filter and how many entries it would leave; Count < 0
// where that is not counted.
type choice struct {
	Value, Label string
	Count        int
}

// chip is a filter in force; following it takes the filter off.
type chip struct{ Label, Remove string }

// words finds what a person reads for a value of the filter.
func (f filter) words(value string) string {
	for _, c := range f.Choices {
		if c.Value == value {
			return c.Label
		}
	}
	return value
}

// Listing is what every filtered list shows around its rows.
type Listing struct {
	Path    string
	Query   string // the free text
	Hint    string // what the free text looks through
	Filters []filter
	Chips   []chip
	Reset   string // the list without filters
	Total   int
	Capped  bool // more than Total
	Unit    string
	First   string // address of the first page, when this is a later one
	Next    string // address of the next page
}

// Narrowed reports whether any filter is in force.
func (l Listing) Narrowed() bool { return len(l.Chips) > 0 }

// paged is the part of a page of results that the Listing needs.
type paged struct {
	total  int
	capped bool
	next   string
}

// newListing shapes the list at path asked for with params. Only the named filters
// and q are carried on, so that an address holds nothing that has no effect.
func newListing(path, unit, hint string, params url.Values, filters []filter, got paged) Listing {
	l := Listing{Path: path, Unit: unit, Hint: hint, Query: params.Get("q"), Filters: filters,
		Reset: path, Total: got.total, Capped: got.capped}
	kept := url.Values{}
	if l.Query != "" {
		kept.Set("q", l.Query)
	}
	for i, f := range filters {
		if v := params.Get(f.Name); v != "" {
			kept.Set(f.Name, v)
			l.Filters[i].Value = v
		}
	}
	without := func(name string) string {
		q := cloneValues(kept)
		q.Del(name)
		return address(path, q)
	}
	if l.Query != "" && hint != "" {
		l.Chips = append(l.Chips, chip{Label: "“" + l.Query + "”", Remove: without("q")})
	}
	for _, f := range filters {
		if f.Value != "" && !f.Quiet {
			l.Chips = append(l.Chips, chip{Label: f.Label + "：" + f.words(f.Value), Remove: without(f.Name)})
		}
	}
	if got.next != "" {
		q := cloneValues(kept)
		q.Set("cursor", got.next)
		l.Next = address(path, q)
	}
	if params.Get("cursor") != "" {
		l.First = address(path, kept)
	}
	return l
}

// address writes a path with its query, without a bare question mark.
func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func cloneValues(v url.Values) url.Values {
	out := make(url.Values, len(v))
	for k, vs := range v {
		out[k] = slices.Clone(vs)
	}
	return out
}

// text is one parameter as typed, without the blanks around it.
func text(params url.Values, name string) string { return strings.TrimSpace(params.Get(name)) }
