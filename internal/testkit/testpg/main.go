// Command testpg starts one PostgreSQL for a whole test run, names it in
// ZJCS_TEST_DATABASE_URL and runs the command given: packages then share a server
// and its migrated template instead of starting one each.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"

	"zjcs/internal/platform/embeddedpg"
	"zjcs/internal/testkit"
)

func main() {
	embeddedpg.MaybeHelper()
	os.Exit(run(os.Args[1:]))
}

func run(command []string) int {
	if len(command) == 0 {
		fmt.Fprintln(os.Stderr, "usage: testpg COMMAND [ARG…]")
		return 2
	}
	dir, err := os.MkdirTemp("", "zjcs-testpg-")
	if err == nil {
		err = os.Chmod(dir, 0o755) // PostgreSQL's own user must be able to enter
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "testpg:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	cluster, err := embeddedpg.Start(context.Background(), embeddedpg.Options{Dir: dir, Database: "zjcs", Ephemeral: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, "testpg:", err)
		return 1
	}
	defer cluster.Stop()

	signal.Ignore(os.Interrupt) // the command gets it too; we stop the server after it
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), testkit.URLVariable+"="+cluster.OwnerURL)
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return exit.ExitCode()
		}
		fmt.Fprintln(os.Stderr, "testpg:", err)
		return 1
	}
	return 0
}
