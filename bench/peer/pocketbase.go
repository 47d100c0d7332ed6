package peer

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"zjcs/bench/proc"
)

const waitPeer = 30 * time.Second

// BuildPocketBase compiles the peer's own module (bench/pocketbase) and returns the program.
func BuildPocketBase(ctx context.Context, root, dir string) (string, error) {
	bin, err := filepath.Abs(filepath.Join(dir, "pocketbase"))
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", bin, ".")
	cmd.Dir = filepath.Join(root, "bench", "pocketbase")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build PocketBase: %w\n%s", err, out)
	}
	return bin, nil
}

// PocketBaseVersion is the version its module pins.
func PocketBaseVersion(root string) string {
	b, _ := os.ReadFile(filepath.Join(root, "bench", "pocketbase", "go.mod"))
	for line := range strings.Lines(string(b)) {
		if v, found := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(line), "require "), "github.com/pocketbase/pocketbase "); found {
			return v
		}
	}
	return "?"
}

// LoadPocketBase fills a data folder from the product's answers; a folder that key
// already names is used as it is.
func LoadPocketBase(ctx context.Context, bin, dir, key, cards, details string) (string, error) {
	data, err := filepath.Abs(filepath.Join(dir, "pb-data"))
	if err != nil {
		return "", err
	}
	if have, err := os.ReadFile(filepath.Join(data, "key")); err == nil && string(have) == key {
		return data, nil
	}
	if err := os.RemoveAll(data); err != nil {
		return "", err
	}
	if _, err := proc.Run(ctx, proc.Spec{Name: "pocketbase load", Path: bin, Args: []string{"load", "--dir", data, "--cards", cards, "--details", details}}); err != nil {
		return "", err
	}
	return data, os.WriteFile(filepath.Join(data, "key"), []byte(key), 0o600)
}

// StartPocketBase serves a data folder.
func StartPocketBase(bin, data, dir string) (*proc.Process, error) {
	addr, err := proc.FreeAddr()
	if err != nil {
		return nil, err
	}
	p, err := proc.Start(proc.Spec{Name: "pocketbase", Path: bin, Args: []string{"serve", "--dir", data, "--http", addr}, Addr: addr, Log: filepath.Join(dir, "pocketbase.log")})
	if err != nil {
		return nil, err
	}
	if _, err := p.WaitServing("/api/health", waitPeer); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}
