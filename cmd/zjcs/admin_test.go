package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"zjcs/internal/platform/secret"
)

// TestFirstAdministrator is made at the terminal and nowhere else; a weak password is
// refused, and none is ever an argument.
func TestFirstAdministrator(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	key := "ZJCS_SECRET_KEY=" + secret.NewKey()
	run := func(password string, args ...string) (string, error) {
		t.Helper()
		cmd := program(t, dir, append([]string{"admin", "create", "--name", "总管理员", "--email", "root@example.com"}, args...)...)
		cmd.Env = append(cmd.Env, key)
		cmd.Stdin = strings.NewReader(password + "\n")
		out, err := cmd.CombinedOutput()
		if password != "" && strings.Contains(string(out), password) {
			t.Errorf("the password is printed: %s", out)
		}
		return string(out), err
	}
	for want, c := range map[string][]string{
		"password：": {"rootadmin2026", "--login", "root.admin", "--password-stdin"},
		"login：":    {"xun-7hua4-kepp-2dle", "--login", "x", "--password-stdin"},
		"region：":   {"xun-7hua4-kepp-2dle", "--login", "root.admin", "--password-stdin", "--region", "999999"},
		"没有终端可以询问":  {"xun-7hua4-kepp-2dle", "--login", "root.admin"},
	} {
		if out, err := run(c[0], c[1:]...); err == nil || !strings.Contains(out, want) {
			t.Errorf("want %s: %v %s", want, err, out)
		}
	}
	if out, err := run("xun-7hua4-kepp-2dle", "--login", "root.admin", "--password-stdin"); err != nil || !strings.Contains(out, "已创建平台管理员 root.admin") {
		t.Errorf("%v %s", err, out)
	}
	if out, err := run("xun-7hua4-kepp-2dle", "--login", "root.admin", "--password-stdin"); err == nil || !strings.Contains(out, "已有人使用") {
		t.Errorf("twice: %v %s", err, out)
	}
}

// TestSampleAccounts: the demonstration tells one login per role; the password is this
// machine's own, only its owner can read it, and it stays.
func TestSampleAccounts(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	password := func() string {
		t.Helper()
		path := filepath.Join(dir, "demo-accounts.txt")
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%v %v", info, err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(`密码：([a-z2-7]{5}-[a-z2-7]{5}-[a-z2-7]{5})`).FindSubmatch(b)
		if found == nil {
			t.Fatalf("%s", b)
		}
		return string(found[1])
	}
	logins := map[string]string{
		"purchaser": "purchaser_admin", "agency": "agency_admin", "expert": "expert", "operator": "operator", "officer": "department_officer",
		"supervisor": "supervisor", "region-admin": "region_admin", "platform-admin": "platform_admin",
	}
	in := func(base, login, password string) string {
		t.Helper()
		res, err := http.Post(base+"/api/v1/session", "application/json", strings.NewReader(`{"login":"`+login+`","password":"`+password+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var b strings.Builder
		if err := res.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	cmd, base, exited := serve(t, dir)
	first := password()
	for login, role := range logins {
		if got := in(base, login, first); !strings.Contains(got, `"role":"`+role+`"`) {
			t.Errorf("%s: %s", login, got)
		}
	}
	if got := in(base, "operator", "operator"); !strings.Contains(got, "401") {
		t.Errorf("a default password: %s", got)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-exited
	cmd, base, exited = serve(t, dir)
	if again := password(); again != first {
		t.Error("the password changed with a restart")
	}
	if got := in(base, "agency", first); !strings.Contains(got, "200") {
		t.Errorf("%s", got)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := <-exited; err != nil {
		t.Errorf("Ctrl-C: %v", err)
	}
}
