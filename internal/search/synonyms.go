package search

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"sort"
	"strings"
)

// synonyms.csv lists what people call things: a word, and what the catalogue calls it.
// A meaning finds its words too (a firm may call itself 环评). A word without meanings
// is listed so that longer input can be taken apart at it.
//
//go:embed synonyms.csv
var synonymsCSV string

// maxAlternatives bounds how many ways one word is looked for.
const maxAlternatives = 8

// Vocabulary knows the words of the market.
type Vocabulary struct {
	means  map[string][]string // folded word → folded alternatives, in order of the file
	shown  map[string]string   // folded → as the file writes it
	spoken map[string]string   // huanping → 环评, for words that are abbreviations
	words  map[string]bool     // everything known, for taking input apart
	long   int                 // runes of the longest word
}

// NewVocabulary reads the shipped word list.
func NewVocabulary() (*Vocabulary, error) {
	rows, err := csv.NewReader(strings.NewReader(synonymsCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("synonyms: %w", err)
	}
	v := &Vocabulary{means: map[string][]string{}, shown: map[string]string{}, spoken: map[string]string{}, words: map[string]bool{}}
	listed := map[string]bool{}
	for n, row := range rows[1:] {
		word := Fold(row[0])
		if word == "" || listed[word] {
			return nil, fmt.Errorf("synonyms: line %d: %q is empty or listed twice", n+2, row[0])
		}
		listed[word] = true
		v.know(word, row[0])
		for _, m := range strings.Split(row[1], "|") {
			if m == "" {
				continue
			}
			mean := Fold(m)
			v.know(mean, m)
			v.link(word, mean)
			v.spoken[strings.Join(readPhrases(word).syllables, "")] = word
		}
	}
	for _, row := range rows[1:] {
		for _, m := range strings.Split(row[1], "|") {
			if m != "" {
				v.link(Fold(m), Fold(row[0]))
			}
		}
	}
	return v, nil
}

func (v *Vocabulary) know(folded, shown string) {
	v.words[folded] = true
	if _, ok := v.shown[folded]; !ok {
		v.shown[folded] = shown
	}
	v.long = max(v.long, len([]rune(folded)))
}

func (v *Vocabulary) link(from, to string) {
	for _, have := range v.means[from] {
		if have == to {
			return
		}
	}
	if from != to {
		v.means[from] = append(v.means[from], to)
	}
}

// alternatives are the other names of a folded word, the nearest first.
func (v *Vocabulary) alternatives(word string) []string {
	m := v.means[word]
	return m[:min(len(m), maxAlternatives-1)]
}

// particles are left out when input is taken apart: 做环评的公司.
var particles = map[string]bool{"的": true, "和": true, "与": true, "及": true, "做": true, "办": true, "找": true, "搞": true, "有": true, "哪些": true, "哪家": true, "怎么": true, "需要": true}

// takeApart cuts a folded word into known words, with at most one unknown stretch of two
// or more characters among them (a firm's name before what it does). Nil when that
// cannot be done, or leaves one word. places are names of regions, which the list
// cannot know.
func (v *Vocabulary) takeApart(word string, places map[string]bool) []string {
	rs := []rune(word)
	if len(rs) < 3 || len(rs) > maxTakeApart {
		return nil
	}
	type state struct {
		cost    int
		from    int // where the last piece begins
		unknown bool
		ok      bool
	}
	// best[i][u]: cheapest way to cut rs[:i], u = an unknown stretch was used.
	best := make([][2]state, len(rs)+1)
	best[0][0] = state{ok: true}
	relax := func(i, j, was int, unknown bool, cost int) {
		u := was
		if unknown {
			u = 1
		}
		c := best[i][was].cost + cost
		if to := &best[j][u]; !to.ok || c < to.cost {
			*to = state{cost: c, from: i, unknown: unknown, ok: true}
		}
	}
	for i := range rs {
		for was := range 2 {
			if !best[i][was].ok {
				continue
			}
			for j := i + 1; j <= len(rs); j++ {
				piece := string(rs[i:j])
				switch {
				case particles[piece]:
					relax(i, j, was, false, 1)
				case j-i >= 2 && (v.words[piece] || places[piece]) && j-i < len(rs):
					relax(i, j, was, false, 10)
				}
				if was == 0 && j-i >= 2 && j-i < len(rs) {
					relax(i, j, 0, true, 25+5*(j-i))
				}
			}
		}
	}
	u := 0
	if end := best[len(rs)]; !end[0].ok || end[1].ok && end[1].cost < end[0].cost {
		u = 1
	}
	if !best[len(rs)][u].ok {
		return nil
	}
	var out []string
	known := 0
	for i := len(rs); i > 0; {
		s := best[i][u]
		if piece := string(rs[s.from:i]); !particles[piece] {
			out = append(out, piece)
			if !s.unknown {
				known++
			}
		}
		if s.unknown {
			u = 0
		}
		i = s.from
	}
	if known == 0 || len(out) > maxPieces || len(out) == 1 && out[0] == word {
		return nil
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

const (
	maxTakeApart = 16 // longer input is a full name, pasted
	maxPieces    = 5
)

// Shown is a folded word as the list writes it.
func (v *Vocabulary) Shown(folded string) string {
	if s, ok := v.shown[folded]; ok {
		return s
	}
	return folded
}

// Words are all listed words, sorted: for checks of the list itself.
func (v *Vocabulary) Words() []string {
	out := make([]string, 0, len(v.means))
	for w := range v.means {
		out = append(out, w)
	}
	sort.Strings(out)
	return out
}
