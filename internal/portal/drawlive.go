package portal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/web"
	"zjcs/internal/procurement"
)

// Watcher tells when a step of a procurement has been committed (procurement.Service.Watch).
type Watcher interface {
	Watch(ctx context.Context, id uuid.UUID) <-chan struct{}
}

const (
	// maxWatching bounds open connections of all, maxOfOne those of one address: an open
	// tab costs a connection each, and a flood of them must not cost the others theirs.
	maxWatching = 1000
	maxOfOne    = 20
	// heartbeat keeps proxies from closing a quiet connection.
	heartbeat = 15 * time.Second
	// writeTime is how long one message may take; who reads more slowly is let go, and his
	// browser asks again.
	writeTime = 10 * time.Second
)

// DrawEventsPattern is where answers go by in pieces (web.Options.Uploads).
const DrawEventsPattern = "/procurements/*/draw/events"

var errTooMany = apperr.New(apperr.Unavailable, "同时观看的人太多，请稍后刷新页面查看")

// stages are the draws being watched. Each is rendered once for all who watch it.
type stages struct {
	frame func(ctx context.Context, id uuid.UUID) (frame []byte, over bool, err error)
	beat  func() (<-chan time.Time, func()) // the heartbeat, and its end

	mu     sync.Mutex
	by     map[uuid.UUID]*stage
	remote map[string]int
	n      int
	closed chan struct{}
	once   sync.Once
}

// stage is one draw and those who watch it.
type stage struct {
	watching int
	stop     context.CancelFunc
	mu       sync.Mutex
	frame    []byte
	over     bool
	changed  chan struct{} // closed when a newer frame is there
}

func newStages(frame func(context.Context, uuid.UUID) ([]byte, bool, error)) *stages {
	return &stages{frame: frame, by: map[uuid.UUID]*stage{}, remote: map[string]int{}, closed: make(chan struct{}), beat: func() (<-chan time.Time, func()) {
		t := time.NewTicker(heartbeat)
		return t.C, t.Stop
	}}
}

// StopWatching ends every live page, so that a program that stops need not wait for them.
func (p *Portal) StopWatching() { p.live.once.Do(func() { close(p.live.closed) }) }

// join is the stage of a draw, made for the first who comes; leave is called by each.
func (s *stages) join(w Watcher, id uuid.UUID, remote string) (st *stage, leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.n >= maxWatching || s.remote[remote] >= maxOfOne {
		return nil, nil, errTooMany
	}
	s.n++
	s.remote[remote]++
	st = s.by[id]
	if st == nil {
		ctx, stop := context.WithCancel(context.Background()) // it outlives the first who came
		st = &stage{stop: stop, changed: make(chan struct{})}
		s.by[id] = st
		go s.run(ctx, st, id, w.Watch(ctx, id))
	}
	st.watching++
	return st, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.n--
		if s.remote[remote]--; s.remote[remote] == 0 {
			delete(s.remote, remote)
		}
		if st.watching--; st.watching == 0 {
			st.stop()
			delete(s.by, id)
		}
	}, nil
}

// run keeps the frame of a stage current until nobody watches or nothing more will come.
func (s *stages) run(ctx context.Context, st *stage, id uuid.UUID, steps <-chan struct{}) {
	for {
		frame, over, err := s.frame(ctx, id)
		if err == nil {
			st.show(frame, over)
		}
		if over {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-s.closed:
			return
		case <-steps:
		}
	}
}

func (st *stage) show(frame []byte, over bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !bytes.Equal(frame, st.frame) || over != st.over {
		st.frame, st.over = frame, over
		close(st.changed)
		st.changed = make(chan struct{})
	}
}

func (st *stage) now() (frame []byte, over bool, changed <-chan struct{}) {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.frame, st.over, st.changed
}

// stageFrame is the stage of draw.html as one message, and whether anything is still to come.
func (p *Portal) stageFrame(ctx context.Context, id uuid.UUID) ([]byte, bool, error) {
	got, err := p.Procurement.Get(ctx, id.String())
	if err != nil {
		p.Logger.WarnContext(ctx, "live draw", "procurement", id, "error", err)
		return nil, false, err
	}
	d := p.drawOf(got)
	var out bytes.Buffer
	if err := p.templates["draw"].ExecuteTemplate(&out, "stage", d); err != nil {
		p.Logger.ErrorContext(ctx, "live draw", "procurement", id, "error", err)
		return nil, false, err
	}
	html, err := json.Marshal(out.String())
	return html, !d.Waiting, err
}

// drawEvents sends the stage as it stands, then anew with each step (server-sent events).
func (p *Portal) drawEvents(c *gin.Context) {
	web.Route(c.Request.Context(), c.FullPath())
	ctx := c.Request.Context()
	id, err := uuid.Parse(c.Param("id"))
	if err != nil || p.Watch == nil {
		p.refuse(c.Writer, c.Request, apperr.New(apperr.NotFound, "这个项目没有抽取现场"))
		return
	}
	if _, err := p.Procurement.Get(ctx, id.String()); err != nil {
		p.refuse(c.Writer, c.Request, err)
		return
	}
	st, leave, err := p.live.join(p.Watch, id, audit.ClientOf(ctx).Remote)
	if err != nil {
		p.refuse(c.Writer, c.Request, err)
		return
	}
	defer leave()
	h := c.Writer.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy must not gather it
	p.send(ctx, c.Writer, st)
}

func (p *Portal) send(ctx context.Context, w http.ResponseWriter, st *stage) {
	control := http.NewResponseController(w)
	write := func(text string) bool {
		if err := control.SetWriteDeadline(time.Now().Add(writeTime)); err != nil && !errors.Is(err, http.ErrNotSupported) { // the connection's own clock
			return false
		}
		if _, err := w.Write([]byte(text)); err != nil {
			return false
		}
		return control.Flush() == nil
	}
	beats, stop := p.live.beat()
	defer stop()
	if !write("retry: 5000\n\n") {
		return
	}
	var sent []byte
	for {
		frame, over, changed := st.now()
		if frame != nil && !bytes.Equal(frame, sent) {
			if sent = frame; !write("event: stage\ndata: " + strings.ReplaceAll(string(frame), "\n", "") + "\n\n") {
				return
			}
		}
		if over {
			write("event: over\ndata: {}\n\n")
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-p.live.closed:
			return
		case <-changed:
		case <-beats:
			if !write(": \n\n") {
				return
			}
		}
	}
}

var _ Watcher = (*procurement.Service)(nil)
