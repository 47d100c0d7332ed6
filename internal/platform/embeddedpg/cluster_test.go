package embeddedpg_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/embeddedpg"
)

// childArg makes the test binary a program that starts a cluster and then waits to be killed.
const childArg = "__cluster_child"

func TestMain(m *testing.M) {
	embeddedpg.MaybeHelper()
	if len(os.Args) > 2 && os.Args[1] == childArg {
		runChild(os.Args[2])
	}
	os.Exit(m.Run())
}

func runChild(dir string) {
	c, err := embeddedpg.Start(context.Background(), embeddedpg.Options{Dir: dir, Database: "zjcs"})
	if err != nil {
		os.Stderr.WriteString(err.Error())
		os.Exit(1)
	}
	os.Stdout.WriteString(c.URL + "\n")
	time.Sleep(time.Hour)
}

func clusterDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "zjcs-pg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// startChild runs a program with a cluster in dir and returns it and the cluster's URL.
func startChild(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], childArg, dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 512)
	n, err := out.Read(buf)
	if err != nil {
		t.Fatalf("child gave no URL: %v", err)
	}
	return cmd, strings.TrimSpace(string(buf[:n]))
}

func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var out string
	if err := conn.QueryRow(t.Context(), sql).Scan(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestKilledProgramLosesNothing kills the program without warning; what it had
// committed is there at the next start, and no PostgreSQL is left running.
func TestKilledProgramLosesNothing(t *testing.T) {
	dir := clusterDir(t)
	cmd, url := startChild(t, dir)
	query(t, url, `WITH x AS (SELECT pg_backend_pid()) SELECT set_config('x.y','1',false)`)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `CREATE TABLE kept (v text); INSERT INTO kept VALUES ('acknowledged')`); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()

	c, err := embeddedpg.Start(t.Context(), embeddedpg.Options{Dir: dir, Database: "zjcs"})
	if err != nil {
		t.Fatal(err)
	}
	if got := query(t, c.URL, `SELECT v FROM kept`); got != "acknowledged" {
		t.Fatalf("kept = %q", got)
	}
	c.Stop()
	if _, err := os.Stat(filepath.Join(dir, "postgres", "postmaster.pid")); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("PostgreSQL still runs after Stop: %v", err)
	}
}

// TestOrphanIsStopped kills program and helper together, which leaves PostgreSQL
// running; the next start ends it and takes over.
func TestOrphanIsStopped(t *testing.T) {
	dir := clusterDir(t)
	cmd, _ := startChild(t, dir)
	old := postmasterPID(t, dir)
	helper := parentOf(t, old)
	for _, pid := range []int{helper, cmd.Process.Pid} {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	_ = cmd.Wait()
	c, err := embeddedpg.Start(t.Context(), embeddedpg.Options{Dir: dir, Database: "zjcs"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Stop()
	if now := postmasterPID(t, dir); now == old {
		t.Fatalf("postmaster %d was not replaced", old)
	}
}

// TestSecondProgramIsRefused: one cluster has one owner.
func TestSecondProgramIsRefused(t *testing.T) {
	dir := clusterDir(t)
	cmd, url := startChild(t, dir)
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	_, err := embeddedpg.Start(t.Context(), embeddedpg.Options{Dir: dir, Database: "zjcs"})
	if !errors.Is(err, embeddedpg.ErrInUse) {
		t.Fatalf("err = %v, want ErrInUse", err)
	}
	query(t, url, `SELECT 'still there'`)
}

// TestSetUpSaysWhereTheDataIs: a relative folder that the owner can enter is used, and
// nobody is told that it was not.
func TestSetUpSaysWhereTheDataIs(t *testing.T) {
	dir := clusterDir(t)
	t.Chdir(dir)
	var said bytes.Buffer
	c, err := embeddedpg.Start(t.Context(), embeddedpg.Options{Dir: "var", Database: "zjcs", Ephemeral: true, Progress: &said})
	if err != nil {
		t.Fatal(err)
	}
	c.Stop()
	if c.Dir != filepath.Join(dir, "var") || strings.Contains(said.String(), "改放") || !strings.Contains(said.String(), c.Dir) {
		t.Errorf("in %s, saying\n%s", c.Dir, said.String())
	}
}

func postmasterPID(t *testing.T, dir string) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "postgres", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func parentOf(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(b[strings.LastIndex(string(b), ")")+1:]))
	ppid, err := strconv.Atoi(fields[1])
	if err != nil {
		t.Fatal(err)
	}
	return ppid
}
