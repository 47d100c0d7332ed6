package embeddedpg

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options say where the cluster lives and how careful it is.
type Options struct {
	Dir       string    // parent folder; the cluster is Dir/postgres, its log Dir/postgres.log
	Database  string    // created when missing
	Ephemeral bool      // tests: no fsync, contents are lost with the machine
	Progress  io.Writer // one line a step; nil is silent
}

// Cluster is a running private PostgreSQL.
type Cluster struct {
	URL      string // for pgx, as the program's own user: it makes and owns its tables, and nothing more
	OwnerURL string // as the superuser that owns the database: for sealing what only grows, and for tests
	Dir      string // where it really lives: see place
	lock     *os.File
	pipe     io.WriteCloser
	cmd      *exec.Cmd
}

// ErrInUse says that another living program owns the cluster.
var ErrInUse = errors.New("这个数据目录的数据库正由另一个 zjcs 进程使用，请先停止它，或用 ZJCS_DATA_DIR 指定别的目录")

// Start makes the cluster when there is none, starts it and waits until it answers.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	say := func(format string, args ...any) {
		if o.Progress != nil {
			_, _ = fmt.Fprintf(o.Progress, format+"\n", args...)
		}
	}
	bin, err := findBinaries()
	if err != nil {
		return nil, err
	}
	owner, err := clusterOwner()
	if err != nil {
		return nil, err
	}
	wanted, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	dir, err := place(wanted, owner)
	if err != nil {
		return nil, err
	}
	if dir != wanted {
		say("数据库用户 %s 进不了 %s，数据库改放在 %s", owner.name, wanted, dir)
	}
	c := &Cluster{Dir: dir}
	if c.lock, err = takeLock(filepath.Join(dir, "postgres.lock")); err != nil {
		return nil, err
	}
	if err := c.start(ctx, o, bin, owner, say); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, o Options, bin string, owner user, say func(string, ...any)) error {
	data := filepath.Join(c.Dir, "postgres")
	if err := stopOrphan(data); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err != nil {
		say("正在新建数据库集群 %s", data)
		if err := initCluster(ctx, bin, data, owner); err != nil {
			return err
		}
	}
	if err := checkVersion(bin, data); err != nil {
		return err
	}
	sock, err := socketDir(data, owner)
	if err != nil {
		return err
	}
	say("正在启动数据库（日志在 %s）", filepath.Join(c.Dir, "postgres.log"))
	if err := c.launch(o, bin, data, sock, owner); err != nil {
		return err
	}
	c.URL, c.OwnerURL = socketURL(sock, programUser, o.Database), socketURL(sock, superuser, o.Database)
	if err := c.waitReady(ctx, sock, o.Database); err != nil {
		return err
	}
	return ensureProgram(ctx, c.OwnerURL, o.Database)
}

// initCluster makes the cluster beside its final name and renames it, so that an
// interrupted first start leaves nothing that looks finished.
func initCluster(ctx context.Context, bin, data string, owner user) error {
	tmp := data + ".new"
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	if err := os.Mkdir(tmp, 0o700); err != nil {
		return err
	}
	if err := owner.own(tmp); err != nil {
		return err
	}
	// C.UTF-8: with C, the character classes of Chinese text are empty.
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", tmp, "-U", superuser, "--encoding=UTF8",
		"--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject", "--data-checksums")
	cmd.SysProcAttr = owner.attr()
	cmd.Dir = tmp
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("initdb 失败: %w\n%s", err, out.String())
	}
	return os.Rename(tmp, data)
}

func checkVersion(bin, data string) error {
	have, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return err
	}
	out, err := exec.Command(filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return err
	}
	want := strings.TrimSpace(string(have))
	if !strings.Contains(string(out), " "+want) {
		return fmt.Errorf("数据目录 %s 由 PostgreSQL %s 建立，本机装的是 %s，请安装 postgresql-%s", data, want, strings.TrimSpace(string(out)), want)
	}
	return nil
}

// launch starts the helper, which starts PostgreSQL.
func (c *Cluster) launch(o Options, bin, data, sock string, owner user) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	settings := map[string]string{
		"listen_addresses": "", "unix_socket_directories": sock, "unix_socket_permissions": "0700",
		"max_connections": "80", "shared_buffers": "256MB", "work_mem": "16MB", "maintenance_work_mem": "128MB",
		"random_page_cost": "1.1", "effective_cache_size": "1GB", "jit": "off", "timezone": "UTC", "log_timezone": "UTC",
		"wal_compression": "on", "max_wal_size": "2GB", "checkpoint_timeout": "15min", "log_checkpoints": "off",
	}
	if o.Ephemeral {
		for _, k := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
			settings[k] = "off"
		}
		settings["max_connections"] = "200"
		settings["shared_buffers"] = "128MB"
	}
	args := []string{HelperArg, filepath.Join(bin, "postgres"), strconv.Itoa(owner.uid), strconv.Itoa(owner.gid), "-D", data}
	keys := make([]string, 0, len(settings))
	for k := range settings {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		args = append(args, "-c", k+"="+settings[k])
	}
	logFile, err := os.OpenFile(filepath.Join(c.Dir, "postgres.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	defer logFile.Close()
	c.cmd = exec.Command(self, args...)
	c.cmd.Stdout, c.cmd.Stderr = logFile, logFile
	c.cmd.Dir = data
	// The helper holds the lock too: while it is still stopping PostgreSQL for a
	// killed program, the next start waits instead of colliding.
	c.cmd.ExtraFiles = []*os.File{c.lock}
	// Ctrl-C reaches the whole foreground group; the helper must outlive it.
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if c.pipe, err = c.cmd.StdinPipe(); err != nil {
		return err
	}
	return c.cmd.Start()
}

func (c *Cluster) waitReady(ctx context.Context, sock, database string) error {
	exited := make(chan struct{})
	go func() { defer close(exited); _ = c.cmd.Wait() }() // its log tells why
	deadline := time.Now().Add(90 * time.Second)          // crash recovery may take a while
	for {
		err := ensureDatabase(ctx, socketURL(sock, superuser, "postgres"), database)
		if err == nil {
			return nil
		}
		select {
		case <-exited:
			c.cmd = nil
			return fmt.Errorf("PostgreSQL 没有启动成功，末尾日志：\n%s", tail(filepath.Join(c.Dir, "postgres.log"), 2000))
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(30 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("等待 PostgreSQL 就绪超过 90 秒: %w", err)
		}
	}
}

func ensureDatabase(ctx context.Context, adminURL, name string) error {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&exists); err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, `CREATE DATABASE `+pgx.Identifier{name}.Sanitize())
	return err
}

// Stop asks PostgreSQL to shut down and waits until it has.
func (c *Cluster) Stop() {
	if c.pipe != nil {
		c.pipe.Close()
	}
	if c.lock != nil {
		c.lock.Close()
		// Free again only when the helper, the other holder, is gone.
		if f, err := waitLock(c.lock.Name(), 30*time.Second); err == nil {
			f.Close()
		}
	}
}

func socketURL(sock, user, database string) string {
	q := url.Values{"host": {sock}, "user": {user}, "dbname": {database}, "sslmode": {"disable"}}
	return "postgres:///?" + q.Encode()
}

// socketDir is the cluster's folder where its path fits a Unix socket's 107 bytes,
// otherwise a folder under the system's temporary one, named by the cluster's path.
func socketDir(data string, owner user) (string, error) {
	sock := filepath.Join(filepath.Dir(data), "socket")
	if len(sock) > 80 {
		sum := sha256.Sum256([]byte(data))
		sock = filepath.Join(os.TempDir(), "zjcs-"+hex.EncodeToString(sum[:6]))
	}
	if err := os.MkdirAll(sock, 0o700); err != nil {
		return "", err
	}
	return sock, owner.own(sock)
}

func tail(path string, n int64) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, int64(len(b))-n):])
}
