package files_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
	"zjcs/internal/testkit"
)

const (
	childVariable = "ZJCS_TEST_FILES_CHILD" // the bucket: this process is the one that gets killed
	childDatabase = "ZJCS_TEST_FILES_DATABASE"
)

// uploadUntilKilled uploads ever new contents in four lanes and says a line for each.
func uploadUntilKilled() {
	ctx := context.Background()
	pool, err := db.Open(ctx, os.Getenv(childDatabase), 4)
	must(err)
	s, err := files.New(ctx, pool, files.Options{BucketURL: os.Getenv(childVariable), MaxBytes: limit, Now: time.Now})
	must(err)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				f, err := s.Put(ctx, upload("a.pdf", pdfWith(noise(2<<20))))
				must(err)
				fmt.Fprintln(os.Stdout, f.ID)
			}
		})
	}
	wg.Wait()
}

// TestKilledUploadsLeaveNoHalfFile kills a process amid four uploads, at another moment
// each time: every row has its whole content, and what is left over can be swept.
func TestKilledUploadsLeaveNoHalfFile(t *testing.T) {
	t.Parallel()
	url := testkit.DBURL(t)
	pool, err := db.Open(t.Context(), url, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := pool.Exec(t.Context(), `INSERT INTO person (id, name) VALUES ($1, '王芳')`, wangFang); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "files")
	bucket, err := files.FolderURL(dir)
	if err != nil {
		t.Fatal(err)
	}
	later := func() time.Time { return time.Now().Add(2 * time.Hour) } // when it sweeps, no upload is going on any more
	store, err := files.New(t.Context(), pool, files.Options{BucketURL: bucket, MaxBytes: limit, Now: later})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { must(store.Close()) })
	s := stage{Store: store, pool: pool, dir: dir}

	for round := range 6 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), childVariable+"="+bucket, childDatabase+"="+url)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 2 + round {
			if !lines.Scan() {
				t.Fatal("the child stopped by itself")
			}
		}
		must(child.Process.Kill())
		told := 2 + round
		for lines.Scan() {
			told++
		}
		if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("child: %v", err)
		}
		s.allWhole(t, told)
	}

	if _, err := s.Sweep(t.Context(), later(), nothing); err != nil {
		t.Fatal(err)
	}
	if s.rows(t) != 0 || len(s.contents(t)) != 0 {
		t.Errorf("%d rows and %v are left", s.rows(t), s.contents(t))
	}
}

// allWhole reads every row's content through, and finds at least as many as were told.
func (s stage) allWhole(t *testing.T, told int) {
	t.Helper()
	rows, err := s.pool.Query(t.Context(), `SELECT id FROM file`)
	if err != nil {
		t.Fatal(err)
	}
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		must(rows.Scan(&id))
		ids = append(ids, id)
	}
	must(rows.Err())
	if len(ids) < told {
		t.Fatalf("%d rows, %d uploads were told", len(ids), told)
	}
	list, err := s.List(t.Context(), ids)
	if err != nil || len(list) != len(ids) {
		t.Fatal(err)
	}
	for _, f := range list {
		if b, err := s.read(t.Context(), f); err != nil || int64(len(b)) != f.Size {
			t.Errorf("%s: %v", f.ID, err)
		}
	}
}
