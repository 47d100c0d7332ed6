package web

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"zjcs/internal/platform/apperr"
)

// Legible refuses an address that is no text, before anything reads it: PostgreSQL holds
// neither NUL nor broken UTF-8, and no person types them.
func Legible(u *url.URL) error {
	text := func(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
	if !text(u.Path) {
		return apperr.New(apperr.NotFound, "没有这个地址")
	}
	var bad []apperr.Field
	for name, values := range u.Query() {
		if !text(name) {
			return apperr.InvalidField("query", "参数名应是文字")
		}
		if slices.ContainsFunc(values, func(v string) bool { return !text(v) }) {
			bad = append(bad, apperr.Field{Name: name, Message: "应是 UTF-8 编码的文字，且不含空字符"})
		}
	}
	slices.SortFunc(bad, func(a, b apperr.Field) int { return strings.Compare(a.Name, b.Name) })
	return apperr.InvalidFields(bad)
}
