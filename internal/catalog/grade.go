package catalog

import (
	"regexp"
	"strings"
)

// BasisRow is one piece of an item's legal basis: the document, the article, and the
// words of it that the item rests on.
type BasisRow struct {
	Document string `json:"document"`
	Article  string `json:"article"`
	Quote    string `json:"quote"`
}

// Rank is what kind of document a basis is.
type Rank string

// Ranks, as the name of a document tells them.
const (
	RankLaw        Rank = "law"        // 法律
	RankRegulation Rank = "regulation" // 行政法规
	RankDecision   Rank = "decision"   // 国务院决定
	RankLocal      Rank = "local"      // 地方性法规
	RankLower      Rank = "lower"      // 部门规章、规范性文件、技术标准，以及认不出的
)

var rankLabels = map[Rank]string{
	RankLaw: "法律", RankRegulation: "行政法规", RankDecision: "国务院决定", RankLocal: "地方性法规", RankLower: "部门规章、规范性文件或技术标准",
}

// Label is the rank in Chinese.
func (r Rank) Label() string { return rankLabels[r] }

// high reports a rank that may set a service as such: law, administrative regulation,
// decision of the State Council.
func (r Rank) high() bool { return r == RankLaw || r == RankRegulation || r == RankDecision }

var (
	afterTitle  = regexp.MustCompile(`[（(][^（）()]*[）)]\s*$`)
	notALaw     = regexp.MustCompile(`(办|做|方|用|看|说|手)法$`)
	decision    = regexp.MustCompile(`^(国务院|全国人民代表大会|全国人大).*决定$`)
	stateOrder  = regexp.MustCompile(`国务院令`)
	localPrefix = regexp.MustCompile(`^[^市省区]{2,4}(省|自治区|自治州|自治县|市)`)
)

// RankOf tells a document's rank by its name alone.
func RankOf(document string) Rank {
	title := strings.TrimSpace(document)
	order := stateOrder.MatchString(title)
	for {
		cut := afterTitle.ReplaceAllString(title, "")
		if cut == title || strings.TrimSpace(cut) == "" {
			break
		}
		title = strings.TrimSpace(cut)
	}
	title = strings.NewReplacer("《", "", "》", "", "〈", "", "〉", "", " ", "").Replace(title)
	title = strings.TrimPrefix(title, "中华人民共和国")
	switch {
	case decision.MatchString(title):
		if strings.HasPrefix(title, "国务院") {
			return RankDecision
		}
		return RankLaw
	case strings.HasSuffix(title, "条例"):
		if at := localPrefix.FindString(title); at != "" && !strings.HasPrefix(title[len(at):], "场") {
			return RankLocal
		}
		return RankRegulation
	case order: // 国务院令 carries a 办法 or 规定 into administrative regulation
		return RankRegulation
	case strings.HasSuffix(title, "法") && !notALaw.MatchString(title):
		return RankLaw
	}
	return RankLower
}

// names are the words by which an article sets a service or its document itself, and not
// only the duty that makes someone want one.
var names = regexp.MustCompile(`委托|编制|编写|报告|评价|评估|检测|检验|检定|鉴定|论证|审计|验资|测绘|测量|勘察|设计|监理|监测|审查|公证|证明|代理|咨询`)

// Grade is what basis rows support.
type Grade struct {
	Proposed BasisStrength // by what is written down
	Ceiling  BasisStrength // the highest that could be declared on them
	Why      string
}

var strengthOrder = map[BasisStrength]int{BasisNone: 0, BasisIndirect: 1, BasisDirect: 2}

// Exceeds reports whether b claims more than o.
func (b BasisStrength) Exceeds(o BasisStrength) bool { return strengthOrder[b] > strengthOrder[o] }

// GradeBasis proposes the strength of a basis. Law, administrative regulation or a
// decision of the State Council that names the service is direct; where it implies it, or
// a local regulation holds it, indirect; all other documents are no basis on which an
// applicant could be made to hire anyone (优化营商环境条例 第43条). Where the words are not
// quoted, what they name is not known: then the ceiling stays open.
func GradeBasis(rows []BasisRow) Grade {
	g := Grade{Proposed: BasisNone, Ceiling: BasisNone, Why: "没有法律、法规或者国务院决定依据"}
	raise := func(to *BasisStrength, s BasisStrength) bool {
		if s.Exceeds(*to) {
			*to = s
			return true
		}
		return false
	}
	for _, r := range rows {
		rank := RankOf(r.Document)
		where := strings.TrimSpace(r.Document + r.Article)
		switch {
		case rank.high() && names.MatchString(r.Quote):
			raise(&g.Ceiling, BasisDirect)
			if raise(&g.Proposed, BasisDirect) {
				g.Why = where + "（" + rank.Label() + "）写明了这项服务或它的成果"
			}
		case rank.high():
			if strings.TrimSpace(r.Quote) == "" {
				raise(&g.Ceiling, BasisDirect)
			}
			raise(&g.Ceiling, BasisIndirect)
			if raise(&g.Proposed, BasisIndirect) {
				g.Why = where + "（" + rank.Label() + "）没有摘录写明这项服务的原文"
			}
		case rank == RankLocal:
			raise(&g.Ceiling, BasisIndirect)
			if raise(&g.Proposed, BasisIndirect) {
				g.Why = where + "是地方性法规"
			}
		}
	}
	return g
}

// Verdict is what a declared strength meets.
type Verdict struct {
	Fault   string // it cannot be so
	Caution string // it may be so, but somebody should look
}

// Judge says what is wrong with declaring s on rows.
func (g Grade) Judge(s BasisStrength, rows []BasisRow) Verdict {
	switch {
	case !s.Exceeds(g.Proposed):
		return Verdict{}
	case s == BasisIndirect && len(rows) > 0 && g.Ceiling == BasisNone:
		return Verdict{Caution: "所列依据都是部门规章、规范性文件或技术标准，不是法律、法规或者国务院决定，建议定为“无”"}
	case s.Exceeds(g.Ceiling):
		return Verdict{Fault: "依据强度不能高于所列依据支持的“" + g.Ceiling.Label() + "”：" + g.Why}
	}
	return Verdict{Caution: "按所列依据建议定为“" + g.Proposed.Label() + "”：" + g.Why + "；请摘录写明这项服务的原文"}
}

var articleAt = regexp.MustCompile(`^(.*?)(第[一二三四五六七八九十百千零〇0-9]+条.*)$`)

// SplitBasis takes apart an entry as published: 《政府投资条例》第九条.
func SplitBasis(entry string) BasisRow {
	if m := articleAt.FindStringSubmatch(entry); m != nil && m[1] != "" {
		return BasisRow{Document: m[1], Article: m[2]}
	}
	return BasisRow{Document: entry}
}

// Entry is the row as published; SplitBasis takes it apart again.
func (r BasisRow) Entry() string { return strings.TrimSpace(r.Document) + strings.TrimSpace(r.Article) }
