package files

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"zjcs/internal/platform/apperr"
)

// refuse names the form field that every upload comes in.
func refuse(format string, args ...any) *apperr.Error {
	return apperr.InvalidField("file", format, args...)
}

// sniff says what the content is, or refuses it. Each accepted kind is checked from its
// first byte to its last: a file cut short is refused while its owner still has it, and
// one that is two things at once is refused because someone will open the other one.
func sniff(s *spooled) (MediaType, error) {
	head := make([]byte, min(s.size, 4096))
	if _, err := s.ReadAt(head, 0); err != nil {
		return "", fmt.Errorf("read upload: %w", err)
	}
	// Readers take a PDF that begins anywhere in the first kilobyte: that is how one hides
	// in a page or a picture.
	if bytes.Index(head[:min(len(head), 1024)], []byte("%PDF-")) > 0 {
		return "", refuse("文件里藏有 PDF，却不以 %%PDF 开头，请重新导出或另存后再上传")
	}
	seen := mimetype.Detect(head)
	kind, check := MediaType(""), func(*spooled) error { return nil }
	for m := seen; m != nil && kind == ""; m = m.Parent() {
		switch {
		case m.Is(string(PDF)):
			kind, check = PDF, checkPDF
		case m.Is(string(PNG)):
			kind, check = PNG, checkPNG
		case m.Is(string(JPEG)):
			kind, check = JPEG, checkJPEG
		case m.Is("application/zip"):
			return inspectArchive(s)
		}
	}
	if kind == "" {
		return "", refuse("不接受%s，请上传 %s 文件", describe(seen), acceptedText)
	}
	if err := check(s); err != nil {
		return "", err
	}
	return kind, refuseArchiveTail(s)
}

// describe is what the uploader would call it.
func describe(seen *mimetype.MIME) string {
	names := []struct{ prefix, name string }{
		{"text/html", "网页（HTML）"}, {"image/svg", "SVG 图"}, {"application/xhtml", "网页（XHTML）"},
		{"application/msword", "旧版 Word 文档（.doc）或加密的文档"}, {"application/vnd.ms-excel", "旧版 Excel 表格（.xls）或加密的文档"},
		{"application/x-ole-storage", "旧版 Office 文件或加密的文档"}, {"image/heic", "HEIC 照片（手机相机设置中可改为 JPEG）"},
		{"image/heif", "HEIF 照片（手机相机设置中可改为 JPEG）"}, {"image/", "这种格式的图片"}, {"video/", "视频"}, {"audio/", "音频"},
		{"application/x-rar", "RAR 压缩包"}, {"application/x-7z", "7z 压缩包"}, {"application/x-tar", "压缩包"}, {"application/gzip", "压缩包"},
		{"application/vnd.microsoft.portable-executable", "可执行程序"}, {"application/x-elf", "可执行程序"}, {"text/", "文本文件"},
	}
	for m := seen; m != nil; m = m.Parent() {
		for _, n := range names {
			if strings.HasPrefix(m.String(), n.prefix) {
				return n.name
			}
		}
	}
	return "这种文件"
}

// checkPDF wants the version at offset 0 and the end that every PDF has, with nothing
// after it but blanks.
func checkPDF(s *spooled) error {
	head := make([]byte, 7)
	if _, err := s.ReadAt(head, 0); err != nil || !bytes.Equal(head, []byte("%PDF-1.")) && !bytes.Equal(head, []byte("%PDF-2.")) {
		return refuse("PDF 的开头不对，应为 %%PDF-1.x 或 %%PDF-2.x，请重新导出后再上传")
	}
	tail, err := s.last(2048)
	if err != nil {
		return err
	}
	end := bytes.LastIndex(tail, []byte("%%EOF"))
	if end < 0 || !bytes.Contains(tail[:end], []byte("startxref")) {
		return refuse("PDF 不完整，缺少结尾，请重新导出后再上传")
	}
	if len(bytes.Trim(tail[end+5:], "\x00\t\n\f\r ")) > 0 {
		return refuse("PDF 结尾之后还有别的内容，请重新导出后再上传")
	}
	return nil
}

// last is the last n bytes, or all there are.
func (s *spooled) last(n int64) ([]byte, error) {
	tail := make([]byte, min(s.size, n))
	if _, err := s.ReadAt(tail, s.size-int64(len(tail))); err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	return tail, nil
}

// refuseArchiveTail refuses a picture or PDF that an unpacker would take for a ZIP: those
// look for the end of the directory in the last 64 KiB, wherever the file begins.
func refuseArchiveTail(s *spooled) error {
	tail, err := s.last(endOfDirectory + 1<<16)
	if err != nil {
		return err
	}
	if s.members > 0 && bytes.Contains(tail, endMark) {
		return refuse("文件后面附有压缩包，请重新导出或另存后再上传")
	}
	return nil
}

// contains looks for any of marks in r, whatever the case of the letters.
func contains(r io.Reader, marks ...string) (bool, error) {
	longest := 0
	for _, m := range marks {
		longest = max(longest, len(m))
	}
	buf := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := io.ReadFull(r, buf[kept:])
		window := bytes.ToLower(buf[:kept+n])
		for _, m := range marks {
			if bytes.Contains(window, bytes.ToLower([]byte(m))) {
				return true, nil
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		kept = copy(buf, buf[len(buf)-longest+1:])
	}
}
