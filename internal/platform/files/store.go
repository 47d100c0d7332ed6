package files

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// contentLocks is the first half of the advisory locks on contents; the second is the
// beginning of the digest. Two contents that share it wait for each other, no more.
const contentLocks = 0x66696C65

func contentLock(sum [32]byte) int32 { return int32(binary.BigEndian.Uint32(sum[:])) }

// insertFile writes the row if its content is present, and says whether it was. The
// shared lock keeps the content from being removed until the row can be seen.
func insertFile(ctx context.Context, pool *db.Pool, f File, present func() (bool, error)) (bool, error) {
	ok := false
	err := db.InTx(ctx, pool, func(tx db.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1, $2)`, int32(contentLocks), contentLock(f.SHA256)); err != nil {
			return fmt.Errorf("lock content: %w", err)
		}
		var err error
		if ok, err = present(); err != nil || !ok {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO file (id, sha256, size, media_type, name, uploaded_by, org_id, uploaded_at, scanned_at, scan_engine)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, nullif($10, ''))`,
			f.ID, f.SHA256[:], f.Size, string(f.MediaType), f.Name, f.UploadedBy, f.OrgID, f.UploadedAt, f.ScannedAt, f.ScanEngine)
		if err != nil {
			return fmt.Errorf("insert file: %w", err)
		}
		return nil
	})
	return ok, err
}

func getFiles(ctx context.Context, q db.Querier, ids []uuid.UUID) ([]File, error) {
	rows, err := q.Query(ctx, `
		SELECT id, sha256, size, media_type, name, uploaded_by, org_id, uploaded_at, scanned_at, coalesce(scan_engine, '')
		FROM file WHERE id = ANY ($1) ORDER BY uploaded_at, id`, ids)
	if err != nil {
		return nil, fmt.Errorf("get files: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (File, error) {
		var f File
		var sum []byte
		err := row.Scan(&f.ID, &sum, &f.Size, &f.MediaType, &f.Name, &f.UploadedBy, &f.OrgID, &f.UploadedAt, &f.ScannedAt, &f.ScanEngine)
		copy(f.SHA256[:], sum)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("get files: %w", err)
	}
	return list, nil
}

// sweepBatch is how many files are asked about at once.
const sweepBatch = 500

// place is where a sweep is in the order of the files.
type place struct {
	uploadedAt time.Time
	id         uuid.UUID
}

// sweepRows removes, of the next files uploaded before a time, those that referenced does
// not name; their digests are returned, and done when there are no more. The rows are
// locked before it is asked: a reference (a foreign key) is either there to be seen, or
// waits, and then fails because the file is gone. A row someone is just referring to is
// left for the next sweep.
func sweepRows(ctx context.Context, pool *db.Pool, before time.Time, from *place, referenced Referenced) (removed [][32]byte, done bool, err error) {
	next := *from
	err = db.InTx(ctx, pool, func(tx db.Tx) error {
		removed, next = nil, *from
		rows, err := tx.Query(ctx, `
			SELECT id, uploaded_at FROM file WHERE uploaded_at < $1 AND (uploaded_at, id) > ($2, $3)
			ORDER BY uploaded_at, id LIMIT $4 FOR UPDATE SKIP LOCKED`, before, from.uploadedAt, from.id, sweepBatch)
		if err != nil {
			return fmt.Errorf("sweep files: %w", err)
		}
		var ids []uuid.UUID
		if _, err := pgx.ForEachRow(rows, []any{&next.id, &next.uploadedAt}, func() error { ids = append(ids, next.id); return nil }); err != nil {
			return fmt.Errorf("sweep files: %w", err)
		}
		if done = len(ids) < sweepBatch; len(ids) == 0 {
			return nil
		}
		used, err := referenced(ctx, ids)
		if err != nil {
			return fmt.Errorf("sweep files: %w", err)
		}
		var unused []uuid.UUID
		for _, id := range ids {
			if !used[id] {
				unused = append(unused, id)
			}
		}
		rows, err = tx.Query(ctx, `DELETE FROM file WHERE id = ANY ($1) RETURNING sha256`, unused)
		if err != nil {
			return fmt.Errorf("sweep files: %w", err)
		}
		removed, err = collectSums(rows)
		return err
	})
	*from = next
	return removed, done, err
}

// unreferred is those of sums that no row has.
func unreferred(ctx context.Context, q db.Querier, sums [][]byte) ([][32]byte, error) {
	rows, err := q.Query(ctx, `SELECT s FROM unnest($1::bytea[]) s WHERE NOT EXISTS (SELECT FROM file WHERE sha256 = s)`, sums)
	if err != nil {
		return nil, fmt.Errorf("sweep files: %w", err)
	}
	return collectSums(rows)
}

func collectSums(rows pgx.Rows) ([][32]byte, error) {
	sums, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (sum [32]byte, err error) {
		var b []byte
		err = row.Scan(&b)
		copy(sum[:], b)
		return sum, err
	})
	if err != nil {
		return nil, fmt.Errorf("sweep files: %w", err)
	}
	return sums, nil
}

var errReferred = errors.New("a row refers to this content")

// dropContent calls drop if no row has the digest, and says whether it did. The lock
// makes every upload of that content wait until drop has returned.
func dropContent(ctx context.Context, pool *db.Pool, sum [32]byte, drop func() error) (bool, error) {
	err := db.InTx(ctx, pool, func(tx db.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, $2)`, int32(contentLocks), contentLock(sum)); err != nil {
			return fmt.Errorf("lock content: %w", err)
		}
		// A statement after the lock, so that it sees what was committed while waiting for it.
		var used bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM file WHERE sha256 = $1)`, sum[:]).Scan(&used); err != nil {
			return fmt.Errorf("sweep files: %w", err)
		}
		if used {
			return errReferred
		}
		return drop()
	})
	if errors.Is(err, errReferred) {
		return false, nil
	}
	return err == nil, err
}

// referrers are the columns that refer to a file by a foreign key, whatever came after.
const referrers = `
	SELECT format('SELECT %I AS id FROM %s WHERE %I = ANY ($1)', a.attname, c.conrelid::regclass, a.attname)
	FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
	WHERE c.contype = 'f' AND c.confrelid = 'file'::regclass AND cardinality(c.conkey) = 1`

func referenced(ctx context.Context, q db.Querier, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	rows, err := q.Query(ctx, referrers)
	if err != nil {
		return nil, fmt.Errorf("files referred to: %w", err)
	}
	selects, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("files referred to: %w", err)
	}
	out := map[uuid.UUID]bool{}
	if len(selects) == 0 {
		return out, nil
	}
	rows, err = q.Query(ctx, strings.Join(selects, " UNION "), ids)
	if err != nil {
		return nil, fmt.Errorf("files referred to: %w", err)
	}
	var id uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&id}, func() error { out[id] = true; return nil }); err != nil {
		return nil, fmt.Errorf("files referred to: %w", err)
	}
	return out, nil
}
