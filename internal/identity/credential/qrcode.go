package credential

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"

	"github.com/boombuler/barcode/qr"
)

const (
	quietZone    = 4 // modules of white around the code, ISO/IEC 18004
	modulePixels = 4 // pixels a module
)

// QRCode draws text as a QR code (level M, a module is 4 pixels) and gives it as a data
// URI "data:image/png;base64,…" for an <img>, some 2 kB: the secret it shows needs no
// address of its own that could be logged or cached. Text over 2,331 bytes is an error.
func QRCode(text string) (string, error) {
	code, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return "", err
	}
	n := code.Bounds().Dx()
	side := (n + 2*quietZone) * modulePixels
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			mx, my := x/modulePixels-quietZone, y/modulePixels-quietZone
			if x < quietZone*modulePixels || y < quietZone*modulePixels || mx >= n || my >= n {
				continue
			}
			if r, _, _, _ := code.At(mx, my).RGBA(); r == 0 {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
		return "", err
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}
