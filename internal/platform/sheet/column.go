package sheet

import (
	"strings"
	"time"

	"zjcs/internal/platform/apperr"
)

// Column is one column a kind of table has.
type Column struct {
	Name     string   // the header people see: 机构名称
	Aliases  []string // other headers for the same
	Required bool     // a table without it is refused
	Help     string   // what belongs in it, one sentence, for the template
	Example  string   // one right value, for the template
}

// header says where in the file each expected column stands.
type header struct {
	columns []Column
	at      []int // cell of column i, -1 when the file does not have it
	unknown []string
	width   int       // cells in the header line, trailing empty ones left out
	epoch   time.Time // day 0 of dates stored as numbers; zero where there are none
}

// canonical makes headers comparable: 「机构名称（必填）*」 is 机构名称.
func canonical(s string) string {
	s = strings.ToLower(Clean(s))
	for _, mark := range []string{"(必填)", "（必填）", "*", "＊"} {
		s = strings.ReplaceAll(s, mark, "")
	}
	return strings.ReplaceAll(s, " ", "")
}

// readHeader maps a header line; what cannot be right is named, all of it at once.
func readHeader(columns []Column, cells []string) (*header, error) {
	names := map[string]int{}
	for i, c := range columns {
		names[canonical(c.Name)] = i
		for _, a := range c.Aliases {
			names[canonical(a)] = i
		}
	}
	h := &header{columns: columns, at: make([]int, len(columns))}
	for i := range h.at {
		h.at[i] = -1
	}
	var twice []string
	for cell, text := range cells {
		key := canonical(text)
		if key == "" {
			continue
		}
		h.width = cell + 1
		i, known := names[key]
		switch {
		case !known:
			h.unknown = append(h.unknown, strings.Trim(Quote(Clean(text)), "「」"))
		case h.at[i] >= 0:
			twice = append(twice, columns[i].Name)
		default:
			h.at[i] = cell
		}
	}
	var missing []string
	for i, c := range columns {
		if c.Required && h.at[i] < 0 {
			missing = append(missing, c.Name)
		}
	}
	switch {
	case len(twice) > 0:
		return nil, apperr.New(apperr.Invalid, "表头重复：%s，每列只能有一个", strings.Join(twice, "、"))
	case len(missing) > 0:
		return nil, apperr.New(apperr.Invalid, "表头缺少必填列：%s（第一行应是列名，可用 zjcs import --template 取得模板）", strings.Join(missing, "、"))
	}
	return h, nil
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Row is one line of data.
type Row struct {
	Line  int64  // line in the file, counted from 1; for XLSX the row number
	Fault string // why the whole line cannot be read; its cells are then not to be used
	Size  int    // bytes of text in it

	cells  []string
	header *header
}

// Has reports whether the file has column i at all: an absent column leaves what is
// known alone, an empty cell says that there is nothing.
func (r Row) Has(i int) bool { return r.header.at[i] >= 0 }

// Cell is the text of column i without the spaces around it; "" when the file does
// not have the column.
func (r Row) Cell(i int) string {
	at := r.header.at[i]
	if at < 0 || at >= len(r.cells) {
		return ""
	}
	return Clean(r.cells[at])
}

// Clean removes the white space around s, the ideographic and the invisible kind too.
func Clean(s string) string {
	// Most cells begin and end in something visible.
	if n := len(s); n > 0 && visible(s[0]) && visible(s[n-1]) {
		return s
	}
	return strings.Trim(s, " \t\r\n\v\f\u00a0\u3000\ufeff\u200b\u200c\u200d\u2060")
}

// visible reports whether a byte certainly begins or ends no white space: printing
// ASCII. Other bytes are looked at more closely.
func visible(b byte) bool { return b > ' ' && b < 0x7f }
