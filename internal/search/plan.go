package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// word is one thing to look for, by any of its names.
type word struct {
	texts   []string // folded; the first is what was typed, the rest synonyms
	sounds  []sound  // where letters were typed: pinyin, initials
	single  bool     // one character: looked for in titles alone
	homonym bool     // texts were given up for sounds
}

// term is one word of the query; parts are the words it is made of, if that is known:
// a record that has them all apart counts too, for less.
type term struct {
	word
	parts []word
}

// sound is a question to the pinyin of a title.
type sound struct {
	key   string  // found in the document's pinyin key
	query tsquery // proposes documents
}

// plan is a query made ready for an engine.
type plan struct {
	terms []term
	whole string // all that was typed, folded
	code  string // upper case, where it could be a code
	any   bool   // one term is enough
	empty bool   // something was typed, but nothing that can be looked for
}

func (v *Vocabulary) plan(text string, places map[string]bool) plan {
	ts := Terms(text)
	p := plan{whole: Fold(text), empty: len(ts) == 0 && strings.TrimSpace(text) != ""}
	if isASCII(p.whole) && len(p.whole) >= 2 {
		p.code = strings.ToUpper(p.whole)
	}
	for _, t := range ts {
		tm := term{word: v.word(t)}
		for _, part := range v.takeApart(t, places) {
			tm.parts = append(tm.parts, v.word(part))
		}
		p.terms = append(p.terms, tm)
	}
	return p
}

func (v *Vocabulary) word(t string) word {
	w := word{texts: append([]string{t}, v.alternatives(t)...), single: utf8.RuneCountInString(t) == 1}
	if !isLetters(t) || w.single {
		return w
	}
	w.sounds = append(w.sounds, initialsSound(t))
	for _, way := range splitSyllables(t) {
		w.sounds = append(w.sounds, syllableSound(way))
	}
	if abbr, ok := v.spoken[t]; ok {
		w.texts = append(w.texts, abbr)
		w.texts = append(w.texts, v.alternatives(abbr)...)
		w.texts = w.texts[:min(len(w.texts), maxAlternatives)]
	}
	return w
}

func initialsSound(letters string) sound {
	s := sound{key: strings.ToUpper(letters)}
	if len(letters) == 2 {
		s.query = lexeme(markInitial2 + letters)
		return s
	}
	var qs []tsquery
	for i := range len(letters) - 2 {
		qs = append(qs, lexeme(markInitial3+letters[i:i+3]))
	}
	s.query = all(qs...)
	return s
}

// syllableSound asks for syllables in a row, the last perhaps unfinished.
func syllableSound(way []string) sound {
	s := sound{key: "'" + strings.Join(way, "'")}
	if len(way) == 1 {
		s.query = lexemePrefix(markSyllable + way[0])
		return s
	}
	var qs []tsquery
	for i := 1; i < len(way); i++ {
		l := markPair + way[i-1] + "'" + way[i]
		if i == len(way)-1 {
			qs = append(qs, lexemePrefix(l))
		} else {
			qs = append(qs, lexeme(l))
		}
	}
	s.query = all(qs...)
	return s
}

// homophones is p with every Chinese word replaced by how it sounds; false when there
// is none to replace.
func (p plan) homophones() (plan, bool) {
	out := p
	out.terms, out.code = nil, ""
	changed := false
	for _, t := range p.terms {
		if w := t.texts[0]; utf8.RuneCountInString(w) >= 2 && !isASCII(w) {
			s := syllableSound(readPhrases(w).syllables)
			s.key += "'" // all of it, to the end of the last syllable
			t = term{word: word{texts: t.texts[:1], sounds: []sound{s}, homonym: true}}
			changed = true
		}
		out.terms = append(out.terms, t)
	}
	return out, changed
}

// anyOf is p where one word is enough; false when there is but one.
func (p plan) anyOf() (plan, bool) {
	out := p
	out.terms, out.any, out.code = nil, true, ""
	for _, t := range p.terms {
		if len(t.parts) == 0 {
			out.terms = append(out.terms, t)
			continue
		}
		for _, w := range t.parts {
			out.terms = append(out.terms, term{word: w})
		}
	}
	return out, len(out.terms) > 1
}

// needles are all texts that count as a match, for highlighting.
func (p plan) needles() (texts []string, sounds []sound) {
	add := func(w word) {
		texts = append(texts, w.texts...)
		sounds = append(sounds, w.sounds...)
	}
	for _, t := range p.terms {
		add(t.word)
		for _, w := range t.parts {
			add(w)
		}
	}
	return texts, sounds
}

// synonyms are what was looked for beside what was typed.
func (v *Vocabulary) synonyms(p plan) []Synonym {
	var out []Synonym
	seen := map[string]bool{}
	add := func(w word) {
		if w.homonym || len(w.texts) < 2 || seen[w.texts[0]] {
			return
		}
		seen[w.texts[0]] = true
		s := Synonym{Word: w.texts[0]}
		for _, t := range w.texts[1:] {
			s.Means = append(s.Means, v.Shown(t))
		}
		out = append(out, s)
	}
	for _, t := range p.terms {
		add(t.word)
		for _, w := range t.parts {
			add(w)
		}
	}
	return out
}

// proposal is how documents are asked of the index.
type proposal struct {
	titleOnly bool
	every     bool // every pair of characters, not just as many as reach them all
}

// query proposes documents for one word: for all its names, or all but what was typed.
// A name whose pairs include all pairs of another is proposed with that one.
func (w word) query(how proposal, typed bool) tsquery {
	var qs []tsquery
	if !w.homonym {
		texts := w.texts
		if !typed {
			texts = texts[1:]
		}
		var sets [][]string
		for _, t := range texts {
			sets = append(sets, pairsOf(t, how))
		}
		for i, set := range sets {
			if !slices.ContainsFunc(sets, func(other []string) bool {
				return len(other) < len(set) && containsAll(set, other)
			}) {
				var q []tsquery
				for _, l := range sets[i] {
					q = append(q, lexeme(l))
				}
				qs = append(qs, all(q...))
			}
		}
	}
	for _, s := range w.sounds {
		qs = append(qs, s.query)
	}
	return some(qs...)
}

func containsAll(set, of []string) bool {
	for _, s := range of {
		if !slices.Contains(set, s) {
			return false
		}
	}
	return true
}

// query proposes documents for a term. What holds all of it holds its parts too.
func (t term) query(how proposal) tsquery {
	if len(t.parts) == 0 {
		return t.word.query(how, true)
	}
	var qs []tsquery
	for _, w := range t.parts {
		qs = append(qs, w.query(how, true))
	}
	return some(t.word.query(how, false), all(qs...))
}

func (p plan) query(how proposal) tsquery {
	var qs []tsquery
	for _, t := range p.terms {
		qs = append(qs, t.query(how))
	}
	if p.any {
		return some(qs...)
	}
	return all(qs...)
}

// filters narrow a proposal within the index.
func (q Query) filters() []tsquery {
	var out []tsquery
	if q.Region != "" {
		out = append(out, lexeme(markRegion+q.Region))
	}
	if q.Sector != "" {
		out = append(out, lexeme(markSector+q.Sector))
	}
	return out
}
