// Package load is the load generator: closed loop, keep-alive, in a process of its
// own, the same for every subject. Each connection asks, waits for the whole answer,
// asks again; latencies go into an HDR histogram.
package load

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/valyala/fasthttp"
)

// Arg as first argument turns the executable into the generator.
const Arg = "__load"

// Round is one short measurement.
type Round struct {
	Addr   string        `json:"addr"`             // host:port
	Paths  []string      `json:"paths"`            // asked in turn, each connection from its own place
	Cookie string        `json:"cookie,omitempty"` // of who asks
	Conns  int           `json:"conns"`
	For    time.Duration `json:"for"`
}

// Result is what a round saw. An answer other than 200, or an empty one, is Bad and not counted.
type Result struct {
	Requests int64         `json:"requests"`
	Bad      int64         `json:"bad"`
	FirstBad string        `json:"firstBad"`
	Bytes    int64         `json:"bytes"`
	Took     time.Duration `json:"took"`
	P50      time.Duration `json:"p50"`
	P99      time.Duration `json:"p99"`
	Max      time.Duration `json:"max"`
}

// PerSecond is the throughput.
func (r Result) PerSecond() float64 { return float64(r.Requests) / r.Took.Seconds() }

// MaybeGenerator runs the generator and exits when the program was started as one:
// one Round a line on standard input, one Result a line on standard output.
func MaybeGenerator() {
	if len(os.Args) < 2 || os.Args[1] != Arg {
		return
	}
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "load generator:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve(in io.Reader, out io.Writer) error {
	clients := map[string]*fasthttp.HostClient{}
	dec, enc := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	for {
		var r Round
		if err := dec.Decode(&r); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if clients[r.Addr] == nil {
			clients[r.Addr] = newClient(r.Addr)
		}
		if err := enc.Encode(run(clients[r.Addr], r)); err != nil {
			return err
		}
	}
}

func newClient(addr string) *fasthttp.HostClient {
	return &fasthttp.HostClient{
		Addr: addr, MaxConns: 1024, MaxIdleConnDuration: time.Hour, ReadBufferSize: 64 << 10,
		ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second, MaxIdemponentCallAttempts: 1,
		NoDefaultUserAgentHeader: true, DisablePathNormalizing: true,
	}
}

func run(c *fasthttp.HostClient, r Round) Result {
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		total Result
		all   = newHistogram()
	)
	started := time.Now()
	deadline := started.Add(r.For)
	for i := range r.Conns {
		wg.Go(func() {
			one, hist := connection(c, r, i, deadline)
			mu.Lock()
			defer mu.Unlock()
			total.Requests += one.Requests
			total.Bad += one.Bad
			total.Bytes += one.Bytes
			if total.FirstBad == "" {
				total.FirstBad = one.FirstBad
			}
			all.Merge(hist)
		})
	}
	wg.Wait()
	total.Took = time.Since(started)
	total.P50 = time.Duration(all.ValueAtQuantile(50))
	total.P99 = time.Duration(all.ValueAtQuantile(99))
	total.Max = time.Duration(all.Max())
	return total
}

func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1000, int64(time.Minute), 3) // nanoseconds, from a microsecond
}

// connection is one client: fasthttp gives a goroutine that asks alone the same
// connection again each time.
func connection(c *fasthttp.HostClient, r Round, number int, deadline time.Time) (Result, *hdrhistogram.Histogram) {
	var res Result
	hist := newHistogram()
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(resp)
	next := number * len(r.Paths) / r.Conns
	for asked := time.Now(); asked.Before(deadline); {
		req.SetRequestURI("http://" + r.Addr + r.Paths[next%len(r.Paths)])
		if r.Cookie != "" {
			req.Header.Set("Cookie", r.Cookie)
		}
		next++
		err := c.Do(req, resp)
		answered := time.Now()
		switch {
		case err != nil:
			res.bad(r.Paths[(next-1)%len(r.Paths)], err.Error())
		case resp.StatusCode() != fasthttp.StatusOK || len(resp.Body()) == 0:
			res.bad(r.Paths[(next-1)%len(r.Paths)], fmt.Sprintf("%d, %d bytes", resp.StatusCode(), len(resp.Body())))
		default:
			res.Requests++
			res.Bytes += int64(len(resp.Body()))
			_ = hist.RecordValue(int64(answered.Sub(asked))) // within range: reads time out first
		}
		asked = answered
	}
	return res, hist
}

func (r *Result) bad(path, why string) {
	r.Bad++
	if r.FirstBad == "" {
		r.FirstBad = path + ": " + why
	}
}
