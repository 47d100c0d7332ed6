package secret

import "strings"

// MaskName keeps the family name and, for names of three or more characters, the
// last: 王明 → 王*, 王小明 → 王*明.
func MaskName(name string) string {
	r := []rune(name)
	switch len(r) {
	case 0:
		return ""
	case 1:
		return "*"
	case 2:
		return string(r[0]) + "*"
	}
	return string(r[0]) + strings.Repeat("*", len(r)-2) + string(r[len(r)-1])
}

// MaskNumber keeps the first three and the last two characters of a certificate
// number; short ones are hidden whole.
func MaskNumber(number string) string {
	r := []rune(number)
	if len(r) < 8 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:3]) + strings.Repeat("*", len(r)-5) + string(r[len(r)-2:])
}
