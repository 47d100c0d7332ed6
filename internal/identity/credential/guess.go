package credential

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"

	"github.com/trustelem/zxcvbn/match"
	"github.com/trustelem/zxcvbn/matching"
	"github.com/trustelem/zxcvbn/scoring"
)

//go:embed habits.txt
var habitsText string

var habits = sync.OnceValue(func() []string {
	var out []string
	for line := range strings.Lines(habitsText) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
})

const (
	// judged bounds what is looked at, in bytes: a longer password is at least as strong
	// as its beginning, and zxcvbn's own advice is to bound it.
	judged = 100

	// Estimates of our own, in guesses. Chinese text carries about five bits a syllable,
	// so a stretch of pinyin is 30 guesses for each; what is a fact about some person
	// (a mobile number, a citizen's number), alone or beside a name, is what a guesser
	// with a leaked list tries first. Below passing (10⁸) with a sign or two added.
	guessesPerSyllable = 30
	guessesOfFact      = 1e6
)

// Patterns of our own, beside those of zxcvbn.
const (
	patternPinyin  = "pinyin"
	patternMobile  = "mobile"
	patternCitizen = "citizen"
	patternNamed   = "named" // a name or initials with a birthday, mobile or citizen's number
)

// guesses estimates how many guesses password (normalised) withstands and by which
// patterns it falls. trustelem/zxcvbn was taken over nbutton23/zxcvbn-go and its kept
// fork ccojocar/zxcvbn-go: it is the port of zxcvbn 4.4.2 with that version's guess
// counts and tests, the others are ports of the entropy model before it; and its parts
// are exported, so that patterns of our own take part in the same search.
func guesses(password string, words []string) (float64, []*match.Match) {
	text := spoken(password)
	// A repeated password is its first part and a count, whatever the part is made of.
	if base, times := period(text); times > 1 {
		n, seq := search(base, words)
		return n * float64(times), append([]*match.Match{{Pattern: "repeat", Token: text, J: len(text) - 1}}, seq...)
	}
	return search(text, words)
}

func search(text string, words []string) (float64, []*match.Match) {
	if len(text) > judged {
		text = strings.ToValidUTF8(text[:judged], "")
	}
	inputs := make([]string, 0, len(words)+len(habits()))
	seen := map[string]bool{}
	for _, list := range [][]string{words, habits()} {
		for _, w := range list {
			if !seen[w] { // a repeated word would get the worse rank
				seen[w] = true
				inputs = append(inputs, w)
			}
		}
	}
	matches := append(matching.Omnimatch(text, inputs), ownMatches(text)...)
	// Without zxcvbn's additive term, which grants 10⁸ guesses to whatever has three parts:
	// Admin@123456 would pass.
	r := scoring.MostGuessableMatchSequence(text, matches, true)
	return r.Guesses, r.Sequence
}

// period tells of what text is a whole number of copies.
func period(text string) (base string, times int) {
	for n := 1; n <= len(text)/2; n++ {
		if len(text)%n == 0 && strings.Repeat(text[:n], len(text)/n) == text {
			return text[:n], len(text) / n
		}
	}
	return text, 1
}

const (
	reYear = `(?:19\d\d|20[0-4]\d)`
	reDay  = `(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])`
)

// facts are numbers that belong to a person, anchored where they begin.
var facts = []struct {
	pattern string
	re      *regexp.Regexp
}{
	{patternMobile, regexp.MustCompile(`^1[3-9]\d{9}`)},
	{patternCitizen, regexp.MustCompile(`^\d{6}` + reYear + reDay + `\d{3}[\dx]`)},
	{patternCitizen, regexp.MustCompile(`^\d{6}` + reYear + reDay)},
	{patternCitizen, regexp.MustCompile(`^` + reYear + reDay + `\d{3}[\dx]`)},
}

// birthdays as people write them; on their own zxcvbn judges them.
var birthdays = []*regexp.Regexp{
	regexp.MustCompile(`^` + reYear + reDay),
	regexp.MustCompile(`^` + reYear + `[-./_](?:0?[1-9]|1[0-2])[-./_](?:[12]\d|3[01]|0?[1-9])`),
	regexp.MustCompile(`^` + reYear + `(?:0?[1-9]|1[0-2])?`),
	regexp.MustCompile(`^\d\d` + reDay),
	regexp.MustCompile(`^` + reDay),
}

// laterYear goes on where zxcvbn's years of 2017 end.
var laterYear = regexp.MustCompile(`^20[2-4]\d`)

// ownMatches are the habits that no list of words holds.
func ownMatches(text string) []*match.Match {
	lower := strings.ToLower(text)
	if len(lower) != len(text) { // a letter whose lower case is of another length: positions would not fit
		return nil
	}
	var out []*match.Match
	add := func(pattern string, from, to int, guesses float64) {
		out = append(out, &match.Match{Pattern: pattern, I: from, J: to - 1, Token: text[from:to], Guesses: guesses})
	}
	runs := pinyinRuns(lower)
	for _, r := range runs {
		n := 1.0
		for range r.count {
			n *= guessesPerSyllable
		}
		add(patternPinyin, r.from, r.to, max(n, scoring.MinSubmatchGuessesMultiChar)*scoring.UppercaseVariations(text[r.from:r.to]))
	}
	names := nameSpans(lower, runs)
	for from := range len(lower) {
		for _, f := range facts {
			if m := f.re.FindString(lower[from:]); m != "" {
				add(f.pattern, from, from+len(m), guessesOfFact)
				named(lower, names, from, from+len(m), add)
			}
		}
		if m := laterYear.FindString(lower[from:]); m != "" {
			add("regex", from, from+len(m), scoring.MinYearSpace+scoring.MinSubmatchGuessesMultiChar)
		}
		for _, re := range birthdays {
			if m := re.FindString(lower[from:]); m != "" {
				named(lower, names, from, from+len(m), add)
			}
		}
	}
	return out
}

// nameSpans are the stretches that could be somebody's name: one to four syllables, or
// one to four letters for initials.
func nameSpans(lower string, runs []run) (spans [][2]int) {
	for _, r := range runs {
		if r.count <= 4 {
			spans = append(spans, [2]int{r.from, r.to})
		}
	}
	for from := range len(lower) {
		for to := from + 1; to <= min(from+4, len(lower)) && lower[to-1] >= 'a' && lower[to-1] <= 'z'; to++ {
			spans = append(spans, [2]int{from, to})
		}
	}
	return spans
}

// named adds the fact at from…to together with a name before or after it, at most one
// sign between them.
func named(lower string, names [][2]int, from, to int, add func(string, int, int, float64)) {
	apart := func(a, b int) bool { return a == b || a+1 == b && strings.IndexByte("@._-#!*&+/ ~", lower[a]) >= 0 }
	for _, n := range names {
		if n[1] <= from && apart(n[1], from) {
			add(patternNamed, n[0], to, guessesOfFact)
		}
		if n[0] >= to && apart(to, n[0]) {
			add(patternNamed, from, n[1], guessesOfFact)
		}
	}
}
