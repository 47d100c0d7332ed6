package files

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"

	"zjcs/internal/platform/apperr"
)

// Limits of an archive. They are far above documents and far below what makes whoever
// opens one run out of memory; all is counted while unpacking, never taken from what the
// archive says of itself.
const (
	maxMembers    = 5000
	maxUnpacked   = 256 << 20
	maxRatio      = 200      // unpacked to packed
	ratioFrom     = 32 << 20 // unpacked; below this no ratio is absurd
	maxDescriptor = 1 << 20  // [Content_Types].xml or OFD.xml
)

var endMark = []byte("PK\x05\x06")

// endOfDirectory is the size of the record that ends a ZIP without a comment.
const endOfDirectory = 22

func brokenArchive(cause error) error {
	return refuse("文件已损坏或不完整，请用原来的软件打开并另存后再上传").Because(cause)
}

// inspectArchive takes a ZIP to pieces and says which accepted kind it is.
func inspectArchive(s *spooled) (MediaType, error) {
	if s.members > maxMembers {
		return "", refuse("文件内的部件超过 %d 个，不是正常的文档", maxMembers)
	}
	archive, err := zip.NewReader(s.File, s.size)
	if err != nil {
		return "", brokenArchive(err)
	}
	parts := map[string]*zip.File{}
	for _, m := range archive.File {
		name := strings.ToLower(strings.ReplaceAll(m.Name, `\`, "/"))
		switch {
		case m.Flags&0x41 != 0: // encrypted, in the old way or the new
			return "", refuse("文件设有密码，请去掉密码后再上传")
		case parts[name] != nil:
			return "", refuse("文件内有重名的部件，请用原来的软件打开并另存后再上传")
		case strings.HasPrefix(name, "/") || strings.ContainsRune(name, 0) || slices.Contains(strings.Split(name, "/"), ".."):
			return "", refuse("文件内有指向外部的路径，不是正常的文档")
		case m.Method != zip.Store && m.Method != zip.Deflate:
			return "", refuse("文件的压缩方式不是文档所用的，请用原来的软件打开并另存后再上传")
		}
		parts[name] = m
	}
	if err := checkTiling(s, archive); err != nil {
		return "", err
	}
	kind, err := archiveKind(parts)
	if err != nil {
		return "", err
	}
	return kind, unpack(s, archive)
}

// checkTiling wants the members one after the other from the first byte to the directory,
// and the directory to end the file. What overlaps is a bomb, and what lies before,
// between or behind is another file that some other program will find.
func checkTiling(s *spooled, archive *zip.Reader) error {
	odd := refuse("文件的结构不正常，夹有别的内容，请用原来的软件打开并另存后再上传")
	tail, err := s.last(endOfDirectory)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(tail, endMark) || archive.Comment != "" {
		return odd
	}
	type place struct {
		*zip.File
		data int64
	}
	places := make([]place, 0, len(archive.File))
	for _, m := range archive.File {
		at, err := m.DataOffset()
		if err != nil || m.CompressedSize64 > uint64(s.size) {
			return brokenArchive(err)
		}
		places = append(places, place{m, at})
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.data, b.data) })
	at, gaps := int64(0), []int64{0}
	for _, p := range places {
		found := slices.ContainsFunc(gaps, func(gap int64) bool { return localHeader(s, at+gap, p.File, p.data) })
		if !found {
			return odd
		}
		at = p.data + int64(p.CompressedSize64)
		if gaps = []int64{0}; p.Flags&8 != 0 {
			gaps = []int64{16, 12, 24, 20} // the sizes after the data: with or without a mark, of 32 or 64 bits
		}
	}
	var mark [4]byte
	for _, gap := range gaps {
		if _, err := s.ReadAt(mark[:], at+gap); err == nil && bytes.Equal(mark[:], directoryMark) {
			return nil
		}
	}
	return odd
}

// localHeader reports whether m's own header is at offset at and leads to its data. It
// must bear the same name as the directory gives, or two programs see two documents.
func localHeader(s *spooled, at int64, m *zip.File, data int64) bool {
	head := make([]byte, 30+len(m.Name))
	if _, err := s.ReadAt(head, at); err != nil || string(head[:4]) != "PK\x03\x04" {
		return false
	}
	name, extra := int64(binary.LittleEndian.Uint16(head[26:])), int64(binary.LittleEndian.Uint16(head[28:]))
	return at+30+name+extra == data && name == int64(len(m.Name)) && string(head[30:]) == m.Name
}

// unpack reads every member into nothing: its checksum must hold, so a damaged file is
// refused while its owner still has it.
func unpack(s *spooled, archive *zip.Reader) error {
	limit := min(maxUnpacked, max(ratioFrom, maxRatio*s.size))
	total := int64(0)
	for _, m := range archive.File {
		r, err := m.Open()
		if err != nil {
			return brokenArchive(err)
		}
		n, err := io.Copy(io.Discard, io.LimitReader(r, limit-total+1))
		r.Close()
		if total += n; total > limit {
			return apperr.New(apperr.TooLarge, "文件解压后超过 %s，不是正常的文档，请减少内容后再上传", sizeText(limit))
		}
		if err != nil {
			return brokenArchive(err)
		}
	}
	return nil
}

// readPart reads a small member whole.
func readPart(m *zip.File) ([]byte, error) {
	r, err := m.Open()
	if err != nil {
		return nil, brokenArchive(err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxDescriptor+1))
	if err != nil {
		return nil, brokenArchive(err)
	}
	if len(b) > maxDescriptor {
		return nil, brokenArchive(errors.New("descriptor too large"))
	}
	return b, nil
}

// archiveKind tells OFD, DOCX and XLSX by what they say of themselves and have; one that
// is two of them is none.
func archiveKind(parts map[string]*zip.File) (MediaType, error) {
	ofd, office := parts["ofd.xml"], parts["[content_types].xml"]
	switch {
	case ofd != nil && office != nil:
		return "", refuse("文件既像 OFD 又像 Office 文档，请用原来的软件重新导出后再上传")
	case ofd != nil:
		b, err := readPart(ofd)
		if err != nil {
			return "", err
		}
		return OFD, checkOFD(b)
	case office != nil:
		b, err := readPart(office)
		if err != nil {
			return "", err
		}
		return officeKind(b, parts)
	}
	for name, what := range map[string]string{
		"content.xml": "OpenDocument 文档，请另存为 DOCX 或 XLSX 后再上传", "meta-inf/manifest.mf": "程序包，不能上传",
	} {
		if parts[name] != nil {
			return "", refuse("这是%s", what)
		}
	}
	return "", refuse("不接受压缩包，请逐个上传其中的 %s 文件", acceptedText)
}
