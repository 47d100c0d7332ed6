package files

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"

	"filippo.io/age"
	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
)

// Sealed is the kind of every sealed upload, whatever is in it.
const Sealed MediaType = "application/vnd.age"

// sealedName is the name of every sealed upload.
const sealedName = "封存附件"

// Inside is what the envelope of a sealed upload says of its content.
type Inside struct {
	Name      string    `json:"name"`
	MediaType MediaType `json:"mediaType"`
	Size      int64     `json:"size"`
	Subject   uuid.UUID `json:"subject"` // what it was handed in for
	OrgID     uuid.UUID `json:"orgId"`   // by whom
}

// maxInside bounds the line that says it: names are bounded, the rest is fixed.
const maxInside = 4096

// PutSealed is Put for what nobody may read yet: checked and scanned in the spool, which
// has no name, and kept encrypted to the recipient alone, padded. The row has neither the
// organisation nor the name nor the kind; these and the subject lie inside.
func (s *Store) PutSealed(ctx context.Context, u Upload, subject uuid.UUID, to age.Recipient) (File, error) {
	if u.UploadedBy == uuid.Nil || !u.OrgID.Valid {
		return File{}, errors.New("files: a sealed upload without uploader or organisation")
	}
	received, err := spool(u.Body, s.limit)
	if err != nil {
		return File{}, err
	}
	defer received.Close()
	kind, err := sniff(received)
	if err != nil {
		return File{}, err
	}
	f := File{MediaType: Sealed, Name: sealedName, UploadedBy: u.UploadedBy}
	if err := s.scan(ctx, received, &f); err != nil {
		return File{}, err
	}
	sealed, err := seal(received, Inside{Name: CleanName(u.Name, kind), MediaType: kind, Size: received.size, Subject: subject, OrgID: u.OrgID.UUID}, to)
	if err != nil {
		return File{}, err
	}
	defer sealed.Close()
	return s.keep(ctx, sealed, f)
}

// seal writes a line that says what is inside, the content, and zeros, encrypted.
func seal(content *spooled, in Inside, to age.Recipient) (*spooled, error) {
	line, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	line = append(line, '\n')
	f, err := os.CreateTemp("", "zjcs-upload-*")
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	out := &spooled{File: f}
	fail := func(err error) (*spooled, error) {
		f.Close()
		return nil, fmt.Errorf("seal: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return fail(err)
	}
	h := sha256.New()
	size := &counter{w: io.MultiWriter(f, h)}
	w, err := age.Encrypt(size, to)
	if err != nil {
		return fail(err)
	}
	used := int64(len(line)) + content.size
	padding := io.LimitReader(zeros{}, PaddedSize(used)-used)
	if _, err := io.Copy(w, io.MultiReader(bytes.NewReader(line), content.content(), padding)); err != nil {
		return fail(err)
	}
	if err := w.Close(); err != nil {
		return fail(err)
	}
	out.size = size.n
	h.Sum(out.sum[:0])
	return out, nil
}

// OpenSealed opens a sealed upload. The content ends in an error when the envelope is not
// whole. Invalid means that the identity does not open it, or that it is damaged.
func (s *Store) OpenSealed(ctx context.Context, f File, by age.Identity) (Inside, io.ReadCloser, error) {
	var in Inside
	damaged := apperr.New(apperr.Invalid, "附件的密封信封无法打开或已损坏")
	body, err := s.Open(ctx, f)
	if err != nil {
		return in, nil, err
	}
	plain, err := age.Decrypt(body, by)
	if err != nil {
		return in, nil, damaged.Because(errors.Join(err, body.Close()))
	}
	r := bufio.NewReaderSize(plain, maxInside)
	line, err := r.ReadSlice('\n')
	if err == nil {
		err = json.Unmarshal(line, &in)
	}
	if err == nil && in.Size <= 0 {
		err = fmt.Errorf("size %d", in.Size)
	}
	if err != nil {
		return Inside{}, nil, damaged.Because(errors.Join(err, body.Close()))
	}
	return in, &opened{r: r, left: in.Size, Closer: body}, nil
}

// opened is the content without the padding behind it.
type opened struct {
	r    io.Reader
	left int64
	io.Closer
}

func (o *opened) Read(b []byte) (int, error) {
	if o.left == 0 {
		return 0, io.EOF
	}
	n, err := o.r.Read(b[:min(int64(len(b)), o.left)])
	if o.left -= int64(n); errors.Is(err, io.EOF) && o.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// PaddedSize is the size that n bytes are brought to, so that a length tells only its
// order of magnitude: at least 4 KiB, and above it no more than an eighth longer (Padmé,
// Nikitin et al. 2019, with 3 bits kept).
func PaddedSize(n int64) int64 {
	const least, kept = 4 << 10, 3
	if n <= least {
		return least
	}
	step := int64(1) << (bits.Len64(uint64(n-1)) - 1 - kept)
	return (n + step - 1) / step * step
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
