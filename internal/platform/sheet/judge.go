package sheet

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"zjcs/internal/platform/provenance"
)

// Judge reads the cells of one row as what they should be and gathers every fault, so
// that a person mends a row in one go.
type Judge struct {
	Row
	faults []provenance.RowError
}

// Faults are those gathered.
func (j *Judge) Faults() []provenance.RowError { return j.faults }

// Refuse adds a fault of column i: what is wrong, what would be right.
func (j *Judge) Refuse(i int, reason string) {
	j.faults = append(j.faults, provenance.RowError{Line: j.Line, Column: j.header.columns[i].Name, Reason: reason})
}

// Refusef is Refuse with a format.
func (j *Judge) Refusef(i int, format string, args ...any) { j.Refuse(i, fmt.Sprintf(format, args...)) }

// Quote repeats a value in a reason: shortened, and without anything that may be a
// person's number, which a shifted column brings where nobody expects it.
func Quote(s string) string {
	run := 0
	for _, r := range s {
		if run++; r < '0' || r > '9' && r < '０' || r > '９' {
			run = 0
		}
		if run == 7 || r < ' ' {
			return "「…」"
		}
	}
	if r := []rune(s); len(r) > 20 {
		s = string(r[:20]) + "…"
	}
	return "「" + s + "」"
}

// Text is a cell of at most limit characters on one line; it may be empty.
func (j *Judge) Text(i, limit int) string {
	s := j.Cell(i)
	if reason := TextFault(s, limit); reason != "" {
		j.Refuse(i, reason)
	}
	return s
}

// Required is Text that may not be empty.
func (j *Judge) Required(i, limit int) string {
	s := j.Text(i, limit)
	if s == "" {
		j.Refuse(i, "不能为空")
	}
	return s
}

// LongText is a cell of several lines.
func (j *Judge) LongText(i, limit int) string {
	s := strings.ReplaceAll(j.Cell(i), "\r\n", "\n")
	if reason := TextFault(strings.ReplaceAll(s, "\n", ""), limit); reason != "" {
		j.Refuse(i, reason)
	}
	return s
}

// TextFault says why s is no text of at most limit characters on one line, or "".
func TextFault(s string, limit int) string {
	if len(s) > limit && utf8.RuneCountInString(s) > limit {
		return fmt.Sprintf("应不超过 %d 个字", limit)
	}
	for k := 0; k < len(s); k++ {
		switch c := s[k]; {
		case c == '\n' || c == '\r':
			return "不能有换行"
		case c < ' ' || c == 0x7f:
			return "有不可见的控制字符，请删除"
		case c == 0xe2:
			// Marks that turn the direction of writing can make a name look like another.
			if r, _ := utf8.DecodeRuneInString(s[k:]); r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029 {
				return "有不可见的控制字符，请删除"
			}
		}
	}
	return ""
}

// Number is a cell that holds a number as text, such as a code or a telephone: Excel
// must not have rounded it. False when it has, which is then a fault.
func (j *Judge) Number(i int) (string, bool) {
	s := j.Cell(i)
	if scientific(s) {
		j.Refuse(i, "是科学计数法，末尾的数字已被 Excel 改写；请把该列设为「文本」格式后重新填写")
		return "", false
	}
	return s, true
}

func scientific(s string) bool {
	if len(s) < 4 || s[0] < '0' || s[0] > '9' {
		return false
	}
	at := strings.IndexAny(s, "eE")
	if at < 0 || at+2 >= len(s) || s[at+1] != '+' {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// Choice is a cell whose text is one of words; its value is what the word stands for.
func Choice[V any](j *Judge, i int, words map[string]V, right string) (v V) {
	v, ok := words[j.Cell(i)]
	if !ok {
		j.Refusef(i, "应是%s之一", right)
	}
	return v
}

// List is the entries of a cell, separated by one of seps; empty ones are left out.
func (j *Judge) List(i int, seps string) iter.Seq[string] { return Split(j.Cell(i), seps) }

// Split cuts s at any of the characters of seps; empty entries are left out.
func Split(s, seps string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for s != "" {
			at := strings.IndexAny(s, seps)
			entry := s
			if at < 0 {
				s = ""
			} else {
				_, n := utf8.DecodeRuneInString(s[at:])
				entry, s = s[:at], s[at+n:]
			}
			if entry = Clean(entry); entry != "" && !yield(entry) {
				return
			}
		}
	}
}

// Date is a cell that holds a day; the zero time when it is empty.
func (j *Judge) Date(i int) time.Time {
	s := j.Cell(i)
	if s == "" {
		return time.Time{}
	}
	if t, ok := j.header.serialDate(s); ok {
		return t
	}
	t, ok := ParseDate(s)
	if !ok {
		j.Refuse(i, "应是日期，如 2026-01-31")
	}
	return t
}

// serialDate reads a date as a workbook stores it: days since its epoch.
func (h *header) serialDate(s string) (time.Time, bool) {
	if h.epoch.IsZero() || len(s) < 4 || len(s) > 20 {
		return time.Time{}, false
	}
	// Five digits: 1927 to 2173. Eight would be 20260131.
	days, err := strconv.ParseFloat(s, 64)
	if err != nil || days < 10_000 || days >= 100_000 {
		return time.Time{}, false
	}
	return h.epoch.AddDate(0, 0, int(days)), true
}

// ParseDate reads a day as people write it: 2026-01-31, 2026/1/31, 2026.1.31, 20260131,
// 2026年1月31日, with a midnight or other time after it.
func ParseDate(s string) (time.Time, bool) {
	if len(s) > 10 && (s[10] == ' ' || s[10] == 'T') {
		s = s[:10]
	}
	if len(s) == 8 && digits(s) {
		return day(s[:4], s[4:6], s[6:])
	}
	if len(s) == 10 && s[4] == '-' && s[7] == '-' {
		return day(s[:4], s[5:7], s[8:])
	}
	if rest, ok := strings.CutSuffix(s, "日"); ok {
		y, rest, ok1 := strings.Cut(rest, "年")
		m, d, ok2 := strings.Cut(rest, "月")
		if ok1 && ok2 {
			return day(y, m, d)
		}
		return time.Time{}, false
	}
	for _, sep := range []string{"-", "/", "."} {
		if parts := strings.Split(s, sep); len(parts) == 3 {
			return day(parts[0], parts[1], parts[2])
		}
	}
	return time.Time{}, false
}

func day(y, m, d string) (time.Time, bool) {
	if len(y) != 4 || len(m) < 1 || len(m) > 2 || len(d) < 1 || len(d) > 2 || !digits(y) || !digits(m) || !digits(d) {
		return time.Time{}, false
	}
	yy, mm, dd := number(y), number(m), number(d)
	t := time.Date(yy, time.Month(mm), dd, 0, 0, 0, 0, time.UTC)
	// 31 April becomes 1 May: not what was written.
	return t, t.Year() == yy && int(t.Month()) == mm && t.Day() == dd && yy >= 1900
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func number(s string) (n int) {
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
