package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

// Options say where files are kept and what is kept out.
type Options struct {
	BucketURL string // FolderURL of a folder, or s3://bucket?region=…
	MaxBytes  int64  // of one file
	Scanner   Scanner
	Now       func() time.Time
}

// Store keeps attachments.
type Store struct {
	pool    *db.Pool
	bucket  *bucket
	limit   int64
	scanner Scanner
	now     func() time.Time
}

// New opens the bucket; a folder that is not there is made. Close it after use.
func New(ctx context.Context, pool *db.Pool, o Options) (*Store, error) {
	if o.MaxBytes <= 0 || o.Now == nil {
		return nil, errors.New("files: MaxBytes and Now must be set")
	}
	b, err := openBucket(ctx, o.BucketURL)
	if err != nil {
		return nil, err
	}
	return &Store{pool: pool, bucket: b, limit: o.MaxBytes, scanner: o.Scanner, now: o.Now}, nil
}

// Close lets go of the bucket.
func (s *Store) Close() error { return s.bucket.Close() }

// MaxBytes is the limit for one file, for whoever bounds a request or tells an uploader.
func (s *Store) MaxBytes() int64 { return s.limit }

// Upload is a file as it comes in; nothing it says of itself is believed.
type Upload struct {
	Name       string
	UploadedBy uuid.UUID
	OrgID      uuid.NullUUID
	Body       io.Reader
}

// attempts bounds how often the content is written again because a sweep took it away
// before the row was there; each time needs a sweep of its own, so that even sweeps without
// pause are outlasted.
const attempts = 20

// Put receives, checks, scans and keeps a file. Refusals name the field "file".
func (s *Store) Put(ctx context.Context, u Upload) (File, error) {
	if u.UploadedBy == uuid.Nil {
		return File{}, errors.New("files: an upload without an uploader")
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
	f := File{MediaType: kind, Name: CleanName(u.Name, kind), UploadedBy: u.UploadedBy, OrgID: u.OrgID}
	if err := s.scan(ctx, received, &f); err != nil {
		return File{}, err
	}
	return s.keep(ctx, received, f)
}

// keep writes the content and then the row of f, whose id, digest, size and time it fills in.
func (s *Store) keep(ctx context.Context, received *spooled, f File) (File, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return File{}, err
	}
	f.ID, f.SHA256, f.Size, f.UploadedAt = id, received.sum, received.size, s.now().UTC().Truncate(time.Microsecond)
	for range attempts {
		if err := s.bucket.keep(ctx, received); err != nil {
			return File{}, err
		}
		kept, err := insertFile(ctx, s.pool, f, func() (bool, error) { return s.bucket.has(ctx, f.SHA256, f.Size) })
		if err != nil {
			return File{}, err
		}
		if kept {
			return f, nil
		}
	}
	return File{}, apperr.New(apperr.Unavailable, "附件暂时无法保存，请稍后再试").Because(fmt.Errorf("content %x removed %d times", f.SHA256, attempts))
}

// scan refuses what is infected, and refuses all while the scanner does not answer.
func (s *Store) scan(ctx context.Context, received *spooled, f *File) error {
	if s.scanner == nil {
		return nil
	}
	v, err := s.scanner.Scan(ctx, received.content())
	if err == nil && v.Engine == "" {
		err = errors.New("scanner did not say what it is")
	}
	if err != nil {
		return apperr.New(apperr.Unavailable, "病毒检查服务暂时不可用，附件未保存，请稍后再试").Because(err)
	}
	if v.Finding != "" {
		return refuse("文件含有病毒（%s），没有保存；请查杀后再上传", v.Finding)
	}
	at := s.now().UTC().Truncate(time.Microsecond)
	f.ScannedAt, f.ScanEngine = &at, v.Engine
	return nil
}

var errNoFile = apperr.New(apperr.NotFound, "没有这个附件")

// Get is a file by id.
func (s *Store) Get(ctx context.Context, id uuid.UUID) (File, error) {
	found, err := s.List(ctx, []uuid.UUID{id})
	if err != nil {
		return File{}, err
	}
	if len(found) == 0 {
		return File{}, errNoFile
	}
	return found[0], nil
}

// List is the files of ids that exist, in the order they were uploaded.
func (s *Store) List(ctx context.Context, ids []uuid.UUID) ([]File, error) {
	return getFiles(ctx, s.pool, ids)
}

// Open reads the content of f. It ends in an error, before the last bytes are out, when
// the content is not what was uploaded.
func (s *Store) Open(ctx context.Context, f File) (io.ReadCloser, error) {
	r, err := s.bucket.open(ctx, f.SHA256, f.Size)
	if err != nil {
		return nil, fmt.Errorf("file %s: %w", f.ID, err)
	}
	return r, nil
}
