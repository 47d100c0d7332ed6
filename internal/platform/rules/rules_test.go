package rules_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/rules"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var decidedAt = time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai)

func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, clock.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

// regions has a city, a county in it, a zone in that, and another county.
func regions(t *testing.T) *db.Pool {
	t.Helper()
	pool := testkit.DB(t)
	_, err := pool.Exec(t.Context(), `
		WITH b AS (INSERT INTO import_batch (id, kind, source, file_name, sha256) VALUES (gen_random_uuid(), 'regions', 's', 'f', 'x') RETURNING id)
		INSERT INTO region (code, name, kind, parent, batch_id)
		SELECT v.code, v.code, v.kind, v.parent, b.id
		FROM b, (VALUES ('140800', 'city', NULL), ('140802', 'district', '140800'), ('140802001', 'development_zone', '140802'), ('140821', 'county', '140800')) v(code, kind, parent)`)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

func decide(region, from string, base int, value string) rules.Decision {
	return rules.Decision{Name: "review.workdays", Region: region, Base: base, EffectiveFrom: from,
		Value: json.RawMessage(value), Reason: "窗口人手不足", At: decidedAt}
}

func set(t *testing.T, pool *db.Pool, d rules.Decision) rules.Value {
	t.Helper()
	v, err := rules.Set(t.Context(), pool, d)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNearestRegionDecidesElseTheDefault(t *testing.T) {
	t.Parallel()
	pool := regions(t)
	ctx := t.Context()
	set(t, pool, decide("140800", "2026-03-02", 0, "3"))
	set(t, pool, decide("140802", "2026-05-01", 0, "5"))
	for _, c := range []struct {
		region, day string
		want        int
	}{
		{"140800", "2026-03-01", 2}, // not yet in force
		{"140800", "2026-03-02", 3},
		{"140821", "2026-03-02", 3}, // inherits
		{"140802", "2026-04-30", 3},
		{"140802", "2026-05-01", 5},
		{"140802001", "2026-05-01", 5}, // from the nearest, not from the city
		{"140821", "2026-05-01", 3},
		{"", "2026-05-01", 2},
		{"999999", "2026-05-01", 2},
	} {
		if n, err := rules.Int(ctx, pool, "review.workdays", c.region, day(c.day)); err != nil || n != c.want {
			t.Errorf("%q on %s: %d, %v, want %d", c.region, c.day, n, err, c.want)
		}
	}
	v, err := rules.At(ctx, pool, "review.workdays", "140821", day("2026-06-01"))
	if err != nil || v.Region != "140800" || v.Version != 1 || v.Reason != "窗口人手不足" || v.Label != "形式审核时限" || v.DecidedBy.Valid || !v.DecidedAt.Equal(decidedAt) {
		t.Errorf("%+v, %v", v, err)
	}
	// The last second of a day in Shanghai is still that day.
	if n, err := rules.Int(ctx, pool, "review.workdays", "140802", day("2026-05-01").Add(-time.Second)); n != 3 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := rules.At(ctx, pool, "review.hours", "140800", decidedAt); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("%v", err)
	}
}

// TestNewestDecisionHoldsFromItsDay: a plan for later is taken back by a decision made
// after it, and no decision changes what held before its day.
func TestNewestDecisionHoldsFromItsDay(t *testing.T) {
	t.Parallel()
	pool := regions(t)
	rapid.Check(t, func(rt *rapid.T) {
		if _, err := pool.Exec(t.Context(), `ALTER TABLE rule_value DISABLE TRIGGER rule_value_append_only; DELETE FROM rule_value; ALTER TABLE rule_value ENABLE TRIGGER rule_value_append_only`); err != nil {
			rt.Fatal(err)
		}
		today := day("2026-03-02")
		inForce := make([]int, 60) // by day from today, as a person would keep the list
		for i := range inForce {
			inForce[i] = 2
		}
		for version := range rapid.IntRange(0, 6).Draw(rt, "decisions") {
			from, n := rapid.IntRange(0, 50).Draw(rt, "from"), rapid.IntRange(1, 60).Draw(rt, "value")
			if _, err := rules.Set(t.Context(), pool, decide("140800", today.AddDate(0, 0, from).Format(time.DateOnly), version, fmt.Sprint(n))); err != nil {
				rt.Fatal(err)
			}
			for i := from; i < len(inForce); i++ {
				inForce[i] = n
			}
		}
		for i, want := range inForce {
			if n, err := rules.Int(t.Context(), pool, "review.workdays", "140802001", today.AddDate(0, 0, i)); err != nil || n != want {
				rt.Fatalf("day %d: %d, %v, want %d", i, n, err, want)
			}
		}
	})
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	pool := regions(t)
	for name, c := range map[string]struct {
		change func(*rules.Decision)
		field  string
	}{
		"unknown rule":       {func(d *rules.Decision) { d.Name = "review.hours" }, "name"},
		"no region":          {func(d *rules.Decision) { d.Region = "" }, "region"},
		"unknown region":     {func(d *rules.Decision) { d.Region = "999999" }, "region"},
		"yesterday":          {func(d *rules.Decision) { d.EffectiveFrom = "2026-03-01" }, "effectiveFrom"},
		"not a day":          {func(d *rules.Decision) { d.EffectiveFrom = "2026-02-30" }, "effectiveFrom"},
		"no day":             {func(d *rules.Decision) { d.EffectiveFrom = "" }, "effectiveFrom"},
		"a mistyped year":    {func(d *rules.Decision) { d.EffectiveFrom = "2206-03-02" }, "effectiveFrom"},
		"no reason":          {func(d *rules.Decision) { d.Reason = " \n" }, "reason"},
		"a long reason":      {func(d *rules.Decision) { d.Reason = strings.Repeat("理", 501) }, "reason"},
		"a reason with NUL":  {func(d *rules.Decision) { d.Reason = "a\x00b" }, "reason"},
		"no value":           {func(d *rules.Decision) { d.Value = nil }, "value"},
		"null":               {func(d *rules.Decision) { d.Value = json.RawMessage("null") }, "value"},
		"a list":             {func(d *rules.Decision) { d.Value = json.RawMessage("[2]") }, "value"},
		"an object":          {func(d *rules.Decision) { d.Value = json.RawMessage(`{"other":2}`) }, "value"},
		"text":               {func(d *rules.Decision) { d.Value = json.RawMessage(`"2"`) }, "value"},
		"a fraction":         {func(d *rules.Decision) { d.Value = json.RawMessage("2.5") }, "value"},
		"another spelling":   {func(d *rules.Decision) { d.Value = json.RawMessage("2.0") }, "value"},
		"two values":         {func(d *rules.Decision) { d.Value = json.RawMessage("2 3") }, "value"},
		"too small":          {func(d *rules.Decision) { d.Value = json.RawMessage("0") }, "value"},
		"too large":          {func(d *rules.Decision) { d.Value = json.RawMessage("61") }, "value"},
		"beyond any integer": {func(d *rules.Decision) { d.Value = json.RawMessage("1" + strings.Repeat("0", 30)) }, "value"},
		"notice out of order": {func(d *rules.Decision) {
			d.Name, d.Value = "certificate.notice_days", json.RawMessage("[7,30]")
		}, "value"},
		"locks that shrink": {func(d *rules.Decision) {
			d.Name, d.Value = "login.lock_minutes", json.RawMessage("[5,5]")
		}, "value"},
		"an empty list": {func(d *rules.Decision) { d.Name, d.Value = "login.lock_minutes", json.RawMessage("[]") }, "value"},
		"a list with null": {func(d *rules.Decision) {
			d.Name, d.Value = "certificate.notice_days", json.RawMessage("[60,null]")
		}, "value"},
		"an object without other": {func(d *rules.Decision) {
			d.Name, d.Value = "review.publicity_workdays", json.RawMessage(`{"agency-admission":3}`)
		}, "value"},
		"an odd kind": {func(d *rules.Decision) {
			d.Name, d.Value = "review.publicity_workdays", json.RawMessage(`{"other":3,"Agency Admission":1}`)
		}, "value"},
		"re-entry sooner than allowed": {func(d *rules.Decision) { d.Name, d.Value = "removal.bar_months", json.RawMessage("6") }, "value"},
	} {
		d := decide("140800", "2026-03-02", 0, "3")
		c.change(&d)
		_, err := rules.Set(t.Context(), pool, d)
		e, ok := apperr.As(err)
		if !ok || e.Code != apperr.Invalid || len(e.Fields) != 1 || e.Fields[0].Name != c.field {
			t.Errorf("%s: %v, want a fault of %s", name, err, c.field)
		}
	}
	d := decide("", "x", 0, "x")
	d.Reason = ""
	_, err := rules.Set(t.Context(), pool, d)
	if e, ok := apperr.As(err); !ok || len(e.Fields) != 4 {
		t.Errorf("faults must be told in one go: %+v", err)
	}
	var n int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM rule_value`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d stored, %v", n, err)
	}
}

// TestTwoDecideAtOnce: one wins, the others are told, and the versions have no gap.
func TestTwoDecideAtOnce(t *testing.T) {
	t.Parallel()
	pool := regions(t)
	const rounds, deciders = 5, 4
	for base := range rounds {
		var mu sync.Mutex
		var won int
		var wg sync.WaitGroup
		for i := range deciders {
			wg.Go(func() {
				_, err := rules.Set(t.Context(), pool, decide("140800", "2026-03-02", base, fmt.Sprint(i+1)))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if apperr.CodeOf(err) != apperr.Conflict {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("round %d: %d won", base, won)
		}
	}
	for _, base := range []int{0, rounds - 1, rounds + 1, -5} {
		if _, err := rules.Set(t.Context(), pool, decide("140800", "2026-03-02", base, "3")); apperr.CodeOf(err) != apperr.Conflict {
			t.Errorf("base %d: %v", base, err)
		}
	}
	history, err := rules.History(t.Context(), pool, "review.workdays", "140800")
	if err != nil || len(history) != rounds {
		t.Fatalf("%d, %v", len(history), err)
	}
	for i, v := range history {
		if v.Version != rounds-i {
			t.Errorf("version %d at %d", v.Version, i)
		}
	}
}

// TestDecisionsAreNeverEdited, not even by hand.
func TestDecisionsAreNeverEdited(t *testing.T) {
	t.Parallel()
	pool := regions(t)
	set(t, pool, decide("140800", "2026-03-02", 0, "3"))
	for _, sql := range []string{`UPDATE rule_value SET value = '9'`, `DELETE FROM rule_value`, `TRUNCATE rule_value`} {
		if _, err := pool.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "only grows") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestListAndKinds(t *testing.T) {
	t.Parallel()
	pool := regions(t)
	ctx := t.Context()
	who := uuid.NullUUID{UUID: uuid.Must(uuid.NewV7()), Valid: true}
	d := decide("140800", "2026-03-02", 0, `{"other": 1, "agency-exit": 7}`)
	d.Name, d.By = "review.publicity_workdays", who
	set(t, pool, d)

	values, err := rules.List(ctx, pool, "140802", decidedAt)
	if err != nil || !slices.IsSortedFunc(values, func(a, b rules.Value) int { return strings.Compare(a.Name, b.Name) }) {
		t.Fatalf("%v", err)
	}
	for _, v := range values {
		decided := v.Name == d.Name
		if decided != (v.Region == "140800") || decided != (v.DecidedBy == who) || decided != (v.Version == 1) {
			t.Errorf("%+v", v)
		}
		one, err := rules.At(ctx, pool, v.Name, "140802", decidedAt)
		if err != nil || string(one.JSON) != string(v.JSON) || one.Version != v.Version {
			t.Errorf("At and List differ: %+v, %+v", one, v)
		}
	}
	for kind, want := range map[string]int{"agency-exit": 7, "agency-admission": 1, "item-change": 1} {
		if n, err := rules.IntOf(ctx, pool, d.Name, kind, "140802", decidedAt); err != nil || n != want {
			t.Errorf("%s: %d, %v", kind, n, err)
		}
	}
	for kind, want := range map[string]int{"agency-admission": 3, "expert-admission": 3, "item-change": 0} {
		if n, err := rules.IntOf(ctx, pool, d.Name, kind, "", decidedAt); err != nil || n != want {
			t.Errorf("default of %s: %d, %v", kind, n, err)
		}
	}
	if days, err := rules.Ints(ctx, pool, "certificate.notice_days", "", decidedAt); err != nil || !slices.Equal(days, []int{60, 30, 7}) {
		t.Errorf("%v, %v", days, err)
	}
	if _, err := rules.Int(ctx, pool, "certificate.notice_days", "", decidedAt); err == nil {
		t.Error("read a list as one number")
	}
}

// TestSetTxCommitsWithItsTransaction: the record of who did it and the decision are one.
func TestSetTxCommitsWithItsTransaction(t *testing.T) {
	t.Parallel()
	pool := regions(t)
	boom := errors.New("boom")
	err := db.InTx(t.Context(), pool, func(tx db.Tx) error {
		if _, err := rules.SetTx(t.Context(), tx, decide("140800", "2026-03-02", 0, "3")); err != nil {
			return err
		}
		return boom
	})
	if n, _ := rules.Int(t.Context(), pool, "review.workdays", "140800", decidedAt); !errors.Is(err, boom) || n != 2 {
		t.Errorf("%v, %d", err, n)
	}
}
