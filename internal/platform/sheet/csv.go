package sheet

import (
	"bufio"
	stdcsv "encoding/csv"
	"errors"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"zjcs/internal/platform/apperr"
)

// maxRecord bounds one line of a table, quoted line breaks included: an agency with a
// hundred practitioners is well below it, and an unclosed quotation mark ends here
// instead of swallowing the file.
const maxRecord = 1 << 20

// maxCells bounds the cells of one line.
const maxCells = 1000

type textEncoding int

const (
	utf8Text textEncoding = iota
	gb18030Text
)

func (r *Reader) openCSV(f *os.File) error {
	var g guess
	sum, err := digest(f, g.see)
	if err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r.sha256, r.source = sum, newCSV(f, g.encoding())
	return nil
}

// guess tells UTF-8 from GB18030 by all of the file, not by its beginning: the first
// Chinese character may stand anywhere.
type guess struct {
	valid, invalid int64 // multi-byte characters, and bytes that begin none
	rest           []byte
	started, bom   bool
}

func (g *guess) see(b []byte) {
	if !g.started {
		g.started, g.bom = true, len(b) >= 3 && string(b[:3]) == "\ufeff"
	}
	if len(g.rest) > 0 {
		b = append(g.rest, b...)
	}
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		if !utf8.FullRune(b) {
			break
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			g.invalid++
		} else {
			g.valid++
		}
		b = b[n:]
	}
	g.rest = append([]byte(nil), b...)
}

// encoding: a few damaged characters in UTF-8 are a fault of their rows; where they
// outweigh, the file was written by a Chinese Excel (of GB18030 text read as UTF-8,
// eight bytes are invalid for one character that is not).
func (g *guess) encoding() textEncoding {
	if g.bom || g.invalid+int64(len(g.rest)) <= g.valid/2 {
		return utf8Text
	}
	return gb18030Text
}

type csvSource struct {
	guard *guard
	csv   *stdcsv.Reader
	raw   *counter
	after int // the line after the last record
}

func newCSV(in io.Reader, enc textEncoding) *csvSource {
	raw := &counter{in: in}
	var text io.Reader = raw
	if enc == gb18030Text {
		text = transform.NewReader(raw, simplifiedchinese.GB18030.NewDecoder())
	}
	buffered := bufio.NewReaderSize(text, 64<<10)
	if r, _, err := buffered.ReadRune(); err == nil && r != '\ufeff' {
		_ = buffered.UnreadRune()
	}
	s := &csvSource{raw: raw, guard: &guard{in: buffered}}
	s.csv = stdcsv.NewReader(s.guard)
	s.csv.FieldsPerRecord = -1
	s.csv.ReuseRecord = true
	return s
}

func (s *csvSource) offset() int64 { return s.raw.n }
func (s *csvSource) ragged() bool  { return true }

func (s *csvSource) next() (int64, []string, string, error) {
	for {
		s.guard.start = s.csv.InputOffset()
		cells, err := s.csv.Read()
		var bad *stdcsv.ParseError
		switch {
		case err == nil:
			line, _ := s.csv.FieldPos(0)
			s.after = line + 1
			for _, c := range cells {
				s.after += strings.Count(c, "\n")
			}
			if blank(cells) || strings.HasPrefix(cells[0], "#") {
				continue
			}
			if len(cells) > maxCells {
				return int64(line), nil, "该行列数过多，应不超过 1000 列", nil
			}
			return int64(line), cells, "", nil
		case errors.Is(err, errRecordTooLong):
			return 0, nil, "", apperr.New(apperr.Invalid, "第 %d 行起超过 1 MB，可能是双引号没有成对，其后无法读取", max(1, s.after))
		case errors.As(err, &bad):
			s.after = bad.Line + 1
			return int64(bad.StartLine), nil, "双引号没有成对：单元格里的双引号应写成两个，并把整个单元格放在双引号内", nil
		default:
			return 0, nil, "", err
		}
	}
}

// blank lines separate; lines that begin with # explain (the template has some).
func blank(cells []string) bool {
	for _, c := range cells {
		if Clean(c) != "" {
			return false
		}
	}
	return true
}

// counter counts the bytes of the file as they are taken in.
type counter struct {
	in io.Reader
	n  int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	return n, err
}

var errRecordTooLong = errors.New("sheet: record too long")

// guard stands below encoding/csv, which gathers a record in memory however long it
// is, and stops it once a record has run too far past its start.
type guard struct {
	in          io.Reader
	read, start int64
}

// readAhead is how far encoding/csv's own buffer may be ahead of the record.
const readAhead = 4 << 10

func (g *guard) Read(p []byte) (int, error) {
	if g.read-g.start > maxRecord+readAhead {
		return 0, errRecordTooLong
	}
	n, err := g.in.Read(p)
	g.read += int64(n)
	return n, err
}
