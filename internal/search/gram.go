package search

import (
	"slices"
	"strings"
)

// The index holds, of each document, a set of lexemes. The mark before a lexeme keeps
// the families apart; none is a letter or digit, so no text can imitate one.
//
//	环境       two characters that stand together, anywhere
//	^环 ^环境  one or two characters of the title
//	~~huan     a syllable of the title's pinyin
//	~huan'jing two syllables that stand together
//	@@hj @hjy  two or three initials in a row
//	=r140802 =s测绘  the region and those above it; the sector
//
// A text is proposed when all its pairs are there. Single characters are kept of the
// title alone: elsewhere nearly every document has them.
const (
	markTitle    = "^"
	markSyllable = "~~"
	markPair     = "~"
	markInitial2 = "@@"
	markInitial3 = "@"
	markRegion   = "=r"
	markSector   = "=s"
)

// pairs calls emit for every two neighbouring characters of each line of s.
func pairs(s string, emit func(string)) {
	prev := -1 // byte offset of the character before
	for i, r := range s {
		if r == '\n' {
			prev = -1
			continue
		}
		if prev >= 0 {
			emit(s[prev : i+len(string(r))])
		}
		prev = i
	}
}

// lexemes are all lexemes of a document, some perhaps twice.
func lexemes(title, strong, weak string, readings []reading, regions, sectors []string) []string {
	out := make([]string, 0, 64+len(strong)/3+len(weak)/3)
	for _, r := range title {
		out = append(out, markTitle+string(r))
	}
	pairs(title, func(p string) { out = append(out, p, markTitle+p) })
	pairs(strong, func(p string) { out = append(out, p) })
	pairs(weak, func(p string) { out = append(out, p) })
	for _, rd := range readings {
		for i, s := range rd.syllables {
			out = append(out, markSyllable+s)
			if i > 0 {
				out = append(out, markPair+rd.syllables[i-1]+"'"+s)
			}
		}
		initials := rd.initials()
		for i := range len(initials) - 1 {
			out = append(out, markInitial2+initials[i:i+2])
			if i+3 <= len(initials) {
				out = append(out, markInitial3+initials[i:i+3])
			}
		}
	}
	for _, r := range regions {
		out = append(out, markRegion+r)
	}
	for _, s := range sectors {
		out = append(out, markSector+s)
	}
	return out
}

// tsquery puts a boolean question to the index as text. Lexemes are quoted, so they
// may hold anything.
type tsquery string

func lexeme(s string) tsquery {
	return tsquery("'" + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(s) + "'")
}

func lexemePrefix(s string) tsquery { return lexeme(s) + ":*" }

func all(qs ...tsquery) tsquery  { return joinQuery(qs, "&") }
func some(qs ...tsquery) tsquery { return joinQuery(qs, "|") }

func joinQuery(qs []tsquery, op string) tsquery {
	parts := make([]string, 0, len(qs))
	for _, q := range qs {
		if q != "" {
			parts = append(parts, string(q))
		}
	}
	if len(parts) == 1 {
		return tsquery(parts[0])
	}
	if len(parts) == 0 {
		return ""
	}
	return tsquery("(" + strings.Join(parts, op) + ")")
}

// butNot is what a proposes and b does not.
func butNot(a, b tsquery) tsquery { return tsquery("(" + string(a) + "&!" + string(b) + ")") }

// pairsOf are the lexemes that a document has which contains s: in its title, or
// anywhere. Every second pair and the last reach all characters; the pairs between would
// cost as much again and seldom reject what the substring test would.
func pairsOf(s string, how proposal) []string {
	mark, step := "", 2
	if how.every {
		step = 1
	}
	if how.titleOnly {
		mark = markTitle
	}
	rs := []rune(s)
	if len(rs) == 1 {
		return []string{markTitle + s}
	}
	var out []string
	for i := 0; i < len(rs)-1; i += step {
		if p := mark + string(rs[i:i+2]); !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	if last := mark + string(rs[len(rs)-2:]); !slices.Contains(out, last) {
		out = append(out, last)
	}
	return out
}
