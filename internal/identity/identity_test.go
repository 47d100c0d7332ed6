package identity

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var now = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func source(t *rapid.T) *rand.Rand {
	return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
}

func drawUSCC(t *rapid.T) string {
	return string(NewUSCC(source(t), rapid.SampledFrom([]string{"91", "12", "52", "31", "N2"}).Draw(t, "category"), "140899"))
}

func drawCitizen(t *rapid.T) string {
	days := rapid.IntRange(0, 36000).Draw(t, "days")
	return NewCitizenID(source(t), "140899", now.AddDate(0, 0, -days)).Reveal()
}

func TestUSCC(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want, reason string }{
		{"91350100M000100Y43", "91350100M000100Y43", ""},
		{" 91350100m000100y43　", "91350100M000100Y43", ""},
		{"９１３５０１００Ｍ０００１００ｙ４３", "91350100M000100Y43", ""},
		{"91350100 M000100Y 43\u200b", "91350100M000100Y43", ""},
		{"91350100M000100Y44", "", "第 18 位校验码应为 3"},
		{"91350100M000100Y4", "", "应为 18 位，现为 17 位"},
		{"91350100M000100Y433", "", "应为 18 位，现为 19 位"},
		{"", "", "不能为空"},
		{"　 ", "", "不能为空"},
		{"9135010OM000100Y43", "", "第 8 位不能是字母 O"},
		{"91350100M000100Y4中", "", "第 18 位应是数字或大写字母"},
		{"91350100M000100Y4\x00", "", "第 18 位应是数字或大写字母"},
		{"91350100-M00100Y43", "", "第 9 位应是数字或大写字母"},
	} {
		got, err := ParseUSCC(c.in)
		if string(got) != c.want || (err == nil) != (c.reason == "") || err != nil && !strings.Contains(err.Error(), c.reason) {
			t.Errorf("ParseUSCC(%q) = %q, %v; want %q, %q", c.in, got, err, c.want, c.reason)
		}
	}
}

func TestUSCCEverySingleWrongCharacterIsCaught(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawUSCC(t)
		if got, err := ParseUSCC(s); err != nil || string(got) != s {
			t.Fatalf("a generated code is refused: %s: %v", s, err)
		}
		for i := range s {
			for _, c := range usccAlphabet + "IOSVZ -*" {
				if byte(c) == s[i] {
					continue
				}
				wrong := s[:i] + string(c) + s[i+1:]
				if _, err := ParseUSCC(wrong); err == nil {
					t.Fatalf("%s passes for %s", wrong, s)
				}
			}
			if i > 0 && s[i] != s[i-1] {
				swapped := s[:i-1] + string(s[i]) + string(s[i-1]) + s[i+1:]
				if _, err := ParseUSCC(swapped); err == nil {
					t.Fatalf("exchanged neighbours pass: %s for %s", swapped, s)
				}
			}
		}
	})
}

func TestUSCCIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawUSCC(t)
		if got, err := ParseUSCC(disguise(t, s)); err != nil || string(got) != s {
			t.Fatalf("%q → %q, %v", s, got, err)
		}
	})
}

// disguise writes s in full width, lower case and with stray spaces, at random.
func disguise(t *rapid.T, s string) string {
	var b strings.Builder
	for _, r := range s {
		switch rapid.IntRange(0, 4).Draw(t, "form") {
		case 0:
			r += '！' - '!'
		case 1:
			r = []rune(strings.ToLower(string(r)))[0]
		case 2:
			b.WriteRune(rapid.SampledFrom([]rune{' ', '\u3000', '\u00a0', '\t', '\u200b', '\ufeff'}).Draw(t, "space"))
		}
		b.WriteRune(r)
	}
	return b.String()
}

func TestCitizenID(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want, reason string }{
		{"11010519491231002X", "11010519491231002X", ""}, // the standard's own example
		{"440524188001010014", "", "出生日期"},               // its second, born before 1900
		{"１１０１０５１９４９１２３１００２ｘ", "11010519491231002X", ""},
		{"110105491231002", "", "15 位的旧号已停用"},
		{"110105194912310021", "", "校验码不符"},
		{"X1010519491231002X", "", "第 1 位应是数字"},
		{"11010519491231002Y", "", "第 18 位应是数字或 X"},
		{"", "", "不能为空"},
		{withCheck("11010520230229001"), "", "有效的出生日期"},
		{withCheck("11010520261125001"), "", "不能晚于今天"},
		{withCheck("11010520261124001"), withCheck("11010520261124001"), ""},
	} {
		got, err := ParseCitizenID(c.in, now)
		if string(got) != c.want || (err == nil) != (c.reason == "") || err != nil && !strings.Contains(err.Error(), c.reason) {
			t.Errorf("ParseCitizenID(%q): %v; want %q", c.in, err, c.reason)
		}
	}
}

func withCheck(s string) string { return s + string(citizenCheck(s)) }

func TestTodayIsShanghaisToday(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC) // already the 25th in Shanghai
	if _, err := ParseCitizenID(withCheck("11010520261125001"), late); err != nil {
		t.Error(err)
	}
}

func TestCitizenIDEverySingleWrongCharacterIsCaught(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawCitizen(t)
		if got, err := ParseCitizenID(s, now); err != nil || got.Reveal() != s {
			t.Fatalf("a generated number is refused: %v", err)
		}
		for i := range s {
			for _, c := range "0123456789XAZ -" {
				if byte(c) == s[i] {
					continue
				}
				if _, err := ParseCitizenID(s[:i]+string(c)+s[i+1:], now); err == nil {
					t.Fatalf("a wrong character at %d passes", i+1)
				}
			}
			if i > 0 && s[i] != s[i-1] {
				if _, err := ParseCitizenID(s[:i-1]+string(s[i])+string(s[i-1])+s[i+1:], now); err == nil {
					t.Fatalf("exchanged neighbours pass at %d", i+1)
				}
			}
		}
		if got, err := ParseCitizenID(disguise(t, s), now); err != nil || got.Reveal() != s {
			t.Fatalf("disguised: %v", err)
		}
	})
}

func TestCitizenIDNeverShowsItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawCitizen(t)
		id, _ := ParseCitizenID(s, now)
		if shown := fmt.Sprintf("%v %s", id, id); strings.Contains(shown, s) {
			t.Fatal("printed whole")
		}
		wrong := []rune(rapid.StringN(0, 20, -1).Draw(t, "wrong") + s)
		_, err := ParseCitizenID(string(wrong[:min(len(wrong), 18)]), now)
		if err != nil && strings.Contains(err.Error(), s[:8]) {
			t.Fatal("the reason repeats the number")
		}
	})
}

func TestProjectCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want, reason string }{
		{"2026-140802-04-01-123456", "2026-140802-04-01-123456", ""},
		{"２０２６－140802—04–01−123456 ", "2026-140802-04-01-123456", ""},
		{"2026-140802-04-01-12345", "", "应为 24 位"},
		{"2026-14080a-04-01-123456", "", "第 11 位应是数字"},
		{"20260-40802-04-01-123456", "", "第 5 位应是连字符"},
		{"", "", "不能为空"},
	} {
		got, err := ParseProjectCode(c.in)
		if string(got) != c.want || (err == nil) != (c.reason == "") || err != nil && !strings.Contains(err.Error(), c.reason) {
			t.Errorf("ParseProjectCode(%q) = %q, %v; want %q, %q", c.in, got, err, c.want, c.reason)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := string(NewProjectCode(source(t), 2026, "140802"))
		if got, err := ParseProjectCode(s); err != nil || string(got) != s {
			t.Fatalf("%s: %v", s, err)
		}
	})
}

func TestAnyTextIsAnsweredWithoutPanic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringN(18, 18, -1), rapid.StringMatching(`[0-9A-Z]{17}.`),
			rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOfN(rapid.Byte(), 0, 30).Draw(t, "bytes")) })).Draw(t, "s")
		_, _ = ParseUSCC(s)
		_, _ = ParseCitizenID(s, now)
		_, _ = ParseProjectCode(s)
	})
}

func FuzzParse(f *testing.F) {
	f.Add("91350100M000100Y43")
	f.Add("11010519491231002X")
	f.Fuzz(func(t *testing.T, s string) {
		if u, err := ParseUSCC(s); err == nil && len(u) != 18 {
			t.Errorf("accepted %q as %q", s, u)
		}
		if c, err := ParseCitizenID(s, now); err == nil && len(c) != 18 {
			t.Errorf("accepted a number of %d bytes", len(c))
		}
	})
}
