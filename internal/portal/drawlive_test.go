package portal

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/procurement"
	"zjcs/internal/testkit"
)

// word is a Watcher whose steps the test takes.
type word struct {
	mu    sync.Mutex
	steps []chan struct{}
}

func (w *word) Watch(context.Context, uuid.UUID) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := make(chan struct{}, 1)
	w.steps = append(w.steps, c)
	return c
}

func (w *word) step() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.steps {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// stageOf is a portal whose frames the test writes, served by a real server.
func stageOf(t *testing.T, frame func() (string, bool)) (*Portal, *word, *httptest.Server) {
	t.Helper()
	w := &word{}
	p := &Portal{Deps: Deps{Watch: w, Logger: slog.New(slog.DiscardHandler)}}
	p.live = newStages(func(context.Context, uuid.UUID) ([]byte, bool, error) {
		text, over := frame()
		b, err := json.Marshal(text)
		return b, over, err
	})
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		st, leave, err := p.live.join(w, uuid.Nil, r.Header.Get("X-From"))
		if err != nil {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		defer leave()
		p.send(r.Context(), rw, st)
	}))
	t.Cleanup(s.Close)
	return p, w, s
}

func open(t *testing.T, address, from string) (*http.Response, *bufio.Reader) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-From", from)
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { got.Body.Close() })
	return got, bufio.NewReader(got.Body)
}

// next is the data of the next event of a name.
func next(t *testing.T, r *bufio.Reader, name string) string {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("waiting for %s: %v", name, err)
		}
		if strings.TrimSpace(line) == "event: "+name {
			data, err := r.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			return strings.TrimSpace(strings.TrimPrefix(data, "data: "))
		}
	}
}

// TestEachStepIsShown to all who watch, from what stands when they come to the end.
func TestEachStepIsShown(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	text, over := "名单\n已固定", false
	_, w, s := stageOf(t, func() (string, bool) {
		mu.Lock()
		defer mu.Unlock()
		return text, over
	})
	_, first := open(t, s.URL, "a")
	_, second := open(t, s.URL, "b")
	for _, r := range []*bufio.Reader{first, second} {
		if got := next(t, r, "stage"); got != `"名单\n已固定"` {
			t.Errorf("first frame %s", got)
		}
	}
	mu.Lock()
	text, over = "结果", true
	mu.Unlock()
	w.step()
	for _, r := range []*bufio.Reader{first, second} {
		if got := next(t, r, "stage"); got != `"结果"` {
			t.Errorf("second frame %s", got)
		}
		next(t, r, "over")
		if _, err := io.ReadAll(r); err != nil {
			t.Errorf("the answer does not end: %v", err)
		}
	}
}

// TestWatchingIsBounded: one address has so many connections, and who leaves frees his.
func TestWatchingIsBounded(t *testing.T) {
	t.Parallel()
	p, _, s := stageOf(t, func() (string, bool) { return "等待", false })
	var all []*http.Response
	for range maxOfOne {
		got, r := open(t, s.URL, "flood")
		next(t, r, "stage")
		all = append(all, got)
	}
	if got, _ := open(t, s.URL, "flood"); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one more than allowed: %d", got.StatusCode)
	}
	got, r := open(t, s.URL, "another")
	if got.StatusCode != http.StatusOK {
		t.Errorf("the flood shut out another: %d", got.StatusCode)
	}
	next(t, r, "stage")
	p.StopWatching()
	p.StopWatching() // twice does no harm
	for _, g := range all {
		if _, err := io.Copy(io.Discard, g.Body); err != nil {
			t.Errorf("not ended in good order: %v", err)
		}
	}
}

// TestLeavingFreesTheStage: with the last who leaves the watching ends.
func TestLeavingFreesTheStage(t *testing.T) {
	t.Parallel()
	p, w, _ := stageOf(t, func() (string, bool) { return "等待", false })
	id := uuid.New()
	_, leave, err := p.live.join(w, id, "a")
	if err != nil {
		t.Fatal(err)
	}
	_, leave2, err := p.live.join(w, id, "a")
	if err != nil {
		t.Fatal(err)
	}
	leave()
	if p.live.n != 1 || len(p.live.by) != 1 {
		t.Errorf("%d watch %d stages", p.live.n, len(p.live.by))
	}
	leave2()
	if p.live.n != 0 || len(p.live.by) != 0 || len(p.live.remote) != 0 {
		t.Errorf("%d watch %d stages from %d addresses", p.live.n, len(p.live.by), len(p.live.remote))
	}
}

// stuck is a connection that takes nothing: every write runs into its deadline.
type stuck struct {
	http.ResponseWriter
	deadline time.Time
}

func (s *stuck) SetWriteDeadline(t time.Time) error { s.deadline = t; return nil }
func (s *stuck) FlushError() error                  { return nil }
func (s *stuck) Write([]byte) (int, error)          { return 0, net.ErrClosed }

// TestASlowClientIsLetGo: its write fails at the deadline that each message is given.
func TestASlowClientIsLetGo(t *testing.T) {
	t.Parallel()
	p, w, _ := stageOf(t, func() (string, bool) { return "等待", false })
	st, leave, err := p.live.join(w, uuid.New(), "a")
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	c := &stuck{ResponseWriter: httptest.NewRecorder()}
	p.send(t.Context(), c, st) // returns, or the test hangs
	if c.deadline.IsZero() {
		t.Error("a message has no deadline")
	}
}

// TestLiveDrawFromTheDatabase: the whole way, from a step committed to the page that shows it.
func TestLiveDrawFromTheDatabase(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	market(t, pool)
	d := newTrade(t, pool)
	s := d.sample(procurement.Open)
	h := site(t, pool, io.Discard)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	address := server.URL + "/procurements/" + s.ID.String() + "/draw/events"
	_, r := open(t, address, "")
	if got := next(t, r, "stage"); !strings.Contains(got, "报名还没有截止") {
		t.Fatalf("first frame %s", got)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE procurement SET state = 'withdrawn', ended_reason = '不再需要' WHERE id = $1`, s.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `INSERT INTO procurement_event (procurement_id, seq, action, from_state, to_state, side, note) VALUES ($1, 99, 'withdraw', 'open', 'withdrawn', 'purchaser', '撤回')`, s.ID); err != nil {
		t.Fatal(err)
	}
	if got := next(t, r, "stage"); !strings.Contains(got, "不再需要") {
		t.Errorf("second frame %s", got)
	}
	next(t, r, "over")
	got, _ := open(t, server.URL+"/procurements/"+uuid.NewString()+"/draw/events", "")
	if body, err := io.ReadAll(got.Body); err != nil || got.StatusCode != http.StatusNotFound || !bytes.Contains(body, []byte("没有这个采购项目")) {
		t.Errorf("of none: %d", got.StatusCode)
	}
}
