package search

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// source makes documents from the published tables. Abolished items, agencies that
// exited or were removed, experts suspended or removed make none.
type source struct {
	q     db.Querier
	tree  tree
	items map[string]itemFacts // published, by id
}

type itemFacts struct {
	code, name, sector string
}

// tree is the regions by code.
type tree map[string]regionFacts

type regionFacts struct {
	Code, Name, Kind, Parent string
}

func readTree(ctx context.Context, q db.Querier) (tree, error) {
	rows, err := q.Query(ctx, `SELECT code, name, kind, coalesce(parent, '') AS parent FROM region`)
	if err != nil {
		return nil, fmt.Errorf("read regions: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[regionFacts])
	if err != nil {
		return nil, fmt.Errorf("read regions: %w", err)
	}
	t := make(tree, len(list))
	for _, r := range list {
		t[r.Code] = r
	}
	return t, nil
}

// path is a region's code and those above it; Outside for none.
func (t tree) path(code string) []string {
	if code == "" {
		return []string{Outside}
	}
	var out []string
	for code != "" && !slices.Contains(out, code) {
		out = append(out, code)
		code = t[code].Parent
	}
	return out
}

func (t tree) names(path []string) []string {
	out := make([]string, 0, len(path))
	for _, code := range path {
		if r, ok := t[code]; ok {
			out = append(out, r.Name)
		} else if code == Outside {
			out = append(out, "市外")
		}
	}
	return out
}

// root is the city: where what holds everywhere belongs.
func (t tree) root() []string {
	for _, r := range t {
		if r.Parent == "" {
			return []string{r.Code}
		}
	}
	return nil
}

func newSource(ctx context.Context, q db.Querier) (*source, error) {
	s := &source{q: q, items: map[string]itemFacts{}}
	var err error
	if s.tree, err = readTree(ctx, q); err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, `SELECT id::text, code, name, sector FROM service_item WHERE state = 'published'`)
	if err != nil {
		return nil, fmt.Errorf("read items: %w", err)
	}
	var id string
	var f itemFacts
	if _, err = pgx.ForEachRow(rows, []any{&id, &f.code, &f.name, &f.sector}, func() error { s.items[id] = f; return nil }); err != nil {
		return nil, fmt.Errorf("read items: %w", err)
	}
	return s, nil
}

// named are the names and the sectors of items, each once, in order of item code.
func (s *source) named(ids []string) (names, sectors []string) {
	var facts []itemFacts
	for _, id := range ids {
		if f, ok := s.items[id]; ok {
			facts = append(facts, f)
		}
	}
	slices.SortFunc(facts, func(a, b itemFacts) int { return strings.Compare(a.code, b.code) })
	for _, f := range facts {
		names = append(names, f.name)
		if !slices.Contains(sectors, f.sector) {
			sectors = append(sectors, f.sector)
		}
	}
	return names, sectors
}

// documents emits the documents of one kind: of the records with these keys, or of all
// in the order of the lists when keys is nil. A record that is not published emits none.
func (s *source) documents(ctx context.Context, kind Kind, keys []string, emit func(Document) error) error {
	make, sql := s.maker(kind)
	cond, args := "true", []any(nil)
	if keys != nil {
		cond, args = "t.id = ANY ($1::text[]::uuid[])", []any{keys}
		if kind == Region {
			cond = "t.code = ANY ($1::text[])"
		}
	}
	rows, err := s.q.Query(ctx, fmt.Sprintf(sql, cond), args...)
	if err != nil {
		return fmt.Errorf("read %s for search: %w", kind, err)
	}
	defer rows.Close()
	for rows.Next() {
		d, err := make(rows)
		if err != nil {
			return fmt.Errorf("read %s for search: %w", kind, err)
		}
		if err := emit(d); err != nil {
			return err
		}
	}
	return rows.Err()
}

// byRefs reads the documents of refs and says which of them have none.
func (s *source) byRefs(ctx context.Context, refs []Ref) (put []Document, gone []Ref, err error) {
	keys := map[Kind][]string{}
	for _, r := range refs {
		keys[r.Kind] = append(keys[r.Kind], r.Key)
	}
	have := map[Ref]bool{}
	for _, kind := range Kinds {
		if len(keys[kind]) == 0 {
			continue
		}
		err := s.documents(ctx, kind, keys[kind], func(d Document) error {
			put = append(put, d)
			have[d.Ref] = true
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	for _, r := range refs {
		if !have[r] {
			gone = append(gone, r)
		}
	}
	return put, gone, nil
}

func strong(label string, values ...string) Field { return Field{label, values, true} }
func weak(label string, values ...string) Field   { return Field{label, values, false} }

// joined is what stands under a title: the parts that are not empty.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · ")
}

// codeRank puts lower codes first.
func codeRank(code string) int32 {
	n, err := strconv.ParseInt(strings.TrimLeft(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 10, 32)
	if err != nil {
		return 0
	}
	return -int32(n)
}

// maxBody bounds how much of an announcement is searched.
const maxBody = 4000

func paragraphs(body string) []string {
	var out []string
	left := maxBody
	for p := range strings.SplitSeq(body, "\n") {
		p = strings.TrimSpace(p)
		if n := utf8.RuneCountInString(p); n > left {
			p = string([]rune(p)[:left])
		}
		if p != "" {
			out = append(out, p)
			left -= utf8.RuneCountInString(p)
		}
	}
	return out
}
