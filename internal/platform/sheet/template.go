package sheet

import (
	stdcsv "encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Escape makes a text that a spreadsheet would run as a formula into one that it
// shows. Everything that is exported to CSV or XLSX goes through it.
func Escape(s string) string {
	if s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 {
		return "'" + s
	}
	return s
}

// title is a header as a template shows it.
func (c Column) title() string {
	if c.Required {
		return c.Name + "*"
	}
	return c.Name
}

func (c Column) explanation() string {
	s := c.Help
	if c.Example != "" {
		s += "；例：" + c.Example
	}
	return s
}

// WriteCSVTemplate writes an empty table with its explanation in lines that begin
// with #, which an import leaves out. The byte order mark makes Excel read it as UTF-8.
func WriteCSVTemplate(w io.Writer, columns []Column) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	out := stdcsv.NewWriter(w)
	header := make([]string, len(columns))
	for i, c := range columns {
		header[i] = Escape(c.title())
	}
	lines := [][]string{header, {"# 第一行是列名，带 * 的必填；以 # 开头的行是说明，不会导入，可以删除"}}
	for _, c := range columns {
		lines = append(lines, []string{"# " + c.title() + "：" + c.explanation()})
	}
	if err := out.WriteAll(lines); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	return nil
}

// WriteXLSXTemplate writes an empty table, all of it formatted as text so that Excel
// does not round codes, with its explanation on a second sheet.
func WriteXLSXTemplate(w io.Writer, columns []Column) error {
	const help = "填写说明"
	book := excelize.NewFile()
	defer book.Close()
	first := book.GetSheetName(0)
	text, err := book.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	bold, err := book.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	if _, err := book.NewSheet(help); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	set := func(sheet string, column, row int, value string) {
		cell, cellErr := excelize.CoordinatesToCellName(column, row)
		if err == nil {
			err = cellErr
		}
		if err == nil {
			err = book.SetCellStr(sheet, cell, Escape(value))
		}
	}
	for i, c := range columns {
		set(first, i+1, 1, c.title())
		set(help, 1, i+2, c.title())
		set(help, 2, i+2, c.Help)
		set(help, 3, i+2, c.Example)
	}
	for i, t := range []string{"列名（带 * 的必填）", "填写要求", "示例"} {
		set(help, i+1, 1, t)
	}
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	last, err := excelize.ColumnNumberToName(len(columns))
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	for _, err := range []error{
		book.SetColStyle(first, "A:"+last, text), book.SetRowStyle(first, 1, 1, bold), book.SetColWidth(first, "A", last, 22),
		book.SetRowStyle(help, 1, 1, bold), book.SetColWidth(help, "A", "A", 26), book.SetColWidth(help, "B", "C", 70),
		book.Write(w),
	} {
		if err != nil {
			return fmt.Errorf("template: %w", err)
		}
	}
	return nil
}
