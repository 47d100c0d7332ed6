// Package rules holds every number that a region may decide for itself: a default
// shipped with the program, and decisions that are versioned, dated and never edited
// (domain.md: every number is a default, in configuration data, never in code).
//
// It owns the table rule_value and data/rules.json. The value in force is the newest
// decision, already effective on the day asked for, of the region; without one, of the
// nearest region above that has one; else the shipped default.
package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"

	"zjcs/data"
)

// Rule is one shipped default and the limits within which a region may decide.
type Rule struct {
	Name    string          `json:"name"`   // review.workdays
	Label   string          `json:"label"`  // 形式审核时限
	Unit    string          `json:"unit"`   // 工作日
	Default json.RawMessage `json:"value"`  // an integer, a list of integers, or an object of integers
	Min     int             `json:"min"`    // of each integer in it
	Max     int             `json:"max"`    //
	Order   string          `json:"order"`  // of a list: ascending, descending, or empty
	Source  string          `json:"source"` // the article or chapter the default comes from

	shape shape
}

// Other is the entry of an object that answers for every key it does not name. Each
// object has it.
const Other = "other"

type shape int

const (
	integer shape = iota + 1
	list
	object
)

// numbers is a value taken apart; which field is set is its shape.
type numbers struct {
	shape  shape
	one    int
	list   []int
	object map[string]int
}

// key is how an object names what an entry is for: agency-admission.
var key = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// read takes a value apart. 2.0 and 1e3 are not integers here: one spelling a value.
func read(raw json.RawMessage) (numbers, bool) {
	var n numbers
	var one *int // pointers, since null would pass for 0
	var some []*int
	var named map[string]*int
	raw = bytes.TrimSpace(raw)
	switch {
	case bytes.HasPrefix(raw, []byte("[")) && json.Unmarshal(raw, &some) == nil:
		n.shape = list
		for _, v := range some {
			if v == nil {
				return n, false
			}
			n.list = append(n.list, *v)
		}
		return n, len(n.list) > 0
	case bytes.HasPrefix(raw, []byte("{")) && json.Unmarshal(raw, &named) == nil:
		n.shape, n.object = object, map[string]int{}
		for k, v := range named {
			if v == nil {
				return n, false
			}
			n.object[k] = *v
		}
		return n, len(n.object) > 0
	case json.Unmarshal(raw, &one) == nil && one != nil:
		n.shape, n.one = integer, *one
		return n, true
	}
	return n, false
}

func (n numbers) all() []int {
	switch n.shape {
	case list:
		return n.list
	case object:
		return slices.Collect(maps.Values(n.object))
	default:
		return []int{n.one}
	}
}

// maxEntries is more than any list or object here means to have.
const maxEntries = 50

// Check says what is wrong with a value for this rule, in words that say what would be
// right; empty when nothing is.
func (r Rule) Check(raw json.RawMessage) string {
	n, ok := read(raw)
	if !ok || n.shape != r.shape {
		return "应是" + r.shape.describe() + "，如 " + string(r.Default)
	}
	all := n.all()
	if len(all) > maxEntries {
		return fmt.Sprintf("应不超过 %d 项", maxEntries)
	}
	for _, v := range all {
		if v < r.Min || v > r.Max {
			return fmt.Sprintf("每个数应在 %d 到 %d 之间（%s）", r.Min, r.Max, r.Unit)
		}
	}
	for i := 1; i < len(n.list); i++ {
		if r.Order == "ascending" && n.list[i] <= n.list[i-1] {
			return "各数应由小到大，如 " + string(r.Default)
		}
		if r.Order == "descending" && n.list[i] >= n.list[i-1] {
			return "各数应由大到小，如 " + string(r.Default)
		}
	}
	if r.shape == object {
		if _, ok := n.object[Other]; !ok {
			return "应有 other 一项，用于没有列出的种类"
		}
		for k := range n.object {
			if !key.MatchString(k) {
				return "种类名应由小写字母、数字和连字符组成，如 agency-admission"
			}
		}
	}
	return ""
}

func (s shape) describe() string {
	switch s {
	case list:
		return "一列整数"
	case object:
		return "各种类对应的整数"
	default:
		return "一个整数"
	}
}

// shipped are the rules this program comes with, by name. They are part of
// the program: a broken file is a broken build, and the tests read it.
var shipped = sync.OnceValue(func() map[string]Rule {
	raw, err := data.FS.ReadFile(data.Rules)
	if err != nil {
		panic(err)
	}
	all, err := parse(raw)
	if err != nil {
		panic(err)
	}
	return all
})

func parse(raw []byte) (map[string]Rule, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var all []Rule
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	out := make(map[string]Rule, len(all))
	for _, r := range all {
		n, ok := read(r.Default)
		r.shape = n.shape
		if _, twice := out[r.Name]; !ok || twice || r.Name == "" || r.Label == "" || r.Unit == "" || r.Source == "" {
			return nil, fmt.Errorf("rules: %q is incomplete or there twice", r.Name)
		}
		if fault := r.Check(r.Default); fault != "" {
			return nil, fmt.Errorf("rules: default of %s: %s", r.Name, fault)
		}
		out[r.Name] = r
	}
	return out, nil
}
