package files_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/uuid"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/files"
	"zjcs/internal/testkit"
)

func TestPutKeepsWhatIsKnown(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 123456789, time.UTC)
	s := setup(t, func(o *files.Options) { o.Now = func() time.Time { return at } })
	u := upload("../水土保持方案.pdf", pdfWith(""))
	u.OrgID = uuid.NullUUID{UUID: testkit.NewCast(t, s.pool).Organisation("agency", "河东测绘有限公司", testkit.County), Valid: true}
	f, err := s.Put(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	back, err := s.Get(t.Context(), f.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !back.UploadedAt.Equal(at.Truncate(time.Microsecond)) {
		t.Errorf("uploaded at %s", back.UploadedAt)
	}
	back.UploadedAt = f.UploadedAt
	if back != f {
		t.Errorf("got %+v, want %+v", back, f)
	}
	if f.Name != "水土保持方案.pdf" || f.UploadedBy != wangFang || f.OrgID != u.OrgID || f.ScannedAt != nil || f.Size != int64(len(pdfWith(""))) {
		t.Errorf("%+v", f)
	}
	if _, err := s.Get(t.Context(), uuid.New()); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("unknown id: %v", err)
	}
	other := s.put(t, "b.png", pngOf(4))
	list, err := s.List(t.Context(), []uuid.UUID{other.ID, uuid.New(), f.ID})
	if err != nil || len(list) != 2 || list[0].ID != f.ID {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := s.Put(t.Context(), files.Upload{Name: "a.pdf", Body: bytes.NewReader(pdfWith(""))}); err == nil {
		t.Error("kept without an uploader")
	}
}

// endless gives zeros and counts them.
type endless struct{ n int64 }

func (e *endless) Read(b []byte) (int, error) {
	clear(b)
	e.n += int64(len(b))
	return len(b), nil
}

func TestSizeIsLimited(t *testing.T) {
	t.Parallel()
	s := setup(t)
	if s.MaxBytes() != limit {
		t.Fatal(s.MaxBytes())
	}
	room := limit - len(pdfWith(""))
	s.put(t, "正好.pdf", pdfWith(strings.Repeat(" ", room)))
	s.refused(t, "多一字节.pdf", pdfWith(strings.Repeat(" ", room+1)), apperr.TooLarge, "20 MiB")

	forever := &endless{}
	u := upload("无尽.pdf", nil)
	u.Body = io.MultiReader(strings.NewReader("%PDF-1.7\n"), forever)
	if _, err := s.Put(t.Context(), u); apperr.CodeOf(err) != apperr.TooLarge {
		t.Errorf("endless: %v", err)
	}
	if forever.n > limit+1<<20 {
		t.Errorf("read %d bytes of what is refused", forever.n)
	}
}

func TestABrokenTransferLeavesNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	content := pdfWith(noise(1 << 20))
	u := upload("断.pdf", nil)
	u.Body = io.MultiReader(bytes.NewReader(content[:len(content)/2]), iotest.ErrReader(errors.New("connection reset")))
	if _, err := s.Put(t.Context(), u); apperr.CodeOf(err) != apperr.Invalid {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Put(ctx, upload("取消.pdf", content)); err == nil {
		t.Error("kept for a caller who had left")
	}
	if s.rows(t) != 0 || len(s.contents(t)) != 0 {
		t.Error("something stayed")
	}
}

// TestSameContentIsKeptOnce, also when it is uploaded many times at once.
func TestSameContentIsKeptOnce(t *testing.T) {
	t.Parallel()
	s := setup(t)
	content := pdfWith(noise(1 << 20))
	var wg sync.WaitGroup
	const uploads = 16
	ids := make([]uuid.UUID, uploads)
	for i := range uploads {
		wg.Go(func() {
			f, err := s.Put(t.Context(), upload("同.pdf", content))
			if err != nil {
				t.Error(err)
			}
			ids[i] = f.ID
		})
	}
	wg.Wait()
	if kept := s.contents(t); len(kept) != 1 || s.rows(t) != uploads {
		t.Fatalf("%d rows, contents %v", s.rows(t), kept)
	}
	for _, id := range ids {
		f, err := s.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := s.read(t.Context(), f); err != nil || !bytes.Equal(back, content) {
			t.Fatal(err)
		}
	}
}

// TestChangedContentIsNotServed: neither cut short nor altered, and the next upload mends
// what was cut short.
func TestChangedContentIsNotServed(t *testing.T) {
	t.Parallel()
	s := setup(t)
	content := pdfWith(noise(200_000))
	f := s.put(t, "a.pdf", content)
	path := s.contents(t)[0]
	if err := os.WriteFile(path, flip(content, len(content)/2), 0o600); err != nil {
		t.Fatal(err)
	}
	if back, err := s.read(t.Context(), f); err == nil || len(back) >= len(content) {
		t.Errorf("altered content came out: %d of %d bytes, %v", len(back), len(content), err)
	}
	if err := os.Truncate(path, 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := s.read(t.Context(), f); err == nil {
		t.Error("half a content came out")
	}
	s.put(t, "a.pdf", content)
	if back, err := s.read(t.Context(), f); err != nil || !bytes.Equal(back, content) {
		t.Errorf("not mended: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := s.read(t.Context(), f); err == nil || apperr.CodeOf(err) != apperr.Internal {
		t.Errorf("lost content: %v", err)
	}
}

// TestOnlyTheProgramReadsTheFolder: attachments hold personal data.
func TestOnlyTheProgramReadsTheFolder(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.put(t, "a.pdf", pdfWith(""))
	info, err := os.Stat(s.dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	for _, o := range []files.Options{
		{BucketURL: "mem://", MaxBytes: 1, Now: time.Now},
		{BucketURL: "", MaxBytes: 1, Now: time.Now},
		{BucketURL: "file:///proc/nothing", MaxBytes: 1, Now: time.Now},
		{BucketURL: "file://" + t.TempDir(), Now: time.Now},
	} {
		if _, err := files.New(t.Context(), pool, o); err == nil {
			t.Errorf("%+v opened", o)
		}
	}
}

// TestS3: the same store on a bucket that speaks S3.
func TestS3(t *testing.T) {
	backend := s3mem.New()
	if err := backend.CreateBucket("attachments"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	defer server.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	s := setup(t, func(o *files.Options) {
		o.BucketURL = "s3://attachments?region=us-east-1&use_path_style=true&endpoint=" + server.URL
	})
	content := pdfWith(noise(6 << 20)) // more than one part
	f := s.put(t, "a.pdf", content)
	s.put(t, "b.pdf", content)
	if back, err := s.read(t.Context(), f); err != nil || !bytes.Equal(back, content) {
		t.Fatal(err)
	}
	swept, err := s.Sweep(t.Context(), time.Now().Add(time.Hour), nothing)
	if err != nil || swept != (files.Swept{Files: 2, Contents: 1}) {
		t.Fatalf("%+v, %v", swept, err)
	}
	if _, err := s.read(t.Context(), f); err == nil {
		t.Fatal("still there")
	}
	s.put(t, "c.pdf", content)
	server.Close()
	if _, err := s.Put(t.Context(), upload("d.png", pngOf(4))); err == nil || s.rows(t) != 1 {
		t.Fatalf("kept without a bucket: %v", err)
	}
}
