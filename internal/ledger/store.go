package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
)

// SealedColumns are what a change of key must reach.
func SealedColumns() []secret.Column {
	return []secret.Column{{Table: "ledger_key", Key: "id", Sealed: "signer", Field: fieldSigner}}
}

func insertEntry(ctx context.Context, tx db.Tx, l Line, leaf, hash []byte, salts []salted) error {
	_, err := tx.Exec(ctx, `
		WITH e AS (INSERT INTO ledger_entry (id, kind, subject, region, leaf, leaf_hash) VALUES ($1, $2, $3, $4, $5, $6) RETURNING seq, id)
		INSERT INTO ledger_pending (seq, entry_id) SELECT seq, id FROM e`, l.ID, l.Kind, l.Subject, l.Region, leaf, hash)
	if err != nil {
		return fmt.Errorf("ledger line %s: %w", l.Kind, err)
	}
	for _, s := range salts {
		if _, err := tx.Exec(ctx, `INSERT INTO ledger_salt (entry_id, path, salt) VALUES ($1, $2, $3)`, l.ID, s.path, s.salt); err != nil {
			return fmt.Errorf("ledger line %s: %w", l.Kind, err)
		}
	}
	return nil
}

// lockTree lets one instance at a time grow the tree; the others wait for it.
func lockTree(ctx context.Context, tx db.Tx) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('ledger', 0))`); err != nil {
		return fmt.Errorf("lock the tree: %w", err)
	}
	return nil
}

func anyPending(ctx context.Context, q db.Querier) (found bool, err error) {
	if err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ledger_pending)`).Scan(&found); err != nil {
		return false, fmt.Errorf("pending lines: %w", err)
	}
	return found, nil
}

type pendingLine struct {
	seq  int64
	id   uuid.UUID
	hash tlog.Hash
}

func listPending(ctx context.Context, q db.Querier, limit int) ([]pendingLine, error) {
	rows, err := q.Query(ctx, `SELECT p.seq, p.entry_id, e.leaf_hash FROM ledger_pending p JOIN ledger_entry e ON e.id = p.entry_id ORDER BY p.seq LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("pending lines: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p pendingLine, err error) {
		var hash []byte
		err = row.Scan(&p.seq, &p.id, &hash)
		copy(p.hash[:], hash)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("pending lines: %w", err)
	}
	return list, nil
}

// lockKey lets one instance at a time make the key.
func lockKey(ctx context.Context, tx db.Tx) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('ledger key', 0))`); err != nil {
		return fmt.Errorf("lock the log's key: %w", err)
	}
	return nil
}

func anyCheckpoint(ctx context.Context, q db.Querier) (found bool, err error) {
	if err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ledger_checkpoint)`).Scan(&found); err != nil {
		return false, fmt.Errorf("checkpoints: %w", err)
	}
	return found, nil
}

func waitAgain(ctx context.Context, tx db.Tx) (int64, error) {
	tag, err := tx.Exec(ctx, `
		INSERT INTO ledger_pending (seq, entry_id) SELECT e.seq, e.id FROM ledger_entry e
		WHERE NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.entry_id = e.id) AND NOT EXISTS (SELECT FROM ledger_pending p WHERE p.seq = e.seq)`)
	if err != nil {
		return 0, fmt.Errorf("lines left out: %w", err)
	}
	return tag.RowsAffected(), nil
}

func treeSize(ctx context.Context, q db.Querier) (size int64, err error) {
	if err := q.QueryRow(ctx, `SELECT coalesce(max(idx) + 1, 0) FROM ledger_leaf`).Scan(&size); err != nil {
		return 0, fmt.Errorf("size of the tree: %w", err)
	}
	return size, nil
}

func putPositions(ctx context.Context, tx db.Tx, from int64, list []pendingLine) error {
	seqs := make([]int64, len(list))
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"ledger_leaf"}, []string{"idx", "entry_id"}, pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
		seqs[i] = list[i].seq
		return []any{from + int64(i), list[i].id}, nil
	}))
	if err != nil {
		return fmt.Errorf("positions: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM ledger_pending WHERE seq = ANY ($1)`, seqs); err != nil {
		return fmt.Errorf("positions: %w", err)
	}
	return nil
}

func putHashes(ctx context.Context, tx db.Tx, from int64, hashes []tlog.Hash) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"ledger_hash"}, []string{"position", "hash"}, pgx.CopyFromSlice(len(hashes), func(i int) ([]any, error) {
		return []any{from + int64(i), hashes[i][:]}, nil
	}))
	if err != nil {
		return fmt.Errorf("store hashes: %w", err)
	}
	return nil
}

func putCheckpoint(ctx context.Context, tx db.Tx, size int64, root tlog.Hash, signed string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO ledger_checkpoint (size, root, note) VALUES ($1, $2, $3)`, size, root[:], signed); err != nil {
		return fmt.Errorf("store checkpoint: %w", err)
	}
	return nil
}

func readHashes(ctx context.Context, q db.Querier, positions []int64, into map[int64]tlog.Hash) error {
	rows, err := q.Query(ctx, `SELECT position, hash FROM ledger_hash WHERE position = ANY ($1)`, positions)
	if err != nil {
		return fmt.Errorf("read hashes: %w", err)
	}
	var at int64
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{&at, &raw}, func() error {
		var h tlog.Hash
		copy(h[:], raw)
		into[at] = h
		return nil
	})
	if err != nil {
		return fmt.Errorf("read hashes: %w", err)
	}
	return nil
}

func loadKey(ctx context.Context, q db.Querier) (sealed []byte, verifier string, found bool, err error) {
	err = q.QueryRow(ctx, `SELECT signer, verifier FROM ledger_key`).Scan(&sealed, &verifier)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, "", false, nil
	}
	if err != nil {
		return nil, "", false, fmt.Errorf("the log's key: %w", err)
	}
	return sealed, verifier, true, nil
}

func insertKey(ctx context.Context, tx db.Tx, verifier string, sealed []byte) error {
	if _, err := tx.Exec(ctx, `INSERT INTO ledger_key (id, verifier, signer) VALUES ($1, $2, $3)`, uuid.New(), verifier, sealed); err != nil {
		return fmt.Errorf("store the log's key: %w", err)
	}
	return nil
}
