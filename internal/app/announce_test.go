package app_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/app"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/config"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/mail"
	"zjcs/internal/testkit"
	"zjcs/internal/testkit/smtptest"
)

// childVariable makes the test binary the program itself, configured by its environment,
// for tests that kill it.
const childVariable = "ZJCS_TEST_SERVE"

func serveAsChild() {
	cfg, err := config.Load()
	if err == nil {
		var a *app.App
		if a, err = app.New(context.Background(), options(cfg)); err == nil {
			err = a.Run(context.Background())
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func mailConfig(t *testing.T, server *smtptest.Server) config.Config {
	t.Helper()
	cfg := testConfig(t)
	cfg.SMTPAddr, cfg.SMTPFrom, cfg.SMTPTLS = server.Addr, "noreply@zjcs.example.cn", mail.None
	return cfg
}

// late stores a submission whose check is overdue, and the region's admin who must hear
// of it, with a mailbox.
func late(t *testing.T, pool *db.Pool) {
	t.Helper()
	cast := testkit.NewCast(t, pool)
	org := cast.Organisation("agency", "河东测绘有限公司", testkit.County)
	author := cast.Person("王经办", testkit.In(authz.AgencyAdmin, org))
	admin := cast.Person("区域管理员", testkit.At(authz.RegionAdmin, testkit.County))
	cast.Person("邻县管理员", testkit.At(authz.RegionAdmin, testkit.OtherCounty))
	for _, sql := range []string{
		`UPDATE person SET email = 'admin@example.com', email_verified_at = now() WHERE id = '` + admin.Person.String() + `'`,
		fmt.Sprintf(`INSERT INTO submission (id, kind, title, org_id, author, region_code, state, content, submitted_at, due_at)
			VALUES ('%s', 'agency-admission', '河东测绘有限公司', '%s', '%s', '%s', 'submitted', '{}', now() - interval '5 days', now() - interval '3 days')`,
			uuid.Must(uuid.NewV7()), org, author.Person, testkit.County),
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// TestALateCheckIsHeardOf: time alone, on two instances at once, escalates it once, and
// the letter arrives.
func TestALateCheckIsHeardOf(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t)
	cfg := mailConfig(t, server)
	core, err := app.Open(t.Context(), options(cfg))
	if err != nil {
		t.Fatal(err)
	}
	late(t, core.Pool)
	core.Close()
	a, _ := start(t, cfg)
	start(t, cfg)
	got := server.Next()
	if got.To[0] != "admin@example.com" || !strings.Contains(got.Subject, "审核超期：《河东测绘有限公司》") || !strings.Contains(got.Text, cfg.PublicURL+"/workspace/submissions/") {
		t.Errorf("%+v", got)
	}
	for range 3 { // ticking again finds nothing to do
		if err := a.Review.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var told int
	if err := a.Pool.QueryRow(t.Context(), `SELECT count(*) FROM message`).Scan(&told); err != nil || told != 1 {
		t.Errorf("%d messages, %v", told, err)
	}
}

// TestAKilledProgramOwesNoLetter: killed while the mail server is taking the letter, the
// program sends it after it is started again.
func TestAKilledProgramOwesNoLetter(t *testing.T) {
	t.Parallel()
	taking, killed := make(chan struct{}, 9), make(chan struct{})
	server := smtptest.Start(t, smtptest.OnData(func() { taking <- struct{}{}; <-killed }))
	cfg := mailConfig(t, server)
	core, err := app.Open(t.Context(), options(cfg))
	if err != nil {
		t.Fatal(err)
	}
	defer core.Close()
	late(t, core.Pool)

	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childVariable+"=1", "ZJCS_ADDR=127.0.0.1:0", "ZJCS_METRICS_ADDR=off", "ZJCS_DATABASE_URL="+cfg.DatabaseURL,
		"ZJCS_SECRET_KEY="+cfg.SecretKey, "ZJCS_DATA_DIR="+cfg.DataDir, "ZJCS_SMTP_ADDR="+cfg.SMTPAddr, "ZJCS_SMTP_FROM="+cfg.SMTPFrom, "ZJCS_SMTP_TLS=none")
	child.Stderr = os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	<-taking
	if err := child.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // killed, as asked
	close(killed)

	// The queue takes a job from a program that is silent for this long.
	tag, err := core.Pool.Exec(t.Context(), `UPDATE river_job SET attempted_at = now() - interval '1 hour' WHERE kind = 'message_mail' AND state = 'running'`)
	if err != nil || tag.RowsAffected() != 1 {
		t.Fatalf("%d jobs under way, %v", tag.RowsAffected(), err)
	}
	// And so long the queue's leader is believed to be alive, who looks for such jobs.
	if _, err := core.Pool.Exec(t.Context(), `DELETE FROM river_leader`); err != nil {
		t.Fatal(err)
	}
	before := len(server.Messages())
	a, _ := start(t, cfg)
	got := server.Next()
	for len(server.Messages()) == before { // the broken-off one may have come in whole
		got = server.Next()
	}
	if got.To[0] != "admin@example.com" {
		t.Errorf("%+v", got)
	}
	if !eventually(t, func() bool {
		var state string
		return a.Pool.QueryRow(t.Context(), `SELECT mail FROM message`).Scan(&state) == nil && state == "sent"
	}) {
		t.Error("the letter is not marked as sent")
	}
}

// eventually asks until the answer is yes, for what leaves no other signal.
func eventually(t *testing.T, ask func() bool) bool {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		if ask() {
			return true
		}
		<-tick.C
	}
	return false
}
