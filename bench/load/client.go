package load

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"
)

// Generator is the generator's process.
type Generator struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	enc *json.Encoder
	dec *json.Decoder
}

// Start starts this executable again as the generator.
func Start() (*Generator, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	g := &Generator{cmd: exec.Command(self, Arg)}
	g.cmd.Stderr = os.Stderr
	if g.in, err = g.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := g.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	g.enc, g.dec = json.NewEncoder(g.in), json.NewDecoder(out)
	return g, g.cmd.Start()
}

// Run runs one round; any bad answer is an error, since a figure over failures is none.
func (g *Generator) Run(r Round) (Result, error) {
	var res Result
	if err := g.enc.Encode(r); err != nil {
		return res, fmt.Errorf("load generator: %w", err)
	}
	if err := g.dec.Decode(&res); err != nil {
		return res, fmt.Errorf("load generator: %w", err)
	}
	if res.Bad > 0 {
		return res, fmt.Errorf("%d bad answers of %d, the first: %s", res.Bad, res.Bad+res.Requests, res.FirstBad)
	}
	if res.Requests == 0 {
		return res, errors.New("no answer within the round")
	}
	return res, nil
}

// Stop ends the process.
func (g *Generator) Stop() {
	g.in.Close()
	_ = g.cmd.Wait()
}

// Subject is one thing under load. CPU, where given, reads the processor time its
// processes have used so far.
type Subject struct {
	Name  string
	Addr  string
	Paths []string
	CPU   func() time.Duration
}

// Figures are the medians over a subject's rounds.
type Figures struct {
	PerSecond float64
	P50, P99  time.Duration
	CPU       time.Duration // processor time for one request, median of rounds; 0 when not asked for
	Rounds    int
}

// Interleave runs rounds in turn over all subjects, every other time in reverse, so
// that what else the machine does falls on all alike; one unmeasured round each warms up.
func (g *Generator) Interleave(subjects []Subject, conns, rounds int, each time.Duration) ([]Figures, error) {
	type samples struct{ rps, p50, p99, cpu []float64 }
	got := make([]samples, len(subjects))
	for round := range rounds + 1 {
		for i := range subjects {
			if round%2 == 1 {
				i = len(subjects) - 1 - i
			}
			s := subjects[i]
			var before time.Duration
			if s.CPU != nil {
				before = s.CPU()
			}
			res, err := g.Run(Round{Addr: s.Addr, Paths: s.Paths, Conns: conns, For: each})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			if round == 0 {
				continue
			}
			m := &got[i]
			m.rps = append(m.rps, res.PerSecond())
			m.p50, m.p99 = append(m.p50, float64(res.P50)), append(m.p99, float64(res.P99))
			if s.CPU != nil {
				m.cpu = append(m.cpu, float64(s.CPU()-before)/float64(res.Requests))
			}
		}
	}
	out := make([]Figures, len(subjects))
	for i, m := range got {
		out[i] = Figures{PerSecond: Median(m.rps), P50: time.Duration(Median(m.p50)), P99: time.Duration(Median(m.p99)), CPU: time.Duration(Median(m.cpu)), Rounds: rounds}
	}
	return out, nil
}

// Median of values; 0 of none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	v := slices.Sorted(slices.Values(values))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}
