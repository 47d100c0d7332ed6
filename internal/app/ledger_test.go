package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/ledger"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement"
	"zjcs/internal/testkit"
)

type logHead struct {
	Size       int64  `json:"size"`
	Root       string `json:"root"`
	Checkpoint string `json:"checkpoint"`
	Key        string `json:"key"`
}

func addLine(t *testing.T, pool *db.Pool, l *ledger.Log, n int) (ids []uuid.UUID) {
	t.Helper()
	err := db.InTx(t.Context(), pool, func(tx db.Tx) error {
		ids = nil
		for i := range n {
			id, err := l.AppendTx(t.Context(), tx, ledger.Entry{Kind: "test", Subject: uuid.New(), Region: testkit.County, Body: map[string]int{"n": i}})
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return ids
}

// TestThePublicLogIsServed: key and checkpoint from the first day, at the C2SP paths and in
// the interface; nothing is shown that is older than the last integration; who copies the
// log over HTTP can check it.
func TestThePublicLogIsServed(t *testing.T) {
	t.Parallel()
	a, base := start(t, testConfig(t))
	empty := getJSON[logHead](t, base+"/api/v1/ledger")
	if empty.Key == "" || !strings.HasPrefix(empty.Key, "127.0.0.1:8080/ledger+") {
		t.Fatalf("%+v", empty)
	}
	for n := range 3 {
		ids := addLine(t, a.Pool, a.Ledger, 200)
		h := getJSON[logHead](t, base+"/api/v1/ledger")
		_, checkpoint := get(t, base+"/ledger/checkpoint")
		_, key := get(t, base+"/ledger/key")
		if h.Size != empty.Size+int64(n+1)*200 || checkpoint != h.Checkpoint || strings.TrimSpace(key) != h.Key {
			t.Fatalf("after %d lines: %+v, %s", (n+1)*200, h, checkpoint)
		}
		last := getJSON[ledger.Inclusion](t, base+"/api/v1/ledger/entries/"+ids[199].String())
		if *last.Index != h.Size-1 || last.Checkpoint != h.Checkpoint || len(last.Proof) == 0 {
			t.Errorf("%+v", last)
		}
		c := getJSON[ledger.Consistency](t, fmt.Sprintf("%s/api/v1/ledger/proofs/consistency?old=1&new=%d", base, h.Size))
		if len(c.Proof) == 0 {
			t.Error("no proof of growth")
		}
	}
	for path, cached := range map[string]string{
		"/ledger/tile/0/000": "immutable", "/ledger/tile/entries/001": "immutable", "/ledger/tile/1/000.p/1": "", "/ledger/checkpoint": "no-store",
	} {
		res, _ := get(t, base+path)
		if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), cached) {
			t.Errorf("%s: %d, %s", path, res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
	for _, path := range []string{"/ledger/tile/0/999", "/ledger/tile/", "/ledger/tile/7/000", "/ledger/tile/5/x256/000", "/api/v1/ledger/entries/99999", "/api/v1/ledger/entries/x"} {
		if res, body := get(t, base+path); res.StatusCode != http.StatusNotFound || strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
	copied, err := ledger.Fetch(t.Context(), http.DefaultClient, base)
	if err != nil {
		t.Fatal(err)
	}
	if size, err := copied.Verify(empty.Key, empty.Checkpoint); err != nil || size != int64(len(copied.Leaves)) || size < 600 {
		t.Errorf("%d lines, %v", size, err)
	}
}

// TestTheDemonstrationIsLogged: what its people had published stands in the log, checks,
// and names nobody by number.
func TestTheDemonstrationIsLogged(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.Demo = true
	a, base := start(t, cfg)
	if err := a.SeedDemo(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Ledger.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	copied, err := ledger.Fetch(t.Context(), http.DefaultClient, base)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := copied.Verify("", ""); err != nil {
		t.Fatal(err)
	}
	var published, logged int
	err = a.Pool.QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM ledger_entry e WHERE e.subject = s.subject_id AND e.kind = s.kind))
		FROM submission s WHERE state = 'published' AND kind NOT LIKE 'purchaser-%' AND kind NOT LIKE 'procurement-%'`).Scan(&published, &logged)
	if err != nil || published == 0 || logged != published {
		t.Errorf("%d published, %d of them in the log, %v", published, logged, err)
	}
}

// TestAnAnswerFollowsItsLine: a course read while its newest line waits for a position shows
// the position a moment later, though nothing else has changed meanwhile.
func TestAnAnswerFollowsItsLine(t *testing.T) {
	t.Parallel()
	s := openSale(t)
	at := s.base + "/api/v1/procurements/" + s.id.String()
	for n := 1; ; n++ {
		err := db.InTx(t.Context(), s.a.Pool, func(tx db.Tx) error {
			line, err := s.a.Ledger.AppendTx(t.Context(), tx, ledger.Entry{Kind: "test", Subject: s.id, Region: testkit.County, Body: map[string]int{"n": n}})
			if err != nil {
				return err
			}
			_, err = tx.Exec(t.Context(), `INSERT INTO procurement_event (procurement_id, seq, action, from_state, to_state, side, note, entry_id) VALUES ($1, $2, 'amend', 'open', 'open', 'purchaser', '', $3)`, s.id, n, line)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.a.Pool.Exec(t.Context(), `UPDATE procurement SET updated_at = now() WHERE id = $1`, s.id); err != nil { // what was kept before is dropped
			t.Fatal(err)
		}
		if !getJSON[procurement.Detail](t, at).Placed() {
			break
		}
		if n == 20 {
			t.Fatal("every line had its position before anyone could ask")
		}
	}
	if !eventually(t, func() bool { return getJSON[procurement.Detail](t, at).Placed() }) {
		t.Error("the answer of the moment before is kept")
	}
}
