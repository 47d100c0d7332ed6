package credential

import (
	"strings"
	"unicode"
)

// Known is what a guesser knows of an account, each as stored or empty. A password made
// of it is refused; nothing of it is kept or repeated in a message.
type Known struct {
	Name         string // of the person: 王小明
	Login        string
	Phone        string
	Email        string
	IDNumber     string // 公民身份号码
	Organisation string // 运城市某某工程咨询有限公司
	Site         string // how this platform calls itself, beside the names it always knows
}

const (
	shortestKnown = 3   // a shorter piece is in every password
	mostKnown     = 600 // pieces; a longer organisation's name gives no likelier guesses
)

// words are the pieces in which those facts are put into passwords, lower case, the
// likeliest first.
func (k Known) words() []string {
	l := &wordList{seen: map[string]bool{}}
	l.name(k.Name)
	for _, s := range []string{k.Login, k.Email} {
		l.latin(s)
	}
	l.digits(k.Phone)
	l.citizen(k.IDNumber)
	for _, s := range []string{k.Site, k.Organisation, k.Login} {
		l.chinese(s)
	}
	return l.words
}

type wordList struct {
	words []string
	seen  map[string]bool
}

func (l *wordList) add(words ...string) {
	for _, w := range words {
		w = strings.ToLower(w)
		if len(w) >= shortestKnown && !l.seen[w] && len(l.words) < mostKnown {
			l.seen[w] = true
			l.words = append(l.words, w)
		}
	}
}

// name reads a Chinese name in all the ways its characters are read (单 as shan and dan)
// and in the orders and short forms that people make of it.
func (l *wordList) name(name string) {
	l.latin(name)
	combos := [][]string{nil}
	for _, r := range []rune(name)[:min(len([]rune(name)), 6)] {
		read := readings(r, 3)
		if len(read) == 0 {
			continue
		}
		var next [][]string
		for _, c := range combos {
			for _, s := range read {
				if len(next) < 24 {
					next = append(next, append(append([]string(nil), c...), s))
				}
			}
		}
		combos = next
	}
	for _, c := range combos {
		if len(c) < 2 {
			continue
		}
		for split := 1; split <= min(2, len(c)-1); split++ { // 欧阳 is a family name of two
			family, given := strings.Join(c[:split], ""), strings.Join(c[split:], "")
			l.add(family+given, given+family, given, initials(c), initials(c[split:])+initials(c[:split]),
				family+initials(c[split:]), initials(c[:split])+given, given+initials(c[:split]), family)
		}
	}
}

func initials(read []string) string {
	var b strings.Builder
	for _, s := range read {
		b.WriteByte(s[0])
	}
	return b.String()
}

// latin adds the whole and its parts between punctuation, and each part's letters and digits.
func (l *wordList) latin(s string) {
	l.add(s)
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		l.add(part)
		l.add(strings.FieldsFunc(part, func(r rune) bool { return !unicode.IsLetter(r) })...)
		for _, d := range strings.FieldsFunc(part, func(r rune) bool { return !unicode.IsDigit(r) }) {
			l.digits(d)
		}
	}
}

// digits adds a number and the ends of it that people remember.
func (l *wordList) digits(s string) {
	s = onlyDigits(s)
	l.add(s)
	for _, n := range []int{4, 6, 8} {
		if len(s) > n {
			l.add(s[len(s)-n:], s[:n])
		}
	}
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// citizen adds a citizen's number, the birthday in it and the ends of it.
func (l *wordList) citizen(s string) {
	if len(s) != 18 || len(onlyDigits(s)) < 17 {
		return
	}
	l.add(s, s[:17], s[6:14], s[8:14], s[6:12], s[10:14], s[6:10], s[12:], s[14:], s[:6], s[10:], s[8:])
}

// chinese adds the pinyin of every two to six neighbouring characters, and the initials
// of every four or more.
func (l *wordList) chinese(s string) {
	var read []string
	for _, r := range s {
		if one := readings(r, 1); len(one) > 0 {
			read = append(read, one[0])
		}
	}
	if len(read) < 2 {
		return
	}
	read = read[:min(len(read), 40)]
	l.add(strings.Join(read, ""), initials(read))
	for n := min(len(read), 6); n >= 2; n-- {
		for i := 0; i+n <= len(read); i++ {
			l.add(strings.Join(read[i:i+n], ""))
		}
	}
	for n := min(len(read), 12); n >= 4; n-- {
		for i := 0; i+n <= len(read); i++ {
			l.add(initials(read[i : i+n]))
		}
	}
}
