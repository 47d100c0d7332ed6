package app_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/app"
	"zjcs/internal/ledger"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/config"
	"zjcs/internal/procurement"
)

const (
	killsWanted = 200
	killLanes   = 2 // copies of the input that are killed on side by side
)

// TestKilledWhereverItIs kills the whole program 200 times with kill -9 while it opens bids,
// selects and awards on procurements of six methods that are all due at once, and wants
// what the program gives that nobody disturbs: the same winners, reserves and pools, each
// step, award and message once, and a public log that only ever grew.
func TestKilledWhereverItIs(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	input := newWreckInput(t)
	calm := input.lane(t)
	work := calm.undisturbed(t)
	want := calm.outcome(t)
	t.Logf("%d procurements, %v of work", len(want.places), work.Round(time.Millisecond))

	var kills, runs, opening, awarding atomic.Int64
	t.Run("lanes", func(t *testing.T) {
		for n := range killLanes {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(seed, uint64(n)))
				for kills.Load() < killsWanted {
					runs.Add(1)
					lane := input.lane(t)
					for !lane.done(t) && (kills.Load() < killsWanted || awarding.Load() == 0) {
						longest := int64(work) * 7 * killLanes / killsWanted
						if awarding.Load() == 0 && kills.Load() > killsWanted*3/4 { // a slow machine: the rest is to see some, too
							longest *= 6
						}
						if lane.killOnce(t, time.Duration(r.Int64N(longest))) {
							kills.Add(1)
							if lane.holds(t, `state = 'open'`) {
								opening.Add(1)
							} else if !lane.holds(t, `state = 'selecting'`) {
								awarding.Add(1)
							}
						}
					}
					lane.undisturbed(t) // the restart that nobody disturbs
					lane.outcome(t).differs(t, want)
					lane.grew(t)
				}
			})
		}
	})
	t.Logf("%d kills while work was under way, over %d runs of the same input: %d with bids still to be opened, %d with nothing left but awards", kills.Load(), runs.Load(), opening.Load(), awarding.Load())
	if kills.Load() < killsWanted || opening.Load() == 0 || awarding.Load() == 0 {
		t.Error("the kills did not land everywhere")
	}
}

// wreckLane is a copy of the input with the program that is killed on it.
type wreckLane struct {
	*app.Core // never runs a job: it is the people, who act between two kills
	cfg       config.Config
	experts   map[uuid.UUID]*authz.Actor
	seen      []string // checkpoints that were published before a kill
}

// program starts the program as a process of its own.
func (l *wreckLane) program(t *testing.T) *exec.Cmd {
	t.Helper()
	// A killed program is believed to lead the queue for a while, and its turn to be under
	// way: the queue would wait for both. The turn that it would have put there next is.
	l.exec(t, `DELETE FROM river_leader`)
	l.exec(t, `DELETE FROM river_job WHERE kind = 'tick'`)
	l.exec(t, `INSERT INTO river_job (kind, args, state, max_attempts, queue, priority, scheduled_at) VALUES ('tick', '{"name": "procurements"}', 'available', 1, 'default', 1, now())`)
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), childVariable+"=1", "ZJCS_ADDR=127.0.0.1:0", "ZJCS_METRICS_ADDR=off", "ZJCS_DATABASE_URL="+l.cfg.DatabaseURL, "ZJCS_SECRET_KEY="+l.cfg.SecretKey,
		"ZJCS_DATA_DIR="+l.cfg.DataDir, "ZJCS_DRAND_URLS="+l.cfg.DrandURLs[0], "ZJCS_DB_MAX_CONNS=6", "ZJCS_LOG_LEVEL=error")
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// killOnce starts the program and kills it so long after its clock has begun to work. It
// reports whether that was in the middle of the work.
func (l *wreckLane) killOnce(t *testing.T, after time.Duration) bool {
	t.Helper()
	l.people(t)
	c := l.program(t)
	soon := time.NewTicker(2 * time.Millisecond)
	defer soon.Stop()
	for limit := time.Now().Add(time.Minute); !l.turning(t); <-soon.C {
		if time.Now().After(limit) {
			t.Fatal("the program's clock does not turn")
		}
	}
	<-time.After(after)
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // killed, as asked
	if h, err := l.Ledger.Head(t.Context()); err != nil {
		t.Fatal(err)
	} else if h.Size > 0 && (len(l.seen) == 0 || l.seen[len(l.seen)-1] != h.Checkpoint) {
		l.seen = append(l.seen, h.Checkpoint)
	}
	return l.turning(t) // a turn that had come to its end has said so
}

// turning reports whether the program's turn at procurements is under way.
func (l *wreckLane) turning(t *testing.T) bool {
	t.Helper()
	var n int
	l.scan(t, `SELECT count(*) FROM river_job WHERE kind = 'tick' AND args ->> 'name' = 'procurements' AND state = 'running'`, &n)
	return n > 0
}

// undisturbed lets the program work until everything is done and in the public log, and
// returns how long it was at work.
func (l *wreckLane) undisturbed(t *testing.T) (work time.Duration) {
	t.Helper()
	c := l.program(t)
	defer func() {
		_ = c.Process.Kill() // it has nothing left to do
		_ = c.Wait()
	}()
	last := time.Now()
	byAndBy(t, func() string { return "all is done" }, func() bool {
		now := time.Now()
		if l.turning(t) {
			work += now.Sub(last)
		}
		last = now
		l.people(t)
		var waiting int
		l.scan(t, `SELECT count(*) FROM ledger_pending`, &waiting)
		return waiting == 0 && l.done(t)
	})
	return work
}

// done reports whether every procurement has come to its end.
func (l *wreckLane) done(t *testing.T) bool {
	t.Helper()
	return !l.holds(t, `state NOT IN ('awarded', 'failed')`)
}

// holds reports whether there is a procurement of which that is true.
func (l *wreckLane) holds(t *testing.T, condition string) (is bool) {
	t.Helper()
	l.scan(t, `SELECT EXISTS (SELECT FROM procurement WHERE `+condition+`)`, &is)
	return is
}

// grew copies the log from the program as anyone may: nothing is missing in it or stands
// twice, and every checkpoint that was ever published is of a beginning of it.
func (l *wreckLane) grew(t *testing.T) {
	t.Helper()
	_, base := start(t, l.cfg)
	copied, err := ledger.Fetch(t.Context(), http.DefaultClient, base)
	if err != nil {
		t.Fatal(err)
	}
	key := getJSON[logHead](t, base+"/api/v1/ledger").Key
	for _, before := range append(l.seen, "") {
		if _, err := copied.Verify(key, before); err != nil {
			t.Errorf("%v; then it was\n%s", err, before)
		}
	}
	var lines int
	l.scan(t, `SELECT count(*) FROM ledger_entry`, &lines)
	if len(copied.Leaves) != lines {
		t.Errorf("%d lines were written, the log has %d", lines, len(copied.Leaves))
	}
}

// wreckOutcome is what a run came to, as far as it does not tell the time.
type wreckOutcome struct {
	places   map[string]string // of each procurement: state, pool, who won and stands in reserve, and why
	course   map[string]string // its steps in their order, and the lines of the log about it
	messages map[string]string // how often each person was told each thing
	awards   int
}

func (l *wreckLane) outcome(t *testing.T) (o wreckOutcome) {
	t.Helper()
	o.places = l.table(t, `SELECT p.id, p.method || ' ' || p.state || ' ' || coalesce(p.pool_hash, '') || ' ' || p.ended_reason || ' '
		|| coalesce((SELECT string_agg(concat_ws(' ', b.number, b.uscc, b.state, b.place, b.reason), '; ' ORDER BY b.uscc) FROM bid b WHERE b.procurement_id = p.id), '') FROM procurement p`)
	o.course = l.table(t, `SELECT p.id, (SELECT string_agg(e.action, ' ' ORDER BY e.seq) || ' | ' || count(DISTINCT e.seq) || ' | ' || count(DISTINCT e.entry_id) FROM procurement_event e WHERE e.procurement_id = p.id)
		|| ' | ' || (SELECT string_agg(g.kind, ' ' ORDER BY g.seq) FROM ledger_entry g WHERE g.subject = p.id) || ' | ' || (SELECT count(*) FROM award a WHERE a.procurement_id = p.id) FROM procurement p`)
	o.messages = l.table(t, `SELECT person_id || ' ' || title || ' ' || link, count(*)::text FROM message GROUP BY 1`)
	l.scan(t, `SELECT count(DISTINCT number) FROM award`, &o.awards)
	return o
}

// table reads a column by another, in which nothing stands twice.
func (l *wreckLane) table(t *testing.T, sql string) map[string]string {
	t.Helper()
	rows, err := l.Pool.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			t.Fatal(err)
		}
		out[key] = value
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func (o wreckOutcome) differs(t *testing.T, want wreckOutcome) {
	t.Helper()
	for _, x := range []struct {
		what      string
		got, want map[string]string
	}{{"result", o.places, want.places}, {"course", o.course, want.course}, {"told", o.messages, want.messages}} {
		for key, v := range x.want {
			if x.got[key] != v {
				t.Errorf("%s of %s\nkilled:      %s\nundisturbed: %s", x.what, key, x.got[key], v)
			}
		}
		if len(x.got) != len(x.want) {
			t.Errorf("%s: %d, undisturbed %d", x.what, len(x.got), len(x.want))
		}
	}
	awarded := 0
	for _, v := range o.places {
		if strings.Contains(v, string(procurement.Awarded)) {
			awarded++
		}
	}
	if o.awards != awarded {
		t.Errorf("%d numbers of awards for %d awarded", o.awards, awarded)
	}
}

func (l *wreckLane) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := l.Pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (l *wreckLane) scan(t *testing.T, sql string, into ...any) {
	t.Helper()
	if err := l.Pool.QueryRow(t.Context(), sql).Scan(into...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
