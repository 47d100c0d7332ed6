package files

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"zjcs/internal/platform/apperr"
)

// maxPixels is well above a plan of A0 size scanned at 400 dpi; what is larger is made
// to exhaust the memory of whoever opens it.
const maxPixels = 400_000_000

func checkPixels(width, height int64) error {
	switch {
	case width <= 0 || height <= 0:
		return refuse("图片已损坏，没有宽或高，请重新保存后再上传")
	case width*height > maxPixels:
		return refuse("图片为 %d × %d 像素，超过上限 4 亿像素，请缩小后再上传", width, height)
	}
	return nil
}

// pictureFault tells a picture that is cut short from a disk that cannot be read.
func pictureFault(kind string, err error) error {
	if refused, ok := apperr.As(err); ok {
		return refused
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse("%s 图片不完整，请重新保存后再上传", kind)
	}
	return fmt.Errorf("read upload: %w", err)
}

// checkBehind looks at what follows the end of a picture. Phones put more there (a
// preview, depth, a moment of film, how it was edited), so it is allowed unless it is a
// page, a script or an archive.
func checkBehind(r io.Reader) error {
	hidden, err := contains(r, "Rar!\x1a\x07", "7z\xbc\xaf\x27\x1c", "<html", "<script", "<?php", "<svg", "%PDF-", "MZ\x90\x00\x03")
	if err != nil {
		return fmt.Errorf("read upload: %w", err)
	}
	if hidden {
		return refuse("图片结尾之后还有别的内容，请用画图等软件打开并另存后再上传")
	}
	return nil
}

// checkPNG goes over every chunk with its checksum.
func checkPNG(s *spooled) error {
	r := bufio.NewReaderSize(s.content(), 64<<10)
	if _, err := r.Discard(8); err != nil { // the signature, seen by sniff
		return pictureFault("PNG", err)
	}
	left := s.size - 8
	data := false
	for first := true; ; first = false {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return pictureFault("PNG", err)
		}
		length, kind := int64(binary.BigEndian.Uint32(head[:4])), string(head[4:])
		if left -= 12 + length; left < 0 {
			return refuse("PNG 图片不完整，请重新保存后再上传")
		}
		if first != (kind == "IHDR") || first && length != 13 {
			return refuse("PNG 图片已损坏，请重新保存后再上传")
		}
		if first {
			size, err := r.Peek(8)
			if err != nil {
				return pictureFault("PNG", err)
			}
			if err := checkPixels(int64(binary.BigEndian.Uint32(size)), int64(binary.BigEndian.Uint32(size[4:]))); err != nil {
				return err
			}
		}
		sum := crc32.NewIEEE()
		sum.Write(head[4:])
		if _, err := io.CopyN(sum, r, length); err != nil {
			return pictureFault("PNG", err)
		}
		var want [4]byte
		if _, err := io.ReadFull(r, want[:]); err != nil {
			return pictureFault("PNG", err)
		}
		if binary.BigEndian.Uint32(want[:]) != sum.Sum32() {
			return refuse("PNG 图片已损坏（校验不符），请重新保存后再上传")
		}
		data = data || kind == "IDAT"
		if kind == "IEND" {
			break
		}
	}
	if !data {
		return refuse("PNG 图片里没有图像，请重新保存后再上传")
	}
	return checkBehind(r)
}

// checkJPEG goes from marker to marker to the end of the picture.
func checkJPEG(s *spooled) error {
	r := bufio.NewReaderSize(s.content(), 64<<10)
	if _, err := r.Discard(2); err != nil { // SOI, seen by sniff
		return pictureFault("JPEG", err)
	}
	frame, scan := false, false
	for {
		marker, err := nextMarker(r, scan)
		if err != nil {
			return pictureFault("JPEG", err)
		}
		if marker == 0xD9 { // EOI
			break
		}
		if marker >= 0xD0 && marker <= 0xD8 || marker < 0xC0 {
			return refuse("JPEG 图片已损坏，请重新保存后再上传")
		}
		length, err := r.Peek(2)
		if err != nil {
			return pictureFault("JPEG", err)
		}
		n := int(binary.BigEndian.Uint16(length))
		isFrame := marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
		if n < 2 || isFrame && n < 8 {
			return refuse("JPEG 图片已损坏，请重新保存后再上传")
		}
		if isFrame {
			b, err := r.Peek(7)
			if err != nil {
				return pictureFault("JPEG", err)
			}
			if err := checkPixels(int64(binary.BigEndian.Uint16(b[5:])), int64(binary.BigEndian.Uint16(b[3:]))); err != nil {
				return err
			}
			frame = true
		}
		scan = scan || marker == 0xDA
		if _, err := r.Discard(n); err != nil {
			return pictureFault("JPEG", err)
		}
	}
	if !frame || !scan {
		return refuse("JPEG 图片里没有图像，请重新保存后再上传")
	}
	return checkBehind(r)
}

// nextMarker is the next marker's code. Within a scan it goes over the coded picture,
// where FF 00 is a byte of it and FF D0…D7 a restart.
func nextMarker(r *bufio.Reader, inScan bool) (byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != 0xFF {
			if inScan {
				continue
			}
			return 0, refuse("JPEG 图片已损坏，请重新保存后再上传")
		}
		for b == 0xFF { // any number of fill bytes
			if b, err = r.ReadByte(); err != nil {
				return 0, err
			}
		}
		if inScan && (b == 0 || b >= 0xD0 && b <= 0xD7) {
			continue
		}
		return b, nil
	}
}
