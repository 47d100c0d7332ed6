package paper

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/draw"
	"image/png"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ledongthuc/pdf"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"pgregory.net/rapid"
)

func notice() Notice {
	return Notice{
		Title: "中选通知书", Number: "ZX20261125000001", Opening: "运城市某设计院有限公司：贵单位在下列采购中被选定，特此通知。",
		Rows:    []Row{{"采购项目", "热力站改造（CG20261125000001）"}, {"中选金额", "人民币壹拾万柒仟元零伍角叁分（¥107,000.53）"}, {"承诺时限", "20 个工作日"}},
		Closing: []string{"请于 2026-12-09 24:00 前与项目业主签订合同。"},
		Code:    "https://market.example/procurements/0199/award?number=ZX20261125000001", Caption: []string{"扫码核验"},
		At: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC),
	}
}

func render(t interface{ Fatal(...any) }, n Notice) []byte {
	out, err := n.PDF()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// text is what a reader program finds on each page, without white space.
func text(t interface{ Fatal(...any) }, raw []byte) []string {
	r, err := pdf.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := 1; i <= r.NumPage(); i++ {
		s, err := r.Page(i).GetPlainText(nil)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.Join(strings.Fields(s), ""))
	}
	return out
}

func TestTheFactsStandInThePaper(t *testing.T) {
	t.Parallel()
	n := notice()
	pages := text(t, render(t, n))
	if len(pages) != 1 {
		t.Fatalf("%d pages", len(pages))
	}
	for _, want := range []string{"中选通知书", "编号ZX20261125000001", "运城市某设计院有限公司", "热力站改造", "人民币壹拾万柒仟元零伍角叁分（¥107,000.53）", "20个工作日", "请于2026-12-0924:00前", "第1页，共1页"} {
		if !strings.Contains(pages[0], want) {
			t.Errorf("no %q in %s", want, pages[0])
		}
	}
}

func TestTheSamePaperHasTheSameBytes(t *testing.T) {
	t.Parallel()
	first := render(t, notice())
	if !bytes.Equal(first, render(t, notice())) {
		t.Error("two prints of one notice differ")
	}
	other := notice()
	other.Rows[1].Value = "人民币壹拾万柒仟元零伍角肆分"
	if bytes.Equal(first, render(t, other)) {
		t.Error("another sum gives the same paper")
	}
	if len(first) > 200_000 {
		t.Errorf("%d bytes: the whole font is in it", len(first))
	}
}

var (
	imageObject = regexp.MustCompile(`(?s)/Subtype /Image.*?stream\r?\n`)
	imageSide   = regexp.MustCompile(`/Width (\d+)`)
)

// picture is the image in the file, taken out as a PNG of the same compressed rows, with
// the white of the paper about it.
func picture(t *testing.T, raw []byte) image.Image {
	t.Helper()
	at := imageObject.FindIndex(raw)
	if at == nil {
		t.Fatal("no picture in the file")
	}
	side, err := strconv.Atoi(string(imageSide.FindSubmatch(raw[at[0]:at[1]])[1]))
	if err != nil {
		t.Fatal(err)
	}
	body, _, _ := bytes.Cut(raw[at[1]:], []byte("endstream"))
	var file bytes.Buffer
	file.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(name string, data []byte) {
		b := append([]byte(name), data...)
		file.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
		file.Write(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b)))
	}
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(side)), uint32(side))
	chunk("IHDR", append(size, 8, 0, 0, 0, 0))
	chunk("IDAT", bytes.TrimRight(body, "\r\n"))
	chunk("IEND", nil)
	code, err := png.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	const white = 4 * 8
	out := image.NewGray(image.Rect(0, 0, side+2*white, side+2*white))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, code.Bounds().Add(image.Pt(white, white)), code, image.Point{}, draw.Src)
	return out
}

func TestTheCodeLeadsToTheVerificationPage(t *testing.T) {
	t.Parallel()
	n := notice()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture(t, render(t, n)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.GetText() != n.Code {
		t.Errorf("the code says %q", got.GetText())
	}
}

func TestHostileTextIsPrintedAsWhatItIs(t *testing.T) {
	t.Parallel()
	n := notice()
	n.Rows = []Row{
		{"项目业主", "甲\u202e公司\u0000\u0007\u200b乙\n丙\ufeff"},
		{"机构", "شركة 𠮷野家 ) Tj ET (\\"},
		{strings.Repeat("标", 300), "值"},
		{"很长", strings.Repeat("长名称有限公司Ａ1", 900)},
		{"", ""},
		{"𠮷", "𐅝"},
		{"坏字节", "\xff\xfe坏"},
	}
	pages := text(t, render(t, n))
	if len(pages) < 4 {
		t.Fatalf("%d pages", len(pages))
	}
	all := strings.Join(pages, "")
	for _, bad := range []string{"\u202e", "\u0000", "\u0007", "\u200b", "\ufeff"} {
		if strings.Contains(all, bad) {
			t.Errorf("%q reached the paper", bad)
		}
	}
	for _, want := range []string{"甲公司乙丙", "〓〓〓〓", "〓（U+20BB7）野家", ")TjET(\\"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q", want)
		}
	}
	if got := strings.Count(all, "长"); got < 900 {
		t.Errorf("%d of 900 repetitions are on the paper", got)
	}
	if !strings.Contains(pages[len(pages)-1], "扫码核验") {
		t.Error("the code is not on the last page")
	}
}

func TestAnythingCanBePrinted(t *testing.T) {
	t.Parallel()
	anything := rapid.StringN(0, 300, -1)
	for seed := range 12 {
		n := notice()
		n.Title, n.Void = anything.Example(seed), anything.Example(seed+100)
		for i := range 10 {
			n.Rows = append(n.Rows, Row{anything.Example(1000*seed + 2*i), anything.Example(1000*seed + 2*i + 1)})
		}
		raw := render(t, n)
		if !bytes.Equal(raw, render(t, n)) {
			t.Fatalf("seed %d: two prints differ", seed)
		}
		if got := strings.Join(text(t, raw), ""); !strings.Contains(got, "20个工作日") || !strings.Contains(got, "扫码核验") {
			t.Fatalf("seed %d: the facts are gone", seed)
		}
	}
}
