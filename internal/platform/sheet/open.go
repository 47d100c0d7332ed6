package sheet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"zjcs/internal/platform/apperr"
)

// Limits bound what is read. Zero fields take the defaults of platform/config.
type Limits struct {
	CSVBytes  int64 // size of a CSV file
	XLSXBytes int64 // size of an XLSX file as delivered
	XLSXRaw   int64 // size of its parts, unpacked
}

func (l Limits) withDefaults() Limits {
	if l.CSVBytes == 0 {
		l.CSVBytes = 512 << 20
	}
	if l.XLSXBytes == 0 {
		l.XLSXBytes = 32 << 20
	}
	if l.XLSXRaw == 0 {
		l.XLSXRaw = 256 << 20
	}
	return l
}

// Reader gives the rows of one table, in order.
type Reader struct {
	source
	header  *header
	sha256  string
	total   int64
	ignored []string
	closers []func() error
}

// source is where raw lines come from: one of csvSource, xlsxSource.
type source interface {
	// next is the next line that is not empty. The cells are valid until the next call.
	next() (line int64, cells []string, fault string, err error)
	// offset is how many bytes of the file have been taken in.
	offset() int64
	// ragged reports whether lines have their own width, as in CSV, where a line of
	// another width than the header has lost or gained a separator.
	ragged() bool
}

// Open reads the table in file. Everything that can be refused is refused here, with
// an *apperr.Error that says what would be right; nothing of the data has been read then.
func Open(file string, columns []Column, limits Limits) (*Reader, error) {
	limits = limits.withDefaults()
	f, err := os.Open(file)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, apperr.New(apperr.NotFound, "没有这个文件：%s", file)
		}
		return nil, apperr.New(apperr.Invalid, "文件打不开：%s", file).Because(err)
	}
	r := &Reader{closers: []func() error{f.Close}}
	if err := r.open(f, filepath.Base(file), columns, limits); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Reader) open(f *os.File, name string, columns []Column, limits Limits) error {
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return apperr.New(apperr.Invalid, "%s 不是普通文件", name)
	}
	r.total = st.Size()
	first := make([]byte, 8<<10)
	n, err := f.ReadAt(first, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	kind, limit := "CSV", limits.CSVBytes
	if bytes.HasPrefix(first, []byte("PK")) {
		kind, limit = "XLSX", limits.XLSXBytes
	}
	if r.total > limit {
		return apperr.New(apperr.TooLarge, "文件有 %s，超过 %s 文件上限 %s，请拆分后再导入", sizeText(r.total), kind, sizeText(limit))
	}
	format, err := sniff(first[:n], name)
	if err != nil {
		return err
	}
	if format == xlsx {
		err = r.openXLSX(f, limits)
	} else {
		err = r.openCSV(f)
	}
	if err != nil {
		return err
	}
	return r.readHeader(columns)
}

// OpenCSV reads CSV from a stream that the program itself produces: its size is not
// known beforehand, its encoding is UTF-8, and sum stands for its digest.
func OpenCSV(in io.Reader, sum string, columns []Column) (*Reader, error) {
	r := &Reader{sha256: sum, source: newCSV(in, utf8Text)}
	return r, r.readHeader(columns)
}

func (r *Reader) readHeader(columns []Column) error {
	_, cells, fault, err := r.next()
	switch {
	case errors.Is(err, io.EOF):
		return apperr.New(apperr.Invalid, "文件里没有内容，第一行应是列名")
	case err != nil:
		return err
	case fault != "":
		return apperr.New(apperr.Invalid, "第一行应是列名：%s", fault)
	}
	if r.header, err = readHeader(columns, cells); err != nil {
		return err
	}
	if book, ok := r.source.(*xlsxSource); ok {
		r.header.epoch = book.epoch
	}
	return nil
}

// Next is the next row; io.EOF after the last. A row that cannot be read by itself has
// its Fault set; an error means that nothing after it can be read either. The row is
// valid until the next call; its text stays.
func (r *Reader) Next() (Row, error) {
	line, cells, fault, err := r.next()
	if err != nil {
		return Row{}, err
	}
	row := Row{Line: line, Fault: fault, cells: cells, header: r.header}
	for len(cells) > r.header.width && Clean(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	row.cells = cells
	for _, c := range cells {
		row.Size += len(c)
	}
	switch {
	case fault != "":
	case len(cells) > r.header.width:
		row.Fault = tooWide(len(cells), r.header.width)
	case len(cells) < r.header.width && r.ragged():
		row.Fault = tooNarrow(len(cells), r.header.width)
	default:
		row.Fault = unreadable(cells)
	}
	return row, nil
}

// Unknown are the headers that match no column; what stands below them is not read.
func (r *Reader) Unknown() []string { return r.header.unknown }

// Ignored are the sheets of a workbook that are not read.
func (r *Reader) Ignored() []string { return r.ignored }

// SHA256 is the digest of the file as delivered, in hex.
func (r *Reader) SHA256() string { return r.sha256 }

// Progress is how many bytes have been taken in, of how many; 0 when not known.
func (r *Reader) Progress() (read, total int64) { return r.offset(), r.total }

// Close lets the file go.
func (r *Reader) Close() error {
	var errs []error
	for i := len(r.closers) - 1; i >= 0; i-- {
		errs = append(errs, r.closers[i]())
	}
	r.closers = nil
	return errors.Join(errs...)
}

type format string

const (
	csv  format = "csv"
	xlsx format = "xlsx"
)

// sniff tells the format from the first bytes and refuses what is neither, or what
// calls itself the other: such a file was renamed, not saved, and the sender should know.
func sniff(first []byte, name string) (format, error) {
	refuse := func(what string) (format, error) {
		return "", apperr.New(apperr.Invalid, "%s，请另存为 .xlsx 或 .csv 再导入", what)
	}
	ext := strings.ToLower(filepath.Ext(name))
	for _, m := range []struct{ magic, what string }{
		{"%PDF", "这是 PDF 文件"},
		{"Rar!", "这是 RAR 压缩包"},
		{"7z\xbc\xaf", "这是 7z 压缩包"},
		{"\x1f\x8b", "这是 gzip 压缩包"},
		{"\x89PNG", "这是图片"},
		{"\xff\xd8\xff", "这是图片"},
		{"{\\rtf", "这是 RTF 文档"},
	} {
		if bytes.HasPrefix(first, []byte(m.magic)) {
			return refuse(m.what)
		}
	}
	switch {
	case len(first) == 0:
		return "", apperr.New(apperr.Invalid, "文件是空的，第一行应是列名")
	case bytes.HasPrefix(first, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		if ext == ".xls" || ext == ".et" {
			return refuse("这是旧版 Excel（.xls）文件")
		}
		return "", apperr.New(apperr.Invalid, "文件设有打开密码，或是旧版 Excel（.xls）；请去掉密码、另存为 .xlsx 再导入")
	case bytes.HasPrefix(first, []byte("PK\x03\x04")), bytes.HasPrefix(first, []byte("PK\x05\x06")):
		if ext == ".csv" || ext == ".xls" {
			return "", apperr.New(apperr.Invalid, "文件名以 %s 结尾，内容却是 Excel 工作簿或压缩包；若是工作簿，请把扩展名改为 .xlsx 再导入", ext)
		}
		return xlsx, nil
	case ext == ".xlsx":
		return "", apperr.New(apperr.Invalid, "文件名以 .xlsx 结尾，内容却不是 Excel 工作簿；若是 CSV 文本，请把扩展名改为 .csv 再导入")
	case ext == ".xls":
		return "", apperr.New(apperr.Invalid, "文件名以 .xls 结尾，内容却不是 Excel；请另存为 .xlsx 或 .csv 再导入")
	case bytes.HasPrefix(first, []byte("\xff\xfe")), bytes.HasPrefix(first, []byte("\xfe\xff")):
		return "", apperr.New(apperr.Invalid, "文件是 UTF-16 编码，请另存为「CSV UTF-8（逗号分隔）」再导入")
	case bytes.Count(first, []byte{0})*10 > len(first):
		return refuse("这不是文本文件")
	}
	head := bytes.ToLower(bytes.TrimLeft(first, " \t\r\n\xef\xbb\xbf"))
	if bytes.HasPrefix(head, []byte("<!doctype")) || bytes.HasPrefix(head, []byte("<html")) || bytes.HasPrefix(head, []byte("<?xml")) {
		return refuse("这是网页或 XML 文件")
	}
	return csv, nil
}

// digest reads f once from the start: its SHA-256, and what see makes of its bytes.
func digest(f *os.File, see func([]byte)) (string, error) {
	h := sha256.New()
	buf := make([]byte, 256<<10)
	for at := int64(0); ; {
		n, err := f.ReadAt(buf, at)
		h.Write(buf[:n])
		if see != nil {
			see(buf[:n])
		}
		at += int64(n)
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(h.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
	}
}
