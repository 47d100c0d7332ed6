package review

import (
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
)

// FieldType says what a field holds and how it is judged.
type FieldType string

const (
	Text      FieldType = "text"      // one line
	Paragraph FieldType = "paragraph" // several lines
	Date      FieldType = "date"      // YYYY-MM-DD
	Choice    FieldType = "choice"    // one of Options
	Choices   FieldType = "choices"   // several of Options
	Flag      FieldType = "flag"      // yes or no
	Number    FieldType = "number"    // a whole number, not negative
	Money     FieldType = "money"     // integer fen; people read and write yuan
	DateTime  FieldType = "datetime"  // RFC 3339, to the minute
	RegionRef FieldType = "region"    // a region code
	USCC      FieldType = "uscc"
	IDNumber  FieldType = "idNumber"
	Phone     FieldType = "phone"
	Email     FieldType = "email"
	ItemRefs  FieldType = "items" // service item codes
	File      FieldType = "file"  // the id of an uploaded file
	Rows      FieldType = "rows"  // a table, each row having Fields
)

// Option is one choice.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Condition shows a field only while another of the same level has one of these values.
type Condition struct {
	Field string   `json:"field"`
	In    []string `json:"in"`
}

// Field is one thing a form asks for.
type Field struct {
	Name     string     `json:"name"`
	Label    string     `json:"label" doc:"名称"`
	Type     FieldType  `json:"type" enum:"text,paragraph,date,choice,choices,flag,number,money,datetime,region,uscc,idNumber,phone,email,items,file,rows" doc:"类型"`
	Required bool       `json:"required" doc:"提交时必须填写"`
	Help     string     `json:"help,omitempty" doc:"填写说明"`
	Max      int        `json:"max,omitempty" doc:"最多字数、项数或行数"`
	Min      int        `json:"min,omitempty" doc:"最少项数或行数"`
	Options  []Option   `json:"options,omitempty" doc:"可选值"`
	When     *Condition `json:"when,omitempty" doc:"满足时才显示"`
	Secret   bool       `json:"secret,omitempty" doc:"为真表示个人敏感信息：加密保存，遮蔽显示"`
	ReadOnly bool       `json:"readOnly,omitempty" doc:"为真表示由系统填写"`
	Fields   []Field    `json:"fields,omitempty" doc:"表格各列"`
}

// Section is a part of a form under its heading.
type Section struct {
	Title  string  `json:"title"`
	Help   string  `json:"help,omitempty"`
	Fields []Field `json:"fields"`
}

// Form is what a kind of submission asks for. It is the one source of the page that is
// filled in, the check of what was filled in, and the words of the diff.
type Form struct {
	Sections []Section `json:"sections"`
}

// Fields are those of all sections.
func (f Form) Fields() []Field {
	var out []Field
	for _, s := range f.Sections {
		out = append(out, s.Fields...)
	}
	return out
}

// Content is what was filled in: JSON values by field name.
type Content map[string]any

// RowID tells the rows of a table apart through edits; the engine gives a row its own.
const RowID = "rowId"

// Check judges content on the day of now. While it is a draft only what is there is judged; complete also
// asks for what is missing. Paths are as in qualifications[1].validTo.
func (f Form) Check(c Content, now time.Time, complete bool) []apperr.Field {
	k := &checker{now: now, complete: complete}
	k.level("", f.Fields(), c)
	return k.faults
}

type checker struct {
	now      time.Time
	complete bool
	faults   []apperr.Field
}

func (k *checker) refuse(path, format string, args ...any) {
	if len(k.faults) < 200 { // nobody mends more in one go
		k.faults = append(k.faults, apperr.Field{Name: path, Message: fmt.Sprintf(format, args...)})
	}
}

func (k *checker) level(at string, fields []Field, c Content) {
	for name := range c {
		if name != RowID && !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name }) {
			k.refuse(at+name, "没有这一项，请对照表单检查")
		}
	}
	for _, f := range fields {
		v, given := c[f.Name]
		if !f.shown(c) {
			continue
		}
		if !given || blank(v) {
			if k.complete && f.Required {
				k.refuse(at+f.Name, "“%s”必须%s", f.Label, f.verb())
			}
			continue
		}
		k.value(at+f.Name, f, v)
	}
}

// shown reports whether the field is asked for, given what else was filled in.
func (f Field) shown(c Content) bool {
	if f.When == nil {
		return true
	}
	switch v := c[f.When.Field].(type) {
	case string:
		return slices.Contains(f.When.In, v)
	case bool:
		return slices.Contains(f.When.In, fmt.Sprint(v))
	}
	return false
}

func (f Field) verb() string {
	switch f.Type {
	case File:
		return "上传"
	case Choice, Choices, RegionRef, ItemRefs, Flag:
		return "选择"
	default:
		return "填写"
	}
}

func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case bool:
		return false
	}
	return false
}

func (k *checker) value(path string, f Field, v any) {
	switch f.Type {
	case Rows:
		k.rows(path, f, v)
	case Choices, ItemRefs:
		k.list(path, f, v)
	case Flag:
		b, ok := v.(bool)
		if !ok {
			k.refuse(path, "“%s”应是 true 或 false", f.Label)
		} else if k.complete && f.Required && !b {
			k.refuse(path, "“%s”须勾选确认", f.Label)
		}
	case Number:
		n, ok := v.(float64)
		if !ok || n != float64(int64(n)) || n < 0 || n > 1e12 {
			k.refuse(path, "“%s”应是不小于 0 的整数", f.Label)
		}
	case Money:
		n, ok := v.(float64)
		if !ok || n != float64(int64(n)) || n < 0 || n > maxFen {
			k.refuse(path, "“%s”应是不小于 0 的金额，不多于 900 亿元，以分为单位的整数", f.Label)
		}
	default:
		if f.Secret {
			if _, ok := secretRef(v); ok {
				return // judged when it was typed
			}
		}
		s, ok := v.(string)
		if !ok {
			k.refuse(path, "“%s”应是文字", f.Label)
			return
		}
		if reason := f.textFault(s, k.now); reason != "" {
			k.refuse(path, "“%s”%s", f.Label, reason)
		}
	}
}

func (k *checker) rows(path string, f Field, v any) {
	rows, ok := v.([]any)
	if !ok {
		k.refuse(path, "“%s”应是列表", f.Label)
		return
	}
	if limit := orDefault(f.Max, 200); len(rows) > limit {
		k.refuse(path, "“%s”最多 %d 行", f.Label, limit)
		return
	}
	if k.complete && len(rows) < f.Min {
		k.refuse(path, "“%s”至少 %d 行", f.Label, f.Min)
	}
	seen := map[string]bool{}
	for i, r := range rows {
		row, ok := r.(map[string]any)
		if !ok {
			k.refuse(fmt.Sprintf("%s[%d]", path, i), "每一行应是对象")
			continue
		}
		if id, given := row[RowID]; given {
			s, ok := id.(string)
			if !ok || len(s) > 36 || seen[s] {
				k.refuse(fmt.Sprintf("%s[%d].%s", path, i, RowID), "行标识应是不重复的文字，可以不写")
			}
			seen[s] = true
		}
		k.level(fmt.Sprintf("%s[%d].", path, i), f.Fields, row)
	}
}

func (k *checker) list(path string, f Field, v any) {
	list, ok := v.([]any)
	if !ok {
		k.refuse(path, "“%s”应是列表", f.Label)
		return
	}
	if limit := orDefault(f.Max, 200); len(list) > limit {
		k.refuse(path, "“%s”最多选 %d 项", f.Label, limit)
		return
	}
	seen := map[string]bool{}
	for i, e := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		s, ok := e.(string)
		switch {
		case !ok:
			k.refuse(at, "“%s”的每一项应是文字", f.Label)
		case seen[s]:
			k.refuse(at, "“%s”重复了", s)
		case f.Type == Choices && !f.has(s), f.Type == ItemRefs && !itemCode.MatchString(s):
			k.refuse(at, "“%s”应从可选的值中选择", f.Label)
		}
		seen[s] = true
	}
}

func (f Field) has(value string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == value })
}

var (
	itemCode   = regexp.MustCompile(`^[A-Z]{2}[0-9]{4,8}$`)
	regionCode = regexp.MustCompile(`^[0-9]{6}([0-9]{3})?$`)
	phone      = regexp.MustCompile(`^(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?|[48]00-?[0-9]{3}-?[0-9]{4})$`)
)

// textFault says what would be right, or nothing.
func (f Field) textFault(s string, now time.Time) string {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && (f.Type != Paragraph || r != '\n' && r != '\t' && r != '\r')
	}) {
		return "含有不能显示的字符"
	}
	limit := f.Max
	if limit == 0 {
		limit = map[FieldType]int{Text: 200, Paragraph: 4000}[f.Type]
	}
	if limit > 0 && utf8.RuneCountInString(s) > limit {
		return fmt.Sprintf("不能多于 %d 个字", limit)
	}
	switch f.Type {
	case Date:
		if t, err := time.Parse(time.DateOnly, s); err != nil || t.Year() < 1900 || t.Year() > 2200 {
			return "应是日期，如 2026-01-02"
		}
	case DateTime:
		if t, err := time.Parse(time.RFC3339, s); err != nil || t.Year() < 1900 || t.Year() > 2200 {
			return "应是带时区的时间，如 2026-01-02T17:00:00+08:00"
		}
	case Choice:
		if !f.has(s) {
			return "应从可选的值中选择"
		}
	case RegionRef:
		if !regionCode.MatchString(s) {
			return "应是区划代码"
		}
	case USCC:
		if _, err := identity.ParseUSCC(s); err != nil {
			return "：" + err.Error()
		}
	case IDNumber:
		if _, err := identity.ParseCitizenID(s, now); err != nil {
			return "：" + err.Error()
		}
	case Phone:
		if !phone.MatchString(s) {
			return "应是手机号或带区号的固定电话，如 13800138000、0359-2660000"
		}
	case Email:
		if a, err := mail.ParseAddress(s); err != nil || a.Address != s || len(s) > 254 {
			return "应是电子邮箱地址，如 name@example.com"
		}
	case File:
		if _, err := uuid.Parse(s); err != nil {
			return "应是已上传文件的标识"
		}
	default: // any text within its length
	}
	return ""
}

// maxFen is a sum that JSON's numbers hold exactly.
const maxFen = 9e12

func orDefault(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}
