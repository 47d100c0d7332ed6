package search

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestReadings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		personal bool
		want     []string
	}{
		{"环境", false, []string{"huan jing"}},
		{"会计师", false, []string{"kuai ji shi", "hui ji shi"}},
		{"银行业", false, []string{"yin hang ye", "yin xing ye"}},
		{"调查", false, []string{"diao cha"}},
		{"空调调试", false, []string{"kong tiao tiao shi", "kong diao diao shi"}},
		{"长治", false, []string{"chang zhi"}},
		{"bim会计", false, []string{"bim kuai ji", "bim hui ji"}},
		{"解晓明", true, []string{"xie xiao ming", "jie xiao ming"}},
		{"绿", false, []string{"lv"}},
		{"", false, []string{""}},
	} {
		var got []string
		for _, r := range readingsOf(c.text, c.personal) {
			got = append(got, strings.Join(r.syllables, " "))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s is read %q, want %q", c.text, got, c.want)
		}
	}
}

func TestSplitSyllables(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"huanjing": "huan jing", "xian": "xian", "fangan": "fan gan", "shuitubaoc": "shui tu bao c", "hua": "hua", "zzz": "", "v": "",
	} {
		ways := splitSyllables(in)
		if want == "" {
			if len(ways) > 0 && in != "zzz" {
				t.Errorf("%q is cut into %v", in, ways)
			}
			continue
		}
		if len(ways) == 0 || strings.Join(ways[0], " ") != want && !slices.ContainsFunc(ways, func(w []string) bool { return strings.Join(w, " ") == want }) {
			t.Errorf("%q is cut into %v, want %q among them", in, ways, want)
		}
		if len(ways) > maxSplits {
			t.Errorf("%q is cut in %d ways", in, len(ways))
		}
	}
	for _, both := range []string{"xi an", "xian"} {
		if !slices.ContainsFunc(splitSyllables("xian"), func(w []string) bool { return strings.Join(w, " ") == both }) {
			t.Errorf("xian is never %s", both)
		}
	}
}

// Whoever types the pinyin of a stretch of a title, whole or up to any letter of its last
// syllable, is answered: the key holds it and the lexemes propose it.
func TestPinyinFindsEveryStretch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("环境影响评价报告书编制水土保持方案测绘监理会计银行西安绿化")), 2, 10, -1).Draw(t, "text")
		rd := readingsOf(text, false)
		key := pinyinKey(rd)
		all := rd[0].syllables
		from := rapid.IntRange(0, len(all)-2).Draw(t, "from")
		to := rapid.IntRange(from+2, len(all)).Draw(t, "to")
		way := slices.Clone(all[from:to])
		last := len(way) - 1
		way[last] = way[last][:rapid.IntRange(1, len(way[last])).Draw(t, "letters")]
		s := syllableSound(way)
		if !strings.Contains(key, s.key) {
			t.Fatalf("%v is not in %q", way, key)
		}
		initials := reading{all[from:to]}.initials()
		if !strings.Contains(key, strings.ToUpper(initials)) {
			t.Fatalf("%s is not in %q", initials, key)
		}
		if len(strings.Join(way, "")) <= 12 && !slices.ContainsFunc(splitSyllables(strings.Join(way, "")), func(w []string) bool {
			return strings.Contains(key, syllableSound(w).key)
		}) {
			t.Fatalf("%s is never cut so that %q holds it: %v", strings.Join(way, ""), key, splitSyllables(strings.Join(way, "")))
		}
	})
}

func TestEverySyllableIsPlain(t *testing.T) {
	t.Parallel()
	if n := len(syllables()); n < 390 || n > 450 {
		t.Errorf("%d syllables, Mandarin has some 400", n)
	}
	for _, r := range "盐湖临猗万荣闻喜稷山新绛垣曲夏平陆芮城永济河津" {
		if s := syllableOf(r); !isSyllable(s) || strings.ContainsFunc(s, func(c rune) bool { return c > unicode.MaxASCII }) {
			t.Errorf("%c is read %q", r, s)
		}
	}
}
