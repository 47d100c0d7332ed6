package search

import (
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// reading is one way to read a text aloud: a syllable a character; what is not Chinese
// stands as it is, a run of it as one syllable.
type reading struct{ syllables []string }

// initials are the first letters, what is not Chinese in full.
func (r reading) initials() string {
	var b strings.Builder
	for _, s := range r.syllables {
		if isSyllable(s) {
			b.WriteByte(s[0])
		} else if isASCII(s) {
			b.WriteString(s)
		}
	}
	return b.String()
}

// phrases are read otherwise than their characters one by one. Words of this market:
// a general dictionary would be a hundred times larger for little more.
var phrases = map[string]string{
	"会计": "kuai ji", "银行": "yin hang", "行业": "hang ye", "同行": "tong hang", "商行": "shang hang", "重庆": "chong qing",
	"重复": "chong fu", "重新": "chong xin", "重建": "chong jian", "调整": "tiao zheng", "调节": "tiao jie", "调解": "tiao jie",
	"空调": "kong tiao", "调峰": "tiao feng", "调试": "tiao shi", "给水": "ji shui", "供给": "gong ji", "补给": "bu ji",
	"校验": "jiao yan", "校准": "jiao zhun", "校核": "jiao he", "西藏": "xi zang", "宝藏": "bao zang", "朝阳": "chao yang",
	"音乐": "yin yue", "率先": "shuai xian", "统率": "tong shuai", "局长": "ju zhang", "成长": "cheng zhang", "增长": "zeng zhang",
	"车长": "che zhang", "参差": "cen ci", "解州": "xie zhou", "大夫": "dai fu", "模样": "mu yang", "系好": "ji hao",
}

// commonReading corrects the dictionary's first choice where another is the usual one here.
var commonReading = map[rune]string{'长': "chang", '都': "du", '着': "zhuo", '曾': "zeng", '没': "mei", '行': "xing", '和': "he"}

// surnameReading is how a character is read as a family name.
var surnameReading = map[rune]string{
	'单': "shan", '解': "xie", '仇': "qiu", '朴': "piao", '查': "zha", '区': "ou", '曾': "zeng", '盖': "ge", '覃': "qin", '翟': "zhai",
	'乐': "yue", '缪': "miao", '员': "yun", '种': "chong", '折': "she", '祭': "zhai", '秘': "bi", '尉': "wei", '宁': "ning", '华': "hua",
}

// readingsOf reads folded text. A second reading is added where people could well
// type it: the characters one by one (会计 as huiji), a family name as a common word.
func readingsOf(folded string, personal bool) []reading {
	plain, phrased := readPlain(folded), readPhrases(folded)
	out := []reading{phrased}
	add := func(r reading) {
		for _, have := range out {
			if strings.Join(have.syllables, "'") == strings.Join(r.syllables, "'") {
				return
			}
		}
		out = append(out, r)
	}
	if personal && folded != "" {
		first := []rune(folded)[0]
		if s, ok := surnameReading[first]; ok {
			named := reading{append([]string{s}, phrased.syllables[1:]...)}
			out[0] = named
			add(phrased)
		}
	}
	add(plain)
	return out
}

func readPlain(folded string) reading {
	var out []string
	other := ""
	flush := func() {
		if other != "" {
			out = append(out, other)
			other = ""
		}
	}
	for _, r := range folded {
		if !unicode.Is(unicode.Han, r) {
			other += string(r)
			continue
		}
		flush()
		out = append(out, syllableOf(r))
	}
	flush()
	return reading{out}
}

func readPhrases(folded string) reading {
	base := readPlain(folded)
	if isASCII(folded) {
		return base
	}
	rs := []rune(folded)
	at := 0 // index into base.syllables
	inOther := false
	for i := 0; i < len(rs); i++ {
		if !unicode.Is(unicode.Han, rs[i]) {
			inOther = true
			continue
		}
		if inOther {
			at++
			inOther = false
		}
		if i+1 < len(rs) {
			if p, ok := phrases[string(rs[i:i+2])]; ok {
				a, b, _ := strings.Cut(p, " ")
				base.syllables[at], base.syllables[at+1] = a, b
				at += 2
				i++
				continue
			}
		}
		at++
	}
	return base
}

// noReading stands for a character the dictionary lacks; no query can contain it.
const noReading = "·"

func syllableOf(r rune) string {
	if s, ok := commonReading[r]; ok {
		return s
	}
	s, ok := pinyin.PinyinDict[int(r)]
	if !ok {
		return noReading
	}
	s, _, _ = strings.Cut(s, ",")
	return plainSyllable(s)
}

var toneless = strings.NewReplacer(
	"ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e", "ê", "e", "ế", "e", "ề", "e",
	"ī", "i", "í", "i", "ǐ", "i", "ì", "i", "ō", "o", "ó", "o", "ǒ", "o", "ò", "o", "ū", "u", "ú", "u", "ǔ", "u", "ù", "u",
	"ü", "v", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v", "ń", "n", "ň", "n", "ǹ", "n", "ḿ", "m", "̀", "", "̄", "", "̌", "")

func plainSyllable(s string) string { return toneless.Replace(s) }

// syllables are all that exist, from the dictionary.
var syllables = sync.OnceValue(func() map[string]bool {
	out := make(map[string]bool, 500)
	for _, list := range pinyin.PinyinDict {
		for s := range strings.SplitSeq(list, ",") {
			if s = plainSyllable(s); isLetters(s) && s != "n" && s != "m" && s != "ng" && s != "hm" && s != "hng" {
				out[s] = true
			}
		}
	}
	return out
})

// syllableStarts are all beginnings of syllables.
var syllableStarts = sync.OnceValue(func() map[string]bool {
	out := make(map[string]bool, 1000)
	for s := range syllables() {
		for i := 1; i <= len(s); i++ {
			out[s[:i]] = true
		}
	}
	return out
})

func isSyllable(s string) bool { return syllables()[s] }

// maxSplits bounds the ways one typed word is cut into syllables: xian is 西安 and 县.
const maxSplits = 6

// splitSyllables cuts letters into syllables, the last perhaps unfinished; the ways with
// fewest syllables first, since that is how most people mean it.
func splitSyllables(letters string) [][]string {
	if len(letters) < 2 || len(letters) > 60 {
		return nil
	}
	var out [][]string
	var cut func(rest string, done []string, left int)
	cut = func(rest string, done []string, left int) {
		if len(out) >= maxSplits {
			return
		}
		if left == 0 {
			return
		}
		if left == 1 {
			if syllableStarts()[rest] {
				out = append(out, append(append([]string(nil), done...), rest))
			}
			return
		}
		for n := min(6, len(rest)-1); n >= 1; n-- {
			if isSyllable(rest[:n]) {
				cut(rest[n:], append(done, rest[:n]), left-1)
			}
		}
	}
	for n := 1; n <= len(letters)/2+1 && len(out) < maxSplits; n++ {
		cut(letters, nil, n)
	}
	return out
}

// pinyinKey is what a pinyin question is looked for in: each reading on a line as
// 'huan'jing', each one's initials on a line as HJ.
func pinyinKey(rs []reading) string {
	var b strings.Builder
	for _, r := range rs {
		b.WriteString("'" + strings.Join(r.syllables, "'") + "'\n")
	}
	for i, r := range rs {
		in := strings.ToUpper(r.initials())
		if i == 0 || in != strings.ToUpper(rs[0].initials()) {
			b.WriteString(in + "\n")
		}
	}
	return b.String()
}
