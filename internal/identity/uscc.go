package identity

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// USCC is a valid unified social credit code (统一社会信用代码), 18 characters.
type USCC string

// usccAlphabet leaves out I, O, Z, S and V, which are taken for 1, 0, 2, 5 and U.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

const usccLength = 18

// usccValue is the place of a character in the alphabet, -1 for what is not in it.
var usccValue = func() (v [256]int8) {
	for i := range v {
		v[i] = -1
	}
	for i := range len(usccAlphabet) {
		v[usccAlphabet[i]] = int8(i)
	}
	return v
}()

// usccWeight of position i is 3^(i-1) mod 31 (GB 32100-2015 附录A). None is zero and 31
// is prime, so every single wrong character is caught, and so is every exchange of
// two neighbours, whose weights differ.
var usccWeight = func() (w [usccLength - 1]int) {
	w[0] = 1
	for i := 1; i < len(w); i++ {
		w[i] = w[i-1] * 3 % 31
	}
	return w
}()

// ParseUSCC reads a code. The error is a reason for people: what is wrong, what would be right.
func ParseUSCC(raw string) (USCC, error) {
	s := normalise(raw)
	if s == "" {
		return "", errors.New("统一社会信用代码不能为空，应为 18 位")
	}
	if n := utf8.RuneCountInString(s); n != usccLength {
		return "", fmt.Errorf("统一社会信用代码应为 18 位，现为 %d 位", n)
	}
	pos := 0
	for _, r := range s {
		pos++
		switch {
		case r < 128 && usccValue[r] >= 0:
		case strings.ContainsRune("IOZSV", r):
			return "", fmt.Errorf("统一社会信用代码第 %d 位不能是字母 %c（编码规则不用 I、O、Z、S、V）", pos, r)
		default:
			return "", fmt.Errorf("统一社会信用代码第 %d 位应是数字或大写字母", pos)
		}
	}
	if want := usccCheck(s); s[17] != want {
		return "", fmt.Errorf("统一社会信用代码第 18 位校验码应为 %c，现为 %c，请核对全部 18 位", want, s[17])
	}
	return USCC(s), nil
}

// usccCheck is the check character that belongs to the first 17 of s.
func usccCheck(s string) byte {
	sum := 0
	for i, w := range usccWeight {
		sum += int(usccValue[s[i]]) * w
	}
	return usccAlphabet[(31-sum%31)%31]
}

// NewUSCC makes a valid code for demonstrations and tests: authority and category
// (two characters, 91 for a firm), the six digits of the registering authority's
// place, and nine random characters. An area ending in 99 is assigned to no county, so
// the code is nobody's.
func NewUSCC(r *rand.Rand, category, area string) USCC {
	if len(category) != 2 || len(area) != 6 {
		panic("identity: a USCC needs a category of 2 and an area of 6 characters")
	}
	b := make([]byte, 0, usccLength)
	b = append(append(b, category...), area...)
	for range 9 {
		b = append(b, usccAlphabet[r.IntN(len(usccAlphabet))])
	}
	return USCC(append(b, usccCheck(string(b))))
}
