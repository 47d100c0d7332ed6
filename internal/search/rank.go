package search

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Weights of where a word was found. Between them lie the boosts of kinds
// (document.go): a service item whose fields say it comes before an agency whose name
// does.
const (
	inTitle        = 500
	synonymInTitle = 420
	pinyinOfTitle  = 400
	inStrong       = 350
	synonymStrong  = 280
	inWeak         = 200 // as typed; synonyms are not looked for there

	wholeTitle   = 500 // added: the title is what was typed
	titleBegins  = 100 // added: the title begins with it
	lengthWeight = 20  // added in part: how much of the title was typed
	codeExact    = 1500
	codePrefix   = 900
)

// card is what of a document is compared with a query. The bytes belong to whoever
// filled it and are not kept.
type card struct {
	kind                        int16
	code                        []byte
	title, strong, weak, pinyin []byte
}

// ranker decides whether a document is what was asked for, and how well: the index only
// proposes.
type ranker struct {
	terms []rankedTerm
	whole []byte
	code  []byte
	runes int // of whole
	any   bool
	boost [numbers]int // by kind number
}

type rankedWord struct {
	typed            []byte
	synonyms, sounds [][]byte
	single, homonym  bool
}

type rankedTerm struct {
	rankedWord
	parts []rankedWord
}

func newRanker(p plan) *ranker {
	r := &ranker{whole: []byte(p.whole), code: []byte(p.code), runes: utf8.RuneCountInString(p.whole), any: p.any}
	of := func(w word) rankedWord {
		out := rankedWord{typed: []byte(w.texts[0]), single: w.single, homonym: w.homonym}
		for _, t := range w.texts[1:] {
			// What holds a longer name holds the shorter: one test does.
			if !strings.Contains(t, w.texts[0]) {
				out.synonyms = append(out.synonyms, []byte(t))
			}
		}
		for _, s := range w.sounds {
			out.sounds = append(out.sounds, []byte(s.key))
		}
		return out
	}
	for _, t := range p.terms {
		rt := rankedTerm{rankedWord: of(t.word)}
		for _, w := range t.parts {
			rt.parts = append(rt.parts, of(w))
		}
		r.terms = append(r.terms, rt)
	}
	for _, f := range kinds {
		r.boost[f.number] = f.boost
	}
	return r
}

func containsAny(text []byte, needles [][]byte) bool {
	for _, n := range needles {
		if bytes.Contains(text, n) {
			return true
		}
	}
	return false
}

// score is 0 where the word is nowhere.
func (w *rankedWord) score(c *card) int {
	if w.homonym {
		if containsAny(c.pinyin, w.sounds) {
			return pinyinOfTitle
		}
		return 0
	}
	switch {
	case bytes.Contains(c.title, w.typed):
		return inTitle
	case w.single:
		return 0
	case containsAny(c.title, w.synonyms):
		return synonymInTitle
	case containsAny(c.pinyin, w.sounds):
		return pinyinOfTitle
	case bytes.Contains(c.strong, w.typed):
		return inStrong
	case containsAny(c.strong, w.synonyms):
		return synonymStrong
	case bytes.Contains(c.weak, w.typed):
		return inWeak
	}
	return 0
}

// score of a term is its best way; its parts apart count four fifths of their mean.
func (t *rankedTerm) score(c *card) int {
	best := t.rankedWord.score(c)
	if best >= inTitle || len(t.parts) == 0 {
		return best
	}
	sum := 0
	for i := range t.parts {
		one := t.parts[i].score(c)
		if one == 0 {
			return best
		}
		sum += one
	}
	return max(best, sum*4/(5*len(t.parts)))
}

// score ranks a document, higher first; 0 rejects it.
func (r *ranker) score(c *card) int {
	boost := r.boost[c.kind]
	if len(r.terms) == 0 {
		return boost + 1 // browsing
	}
	if len(r.code) > 0 && bytes.HasPrefix(c.code, r.code) {
		if len(c.code) == len(r.code) {
			return codeExact + boost
		}
		return codePrefix + boost
	}
	sum := 0
	for i := range r.terms {
		one := r.terms[i].score(c)
		if one == 0 && !r.any {
			return 0
		}
		sum += one
	}
	score := sum / len(r.terms)
	if score == 0 {
		return 0
	}
	if bytes.HasPrefix(c.title, r.whole) {
		score += titleBegins
		if len(c.title) == len(r.whole) {
			score += wholeTitle - titleBegins
		}
	}
	return score + boost + lengthWeight*r.runes/max(utf8.RuneCount(c.title), r.runes, 1)
}
