package credential

import (
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"

	"zjcs/internal/platform/apperr"
)

// Lengths in characters (Unicode code points) of the normalised password.
const (
	MinLength = 10
	MaxLength = 128
)

// Field is the name under which every refusal of a password is reported.
const Field = "password"

// Normalise gives the one form of a password that is hashed and judged, so that it fits
// whichever keyboard typed it: compatibility forms are one (NFKC: a Chinese input method
// in full-width mode types １ for 1), then the OpaqueString profile of RFC 8265 section
// 4.2 — every kind of space is a space, case and inner spaces stay, control characters
// are refused. Errors are Invalid, field "password".
func Normalise(password string) (string, error) {
	switch {
	case password == "":
		return "", apperr.InvalidField(Field, "密码不能为空")
	case len(password) > MaxLength*utf8.UTFMax:
		return "", tooLong()
	case !utf8.ValidString(password):
		return "", apperr.InvalidField(Field, "密码不是有效的 UTF-8 文字")
	}
	s, err := precis.OpaqueString.String(norm.NFKC.String(password))
	if err != nil {
		return "", apperr.InvalidField(Field, "密码中有不能使用的字符（控制字符、不可见字符或未分配的字符），请只用文字、数字、符号和空格")
	}
	if utf8.RuneCountInString(s) > MaxLength {
		return "", tooLong()
	}
	return s, nil
}

func tooLong() error { return apperr.InvalidField(Field, "密码不能超过 %d 个字符", MaxLength) }
