package review

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Change is one difference between what is published and what is submitted, in words.
type Change struct {
	Path   string `json:"path" doc:"字段路径"`
	Label  string `json:"label" doc:"字段名称"`
	Before string `json:"before" doc:"已发布的值；新增的为空"`
	After  string `json:"after" doc:"提交的值；删除的为空"`
	Kind   string `json:"kind" enum:"added,removed,changed" doc:"新增、删除、改动"`
}

// Diff compares by the form. Rows are the same row when their ids agree, or, where one
// side has none in common, when their texts do.
func (f Form) Diff(before, after Content) []Change {
	out := []Change{}
	diffLevel("", "", f.Fields(), before, after, &out)
	return out
}

func diffLevel(at, label string, fields []Field, before, after Content, out *[]Change) {
	for _, f := range fields {
		b, a := before[f.Name], after[f.Name]
		if f.Type == Rows {
			diffRows(at+f.Name, label+f.Label, f, rowsOf(b), rowsOf(a), out)
			continue
		}
		if same(f, b, a) {
			continue
		}
		add(out, at+f.Name, label+f.Label, f.words(b), f.words(a))
	}
}

func diffRows(path, label string, f Field, before, after []Content, out *[]Change) {
	left := slices.Clone(before)
	for i, a := range after {
		at := slices.IndexFunc(left, func(b Content) bool { return b[RowID] != nil && b[RowID] == a[RowID] })
		if at < 0 {
			at = slices.IndexFunc(left, func(b Content) bool { return f.rowWords(b) == f.rowWords(a) })
		}
		here := fmt.Sprintf("%s[%d]", path, i)
		if at < 0 {
			add(out, here, fmt.Sprintf("%s 第 %d 行", label, i+1), "", f.rowWords(a))
			continue
		}
		diffLevel(here+".", fmt.Sprintf("%s 第 %d 行 ", label, i+1), f.Fields, left[at], a, out)
		left = slices.Delete(left, at, at+1)
	}
	for _, b := range left {
		add(out, path, label, f.rowWords(b), "")
	}
}

func add(out *[]Change, path, label, before, after string) {
	kind := "changed"
	switch {
	case before == after:
		return
	case before == "":
		kind = "added"
	case after == "":
		kind = "removed"
	}
	*out = append(*out, Change{Path: path, Label: label, Before: before, After: after, Kind: kind})
}

func rowsOf(v any) []Content {
	rows, _ := v.([]any)
	out := make([]Content, 0, len(rows))
	for _, r := range rows {
		if m, ok := r.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

func same(f Field, b, a any) bool {
	if blank(b) && blank(a) {
		return true
	}
	if f.Secret {
		bm, bok := b.(map[string]any)
		am, aok := a.(map[string]any)
		if bok && aok {
			return bm[refTag] == am[refTag]
		}
	}
	if f.Type == Choices || f.Type == ItemRefs { // order says nothing
		x, y := textsOf(b), textsOf(a)
		slices.Sort(x)
		slices.Sort(y)
		return slices.Equal(x, y)
	}
	return reflect.DeepEqual(b, a)
}

func textsOf(v any) []string {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, e := range list {
		out = append(out, fmt.Sprint(e))
	}
	return out
}

// words is a value as a person reads it.
func (f Field) words(v any) string {
	if blank(v) {
		return ""
	}
	switch v := v.(type) {
	case bool:
		if v {
			return "是"
		}
		return "否"
	case []any:
		texts := textsOf(v)
		for i, t := range texts {
			texts[i] = f.optionWords(t)
		}
		return strings.Join(texts, "、")
	case map[string]any:
		if mask, ok := v[refMask].(string); ok {
			return mask
		}
	case float64:
		n, _ := json.Marshal(v)
		return string(n)
	case string:
		return f.optionWords(v)
	}
	return fmt.Sprint(v)
}

func (f Field) optionWords(value string) string {
	for _, o := range f.Options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

func (f Field) rowWords(row Content) string {
	var parts []string
	for _, c := range f.Fields {
		if w := c.words(row[c.Name]); w != "" {
			parts = append(parts, c.Label+"："+w)
		}
	}
	return strings.Join(parts, "；")
}

// Label is a field's path in words: people[0].idNumber → 人员 第 1 行 身份证号. A path that
// leads nowhere is its own label.
func (f Form) Label(path string) string {
	fields := f.Fields()
	var words []string
	for _, part := range strings.Split(path, ".") {
		name, index, row := strings.Cut(strings.TrimSuffix(part, "]"), "[")
		at := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
		if at < 0 {
			return path
		}
		words = append(words, fields[at].Label)
		if n, err := strconv.Atoi(index); row && err == nil {
			words = append(words, fmt.Sprintf("第 %d 行", n+1))
		}
		fields = fields[at].Fields
	}
	return strings.Join(words, " ")
}
