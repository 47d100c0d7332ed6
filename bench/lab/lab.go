// Package lab is the ground all measurements stand on: the built program, one private
// PostgreSQL cluster with durable default settings under var/bench, and databases in
// it that are kept between runs as long as schema and data would come out the same.
package lab

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"zjcs/bench/proc"
	"zjcs/internal/platform/embeddedpg"
	"zjcs/internal/platform/secret"
)

// Lab is open from Open to Close.
type Lab struct {
	Root    string // of the repository
	Dir     string // var/bench
	Bin     string // the program, bin/zjcs
	Cluster *embeddedpg.Cluster
	Data    string // the cluster's data folder
	secret  string
	say     io.Writer
}

// Open starts the cluster. The program must have been built (make bench does).
func Open(ctx context.Context, bin string, say io.Writer) (*Lab, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	if b, err := os.ReadFile(filepath.Join(root, "go.mod")); err != nil || !strings.HasPrefix(string(b), "module zjcs\n") {
		return nil, errors.New("请在仓库根目录运行：make bench，或 go run ./bench")
	}
	l := &Lab{Root: root, Dir: filepath.Join(root, "var", "bench"), say: say}
	if l.Bin, err = filepath.Abs(bin); err != nil {
		return nil, err
	}
	if _, err := os.Stat(l.Bin); err != nil {
		return nil, fmt.Errorf("没有 %s，请先 make build", bin)
	}
	if err := os.MkdirAll(l.Dir, 0o755); err != nil {
		return nil, err
	}
	if err := l.openSecret(); err != nil {
		return nil, err
	}
	return l, l.StartCluster(ctx)
}

// StartCluster starts the cluster again after StopCluster.
func (l *Lab) StartCluster(ctx context.Context) error {
	var err error
	l.Cluster, err = embeddedpg.Start(ctx, embeddedpg.Options{Dir: l.Dir, Database: "zjcs", Progress: l.say})
	if err == nil {
		l.Data = filepath.Join(l.Cluster.Dir, "postgres")
	}
	return err
}

// StopCluster gives the cluster free, for a program that runs it itself.
func (l *Lab) StopCluster() {
	if l.Cluster != nil {
		l.Cluster.Stop()
		l.Cluster = nil
	}
}

// Close stops the cluster; its databases stay.
func (l *Lab) Close() { l.StopCluster() }

// openSecret keeps one key for all runs: sealed fields of kept databases stay readable.
func (l *Lab) openSecret() error {
	path := filepath.Join(l.Dir, "secret.key")
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		b = []byte(secret.NewKey())
		err = os.WriteFile(path, b, 0o600)
	}
	l.secret = strings.TrimSpace(string(b))
	return err
}

// Vault is the program's, for rows that a measurement writes by itself.
func (l *Lab) Vault() (*secret.Vault, error) { return secret.NewVault(l.secret) }

// Say tells what is being done.
func (l *Lab) Say(format string, args ...any) { fmt.Fprintf(l.say, format+"\n", args...) }

// Env is the program's configuration for one database of the cluster; no database: its own cluster.
func (l *Lab) Env(database string, more ...string) []string {
	env := append([]string{"ZJCS_SECRET_KEY=" + l.secret, "ZJCS_DATA_DIR=" + l.Dir, "ZJCS_METRICS_ADDR=127.0.0.1:0"}, more...)
	if database != "" {
		env = append(env, "ZJCS_DATABASE_URL="+l.URL(database))
	}
	return env
}

// URL of a database of the cluster.
func (l *Lab) URL(database string) string {
	u, err := url.Parse(l.Cluster.OwnerURL)
	if err != nil {
		panic("embeddedpg made this address: " + err.Error())
	}
	q := u.Query()
	q.Set("dbname", database)
	u.RawQuery = q.Encode()
	return u.String()
}

// Run runs a command of the program to its end on a database.
func (l *Lab) Run(ctx context.Context, database string, args ...string) (proc.Finished, error) {
	return proc.Run(ctx, proc.Spec{Name: "zjcs " + strings.Join(args, " "), Path: l.Bin, Args: args, Env: l.Env(database)})
}

// Serve starts the site on a database.
func (l *Lab) Serve(name, database string, more ...string) (*proc.Process, error) {
	addr, err := proc.FreeAddr()
	if err != nil {
		return nil, err
	}
	p, err := proc.Start(proc.Spec{
		Name: "zjcs " + name, Path: l.Bin, Args: []string{"serve"}, Addr: addr,
		Env: l.Env(database, append(more, "ZJCS_ADDR="+addr)...), Log: filepath.Join(l.Dir, "zjcs-"+name+".log"),
	})
	if err != nil {
		return nil, err
	}
	if _, err := p.WaitServing("/readyz", waitReady); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

// Connect opens a connection to a database of the cluster.
func (l *Lab) Connect(ctx context.Context, database string) (*pgx.Conn, error) {
	return pgx.Connect(ctx, l.URL(database))
}

// Fingerprint is a digest of everything under the given paths of the repository.
func (l *Lab) Fingerprint(paths ...string) (string, error) {
	h := sha256.New()
	for _, p := range paths {
		err := filepath.WalkDir(filepath.Join(l.Root, p), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(h, "%s %d\n", path, len(b))
			h.Write(b)
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12]), nil
}
