package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
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

// TestALineLeftOutComesBack: one taken from those that wait has not left the log.
func TestALineLeftOutComesBack(t *testing.T) {
	t.Parallel()
	pool, l := open(t)
	ids := add(t, pool, l, 5)
	if _, err := pool.Exec(t.Context(), `DELETE FROM ledger_pending WHERE entry_id = $1`, ids[2]); err != nil {
		t.Fatal(err)
	}
	if n := integrate(t, l); n != 4 {
		t.Fatalf("%d got a position", n)
	}
	ids = append(ids, add(t, pool, l, 1)...) // waits already: it is not to wait twice
	if n, err := l.Recover(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d recovered, %v", n, err)
	}
	if n, err := l.Recover(t.Context()); n != 0 || err != nil {
		t.Fatalf("%d recovered again, %v", n, err)
	}
	integrate(t, l)
	once(t, pool, ids)
	if _, err := checked(t, l, "", ""); err != nil {
		t.Fatal(err)
	}
}

// TestPersonsAreSalted: a member that names a person is a digest wherever it stands, and
// whoever is shown name and salt can check it.
func TestPersonsAreSalted(t *testing.T) {
	t.Parallel()
	s := setup(t)
	var id uuid.UUID
	err := db.InTx(t.Context(), s.pool, func(tx db.Tx) (err error) {
		id, err = s.AppendTx(t.Context(), tx, Entry{Kind: "test", Subject: uuid.New(), Persons: []string{"contact"},
			Body: map[string]any{"contact": "王芳", "terms": map[string]any{"contact": "李强", "title": "联系人王芳不在此列"}, "list": []any{map[string]any{"contact": ""}}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Lookup(t.Context(), []uuid.UUID{id})
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := base64.StdEncoding.DecodeString(found[id].Leaf)
	if err != nil {
		t.Fatal(err)
	}
	var salt []byte
	if err := s.pool.QueryRow(t.Context(), `SELECT salt FROM ledger_salt WHERE entry_id = $1 AND path = '/terms/contact'`, id).Scan(&salt); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(append(salt, "李强"...))
	if text := string(leaf); strings.Contains(text, `"王芳"`) || strings.Contains(text, "李强") || !strings.Contains(text, hex.EncodeToString(sum[:])) || !strings.Contains(text, `[{"contact":""}]`) {
		t.Errorf("the line is %s", text)
	}
}

// TestWhatFitsStays: an award of some thousand characters is in its line word for word; of a
// body too long for a line the longest members alone are digests.
func TestWhatFitsStays(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("环境影响报告书", 400)
	leaf, _, err := Line{}.encode(map[string]string{"award": long})
	if err != nil || !strings.Contains(string(leaf), long) {
		t.Errorf("%d bytes, %v", len(leaf), err)
	}
	leaf, _, err = Line{}.encode(map[string]any{"pool": strings.Repeat("x", 40<<10), "receipts": long, "hash": "abc"})
	if text := string(leaf); err != nil || !strings.Contains(text, long) || !strings.Contains(text, `"pool":{"sha256":`) || !strings.Contains(text, `"hash":"abc"`) {
		t.Errorf("%d bytes, %v", len(leaf), err)
	}
	many := map[string]string{}
	for i := range 5000 {
		many[uuid.NewString()] = strings.Repeat("y", i%7)
	}
	for _, body := range []any{many, strings.Repeat("z", 200<<10), []string{strings.Repeat("z", 200<<10)}} {
		if leaf, _, err := (Line{}).encode(body); err != nil || len(leaf) > maxLeaf {
			t.Errorf("%d bytes, %v", len(leaf), err)
		}
	}
}
