package proc

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc's processor times on Linux: 100 a second for every program.
const tick = 10 * time.Millisecond

// cpuOf is user and system time of a process; 0 when it is gone.
func cpuOf(pid int) time.Duration {
	fields := statFields(pid)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick
}

// statFields are the fields of /proc/PID/stat after the name in parentheses:
// state, ppid, pgrp, …
func statFields(pid int) []string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
}

// RSS is the resident memory of a process in bytes.
func RSS(pid int) (int64, error) { return kilobytes(pid, "status", "VmRSS:") }

// PSS is a process's share of resident memory, shared pages divided by their users.
func PSS(pid int) (int64, error) { return kilobytes(pid, "smaps_rollup", "Pss:") }

func kilobytes(pid int, file, name string) (int64, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/%s", pid, file))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) >= 2 && fields[0] == name {
			n, err := strconv.ParseInt(fields[1], 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("no %s in /proc/%d/%s", name, pid, file)
}

// Postgres reads a cluster's processes: the postmaster and its children.
type Postgres struct{ Postmaster int }

// PostgresIn finds the server whose data folder is dir.
func PostgresIn(dir string) (Postgres, error) {
	b, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		return Postgres{}, err
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(first)
	return Postgres{pid}, err
}

func (p Postgres) pids() []int {
	pids := []int{p.Postmaster}
	entries, _ := filepath.Glob("/proc/[0-9]*")
	for _, e := range entries {
		pid, err := strconv.Atoi(filepath.Base(e))
		if err != nil {
			continue
		}
		if f := statFields(pid); len(f) > 1 && f[1] == strconv.Itoa(p.Postmaster) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// CPU is the processor time of all its living processes.
func (p Postgres) CPU() (sum time.Duration) {
	for _, pid := range p.pids() {
		sum += cpuOf(pid)
	}
	return sum
}

// PSS is the memory of all its processes, shared pages counted once.
func (p Postgres) PSS() (sum int64) {
	for _, pid := range p.pids() {
		n, _ := PSS(pid) // one that just ended uses nothing
		sum += n
	}
	return sum
}
