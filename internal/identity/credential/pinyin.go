package credential

import (
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// syllables are those that a Chinese character can be read as, without tones, ü as v.
var syllables = sync.OnceValue(func() map[string]bool {
	all := pinyin.NewArgs()
	all.Heteronym = true
	out := map[string]bool{}
	for code := range pinyin.PinyinDict {
		for _, s := range pinyin.SinglePinyin(rune(code), all) {
			// Interjections such as ń, hm and single vowels would find pinyin everywhere.
			if len(s) >= 2 && strings.ContainsAny(s, "aeiouv") {
				out[s] = true
			}
		}
	}
	return out
})

const longestSyllable = 6 // zhuang

// readings are the distinct toneless readings of a character, at most limit; nil when it
// is not Chinese.
func readings(r rune, limit int) []string {
	if !unicode.Is(unicode.Han, r) {
		return nil
	}
	args := pinyin.NewArgs()
	args.Heteronym = true
	var out []string
	seen := map[string]bool{}
	for _, s := range pinyin.SinglePinyin(r, args) {
		if len(out) < limit && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// spoken writes Chinese characters as their pinyin, so that 王小明 and wangxiaoming are
// one password to a guesser; the rest stands as it is.
func spoken(s string) string {
	var b strings.Builder
	for _, r := range s {
		if read := readings(r, 1); len(read) > 0 {
			b.WriteString(read[0])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// run is letters[from:to], read as count syllables.
type run struct{ from, to, count int }

// pinyinRuns finds every stretch of lower that reads as pinyin, with the fewest syllables.
func pinyinRuns(lower string) []run {
	known := syllables()
	var out []run
	for from := range len(lower) {
		fewest := map[int]int{from: 0} // end → syllables
		for at := from; at < len(lower); at++ {
			n, reached := fewest[at]
			if !reached {
				continue
			}
			for to := at + 2; to <= min(at+longestSyllable, len(lower)); to++ {
				if !known[lower[at:to]] {
					continue
				}
				if have, ok := fewest[to]; !ok || n+1 < have {
					fewest[to] = n + 1
				}
			}
		}
		for to, n := range fewest {
			if n > 0 {
				out = append(out, run{from, to, n})
			}
		}
	}
	return out
}
