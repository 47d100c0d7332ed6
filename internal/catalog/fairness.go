package catalog

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Wording is a text that agencies are measured by, and where it stands.
type Wording struct {
	Field string
	Text  string
}

// UnfairFinding is wording that keeps competitors out (domain.md section 5).
type UnfairFinding struct {
	Field   string
	Rule    string // local-registration, local-performance, local-list, named-brand, local-preference
	Quote   string // as it stands in the text
	Article string
	Right   string
	// Doubtful: it may have a lawful meaning. Otherwise it is plainly discriminatory.
	Doubtful bool
}

// Message tells a person what is wrong and what would be right.
func (f UnfairFinding) Message() string {
	if f.Doubtful {
		return "“" + f.Quote + "”可能排斥其他经营者：" + f.Right
	}
	return "“" + f.Quote + "”限制了竞争：" + f.Right
}

// Articles of the rule on fair competition review.
const (
	fairAccess   = "《公平竞争审查条例》第八条" // entry and exit
	fairMovement = "《公平竞争审查条例》第九条" // goods and services from elsewhere
)

type unfairPattern struct {
	rule, article, right string
	doubtful             bool
	match                *regexp.Regexp
	unless               *regexp.Regexp // found in the same clause it makes the wording lawful
}

// FairnessRules find discriminatory wording. Make them with NewFairnessRules.
type FairnessRules struct{ patterns []unfairPattern }

// NewFairnessRules makes the rules for a place: names are its regions, 运城市, 盐湖区,
// whose mention in a condition means “here, not elsewhere”.
func NewFairnessRules(names []string) FairnessRules {
	words := []string{"本市", "本县", "本区", "本省", "本地", "我市", "我县", "我区", "我省", "当地", "属地", "所在地", "市内", "省内", "县内", "区内", "辖区", "山西省", "山西"}
	for _, n := range names {
		words = append(words, n)
		for _, suffix := range []string{"市", "县", "区"} {
			if short, ok := strings.CutSuffix(n, suffix); ok && len([]rune(short)) >= 2 {
				words = append(words, short)
			}
		}
	}
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) }) // the longest first
	for i := range words {
		words[i] = regexp.QuoteMeta(words[i])
	}
	place := `(?:` + strings.Join(slices.Compact(words), "|") + `)(?:市|县)?(?:范围|境|行政区域|区域|辖区)?(?:之?内)?`
	never := regexp.MustCompile(`或(?:者)?(?:同等|相当于)|同等(?:档次|品质)|不限于`)
	registry := regexp.MustCompile(`登记(?:机关|部门|簿)|不动产登记`)
	register, performance := "不得要求在本地登记注册或者设立机构、场所，应对全国机构一视同仁，删去这项要求", "不得要求本地业绩，可以要求同类项目业绩而不限地域"
	list := "不得以进入本地名录、备选库为条件，符合法定条件的机构都可以承接"
	p := func(rule, article, right, pattern string, doubtful bool, unless *regexp.Regexp) unfairPattern {
		return unfairPattern{rule, article, right, doubtful, regexp.MustCompile(strings.ReplaceAll(pattern, "PLACE", place)), unless}
	}
	return FairnessRules{[]unfairPattern{
		p("local-registration", fairMovement, register, `PLACE(?:依法|工商|市场监管部门|市场主体)?(?:注册|登记|设立|成立)`, false, registry),
		p("local-registration", fairMovement, register, `注册(?:登记)?(?:地|地址)(?:应当?|须|必须|要求|限|是|为|在|位于|：|:)*(?:在|为|是|位于)?PLACE`, false, nil),
		p("local-registration", fairMovement, register, `PLACE(?:应当?|必须|须)?(?:设有|设立|设置|具有|具备|拥有|有)(?:固定|常驻|独立)?的?(?:经营场所|办公场所|营业场所|服务场所|分公司|子公司|分支机构|办事机构|办事处|服务网点|服务机构)`, false, nil),
		p("local-performance", fairMovement, performance, `PLACE(?:的|同类|类似|相关|承担过?|承接过?|完成过?|做过|项目|工程|服务){0,6}(?:业绩|经验|案例)`, false, nil),
		p("local-list", fairAccess, list, `(?:列入|纳入|进入|入选|入围|属于|从|在)(?:了)?(?:PLACE|本部门|本单位|本局|本机关|我局|主管部门|审批部门|行业主管部门)(?:的|公布|发布|确定|建立|推荐|中介|机构|服务|企业|单位){0,6}(?:名录|名单|目录库|备选库|预选库|机构库|短名单|库)`, false, nil),
		p("local-list", fairAccess, list, `PLACE(?:的|公布|确定|建立|推荐|中介|机构|服务|企业|单位){0,6}(?:备选库|预选库|机构库|名录库|推荐名单|短名单)`, false, nil),
		p("named-brand", fairAccess, "不得指定品牌、厂家或特定经营者，应写明技术要求，或写“或同等”", `(?:指定|限定|仅限|只能(?:使用|选用|委托|采用)|必须(?:使用|选用|委托|采用))[^，。；、,;]{0,10}?(?:品牌|厂家|生产商|供应商|牌号)`, false, never),
		p("named-brand", fairAccess, "不得指定品牌、厂家或特定经营者，应写明技术要求，或写“或同等”", `品牌(?:应当?|须|必须|限)?(?:为|是|：|:)[^，。；,;]{1,12}`, false, never),

		p("named-brand", fairAccess, "没有法律、行政法规依据的，不得限定特定机构，应写明法定资质条件", `(?:指定|限定|仅限|只能由|必须由)(?:的)?[^，。；、,;]{0,10}?(?:公司|机构|研究院|设计院|中心|事务所)`, true, nil),
		p("local-list", fairAccess, list, `(?:列入|纳入|进入|入选|入围)[^，。；、,;]{0,10}?(?:名录|名单|备选库|预选库|机构库|短名单)`, true, regexp.MustCompile(`黑名单|失信|严重违法|未被?列入|没有列入`)),
		p("local-preference", fairMovement, "不得给本地机构优先或加分", `PLACE(?:的)?(?:注册|登记)?(?:的)?(?:企业|机构|单位|公司)?(?:优先|加分)|优先(?:选择|选用|选取|委托|考虑)PLACE`, true, nil),
		p("local-preference", fairMovement, "不得限定由本地机构承接，应对全国机构一视同仁", `PLACE的?(?:企业|机构|公司|设计院|事务所)`, true, nil),
	}}
}

// denied are the words before a condition that make it none: 不得要求在本市注册.
var denied = regexp.MustCompile(`(?:不得|不应|不能|不要求|不限|不需|无需|无须|禁止|不再|取消)(?:以|要求|设置|限定|将|把|具有|有|在|对|于|必须|须|只能|是否){0,3}$`)

// ofApplicants is a clause about those who apply, not about agencies: 开发区内登记的项目单位.
var ofApplicants = regexp.MustCompile(`申请人|项目单位|建设单位|用地单位|业主`)

var clauseEnds = "，。；！？,;!?\n"

// Check finds what wordings say against competition; doubtful ones are left out where
// the same words are plainly discriminatory.
func (r FairnessRules) Check(wordings []Wording) []UnfairFinding {
	var out []UnfairFinding
	for _, w := range wordings {
		text, at := squeezed(w.Text)
		var plain [][]int
		for _, p := range r.patterns {
			for _, m := range p.match.FindAllStringIndex(text, -1) {
				before, clause := clauseOf(text, m)
				if denied.MatchString(before) || p.unless != nil && p.unless.MatchString(clause) {
					continue
				}
				if slices.ContainsFunc(plain, func(o []int) bool { return m[0] < o[1] && o[0] < m[1] }) {
					continue // told already
				}
				plain = append(plain, m)
				out = append(out, UnfairFinding{Field: w.Field, Rule: p.rule, Quote: w.Text[at[m[0]] : at[m[1]-1]+1], Article: p.article, Right: p.right, Doubtful: p.doubtful || ofApplicants.MatchString(clause)})
			}
		}
	}
	return out
}

// clauseOf is the clause a match stands in, and the part of it before the match.
func clauseOf(text string, m []int) (before, clause string) {
	from := strings.LastIndexAny(text[:m[0]], clauseEnds)
	if from >= 0 {
		_, n := firstRune(text[from:])
		from += n
	} else {
		from = 0
	}
	to := len(text)
	if end := strings.IndexAny(text[m[1]:], clauseEnds); end >= 0 {
		to = m[1] + end
	}
	return text[from:m[0]], text[from:to]
}

func firstRune(s string) (rune, int) {
	for i, r := range s {
		return r, i + len(string(r))
	}
	return 0, 0
}

// squeezed is text without white space and invisible marks, which must not hide a word,
// and where each of its bytes stood.
func squeezed(text string) (string, []int) {
	var b strings.Builder
	at := make([]int, 0, len(text))
	for i, r := range text {
		if unicode.IsSpace(r) && r != '\n' || unicode.Is(unicode.Cf, r) || r == utf8Error {
			continue
		}
		n := len(string(r))
		b.WriteRune(r)
		for k := range n {
			at = append(at, i+k)
		}
	}
	return b.String(), at
}

const utf8Error = '\uFFFD'
