package files_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/files"
)

// TestContentDecidesTheKind: each kind is recognised under a name that says another.
func TestContentDecidesTheKind(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for kind, content := range samples() {
		f := s.put(t, "方案.html", content)
		if f.MediaType != kind {
			t.Errorf("got %s, want %s", f.MediaType, kind)
		}
		back, err := s.read(t.Context(), f)
		if err != nil || !bytes.Equal(back, content) {
			t.Errorf("%s came out changed (%v)", kind, err)
		}
	}
	// Phones put more behind the picture, and writers pad a PDF.
	s.put(t, "手机照片.jpg", append(jpegOf(16), jpegOf(8)...))
	s.put(t, "编辑过.png", append(pngOf(16), "\x00\x00\xa1\x0b\x18\x00\x00\x00PhotoEditor_Re_Edit_Data{}SEFT"...))
	s.put(t, "动态照片.jpg", append(jpegOf(16), "\x00\x00\x00\x18ftypmp42"+noise(1000)...))
	s.put(t, "补齐.pdf", append(pdfWith(""), make([]byte, 512)...))
	// A document may hold another, whole.
	s.put(t, "附表.docx", docxOf(member{"word/embeddings/表.xlsx", string(xlsx()), zip.Store}))
}

// TestWhatIsNotAcceptedIsRefused, in words that say what it is and what would be right.
func TestWhatIsNotAcceptedIsRefused(t *testing.T) {
	t.Parallel()
	s := setup(t)
	pdf, pic, photo, doc := pdfWith(""), pngOf(16), jpegOf(16), docxOf()
	ole := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 2048)...)
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for _, c := range []struct {
		name    string
		content []byte
		part    string
	}{
		{"空.pdf", nil, "空的"},
		{"页.pdf", []byte("<!DOCTYPE html><html><script>alert(1)</script></html>"), "HTML"},
		{"图.png", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "SVG"},
		{"文本.pdf", []byte("水土保持方案"), "文本"},
		{"程序.pdf", append([]byte("MZ\x90\x00\x03\x00\x00\x00"), make([]byte, 500)...), "不接受"},
		{"动图.png", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "图片"},
		{"旧版.docx", ole, "Office"},
		{"包.docx", zipOf(member{"方案.pdf", string(pdf), zip.Deflate}), "压缩包"},
		{"程序.docx", zipOf(member{"META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n", zip.Deflate}), "程序包"},

		{"换行在前.pdf", join([]byte("\n"), pdf), "%PDF"},
		{"字节序标记在前.pdf", join([]byte("\xef\xbb\xbf"), pdf), "%PDF"},
		{"网页在前.pdf", join([]byte("<html><script>alert(1)</script>"), pdf), "%PDF"},
		{"杂物在前.pdf", join([]byte("\x00\x01\x02"), pdf), "%PDF"},
		{"无版本.pdf", []byte("%PDF-html\nstartxref\n0\n%%EOF"), "%PDF"},
		{"网页在后.pdf", join(pdf, []byte("<script>alert(1)</script>")), "结尾之后"},
		{"压缩包在后.pdf", join(pdf, doc), "结尾之后"},
		{"大包在后.pdf", join(pdf, docxOf(member{"word/a.bin", noise(5000), zip.Store})), "不完整"},
		{"短包在后.pdf", join(pdf, zipOf(member{"a", "x", zip.Store})), "结尾之后"},
		{"包在尾且藏结尾.pdf", join(pdf, commented(zipOf(member{"a", "x", zip.Store}), "\nstartxref\n0\n%%EOF\n")), "压缩包"},
		{"包在后.png", join(pic, doc), "压缩包"},
		{"网页在后.png", join(pic, []byte("<html>")), "结尾之后"},
		{"包在后.jpg", join(photo, doc), "压缩包"},
		{"网页在后.jpg", join(photo, []byte("<SCRIPT>alert(1)</SCRIPT>")), "结尾之后"},
		{"隔块网页在后.jpg", join(photo, bytes.Repeat([]byte("x"), 64<<10-3), []byte("<script>")), "结尾之后"},
		{"RAR在后.jpg", join(photo, []byte("Rar!\x1a\x07\x00")), "结尾之后"},
		{"PDF在内.jpg", join(photo[:2], []byte("\xff\xfe\x00\x0b%PDF-1.7\n"), photo[2:]), "藏有 PDF"},
		{"PDF在内.png", join(pic[:33], chunk("tEXt", "a\x00%PDF-1.7"), pic[33:]), "藏有 PDF"},
		{"半个PDF在前.docx", join(pdf[:40], doc), "不完整"},
		{"杂物在前.docx", join([]byte("#!/bin/sh\n"), doc), "不接受"},
		{"字在后.docx", join(doc, []byte("x")), "结构"},
		{"注释.docx", commented(doc, "<html>"), "结构"},
		{"夹带.docx", gapped(doc, "<html><script>"), "结构"},

		{"巨图.png", join(pic[:8], chunk("IHDR", "\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x02\x00\x00\x00")), "像素"},
		{"无图.png", join(pic[:33], chunk("IEND", "")), "没有图像"},
		{"坏字节.png", flip(pic, len(pic)/2), "校验"},
		{"巨图.jpg", resized(photo, 65535), "像素"},
		{"无图.jpg", []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"), "没有图像"},
		{"坏字节.docx", flip(doc, bytes.Index(doc, []byte("word/document.xml"))+30), "损坏"},

		{"宏.docx", docxOf(member{"word/vbaProject.bin", "x", zip.Store}), "宏"},
		{"宏.xlsx", zipOf(types(strings.Replace(bookPart, "openxmlformats-officedocument.spreadsheetml.sheet", "ms-excel.sheet.macroEnabled", 1)), member{"xl/workbook.xml", "<workbook/>", zip.Deflate}), "宏"},
		{"幻灯.docx", zipOf(types(strings.Replace(wordPart, "wordprocessingml.document", "presentationml.presentation", 1)), member{"word/document.xml", "<a/>", zip.Deflate}), "Office"},
		{"缺部件.docx", zipOf(types(wordPart), member{"word/other.xml", "<a/>", zip.Deflate}), "Office"},
		{"两种.docx", zipOf(types(wordPart+bookPart), member{"word/document.xml", "<a/>", zip.Deflate}, member{"xl/workbook.xml", "<a/>", zip.Deflate}), "既像"},
		{"两种.ofd", ofdOf(types(wordPart), member{"word/document.xml", "<a/>", zip.Deflate}), "既像"},
		{"非OFD.ofd", zipOf(member{"OFD.xml", "<html/>", zip.Deflate}), "OFD"},
		{"非XML.ofd", zipOf(member{"OFD.xml", "<a", zip.Deflate}), "损坏"},
		{"不在根.ofd", zipOf(member{"a/OFD.xml", ofdXML, zip.Deflate}), "压缩包"},
		{"重名.docx", docxOf(member{"word/document.xml", "<a/>", zip.Deflate}), "重名"},
		{"大小写重名.docx", docxOf(member{"WORD/document.xml", "<a/>", zip.Deflate}), "重名"},
		{"出界.docx", docxOf(member{"../../etc/cron.d/x", "x", zip.Deflate}), "路径"},
		{"反斜杠出界.docx", docxOf(member{`word\..\..\x`, "x", zip.Deflate}), "路径"},
	} {
		s.refused(t, c.name, c.content, apperr.Invalid, c.part)
	}
}

// TestAFileCutShortIsRefused at every length, whatever the kind.
func TestAFileCutShortIsRefused(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for kind, content := range samples() {
		step := max(1, len(content)/150)
		for n := 1; n < len(bytes.TrimRight(content, "\n")); n += step {
			if _, err := s.Put(t.Context(), upload("a", content[:n])); apperr.CodeOf(err) != apperr.Invalid {
				t.Fatalf("%s cut to %d of %d: %v", kind, n, len(content), err)
			}
		}
	}
	if n := s.rows(t); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// TestDamageIsNeverOurFault: whatever is changed in a file, it is kept or refused in words
// for people, and what is kept comes out as it went in.
func TestDamageIsNeverOurFault(t *testing.T) {
	t.Parallel()
	s := setup(t)
	kinds := []files.MediaType{files.PDF, files.OFD, files.PNG, files.JPEG, files.DOCX, files.XLSX}
	all := samples()
	rapid.Check(t, func(rt *rapid.T) {
		content := bytes.Clone(all[rapid.SampledFrom(kinds).Draw(rt, "kind")])
		for range rapid.IntRange(1, 8).Draw(rt, "changes") {
			at := rapid.IntRange(0, len(content)-1).Draw(rt, "at")
			switch rapid.IntRange(0, 2).Draw(rt, "change") {
			case 0:
				content[at] = rapid.Byte().Draw(rt, "byte")
			case 1:
				content = append(content[:at:at], content[min(len(content), at+rapid.IntRange(1, 40).Draw(rt, "n")):]...)
			case 2:
				content = append(content[:at:at], append(rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(rt, "more"), content[at:]...)...)
			}
			if len(content) == 0 {
				return
			}
		}
		f, err := s.Put(t.Context(), upload("a", content))
		if err != nil {
			if code := apperr.CodeOf(err); code != apperr.Invalid && code != apperr.TooLarge {
				rt.Fatal(err)
			}
			return
		}
		if back, err := s.read(t.Context(), f); err != nil || !bytes.Equal(back, content) {
			rt.Fatalf("%v", err)
		}
	})
}

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0xFF
	return b
}

// chunk is one of a PNG.
func chunk(kind, data string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(b, kind+data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// resized claims another size for a JPEG.
func resized(b []byte, side uint16) []byte {
	b = bytes.Clone(b)
	at := bytes.Index(b, []byte("\xff\xc0"))
	binary.BigEndian.PutUint16(b[at+5:], side)
	binary.BigEndian.PutUint16(b[at+7:], side)
	return b
}

// commented gives a ZIP a comment.
func commented(b []byte, comment string) []byte {
	b = bytes.Clone(b)
	binary.LittleEndian.PutUint16(b[len(b)-2:], uint16(len(comment)))
	return append(b, comment...)
}

// gapped hides text between the members of a ZIP and its directory.
func gapped(b []byte, text string) []byte {
	end := len(b) - 22
	at := int(binary.LittleEndian.Uint32(b[end+16:]))
	out := append(append(bytes.Clone(b[:at]), text...), b[at:]...)
	binary.LittleEndian.PutUint32(out[end+len(text)+16:], uint32(at+len(text)))
	return out
}
