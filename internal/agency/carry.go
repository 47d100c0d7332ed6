package agency

import (
	"regexp"
	"strings"
	"time"

	"zjcs/internal/platform/clock"
)

// brackets are explanations beside the words of the catalogue: 测绘资质（房产测绘）.
var brackets = regexp.MustCompile(`[（(][^（）()]*[）)]`)

// noneNeeded: the entry asks for none, or names none among what would do.
var noneNeeded = regexp.MustCompile(`(^|[/、或])\s*(无|不要求)`)

// CertificateName is the words of a catalogue entry's required qualification without
// what stands in brackets. The database works out the same (migration 0014).
func CertificateName(required string) string {
	if !strings.ContainsAny(required, "（(") { // most have none, and a page asks for each item
		return strings.Trim(required, " ")
	}
	return strings.Trim(brackets.ReplaceAllString(required, ""), " ")
}

// NeedsQualification reports whether a catalogue entry asks for a qualification.
func NeedsQualification(required string) bool {
	name := CertificateName(required)
	if name == "" {
		return false
	}
	mayBeNone := strings.Contains(name, "无") || strings.Contains(name, "不要求")
	return !mayBeNone || !noneNeeded.MatchString(name)
}

// term is the days on which a certificate is valid, both inclusive; "" is open.
type term struct{ from, to string }

func (t term) holds(day string) bool {
	return (t.from == "" || t.from <= day) && (t.to == "" || day <= t.to)
}

// carrier is a certificate as the rule below sees it.
type carrier struct {
	certificate string // its name
	no          string
	term        term
}

// OfferedItem is an item of an agency, and whether it may take it on today.
type OfferedItem struct {
	Code      string `json:"code" doc:"事项编码" example:"ZJ0049"`
	Name      string `json:"name" doc:"事项名称"`
	Suspended bool   `json:"suspended" doc:"为真表示今天不能承接"`
	Reason    string `json:"reason,omitempty" doc:"为什么不能承接"`

	required string
	declared []carrier // those that carry it by declaration
	named    []carrier // those that carry it by their name
}

// judge decides by the day whether the item may be taken on (domain.md section 4). An
// item that asks for a qualification is carried by the certificates declared for it;
// where none is, by those named exactly as the catalogue names what it asks for; an
// imported agency of which neither is known is taken at its word (docs/adr/0009).
func (i *OfferedItem) judge(imported bool, now time.Time) {
	i.Suspended, i.Reason = false, ""
	if !NeedsQualification(i.required) {
		return
	}
	carriers := i.declared
	if len(carriers) == 0 {
		carriers = i.named
	}
	if len(carriers) == 0 {
		if !imported {
			i.Suspended, i.Reason = true, "没有登记承载它的资质，要求："+i.required
		}
		return
	}
	today, last := clock.Day(now), carriers[0]
	for _, c := range carriers {
		if c.term.holds(today) {
			return
		}
		if last.term.to == "" || c.term.to != "" && c.term.to > last.term.to {
			last = c
		}
	}
	i.Suspended = true
	if last.term.to != "" && last.term.to < today {
		i.Reason = "承载它的“" + last.certificate + "”（" + last.no + "）已于 " + last.term.to + " 到期"
	} else {
		i.Reason = "承载它的“" + last.certificate + "”（" + last.no + "）自 " + last.term.from + " 起才有效"
	}
}
