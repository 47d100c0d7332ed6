package app_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/app"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/config"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/embeddedpg"
	"zjcs/internal/testkit"
)

// privateConfig is a program with a cluster of its own.
func privateConfig(t *testing.T) config.Config {
	t.Helper()
	cfg := testConfig(t)
	dir, err := os.MkdirTemp("", "zjcs-app-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL's own user must be able to enter
		t.Fatal(err)
	}
	cfg.DatabaseURL, cfg.DataDir = "", dir
	return cfg
}

// attacks is what the program's own database user might try.
var attacks = []string{
	`UPDATE %s SET %s`,
	`DELETE FROM %s`,
	`TRUNCATE %s`,
	`DROP TABLE %s`,
	`DROP TABLE %s CASCADE`,
	`ALTER TABLE %s DISABLE TRIGGER ALL`,
	`ALTER TABLE %s DISABLE TRIGGER USER`,
	`DROP TRIGGER %[1]s_grows ON %[1]s`,
	`CREATE TRIGGER mine BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
	`CREATE RULE mine AS ON INSERT TO %s DO INSTEAD NOTHING`,
	`ALTER TABLE %s RENAME TO elsewhere`,
	`ALTER TABLE %s SET SCHEMA pg_temp`,
	`ALTER TABLE %s OWNER TO CURRENT_USER`,
	`ALTER TABLE %s ENABLE ROW LEVEL SECURITY`,
	`GRANT ALL ON %[1]s TO CURRENT_USER; UPDATE %[1]s SET %[2]s`, // granting what one has not only warns
	`SELECT * FROM %s FOR UPDATE`,
	`LOCK TABLE %s IN ACCESS EXCLUSIVE MODE`,
	`INSERT INTO %s SELECT * FROM %[1]s ON CONFLICT DO NOTHING; UPDATE %[1]s SET %[2]s`,
	`CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
	`DROP FUNCTION refuse_change() CASCADE`,
	`DROP SCHEMA public CASCADE`,
	`SET session_replication_role = replica`,
	`SET ROLE zjcs`,
	`SET SESSION AUTHORIZATION zjcs`,
	`ALTER ROLE CURRENT_USER SUPERUSER`,
	`CREATE ROLE other SUPERUSER`,
	`COPY %s TO PROGRAM 'cat'`,
	`TRUNCATE submission CASCADE`,
}

// refusedAll tries every attack on every sealed table, each in a transaction of its own.
func refusedAll(t *testing.T, pool *db.Pool) {
	t.Helper()
	columns := map[string]string{"audit_log": "summary = ''", "submission_event": "note = ''", "procurement_event": "note = ''", "credit_record_event": "note = ''", "contract_event": "note = ''",
		"ledger_entry": "kind = ''", "ledger_leaf": "idx = idx + 1", "ledger_hash": "position = position + 1", "ledger_checkpoint": "note = ''"}
	for _, table := range db.SealedTables {
		for _, form := range attacks {
			sql := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(form, "%[1]s", table), "%[2]s", columns[table]), "%s", "\x00")
			sql = strings.Replace(sql, "\x00", table, 1)
			sql = strings.Replace(sql, "\x00", columns[table], 1)
			err := db.InTx(t.Context(), pool, func(tx db.Tx) error {
				if _, err := tx.Exec(t.Context(), sql); err != nil {
					return err
				}
				return errors.New("went through") // and is rolled back
			})
			var pg *pgconn.PgError
			if !errors.As(err, &pg) || pg.Code != "42501" && pg.Code != "428C9" {
				t.Errorf("%s: %v", sql, err)
			}
		}
	}
}

// TestTheLogOnlyGrows: the whole program, on its private cluster, works as a user who can
// only add to the log.
func TestTheLogOnlyGrows(t *testing.T) {
	t.Parallel()
	cfg := privateConfig(t)
	a, base := start(t, cfg)
	if user, err := db.User(t.Context(), a.Pool); err != nil || user != "zjcs_app" {
		t.Fatalf("the program is %s, %v", user, err)
	}
	if err := audit.Record(t.Context(), a.Pool, audit.Entry{Action: "test:write", Kind: "test", Summary: "留痕"}); err != nil {
		t.Fatal(err)
	}
	refusedAll(t, a.Pool)

	// What the program does all day, it can do: imports, the index made anew, jobs.
	if _, err := a.Seed(t.Context(), 30, 10, 7, nil); err != nil {
		t.Fatal(err)
	}
	if err := a.Search.Reindex(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := getJSON[list](t, base+"/api/v1/search?q="+url.QueryEscape("环境影响")); found.Total == 0 {
		t.Error("nothing is found after reindexing")
	}
	var lines int
	if err := a.Pool.QueryRow(t.Context(), `SELECT count(*) FROM audit_log WHERE action = 'test:write'`).Scan(&lines); err != nil || lines != 1 {
		t.Errorf("%d lines, %v", lines, err)
	}
}

// TestAnEarlierClusterIsHandedOver: made when the program was the superuser, it goes on
// with all its data, and sealed.
func TestAnEarlierClusterIsHandedOver(t *testing.T) {
	t.Parallel()
	cfg := privateConfig(t)
	ctx := t.Context()
	cluster, err := embeddedpg.Start(ctx, embeddedpg.Options{Dir: cfg.DataDir, Database: "zjcs"})
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer cluster.Stop()
		old, err := db.Open(ctx, cluster.OwnerURL, 4)
		if err != nil {
			t.Fatal(err)
		}
		defer old.Close()
		if _, err := old.Exec(ctx, `DROP OWNED BY zjcs_app; DROP ROLE zjcs_app`); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(ctx, old); err != nil {
			t.Fatal(err)
		}
		if err := audit.Record(ctx, old, audit.Entry{Action: "test:write", Kind: "test", Summary: "升级前"}); err != nil {
			t.Fatal(err)
		}
	}()
	for range 2 { // and again: what is sealed stays sealed
		core, err := app.Open(ctx, options(cfg))
		if err != nil {
			t.Fatal(err)
		}
		var summary string
		if err := core.Pool.QueryRow(ctx, `SELECT summary FROM audit_log WHERE action = 'test:write'`).Scan(&summary); err != nil || summary != "升级前" {
			t.Errorf("%s, %v", summary, err)
		}
		refusedAll(t, core.Pool)
		var foreign int
		if err := core.Pool.QueryRow(ctx, `SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r','v','S')
			AND pg_get_userbyid(relowner) <> 'zjcs_app' AND relname !~ '^(audit_log|submission_event|procurement_event|credit_record_event|contract_event|ledger_entry|ledger_leaf|ledger_hash|ledger_checkpoint)'`).Scan(&foreign); err != nil || foreign > 0 {
			t.Errorf("%d objects were not handed over, %v", foreign, err)
		}
		core.Close()
	}
}

// TestAnotherDatabaseIsSealedToo: with the owner's address the program's own user may only
// add; without it the start warns; with the same user for both it refuses.
func TestAnotherDatabaseIsSealedToo(t *testing.T) {
	t.Parallel()
	ctx := context.WithoutCancel(t.Context())
	name := make([]byte, 6)
	rand.Read(name)
	role := "program_" + hex.EncodeToString(name)
	adminURL := testkit.DBURL(t) // any database of the server, to make and drop the role
	admin := func(address, sql string) {
		t.Helper()
		conn, err := pgx.Connect(ctx, address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	admin(adminURL, `CREATE ROLE `+role+` LOGIN`)
	t.Cleanup(func() { admin(adminURL, `DROP ROLE `+role) })
	cfg := testConfig(t)
	owner := cfg.DatabaseURL
	// An empty database that the program owns: what an operator makes by default.
	admin(owner, `DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION `+role)
	cfg.DatabaseURL = asUser(t, owner, role)

	var log bytes.Buffer
	o := options(cfg)
	o.Logger = slog.New(slog.NewTextHandler(&log, nil))
	open := func() error {
		core, err := app.Open(ctx, o)
		if err == nil {
			core.Close()
		}
		return err
	}
	if err := open(); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(log.String(), "ZJCS_DATABASE_OWNER_URL"); n != 1 {
		t.Errorf("%d warnings without the owner: %s", n, log.String())
	}
	o.Config.DatabaseOwnerURL = cfg.DatabaseURL
	if err := open(); err == nil || !strings.Contains(err.Error(), "ZJCS_DATABASE_OWNER_URL") {
		t.Errorf("the same user for both: %v", err)
	}
	o.Config.DatabaseOwnerURL = owner
	core, err := app.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	refusedAll(t, core.Pool)
	core.Close()
	log.Reset()
	o.Config.DatabaseOwnerURL = "" // the service itself need not know the owner
	if err := open(); err != nil || log.Len() > 0 {
		t.Errorf("sealed before: %v %s", err, log.String())
	}
	o.Config.DatabaseOwnerURL = "postgres://owner:geheim@127.0.0.1:1/none"
	if err := open(); err == nil || strings.Contains(err.Error(), "geheim") || !strings.Contains(err.Error(), "ZJCS_DATABASE_OWNER_URL") {
		t.Errorf("an owner that does not answer: %v", err)
	}
}

func asUser(t *testing.T, address, user string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if u.Host != "" {
		u.User = url.User(user)
		return u.String()
	}
	q := u.Query()
	q.Set("user", user)
	u.RawQuery = q.Encode()
	return u.String()
}
