package credit

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/testkit"
)

// market is a stage with a clock that the test moves.
type market struct {
	t      testing.TB
	pool   *db.Pool
	svc    *Service
	now    time.Time
	buyers []uuid.UUID
	one    uuid.UUID // who proposes
	two    uuid.UUID // who confirms
	n      int
}

func newMarket(t testing.TB) *market {
	t.Helper()
	m := &market{t: t, pool: testkit.DB(t), now: time.Date(2026, 1, 5, 9, 30, 0, 0, clock.Shanghai)}
	cast := testkit.NewCast(t, m.pool)
	for range 4 {
		m.buyers = append(m.buyers, cast.Organisation("enterprise", "业主", testkit.County))
	}
	m.one, m.two = cast.Person("提出人").Person, cast.Person("确认人").Person
	clock := func() time.Time { return m.now }
	m.svc = New(m.pool, agency.New(m.pool, catalog.New(m.pool), clock), clock)
	m.exec(`INSERT INTO credit_rubric VALUES ('M-01', 1, 'minor', '迟报', -50, -20, 6, false, '平台规则', '2024-01-01'), ('G-01', 1, 'general', '逾期交付', -150, -60, 12, false, '平台规则', '2024-01-01'),
		('S-01', 1, 'serious', '弄虚作假', -400, -200, 36, true, '法规', '2024-01-01'), ('H-01', 1, 'honour', '表彰', 10, 50, 12, false, '法规', '2024-01-01')`)
	return m
}

func (m *market) exec(sql string, args ...any) {
	m.t.Helper()
	if _, err := m.pool.Exec(context.Background(), sql, args...); err != nil {
		m.t.Fatalf("%s: %v", sql, err)
	}
}

func (m *market) agency() uuid.UUID {
	m.t.Helper()
	m.n++
	id := uuid.New()
	m.exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id)
		SELECT $1, upper(lpad(to_hex($2::int), 18, '0')), '机构' || $2::int, 'enterprise', '某', '', '', '', '', '2024-01-01', id FROM import_batch LIMIT 1`, id, m.n)
	return id
}

func (m *market) in(do func(tx db.Tx) error) {
	m.t.Helper()
	if err := db.InTx(context.Background(), m.pool, do); err != nil {
		m.t.Fatal(err)
	}
}

// record confirms one as part R does: the row, then the standing.
func (m *market) record(of uuid.UUID, rubric string, points Points, at time.Time) uuid.UUID {
	m.t.Helper()
	id := uuid.New()
	months := map[string]int{"M-01": 6, "G-01": 12, "S-01": 36, "H-01": 12}[rubric]
	m.in(func(tx db.Tx) error {
		_, err := tx.Exec(context.Background(), `
			INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, veto, facts, source, state, proposer, proposed_at, confirmer, confirmed_at, expires_on, published_at)
			VALUES ($1, $2, $3, 1, $4, $3 = 'S-01', '某事', '某处', 'published', $5, $6, $7, $6, $8, $6)`, id, of, rubric, points, m.one, at, m.two, agency.TermEnd(at, months))
		if err != nil {
			return err
		}
		return refreshTx(context.Background(), tx, of, at)
	})
	return id
}

func (m *market) end(of, record uuid.UUID, how string) {
	m.t.Helper()
	m.in(func(tx db.Tx) error {
		if _, err := tx.Exec(context.Background(), `UPDATE credit_record SET `+how+` = $2 WHERE id = $1`, record, m.now); err != nil {
			return err
		}
		return refreshTx(context.Background(), tx, of, m.now)
	})
}

func (m *market) stars(of, buyer uuid.UUID, n int, at time.Time) uuid.UUID {
	m.t.Helper()
	id := uuid.New()
	m.in(func(tx db.Tx) error {
		return EvaluateTx(context.Background(), tx, Given{ID: id, Agency: of, Contract: uuid.New(), By: m.one, At: at,
			Evaluation: Evaluation{Org: buyer, Quality: n, Timeliness: n, Fee: n, Conduct: n, Attitude: n}})
	})
	return id
}

func (m *market) pass(days int) {
	m.t.Helper()
	m.now = m.now.AddDate(0, 0, days)
	if err := m.svc.Turn(context.Background()); err != nil {
		m.t.Fatal(err)
	}
}

func (m *market) state(of uuid.UUID) (state agency.State, until string) {
	m.t.Helper()
	if err := m.pool.QueryRow(context.Background(), `
		SELECT CASE WHEN state IN ('restricted','suspended') AND state_until < $2::date THEN 'admitted' ELSE state END, coalesce(state_until::text, '') FROM agency WHERE id = $1`,
		of, clock.Day(m.now)).Scan(&state, &until); err != nil {
		m.t.Fatal(err)
	}
	return state, until
}

func (m *market) standing(of uuid.UUID) standing {
	m.t.Helper()
	var s standing
	if err := m.pool.QueryRow(context.Background(), `SELECT `+standingColumns+` FROM credit_standing s WHERE agency_id = $1`, of).Scan(s.targets()...); err != nil {
		m.t.Fatal(err)
	}
	return s
}

// summary is what must agree between the stored standing, the rows and the history.
type summary struct {
	Tenths, E, R, P, Clamp Points
	Grade                  Grade
	New, Veto              bool
	N                      int
}

func (s standing) summary() summary {
	return summary{s.Tenths, s.Evaluations, s.Records, s.Facts, s.Clamp, s.Grade, s.Fresh, s.Veto, s.Evaluated}
}

func (s Score) summary() summary {
	return summary{s.Tenths, s.Evaluations, s.Records, s.Facts, s.Clamp, s.Grade, s.New, s.Veto, s.Evaluated}
}

func (m *market) scored(of uuid.UUID, at time.Time) summary {
	m.t.Helper()
	got, err := ScoresAt(context.Background(), m.pool, []uuid.UUID{of}, at)
	if err != nil {
		m.t.Fatal(err)
	}
	return got[of].summary()
}

// TestStandingIsTheScore: whatever happens in whatever order, late or in time, the stored
// standing is what the rows make of the time it was worked out for, and of now once the
// turn has been, the history makes the same, no past day changes by what
// comes later, changes add up, and whoever is under an effect is held.
func TestStandingIsTheScore(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	rapid.Check(t, func(t *rapid.T) {
		of := m.agency()
		began := m.now
		var records, evaluations, subjects []uuid.UUID
		past := map[time.Time]summary{}
		pick := func(name string, from []uuid.UUID) (uuid.UUID, bool) {
			if len(from) == 0 {
				return uuid.Nil, false
			}
			return rapid.SampledFrom(from).Draw(t, name), true
		}
		for range rapid.IntRange(1, 14).Draw(t, "steps") {
			at := m.now
			late := rapid.IntRange(0, 5).Draw(t, "late") == 0
			if late {
				at = at.AddDate(0, 0, -rapid.IntRange(1, 300).Draw(t, "days late"))
			}
			switch rapid.SampledFrom([]string{"stars", "stars", "fact", "fact", "record", "record", "repair", "overturn", "strike", "unmeasure", "correct", "time", "time"}).Draw(t, "step") {
			case "stars":
				evaluations = append(evaluations, m.stars(of, rapid.SampledFrom(m.buyers).Draw(t, "buyer"), rapid.IntRange(1, 5).Draw(t, "stars"), at))
			case "fact":
				f := Measured{Agency: of, Kind: rapid.SampledFrom(FactKinds).Draw(t, "kind"), Kept: rapid.Bool().Draw(t, "kept"), Subject: uuid.New(), At: at}
				subjects = append(subjects, f.Subject)
				m.in(func(tx db.Tx) error { return MeasureTx(context.Background(), tx, f) })
			case "record":
				rubric := rapid.SampledFrom([]string{"M-01", "G-01", "G-01", "S-01", "H-01"}).Draw(t, "rubric")
				points := map[string]Points{"M-01": -50, "G-01": -150, "S-01": -300, "H-01": 50}[rubric]
				records = append(records, m.record(of, rubric, points, at))
			case "repair":
				late = false
				if id, ok := pick("record", records); ok {
					m.end(of, id, "repaired_at")
					records = slices.DeleteFunc(records, func(r uuid.UUID) bool { return r == id })
				}
			case "overturn": // also of one that has expired
				late = false
				if id, ok := pick("record", records); ok {
					m.end(of, id, "overturned_at")
					records = slices.DeleteFunc(records, func(r uuid.UUID) bool { return r == id })
				}
			case "strike", "correct":
				late = false
				if id, ok := pick("evaluation", evaluations); ok {
					m.in(func(tx db.Tx) error { return StrikeEvaluationTx(context.Background(), tx, id, "不实", m.now) })
					evaluations = slices.DeleteFunc(evaluations, func(e uuid.UUID) bool { return e == id })
					evaluations = append(evaluations, m.stars(of, m.buyers[0], 4, m.now))
				}
			case "unmeasure":
				late = false
				if id, ok := pick("subject", subjects); ok {
					for _, k := range FactKinds {
						m.in(func(tx db.Tx) error { return StrikeFactTx(context.Background(), tx, k, id, m.now) })
					}
				}
			case "time":
				late = false
				past[m.now] = m.scored(of, m.now)
				m.pass(rapid.IntRange(1, 250).Draw(t, "days"))
			}
			if at := m.standing(of); at.summary() != m.scored(of, at.WorkedAt) {
				t.Fatalf("standing of %v: %+v, rows %+v", at.WorkedAt, at.summary(), m.scored(of, at.WorkedAt))
			}
			if late { // what is told late belongs to the days it is of; the turn brings it to now
				clear(past)
				m.pass(0)
			}
			got, want := m.standing(of), m.scored(of, m.now)
			if d := cmp.Diff(want, got.summary()); d != "" {
				t.Fatalf("standing (-rows +stored): %s", d)
			}
			h, err := loadHistory(context.Background(), m.pool, of)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, Of(h.basis(m.now)).summary()); d != "" {
				t.Fatalf("history (-rows +history): %s", d)
			}
			for day, then := range past {
				if d := cmp.Diff(then, m.scored(of, day)); d != "" {
					t.Fatalf("%v was rewritten: %s", day, d)
				}
			}
			m.held(t, of)
		}
		var sum Points
		var last standing
		if err := m.pool.QueryRow(context.Background(), `SELECT coalesce(sum(to_tenths - from_tenths), 0) FROM credit_change WHERE agency_id = $1`, of).Scan(&sum); err != nil {
			t.Fatal(err)
		}
		if last = m.standing(of); base+sum != last.Tenths {
			t.Fatalf("changes come to %s, the score is %s", (base + sum).Text(), last.Tenths.Text())
		}
		// Recomputing all finds nothing to set right.
		n, err := m.svc.Recompute(context.Background())
		if err != nil || n.Corrected != 0 {
			t.Fatalf("recomputing: %+v, %v, since %v", n, err, began)
		}
	})
}

func (m *market) held(t *rapid.T, of uuid.UUID) {
	_, open, err := loadCourse(context.Background(), m.pool, of)
	if err != nil {
		t.Fatal(err)
	}
	state, until := m.state(of)
	for _, e := range open {
		switch {
		case e.Until < clock.Day(m.now):
			t.Fatalf("%s is over since %s", e.Kind, e.Until)
		case e.Was.State == agency.Removed || !agency.Present(state):
		case harder(e.Kind, state), e.Kind == state && e.Held && until < e.Until:
			t.Fatalf("%s until %s, but the agency is %s until %s", e.Kind, e.Until, state, until)
		}
	}
}

// TestTwoAtOnce: what two people confirm in the same moment both counts.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for range 10 {
		of := m.agency()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { m.record(of, "M-01", -50, m.now) })
			wg.Go(func() { m.stars(of, m.buyers[0], 1, m.now) })
		}
		wg.Wait()
		if got, want := m.standing(of).summary(), m.scored(of, m.now); got != want || got.R != -200 || got.N != 4 {
			t.Fatalf("%+v, want %+v", got, want)
		}
		if _, until := m.state(of); until == "" {
			t.Fatal("a fall to C restricts nobody")
		}
	}
}

// TestWhatAGradeLeadsTo walks an agency through every effect and out of it.
func TestWhatAGradeLeadsTo(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	want := func(of uuid.UUID, state agency.State, until string) {
		t.Helper()
		if got, day := m.state(of); got != state || state != agency.Admitted && day != until {
			t.Fatalf("%s until %s, want %s until %s", got, day, state, until)
		}
	}
	start := m.now
	fall := func(of uuid.UUID, n int) (out []uuid.UUID) {
		for range n {
			out = append(out, m.record(of, "G-01", -150, m.now))
		}
		return out
	}
	t.Run("C for three months", func(t *testing.T) {
		of := m.agency()
		fall(of, 2) // 65.0
		want(of, agency.Restricted, "2026-04-05")
		m.pass(30)
		want(of, agency.Restricted, "2026-04-05")
		m.pass(61)
		want(of, agency.Admitted, "")
		if s := m.standing(of); s.Grade != C {
			t.Fatalf("%+v", s)
		}
		m.now = start
	})
	t.Run("D, then overturned down to C", func(t *testing.T) {
		of := m.agency()
		list := fall(of, 3)                      // 50.0
		want(of, agency.Suspended, "2026-07-05") // over a restriction of the same day
		m.pass(10)
		m.end(of, list[0], "overturned_at")
		want(of, agency.Restricted, "2026-04-05")
		m.end(of, list[1], "overturned_at")
		want(of, agency.Admitted, "")
		m.now = start
	})
	t.Run("repaired", func(t *testing.T) {
		of := m.agency()
		list := fall(of, 2)
		m.pass(10)
		m.end(of, list[1], "repaired_at")
		want(of, agency.Admitted, "")
		m.now = start
	})
	t.Run("veto, overturned after its expiry and before", func(t *testing.T) {
		of := m.agency()
		r := m.record(of, "S-01", -200, m.now)
		want(of, agency.Removed, "")
		bar := func() (until string) {
			if err := m.pool.QueryRow(t.Context(), `SELECT b.until::text FROM agency_bar b JOIN agency a USING (uscc) WHERE a.id = $1`, of).Scan(&until); err != nil {
				t.Fatal(err)
			}
			return until
		}
		if bar() != "2027-01-05" {
			t.Fatal(bar())
		}
		m.pass(20)
		m.end(of, r, "overturned_at")
		want(of, agency.Admitted, "")
		if bar() != "2026-01-24" {
			t.Fatal(bar())
		}
		m.now = start
	})
	t.Run("a repaired veto does not bring back who was removed", func(t *testing.T) {
		of := m.agency()
		r := m.record(of, "S-01", -200, m.now)
		m.pass(20)
		m.end(of, r, "repaired_at")
		want(of, agency.Removed, "")
		m.now = start
	})
	t.Run("a longer term is never shortened and comes back", func(t *testing.T) {
		of := m.agency()
		m.exec(`UPDATE agency SET state = 'restricted', state_since = '2026-01-01', state_until = '2026-12-31', state_reason = '官员决定' WHERE id = $1`, of)
		fall(of, 2)
		want(of, agency.Restricted, "2026-12-31")
		fall(of, 1)
		want(of, agency.Suspended, "2026-07-05")
		m.pass(200) // past July 5th
		want(of, agency.Restricted, "2026-12-31")
		m.now = start
	})
	t.Run("what waits bites when the way is free", func(t *testing.T) {
		of := m.agency()
		m.exec(`UPDATE agency SET state = 'suspended', state_since = '2026-01-01', state_until = '2026-02-01', state_reason = '官员决定' WHERE id = $1`, of)
		fall(of, 2)
		want(of, agency.Suspended, "2026-02-01")
		m.pass(30)
		want(of, agency.Restricted, "2026-04-05")
		m.now = start
	})
	t.Run("who has left is not touched", func(t *testing.T) {
		of := m.agency()
		m.exec(`UPDATE agency SET state = 'exited' WHERE id = $1`, of)
		fall(of, 3)
		want(of, agency.Exited, "")
		m.now = start
	})
}

// TestNewsIsToldOnce: a change of grade reaches the public log and the agency once, though
// two instances tell; one of a score alone is no news.
func TestNewsIsToldOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	var mu sync.Mutex
	logged, told, changed := []string{}, 0, 0
	entry := uuid.New()
	m.svc.Outlets = Outlets{
		Log: func(_ context.Context, _ db.Tx, n News) (uuid.UUID, error) {
			mu.Lock()
			defer mu.Unlock()
			line := n.Kind
			if n.Grade != nil {
				line = fmt.Sprintf("%s>%s", n.Grade.From.Grade, n.Grade.To.Grade)
			}
			logged = append(logged, line)
			return entry, nil
		},
		Tell:    func(context.Context, db.Tx, News) error { mu.Lock(); told++; mu.Unlock(); return nil },
		Changed: func(context.Context, db.Tx, []uuid.UUID) error { mu.Lock(); changed++; mu.Unlock(); return nil },
	}
	of := m.agency()
	m.record(of, "M-01", -50, m.now)
	m.record(of, "G-01", -150, m.now)
	m.record(of, "G-01", -150, m.now)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := m.svc.Turn(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	slices.Sort(logged)
	if d := cmp.Diff([]string{"A>B", "B>C", "credit-effect"}, logged); d != "" || told != 3 || changed != 1 {
		t.Errorf("%v, %d told, %d changed", logged, told, changed)
	}
}

// TestRecompute: rows written past the doors are found, written down as a change and told,
// and lead to no measure.
func TestRecompute(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	of, other := m.agency(), m.agency()
	for range 7 {
		m.exec(`INSERT INTO credit_evaluation (id, agency_id, org_id, quality, timeliness, fee, conduct, attitude, evaluated_by, evaluated_at) VALUES (gen_random_uuid(), $1, $2, 1, 1, 1, 1, 1, $3, $4)`,
			of, m.buyers[m.n%2], m.one, m.now.AddDate(0, -3, 0))
	}
	m.exec(`INSERT INTO credit_fact (id, agency_id, kind, kept, measured_at) SELECT gen_random_uuid(), $1, 'on_time', false, $2 FROM generate_series(1, 50)`, of, m.now.AddDate(-1, 0, 0))
	m.exec(`INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, facts, source, state, proposer, proposed_at, confirmer, confirmed_at, expires_on)
		SELECT gen_random_uuid(), $1, 'G-01', 1, -150, '', '', 'confirmed', $2, $4, $3, $4, '2026-12-01' FROM generate_series(1, 2)`, of, m.one, m.two, m.now.AddDate(0, -1, 0))
	n, err := m.svc.Recompute(t.Context())
	if err != nil || n != (Recount{2, 1}) {
		t.Fatalf("%+v, %v", n, err)
	}
	if got, want := m.standing(of).summary(), m.scored(of, m.now); got != want || got.Grade != D {
		t.Fatalf("%+v, want %+v", got, want)
	}
	h, err := loadHistory(t.Context(), m.pool, of)
	if err != nil {
		t.Fatal(err)
	}
	if s := m.standing(of); s.TurnsAt == nil || !s.TurnsAt.Equal(h.turns(m.now)) {
		t.Errorf("turns at %v, want %v", s.TurnsAt, h.turns(m.now))
	}
	if state, _ := m.state(of); state != agency.Admitted {
		t.Errorf("a sum set right made it %s", state)
	}
	var changes, news int
	if err := m.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM credit_change WHERE cause = 'recomputed'), (SELECT count(*) FROM credit_news)`).Scan(&changes, &news); err != nil || changes != 1 || news != 1 {
		t.Errorf("%d changes, %d news, %v", changes, news, err)
	}
	if n, err = m.svc.Recompute(t.Context()); err != nil || n.Corrected != 0 {
		t.Errorf("again: %+v, %v", n, err)
	}
	if got := m.standing(other).summary(); got != Of(Basis{}).summary() {
		t.Errorf("of whom nothing is known: %+v", got)
	}
}

// TestRecomputeBesideOthers: recomputing takes nothing back that is written meanwhile.
func TestRecomputeBesideOthers(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	var all []uuid.UUID
	for range 12 {
		all = append(all, m.agency())
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				if _, err := m.svc.Recompute(context.Background()); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	var writers sync.WaitGroup
	for w := range 3 {
		writers.Go(func() {
			for i := range 40 {
				of := all[(i*5+w)%len(all)]
				if i%4 == 0 {
					m.record(of, "M-01", -20, m.now)
				} else {
					m.stars(of, m.buyers[w], 1+i%5, m.now)
				}
			}
		})
	}
	writers.Wait()
	close(done)
	wg.Wait()
	for _, of := range all {
		if got, want := m.standing(of).summary(), m.scored(of, m.now); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		var sum Points
		if err := m.pool.QueryRow(t.Context(), `SELECT coalesce(sum(to_tenths - from_tenths), 0) FROM credit_change WHERE agency_id = $1`, of).Scan(&sum); err != nil || base+sum != m.standing(of).Tenths {
			t.Errorf("changes come to %d, %v", sum, err)
		}
	}
}
