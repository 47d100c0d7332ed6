package sheet

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

func tooWide(n, want int) string {
	return fmt.Sprintf("该行有 %d 列，表头只有 %d 列；单元格里的逗号应放在双引号内", n, want)
}

func tooNarrow(n, want int) string {
	return fmt.Sprintf("该行只有 %d 列，表头有 %d 列；空单元格也要留逗号", n, want)
}

// unreadable is the fault of a line that no column could hold: text that the database
// cannot store, or text that was damaged before it came.
func unreadable(cells []string) string {
	for i, c := range cells {
		switch {
		case ascii(c):
		case !utf8.ValidString(c):
			return cellFault(i, "有无法识别的字符，文件编码应前后一致（UTF-8 或 GB18030）")
		case strings.ContainsRune(c, utf8.RuneError):
			return cellFault(i, "有已损坏的字符（�），请从原始文件重新导出")
		case strings.IndexByte(c, 0) >= 0:
			return cellFault(i, "有不可见的空字符（NUL），请删除")
		}
	}
	return ""
}

// ascii reports printable ASCII without NUL: nothing to look for.
func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == 0 || s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// sizeText is a number of bytes as people read it.
func sizeText(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
}

func cellFault(i int, what string) string { return fmt.Sprintf("第 %d 列%s", i+1, what) }
