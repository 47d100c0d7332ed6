package files_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
)

// nothing is referred to.
func nothing(context.Context, []uuid.UUID) (map[uuid.UUID]bool, error) { return nil, nil }

func TestSweepTakesOnlyWhatNobodyWants(t *testing.T) {
	t.Parallel()
	now := time.Now().Add(-10 * 24 * time.Hour)
	s := setup(t, func(o *files.Options) { o.Now = func() time.Time { return now } })
	wanted := s.put(t, "a.pdf", pdfWith("wanted"))
	s.put(t, "b.pdf", pdfWith("unwanted"))
	shared := s.put(t, "c.pdf", pdfWith("wanted")) // its content is still wanted
	now = time.Now()
	fresh := s.put(t, "d.pdf", pdfWith("fresh"))
	// Someone else's file in the bucket is not ours to remove; a content without a row,
	// and one half written by a killed upload, are, once they are old.
	orphan := filepath.Join(filepath.Dir(s.contents(t)[0]), "..", "ab", "ab"+string(bytes.Repeat([]byte("0"), 62)))
	must(os.MkdirAll(filepath.Dir(orphan), 0o700))
	half := orphan + ".18f3a2.tmp"
	foreign := filepath.Join(s.dir, "sha256", "ab", "README.tmp")
	for _, p := range []string{orphan, half, foreign} {
		must(os.WriteFile(p, []byte("x"), 0o600))
	}

	week := time.Now().Add(-7 * 24 * time.Hour)
	keep := func(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
		for _, id := range ids {
			if id == fresh.ID {
				t.Error("asked about a fresh file")
			}
		}
		return map[uuid.UUID]bool{wanted.ID: true}, nil
	}
	swept, err := s.Sweep(t.Context(), week, keep)
	if err != nil || swept != (files.Swept{Files: 2, Contents: 1}) {
		t.Fatalf("%+v, %v", swept, err)
	}
	for _, f := range []files.File{wanted, fresh} {
		if _, err := s.read(t.Context(), f); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Get(t.Context(), shared.ID); err == nil {
		t.Error("unwanted file is still there")
	}
	if n := len(s.contents(t)); n != 5 {
		t.Errorf("%d contents: the young leftovers are to be left alone", n)
	}
	for _, p := range []string{orphan, half, foreign} {
		must(os.Chtimes(p, week, week.Add(-time.Hour)))
	}
	if swept, err = s.Sweep(t.Context(), week, keep); err != nil || swept != (files.Swept{Contents: 1}) {
		t.Fatalf("%+v, %v", swept, err)
	}
	if _, err := os.Stat(foreign); err != nil || len(s.contents(t)) != 3 {
		t.Errorf("%v, %v", s.contents(t), err)
	}
}

// TestSweepStopsWhenItCannotAsk: what is referred to is not known, so nothing goes.
func TestSweepStopsWhenItCannotAsk(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f := s.put(t, "a.pdf", pdfWith(""))
	boom := errors.New("boom")
	_, err := s.Sweep(t.Context(), time.Now().Add(time.Hour), func(context.Context, []uuid.UUID) (map[uuid.UUID]bool, error) { return nil, boom })
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if _, err := s.read(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// TestSweepGoesThroughMany: more files than are asked about at once.
func TestSweepGoesThroughMany(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f := s.put(t, "a.pdf", pdfWith(""))
	if _, err := s.pool.Exec(t.Context(), `
		INSERT INTO file SELECT gen_random_uuid(), sha256, size, media_type, name, uploaded_by, org_id, uploaded_at
		FROM file, generate_series(1, 1200)`); err != nil {
		t.Fatal(err)
	}
	asked := map[uuid.UUID]bool{}
	swept, err := s.Sweep(t.Context(), time.Now().Add(time.Hour), func(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
		for _, id := range ids {
			asked[id] = true
		}
		return map[uuid.UUID]bool{f.ID: true}, nil
	})
	if err != nil || swept.Files != 1200 || swept.Contents != 0 || len(asked) != 1201 {
		t.Fatalf("%+v, %d asked, %v", swept, len(asked), err)
	}
}

// TestAFileBeingReferredToStays: a reference that is not yet committed is not seen by
// whoever is asked, but it holds the row.
func TestAFileBeingReferredToStays(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.referTable(t)
	f := s.put(t, "a.pdf", pdfWith(""))
	err := db.InTx(t.Context(), s.pool, func(tx db.Tx) error {
		if _, err := tx.Exec(t.Context(), `INSERT INTO material VALUES ($1)`, f.ID); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // rather than wait for this transaction for ever
		defer cancel()
		swept, err := s.Sweep(ctx, time.Now().Add(time.Hour), s.referred)
		if swept.Files != 0 {
			t.Error("swept")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.read(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func (s stage) referTable(t *testing.T) {
	t.Helper()
	if _, err := s.pool.Exec(t.Context(), `CREATE TABLE material (file_id uuid PRIMARY KEY REFERENCES file)`); err != nil {
		t.Fatal(err)
	}
}

func (s stage) referred(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	rows, err := s.pool.Query(ctx, `SELECT file_id FROM material WHERE file_id = ANY ($1)`, ids)
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID]bool{}
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out[id] = true
	}
	return out, rows.Err()
}

// TestSweepBesideUploads uploads one content over and over while sweeps that take
// everything unreferred run without pause: whoever managed to refer to a file can read it.
func TestSweepBesideUploads(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.referTable(t)
	content := pngOf(8)
	ctx, stop := context.WithCancel(t.Context())
	var sweepers, uploaders sync.WaitGroup
	var removed, kept, lost atomic.Int64
	for range 2 {
		sweepers.Go(func() {
			for ctx.Err() == nil {
				swept, err := s.Sweep(context.WithoutCancel(ctx), time.Now().Add(time.Hour), s.referred)
				if err != nil {
					t.Error(err)
					return
				}
				removed.Add(int64(swept.Contents))
			}
		})
	}
	for range 3 {
		uploaders.Go(func() {
			for range 100 {
				f, err := s.Put(t.Context(), upload("a.png", content))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := s.pool.Exec(t.Context(), `INSERT INTO material VALUES ($1)`, f.ID); err != nil {
					lost.Add(1) // swept in between: there was nothing to refer to any more
					continue
				}
				kept.Add(1)
				if back, err := s.read(t.Context(), f); err != nil || !bytes.Equal(back, content) {
					t.Errorf("referred to, and gone: %v", err)
					return
				}
				if _, err := s.pool.Exec(t.Context(), `DELETE FROM material WHERE file_id = $1`, f.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	uploaders.Wait()
	stop()
	sweepers.Wait()
	if removed.Load() == 0 || kept.Load() == 0 {
		t.Fatalf("nothing met: %d removed, %d kept, %d lost", removed.Load(), kept.Load(), lost.Load())
	}
	t.Logf("%d contents removed, %d files kept, %d swept before they were referred to", removed.Load(), kept.Load(), lost.Load())
}

// TestWhateverRefersIsAsked: a table that came after this program's own is found by its
// foreign key, and so are the submissions.
func TestWhateverRefersIsAsked(t *testing.T) {
	t.Parallel()
	s := setup(t)
	kept, loose := s.put(t, "a.pdf", pdfWith("a")), s.put(t, "b.pdf", pdfWith("b"))
	if _, err := s.pool.Exec(t.Context(), `CREATE TABLE "Odd name" (id int, "the file" uuid REFERENCES file); INSERT INTO "Odd name" VALUES (1, '`+kept.ID.String()+`'), (2, NULL)`); err != nil {
		t.Fatal(err)
	}
	var columns int
	if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND confrelid = 'file'::regclass`).Scan(&columns); err != nil || columns < 2 {
		t.Errorf("%d columns refer to files, %v", columns, err)
	}
	swept, err := s.Sweep(t.Context(), time.Now().Add(time.Hour), s.Referenced)
	if err != nil || swept.Files != 1 {
		t.Fatalf("%+v %v", swept, err)
	}
	if _, err := s.Get(t.Context(), kept.ID); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), loose.ID); err == nil {
		t.Error("what nothing refers to is still there")
	}
}
