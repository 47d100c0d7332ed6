package portal

import (
	"html/template"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/platform/clock"
	"zjcs/internal/review"
)

// formats are the words of the templates.
var formats = template.FuncMap{
	"count":        count,
	"date":         func(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02") },
	"datetime":     func(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04") },
	"iso":          func(t time.Time) string { return t.In(clock.Shanghai).Format(time.RFC3339) },
	"timeLimit":    timeLimit,
	"basisTone":    basisTone,
	"validityTone": validityTone,
	"stateTone":    stateTone,
	"gradeTone":    gradeTone,
	"latest":       latest,
	"chinese":      chinese,
	"searchBox":    func(query, kind string, large bool) searchBox { return searchBox{query, kind, large} },
	"segment":      url.PathEscape,
	"param":        url.QueryEscape,
	"join":         func(sep string, parts []string) string { return strings.Join(parts, sep) },
	"plus":         func(a, b int) int { return a + b },
}

// count writes a number as people read it: 1,042.
func count(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// timeLimit gives the published limit its unit where it is a number, and its own
// words where it is not (随工期).
func timeLimit(i catalog.ItemSummary) string {
	switch {
	case i.TimeLimitWorkdays != nil:
		return strconv.Itoa(*i.TimeLimitWorkdays) + " 个工作日"
	case i.TimeLimit == "":
		return "未公布"
	}
	return i.TimeLimit
}

// basisTone is the colour of a grade: an item without basis cannot be demanded of
// an applicant, so it needs attention.
func basisTone(b catalog.BasisStrength) string {
	switch b {
	case catalog.BasisDirect:
		return "ok"
	case catalog.BasisIndirect:
		return "warn"
	default:
		return "seal"
	}
}

// validityTone is the colour of a certificate's standing.
func validityTone(v agency.Validity) string {
	switch v {
	case agency.Expired:
		return "seal"
	case agency.Expiring:
		return "warn"
	default:
		return "ok"
	}
}

// stateTone is the colour of where an agency stands.
func stateTone(s review.State) string {
	return map[review.State]string{agency.Admitted: "ok", agency.Restricted: "warn", agency.Suspended: "seal", agency.Removed: "seal"}[s]
}

// percent is part of whole, rounded to whole per cent.
func percent(part, whole int) string {
	return strconv.Itoa((part*200+whole)/(2*whole)) + "%"
}

// chinese keeps the notes that are written in Chinese: a few of the shipped
// standards carry an editor's remarks in English, which a reader cannot use.
func chinese(notes []string) []string {
	var out []string
	for _, n := range notes {
		if !latinWord.MatchString(n) {
			out = append(out, n)
		}
	}
	return out
}

var latinWord = regexp.MustCompile(`[A-Za-z]{4}`)

// searchBox is the search form: what it holds, the kind it keeps to, and whether it
// leads the page.
type searchBox struct {
	Query, Kind string
	Large       bool
}

// Label names the box for a screen reader.
func (b searchBox) Label() string {
	switch b.Kind {
	case "agency":
		return "按名称或统一社会信用代码找机构"
	case "expert":
		return "按姓名或单位找专家"
	}
	return "搜索事项、机构、专家和公告"
}

// Example is what stands in the empty box.
func (b searchBox) Example() string {
	switch {
	case b.Kind == "agency":
		return "机构名称，或统一社会信用代码"
	case b.Kind == "expert":
		return "姓名，或工作单位"
	case b.Large:
		return "试试：环评、水土保持方案、某某测绘公司、统一社会信用代码"
	}
	return "事项、机构、专家、公告"
}
