package ledger

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
	"zjcs/internal/testkit"
)

const (
	childURL = "ZJCS_TEST_LEDGER_CHILD"
	childKey = "ZJCS_TEST_LEDGER_KEY"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		if err := integrateAsChild(context.Background(), url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if os.Getenv(writerURL) != "" {
		writeUntilKilled()
		return
	}
	testkit.Main(m)
}

func integrateAsChild(ctx context.Context, url string) error {
	pool, err := db.Open(ctx, url, 4)
	if err != nil {
		return err
	}
	defer pool.Close()
	vault, err := secret.NewVault(os.Getenv(childKey))
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, "ready")
	_, err = New(pool, vault, "test/ledger", time.Now).Integrate(ctx)
	return err
}

type stage struct {
	*Log
	t    testing.TB
	pool *db.Pool
	key  string
}

func setup(t testing.TB) *stage {
	t.Helper()
	s := &stage{t: t, pool: testkit.DB(t), key: secret.NewKey()}
	s.Log = New(s.pool, s.vaultOf(), "test/ledger", time.Now)
	return s
}

func (s *stage) vaultOf() *secret.Vault {
	v, err := secret.NewVault(s.key)
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

func (s *stage) append(body any) uuid.UUID {
	s.t.Helper()
	var id uuid.UUID
	err := db.InTx(s.t.Context(), s.pool, func(tx db.Tx) (err error) {
		id, err = s.AppendTx(s.t.Context(), tx, Entry{Kind: "test", Subject: uuid.New(), Region: "140821", Body: body})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *stage) integrate() {
	s.t.Helper()
	if _, err := s.Integrate(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// archive copies the log as Fetch does, through the tiles.
func (s *stage) archive() Archive {
	s.t.Helper()
	h, err := s.Head(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	a := Archive{Checkpoint: h.Checkpoint, Key: h.Key}
	for n := int64(0); n*tileWidth < h.Size; n++ {
		w := min(tileWidth, h.Size-n*tileWidth)
		path := fmt.Sprintf("entries/%03d", n)
		if w < tileWidth {
			path += fmt.Sprintf(".p/%d", w)
		}
		t, err := s.Tile(s.t.Context(), path)
		if err != nil || t.Full != (w == tileWidth) {
			s.t.Fatalf("%s: %v", path, err)
		}
		leaves, err := unbundle(t.Data)
		if err != nil {
			s.t.Fatal(err)
		}
		a.Leaves = append(a.Leaves, leaves...)
	}
	return a
}

func (s *stage) holds() Archive {
	s.t.Helper()
	a := s.archive()
	if size, err := a.Verify("", ""); err != nil || size != int64(len(a.Leaves)) {
		s.t.Fatalf("%d lines: %v", size, err)
	}
	return a
}

// naive is RFC 6962 section 2.1, word for word.
func naive(leaves [][]byte) [32]byte {
	switch n := len(leaves); n {
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	default:
		k := 1
		for k*2 < n {
			k *= 2
		}
		l, r := naive(leaves[:k]), naive(leaves[k:])
		return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
	}
}

// TestTheTreeIsTheStandards: roots and proofs of the log are those of RFC 6962, at every size.
func TestTheTreeIsTheStandards(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ids := []uuid.UUID{}
	heads := []Head{}
	for round := range 8 {
		for range 1 + round*7 {
			ids = append(ids, s.append(map[string]int{"n": len(ids)}))
		}
		s.integrate()
		a := s.holds()
		root := naive(a.Leaves)
		h, err := s.Head(t.Context())
		if err != nil || h.Root != base64.StdEncoding.EncodeToString(root[:]) {
			t.Fatalf("%d lines: root %s, %v", len(ids), h.Root, err)
		}
		heads = append(heads, h)
	}
	a := s.archive()
	for i, id := range ids {
		p, err := s.Prove(t.Context(), id.String(), 0)
		if err != nil || *p.Index != int64(i) {
			t.Fatalf("%d: %v", i, err)
		}
		proof := make(tlog.RecordProof, len(p.Proof))
		for j, step := range p.Proof {
			proof[j] = hashOf(t, step)
		}
		if err := tlog.CheckRecord(proof, int64(len(ids)), tlog.Hash(naive(a.Leaves)), int64(i), tlog.RecordHash(a.Leaves[i])); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	for _, h := range heads {
		if _, err := a.Verify(h.Key, h.Checkpoint); err != nil {
			t.Errorf("since %d: %v", h.Size, err)
		}
		c, err := s.Consistent(t.Context(), h.Size, int64(len(ids)))
		if err != nil {
			t.Fatal(err)
		}
		proof := make(tlog.TreeProof, len(c.Proof))
		for j, step := range c.Proof {
			proof[j] = hashOf(t, step)
		}
		if err := tlog.CheckTree(proof, int64(len(ids)), tlog.Hash(naive(a.Leaves)), h.Size, tlog.Hash(naive(a.Leaves[:h.Size]))); err != nil {
			t.Errorf("since %d: %v", h.Size, err)
		}
	}
	var file bytes.Buffer
	if err := a.Write(&file); err != nil {
		t.Fatal(err)
	}
	back, err := ReadArchive(&file)
	if err != nil {
		t.Fatal(err)
	}
	if size, err := back.Verify(heads[0].Key, ""); err != nil || size != int64(len(ids)) {
		t.Error(err)
	}
}

func hashOf(t *testing.T, text string) (h tlog.Hash) {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || copy(h[:], raw) != 32 {
		t.Fatal(text)
	}
	return h
}

// TestManyWritersManySequencers: what commits is in the log once, without a gap; what is
// rolled back is not.
func TestManyWritersManySequencers(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ctx, stop := context.WithCancel(t.Context())
	var writers, sequencers sync.WaitGroup
	for range 3 {
		other := New(s.pool, s.vaultOf(), "test/ledger", func() time.Time { return time.Now().AddDate(-1, 0, 0) })
		sequencers.Go(func() {
			for ctx.Err() == nil {
				if _, err := other.Integrate(context.WithoutCancel(ctx)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	rolledBack := errors.New("rolled back")
	for w := range 4 {
		writers.Go(func() {
			for i := range 100 {
				err := db.InTx(t.Context(), s.pool, func(tx db.Tx) error {
					if _, err := s.AppendTx(t.Context(), tx, Entry{Kind: "test", Subject: uuid.New(), Body: map[string]int{"w": w, "i": i}}); err != nil {
						return err
					}
					if i%5 == 0 {
						return rolledBack
					}
					return nil
				})
				if i%5 == 0 != errors.Is(err, rolledBack) {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	stop()
	sequencers.Wait()
	s.integrate()
	a := s.holds()
	seen := map[string]bool{}
	for _, leaf := range a.Leaves {
		var l Line
		if err := json.Unmarshal(leaf, &l); err != nil {
			t.Fatal(err)
		}
		seen[string(l.Body)] = true
	}
	if len(a.Leaves) != 4*80 || len(seen) != 4*80 {
		t.Errorf("%d lines, %d different, want 320", len(a.Leaves), len(seen))
	}
	var pending int
	if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM ledger_pending`).Scan(&pending); err != nil || pending != 0 {
		t.Errorf("%d pending, %v", pending, err)
	}
}

// TestKilledSequencer: killed at any moment, it leaves a log that holds and goes on.
func TestKilledSequencer(t *testing.T) {
	t.Parallel()
	s := setup(t)
	r := rand.New(rand.NewPCG(1, 2))
	want := 0
	for range 20 {
		for range 150 {
			s.append(map[string]int{"n": want})
			want++
		}
		c := exec.CommandContext(t.Context(), os.Args[0])
		c.Env = append(os.Environ(), childURL+"="+s.pool.Config().ConnString(), childKey+"="+s.key)
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if said := bufio.NewScanner(out); !said.Scan() || said.Text() != "ready" {
			t.Fatal("the child did not start")
		}
		<-time.After(time.Duration(r.IntN(25_000)) * time.Microsecond)
		if err := c.Process.Kill(); err == nil {
			_ = c.Wait() // killed: its error is that
		}
		if h, err := s.Head(t.Context()); err == nil && h.Size > 0 {
			s.holds()
		}
	}
	for pending := 1; pending > 0; { // the last one killed may still hold the lock for a moment
		s.integrate()
		if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM ledger_pending`).Scan(&pending); err != nil {
			t.Fatal(err)
		}
	}
	if a := s.holds(); len(a.Leaves) != want {
		t.Errorf("%d lines of %d", len(a.Leaves), want)
	}
}

// TestTampering: whoever has the database, and even its superuser, cannot change what is
// in the log without the archive's verifier seeing it.
func TestTampering(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"a line's words":     `UPDATE ledger_entry SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '"n":3', '"n":9'), 'UTF8') WHERE seq = 4`,
		"line and its hash":  `UPDATE ledger_entry SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '"n":3', '"n":9'), 'UTF8'), leaf_hash = sha256('\x00'::bytea || convert_to(replace(convert_from(leaf, 'UTF8'), '"n":3', '"n":9'), 'UTF8')) WHERE seq = 4`,
		"two lines' places":  `UPDATE ledger_leaf SET idx = CASE idx WHEN 2 THEN 1002 WHEN 5 THEN 1005 END WHERE idx IN (2, 5); UPDATE ledger_leaf SET idx = CASE idx WHEN 1002 THEN 5 ELSE 2 END WHERE idx > 1000`,
		"a line's entry":     `UPDATE ledger_leaf SET entry_id = (SELECT id FROM ledger_entry WHERE seq = 99) WHERE idx = 3`,
		"the checkpoint":     `UPDATE ledger_checkpoint SET note = replace(note, E'\n12\n', E'\n11\n')`,
		"the last line gone": `DELETE FROM ledger_leaf WHERE idx = 11`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			for n := range 12 {
				s.append(map[string]int{"n": n})
			}
			s.integrate()
			before := s.holds()
			if _, err := s.pool.Exec(t.Context(), sql); err == nil {
				t.Fatal("the database let it happen")
			}
			for _, part := range append([]string{`SET session_replication_role = replica`,
				`INSERT INTO ledger_entry (id, seq, kind, subject, region, leaf, leaf_hash) OVERRIDING SYSTEM VALUE SELECT gen_random_uuid(), 99, kind, subject, region, leaf, leaf_hash FROM ledger_entry WHERE seq = 1`}, strings.Split(sql, ";")...) {
				if _, err := s.pool.Exec(t.Context(), part); err != nil && !strings.HasPrefix(part, "SET") {
					// another connection of the pool: the role must be set there too
					if err := inReplica(t.Context(), s.pool, part); err != nil {
						t.Fatal(err)
					}
				}
			}
			after := Archive{}
			func() {
				defer func() { recover() }() // a missing line is seen before it is verified
				h, err := s.Head(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				after = Archive{Checkpoint: h.Checkpoint, Key: h.Key}
				for idx := range 12 {
					leaves, err := leavesFrom(t.Context(), s.pool, int64(idx), 1)
					if err != nil {
						return
					}
					after.Leaves = append(after.Leaves, leaves...)
				}
			}()
			if _, err := after.Verify(before.Key, ""); err == nil {
				t.Error("not seen")
			}
		})
	}
}

func inReplica(ctx context.Context, pool *db.Pool, sql string) error {
	return db.InTx(ctx, pool, func(tx db.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL session_replication_role = replica`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, sql)
		return err
	})
}

// TestAnotherKey: a checkpoint signed by someone else, and a log that became shorter.
func TestAnotherKey(t *testing.T) {
	t.Parallel()
	s, other := setup(t), setup(t)
	for n := range 5 {
		s.append(map[string]int{"n": n})
		other.append(map[string]int{"n": n})
	}
	s.integrate()
	other.integrate()
	a, b := s.holds(), other.holds()
	if _, err := a.Verify(b.Key, ""); err == nil {
		t.Error("another's key was believed")
	}
	a.Checkpoint = b.Checkpoint
	if _, err := a.Verify("", ""); err == nil {
		t.Error("another's checkpoint was believed")
	}
	s.append(map[string]int{"n": 5})
	s.integrate()
	long := s.holds()
	short := s.holds()
	short.Checkpoint, short.Leaves = a.Checkpoint, short.Leaves[:5]
	if _, err := short.Verify(long.Key, long.Checkpoint); err == nil {
		t.Error("a log that became shorter was believed")
	}
	signed, err := s.Sign([]byte("回执"))
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(long.Key)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := note.Open([]byte(signed), note.VerifierList(verifier)); err != nil || n.Text != "回执\n" {
		t.Error(err)
	}
}

// TestNothingPersonal: telephone, ID and mail never reach a line in the clear; what only
// looks like them does.
func TestNothingPersonal(t *testing.T) {
	t.Parallel()
	s := setup(t)
	digest := strings.Repeat("13800138000", 6)[:64]
	id := s.append(map[string]any{
		"contact": "王工 13800138000", "deep": []any{map[string]any{"id": "11010519491231002X"}}, "mail": "someone@example.com",
		"uscc": "911408001000100123", "digest": digest, "phone": "0359-2660000", "sum": 13800138000,
	})
	found, err := s.Lookup(t.Context(), []uuid.UUID{id})
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := base64.StdEncoding.DecodeString(found[id].Leaf)
	if err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{"王工", "11010519491231002X", "someone@example.com"} {
		if bytes.Contains(leaf, []byte(hidden)) {
			t.Errorf("%s is in the log", hidden)
		}
	}
	for _, shown := range []string{"911408001000100123", digest, "0359-2660000"} {
		if !bytes.Contains(leaf, []byte(shown)) {
			t.Errorf("%s is not in the log", shown)
		}
	}
	var salts int
	if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM ledger_salt WHERE entry_id = $1`, id).Scan(&salts); err != nil || salts != 3 {
		t.Errorf("%d salts, %v", salts, err)
	}
}

// TestLongMembersAreDigested: a pool of thousands fits a line, and its digest can be checked.
func TestLongMembersAreDigested(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 4000).Draw(t, "members")
		pool := make([]int, n)
		for i := range pool {
			pool[i] = i + 1
		}
		leaf, _, err := Line{Kind: "test"}.encode(map[string]any{"pool": pool, "hash": "abc"})
		if err != nil || len(leaf) > maxLeaf {
			t.Fatalf("%d bytes, %v", len(leaf), err)
		}
		var l Line
		var body struct {
			Pool json.RawMessage
			Hash string
		}
		if err := errors.Join(json.Unmarshal(leaf, &l), json.Unmarshal(l.Body, &body)); err != nil || body.Hash != "abc" {
			t.Fatal(err)
		}
		whole, err := json.Marshal(pool)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(digestOf(whole))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(body.Pool, whole) && !bytes.Equal(body.Pool, want) {
			t.Fatalf("%s", body.Pool)
		}
	})
}
