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
}

func (s *statement) arg(v any, typ string) string {
	s.args = append(s.args, v)
	return fmt.Sprintf("$%d::%s", len(s.args), typ)
}

// Rows beyond the cap that a class may propose in vain: those of its first read, which
// the next find again.
const prefixRows = 200

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

func (s *statement) read(cond string, limit int) string {
	sql := "SELECT " + s.columns() + " FROM search_document d WHERE " + cond
	if limit > 0 {
		sql = fmt.Sprintf("(%s LIMIT %d)", sql, limit)
	}
	return sql
}

// class joins reads until limit rows came: a read begins only when those before it did
// not give enough. So whoever is asked first is cheap for common words (titles, the
// small slab), and whoever is asked last has few rows of a rare one.
func class(limit int, reads []string) string {
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
	bodies := !s.titles && anywhere != inTitles
	titles := s.arg(string(all(append(filters, inTitles)...)), "tsquery")
	rest := ""
	if bodies {
		rest = s.arg(string(all(append(s.q.filters(), butNot(anywhere, inTitles))...)), "tsquery")
	}
	slabs := func(ns ...int) (reads []string) {
		for _, n := range ns {
			reads = append(reads, s.read(fmt.Sprintf("d.slab = %d AND d.grams @@ %s", n, titles), 0))
		}
		if bodies {
			for _, n := range ns {
				reads = append(reads, s.read(fmt.Sprintf("d.slab = %d AND d.grams @@ %s", n, rest), 0))
			}
		}
		return reads
	}
	var classes []string
	if s.wants(ServiceItem, ApprovalItem, Department, Region) {
		reads := slabs(1)
		if kind := s.kind(); kind != "" {
			for i := range reads {
				reads[i] += kind
			}
		}
		classes = append(classes, class(capCatalogue*s.times, reads))
	}
	if s.wants(Announcement) {
		classes = append(classes, class(capOthers*s.times, slabs(2)))
	}
	if s.wants(Expert) {
		classes = append(classes, class(capOthers*s.times, slabs(3)))
	}
	if s.wants(Agency) {
		// Names that begin with what was typed, wherever they stand: these rank first.
		begins := s.read(fmt.Sprintf(`d.slab >= 4 AND left(d.title_key, 100) >= %[1]s AND left(d.title_key, 100) < %[1]s || U&'\+10FFFF'%[2]s`,
			s.arg(s.plan.whole, "text"), s.narrowed()), prefixRows)
		classes = append(classes, class(capAgencies*s.times+prefixRows, append([]string{begins}, slabs(4, 5, 6)...)))
	}
	if s.plan.code != "" {
		classes = append(classes, s.read(fmt.Sprintf(`d.code <> '' AND d.code >= %[1]s AND d.code < %[1]s || U&'\+10FFFF'%[2]s%[3]s`,
			s.arg(s.plan.code, "text"), s.narrowed(), s.kind()), capAgencies))
	}
	return strings.Join(classes, " UNION ALL ")
}

// browse reads the first of each class in the order of the lists.
func (s *statement) browse() string {
	filter, order := "", " ORDER BY d.rank DESC, d.id"
	if f := s.q.filters(); len(f) > 0 {
		filter, order = " AND d.grams @@ "+s.arg(string(all(f...)), "tsquery"), ""
	}
	var classes []string
	read := func(limit int, kind string, slabs ...int) {
		var reads []string
		for _, n := range slabs {
			reads = append(reads, s.read(fmt.Sprintf("d.slab = %d%s%s%s", n, filter, kind, order), limit))
		}
		classes = append(classes, class(limit, reads))
	}
	if s.wants(ServiceItem, ApprovalItem, Department, Region) {
		read(capCatalogue, s.kind(), 1)
	}
	if s.wants(Announcement) {
		read(capOthers, "", 2)
	}
	if s.wants(Expert) {
		read(capOthers, "", 3)
	}
	if s.wants(Agency) {
		read(capAgencies, "", 4, 5, 6)
	}
	return strings.Join(classes, " UNION ALL ")
}

// kind is the filter by kind as a condition, for classes of several kinds.
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

func (s *statement) wants(ks ...Kind) bool {
	for _, k := range ks {
		if s.q.Kind == "" || s.q.Kind == k {
			return true
		}
	}
	return false
}
