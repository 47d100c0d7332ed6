package identity

import "strings"

// plain reports whether s needs no normalising: the usual case, so it must be cheap.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < '0' || c > 'Z' || c > '9' && c < 'A' {
			return false
		}
	}
	return true
}

// normalise turns what people type into what the standard writes: full-width forms to
// half-width, lower case to upper, the several dashes to one, white space (also the
// ideographic and the invisible kind that comes with pasting) away.
func normalise(s string) string {
	if plain(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r == ' ', r == '\t', r == '\r', r == '\n', r == '\u00a0', r == '\u3000', r == '\ufeff', r >= '\u2000' && r <= '\u200f':
			return -1
		case r >= '\u2010' && r <= '\u2015', r == '\u2212':
			return '-'
		}
		return r
	}, s)
}
