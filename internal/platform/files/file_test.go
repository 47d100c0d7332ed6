package files_test

import (
	"path"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"zjcs/internal/platform/files"
)

func TestCleanName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		kind files.MediaType
		want string
	}{
		{"水土保持方案.pdf", files.PDF, "水土保持方案.pdf"},
		{"../../etc/passwd", files.PDF, "passwd.pdf"},
		{`C:\Users\王芳\桌面\合同.PDF`, files.PDF, "合同.PDF"},
		{"evil.html", files.PDF, "evil.html.pdf"},
		{"照片.jpeg", files.JPEG, "照片.jpeg"},
		{"照片.pdf", files.JPEG, "照片.pdf.jpg"},
		{"方案\u202efdp.exe", files.PDF, "方案fdp.exe.pdf"},
		{"a\r\nSet-Cookie: x=1.pdf", files.PDF, "a  Set-Cookie_ x=1.pdf"},
		{"a\x00b\u200b\ufeff.pdf", files.PDF, "ab.pdf"},
		{"a.pdf:流.exe", files.PDF, "a.pdf_流.exe.pdf"},
		{`"><img src=x>.png`, files.PNG, "___img src=x_.png"},
		{"..", files.OFD, "附件.ofd"},
		{"", files.OFD, "附件.ofd"},
		{".pdf", files.PDF, "pdf.pdf"},
		{"目录/", files.DOCX, "附件.docx"},
		{"\xb7\xbd\xb0\xb8.pdf", files.PDF, "_.pdf"},
		{strings.Repeat("长", 300) + ".xlsx", files.XLSX, strings.Repeat("长", 195) + ".xlsx"},
	} {
		if got := files.CleanName(c.name, c.kind); got != c.want {
			t.Errorf("%q: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCleanNameIsAlwaysFit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a./\\\x{202e}\x{200f}\n ]{0,30}(\.pdf)?`),
			rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) })).Draw(t, "name")
		got := files.CleanName(name, files.PDF)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > 200 || strings.ContainsAny(got, `/\<>:"|?*`) ||
			strings.ContainsFunc(got, func(r rune) bool { return unicode.Is(unicode.C, r) }) ||
			!strings.EqualFold(path.Ext(got), ".pdf") || strings.HasPrefix(got, ".") || strings.Trim(got, " ") != got {
			t.Fatalf("%q became %q", name, got)
		}
		if again := files.CleanName(got, files.PDF); again != got {
			t.Fatalf("%q, then %q", got, again)
		}
	})
}
