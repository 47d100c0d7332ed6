package identity

import (
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"zjcs/internal/platform/apperr"
)

// faults gathers what is wrong with an input, so that a person mends it in one go.
type faults []apperr.Field

func (f *faults) add(name, message string) {
	*f = append(*f, apperr.Field{Name: name, Message: message})
}

func (f *faults) err() error { return apperr.InvalidFields(*f) }

// text is value without the blanks around it; it must have least to most characters, and
// none that cannot be shown.
func (f *faults) text(name, label, value string, least, most int) string {
	value = strings.TrimSpace(value)
	n := utf8.RuneCountInString(value)
	switch {
	case !printable(value):
		f.add(name, label+"含有不能显示的字符，请重新填写")
	case n == 0 && least > 0:
		f.add(name, "请填写"+label)
	case n < least:
		f.add(name, label+"太短，请填写完整")
	case n > most:
		f.add(name, label+"太长，请简写")
	}
	return value
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError })
}

var (
	loginForm = regexp.MustCompile(`^[a-z][a-z0-9._-]{3,31}$`)
	phoneForm = regexp.MustCompile(`^(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8})$`)
)

// login is a login name in the form it is stored in. It has no @, so that it is never
// taken for an e-mail address.
func (f *faults) login(name, value string) string {
	value = strings.ToLower(strings.TrimSpace(value))
	if !loginForm.MatchString(value) {
		f.add(name, "登录名应为 4–32 位，以字母开头，只用字母、数字和 . _ -")
	}
	return value
}

// email is an address in the form it is stored in.
func (f *faults) email(name, value string) string {
	value = strings.ToLower(strings.TrimSpace(value))
	if !isEmail(value) {
		f.add(name, "应是一个邮箱地址，如 name@example.com")
	}
	return value
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && a.Name == "" && len(s) <= 254 && printable(s) &&
		!strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || r == ' ' || r == '"' })
}

// phone is a telephone number; "" is none.
func (f *faults) phone(name, value string) string {
	value = strings.Join(strings.Fields(value), "")
	if value != "" && !phoneForm.MatchString(value) {
		f.add(name, "应是手机号，或带区号的座机号，如 0359-2660000")
	}
	return value
}
