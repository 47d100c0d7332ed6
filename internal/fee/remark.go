package fee

import (
	"regexp"
	"strings"
)

var (
	bracketed = regexp.MustCompile(`\s*\([^()]*[A-Za-z]{3}[^()]*\)`)
	trailing  = regexp.MustCompile(`\s+[A-Za-z][A-Za-z ]*$`)
)

// withoutRemark drops what the editor of the shipped file noted in English beside a
// value, in brackets or after it: a reader of a fee standard cannot use it.
func withoutRemark(s string) string {
	return trailing.ReplaceAllString(bracketed.ReplaceAllString(s, ""), "")
}

// inWords writes a coefficient's condition as the standards do: "default 建筑" is
// 一般（建筑）, a comma separates, and comparisons have their own signs.
func inWords(key string) string {
	if of, found := strings.CutPrefix(key, "default "); found {
		key = "一般（" + of + "）"
	}
	return strings.NewReplacer(",", "、", "<=", "≤ ", ">", "> ").Replace(key)
}
