package embeddedpg

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	osuser "os/user"
	"path/filepath"
	"sort"
	"strconv"
	"syscall"
)

// user is who PostgreSQL runs as: ourselves, or under root someone who is not.
type user struct {
	name     string
	uid, gid int
}

func clusterOwner() (user, error) {
	if uid := os.Getuid(); uid != 0 {
		return user{name: "本用户", uid: uid, gid: os.Getgid()}, nil
	}
	// PostgreSQL looks its uid up, so a bare number will not do.
	for _, name := range []string{"postgres", "nobody"} {
		u, err := osuser.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err := errors.Join(err1, err2); err != nil {
			return user{}, err
		}
		return user{name: name, uid: uid, gid: gid}, nil
	}
	return user{}, errors.New("PostgreSQL 不能以 root 运行，而系统里没有 postgres 或 nobody 用户，请以普通用户运行本程序")
}

func (u user) own(path string) error { return os.Chown(path, u.uid, u.gid) }

// attr runs a child as u; nil credentials when that is who we are.
func (u user) attr() *syscall.SysProcAttr {
	if u.uid == os.Getuid() {
		return &syscall.SysProcAttr{}
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(u.uid), Gid: uint32(u.gid)}}
}

// place is abs itself when the owner can walk to it; a checkout under /root, which
// nobody else may enter, gets a folder of its own under /var/lib/zjcs instead.
func place(abs string, owner user) (string, error) {
	if err := os.MkdirAll(abs, 0o755); err != nil {
		return "", fmt.Errorf("无法建立数据目录: %w", err)
	}
	probe := exec.Command("/usr/bin/test", "-x", abs)
	probe.SysProcAttr = owner.attr()
	probe.Dir = "/"
	if probe.Run() == nil {
		return abs, nil
	}
	sum := sha256.Sum256([]byte(abs))
	other := filepath.Join("/var/lib/zjcs", hex.EncodeToString(sum[:6]))
	if err := os.MkdirAll(other, 0o755); err != nil {
		return "", fmt.Errorf("数据库用户 %s 进不了 %s，也无法改放 %s: %w", owner.name, abs, other, err)
	}
	return other, nil
}

// findBinaries looks where Debian, Red Hat and a hand-made install put the server.
func findBinaries() (string, error) {
	if dir := os.Getenv("ZJCS_PG_BIN"); dir != "" {
		return dir, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	sort.Slice(found, func(i, j int) bool { return major(found[i]) > major(found[j]) })
	found = append(found, "/usr/pgsql/bin/initdb", "/usr/local/pgsql/bin/initdb")
	for _, f := range found {
		if _, err := os.Stat(f); err == nil {
			return filepath.Dir(f), nil
		}
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	return "", errors.New("没有找到 PostgreSQL 服务端程序，请安装：apt-get install postgresql（或用 ZJCS_DATABASE_URL 指向已有的数据库）")
}

func major(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}
