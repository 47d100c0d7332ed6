package search

import (
	"slices"
	"strings"
	"testing"
)

func vocabulary(t *testing.T) *Vocabulary {
	t.Helper()
	v, err := NewVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAlternativesAreBounded(t *testing.T) {
	t.Parallel()
	v := vocabulary(t)
	if n := len(v.Words()); n < 40 {
		t.Errorf("%d words have other names", n)
	}
	for _, w := range v.Words() {
		if n := len(v.word(w).texts); n > maxAlternatives {
			t.Errorf("%s is looked for in %d ways", w, n)
		}
	}
	for word, mean := range map[string]string{"环评": "环境影响报告书", "能评": "节能审查", "社稳": "社会稳定风险评估", "水土保持": "水保", "施工图审查": "图审"} {
		if !slices.Contains(v.alternatives(word), mean) {
			t.Errorf("%s does not find %s", word, mean)
		}
	}
}

func TestTakeApart(t *testing.T) {
	t.Parallel()
	v := vocabulary(t)
	places := map[string]bool{"稷山": true, "盐湖": true, "盐湖区": true}
	for in, want := range map[string]string{
		"房屋鉴定": "房屋 鉴定", "稷山环评": "稷山 环评", "盐湖区测绘公司": "盐湖区 测绘 公司", "晋安环评": "晋安 环评", "做环评的公司": "环评 公司",
		"环评": "", "监理": "", "晋安华泰": "", "山": "", "环评报告": "环评 报告",
	} {
		if got := strings.Join(v.takeApart(in, places), " "); got != want {
			t.Errorf("%s is taken apart as %q, want %q", in, got, want)
		}
	}
	if got := v.takeApart(strings.Repeat("检测", 30), places); got != nil {
		t.Errorf("a text longer than any name is taken apart: %v", got)
	}
}

// Every word of the list leads somewhere in the shipped catalogue: the list holds no
// word that only its writer knows.
func TestEveryListedWordFindsARecord(t *testing.T) {
	t.Parallel()
	st := setup(t)
	s := st.memory()
	v := vocabulary(t)
	for word := range v.means {
		r, err := s.Search(t.Context(), Query{Text: word})
		st.must(err)
		if r.Total == 0 || r.Relaxed != "" {
			t.Errorf("%s finds nothing in the catalogue (relaxed: %q)", v.Shown(word), r.Relaxed)
		}
	}
}
