package identity

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"unicode/utf8"
)

// ProjectCode is a well-formed investment project code (投资项目代码):
// year–area–industry–kind–serial, 2026-140802-04-01-123456. It has no check digit.
type ProjectCode string

// projectShape has a 0 for every digit.
const projectShape = "0000-000000-00-00-000000"

// ParseProjectCode reads a code; the error says what is wrong and what would be right.
func ParseProjectCode(raw string) (ProjectCode, error) {
	s := normalise(raw)
	if s == "" {
		return "", errors.New("投资项目代码不能为空，应如 2026-140802-04-01-123456")
	}
	if n := utf8.RuneCountInString(s); n != len(projectShape) {
		return "", fmt.Errorf("投资项目代码应为 24 位（含 4 个连字符），如 2026-140802-04-01-123456，现为 %d 位", n)
	}
	pos := 0
	for _, r := range s {
		hyphen := projectShape[pos] == '-'
		pos++
		switch {
		case hyphen && r != '-':
			return "", fmt.Errorf("投资项目代码第 %d 位应是连字符 -", pos)
		case !hyphen && (r < '0' || r > '9'):
			return "", fmt.Errorf("投资项目代码第 %d 位应是数字", pos)
		}
	}
	return ProjectCode(s), nil
}

// NewProjectCode makes a well-formed code for demonstrations and tests.
func NewProjectCode(r *rand.Rand, year int, area string) ProjectCode {
	return ProjectCode(fmt.Sprintf("%04d-%s-%02d-%02d-%06d", year, area, r.IntN(100), 1+r.IntN(5), r.IntN(1_000_000)))
}
