package ledger

import (
	"bufio"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/testkit"
)

// TestKilledLogGoesOn kills a process with three writers and two sequencers, at another
// moment each time: what it acknowledged is in the log once, positions have no gap, and
// what was signed before is the beginning of what is signed after.
func TestKilledLogGoesOn(t *testing.T) {
	t.Parallel()
	url := testkit.DBURL(t)
	pool, err := db.Open(t.Context(), url, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	l := on(t, pool)
	var acknowledged []uuid.UUID
	var earlier, key string
	for range 8 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), writerURL+"="+url)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		said := bufio.NewScanner(out)
		for n, stop := 0, 20+rand.IntN(400); said.Scan(); n++ {
			id, err := uuid.Parse(said.Text())
			if err != nil {
				t.Fatalf("the child said %q", said.Text())
			}
			acknowledged = append(acknowledged, id)
			if n == stop {
				if err := child.Process.Kill(); err != nil { // SIGKILL; what is still in the pipe was acknowledged too
					t.Fatal(err)
				}
			}
		}
		_ = child.Wait() // killed: its error is that
		// A sequencer of the killed process may still be ending, and hold the lock.
		for pendingLines(t, pool) > 0 {
			integrate(t, l)
		}
		once(t, pool, acknowledged)
		if key == "" {
			h, err := l.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			key = h.Key
		}
		a, err := checked(t, l, key, earlier)
		if err != nil {
			t.Fatal(err)
		}
		earlier = a.Checkpoint
	}
	if len(acknowledged) < 160 {
		t.Fatalf("only %d were acknowledged", len(acknowledged))
	}
}

func pendingLines(t testing.TB, pool *db.Pool) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM ledger_pending`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAnOpenTransactionHoldsUpNobody: a line that has not committed is passed over, and
// gets a later position once it has.
func TestAnOpenTransactionHoldsUpNobody(t *testing.T) {
	t.Parallel()
	pool, l := open(t)
	slow, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Rollback(t.Context())
	first, err := l.AppendTx(t.Context(), slow, Entry{Kind: "test", Subject: uuid.New(), Region: testkit.County, Body: struct{}{}})
	if err != nil {
		t.Fatal(err)
	}
	second := add(t, pool, l, 1)[0]
	if n := integrate(t, l); n != 1 {
		t.Fatalf("%d got a position", n)
	}
	if err := slow.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := integrate(t, l); n != 1 {
		t.Fatalf("%d got a position", n)
	}
	found, err := l.Lookup(t.Context(), []uuid.UUID{first, second})
	if err != nil || found[first].Index == nil || *found[first].Index != 1 || *found[second].Index != 0 {
		t.Fatalf("%+v, %v", found, err)
	}
}

// TestTheKeyIsMadeOnce, whoever asks for it first.
func TestTheKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	pool, l := open(t)
	add(t, pool, l, 1)
	var wg sync.WaitGroup
	for i := range 8 {
		other := on(t, pool)
		wg.Go(func() {
			if i%2 == 0 {
				if _, err := other.Integrate(t.Context()); err != nil {
					t.Errorf("integrate: %v", err)
				}
				return
			}
			if signed, err := other.Sign([]byte(`{"a":1}`)); err != nil || !strings.Contains(signed, origin) {
				t.Errorf("sign: %v", err)
			}
		})
	}
	wg.Wait()
}
