package paper

import (
	"fmt"

	"github.com/signintech/gopdf"
)

// Measures in points, on A4 (595 × 842).
const (
	left, right   = 62.0, 533.0
	top, bottom   = 70.0, 770.0
	label         = 112.0 // width of the table's first column
	pad           = 7.0
	textSize      = 11.0
	lineHeight    = 18.0
	smallSize     = 9.0
	codeSide      = 110.0
	quiet         = 14.0 // four modules of white about the code, as its standard wants (GB/T 18284)
	red, dark     = 0xB3, 0x22
	titleSize     = 26.0
	subtitleSize  = 12.0
	footerAt      = 800.0
	paragraphSkip = 6.0
)

// sheet is a paper being laid out, from top to bottom.
type sheet struct {
	gopdf.GoPdf
	y      float64
	number string
}

func (s *sheet) lay(n Notice) error {
	s.number = clean(n.Number)
	s.page()
	if err := s.head(n); err != nil {
		return err
	}
	if err := s.paragraph(n.Opening); err != nil {
		return err
	}
	s.y += paragraphSkip
	for _, r := range n.Rows {
		if err := s.row(r); err != nil {
			return err
		}
	}
	s.y += 2 * paragraphSkip
	for _, p := range n.Closing {
		if err := s.paragraph(p); err != nil {
			return err
		}
	}
	if err := s.foot(n); err != nil {
		return err
	}
	return s.numberPages()
}

func (s *sheet) page() {
	s.AddPage()
	s.y = top
}

func (s *sheet) head(n Notice) error {
	if n.Void != "" {
		s.SetTextColor(red, dark, dark)
		if err := s.lines("此通知书已失效："+n.Void, left, right-left, textSize); err != nil {
			return err
		}
		s.y += paragraphSkip
	}
	s.SetTextColor(red, dark, dark)
	if err := s.centred(n.Title, titleSize); err != nil {
		return err
	}
	s.y += titleSize + 10
	s.SetTextColor(dark, dark, dark)
	if err := s.centred("编号 "+n.Number, subtitleSize); err != nil {
		return err
	}
	s.y += subtitleSize + 8
	s.SetStrokeColor(red, dark, dark)
	s.SetLineWidth(1.2)
	s.Line(left, s.y, right, s.y)
	s.SetStrokeColor(0x88, 0x88, 0x88)
	s.SetLineWidth(0.6)
	s.y += 16
	return nil
}

func (s *sheet) centred(text string, size float64) error {
	text = clean(text)
	if err := s.SetFont(family, "", size); err != nil {
		return err
	}
	w, err := s.MeasureTextWidth(text)
	if err != nil {
		return err
	}
	if w > right-left {
		return s.lines(text, left, right-left, size)
	}
	s.SetXY(left+(right-left-w)/2, s.y)
	return s.Cell(nil, text)
}

// broken is text in lines no wider than width.
func (s *sheet) broken(text string, width, size float64) ([]string, error) {
	text = clean(text)
	if text == "" {
		return []string{"—"}, nil
	}
	if err := s.SetFont(family, "", size); err != nil {
		return nil, err
	}
	return s.SplitText(text, width)
}

// lines writes text from y on, over as many pages as it takes.
func (s *sheet) lines(text string, x, width, size float64) error {
	list, err := s.broken(text, width, size)
	if err != nil {
		return err
	}
	for _, l := range list {
		if s.y+lineHeight > bottom {
			s.page()
			if err := s.SetFont(family, "", size); err != nil {
				return err
			}
		}
		s.SetXY(x, s.y)
		if err := s.Cell(nil, l); err != nil {
			return err
		}
		s.y += lineHeight
	}
	return nil
}

func (s *sheet) paragraph(text string) error {
	s.SetTextColor(dark, dark, dark)
	if err := s.lines(text, left, right-left, textSize); err != nil {
		return err
	}
	s.y += paragraphSkip
	return nil
}

// row is a fact in a frame. One that does not fit goes on in a frame on the next page.
func (s *sheet) row(r Row) error {
	names, err := s.broken(r.Label, label-2*pad, textSize)
	if err != nil {
		return err
	}
	values, err := s.broken(r.Value, right-left-label-2*pad, textSize)
	if err != nil {
		return err
	}
	for len(names)+len(values) > 0 {
		fits := int((bottom - s.y - 2*pad) / lineHeight)
		if fits < 1 || fits < 2 && max(len(names), len(values)) > 1 {
			s.page()
			continue
		}
		n := min(fits, max(len(names), len(values)))
		height := float64(n)*lineHeight + 2*pad - 4
		s.SetFillColor(0xF6, 0xF1, 0xEF)
		s.RectFromUpperLeftWithStyle(left, s.y, label, height, "F")
		s.RectFromUpperLeftWithStyle(left, s.y, label, height, "D")
		s.RectFromUpperLeftWithStyle(left+label, s.y, right-left-label, height, "D")
		if names, err = s.column(names, n, left+pad); err != nil {
			return err
		}
		if values, err = s.column(values, n, left+label+pad); err != nil {
			return err
		}
		s.y += height
	}
	return nil
}

// column writes the first n lines of a cell and returns the rest.
func (s *sheet) column(list []string, n int, x float64) ([]string, error) {
	if err := s.SetFont(family, "", textSize); err != nil {
		return nil, err
	}
	s.SetTextColor(dark, dark, dark)
	n = min(n, len(list))
	for i, l := range list[:n] {
		s.SetXY(x, s.y+pad+float64(i)*lineHeight)
		if err := s.Cell(nil, l); err != nil {
			return nil, err
		}
	}
	return list[n:], nil
}

// foot is the code that leads to the verification page, with its words beside it.
func (s *sheet) foot(n Notice) error {
	if n.Code == "" {
		return nil
	}
	s.y += quiet
	if s.y+codeSide+quiet > bottom {
		s.page()
	}
	picture, err := code(n.Code)
	if err != nil {
		return err
	}
	holder, err := gopdf.ImageHolderByBytes(picture)
	if err != nil {
		return err
	}
	if err := s.ImageByHolder(holder, left, s.y, &gopdf.Rect{W: codeSide, H: codeSide}); err != nil {
		return err
	}
	s.SetTextColor(dark, dark, dark)
	for _, c := range n.Caption {
		if err := s.lines(c, left+codeSide+2*quiet, right-left-codeSide-2*quiet, smallSize); err != nil {
			return err
		}
	}
	return nil
}

// numberPages writes below every page whose it is and how many there are.
func (s *sheet) numberPages() error {
	total := s.GetNumberOfPages()
	for i := 1; i <= total; i++ {
		if err := s.SetPage(i); err != nil {
			return err
		}
		s.SetTextColor(0x66, 0x66, 0x66)
		s.y = footerAt
		if err := s.centred(fmt.Sprintf("%s　第 %d 页，共 %d 页", s.number, i, total), smallSize); err != nil {
			return err
		}
	}
	return nil
}
