package files

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"zjcs/internal/platform/apperr"
)

// spooled is an upload received to its end, in a file that loses its name before the first
// byte and is gone with the process however it ends.
type spooled struct {
	*os.File
	size    int64
	sum     [32]byte
	members int // what looks like entries of a ZIP's directory
}

func (s *spooled) content() *io.SectionReader { return io.NewSectionReader(s.File, 0, s.size) }

// spool receives at most limit bytes and digests them on the way.
func spool(body io.Reader, limit int64) (*spooled, error) {
	f, err := os.CreateTemp("", "zjcs-upload-*")
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	s := &spooled{File: f}
	if err := s.receive(body, limit); err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

func (s *spooled) receive(body io.Reader, limit int64) error {
	if err := os.Remove(s.Name()); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	tooLarge := apperr.New(apperr.TooLarge, "文件超过上限 %s，请压缩或拆分后再上传", sizeText(limit))
	h := sha256.New()
	var entries markCount
	source := &sourceError{r: io.LimitReader(body, limit+1)}
	n, err := io.Copy(io.MultiWriter(s.File, h, &entries), source)
	var over *http.MaxBytesError
	switch {
	case errors.As(source.err, &over):
		return tooLarge.Because(source.err)
	case source.err != nil:
		return apperr.InvalidField("file", "上传中断，文件没有收完，请重新上传").Because(source.err)
	case err != nil:
		return fmt.Errorf("spool: %w", err)
	case n > limit:
		return tooLarge
	case n == 0:
		return refuse("文件是空的，请检查后重新上传")
	}
	s.size, s.members = n, entries.n
	h.Sum(s.sum[:0])
	return nil
}

// sourceError tells a sender that broke off from a disk that is full.
type sourceError struct {
	r   io.Reader
	err error
}

func (s *sourceError) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// markCount counts what looks like entries of a ZIP's directory, which the ZIP reader
// would take into memory all at once.
type markCount struct {
	n    int
	tail []byte
}

var directoryMark = []byte("PK\x01\x02")

func (m *markCount) Write(b []byte) (int, error) {
	keep := len(directoryMark) - 1
	m.n += bytes.Count(append(m.tail, b[:min(keep, len(b))]...), directoryMark) + bytes.Count(b, directoryMark)
	m.tail = append(m.tail, b[max(0, len(b)-keep):]...)
	m.tail = m.tail[max(0, len(m.tail)-keep):]
	return len(b), nil
}

func sizeText(n int64) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d 字节", n)
}
