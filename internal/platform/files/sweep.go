package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// Referenced names those of ids that something refers to.
type Referenced func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error)

// Referenced is the answer for Sweep that forgets nobody: whatever has a foreign key to
// the table of files.
func (s *Store) Referenced(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	return referenced(ctx, s.pool, ids)
}

// Swept counts what a sweep removed.
type Swept struct{ Files, Contents int }

// longestUpload is how long a content may lie in the bucket, half written or without a
// row, because its upload is still going on.
const longestUpload = time.Hour

// Sweep removes the files uploaded before a time that nothing refers to, then the
// contents that no file has: theirs, and what killed uploads left before that time. It may
// run beside uploads and other sweeps, and be broken off at any point.
func (s *Store) Sweep(ctx context.Context, before time.Time, referenced Referenced) (Swept, error) {
	var swept Swept
	var from place
	for done := false; !done; {
		var removed [][32]byte
		var err error
		if removed, done, err = sweepRows(ctx, s.pool, before, &from, referenced); err != nil {
			return swept, err
		}
		swept.Files += len(removed)
		if err := s.dropContents(ctx, removed, &swept); err != nil {
			return swept, err
		}
	}
	leftBefore := s.now().Add(-longestUpload)
	if before.Before(leftBefore) {
		leftBefore = before
	}
	// One folder of the bucket at a time: listing a folder of files costs all that is in it for each page.
	for b := range 256 {
		if err := s.sweepFolder(ctx, fmt.Sprintf("%s%02x/", keyPrefix, b), leftBefore, &swept); err != nil {
			return swept, err
		}
	}
	return swept, nil
}

func (s *Store) sweepFolder(ctx context.Context, folder string, before time.Time, swept *Swept) error {
	var sums [][]byte
	check := func() error {
		if len(sums) == 0 {
			return nil
		}
		orphans, err := unreferred(ctx, s.pool, sums)
		sums = nil
		if err != nil {
			return err
		}
		return s.dropContents(ctx, orphans, swept)
	}
	objects := s.bucket.List(&blob.ListOptions{Prefix: folder})
	for {
		o, err := objects.Next(ctx)
		if errors.Is(err, io.EOF) {
			return check()
		}
		if gcerrors.Code(err) == gcerrors.NotFound {
			// A folder of files cannot be listed past a file that an upload or another sweep
			// takes away meanwhile. The rest of it waits for the next sweep.
			return check()
		}
		if err != nil {
			return fmt.Errorf("files bucket: %w", err)
		}
		if !o.ModTime.Before(before) {
			continue
		}
		if sum, ok := sumOf(o.Key); ok {
			if sums = append(sums, sum[:]); len(sums) < sweepBatch {
				continue
			}
			if err := check(); err != nil {
				return err
			}
		} else if temporary(o.Key) {
			if err := s.bucket.remove(ctx, o.Key); err != nil {
				return err
			}
		}
	}
}

func (s *Store) dropContents(ctx context.Context, sums [][32]byte, swept *Swept) error {
	seen := map[[32]byte]bool{} // several files may have had one content
	for _, sum := range sums {
		if seen[sum] {
			continue
		}
		seen[sum] = true
		dropped, err := dropContent(ctx, s.pool, sum, func() error { return s.bucket.remove(ctx, keyOf(sum)) })
		if err != nil {
			return err
		}
		if dropped {
			swept.Contents++
		}
	}
	return nil
}

// removeTimeout bounds one removal, during which uploads of that content wait.
const removeTimeout = 30 * time.Second

// remove does not stop half-way when ctx ends: the bucket would go on removing after the
// lock is gone.
func (b *bucket) remove(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeTimeout)
	defer cancel()
	if err := b.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("files bucket: %w", err)
	}
	return nil
}
