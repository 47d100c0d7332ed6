package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"strings"

	"zjcs/internal/platform/apperr"
)

// A workbook is unpacked once, into nothing, before the library sees it: the library
// trusts what the archive says of itself and takes some parts into memory whole.
const (
	maxMembers   = 5000      // parts of a workbook
	maxOtherPart = 4 << 20   // a part that is neither sheet nor string table: styles, names
	maxOtherAll  = 40 << 20  // all of these together, pictures included
	maxGap       = 1 << 20   // text or attributes between two tags
	maxRowXML    = 4 << 20   // one row, or one string of the table, with its tags
	maxStrings   = 1_500_000 // entries of the string table; Excel has 1,048,576 rows
)

// memberCount counts what looks like entries of the archive's directory, which the zip
// reader would take into memory all at once.
type memberCount struct {
	n    int
	tail []byte
}

var memberMark = []byte("PK\x01\x02")

func (m *memberCount) see(b []byte) {
	m.n += bytes.Count(append(m.tail, b[:min(3, len(b))]...), memberMark) + bytes.Count(b, memberMark)
	m.tail = append(m.tail[:0], b[max(0, len(b)-3):]...)
}

// inspect refuses what is not a workbook or unpacks to more than it may, and returns
// the number of the last row of each sheet.
func inspect(f *os.File, size int64, members int, limits Limits) (map[int64]bool, error) {
	if members > maxMembers {
		return nil, apperr.New(apperr.TooLarge, "压缩包里的部件超过 %d 个，不是正常的 Excel 工作簿", maxMembers)
	}
	archive, err := zip.NewReader(f, size)
	if err != nil {
		return nil, broken(err)
	}
	names := map[string]bool{}
	var all, other uint64
	tooLarge := func() error {
		return apperr.New(apperr.TooLarge, "工作簿解压后超过上限 %s，请拆分后再导入", sizeText(limits.XLSXRaw))
	}
	for _, m := range archive.File {
		name := strings.ToLower(strings.ReplaceAll(m.Name, `\`, "/"))
		names[name] = true
		if m.Flags&1 != 0 {
			return nil, apperr.New(apperr.Invalid, "文件设有密码，请去掉密码再导入")
		}
		// The sum may be made to overflow; no single part may exceed the limit either.
		if all += m.UncompressedSize64; m.UncompressedSize64 > uint64(limits.XLSXRaw) || all > uint64(limits.XLSXRaw) {
			return nil, tooLarge()
		}
		if !large(name) {
			other += m.UncompressedSize64
			if other > maxOtherAll || m.UncompressedSize64 > maxOtherPart && strings.HasSuffix(name, ".xml") {
				return nil, apperr.New(apperr.TooLarge, "工作簿的样式、图片等附属内容过大，请只保留数据，另存为新的 .xlsx 再导入")
			}
		}
	}
	if err := whatItIs(names); err != nil {
		return nil, err
	}
	last := map[int64]bool{}
	for _, m := range archive.File {
		name := strings.ToLower(strings.ReplaceAll(m.Name, `\`, "/"))
		if !strings.HasSuffix(name, ".xml") && !strings.HasSuffix(name, ".rels") {
			continue
		}
		var s scan
		if err := s.member(m); err != nil {
			if refused, ok := apperr.As(err); ok {
				return nil, refused
			}
			if errors.Is(err, zip.ErrAlgorithm) {
				return nil, apperr.New(apperr.Invalid, "文件的压缩方式不是 Excel 所用的，请用 Excel 打开并另存为 .xlsx 再导入")
			}
			return nil, broken(err)
		}
		last[s.lastRow] = true
	}
	return last, nil
}

// large parts are those that the library reads through temporary files.
func large(name string) bool {
	return strings.HasPrefix(name, "xl/worksheets/sheet") || name == "xl/sharedstrings.xml"
}

func whatItIs(names map[string]bool) error {
	refuse := func(what string) error {
		return apperr.New(apperr.Invalid, "%s，请另存为 .xlsx 或 .csv 再导入", what)
	}
	switch {
	case names["xl/workbook.xml"] && names["[content_types].xml"]:
		return nil
	case names["xl/workbook.bin"]:
		return refuse("这是二进制工作簿（.xlsb）")
	case names["word/document.xml"]:
		return refuse("这是 Word 文档")
	case names["ppt/presentation.xml"]:
		return refuse("这是 PowerPoint 文档")
	case names["mimetype"] && names["content.xml"]:
		return refuse("这是 OpenDocument 文档（.ods）")
	}
	return apperr.New(apperr.Invalid, "这是 ZIP 压缩包，不是 Excel 工作簿；请解压后导入其中的 .xlsx 或 .csv")
}

// scan goes over the bytes of one XML part without building anything.
type scan struct {
	gap     int  // bytes since the last <
	inside  bool // of a row or a string
	size    int  // bytes of it
	strings int
	lastRow int64
	tag     []byte // the beginning of the tag being read
	inTag   bool
}

func (s *scan) member(m *zip.File) error {
	r, err := m.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		if fault := s.bytes(buf[:n]); fault != nil {
			return fault
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

var errLongCell = apperr.New(apperr.TooLarge, "工作簿里有过长的单元格或行，不是正常的 Excel 内容；请检查后另存为新的 .xlsx")

func (s *scan) bytes(b []byte) error {
	for len(b) > 0 {
		if s.inTag {
			end := bytes.IndexByte(b, '>')
			part := b
			if end >= 0 {
				part = b[:end]
			}
			if keep := 256 - len(s.tag); keep > 0 {
				s.tag = append(s.tag, part[:min(len(part), keep)]...)
			}
			s.gap, s.size = s.gap+len(part), s.size+len(part)
			if end < 0 {
				b = nil
			} else {
				b = b[end+1:]
				s.inTag = false
				if err := s.closeTag(); err != nil {
					return err
				}
			}
		} else {
			start := bytes.IndexByte(b, '<')
			n := start
			if start < 0 {
				n = len(b)
			}
			s.gap, s.size = s.gap+n, s.size+n
			b = b[n:]
			if start >= 0 {
				if s.tooLong() {
					return errLongCell
				}
				s.gap, s.inTag, s.tag = 0, true, s.tag[:0]
				b = b[1:]
			}
		}
		if s.tooLong() {
			return errLongCell
		}
	}
	return nil
}

func (s *scan) tooLong() bool { return s.gap > maxGap || s.inside && s.size > maxRowXML }

// closeTag looks at a whole tag, without its brackets.
func (s *scan) closeTag() error {
	name, attrs, _ := bytes.Cut(s.tag, []byte(" "))
	empty := bytes.HasSuffix(s.tag, []byte("/"))
	name = bytes.TrimSuffix(name, []byte("/"))
	closing := bytes.HasPrefix(name, []byte("/"))
	if colon := bytes.IndexByte(name, ':'); colon >= 0 {
		name = name[colon+1:]
	} else {
		name = bytes.TrimPrefix(name, []byte("/"))
	}
	switch string(name) {
	case "row", "si":
		if closing {
			s.inside = false
			return nil
		}
	}
	switch string(name) {
	case "row":
		s.inside, s.size = !empty, 0
		s.lastRow = rowNumber(attrs, s.lastRow+1)
	case "si":
		s.inside, s.size = !empty, 0
		if s.strings++; s.strings > maxStrings {
			return apperr.New(apperr.TooLarge, "工作簿里的文字超过 %d 条，请拆分后再导入", maxStrings)
		}
	}
	return nil
}

// rowNumber is the r attribute of a row; rows without one follow on.
func rowNumber(attrs []byte, next int64) int64 {
	at := bytes.Index(append([]byte(" "), attrs...), []byte(` r="`))
	if at < 0 {
		return next
	}
	n := int64(0)
	for _, c := range attrs[at+3:] {
		if c < '0' || c > '9' {
			break
		}
		if n = n*10 + int64(c-'0'); n > 1<<32 {
			break
		}
	}
	if n == 0 {
		return next
	}
	return n
}
