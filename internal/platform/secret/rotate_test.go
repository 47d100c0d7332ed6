package secret_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
	"zjcs/internal/testkit"
)

// Keys of these tests only. The child that is killed must have the parent's.
const (
	oldKey = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	newKey = "MTAyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

	childVariable = "ZJCS_TEST_ROTATE_URL"
)

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		rotateAsChild()
		return
	}
	testkit.Main(m)
}

var columns = []secret.Column{
	{Table: "somebody", Key: "id", Sealed: "number", Field: "person.number", DigestColumn: "digest", DigestField: "digest.number"},
	{Table: "somebody", Key: "id", Sealed: "phone", Field: "person.phone"},
	{Table: "note", Key: "no", Sealed: "text", Field: "note.text"},
}

func vault(t *testing.T, current string, previous ...string) *secret.Vault {
	t.Helper()
	v, err := secret.NewVault(current, previous...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// people is a table of n persons of its own (person is the product's) under the key, some without telephone or number.
func people(t *testing.T, url string, v *secret.Vault, n int) *db.Pool {
	t.Helper()
	pool, err := db.Open(t.Context(), url, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	_, err = pool.Exec(t.Context(), `
		CREATE TABLE somebody (id uuid PRIMARY KEY, number bytea, digest bytea UNIQUE, phone bytea);
		CREATE TABLE note (no bigint PRIMARY KEY, text bytea NOT NULL)`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pool.CopyFrom(t.Context(), pgx.Identifier{"somebody"}, []string{"id", "number", "digest", "phone"}, pgx.CopyFromSlice(n, func(i int) ([]any, error) {
		row := []any{uuid.New(), nil, nil, nil}
		if i%10 != 3 {
			number := fmt.Sprintf("N%06d", i)
			row[1], row[2] = v.Seal("person.number", number), v.Digest("digest.number", number)
		}
		if i%10 != 4 {
			row[3] = v.Seal("person.phone", fmt.Sprintf("P%06d", i))
		}
		return row, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = pool.CopyFrom(t.Context(), pgx.Identifier{"note"}, []string{"no", "text"}, pgx.CopyFromSlice(n/2, func(i int) ([]any, error) {
		return []any{int64(i - n/4), v.Seal("note.text", fmt.Sprintf("T%d", i))}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

// opened is every value of the tables, in the open, and how many are stale under v or
// have another digest than v's.
func opened(t *testing.T, pool *db.Pool, v *secret.Vault) (values map[string]string, stale int) {
	t.Helper()
	values = map[string]string{}
	rows, err := pool.Query(t.Context(), `
		SELECT 'person.number' AS field, id::text, number, digest FROM somebody WHERE number IS NOT NULL
		UNION ALL SELECT 'person.phone', id::text, phone, NULL FROM somebody WHERE phone IS NOT NULL
		UNION ALL SELECT 'note.text', no::text, text, NULL FROM note`)
	if err != nil {
		t.Fatal(err)
	}
	var field, id string
	var sealed, digest []byte
	_, err = pgx.ForEachRow(rows, []any{&field, &id, &sealed, &digest}, func() error {
		value, err := v.Open(field, sealed)
		if err != nil {
			return fmt.Errorf("%s %s: %w", field, id, err)
		}
		values[field+id] = value
		if v.Stale(sealed) || field == "person.number" && !bytes.Equal(digest, v.Digest("digest.number", value)) {
			stale++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return values, stale
}

func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d values, want %d", len(got), len(want))
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %q, want %q", k, got[k], v)
		}
	}
}

func TestRotate(t *testing.T) {
	t.Parallel()
	const n = 1300
	pool := people(t, testkit.DBURL(t), vault(t, oldKey), n)
	before, _ := opened(t, pool, vault(t, oldKey))
	both := vault(t, newKey, oldKey)
	calls := 0
	done, err := secret.Rotate(t.Context(), pool, both, columns, func(secret.Rotated) { calls++ })
	if err != nil {
		t.Fatal(err)
	}
	after, stale := opened(t, pool, vault(t, newKey))
	same(t, after, before)
	if stale != 0 {
		t.Errorf("%d values stale", stale)
	}
	for i, want := range []int64{n * 9 / 10, n * 9 / 10, n / 2} {
		if r := done[i]; r.Changed != want || r.Read != want || r.Total != want {
			t.Errorf("%s: %+v, want %d", r.Column, r, want)
		}
	}
	if calls < 6 {
		t.Errorf("progress told %d times", calls)
	}
	// Again: nothing to do. Without the digest: it is brought back.
	if _, err := pool.Exec(t.Context(), `UPDATE somebody SET digest = NULL WHERE id = (SELECT min(id::text)::uuid FROM somebody WHERE number IS NOT NULL)`); err != nil {
		t.Fatal(err)
	}
	done, err = secret.Rotate(t.Context(), pool, vault(t, newKey), columns, nil)
	if err != nil || done[0].Changed != 1 || done[1].Changed != 0 || done[2].Changed != 0 {
		t.Errorf("%+v, %v", done, err)
	}
}

// TestRotateWhileOthersWrite: writers with both keys change, add and take away rows, and
// a reader opens them, while the key is changed. Nothing written is lost, nothing read
// does not open, and the new key alone opens all in the end.
func TestRotateWhileOthersWrite(t *testing.T) {
	t.Parallel()
	pool := people(t, testkit.DBURL(t), vault(t, oldKey), 2000)
	both := vault(t, newKey, oldKey)
	want, _ := opened(t, pool, both)
	var ids []string
	for k := range want {
		if id, ok := strings.CutPrefix(k, "person.number"); ok {
			ids = append(ids, id)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var mu sync.Mutex // of want
	written := make(chan struct{})
	const writers = 3
	for w := range writers {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				id := ids[(i*writers+w)%len(ids)]
				number := fmt.Sprintf("W%d-%d", w, i)
				err := db.InTx(t.Context(), pool, func(tx db.Tx) error {
					_, err := tx.Exec(t.Context(), `UPDATE somebody SET number = $2, digest = $3 WHERE id = $1`, id, both.Seal("person.number", number), both.Digest("digest.number", number))
					return err
				})
				added := uuid.NewString()
				_, err2 := pool.Exec(t.Context(), `INSERT INTO somebody (id, phone) VALUES ($1, $2)`, added, both.Seal("person.phone", number))
				_, err3 := pool.Exec(t.Context(), `DELETE FROM note WHERE no = $1`, int64(-500+i*writers+w))
				if err != nil || err2 != nil || err3 != nil {
					t.Error(err, err2, err3)
					return
				}
				mu.Lock()
				want["person.number"+id], want["person.phone"+added] = number, number
				delete(want, fmt.Sprintf("note.text%d", -500+i*writers+w))
				mu.Unlock()
				if i == 20 {
					written <- struct{}{}
				}
			}
		})
	}
	wg.Go(func() {
		for ctx.Err() == nil {
			opened(t, pool, both)
		}
	})
	for range writers { // all are at work before the key changes
		<-written
	}
	done, err := secret.Rotate(t.Context(), pool, both, columns, nil)
	stop()
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if done[0].Changed == 0 || done[1].Changed == 0 { // the notes are deleted meanwhile, on a slow machine all of them
		t.Errorf("%+v", done)
	}
	got, stale := opened(t, pool, vault(t, newKey))
	same(t, got, want)
	if stale != 0 {
		t.Errorf("%d values stale", stale)
	}
}

// rotateAsChild rotates and says so after each batch, then waits for a line.
func rotateAsChild() {
	ctx := context.Background()
	pool, err := db.Open(ctx, os.Getenv(childVariable), 4)
	if err != nil {
		fmt.Fprintln(os.Stdout, "open:", err)
		os.Exit(1)
	}
	v, err := secret.NewVault(newKey, oldKey)
	if err != nil {
		fmt.Fprintln(os.Stdout, "vault:", err)
		os.Exit(1)
	}
	_, err = secret.Rotate(ctx, pool, v, columns, func(r secret.Rotated) {
		fmt.Fprintln(os.Stdout, r.Changed)
		var word string
		_, _ = fmt.Scanln(&word)
	})
	fmt.Fprintln(os.Stdout, "done:", err)
}

func TestRotateKilled(t *testing.T) {
	t.Parallel()
	url := testkit.DBURL(t)
	pool := people(t, url, vault(t, oldKey), 1300)
	before, _ := opened(t, pool, vault(t, oldKey))
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+url)
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	if !said.Scan() || said.Text() != "500" {
		t.Fatalf("the child said %q", said.Text())
	}
	if err := child.Process.Kill(); err != nil { // SIGKILL
		t.Fatal(err)
	}
	_ = child.Wait() // killed: its error is that
	both := vault(t, newKey, oldKey)
	half, stale := opened(t, pool, both)
	same(t, half, before)
	if stale == 0 || stale == len(before) {
		t.Errorf("%d of %d stale: not half way", stale, len(before))
	}
	done, err := secret.Rotate(t.Context(), pool, both, columns, nil)
	if err != nil || done[0].Changed != 1170-500 {
		t.Fatalf("%+v, %v", done, err)
	}
	after, stale := opened(t, pool, vault(t, newKey))
	same(t, after, before)
	if stale != 0 {
		t.Errorf("%d stale", stale)
	}
}

func TestRotateStops(t *testing.T) {
	t.Parallel()
	old, both := vault(t, oldKey), vault(t, newKey, oldKey)
	refused := func(t *testing.T, pool *db.Pool, v *secret.Vault, code apperr.Code, says string, progress func(secret.Rotated)) {
		t.Helper()
		_, err := secret.Rotate(t.Context(), pool, v, columns, progress)
		if e, ok := apperr.As(err); !ok || e.Code != code || !strings.Contains(e.Message, says) {
			t.Errorf("%v, want %s", err, says)
		}
	}
	t.Run("at a value that no key opens", func(t *testing.T) {
		t.Parallel()
		pool := people(t, testkit.DBURL(t), old, 50)
		before, _ := opened(t, pool, old)
		refused(t, pool, vault(t, secret.NewKey()), apperr.Invalid, "ZJCS_SECRET_KEY_PREVIOUS", nil)
		after, stale := opened(t, pool, old)
		same(t, after, before)
		if stale != 0 {
			t.Errorf("%d rewritten", stale)
		}
	})
	t.Run("where one person is stored twice", func(t *testing.T) {
		t.Parallel()
		pool := people(t, testkit.DBURL(t), old, 10)
		if _, err := pool.Exec(t.Context(), `INSERT INTO somebody (id, number, digest) VALUES ($1, $2, $3)`,
			uuid.New(), both.Seal("person.number", "N000001"), both.Digest("digest.number", "N000001")); err != nil {
			t.Fatal(err)
		}
		refused(t, pool, both, apperr.Conflict, "同一个人", nil)
		if _, stale := opened(t, pool, both); stale == 0 {
			t.Error("the batch should not have been kept")
		}
	})
	t.Run("while something writes under the old key", func(t *testing.T) {
		t.Parallel()
		pool := people(t, testkit.DBURL(t), old, 10)
		refused(t, pool, both, apperr.Conflict, "旧密钥", func(secret.Rotated) {
			_, err := pool.Exec(t.Context(), `INSERT INTO somebody (id, number, digest) VALUES ('00000000-0000-0000-0000-000000000001', $1, $2)
				ON CONFLICT (id) DO UPDATE SET number = excluded.number, digest = excluded.digest`, old.Seal("person.number", "X"), old.Digest("digest.number", "X"))
			if err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("when told to", func(t *testing.T) {
		t.Parallel()
		pool := people(t, testkit.DBURL(t), old, 1300)
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := secret.Rotate(ctx, pool, both, columns, func(secret.Rotated) { cancel() }); err == nil {
			t.Error("went on")
		}
	})
}
