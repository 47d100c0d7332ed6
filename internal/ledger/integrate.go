package ledger

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"zjcs/internal/platform/db"
)

// batchSize bounds one turn: a transaction of some tenths of a second.
const batchSize = 4096

// Integrate gives the lines that have committed their positions, in the order they were
// written, and signs a checkpoint over them: when it returns, all that had committed when
// it was called are in the tree. One instance at a time does it, the others wait. It
// returns how many got their position from it.
func (l *Log) Integrate(ctx context.Context) (total int, err error) {
	if found, err := anyPending(ctx, l.pool); err != nil || !found {
		return 0, err
	}
	for {
		var n int
		err := db.InTx(ctx, l.pool, func(tx db.Tx) error {
			var err error
			n, err = l.integrateTx(ctx, tx)
			return err
		})
		total += n
		if err != nil || n < batchSize {
			return total, err
		}
	}
}

func (l *Log) integrateTx(ctx context.Context, tx db.Tx) (int, error) {
	if err := lockTree(ctx, tx); err != nil {
		return 0, err
	}
	pending, err := listPending(ctx, tx, batchSize)
	if err != nil || len(pending) == 0 {
		return 0, err
	}
	size, err := treeSize(ctx, tx)
	if err != nil {
		return 0, err
	}
	k, err := l.keyTx(ctx, tx)
	if err != nil {
		return 0, err
	}
	known := &edge{ctx: ctx, q: tx, hashes: map[int64]tlog.Hash{}}
	if err := stands(ctx, tx, size, known, k.verifier); err != nil {
		return 0, err
	}
	var stored []tlog.Hash
	first := tlog.StoredHashCount(size)
	for i, p := range pending {
		more, err := tlog.StoredHashesForRecordHash(size+int64(i), p.hash, known)
		if err != nil {
			return 0, fmt.Errorf("hashes of line %d: %w", size+int64(i), err)
		}
		for _, h := range more {
			known.hashes[first+int64(len(stored))] = h
			stored = append(stored, h)
		}
	}
	grown := size + int64(len(pending))
	root, err := tlog.TreeHash(grown, known)
	if err != nil {
		return 0, fmt.Errorf("root of %d lines: %w", grown, err)
	}
	signed, err := note.Sign(&note.Note{Text: checkpointText(k.signer.Name(), grown, root)}, k.signer)
	if err != nil {
		return 0, fmt.Errorf("sign checkpoint: %w", err)
	}
	if err := putPositions(ctx, tx, size, pending); err != nil {
		return 0, err
	}
	if err := putHashes(ctx, tx, first, stored); err != nil {
		return 0, err
	}
	return len(pending), putCheckpoint(ctx, tx, grown, root, string(signed))
}

// stands holds that the tree is still the one that was signed last: what it is built upon
// must not be something that was changed behind the triggers, or the log would sign it.
func stands(ctx context.Context, tx db.Tx, size int64, known tlog.HashReader, verifier string) error {
	if size == 0 {
		return nil
	}
	text, err := checkpointAt(ctx, tx, size)
	if err != nil {
		return fmt.Errorf("no checkpoint over the tree's %d lines: %w", size, err)
	}
	signed, root, err := openCheckpoint(text, verifier)
	if err != nil {
		return fmt.Errorf("checkpoint over %d lines: %w", size, err)
	}
	got, err := tlog.TreeHash(size, known)
	if err != nil {
		return fmt.Errorf("root of %d lines: %w", size, err)
	}
	if signed != size || got != root {
		return fmt.Errorf("the tree of %d lines was changed: its root is %s, the checkpoint signed %s over %d", size, got, root, signed)
	}
	return nil
}

// edge reads the hashes of the tree: those just made, and the others from the table, once.
type edge struct {
	ctx    context.Context
	q      db.Querier
	hashes map[int64]tlog.Hash
}

// ReadHashes as tlog.HashReader.
func (e *edge) ReadHashes(positions []int64) ([]tlog.Hash, error) {
	var missing []int64
	for _, p := range positions {
		if _, known := e.hashes[p]; !known {
			missing = append(missing, p)
		}
	}
	if len(missing) > 0 {
		if err := readHashes(e.ctx, e.q, missing, e.hashes); err != nil {
			return nil, err
		}
	}
	out := make([]tlog.Hash, len(positions))
	for i, p := range positions {
		h, known := e.hashes[p]
		if !known {
			return nil, fmt.Errorf("no hash at %d", p)
		}
		out[i] = h
	}
	return out, nil
}
