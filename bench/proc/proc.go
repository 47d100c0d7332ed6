// Package proc starts the programs under measurement and reads what they use.
package proc

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Process is a program started here, and ended here by its own handle.
type Process struct {
	Name    string
	Addr    string // where it serves
	Started time.Time
	cmd     *exec.Cmd
	log     string
	exited  chan struct{}
}

// Spec says how to start a program.
type Spec struct {
	Name string
	Path string
	Args []string
	Env  []string // added to a bare environment: what the shell has set must not matter
	Addr string
	Log  string // file for both outputs
}

// Start starts it; it does not wait until it serves.
func Start(s Spec) (*Process, error) {
	f, err := os.Create(s.Log)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &Process{Name: s.Name, Addr: s.Addr, log: s.Log, exited: make(chan struct{}), cmd: exec.Command(s.Path, s.Args...)}
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "LANG=C.UTF-8"}, s.Env...)
	p.cmd.Stdout, p.cmd.Stderr = f, f
	p.Started = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Name, err)
	}
	go func() { _ = p.cmd.Wait(); close(p.exited) }()
	return p, nil
}

// WaitServing asks path until it answers 200, and returns how long that took since the start.
func (p *Process) WaitServing(path string, patience time.Duration) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	client := &http.Client{Timeout: 2 * time.Second}
	for {
		resp, err := client.Get("http://" + p.Addr + path)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return time.Since(p.Started), nil
			}
		}
		select {
		case <-p.exited:
			return 0, fmt.Errorf("%s ended before it served:\n%s", p.Name, p.LogTail())
		case <-ctx.Done():
			return 0, fmt.Errorf("%s did not serve %s within %s:\n%s", p.Name, path, patience, p.LogTail())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// PID of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// CPU is the processor time used so far.
func (p *Process) CPU() time.Duration { return cpuOf(p.PID()) }

// Stop asks the process to end, and makes it after half a minute. Stopping twice is fine.
func (p *Process) Stop() {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.exited
	}
}

// LogTail is the end of what the process wrote.
func (p *Process) LogTail() string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-1500):])
}

// FreeAddr is a loopback address nobody listens on now.
func FreeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// Finished is how a program that ran to its end went.
type Finished struct {
	Took    time.Duration
	PeakRSS int64 // bytes, of this process alone
	Output  string
}

// Run runs a program to its end. The peak is the kernel's own high-water mark, read
// while the program runs: the one in rusage starts from the memory of whoever forked.
func Run(ctx context.Context, s Spec) (Finished, error) {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, s.Path, s.Args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "LANG=C.UTF-8"}, s.Env...)
	cmd.Stdout, cmd.Stderr = &out, &out
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return Finished{}, fmt.Errorf("start %s: %w", s.Name, err)
	}
	ended, peak := make(chan struct{}), make(chan int64)
	go func() { peak <- watchPeak(cmd.Process.Pid, ended) }()
	err := cmd.Wait()
	f := Finished{Took: time.Since(started), Output: out.String()}
	close(ended)
	f.PeakRSS = <-peak
	if err != nil {
		return f, fmt.Errorf("%s: %w\n%s", s.Name, err, f.Output[max(0, len(f.Output)-1500):])
	}
	return f, nil
}

func watchPeak(pid int, ended <-chan struct{}) (peak int64) {
	for often := time.NewTicker(20 * time.Millisecond); ; {
		select {
		case <-ended:
			return peak
		case <-often.C:
			if n, err := kilobytes(pid, "status", "VmHWM:"); err == nil {
				peak = n
			}
		}
	}
}
