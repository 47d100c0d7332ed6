package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// programVariable makes the test binary the program itself, so that tests run, kill
// and restart the real thing.
const programVariable = "ZJCS_TEST_RUN_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" || len(os.Args) > 1 && os.Args[1] == "__postgres" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program runs zjcs with args on a data directory of its own.
func program(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), programVariable+"=1", "ZJCS_DATA_DIR="+dir, "ZJCS_DATABASE_URL=", "ZJCS_METRICS_ADDR=off", "ZJCS_LOG_LEVEL=error")
	return cmd
}

func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "zjcs-cmd-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL's own user must be able to enter
		t.Fatal(err)
	}
	return dir
}

// serve starts `zjcs --demo serve` and waits until it is ready.
func serve(t *testing.T, dir string) (cmd *exec.Cmd, base string, exited chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	cmd = program(t, dir, "--demo", "serve")
	cmd.Env = append(cmd.Env, "ZJCS_ADDR="+addr)
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited = make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		res, err := http.Get("http://" + addr + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return cmd, "http://" + addr, exited
			}
		}
		select {
		case err := <-exited:
			t.Fatalf("the program ended: %v\n%s", err, out.String())
		case <-ctx.Done():
			t.Fatalf("not ready in a minute\n%s", out.String())
		case <-tick.C:
		}
	}
}

func agencies(t *testing.T, base string) int {
	t.Helper()
	res, err := http.Get(base + "/api/v1/agencies")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var page struct{ Total int }
	if err := json.NewDecoder(res.Body).Decode(&page); err != nil {
		t.Fatal(err)
	}
	return page.Total
}

// TestKillAndStop: after kill -9 the next start has everything, and Ctrl-C ends the
// program in order, its database with it.
func TestKillAndStop(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	cmd, base, exited := serve(t, dir)
	before := agencies(t, base)
	if before == 0 {
		t.Fatal("the demonstration market is empty")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-exited

	cmd, base, exited = serve(t, dir)
	if after := agencies(t, base); after != before {
		t.Errorf("%d agencies before the kill, %d after", before, after)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := <-exited; err != nil {
		t.Errorf("Ctrl-C: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "postgres", "postmaster.pid")); !os.IsNotExist(err) {
		t.Errorf("PostgreSQL outlived the program: %v", err)
	}
}

// TestImportByHand is a clerk's way: a template, a file with one bad row, the same
// file again.
func TestImportByHand(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	run := func(args ...string) (string, error) {
		t.Helper()
		out, err := program(t, dir, append([]string{"--demo"}, args...)...).CombinedOutput()
		return string(out), err
	}
	template := filepath.Join(dir, "机构.xlsx")
	if out, err := run("import", "agencies", "--template", template); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := run("import", "agencies", "--template", template); err == nil {
		t.Errorf("overwrote a file\n%s", out)
	}
	file := filepath.Join(dir, "机构.csv")
	rows := "统一社会信用代码,机构名称,法定代表人,登记地\n91350100M000100Y43,某某测绘有限公司,张三,福建省福州市\n91350100M000100Y44,某某环保有限公司,李四,福建省福州市\n"
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := run("import", "agencies", file); err == nil || !strings.Contains(out, "--source") {
		t.Errorf("took data without a source: %v\n%s", err, out)
	}
	for _, want := range []string{"新增 1，更新 0，未变 0，未导入 1", "新增 0，更新 0，未变 1，未导入 1"} {
		out, err := run("import", "agencies", file, "--source", "测试单位")
		if err == nil || !strings.Contains(out, want) || !strings.Contains(out, "第 3 行 统一社会信用代码") {
			t.Errorf("want %s: %v\n%s", want, err, out)
		}
	}
}

// TestSmallCommands need no database.
func TestSmallCommands(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string]string{
		"version": "zjcs", "config": "ZJCS_SECRET_KEY", "openapi": `"openapi": "3.1.0"`, "--help": "导入事项",
	} {
		cmd := program(t, t.TempDir(), arg)
		cmd.Env = append(cmd.Env, "ZJCS_SECRET_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
		out, err := cmd.Output()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v\n%.300s", arg, err, out)
		}
		if strings.Contains(string(out), "AAAAAAAA") {
			t.Errorf("%s prints the secret", arg)
		}
	}
}
