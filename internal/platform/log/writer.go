package log

import (
	"io"
	"sync"
	"time"
)

const (
	// writerSize is how much a Writer gathers: a few hundred lines.
	writerSize = 64 << 10
	// writerDelay is how long a line waits for others at most.
	writerDelay = 100 * time.Millisecond
)

// Writer gathers lines and writes many at once: a system call for each line costs a
// tenth of what an answer from the cache does. When the lines come faster than they can
// be written, who logs waits: none is dropped and no more than writerSize is held. Up to
// writerDelay of lines is lost when the program is killed, none when it ends with Flush.
type Writer struct {
	out   io.Writer
	delay *time.Timer

	mu    sync.Mutex
	lines []byte // gathered

	writing sync.Mutex // held before mu
	spare   []byte     // written, to be gathered in again
}

// NewWriter gathers for out.
func NewWriter(out io.Writer) *Writer {
	w := &Writer{out: out}
	w.delay = time.AfterFunc(writerDelay, func() { _ = w.Flush() }) // as with every log, a line that cannot be written is lost
	w.delay.Stop()
	return w
}

// Write takes one whole line.
func (w *Writer) Write(line []byte) (int, error) {
	w.mu.Lock()
	if len(w.lines) == 0 {
		w.delay.Reset(writerDelay)
	}
	w.lines = append(w.lines, line...)
	full := len(w.lines) >= writerSize
	w.mu.Unlock()
	if full {
		return len(line), w.Flush()
	}
	return len(line), nil
}

// Flush writes what was gathered before the call.
func (w *Writer) Flush() error {
	w.writing.Lock()
	defer w.writing.Unlock()
	w.mu.Lock()
	lines := w.lines
	w.lines = w.spare[:0]
	w.mu.Unlock()
	w.spare = lines
	if len(lines) == 0 {
		return nil
	}
	_, err := w.out.Write(lines)
	return err
}
