package embeddedpg

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// HelperArg as first argument turns the executable into the helper.
const HelperArg = "__postgres"

// MaybeHelper runs the helper and exits when the program was started as one. It
// is the first line of every main (and TestMain) that starts a cluster.
func MaybeHelper() {
	if len(os.Args) > 4 && os.Args[1] == HelperArg {
		os.Exit(runHelper(os.Args[2], os.Args[3], os.Args[4], os.Args[5:]))
	}
}

// runHelper starts PostgreSQL and stops it when standard input, the program's
// pipe, closes: first "fast" (roll back, disconnect, write out), then at once.
func runHelper(postgres, uid, gid string, args []string) int {
	// The lock (see launch) is the helper's, not PostgreSQL's: an orphaned
	// PostgreSQL must not keep the next start from stopping it.
	syscall.CloseOnExec(3)
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	cmd := exec.Command(postgres, args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	u, err1 := strconv.Atoi(uid)
	g, err2 := strconv.Atoi(gid)
	if err1 != nil || err2 != nil {
		fmt.Fprintln(os.Stderr, "zjcs helper: bad uid or gid")
		return 2
	}
	cmd.SysProcAttr = user{uid: u, gid: g}.attr()
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "zjcs helper:", err)
		return 1
	}
	exited := make(chan struct{})
	go func() { defer close(exited); _ = cmd.Wait() }() // its log tells why
	closed := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(closed)
	}()
	select {
	case <-exited:
		return 1
	case <-closed:
	}
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		_ = cmd.Process.Signal(sig) // already gone is as good
		select {
		case <-exited:
			return 0
		case <-time.After(20 * time.Second):
		}
	}
	_ = cmd.Process.Kill()
	<-exited
	return 1
}
