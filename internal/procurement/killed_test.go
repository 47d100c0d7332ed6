package procurement

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/testkit"
)

// A child runs the clock's work on the database of this address, with this key, until it
// is killed or nothing is due.
const (
	childURL = "ZJCS_TEST_PROCUREMENT_CHILD"
	childKey = "ZJCS_TEST_PROCUREMENT_KEY"
)

func TestMain(m *testing.M) {
	if os.Getenv(childURL) != "" {
		if err := tickAsChild(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	testkit.Main(m)
}

func tickAsChild(ctx context.Context) error {
	pool, err := db.Open(ctx, os.Getenv(childURL), 4)
	if err != nil {
		return err
	}
	defer pool.Close()
	vault, err := secret.NewVault(os.Getenv(childKey))
	if err != nil {
		return err
	}
	policy, err := authz.New(nil)
	if err != nil {
		return err
	}
	s := New(Deps{Pool: pool, Vault: vault, Policy: policy, Now: time.Now,
		Workdays: func(context.Context, db.Querier, string, string, time.Time) (int, error) { return 3, nil },
		Due: func(_ context.Context, _ db.Querier, from time.Time, n int) (time.Time, bool, error) {
			return from.AddDate(0, 0, n), false, nil
		},
		// Each line is written in the step's transaction, as the public log's are.
		Log: func(ctx context.Context, tx db.Tx, e Entry) (uuid.UUID, error) {
			id := uuid.Must(uuid.NewV7())
			_, err := tx.Exec(ctx, `INSERT INTO logged (id, kind, subject) VALUES ($1, $2, $3)`, id, e.Kind, e.Subject)
			return id, err
		},
		Beacon: func(_ context.Context, _ draw.Chain, n uint64) (draw.Round, error) {
			return draw.Round{Round: n, Randomness: os.Getenv("ZJCS_TEST_RANDOMNESS"), Signature: os.Getenv("ZJCS_TEST_SIGNATURE")}, nil
		}})
	fmt.Fprintln(os.Stdout, "ready")
	return s.Tick(ctx)
}

// TestKilledAnywhere kills the program's work 200 times at random moments, two instances
// beside each other, and wants what an undisturbed run gives: each step once, in order,
// each with its line in the log, and evidence that anyone can recompute.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.exec(`CREATE TABLE logged (id uuid PRIMARY KEY, kind text, subject uuid)`)
	firms := e.firms(12)
	methods := []func(*Terms){
		func(t *Terms) { t.Method = LowestPrice },
		func(t *Terms) { t.Method = ReferencePrice },
		func(t *Terms) { t.Method, t.Pricing, t.PriceFen = Random, FixedPrice, 500_000 },
	}
	round := published(t)
	start := func() (*exec.Cmd, *bufio.Scanner) {
		c := exec.CommandContext(t.Context(), os.Args[0])
		c.Env = append(os.Environ(), childURL+"="+e.pool.Config().ConnString(), childKey+"="+e.key, "ZJCS_TEST_RANDOMNESS="+round.Randomness, "ZJCS_TEST_SIGNATURE="+round.Signature)
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c, bufio.NewScanner(out)
	}
	r := rand.New(rand.NewPCG(7, 11))
	var all []Procurement
	const want = 200
	for kills := 0; kills < want; {
		for i := range 6 {
			p, _ := e.notice(time.Minute, withDrand, methods[i%len(methods)])
			for _, f := range firms {
				o := Offer{Days: 10}
				if p.Terms.Pricing == Quoted {
					fen := int64(900_000 + r.IntN(50_000))
					o.QuoteFen = &fen
				}
				if _, err := e.Submit(testkit.As(t, f.agent), p.ID, uuid.Nil, o); err != nil {
					t.Fatal(err)
				}
			}
			e.atRound(&p)
			all = append(all, p)
		}
		for due := 1; due > 0 && kills < want; {
			one, oneSays := start()
			two, twoSays := start()
			for _, s := range []*bufio.Scanner{oneSays, twoSays} {
				if !s.Scan() || s.Text() != "ready" {
					t.Fatalf("the child said %q", s.Text())
				}
			}
			<-time.After(time.Duration(r.IntN(40_000)) * time.Microsecond)
			for _, c := range []*exec.Cmd{one, two} {
				if c.Process.Kill() == nil && c.Wait() != nil { // one that had ended by itself was not killed
					kills++
				}
			}
			e.scan(`SELECT count(*) FROM procurement WHERE state <> 'publicity'`, nil, &due)
		}
	}
	last, says := start() // the restart that nobody disturbs
	for says.Scan() {
	}
	if err := last.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if got := e.actions(p.ID); got != "freeze draw conclude" {
			t.Errorf("%s: %s", p.ID, got)
		}
		var seqs, logged int
		e.scan(`SELECT count(DISTINCT seq), (SELECT count(*) FROM logged l WHERE l.subject = $1) FROM procurement_event WHERE procurement_id = $1`, []any{p.ID}, &seqs, &logged)
		if seqs != 3 || logged != 3 {
			t.Errorf("%d steps, %d lines", seqs, logged)
		}
		ev := e.evidenceHolds(p.ID)
		in := *ev.Input
		in.Algorithm, in.Key = ev.Algorithm, ev.Key
		undisturbed, err := selection.Conclude(in)
		if w := e.winner(p.ID); err != nil || undisturbed.Winner() != w.Number || len(ev.Pool) != len(firms) {
			t.Errorf("won %d of %d, undisturbed %d, %v", w.Number, len(ev.Pool), undisturbed.Winner(), err)
		}
	}
	t.Logf("%d procurements", len(all))
}
