package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// foldRune is r as it is compared: compatibility forms resolved (Ａ, ①, ㎡), lower case;
// nothing for spaces, punctuation and symbols. It works rune by rune so that a match in
// folded text can be traced to the original (highlight.go).
func foldRune(r rune, emit func(rune)) {
	if r < 0x80 {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			emit(r)
		case 'A' <= r && r <= 'Z':
			emit(r + 'a' - 'A')
		}
		return
	}
	if unicode.Is(unicode.Han, r) && norm.NFKC.PropertiesString(string(r)).Decomposition() == nil {
		emit(r)
		return
	}
	for _, c := range norm.NFKC.String(string(r)) {
		if unicode.IsLetter(c) || unicode.IsNumber(c) {
			emit(unicode.ToLower(c))
		}
	}
}

// Fold is text as it is compared.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		foldRune(r, func(c rune) { b.WriteRune(c) })
	}
	return b.String()
}

// Terms are the words of a query, folded, each once. Single characters that follow one
// another are one word typed with spaces: 环 评 is 环评.
func Terms(text string) []string {
	var out []string
	var run []rune  // single characters in a row
	var word []rune // being read
	flushRun := func() {
		if len(run) > 0 {
			out = append(out, string(run))
			run = nil
		}
	}
	flushWord := func() {
		switch {
		case len(word) == 0:
		case len(word) == 1 && unicode.Is(unicode.Han, word[0]):
			run = append(run, word[0])
		default:
			flushRun()
			out = append(out, string(word))
		}
		word = nil
	}
	for _, r := range text {
		any := false
		foldRune(r, func(c rune) { word = append(word, c); any = true })
		if !any {
			flushWord()
		}
	}
	flushWord()
	flushRun()
	seen := map[string]bool{}
	unique := out[:0]
	for _, t := range out {
		if !seen[t] {
			seen[t] = true
			unique = append(unique, t)
		}
	}
	return unique
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func isLetters(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return s != ""
}
