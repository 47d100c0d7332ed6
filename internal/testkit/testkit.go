// Package testkit gives tests real things: a PostgreSQL database of their own in
// milliseconds, cloned from a migrated template.
package testkit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"sync"
	"testing"

	"crypto/sha256"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/embeddedpg"
	"zjcs/migrations"
)

// URLVariable names a server to test on. `make test` starts one for all packages
// (cmd/testpg); without it each package starts its own.
const URLVariable = "ZJCS_TEST_DATABASE_URL"

var server struct {
	once    sync.Once
	url     string
	err     error
	cluster *embeddedpg.Cluster
	dir     string
}

// Main is a package's TestMain: it runs the tests and stops the server it started.
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
func Main(m *testing.M) {
	embeddedpg.MaybeHelper()
	code := m.Run()
	if server.cluster != nil {
		server.cluster.Stop()
	}
	if server.dir != "" {
		_ = os.RemoveAll(server.dir)
	}
	os.Exit(code)
}

// DB is a migrated, empty database of this test's own, gone when the test ends.
func DB(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := db.Open(t.Context(), DBURL(t), 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// DBURL is DB for tests that start the whole program.
func DBURL(t testing.TB) string {
	t.Helper()
	admin := adminURL(t)
	template, err := ensureTemplate(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	name := "t_" + token()
	exec(t, admin, fmt.Sprintf(`CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY`, name, template))
	t.Cleanup(func() { exec(t, admin, fmt.Sprintf(`DROP DATABASE %s WITH (FORCE)`, name)) })
	return withDatabase(admin, name)
}

// CloneURL is a database with all that another one of this test has, which nobody may be
// connected to meanwhile: the same input can be run through twice.
func CloneURL(t testing.TB, of string) string {
	t.Helper()
	admin := adminURL(t)
	source, err := pgx.ParseConfig(of)
	if err != nil {
		t.Fatal(err)
	}
	name := "t_" + token()
	exec(t, admin, fmt.Sprintf(`CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY`, name, source.Database))
	t.Cleanup(func() { exec(t, admin, fmt.Sprintf(`DROP DATABASE %s WITH (FORCE)`, name)) })
	return withDatabase(admin, name)
}

func adminURL(t testing.TB) string {
	t.Helper()
	server.once.Do(func() {
		if server.url = os.Getenv(URLVariable); server.url != "" {
			return
		}
		// Not t.TempDir: the server outlives this test, and its user must be able to enter.
		if server.dir, server.err = os.MkdirTemp("", "zjcs-test-"); server.err != nil {
			return
		}
		if server.err = os.Chmod(server.dir, 0o755); server.err != nil {
			return
		}
		server.cluster, server.err = embeddedpg.Start(context.Background(),
			embeddedpg.Options{Dir: server.dir, Database: "zjcs", Ephemeral: true})
		if server.err == nil {
			server.url = server.cluster.OwnerURL
		}
	})
	if server.err != nil {
		t.Fatal(server.err)
	}
	return server.url
}

var templates struct {
	sync.Mutex
	ready map[string]string
}

// ensureTemplate makes the template once per server and schema: its name is the
// digest of the migrations, and an advisory lock lets one of many packages make it.
func ensureTemplate(ctx context.Context, admin string) (string, error) {
	templates.Lock()
	defer templates.Unlock()
	if name, ok := templates.ready[admin]; ok {
		return name, nil
	}
	name, err := templateName()
	if err != nil {
		return "", err
	}
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(8731)`); err != nil {
		return "", err
	}
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&exists); err != nil {
		return "", err
	}
	if !exists {
		// Made under another name, so that a killed run leaves no half-made template.
		draft := name + "_" + token()
		if _, err := conn.Exec(ctx, `CREATE DATABASE `+draft); err != nil {
			return "", err
		}
		pool, err := db.Open(ctx, withDatabase(admin, draft), 4)
		if err != nil {
			return "", err
		}
		err = db.Migrate(ctx, pool)
		pool.Close()
		if err != nil {
			return "", err
		}
		if _, err := conn.Exec(ctx, fmt.Sprintf(`ALTER DATABASE %s RENAME TO %s`, draft, name)); err != nil {
			return "", err
		}
	}
	if templates.ready == nil {
		templates.ready = map[string]string{}
	}
	templates.ready[admin] = name
	return name, nil
}

func templateName() (string, error) {
	h := sha256.New()
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return "", err
	}
	for _, n := range names {
		b, err := fs.ReadFile(migrations.FS, n)
		if err != nil {
			return "", err
		}
		h.Write(b)
	}
	return "template_" + hex.EncodeToString(h.Sum(nil)[:8]), nil
}

func exec(t testing.TB, url, sql string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func withDatabase(raw, name string) string {
	u, err := url.Parse(raw)
	if err != nil {
		panic(err)
	}
	if u.Host != "" {
		u.Path = "/" + name
	} else {
		q := u.Query()
		q.Set("dbname", name)
		u.RawQuery = q.Encode()
	}
	return u.String()
}

func token() string {
	b := make([]byte, 6)
	rand.Read(b)
	return hex.EncodeToString(b)
}
