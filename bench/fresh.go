package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"zjcs/bench/report"
)

// freshMark is what the writer puts into the agency's name, with a rising number.
const freshMark = "新鲜度检验"

var freshNumber = regexp.MustCompile(freshMark + `(\d+)`)

// fresh proves under load that no answer is older than the last commit before its
// request: readers note what is committed, then ask; a writer changes the row by plain
// SQL, which knows nothing of the program. A reader that holds an ETag sends it, so
// that a 304 is judged like an answer.
func (b *bench) fresh(ctx context.Context) error {
	const part = "内容缓存从不过期失真"
	p, err := b.Serve("fresh", large)
	if err != nil {
		return err
	}
	defer p.Stop()
	conn, err := b.Connect(ctx, large)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	w := &writer{conn: conn}
	if err := conn.QueryRow(ctx, `SELECT id::text, name FROM agency WHERE state = 'admitted' ORDER BY id DESC LIMIT 1`).Scan(&w.id, &w.name); err != nil {
		return err
	}
	defer w.restore(context.WithoutCancel(ctx))
	if err := w.write(ctx); err != nil {
		return err
	}
	lasting := 8 * time.Second
	if b.quick {
		lasting = time.Second
	}
	during, cancel := context.WithTimeout(ctx, lasting)
	defer cancel()
	paths := []string{"/api/v1/agencies/" + w.id, "/agencies/" + w.id, "/api/v1/agencies?limit=20"}
	readers := make([]reader, 16)
	var wg sync.WaitGroup
	for i := range readers {
		readers[i] = reader{url: "http://" + p.Addr + paths[i%len(paths)], committed: &w.committed}
		wg.Go(func() { readers[i].read(during) })
	}
	// As fast as commits come, with pauses in which the cache is hit.
	for writes := time.NewTicker(25 * time.Millisecond); during.Err() == nil; {
		if err := w.write(ctx); err != nil {
			return err
		}
		<-writes.C
	}
	wg.Wait()
	var sum reader
	for _, r := range readers {
		if r.err != nil {
			return r.err
		}
		sum.answers += r.answers
		sum.unchanged += r.unchanged
		sum.stale += r.stale
	}
	b.report.Add(report.Row{Part: part, Subject: "提交之后的请求得到旧内容", Figure: float64(sum.stale), Unit: "次", Target: report.Target{None: true},
		Note: fmt.Sprintf("%d 次提交（直接用 SQL），16 个读者 %s 内 %d 个答复，其中 304 %d 个", w.committed.Load(), lasting, sum.answers, sum.unchanged)})
	return nil
}

type writer struct {
	conn      *pgx.Conn
	id, name  string
	committed atomic.Int64
}

func (w *writer) write(ctx context.Context) error {
	next := w.committed.Load() + 1
	if _, err := w.conn.Exec(ctx, `UPDATE agency SET name = $2 WHERE id = $1`, w.id, fmt.Sprintf("%s%d", freshMark, next)); err != nil {
		return err
	}
	w.committed.Store(next)
	return nil
}

func (w *writer) restore(ctx context.Context) {
	_, _ = w.conn.Exec(ctx, `UPDATE agency SET name = $2 WHERE id = $1`, w.id, w.name) // the next run seeds anew if this failed
}

type reader struct {
	url                       string
	committed                 *atomic.Int64
	answers, unchanged, stale int64
	err                       error
}

func (r *reader) read(ctx context.Context) {
	etag, seen := "", int64(0)
	for ctx.Err() == nil && r.err == nil {
		before := r.committed.Load()
		req, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodGet, r.url, nil)
		if err != nil {
			r.err = err
			return
		}
		if etag != "" && r.answers%2 == 0 {
			req.Header.Set("If-None-Match", etag)
		}
		resp, err := plain.Do(req)
		if err != nil {
			r.err = err
			return
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			r.err = err
			return
		}
		switch resp.StatusCode {
		case http.StatusOK:
			m := freshNumber.FindSubmatch(body)
			if m == nil {
				r.err = fmt.Errorf("%s does not show the agency's name", r.url)
				return
			}
			seen, _ = strconv.ParseInt(string(m[1]), 10, 64)
			etag = resp.Header.Get("ETag")
		case http.StatusNotModified:
			r.unchanged++
		default:
			r.err = fmt.Errorf("%s: %s", r.url, resp.Status)
			return
		}
		r.answers++
		if seen < before {
			r.stale++
		}
	}
}
