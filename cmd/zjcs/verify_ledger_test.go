package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"zjcs/internal/ledger"
)

const logName = "zjcs.example.test/ledger"

// tree is the hashes of a log made in the test.
type tree []tlog.Hash

func (h tree) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, p := range at {
		out[i] = h[p]
	}
	return out, nil
}

// signedLog is a log of n lines under a key.
func signedLog(t *testing.T, n int, secret, verifier string, ids []uuid.UUID) ledger.Archive {
	t.Helper()
	a := ledger.Archive{Key: verifier}
	var hashes tree
	for i := range n {
		leaf := []byte(fmt.Sprintf(`{"id":"%s","kind":"test","body":{"n":%d}}`, ids[i], i))
		more, err := tlog.StoredHashes(int64(i), leaf, hashes)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, more...)
		a.Leaves, a.Hashes = append(a.Leaves, leaf), append(a.Hashes, tlog.RecordHash(leaf))
	}
	root, err := tlog.TreeHash(int64(n), hashes)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", logName, n, root)}, signer)
	if err != nil {
		t.Fatal(err)
	}
	a.Checkpoint = string(signed)
	return a
}

// TestVerifyLedgerOffline: a file, the public key and what was kept of an earlier day; what
// is wrong is told with its place, and the command fails.
func TestVerifyLedgerOffline(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stored := func(name string, a ledger.Archive) string {
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Write(f); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	secret, verifier, err := ledger.NewKey(logName)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]uuid.UUID, 600)
	for i := range ids {
		ids[i] = uuid.New()
	}
	now, before := signedLog(t, 600, secret, verifier, ids), signedLog(t, 300, secret, verifier, ids)
	kept := filepath.Join(dir, "checkpoint")
	if err := os.WriteFile(kept, []byte(before.Checkpoint), 0o600); err != nil {
		t.Fatal(err)
	}
	// The operator writes history anew, and signs it.
	other := slices.Clone(ids)
	other[123] = uuid.New()
	rewritten := signedLog(t, 600, secret, verifier, other)
	changed := now
	changed.Leaves = slices.Clone(now.Leaves)
	changed.Leaves[77] = []byte(strings.Replace(string(now.Leaves[77]), `"n":77`, `"n":78`, 1))
	_, foreign, err := ledger.NewKey(logName)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		a            ledger.Archive
		key, earlier string
		says         string // empty: it holds
	}{
		"as published":            {a: now, key: verifier},
		"grown from a checkpoint": {a: now, key: verifier, earlier: kept},
		"grown from an archive":   {a: now, key: verifier, earlier: stored("before.jsonl", before)},
		"with its own key":        {a: now},
		"a changed line":          {a: changed, key: verifier, says: "第 77 条"},
		"a foreign key":           {a: now, key: foreign, says: "公钥"},
		"rewritten and signed":    {a: rewritten, key: verifier, earlier: kept, says: "前 300 条"},
		"rewritten, by archive":   {a: rewritten, key: verifier, earlier: stored("before2.jsonl", before), says: "第 123 条"},
		"become shorter":          {a: before, key: verifier, earlier: stored("now.jsonl", now), says: "第 300 条"},
	} {
		err := verifyLedgerCmd{From: stored(strings.ReplaceAll(name, " ", "-"), c.a), Key: c.key, Earlier: c.earlier}.Run(t.Context())
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}
