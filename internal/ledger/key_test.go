package ledger

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/secret"
)

// TestTheEmptyLogIsSigned: there is something to keep from the first day, and whoever kept
// it can check all that came after.
func TestTheEmptyLogIsSigned(t *testing.T) {
	t.Parallel()
	pool, l := open(t)
	for range 2 { // each start prepares it
		if err := l.Prepare(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
	}
	h, err := l.Head(t.Context())
	if err != nil || h.Size != 0 || h.Root != "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" {
		t.Fatalf("%+v, %v", h, err)
	}
	if _, err := checked(t, l, h.Key, ""); err != nil {
		t.Fatal(err)
	}
	add(t, pool, l, 3)
	integrate(t, l)
	if _, err := checked(t, l, h.Key, h.Checkpoint); err != nil {
		t.Fatal(err)
	}
}

// TestALogKeepsItsKey: the operator's own is used and never stored; another, or none, is
// refused, and so is changing from a made one.
func TestALogKeepsItsKey(t *testing.T) {
	t.Parallel()
	own, verifier, err := NewKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	foreign, _, err := NewKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	pool, l := open(t)
	if err := l.Prepare(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	if h, err := l.Head(t.Context()); err != nil || h.Key != verifier {
		t.Fatalf("%+v, %v", h, err)
	}
	var kept bool
	if err := pool.QueryRow(t.Context(), `SELECT signer IS NOT NULL FROM ledger_key`).Scan(&kept); err != nil || kept {
		t.Fatalf("stored %v, %v", kept, err)
	}
	for given, says := range map[string]string{foreign: verifier, "": "ZJCS_LEDGER_KEY", "PRIVATE+KEY+x": "应是"} {
		if err := on(t, pool).Prepare(t.Context(), given); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %s", err, says)
		}
	}
	if err := on(t, pool).Prepare(t.Context(), own); err != nil {
		t.Error(err)
	}
	other, made := open(t)
	if err := made.Prepare(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if err := on(t, other).Prepare(t.Context(), own); err == nil {
		t.Error("another key took over")
	}
	if _, _, err := NewKey("a name"); err == nil {
		t.Error("a key for a name that no note can bear")
	}
}

// TestTheKeyIsSealed: without the vault's key nobody signs.
func TestTheKeyIsSealed(t *testing.T) {
	t.Parallel()
	pool, l := open(t)
	if err := l.Prepare(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	v, err := secret.NewVault(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	if err := New(pool, v, origin, time.Now).Prepare(t.Context(), ""); err == nil {
		t.Error("opened without the key")
	}
	if _, err := l.Sign([]byte(origin + "\n9\nAAAA")); err == nil {
		t.Error("signed what reads as a checkpoint")
	}
}

// TestReceiptsOfASubject are its lines in their order, and nobody else's.
func TestReceiptsOfASubject(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.append(1)
	id := s.append(map[string]any{"name": Salted("王芳"), "n": 1})
	s.integrate()
	found, err := s.Lookup(t.Context(), []uuid.UUID{id})
	if err != nil {
		t.Fatal(err)
	}
	e := found[id]
	leaf, err := base64.StdEncoding.DecodeString(e.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	if leaf := string(leaf); strings.Contains(leaf, "王芳") || !strings.Contains(leaf, `"name":"salted-sha256:`) {
		t.Errorf("the line is %s", leaf)
	}
	list, err := s.Receipts(t.Context(), e.Subject)
	if err != nil || len(list) != 1 || list[0].Entry != id || *list[0].Index != 1 || list[0].LeafHash != e.LeafHash || time.Since(list[0].At) > time.Minute {
		t.Errorf("%+v, %v", list, err)
	}
}
