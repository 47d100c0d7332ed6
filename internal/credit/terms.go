package credit

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
)

// lastDay is the last day of a term of so many months that begins on the day of from: of
// twelve months from 1 March, 28 or 29 February. Where the month has no such day, it ends
// with the month's last (民法典 第202条).
func lastDay(from time.Time, months int) string {
	y, m, d := from.In(clock.Shanghai).Date()
	end := time.Date(y, m+time.Month(months)+1, 0, 0, 0, 0, 0, clock.Shanghai) // last day of that month
	if d <= end.Day() {
		end = time.Date(end.Year(), end.Month(), d, 0, 0, 0, 0, clock.Shanghai).AddDate(0, 0, -1)
	}
	return end.Format(time.DateOnly)
}

// firstDayAfter is the first day on which so many months have passed since at.
func firstDayAfter(at time.Time, months int) string {
	d, err := time.ParseInLocation(time.DateOnly, lastDay(at, months), clock.Shanghai)
	if err != nil {
		return clock.Day(at)
	}
	return clock.DayAfter(d, 1)
}

// Range is what one record of an entry may give, in tenths; both ends may be given. Mild
// is nearest to nothing for a deduction, and the least for an honour.
type Range struct{ Mild, Harsh Points }

// rangeOf orders what the table has from the least number to the greatest.
func rangeOf(level string, from, to Points) Range {
	if level == honour {
		return Range{Mild: from, Harsh: to}
	}
	return Range{Mild: to, Harsh: from}
}

func (r Range) holds(p Points) bool { return min(r.Mild, r.Harsh) <= p && p <= max(r.Mild, r.Harsh) }

// nearest is p where it is within, else the end of the range it lies beyond.
func (r Range) nearest(p Points) Points {
	return min(max(p, min(r.Mild, r.Harsh)), max(r.Mild, r.Harsh))
}

// text is the range as people write it, from mild to harsh.
func (r Range) text() string {
	if r.Mild == r.Harsh {
		return r.Mild.Text() + " 分"
	}
	return r.Mild.Text() + " 至 " + r.Harsh.Text() + " 分"
}

// given checks what somebody asks a record to give.
func (r Range) given(field string, p Points) error {
	if !r.holds(p) {
		return apperr.InvalidField(field, "分值应在条目写明的 %s之间（单位 0.1 分，即 %d 至 %d）", r.text(), min(r.Mild, r.Harsh), max(r.Mild, r.Harsh))
	}
	return nil
}

// Levels of the rubric, and what each may give (domain.md section 8), in tenths.
const honour = "honour"

var levels = []struct {
	name, label string
	bounds      Range
}{
	{"minor", "轻微", Range{-20, -50}}, {"general", "一般", Range{-60, -150}}, {"serious", "严重", Range{-200, -400}}, {honour, "表彰", Range{10, 50}},
}

func levelLabel(level string) string {
	for _, l := range levels {
		if l.name == level {
			return l.label
		}
	}
	return level
}

func boundsOf(level string) (Range, bool) {
	for _, l := range levels {
		if l.name == level {
			return l.bounds, true
		}
	}
	return Range{}, false
}

// named finds telephone, identity number and mail: what is published names nobody
// (个人信息保护法 第25条).
var named = regexp.MustCompile(`(?:^|\D)(1[3-9]\d{9}|[1-9]\d{16}[\dXx])(?:\D|$)|[\w.+-]+@[\w-]+\.\w`)

// publicWords are words that will be published, trimmed.
func publicWords(field, label, text string) (string, error) {
	text, err := plainWords(field, label, text, 5)
	if err == nil && named.MatchString(text) {
		err = apperr.InvalidField(field, "%s会公开，请去掉其中的电话、身份证号和邮箱", label)
	}
	return text, err
}

// plainWords are at least so many characters of text, at most 2000.
func plainWords(field, label, text string, least int) (string, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < least || n > 2000 || strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
		return "", apperr.InvalidField(field, "%s应为 %d 到 2000 个字", label, least)
	}
	return text, nil
}

// remaining is how long a term still runs, as people say it.
func remaining(until, now time.Time) string {
	left := until.Sub(now)
	switch {
	case left <= 0:
		return "已到期"
	case left < time.Hour:
		return fmt.Sprintf("还剩 %d 分钟", int(left/time.Minute))
	case left < 24*time.Hour:
		return fmt.Sprintf("还剩 %d 小时 %d 分钟", int(left/time.Hour), int(left%time.Hour/time.Minute))
	}
	return fmt.Sprintf("还剩 %d 天 %d 小时", int(left/(24*time.Hour)), int(left%(24*time.Hour)/time.Hour))
}
