package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"建设项目环境影响报告书编制": "建设项目环境影响报告书编制", "ＺＪ００４９": "zj0049", "BIM 技术（咨询）": "bim技术咨询",
		"地籍、宗地": "地籍宗地", "①号": "1号", "100㎡": "100m2", " ": "", "😀％_\\": "", "Ⅲ类": "iii类", "𠮷田": "𠮷田",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"环评 报告": {"环评", "报告"}, "环 评": {"环评"}, "环 境 影响": {"环境", "影响"}, "环评,环评": {"环评"}, "  ": nil, "%_'": nil,
		"a b": {"a", "b"}, "水　土": {"水土"}, "测绘（甲级）": {"测绘", "甲级"}, "环": {"环"},
	} {
		if got := Terms(in); !slices.Equal(got, want) {
			t.Errorf("Terms(%q) = %q, want %q", in, got, want)
		}
	}
}

// title draws what titles are made of, and what they are not.
func title() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return rapid.StringOfN(rapid.OneOf(
			rapid.SampledFrom([]rune("环境影响评价报告书编制水土保持方案测绘监理会计银行行业长重")),
			rapid.SampledFrom([]rune("AbZ09 　，（）/%_'\\ｚＪ①㎡𠮷😀")), rapid.Rune(),
		), 1, 20, -1).Draw(t, "title")
	})
}

// part draws a stretch of characters of s.
func part(t *rapid.T, s string) string {
	rs := []rune(s)
	from := rapid.IntRange(0, len(rs)-1).Draw(t, "from")
	return string(rs[from:rapid.IntRange(from+1, len(rs)).Draw(t, "to")])
}

// Every word of any stretch of a title is proposed by the title's own lexemes.
func TestLexemesCoverEverySubstring(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := title().Draw(t, "t")
		key := Fold(whole)
		have := map[string]bool{}
		for _, l := range lexemes(key, "", "", readingsOf(key, false), nil, nil) {
			have[l] = true
		}
		for _, term := range Terms(part(t, whole)) {
			if !strings.Contains(key, term) {
				continue // single characters joined across others
			}
			for _, how := range []proposal{{false, false}, {true, false}, {false, true}, {true, true}} {
				for _, l := range pairsOf(term, how) {
					if !have[l] {
						t.Fatalf("%q of %q asks for %s, which is not among its lexemes", term, whole, l)
					}
				}
			}
		}
	})
}

// The pairs asked for reach every character, so what is proposed is seldom wrong.
func TestPairsReachEveryCharacter(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"环": "^环", "环评": "环评", "环境影": "环境 境影", "环境影响": "环境 影响", "环境影响评": "环境 影响 响评", "公司公司": "公司",
	} {
		if got := strings.Join(pairsOf(in, proposal{}), " "); got != want {
			t.Errorf("%s asks for %s, want %s", in, got, want)
		}
	}
	if got := strings.Join(pairsOf("环境影响", proposal{true, true}), " "); got != "^环境 ^境影 ^影响" {
		t.Errorf("every pair of a title is %s", got)
	}
}

// A synonym that another one's pairs propose as well is not asked for again.
func TestSynonymsAreAskedForOnce(t *testing.T) {
	t.Parallel()
	w := word{texts: []string{"安评", "安全评价", "安全预评价", "安全验收评价"}}
	if got, want := w.query(proposal{}, true), tsquery("('安评'|('安全'&'评价'))"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHighlightsAreTheText(t *testing.T) {
	t.Parallel()
	v, err := NewVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		whole := title().Draw(t, "t")
		if !utf8.ValidString(whole) {
			return
		}
		typed := part(t, whole)
		m := newMarker(v.plan(typed, nil))
		h := m.hit(Document{Ref: Ref{Kind: Agency}, Title: whole, Fields: []Field{{"资质", []string{whole}, true}}})
		joined, matched := "", ""
		for i, s := range h.Highlights {
			joined += s.Text
			if s.Match {
				matched += s.Text
			}
			if i > 0 && s.Match == h.Highlights[i-1].Match {
				t.Fatalf("two segments side by side are both match=%v: %v", s.Match, h.Highlights)
			}
		}
		if joined != whole {
			t.Fatalf("highlights of %q read %q", whole, joined)
		}
		for _, term := range Terms(typed) {
			if strings.Contains(Fold(whole), term) && !strings.Contains(Fold(matched), term) {
				t.Fatalf("%q is in %q but not marked: %v", term, whole, h.Highlights)
			}
		}
	})
}

func TestHighlightOfPinyin(t *testing.T) {
	t.Parallel()
	v, err := NewVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{"hjyx": "环境影响", "yingxiang": "影响", "huanj": "环境", "评价": "评价", "hui": ""} {
		h := newMarker(v.plan(typed, nil)).hit(Document{Ref: Ref{Kind: ServiceItem}, Title: "环境影响评价"})
		got := ""
		for _, s := range h.Highlights {
			if s.Match {
				got += s.Text
			}
		}
		if got != want {
			t.Errorf("%q marks %q, want %q", typed, got, want)
		}
	}
}

func TestExcerptIsCutAroundTheMatch(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("前文", 40) + "水土保持" + strings.Repeat("后文", 40)
	v, err := NewVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	h := newMarker(v.plan("水土保持", nil)).hit(Document{Ref: Ref{Kind: Announcement}, Title: "通知", Fields: []Field{{"正文", []string{long}, false}}})
	if n := len(h.Excerpt); h.ExcerptLabel != "正文" || n != 5 || h.Excerpt[0].Text != "…" || h.Excerpt[2].Text != "水土保持" || !h.Excerpt[2].Match || h.Excerpt[4].Text != "…" {
		t.Errorf("excerpt %q: %+v", h.ExcerptLabel, h.Excerpt)
	}
}
