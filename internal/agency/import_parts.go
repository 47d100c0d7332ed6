package agency

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/sheet"
)

// Entries are separated by ； or ;, the fields of one by | or ｜.
const entrySeparators = "；;"

// More parts than any agency has: a cell with more is damaged, or meant to be.
const (
	maxItems          = 200
	maxQualifications = 100
	maxPractitioners  = 2000
)

func (im *Import) readItems(j *sheet.Judge, r *Imported) {
	for code := range j.List(colItems, "；;，,、|") {
		id, ok := im.items[code]
		switch {
		case !ok:
			j.Refusef(colItems, "%s不在事项目录中，应是事项编码，如 ZJ0049，多个用 ； 分隔", sheet.Quote(code))
			return
		case len(r.items) == maxItems:
			j.Refusef(colItems, "应不超过 %d 个事项", maxItems)
			return
		case !slices.Contains(r.items, id):
			r.items = append(r.items, id)
		}
	}
	slices.SortFunc(r.items, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
}

// entry reads the fields of one entry of a cell and refuses it by its place.
type entry struct {
	j      *sheet.Judge
	column int
	place  int
	fields [6]string
	n      int
	bad    bool
}

func (e *entry) read(text string) {
	e.place++
	e.n, e.bad = 0, false
	for e.n < len(e.fields) {
		at := strings.IndexAny(text, "|｜")
		if at < 0 {
			e.fields[e.n] = sheet.Clean(text)
			e.n++
			return
		}
		e.fields[e.n] = sheet.Clean(text[:at])
		e.n++
		_, bar := utf8.DecodeRuneInString(text[at:])
		text = text[at+bar:]
	}
	e.n++ // more fields than any entry has
}

func (e *entry) refuse(reason string) {
	e.bad = true
	e.j.Refuse(e.column, fmt.Sprintf("第 %d 项：%s", e.place, reason))
}

func (e *entry) text(i int, what string, limit int, required bool) string {
	s := e.fields[i]
	if reason := sheet.TextFault(s, limit); reason != "" {
		e.refuse(what + reason)
	} else if required && s == "" {
		e.refuse(what + "不能为空")
	}
	return s
}

func (e *entry) date(i int) time.Time {
	s := e.fields[i]
	if s == "" || s == "长期" || s == "长期有效" {
		return time.Time{}
	}
	t, ok := sheet.ParseDate(s)
	if !ok {
		e.refuse("有效期至应是日期，如 2027-12-31；长期有效的留空")
	}
	return t
}

func (im *Import) readQualifications(j *sheet.Judge, r *Imported) {
	e := entry{j: j, column: colQualifications}
	for text := range j.List(colQualifications, entrySeparators) {
		e.read(text)
		if e.n != 5 {
			e.refuse("应是「名称|等级|证书编号|发证机关|有效期至」五段，没有的留空")
			continue
		}
		q := importedQualification{
			name: e.text(0, "资质名称", 100, true), level: e.text(1, "等级", 20, false), certificateNo: e.text(2, "证书编号", 60, true),
			issuer: e.text(3, "发证机关", 100, false), validTo: e.date(4),
		}
		for _, other := range r.qualifications {
			if other.name == q.name && other.certificateNo == q.certificateNo {
				e.refuse("与前面一项的资质名称和证书编号相同")
			}
		}
		if len(r.qualifications) == maxQualifications {
			e.refuse(fmt.Sprintf("应不超过 %d 项资质", maxQualifications))
			return
		}
		if !e.bad {
			r.qualifications = append(r.qualifications, q)
		}
	}
}

// A fault here never repeats a person's values: its place says which person it is.
func (im *Import) readPractitioners(j *sheet.Judge, r *Imported) {
	e := entry{j: j, column: colPractitioners}
	var known map[[2]string]bool
	for text := range j.List(colPractitioners, entrySeparators) {
		e.read(text)
		if e.n != 4 && e.n != 5 {
			e.refuse("应是「姓名|专业|证书编号|有效期至|身份证号」五段，没有的留空，身份证号可不写")
			continue
		}
		p := importedPractitioner{
			name: e.text(0, "姓名", 50, true), specialty: e.text(1, "专业", 50, true), certificateNo: e.text(2, "证书编号", 60, true), validTo: e.date(3),
		}
		if e.n == 5 && e.fields[4] != "" {
			if id, err := identity.ParseCitizenID(e.fields[4], im.now); err != nil {
				e.refuse(err.Error())
			} else {
				p.idNumber = im.vault.Seal(FieldPractitionerID, id.Reveal())
				digests := im.vault.Digests(FieldPersonDigest, id.Reveal())
				p.idDigest, p.oldDigests = digests[0], digests[1:]
			}
		}
		if known == nil {
			known = map[[2]string]bool{}
		}
		key := [2]string{p.specialty, p.certificateNo}
		if known[key] {
			e.refuse("与前面一项的专业和证书编号相同")
		}
		known[key] = true
		if len(r.practitioners) == maxPractitioners {
			e.refuse(fmt.Sprintf("应不超过 %d 人", maxPractitioners))
			return
		}
		if !e.bad {
			r.practitioners = append(r.practitioners, p)
		}
	}
}
