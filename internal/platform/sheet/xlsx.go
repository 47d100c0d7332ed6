package sheet

import (
	"io"
	"os"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"zjcs/internal/platform/apperr"
)

// inMemory is the size up to which a part of a workbook is unpacked in memory; larger
// sheets and string tables go through temporary files.
const inMemory = 1 << 20

// textBudget bounds the text that all rows together may have, in multiples of the
// unpacked size: one long string may be referred to from a million cells.
const textBudget = 4

func (r *Reader) openXLSX(f *os.File, limits Limits) error {
	var members memberCount
	sum, err := digest(f, members.see)
	if err != nil {
		return err
	}
	r.sha256 = sum
	lastRows, err := inspect(f, r.total, members.n, limits)
	if err != nil {
		return err
	}
	book, err := excelize.OpenReader(f, excelize.Options{
		RawCellValue: true, UnzipSizeLimit: limits.XLSXRaw, UnzipXMLSizeLimit: inMemory,
	})
	if err != nil {
		return broken(err)
	}
	r.closers = append(r.closers, book.Close)
	name, err := r.chooseSheet(book)
	if err != nil {
		return err
	}
	rows, err := book.Rows(name)
	if err != nil {
		return broken(err)
	}
	r.closers = append(r.closers, rows.Close)
	s := &xlsxSource{rows: rows, size: r.total, budget: textBudget * limits.XLSXRaw, lastRows: lastRows, epoch: time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)}
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		s.epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	r.source = s
	return nil
}

// broken keeps the library's words for the log.
func broken(cause error) error {
	return apperr.New(apperr.Invalid, "文件已损坏，或不是 Excel 工作簿；请用 Excel 打开并另存为 .xlsx 再导入").Because(cause)
}

// chooseSheet takes the first sheet that can be seen; a hidden one was not meant to be
// delivered.
func (r *Reader) chooseSheet(book *excelize.File) (string, error) {
	chosen := ""
	for _, name := range book.GetSheetList() {
		visible, err := book.GetSheetVisible(name)
		if err != nil {
			return "", broken(err)
		}
		if visible && chosen == "" {
			chosen = name
		} else {
			r.ignored = append(r.ignored, shorten(name))
		}
	}
	if chosen == "" {
		return "", apperr.New(apperr.Invalid, "工作簿里没有可见的工作表")
	}
	return chosen, nil
}

type xlsxSource struct {
	rows         *excelize.Rows
	epoch        time.Time
	line         int64
	size         int64
	text, budget int64
	lastRows     map[int64]bool // numbers of the last rows of the sheets, as inspected
}

func (s *xlsxSource) ragged() bool { return false }

// offset estimates: the library does not say how far it is in the file.
func (s *xlsxSource) offset() int64 {
	var last int64 = 1
	for n := range s.lastRows {
		last = max(last, n)
	}
	return min(s.size, s.size*s.line/last)
}

func (s *xlsxSource) next() (int64, []string, string, error) {
	for s.rows.Next() {
		s.line++
		cells, err := s.rows.Columns()
		if err != nil {
			return 0, nil, "", apperr.New(apperr.Invalid, "第 %d 行起已损坏，其后无法读取；请用 Excel 打开并另存为 .xlsx 再导入", s.line).Because(err)
		}
		for _, c := range cells {
			s.text += int64(len(c))
		}
		if s.text > s.budget {
			return 0, nil, "", apperr.New(apperr.TooLarge, "第 %d 行起内容展开后过大，请拆分后再导入", s.line)
		}
		if blank(cells) || strings.HasPrefix(Clean(cells[0]), "#") && !isExcelError(cells[0]) {
			continue
		}
		for i, c := range cells {
			if isExcelError(c) {
				return s.line, cells, cellFault(i, "是 Excel 的错误值 "+c+"，请改为实际内容"), nil
			}
			if len(c) > 4*maxCellText {
				return s.line, cells, cellFault(i, "内容超过 32767 个字"), nil
			}
		}
		return s.line, cells, "", nil
	}
	// The library takes a fault in the XML for the end of the sheet: what it gave must
	// reach as far as the rows that were seen in the file.
	if err := s.rows.Error(); err != nil || !s.lastRows[s.line] {
		return 0, nil, "", apperr.New(apperr.Invalid, "第 %d 行之后已损坏，无法读取；请用 Excel 打开并另存为 .xlsx 再导入", s.line).Because(err)
	}
	return 0, nil, "", io.EOF
}

// maxCellText is Excel's own limit, in characters.
const maxCellText = 32767

func isExcelError(s string) bool {
	switch s {
	case "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!":
		return true
	}
	return false
}
