package log

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// sink takes what is written, one write at a time when told to.
type sink struct {
	mu      sync.Mutex
	got     bytes.Buffer
	writes  int
	largest int
	err     error
	slow    int // others run so often while it takes a load
}

func (s *sink) Write(b []byte) (int, error) {
	for range s.slow {
		runtime.Gosched()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	s.largest = max(s.largest, len(b))
	if s.err != nil {
		return 0, s.err
	}
	return s.got.Write(b)
}

func (s *sink) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.String()
}

func TestLinesWaitForOthersButNotLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out := &sink{}
		logger := New(NewWriter(out), "info", "text")
		for range 2 { // the delay runs anew for what comes after a flush
			before := out.text()
			logger.Info("a")
			logger.Info("b")
			if out.text() != before {
				t.Fatal("a line of no urgency was written alone")
			}
			time.Sleep(writerDelay) //nolint:forbidigo // the bubble's clock: no real time passes
			synctest.Wait()
			if got := strings.TrimPrefix(out.text(), before); strings.Count(got, "\n") != 2 {
				t.Fatalf("after the delay: %q", got)
			}
		}
		if out.writes != 2 {
			t.Errorf("%d writes for two pairs of lines", out.writes)
		}
	})
}

func TestWarningsAreWrittenAtOnce(t *testing.T) {
	t.Parallel()
	out := &sink{}
	logger := New(NewWriter(out), "info", "json").With("part", "x").WithGroup("g")
	logger.InfoContext(WithRequestID(context.Background(), "id-1"), "before")
	logger.Warn("now")
	got := out.text()
	if strings.Count(got, "\n") != 2 || !strings.Contains(got, "before") || !strings.Contains(got, "id-1") || !strings.Contains(got, "now") {
		t.Errorf("after a warning: %q", got)
	}
}

// TestNothingIsLostToASlowReader: lines arrive whole, in each writer's order, however
// slowly they are taken; and who logs waits rather than fill the memory.
func TestNothingIsLostToASlowReader(t *testing.T) {
	t.Parallel()
	const writers, lines, longest = 8, 2000, 200
	out := &sink{slow: 2000}
	w := NewWriter(out)
	var wg sync.WaitGroup
	for n := range writers {
		wg.Go(func() {
			logger := slog.New(slog.NewTextHandler(w, nil)) // its own: no lock but the writer's between them
			for i := range lines {
				logger.Info("line", "writer", n, "i", i)
			}
		})
	}
	wg.Wait()
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if held := writerSize + writers*longest; out.largest > held {
		t.Errorf("%d bytes were held, want at most %d", out.largest, held)
	}
	next := make([]int, writers)
	for line := range strings.Lines(out.text()) {
		var n, i int
		at := strings.Index(line, "writer=")
		if at < 0 {
			t.Fatalf("not a whole line: %q", line)
		}
		if _, err := fmt.Sscanf(line[at:], "writer=%d i=%d\n", &n, &i); err != nil || next[n] != i {
			t.Fatalf("%q: want line %d of its writer (%v)", line, next[n], err)
		}
		next[n]++
	}
	for n, got := range next {
		if got != lines {
			t.Errorf("writer %d: %d of %d lines", n, got, lines)
		}
	}
}

func TestAFullDiskDoesNotEndTheLog(t *testing.T) {
	t.Parallel()
	out := &sink{err: errors.New("no space left")}
	logger := New(NewWriter(out), "info", "text")
	logger.Error("lost")
	out.err = nil
	logger.Error("kept")
	if got := out.text(); strings.Contains(got, "lost") || !strings.Contains(got, "kept") {
		t.Errorf("%q", got)
	}
}
