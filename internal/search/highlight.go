package search

import (
	"slices"
	"strings"
	"unicode"
)

// marker shows where a plan's words are in a text.
type marker struct {
	texts  []string // folded
	sounds []sound
}

func newMarker(p plan) *marker {
	m := &marker{}
	m.texts, m.sounds = p.needles()
	return m
}

const (
	excerptBefore = 12 // characters kept before the first match of an excerpt
	excerptRunes  = 60
)

func (m *marker) hit(d Document) Hit {
	h := Hit{
		Kind: d.Kind, KindLabel: d.Kind.Label(), Title: d.Title, URL: d.URL(), Code: d.Code, Subtitle: d.Subtitle, Demo: d.Demo,
	}
	inTitle := m.marks(d.Title, true)
	h.Highlights = segments([]rune(d.Title), inTitle)
	// An excerpt says why a record was found; a title that says it all needs none.
	if m.coverage(inTitle, d.Title) {
		return h
	}
	best := 0
	for _, f := range d.Fields {
		for _, v := range f.Values {
			marks := m.marks(v, false)
			if n := countMarks(marks); n > best {
				best = n
				h.ExcerptLabel, h.Excerpt = f.Label, excerpt([]rune(v), marks)
			}
		}
	}
	return h
}

// coverage reports whether every text that was typed is in the title.
func (m *marker) coverage(marks []bool, title string) bool {
	if len(m.texts) == 0 {
		return true
	}
	folded := Fold(title)
	return countMarks(marks) > 0 && strings.Contains(folded, m.texts[0])
}

func countMarks(marks []bool) int {
	n := 0
	for _, b := range marks {
		if b {
			n++
		}
	}
	return n
}

// marks says of each character of text whether it belongs to a match. Punctuation inside
// a match belongs to it.
func (m *marker) marks(text string, aloud bool) []bool {
	original := []rune(text)
	marks := make([]bool, len(original))
	var folded []rune
	var from []int // index in original of each folded character
	for i, r := range original {
		foldRune(r, func(c rune) { folded = append(folded, c); from = append(from, i) })
	}
	mark := func(a, b int) { // folded characters a..b
		for i := from[a]; i <= from[b]; i++ {
			marks[i] = true
		}
	}
	for _, t := range m.texts {
		needle := []rune(t)
		for i := 0; len(needle) > 0 && i+len(needle) <= len(folded); i++ {
			if slices.Equal(folded[i:i+len(needle)], needle) {
				mark(i, i+len(needle)-1)
				i += len(needle) - 1
			}
		}
	}
	if aloud && len(m.sounds) > 0 && countMarks(marks) == 0 {
		m.markSounds(string(folded), mark)
	}
	return marks
}

// markSounds marks the characters whose pinyin or initials were asked for. Where the
// text holds more than Chinese, syllables and characters do not pair up, and nothing is marked.
func (m *marker) markSounds(folded string, mark func(a, b int)) {
	for _, r := range folded {
		if !unicode.Is(unicode.Han, r) {
			return
		}
	}
	for _, rd := range readingsOf(folded, false) {
		for _, s := range m.sounds {
			for i := range rd.syllables {
				if n := spokenAt(rd.syllables[i:], s.key); n > 0 {
					mark(i, i+n-1)
					return
				}
			}
		}
	}
}

// spokenAt is how many of the syllables a sound's key takes from the first on; 0 when it
// does not begin there.
func spokenAt(syllables []string, key string) int {
	aloud := strings.HasPrefix(key, "'")
	said := ""
	for n, s := range syllables {
		if aloud {
			said += "'" + s
			if strings.HasPrefix(said+"'", key) {
				return n + 1
			}
			if !strings.HasPrefix(key, said) {
				return 0
			}
			continue
		}
		said += strings.ToUpper(s[:1])
		if said == key {
			return n + 1
		}
		if !strings.HasPrefix(key, said) {
			return 0
		}
	}
	return 0
}

// segments cut text where matching begins or ends; joined they are the text.
func segments(text []rune, marks []bool) []Segment {
	out := []Segment{}
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && marks[j] == marks[i] {
			j++
		}
		out = append(out, Segment{Text: string(text[i:j]), Match: marks[i]})
		i = j
	}
	return out
}

// excerpt is the stretch of text around its first match, with … where it was cut.
func excerpt(text []rune, marks []bool) []Segment {
	first := slices.Index(marks, true)
	from := 0
	if first > excerptBefore && len(text) > excerptRunes {
		from = first - excerptBefore
	}
	to := min(len(text), from+excerptRunes)
	out := segments(text[from:to], marks[from:to])
	if from > 0 {
		out = append([]Segment{{Text: "…"}}, out...)
	}
	if to < len(text) {
		out = append(out, Segment{Text: "…"})
	}
	return out
}
