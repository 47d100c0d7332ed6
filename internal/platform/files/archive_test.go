package files_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"testing"

	"zjcs/internal/platform/apperr"
)

// zeros is a document with a part of n zeros, which pack a thousand to one.
func zeros(n int64) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range []member{types(wordPart), {"word/document.xml", "<a/>", zip.Deflate}} {
		part, err := w.Create(m.name)
		must(err)
		_, err = io.WriteString(part, m.content)
		must(err)
	}
	part, err := w.Create("word/media/image1.bmp")
	must(err)
	block := make([]byte, 1<<20)
	for ; n > 0; n -= int64(len(block)) {
		_, err = part.Write(block[:min(n, int64(len(block)))])
		must(err)
	}
	must(w.Close())
	return b.Bytes()
}

// directory calls change for each entry of the directory of a ZIP.
func directory(b []byte, change func(i int, entry []byte)) []byte {
	b = bytes.Clone(b)
	at := int(binary.LittleEndian.Uint32(b[len(b)-22+16:]))
	for i := 0; string(b[at:at+4]) == "PK\x01\x02"; i++ {
		change(i, b[at:])
		at += 46 + int(binary.LittleEndian.Uint16(b[at+28:])) + int(binary.LittleEndian.Uint16(b[at+30:])) + int(binary.LittleEndian.Uint16(b[at+32:]))
	}
	return b
}

// TestAbsurdArchivesAreRefused before whoever opens them pays for it.
func TestAbsurdArchivesAreRefused(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.put(t, "多空白.docx", zeros(20<<20)) // repetitive, but small: some documents are

	bomb := zeros(300 << 20)
	s.refused(t, "炸弹.docx", bomb, apperr.TooLarge, "解压后")
	s.refused(t, "小炸弹.docx", zeros(80<<20), apperr.TooLarge, "解压后") // 1:1000
	s.refused(t, "谎称一字节.docx", directory(bomb, func(_ int, e []byte) { binary.LittleEndian.PutUint32(e[24:], 1) }), apperr.Invalid, "损坏")

	many := make([]member, 6000)
	for i := range many {
		many[i] = member{fmt.Sprintf("word/%d.xml", i), "", zip.Store}
	}
	s.refused(t, "六千个部件.docx", docxOf(many...), apperr.Invalid, "5000")

	// Two entries that unpack the same bytes: the way to a bomb without any nesting.
	pair := docxOf(member{"word/a.bin", "aaaa", zip.Store}, member{"word/b.bin", "bbbb", zip.Store})
	var first uint32
	s.refused(t, "重叠.docx", directory(pair, func(i int, e []byte) {
		switch i {
		case 3:
			first = binary.LittleEndian.Uint32(e[42:])
		case 4:
			binary.LittleEndian.PutUint32(e[42:], first)
		}
	}), apperr.Invalid, "结构")
	s.refused(t, "改名.docx", bytes.Replace(pair, []byte("word/a.bin"), []byte("word/c.bin"), 1), apperr.Invalid, "结构")

	s.refused(t, "加密.docx", directory(pair, func(_ int, e []byte) { e[8] |= 1 }), apperr.Invalid, "密码")
	s.refused(t, "强加密.ofd", directory(ofdOf(), func(_ int, e []byte) { e[8] |= 0x40 }), apperr.Invalid, "密码")
	s.refused(t, "别的压缩方式.docx", directory(pair, func(_ int, e []byte) { e[10] = 14 }), apperr.Invalid, "压缩方式")
	s.refused(t, "巨大的类型表.docx", zipOf(types(wordPart+string(bytes.Repeat([]byte(" "), 2<<20))), member{"word/document.xml", "<a/>", zip.Deflate}), apperr.Invalid, "损坏")
}
