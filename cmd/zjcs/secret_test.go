package main

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"zjcs/internal/platform/secret"
)

// TestSecretRotate is an operator's way: a new key without the old one is told what is
// missing, with it all is changed, and then the old one is not needed.
func TestSecretRotate(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	run := func(current, previous string, args ...string) (string, error) {
		t.Helper()
		cmd := program(t, dir, args...)
		cmd.Env = append(cmd.Env, "ZJCS_SECRET_KEY="+current, "ZJCS_SECRET_KEY_PREVIOUS="+previous)
		out, err := cmd.CombinedOutput()
		if ended := new(exec.ExitError); err != nil && !errors.As(err, &ended) {
			t.Fatal(err)
		}
		for _, key := range []string{current, previous} {
			if key != "" && strings.Contains(string(out), key) {
				t.Errorf("prints a key\n%s", out)
			}
		}
		return string(out), err
	}
	was, is := secret.NewKey(), secret.NewKey()
	if out, err := run(was, "", "seed", "--agencies", "5", "--experts", "3"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := run(is, "", "secret", "rotate"); err == nil || !strings.Contains(out, "ZJCS_SECRET_KEY_PREVIOUS") {
		t.Errorf("without the old key: %v\n%s", err, out)
	}
	if out, err := run(is, "not a key", "secret", "rotate"); err == nil || !strings.Contains(out, "ZJCS_SECRET_KEY_PREVIOUS 应是") {
		t.Errorf("a key that is none: %v\n%s", err, out)
	}
	if out, err := run(is, was, "secret", "rotate"); err != nil || !strings.Contains(out, "expert.phone：3 个值，改用新密钥 3 个") {
		t.Errorf("with both: %v\n%s", err, out)
	}
	if out, err := run(is, "", "secret", "rotate"); err != nil || !strings.Contains(out, "expert.phone：3 个值，改用新密钥 0 个") {
		t.Errorf("with the new one alone: %v\n%s", err, out)
	}
}
