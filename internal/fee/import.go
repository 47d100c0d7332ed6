package fee

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ReferenceStandard is one standard of the file shipped with the program: what is
// asked for, and the whole as shipped.
type ReferenceStandard struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Document string          `json:"doc"`
	Method   Method          `json:"method"`
	Status   string          `json:"status"`
	Body     json.RawMessage `json:"-"`
}

// ParseReference reads the shipped file.
func ParseReference(file []byte) ([]ReferenceStandard, error) {
	var doc struct {
		Standards []json.RawMessage `json:"standards"`
	}
	if err := json.Unmarshal(file, &doc); err != nil {
		return nil, fmt.Errorf("fee standards: %w", err)
	}
	out := make([]ReferenceStandard, len(doc.Standards))
	for i, raw := range doc.Standards {
		if err := json.Unmarshal(raw, &out[i]); err != nil {
			return nil, fmt.Errorf("fee standards: %w", err)
		}
		out[i].Status = strings.TrimSpace(out[i].Status)
		out[i].Body = raw
	}
	return out, nil
}

// documentNumber is a price document's number: 计价格[2002]125号, 发改价格〔2011〕534号.
var documentNumber = regexp.MustCompile(`\p{Han}+[\[〔]\d{4}[\]〕]\d+号`)

func documents(text string) []string {
	out := documentNumber.FindAllString(text, -1)
	for i, d := range out {
		// What leads to the number is not part of it: 历史标准计价格[1999]1283号, 原计价格….
		d = strings.NewReplacer("〔", "[", "〕", "]").Replace(d)
		for _, lead := range []string{"历史标准", "上限", "原"} {
			d = strings.TrimPrefix(d, lead)
		}
		out[i] = d
	}
	return out
}

// Matcher finds the standards that an item's fee reference means by the documents it
// names. A standard is meant when its own document, the first in Document, is named;
// one whose documents are all among those of another that is meant is not: 招标代理
// names 计价格[2002]1980号 as amended by 发改价格[2011]534号, and 534 alone sets the
// ceiling for 施工图审查.
func Matcher(standards []ReferenceStandard) func(item, reference string) []string {
	return func(item, reference string) []string {
		named := documents(reference)
		meant := []ReferenceStandard{}
		for _, s := range standards {
			own := documents(s.Document)
			if len(own) == 0 || !slices.Contains(named, own[0]) {
				continue
			}
			// 计价格[2002]10号 sets survey and design fees; the shipped standard is its design part.
			if s.ID == "design" && !strings.Contains(item, "设计") {
				continue
			}
			meant = append(meant, s)
		}
		ids := []string{}
		for _, s := range meant {
			if !slices.ContainsFunc(meant, func(o ReferenceStandard) bool { return amends(o, s) }) {
				ids = append(ids, s.ID)
			}
		}
		return ids
	}
}

// amends reports whether o rests on every document of s and on more.
func amends(o, s ReferenceStandard) bool {
	os, ss := documents(o.Document), documents(s.Document)
	for _, d := range ss {
		if !slices.Contains(os, d) {
			return false
		}
	}
	return len(os) > len(ss)
}
