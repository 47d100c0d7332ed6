package search

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// answer is what an engine found for a plan, before it is put in words.
type answer struct {
	total            int
	capped           bool
	kinds            map[Kind]int // each dimension without its own filter
	regions, sectors map[string]int
	facetsCapped     bool
	hits             []Document
}

// Dimensions that filters and facets have in common.
const (
	byKind = iota
	byRegion
	bySector
	dimensions
)

// without is q with one dimension's filter left out.
func (q Query) without(dim int) Query {
	switch dim {
	case byKind:
		q.Kind = ""
	case byRegion:
		q.Region = ""
	case bySector:
		q.Sector = ""
	}
	return q
}

// search plans a query, asks, and asks again for less when nothing matches in full.
func search(v *Vocabulary, q Query, places map[string]bool, ask func(plan) (answer, error)) (Results, error) {
	p := v.plan(q.Text, places)
	res := Results{Hits: []Hit{}, Synonyms: v.synonyms(p)}
	var a answer
	if !p.empty {
		var err error
		if a, err = ask(p); err != nil {
			return res, err
		}
	}
	for _, relax := range []struct {
		as Relaxed
		of func() (plan, bool)
	}{{ByHomophone, p.homophones}, {ByAny, p.anyOf}} {
		if a.total > 0 || len(p.terms) == 0 {
			break
		}
		other, ok := relax.of()
		if !ok {
			continue
		}
		b, err := ask(other)
		if err != nil {
			return res, err
		}
		if b.total > 0 {
			a, p, res.Relaxed = b, other, relax.as
		}
	}
	return a.results(res, p, q)
}

func (a answer) results(res Results, p plan, q Query) (Results, error) {
	offset, err := q.offset()
	if err != nil {
		return res, err
	}
	res.Total, res.TotalCapped = a.total, a.capped
	res.Facets = Facets{
		Kind:   facets(a.kinds, Kind.Label),
		Region: facets(a.regions, func(v string) string { return v }),
		Sector: facets(a.sectors, func(v string) string { return v }),
		Capped: a.capped || a.facetsCapped,
	}
	m := newMarker(p)
	for _, d := range a.hits {
		res.Hits = append(res.Hits, m.hit(d))
	}
	if next := offset + len(res.Hits); len(res.Hits) == q.Size() && next < res.Total && next <= maxOffset {
		res.NextCursor = cursorAt(next)
	}
	return res, nil
}

func facets[V ~string](counts map[V]int, label func(V) string) []Facet {
	out := make([]Facet, 0, len(counts))
	for v, n := range counts {
		out = append(out, Facet{string(v), label(v), n})
	}
	slices.SortFunc(out, func(a, b Facet) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return out
}

// appendSuggestion leaves out what reads the same as a line before.
func appendSuggestion(out []Suggestion, d Document, limit int) []Suggestion {
	s := Suggestion{Title: d.Title, Kind: d.Kind, KindLabel: d.Kind.Label(), URL: d.URL()}
	for _, have := range out {
		if have.Title == s.Title && have.Kind == s.Kind {
			return out
		}
	}
	if len(out) == limit {
		return out
	}
	return append(out, s)
}

// encodeFields keeps the fields that are shown.
func encodeFields(fields []Field) (string, error) {
	out := make([][]string, 0, len(fields))
	for _, f := range fields {
		if f.Label != "" && len(f.Values) > 0 {
			out = append(out, append([]string{f.Label}, f.Values...))
		}
	}
	b, err := json.Marshal(out)
	if err != nil {
		return "", fmt.Errorf("search document: %w", err)
	}
	return string(b), nil
}

func decodeFields(s string) ([]Field, error) {
	var rows [][]string
	if err := json.Unmarshal([]byte(s), &rows); err != nil {
		return nil, fmt.Errorf("search document: %w", err)
	}
	out := make([]Field, 0, len(rows))
	for _, r := range rows {
		if len(r) > 1 {
			out = append(out, Field{Label: r[0], Values: r[1:]})
		}
	}
	return out, nil
}
