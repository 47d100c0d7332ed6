package search

import (
	"fmt"
	"strings"
)

// statement builds the reading of candidates. Its text depends on the filters and on
// whether something was typed, not on what: PostgreSQL sees a few dozen statements in
// all and keeps their plans.
type statement struct {
	plan   plan
	q      Query
	titles bool // documents are wanted for their titles alone
	every  bool // ask for every pair of characters
	times  int  // how many times the usual number of rows is read
	args   []any
	typed  string // the parameter that whole stands in
}

func (s *statement) arg(v any, typ string) string {
	s.args = append(s.args, v)
	return fmt.Sprintf("$%d::%s", len(s.args), typ)
}

// Rows beyond the cap that a class may propose in vain: those of its first read, which
// the next find again.
const prefixRows = 200

// capCodes is how many records a beginning of a code brings at most.
const capCodes = 1000

// columns are what a candidate is judged and counted by. Pinyin is long and only read
// where letters were typed or sounds are compared.
func (s *statement) columns() string {
	pinyin := "''::text"
	for _, t := range s.plan.terms {
		for _, w := range append([]word{t.word}, t.parts...) {
			if len(w.sounds) > 0 {
				pinyin = "d.pinyin"
			}
		}
	}
	bodies := "d.strong_key, d.weak_key"
	if s.titles || len(s.plan.terms) == 0 {
		bodies = "''::text, ''::text"
	}
	return "d.id, d.kind, d.rank, d.code, d.regions, d.sectors, d.title_key, " + bodies + ", " + pinyin + " AS pinyin"
}

// whole is all that was typed, as one parameter.
func (s *statement) whole() string {
	if s.typed == "" {
		s.typed = s.arg(s.plan.whole, "text")
	}
	return s.typed
}

func (s *statement) read(cond string, limit int) string {
	sql := "SELECT " + s.columns() + " FROM search_document d WHERE " + cond
	if limit > 0 {
		sql = fmt.Sprintf("(%s LIMIT %d)", sql, limit)
	}
	return sql
}

// inTurn reads until limit rows came: a read begins only when those before it did
// not give enough. So whoever is asked first is cheap for common words (titles, the
// small slab), and whoever is asked last has few rows of a rare one.
func inTurn(limit int, reads []string) string {
	return fmt.Sprintf("(SELECT * FROM (%s) y LIMIT %d)", strings.Join(reads, " UNION ALL "), limit)
}

// candidates reads what the index proposes, class by class.
func (s *statement) candidates() string {
	if len(s.plan.terms) == 0 {
		return s.browse()
	}
	filters := s.q.filters()
	inTitles := s.plan.query(proposal{true, s.every})
	anywhere := s.plan.query(proposal{false, s.every})
	words := []string{s.arg(string(all(append(filters, inTitles)...)), "tsquery")}
	if !s.titles && anywhere != inTitles {
		words = append(words, s.arg(string(all(append(s.q.filters(), butNot(anywhere, inTitles))...)), "tsquery"))
	}
	var out []string
	for _, c := range classes {
		if !s.q.wants(c) {
			continue
		}
		limit := c.cap * s.times
		var reads []string
		if c.crowd() {
			// Names that begin with what was typed, wherever they stand: these rank first.
			reads = append(reads, s.read(fmt.Sprintf(`d.slab BETWEEN %[2]d AND %[3]d AND left(d.title_key, 100) >= %[1]s AND left(d.title_key, 100) < %[1]s || U&'\+10FFFF'%[4]s`,
				s.whole(), c.slabs[0], c.slabs[len(c.slabs)-1], s.narrowed()), prefixRows))
			limit += prefixRows
		}
		for _, w := range words {
			for _, n := range c.slabs {
				reads = append(reads, s.read(fmt.Sprintf("d.slab = %d AND d.grams @@ %s%s", n, w, s.kindOf(c)), 0))
			}
		}
		out = append(out, inTurn(limit, reads))
	}
	if s.plan.code != "" {
		out = append(out, s.read(fmt.Sprintf(`d.code <> '' AND d.code >= %[1]s AND d.code < %[1]s || U&'\+10FFFF'%[2]s%[3]s`,
			s.arg(s.plan.code, "text"), s.narrowed(), s.kind()), capCodes))
	}
	return strings.Join(out, " UNION ALL ")
}

// browse reads the first of each class in the order of the lists.
func (s *statement) browse() string {
	filter, order := "", " ORDER BY d.rank DESC, d.id"
	if f := s.q.filters(); len(f) > 0 {
		filter, order = " AND d.grams @@ "+s.arg(string(all(f...)), "tsquery"), ""
	}
	var out []string
	for _, c := range classes {
		if !s.q.wants(c) {
			continue
		}
		var reads []string
		for _, n := range c.slabs {
			reads = append(reads, s.read(fmt.Sprintf("d.slab = %d%s%s%s", n, filter, s.kindOf(c), order), c.cap))
		}
		out = append(out, inTurn(c.cap, reads))
	}
	return strings.Join(out, " UNION ALL ")
}

// kindOf is the filter by kind, for a class of several.
func (s *statement) kindOf(c class) string {
	if len(c.kinds) == 1 {
		return ""
	}
	return s.kind()
}

// kind is the filter by kind as a condition.
func (s *statement) kind() string {
	if s.q.Kind == "" {
		return ""
	}
	return " AND d.kind = " + s.arg(kinds[s.q.Kind].number, "smallint")
}

// narrowed are the other filters as conditions, for reads that do not go through grams.
func (s *statement) narrowed() string {
	out := ""
	if s.q.Region != "" {
		out += fmt.Sprintf(` AND %s = ANY (string_to_array(d.regions, E'\x1f'))`, s.arg(s.q.Region, "text"))
	}
	if s.q.Sector != "" {
		out += fmt.Sprintf(` AND %s = ANY (string_to_array(d.sectors, E'\x1f'))`, s.arg(s.q.Sector, "text"))
	}
	return out
}
