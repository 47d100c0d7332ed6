package calendar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/sheet"
)

// Limits of a notice: more than any has had.
const (
	maxDays      = 120
	maxDocument  = 100
	shownFaults  = 20
	lawSince     = 2025 // 国务院令 第795号; earlier years had other holidays
	maxFileBytes = 1 << 20
)

// Check refuses what no notice can say, each fault by its field: year, document, days.
func (y Year) Check() error {
	var faults []apperr.Field
	fault := func(name, format string, args ...any) {
		faults = append(faults, apperr.Field{Name: name, Message: fmt.Sprintf(format, args...)})
	}
	if y.Year < firstYear || y.Year > lastYear {
		fault("year", "年份应在 %d 到 %d 之间", firstYear, lastYear)
		return apperr.InvalidFields(faults)
	}
	if strings.TrimSpace(y.Document) == "" {
		fault("document", "应写明文件名称或文号，如 国办发明电〔2024〕12号")
	} else if wrong := sheet.TextFault(y.Document, maxDocument); wrong != "" {
		fault("document", "文件名称或文号%s", wrong)
	}
	if len(y.Days) > maxDays {
		fault("days", "应不超过 %d 天", maxDays)
	}
	first, last := date(y.Year-1, 12, decemberTail), date(y.Year, 12, 31)
	for _, d := range slices.Sorted(maps.Keys(y.Days)) {
		switch kind := y.Days[d]; {
		case d < first || d > last:
			fault("days", "%s 不在 %d 年的安排里，应在 %s 到 %s 之间", d, y.Year, first, last)
		case kind != Holiday && kind != Workday:
			fault("days", "%s 应是 holiday（放假）或 workday（调休上班）", d)
		case kind == Workday && !d.Weekend():
			fault("days", "%s 不是周六、周日，本来就上班，不应列为调休上班", d)
		}
	}
	if y.Year >= lawSince {
		with := Calendar{years: map[int]Year{y.Year: y}}
		law := statutory(y.Year)
		for _, d := range slices.Sorted(maps.Keys(law)) {
			if work, _ := with.IsWorkday(d); work {
				fault("days", "%s 是法定节假日（%s），应列为放假", d, law[d])
			}
		}
	}
	return apperr.InvalidFields(faults[:min(len(faults), shownFaults)])
}

// ParseJSON reads {"year": 2027, "document": "…", "days": {"2027-01-01": "holiday",
// "2027-02-20": "workday"}} and checks it.
func ParseJSON(raw []byte) (Year, error) {
	var in struct {
		Year     int             `json:"year"`
		Document string          `json:"document"`
		Days     map[string]Kind `json:"days"`
	}
	if len(raw) > maxFileBytes {
		return Year{}, apperr.New(apperr.TooLarge, "年度安排文件应不超过 1 MB")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return Year{}, apperr.InvalidField("file", `不是年度安排文件，应如 {"year": 2027, "document": "国办发明电〔2026〕1号", "days": {"2027-01-01": "holiday"}}`).Because(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Year{}, apperr.InvalidField("file", "文件末尾有多余的内容，应只有一个年度安排")
	}
	y := Year{Year: in.Year, Document: strings.TrimSpace(in.Document), Days: make(map[Day]Kind, len(in.Days))}
	for _, text := range slices.Sorted(maps.Keys(in.Days)) {
		day, err := ParseDay(text)
		if err != nil {
			return Year{}, apperr.InvalidField("days", "%s应是日期，如 2027-01-01", sheet.Quote(text))
		}
		y.Days[day] = in.Days[text]
	}
	return y, y.Check()
}

// Columns of a year as a table: CSV or XLSX.
var Columns = []sheet.Column{
	{Name: "日期", Required: true, Help: "放假或调休上班的日期。", Example: "2027-01-01"},
	{Name: "安排", Required: true, Help: "放假，或上班（周六、周日调休上班）。", Example: "放假"},
}

var kinds = map[string]Kind{"放假": Holiday, "休息": Holiday, "holiday": Holiday, "上班": Workday, "调休上班": Workday, "workday": Workday}

// ReadTable reads a year from a CSV or XLSX file with the columns 日期 and 安排, and
// checks it. Faults name their line.
func ReadTable(file string, year int, document string) (y Year, err error) {
	r, err := sheet.Open(file, Columns, sheet.Limits{CSVBytes: maxFileBytes, XLSXBytes: maxFileBytes})
	if err != nil {
		return Year{}, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	y = Year{Year: year, Document: strings.TrimSpace(document), Days: map[Day]Kind{}}
	var faults []apperr.Field
	fault := func(line int64, column, reason string) {
		faults = append(faults, apperr.Field{Name: "file", Message: fmt.Sprintf("第 %d 行 %s：%s", line, column, reason)})
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Year{}, err
		}
		if row.Fault != "" {
			fault(row.Line, "", row.Fault)
			continue
		}
		j := sheet.Judge{Row: row}
		at := j.Date(0)
		kind := sheet.Choice(&j, 1, kinds, "放假、上班")
		day := DayOf(at)
		if _, twice := y.Days[day]; twice && !at.IsZero() {
			j.Refuse(0, "与前面一行的日期相同")
		} else if at.IsZero() && len(j.Faults()) == 0 {
			j.Refuse(0, "不能为空")
		}
		for _, f := range j.Faults() {
			fault(f.Line, f.Column, f.Reason)
		}
		y.Days[day] = kind
	}
	if len(faults) > 0 {
		return Year{}, apperr.InvalidFields(faults[:min(len(faults), shownFaults)])
	}
	return y, y.Check()
}
