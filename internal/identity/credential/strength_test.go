package credential

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zjcs/internal/platform/apperr"
)

var wang = Known{
	Name: "王小明", Login: "wxm_yx7", Phone: "13834512678", Email: "mingming.w@example.com",
	IDNumber: "140899199003071234", Organisation: "运城市恒信工程咨询有限公司", Site: "网上中介超市",
}

func policy(t testing.TB) *Policy {
	t.Helper()
	p, err := NewPolicy(nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// refused gives the reason why, "" when password is taken.
func refused(t interface{ Fatalf(string, ...any) }, p *Policy, password string, k Known) string {
	err := p.Check(password, k)
	if err == nil {
		return ""
	}
	e, ok := apperr.As(err)
	if !ok || e.Code != apperr.Invalid || len(e.Fields) != 1 || e.Fields[0].Name != Field || e.Fields[0].Message != e.Message {
		t.Fatalf("%q: not a refusal of the field: %#v", password, err)
	}
	return e.Message
}

func TestWhatPeopleHereChooseIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	p := policy(t)
	for _, c := range []struct{ password, reason string }{
		{"short7Q!", "至少 10 个字符，现为 8 个"},
		{"王小明王小明王小明", "至少 10 个字符，现为 9 个"},
		{"13912345678", "只有数字"},
		{"8472951036", "只有数字"},
		{"２０２４ ０１ ０１ ０１", "只有数字"},
		{"888888888888", "只有数字"},
		// What is known of the person.
		{"wangxiaoming1990", "您的姓名"},
		{"WangXM900307!", "您的姓名"},
		{"xiaomingwang!!", "您的姓名"},
		{"wxm13834512678", "您的"},
		{"wxm_yx7wxm_yx7", "您的"},
		{"mingming.w!", "您的"},
		{"aa19900307aa", "您的"},
		{"hengxingongcheng", "单位"},
		{"恒信工程咨询2024!!", "单位"},
		{"ycshxgczx!2024", "单位"},
		{"王小明王小明1", "至少"},
		{"我是王小明我是王小明", "您的姓名"},
		{"zhongjiechaoshi!", "平台"},
		// What is known of anybody.
		{"zhangwei19850312", "名字或拼音加生日"},
		{"lihua@19900101", "名字或拼音加生日"},
		{"19900101lihua!", "名字或拼音加生日"},
		{"zhangsan1990!", "拼音"},
		{"zhang13948172635", "手机号"},
		{"a13948172635", "手机号"},
		{"13948172635!", "手机号"},
		{"14080219900101123X", "身份证"},
		{"!14080219900101", "身份证"},
		{"199001011234!", "身份证"},
		{"woaini1314", "泄露"},
		{"WoAiNi1314!", "泄露"},
		{"woaini1314@!", "人人都会想到"},
		{"我爱你1314520", "人人都会想到"},
		{"a888888888", "重复"},
		{"888888abcabc", "重复"},
		{"qwer1234qwer1234", "重复"},
		{"Qwer1234!@#$", "人人都会想到"},
		{"1QAZ2wsx#EDC", "人人都会想到"},
		{"zxcvfdsaqwer", "泄露"},
		{"ertyuiopkjhg", "键盘"},
		{"Admin@123456", "人人都会想到"},
		{"Yuncheng@2024", "名字或拼音加生日、年份"},
		{"zjcs2024!!", "平台名"},
		{"yczjcs@2026", "平台名"},
		{"P@ssw0rd2026", "人人都会想到"},
		{"Summer2026!!", ""},
		{"dragonmonkeyshadow", "人人都会想到"},
		{"abcdefghijkl", "泄露"},
		{"cdefghijklm!", "连着的"},
		{"aaaaaaaaaa", "泄露"},
		{"xyxyxyxyxy!", "重复"},
		{"tianqizhenhao", "拼音"},
		{"一二三四五六七八九十", "人人都会想到"},
		{"drowssapdrow", ""},
	} {
		got := refused(t, p, c.password, wang)
		if got == "" || !strings.Contains(got, c.reason) {
			t.Errorf("%s: %q, want %q", c.password, got, c.reason)
		}
		if !strings.Contains(got, advice) {
			t.Errorf("%s: does not say what would be right: %s", c.password, got)
		}
	}
}

func TestGoodPasswordsAreTaken(t *testing.T) {
	t.Parallel()
	p := policy(t)
	for _, s := range []string{
		"correct horse battery staple", "tuesday violin marble", "k7#Qv2!mZp", "Xr9$wq2Lp0vT", "uH3kq9zPw2",
		"马匹 电池 正确 订书钉", "紫色的河马在屋顶弹琴", "хорошая погода завтра", "purple-Hippo-roof-91",
		"🦛在屋顶弹琴，月亮不听", strings.Repeat("Xr9$wq2Lp0vTe7", 9), "zisehemadanqin屋顶",
	} {
		if got := refused(t, p, s, wang); got != "" {
			t.Errorf("%s: %s", s, got)
		}
	}
}

func TestPersonalNumbersAndNamesAreRefusedWhoeverTheyBelongTo(t *testing.T) {
	t.Parallel()
	p := policy(t)
	names := []string{"zhang", "wangwei", "liuyang", "chenxiaohong", "ouyangfeng", "zw", "lxh", "Zhaolei", "sunli"}
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "a"), rapid.Uint64().Draw(t, "b")))
		born := time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 50*365).Draw(t, "days"))
		citizen := citizenNumber(r, born)
		fact := rapid.SampledFrom([]string{
			born.Format("20060102"), born.Format("060102"), born.Format("2006-01-02"), born.Format("2006.1.2"), born.Format("2006"),
			"13" + citizen[6:15], citizen, citizen[6:], citizen[:14],
		}).Draw(t, "fact")
		name, sign := rapid.SampledFrom(names).Draw(t, "name"), rapid.SampledFrom([]string{"", "@", "_", "."}).Draw(t, "sign")
		password := rapid.SampledFrom([]string{name + sign + fact, fact + sign + name, name + sign + fact + "!", name + fact + "."}).Draw(t, "password")
		if refused(t, p, password, Known{}) == "" {
			t.Fatalf("%s is taken", password)
		}
	})
}

// citizenNumber is a number as GB 11643 makes it, of an area assigned to no county.
// identity makes them too, but stands above this package.
func citizenNumber(r *rand.Rand, born time.Time) string {
	s := fmt.Sprintf("140899%s%03d", born.Format("20060102"), r.IntN(1000))
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + string("10X98765432"[sum%11])
}

func TestChanceIsTakenAndTheReasonNeverRepeatsThePassword(t *testing.T) {
	t.Parallel()
	p := policy(t)
	for range 300 {
		token, _ := NewToken()
		if got := refused(t, p, token[:16], wang); got != "" {
			t.Errorf("%s: %s", token[:16], got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		password := rapid.OneOf(
			rapid.StringN(0, 60, -1), rapid.StringMatching(`(王|李|wang|qwer|123|[a-z@]|1990){4,12}`),
			rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes")) }),
		).Draw(t, "password")
		k := Known{Name: rapid.String().Draw(t, "name"), Login: rapid.String().Draw(t, "login"), Organisation: rapid.StringN(0, 60, -1).Draw(t, "organisation"), IDNumber: rapid.StringN(18, 18, -1).Draw(t, "id")}
		reason := refused(t, p, password, k)
		if len(password) > 8 && strings.Contains(reason, password) {
			t.Fatalf("%s is repeated in %s", password, reason)
		}
	})
}

// A full-width or decomposed spelling must not slip a known password past the lists.
func TestDisguisedSpellingsAreJudgedAsTheSame(t *testing.T) {
	t.Parallel()
	p := policy(t)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]string{"woaini1314", "wangxiaoming1990", "tuesday violin marble", "Admin@123456"}).Draw(t, "s")
		wide := strings.Map(func(r rune) rune {
			if r > ' ' && r <= '~' && rapid.Bool().Draw(t, "wide") {
				return r - '!' + '！'
			}
			return r
		}, s)
		if got, want := refused(t, p, wide, wang), refused(t, p, s, wang); got != want {
			t.Fatalf("%s: %s; %s: %s", wide, got, s, want)
		}
	})
}

func TestHostileLengthsAreJudgedInTime(t *testing.T) {
	t.Parallel()
	p := policy(t)
	start := time.Now()
	for _, s := range []string{
		strings.Repeat("4@8({[<369!1|0$5+7%2", 6), strings.Repeat("ab", 63) + "cd", strings.Repeat("aab", 42) + "x",
		strings.Repeat("我", 128), strings.Repeat("zhuang", 21), strings.Repeat("1990", 31) + "x", strings.Repeat("\u00e9", 127) + "e",
	} {
		_ = refused(t, p, s, Known{Organisation: strings.Repeat("运城市恒信工程咨询有限公司", 1000), Name: strings.Repeat("单", 1000)})
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestOnePolicyServesMany(t *testing.T) {
	t.Parallel()
	p := policy(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				if p.Check("tuesday violin marble", wang) != nil || p.Check("wangxiaoming1990", wang) == nil {
					t.Error("judged otherwise under load")
				}
			}
		})
	}
	wg.Wait()
}

func TestAnOddNameIsReadInAllItsWays(t *testing.T) {
	t.Parallel()
	p := policy(t)
	for name, password := range map[string]string{"单小红": "shanxiaohong!7", "欧阳雪": "ouyangxue!7x", "曾一鸣": "zengyiming!7", "Anna Schmidt": "annaschmidt7!"} {
		if got := refused(t, p, password, Known{Name: name}); got == "" {
			t.Errorf("%s: %s is taken", name, password)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("woaini1314", "王小明")
	f.Add("é🦛中文 abc", "ñ")
	p := policy(f)
	f.Fuzz(func(t *testing.T, password, name string) {
		_ = refused(t, p, password, Known{Name: name, Login: name, Organisation: name})
	})
}

func BenchmarkCheck(b *testing.B) {
	p := policy(b)
	for b.Loop() {
		if err := p.Check("tuesday violin marble", wang); err != nil {
			b.Fatal(err)
		}
	}
}
