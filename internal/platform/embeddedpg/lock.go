package embeddedpg

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// takeLock claims the cluster and writes our pid into the lock. It waits for the
// helper of a program that was just killed, which holds the lock until PostgreSQL
// is down, but not for a program that lives.
func takeLock(path string) (*os.File, error) {
	f, err := waitLock(path, 30*time.Second)
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(0); err != nil {
		return nil, err
	}
	_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return f, err
}

// ownerLives reads the pid in the lock. Our own is no stranger's: Stop waits for our helper.
func ownerLives(f *os.File) bool {
	buf := make([]byte, 20)
	n, _ := f.ReadAt(buf, 0)
	pid, err := strconv.Atoi(string(buf[:n]))
	return err == nil && pid != os.Getpid() && syscall.Kill(pid, 0) == nil
}

func waitLock(path string, patience time.Duration) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			f.Close()
			return nil, err
		}
		if ownerLives(f) || time.Now().After(end) {
			f.Close()
			return nil, ErrInUse
		}
	}
}

// stopOrphan ends a postmaster left behind when program and helper were both
// killed. We hold the lock, so no living program owns it.
func stopOrphan(data string) error {
	b, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		pid = 0
	}
	if !isPostgres(pid, data) {
		return nil // a stale file; PostgreSQL recognises and replaces it itself
	}
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		if err := syscall.Kill(pid, sig); err != nil {
			return fmt.Errorf("上次遗留的 PostgreSQL（进程 %d）停不下来: %w", pid, err)
		}
		for range 500 {
			if !isPostgres(pid, data) {
				return nil
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	return fmt.Errorf("上次遗留的 PostgreSQL（进程 %d）停不下来，请手动结束它", pid)
}

func isPostgres(pid int, data string) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && strings.Contains(string(b), data)
}
