package ledger

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"zjcs/internal/platform/db"
)

// batchSize bounds one turn: a transaction of some tenths of a second.
const batchSize = 4096

const fieldSigner = "ledger_key.signer"

// Integrate gives the lines that have committed their positions, in the order they were
// written, and signs a checkpoint over them. One instance at a time does it; another that
// tries finds it taken and leaves. It returns how many got a position.
func (l *Log) Integrate(ctx context.Context) (total int, err error) {
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
	alone, err := lockTree(ctx, tx)
	if err != nil || !alone {
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
	known := &edge{ctx: ctx, q: tx, hashes: map[int64]tlog.Hash{}}
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
	signer, err := l.signer(ctx, tx)
	if err != nil {
		return 0, err
	}
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), grown, base64.StdEncoding.EncodeToString(root[:]))}, signer)
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

// signer is the key that checkpoints are signed with, made when there is none: there is
// no default.
func (l *Log) signer(ctx context.Context, tx db.Tx) (note.Signer, error) {
	sealed, _, found, err := loadKey(ctx, tx)
	if err != nil {
		return nil, err
	}
	if !found {
		signer, verifier, err := note.GenerateKey(rand.Reader, l.name)
		if err != nil {
			return nil, fmt.Errorf("make the log's key: %w", err)
		}
		if err := insertKey(ctx, tx, verifier, l.vault.Seal(fieldSigner, signer)); err != nil {
			return nil, err
		}
		return note.NewSigner(signer)
	}
	text, err := l.vault.Open(fieldSigner, sealed)
	if err != nil {
		return nil, fmt.Errorf("the log's key: %w", err)
	}
	return note.NewSigner(text)
}

// Sign signs a text with the log's key, as a C2SP signed note: receipts of bids bear it.
func (l *Log) Sign(text []byte) (signed string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), signTimeout)
	defer cancel()
	err = db.InTx(ctx, l.pool, func(tx db.Tx) error {
		signer, err := l.signer(ctx, tx)
		if err != nil {
			return err
		}
		out, err := note.Sign(&note.Note{Text: string(text) + "\n"}, signer)
		signed = string(out)
		return err
	})
	return signed, err
}

const signTimeout = 10 * time.Second
