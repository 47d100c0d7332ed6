// Package paper lays out what is printed as PDF: an award notice with its facts, its seal-red
// title, and a code that leads to the page where it is checked. It decides nothing and knows
// no table; the same notice gives the same bytes, today and in ten years.
//
// The font is Noto Sans SC (SIL Open Font License, OFL.txt), the file of the npm package
// @expo-google-fonts/noto-sans-sc 0.4.3, compressed; only the glyphs used go into a paper.
package paper

import (
	"bytes"
	_ "embed"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"github.com/klauspost/compress/zstd"
	"github.com/signintech/gopdf"
)

//go:embed NotoSansSC-Regular.ttf.zst
var packed []byte

// font unpacks once: ten megabytes that most runs of the program never need.
var font = sync.OnceValues(func() ([]byte, error) {
	d, err := zstd.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return io.ReadAll(d)
})

// Row is one line of the table of facts.
type Row struct{ Label, Value string }

// Notice is a paper of facts.
type Notice struct {
	Title   string // in seal red, 中选通知书
	Number  string // of the paper
	Opening string // whom it tells what
	Rows    []Row
	Closing []string // paragraphs below the facts
	Code    string   // what the QR code says
	Caption []string // beside the code
	Void    string   // why the paper no longer holds; printed across the top
	At      time.Time
}

const family = "noto"

// missing stands where the font has no glyph: a reader must see that something was there.
const missing = '〓'

// PDF is the paper, A4.
func (n Notice) PDF() ([]byte, error) {
	ttf, err := font()
	if err != nil {
		return nil, fmt.Errorf("font of papers: %w", err)
	}
	s := &sheet{}
	s.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	s.SetInfo(gopdf.PdfInfo{Title: clean(n.Title + " " + n.Number), CreationDate: n.At.UTC()})
	err = s.AddTTFFontByReaderWithOption(family, bytes.NewReader(ttf), gopdf.TtfOption{
		OnGlyphNotFoundSubstitute: func(rune) rune { return missing },
	})
	if err != nil {
		return nil, fmt.Errorf("font of papers: %w", err)
	}
	if err := s.lay(n); err != nil {
		return nil, fmt.Errorf("paper %s: %w", n.Number, err)
	}
	out, err := s.GetBytesPdfReturnErr()
	if err != nil {
		return nil, fmt.Errorf("paper %s: %w", n.Number, err)
	}
	return out, nil
}

// clean keeps what can be printed: signs that steer (line breaks, a turned direction of
// writing) would show a text other than the one that was awarded. A sign beyond the first
// plane, which the PDF writer cannot name to a reader program, is given by its number.
func clean(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == unicode.ReplacementChar, unicode.Is(unicode.Co, r):
			b.WriteRune(missing)
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
		case r > 0xFFFF:
			fmt.Fprintf(&b, "%c（U+%X）", missing, r)
		default:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

// code is the QR code as a picture, black on white.
func code(text string) ([]byte, error) {
	c, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	side := c.Bounds().Dx() * 8
	scaled, err := barcode.Scale(c, side, side)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	grey := image.NewGray(scaled.Bounds())
	draw.Draw(grey, grey.Bounds(), scaled, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, grey); err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	return b.Bytes(), nil
}
