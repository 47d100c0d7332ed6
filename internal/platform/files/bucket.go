package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:///folder
	_ "gocloud.dev/blob/s3blob"   // s3://bucket
	"gocloud.dev/gcerrors"
)

// bucket keeps contents under their digest: the same content is there once.
type bucket struct{ *blob.Bucket }

// FolderURL is the bucket URL of a folder.
func FolderURL(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("files folder: %w", err)
	}
	return (&url.URL{Scheme: "file", Path: abs}).String(), nil
}

func openBucket(ctx context.Context, rawURL string) (*bucket, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Scheme != "file" && u.Scheme != "s3" {
		return nil, errors.New("ZJCS_FILES_URL 应如 file:///目录 或 s3://桶名?region=区域")
	}
	if u.Scheme == "file" {
		q := u.Query()
		q.Set("create_dir", "1")
		q.Set("no_tmp_dir", "1")       // written beside its place: a rename is atomic only within one disk
		q.Set("metadata", "skip")      // what is known of a file is in its row
		q.Set("dir_file_mode", "0700") // attachments hold personal data
		u.RawQuery = q.Encode()
	}
	b, err := blob.OpenBucket(ctx, u.String())
	if err != nil {
		return nil, fmt.Errorf("open files bucket: %w", err)
	}
	return &bucket{b}, nil
}

const keyPrefix = "sha256/"

func keyOf(sum [32]byte) string {
	h := hex.EncodeToString(sum[:])
	return keyPrefix + h[:2] + "/" + h
}

// sumOf is the digest that key stands for.
func sumOf(key string) (sum [32]byte, ok bool) {
	h := key[strings.LastIndexByte(key, '/')+1:]
	b, err := hex.DecodeString(h)
	if err != nil || len(b) != len(sum) {
		return sum, false
	}
	copy(sum[:], b)
	return sum, keyOf(sum) == key
}

// has reports whether all of a content is there.
func (b *bucket) has(ctx context.Context, sum [32]byte, size int64) (bool, error) {
	a, err := b.Attributes(ctx, keyOf(sum))
	if gcerrors.Code(err) == gcerrors.NotFound {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("files bucket: %w", err)
	}
	return a.Size == size, nil
}

// keep writes a content unless it is there. It appears under its key whole or not at all.
func (b *bucket) keep(ctx context.Context, s *spooled) error {
	there, err := b.has(ctx, s.sum, s.size)
	if err != nil || there {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // closing a writer whose context has ended throws away what it has
	var onDisk *os.File
	w, err := b.NewWriter(ctx, keyOf(s.sum), &blob.WriterOptions{
		ContentType: "application/octet-stream", // should the bucket ever be open to the web
		BeforeWrite: func(as func(any) bool) error { as(&onDisk); return nil },
	})
	if err != nil {
		return fmt.Errorf("files bucket: %w", err)
	}
	_, err = io.Copy(w, s.content())
	if err == nil && onDisk != nil {
		err = onDisk.Sync() // before the rename: the row that follows survives a power cut, so must this
	}
	if err != nil {
		cancel()
		return fmt.Errorf("files bucket: %w", errors.Join(err, w.Close()))
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("files bucket: %w", err)
	}
	if onDisk != nil {
		return syncFolders(filepath.Dir(onDisk.Name()), 3)
	}
	return nil
}

// syncFolders makes the names in dir, and its own in the folders above it, survive a power cut.
func syncFolders(dir string, levels int) error {
	for range levels {
		d, err := os.Open(dir)
		if err != nil {
			return fmt.Errorf("files bucket: %w", err)
		}
		err = d.Sync()
		d.Close()
		if err != nil {
			return fmt.Errorf("files bucket: %w", err)
		}
		dir = filepath.Dir(dir)
	}
	return nil
}

func (b *bucket) open(ctx context.Context, sum [32]byte, size int64) (io.ReadCloser, error) {
	r, err := b.NewReader(ctx, keyOf(sum), nil)
	if err != nil {
		return nil, fmt.Errorf("files bucket: %w", err)
	}
	if r.Size() != size {
		return nil, errors.Join(fmt.Errorf("files bucket: %s has %d bytes, not %d", keyOf(sum), r.Size(), size), r.Close())
	}
	return &verified{ReadCloser: r, left: size, want: sum, hash: sha256.New()}, nil
}

// verified holds back the last bytes until the digest is known to be right: whoever was
// told the length sees a broken transfer, not a changed file.
type verified struct {
	io.ReadCloser
	left int64
	want [32]byte
	hash hash.Hash
}

func (v *verified) Read(b []byte) (int, error) {
	n, err := v.ReadCloser.Read(b)
	v.hash.Write(b[:n])
	if v.left -= int64(n); v.left < 0 || v.left == 0 && n > 0 && [32]byte(v.hash.Sum(nil)) != v.want {
		return 0, errors.New("files bucket: content does not match its digest")
	}
	return n, err
}

// temporary is what a killed process leaves beside a content it was writing to a folder.
func temporary(key string) bool {
	content, rest, _ := strings.Cut(key, ".")
	_, ok := sumOf(content)
	return ok && strings.HasSuffix(rest, ".tmp")
}
