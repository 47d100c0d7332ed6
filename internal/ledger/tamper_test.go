package ledger

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
	"zjcs/internal/testkit"
)

func notFound(err error) bool {
	e, ok := apperr.As(err)
	return ok && e.Code == apperr.NotFound
}

// TestTamperedRowsAreFound: what a superuser changes behind the triggers, whoever holds
// the public key and yesterday's checkpoint finds.
func TestTamperedRowsAreFound(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"a line":                     `UPDATE ledger_entry SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '"n":', '"n":1'), 'UTF8') WHERE id = (SELECT entry_id FROM ledger_leaf WHERE idx = 5)`,
		"a line and its hash":        `UPDATE ledger_entry SET leaf = 'x', leaf_hash = sha256('\x0078') WHERE id = (SELECT entry_id FROM ledger_leaf WHERE idx = 5)`,
		"two lines change places":    `UPDATE ledger_leaf l SET entry_id = o.entry_id FROM ledger_leaf o WHERE (l.idx, o.idx) IN ((5, 6), (6, 5))`,
		"a line is taken out":        `DELETE FROM ledger_leaf WHERE idx = 5; UPDATE ledger_leaf SET idx = idx - 1 WHERE idx > 5`,
		"the last lines are cut off": `DELETE FROM ledger_checkpoint WHERE size > 20; DELETE FROM ledger_leaf WHERE idx >= 20`,
		"a checkpoint's text":        `UPDATE ledger_checkpoint SET note = replace(note, E'\n40\n', E'\n39\n')`,
		"a checkpoint's root":        `UPDATE ledger_checkpoint SET note = regexp_replace(note, E'\n40\n.', E'\n40\nA') WHERE size = 40`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool, l := open(t)
			add(t, pool, l, 20)
			integrate(t, l)
			add(t, pool, l, 20)
			integrate(t, l)
			h, err := l.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := checked(t, l, h.Key, h.Checkpoint); err != nil {
				t.Fatal(err)
			}
			behind(t, pool, sql)
			if _, err := checked(t, l, h.Key, h.Checkpoint); err == nil {
				t.Error("nobody noticed")
			} else {
				t.Log(err)
			}
		})
	}
}

func behind(t *testing.T, pool *db.Pool, sql string) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), `BEGIN; SET LOCAL session_replication_role = replica; ALTER TABLE ledger_leaf DROP CONSTRAINT IF EXISTS ledger_leaf_entry_id_key; ALTER TABLE ledger_leaf DROP CONSTRAINT IF EXISTS ledger_leaf_pkey; `+sql+`; COMMIT`); err != nil {
		t.Fatal(err)
	}
}

// TestATamperedHashIsNotBuiltUpon: no hash of the tree can be changed without a proof that
// fails, and a checkpoint is never signed over one that was.
func TestATamperedHashIsNotBuiltUpon(t *testing.T) {
	t.Parallel()
	pool, l := open(t)
	const size = 11
	add(t, pool, l, size)
	integrate(t, l)
	head, err := l.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	root, err := tlog.ParseHash(head.Root)
	if err != nil {
		t.Fatal(err)
	}
	for position := range tlog.StoredHashCount(size) {
		flip := `BEGIN; SET LOCAL session_replication_role = replica; UPDATE ledger_hash SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE position = ` + strconv.FormatInt(position, 10) + `; COMMIT`
		if _, err := pool.Exec(t.Context(), flip); err != nil {
			t.Fatal(err)
		}
		failed := 0
		for i := range int64(size) {
			p, err := l.Prove(t.Context(), strconv.FormatInt(i, 10), 0)
			if err != nil || !proves(t, p, root, size) {
				failed++
			}
		}
		if failed == 0 {
			t.Errorf("every proof holds with a changed hash at %d", position)
		}
		if _, err := pool.Exec(t.Context(), flip); err != nil { // back
			t.Fatal(err)
		}
	}
	// The right edge is what the next checkpoint is made from.
	flip := `BEGIN; SET LOCAL session_replication_role = replica; UPDATE ledger_hash SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE position = ` + strconv.FormatInt(tlog.StoredHashIndex(3, 0), 10) + `; COMMIT`
	if _, err := pool.Exec(t.Context(), flip); err != nil {
		t.Fatal(err)
	}
	add(t, pool, l, 1)
	if _, err := l.Integrate(t.Context()); err == nil {
		t.Error("a checkpoint was signed over a changed hash")
	}
	if _, err := pool.Exec(t.Context(), flip); err != nil {
		t.Fatal(err)
	}
	integrate(t, l)
	if _, err := checked(t, l, head.Key, head.Checkpoint); err != nil {
		t.Error(err)
	}
}

func proves(t *testing.T, p Inclusion, root tlog.Hash, size int64) bool {
	t.Helper()
	leaf, err := base64.StdEncoding.DecodeString(p.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	steps := make(tlog.RecordProof, len(p.Proof))
	for i, s := range p.Proof {
		if steps[i], err = tlog.ParseHash(s); err != nil {
			t.Fatal(err)
		}
	}
	return tlog.CheckRecord(steps, size, root, *p.Index, tlog.RecordHash(leaf)) == nil
}

// TestAnArchiveIsCheckedOffline: what is changed, left out, added or put elsewhere in a
// file is found and told with its place.
func TestAnArchiveIsCheckedOffline(t *testing.T) {
	t.Parallel()
	pool, l := open(t)
	add(t, pool, l, 9)
	integrate(t, l)
	h, err := l.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := fetched(t, l)
	if err != nil {
		t.Fatal(err)
	}
	_, foreign, err := note.GenerateKey(zeros{}, origin)
	if err != nil {
		t.Fatal(err)
	}
	if len(whole.Hashes) != 9 {
		t.Fatalf("%d hashes", len(whole.Hashes))
	}
	for name, c := range map[string]struct {
		change     func(a *Archive)
		key, older string
		says       string
		differs    int64
	}{
		"a changed line":       {change: func(a *Archive) { a.Leaves[4] = bytes.Replace(a.Leaves[4], []byte(`"test"`), []byte(`"tent"`), 1) }, says: "第 4 条", differs: 4},
		"a line less":          {change: func(a *Archive) { a.Leaves, a.Hashes = a.Leaves[:8], a.Hashes[:8] }, says: "存档有 8 条", differs: 8},
		"a line and its hash":  {change: func(a *Archive) { a.Leaves[4] = []byte(`{}`); a.Hashes[4] = tlog.RecordHash(a.Leaves[4]) }, says: "算出的根", differs: 4},
		"a line twice":         {change: func(a *Archive) { a.Leaves[4], a.Hashes[4] = a.Leaves[3], a.Hashes[3] }, says: "第 4 条与第 3 条", differs: 4},
		"two in another order": {change: func(a *Archive) { a.Leaves[4], a.Leaves[5] = a.Leaves[5], a.Leaves[4] }, says: "第 4 条", differs: 4},
		"another's key":        {change: func(*Archive) {}, key: foreign, says: "公钥", differs: -1},
		"another signature":    {change: func(a *Archive) { a.Checkpoint = strings.Replace(a.Checkpoint, "\n9\n", "\n8\n", 1) }, says: "签名", differs: -1},
		"no signature":         {change: func(a *Archive) { a.Checkpoint, _, _ = strings.Cut(a.Checkpoint, "\n\n") }, says: "签名", differs: -1},
	} {
		t.Run(name, func(t *testing.T) {
			a := Archive{Checkpoint: whole.Checkpoint, Key: whole.Key, Leaves: slices.Clone(whole.Leaves), Hashes: slices.Clone(whole.Hashes)}
			c.change(&a)
			var file bytes.Buffer
			if err := a.Write(&file); err != nil {
				t.Fatal(err)
			}
			read, err := ReadArchive(&file)
			if err != nil {
				t.Fatal(err)
			}
			key := h.Key
			if c.key != "" {
				key = c.key
			}
			if at := read.Differs(whole); at != c.differs {
				t.Errorf("differs at %d, want %d", at, c.differs)
			}
			if _, err := read.Verify(key, c.older); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %s", err, c.says)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// TestNoPersonalDataInALine: whatever shape it comes in, it is nowhere in the bytes that
// are published.
func TestNoPersonalDataInALine(t *testing.T) {
	t.Parallel()
	pool, l := open(t)
	for _, secret := range []struct{ text, part string }{
		{"13812345678", "13812345678"},
		{"联系电话13812345678。", "13812345678"},
		{"联系电话\n13812345678", "13812345678"},
		{"\t13812345678\t", "13812345678"},
		{"<13812345678>", "13812345678"},
		{"13812345678/13912345678", "13912345678"},
		{"+8613812345678", "13812345678"},
		{"138-1234-5678", "138-1234-5678"},
		{"138 1234 5678", "138 1234 5678"},
		{"１３８１２３４５６７８", "１３８１２３４５６７８"},
		{"身份证号140802199003071234", "140802199003071234"},
		{"14080219900307123x", "14080219900307123x"},
		{"\"14080219900307123X\"", "14080219900307123X"},
		{"110108199003071234", "110108199003071234"},
	} {
		for _, body := range []any{map[string]any{"a": secret.text}, map[string]any{"a": []any{map[string]any{"b": secret.text}}}, secret.text, map[string]any{secret.text: 1}} {
			var id uuid.UUID
			err := db.InTx(t.Context(), pool, func(tx db.Tx) (err error) {
				id, err = l.AppendTx(t.Context(), tx, Entry{Kind: "test", Subject: uuid.New(), Region: testkit.County, Body: body})
				return err
			})
			if err != nil {
				continue // refused
			}
			e, err := l.Lookup(t.Context(), []uuid.UUID{id})
			if err != nil {
				t.Fatal(err)
			}
			leaf, err := base64.StdEncoding.DecodeString(e[id].Leaf)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(leaf, []byte(secret.part)) {
				t.Errorf("%q as %T is published: %s", secret.text, body, leaf)
			}
		}
	}
}

// TestPublicNumbersStay: what only looks like personal data is the public's.
func TestPublicNumbersStay(t *testing.T) {
	t.Parallel()
	pool, l := open(t)
	for _, public := range []any{"91140800MA0K12345X", "91350100M000100Y43", "911408000123456789", "2024-140821-77-03-123456", "0359-2222222", strings.Repeat("13812345678", 6)[:64], int64(13_812_345_678), "CG20261125000001", "2026-11-25T08:00:00Z"} {
		body := map[string]any{"a": public}
		var id uuid.UUID
		if err := db.InTx(t.Context(), pool, func(tx db.Tx) (err error) {
			id, err = l.AppendTx(t.Context(), tx, Entry{Kind: "test", Subject: uuid.New(), Region: testkit.County, Body: body})
			return err
		}); err != nil {
			t.Errorf("%v: %v", public, err)
			continue
		}
		e, err := l.Lookup(t.Context(), []uuid.UUID{id})
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := base64.StdEncoding.DecodeString(e[id].Leaf)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(leaf, want) {
			t.Errorf("%v became %s", public, leaf)
		}
	}
}

// TestAClockMovedBackChangesNoOrder: positions follow what was written, whatever the
// writer's clock says.
func TestAClockMovedBackChangesNoOrder(t *testing.T) {
	t.Parallel()
	pool, _ := open(t)
	v, err := secret.NewVault(writerKey)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	l := New(pool, v, origin, func() time.Time { return now })
	var ids []uuid.UUID
	for range 5 {
		ids = append(ids, add(t, pool, l, 1)...)
		now = now.Add(-time.Hour)
		integrate(t, l)
	}
	found, err := l.Lookup(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		if *found[id].Index != int64(i) {
			t.Errorf("line %d is at %d", i, *found[id].Index)
		}
	}
}
