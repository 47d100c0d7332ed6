package credit_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const uscc = "91350100M000100Y43"

// TestAPastDay: a record counts from its confirmation to its end, and what was known on a
// day does not change with what came after.
func TestAPastDay(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	cast := testkit.NewCast(t, pool)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	ours, buyer := uuid.New(), cast.Organisation("enterprise", "业主", testkit.County)
	one, two := cast.Person("提出人").Person, cast.Person("确认人").Person
	exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id)
		SELECT $1, $2, '某测绘公司', 'enterprise', '李四', '', '', '', '', '2024-01-01', id FROM import_batch LIMIT 1`, ours, uscc)
	exec(`INSERT INTO credit_rubric VALUES ('G-01', 1, 'general', '逾期交付', -150, -60, 12, false, '平台规则', '2024-01-01'), ('S-01', 1, 'serious', '弄虚作假', -400, -200, 36, true, '法规', '2024-01-01')`)
	day := func(s string) time.Time {
		d, err := time.ParseInLocation("2006-01-02 15:04", s, clock.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	record := `INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, veto, facts, source, state, proposer, proposed_at, confirmer, confirmed_at, expires_on, repaired_at, overturned_at, published_at)
		VALUES (gen_random_uuid(), $1, $2, 1, $3, $4, '某事', '某处', $5, $6, '2024-02-01', $7, $8, $9, $10, $11, $8)`
	exec(record, ours, "G-01", -100, false, "published", one, two, day("2024-03-01 10:00"), "2025-02-28", day("2024-10-01 09:00"), nil)
	exec(record, ours, "S-01", -300, true, "published", one, two, day("2024-05-01 10:00"), "2027-04-30", nil, day("2024-06-01 10:00"))
	exec(`INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, facts, source, state, proposer, proposed_at) VALUES (gen_random_uuid(), $1, 'G-01', 1, -100, '未确认', '', 'notified', $2, now())`, ours, one)
	if _, err := pool.Exec(t.Context(), record, ours, "G-01", -100, false, "confirmed", one, one, day("2024-03-01 10:00"), "2025-02-28", nil, nil); err == nil {
		t.Error("one person proposed and confirmed")
	}
	for i := range 4 {
		exec(`INSERT INTO credit_evaluation (id, agency_id, org_id, quality, timeliness, fee, conduct, attitude, evaluated_by, evaluated_at) VALUES (gen_random_uuid(), $1, $2, 5, 5, 5, 5, 5, $3, $4)`,
			ours, buyer, one, day("2024-04-01 10:00").AddDate(0, i, 0))
	}
	exec(`INSERT INTO credit_fact (id, agency_id, kind, kept, measured_at) SELECT gen_random_uuid(), $1, 'on_time', true, $2 FROM generate_series(1, 5)`, ours, day("2024-09-01 10:00"))
	for _, c := range []struct {
		at    string
		score credit.Points
		grade credit.Grade
		fresh bool
	}{
		{"2024-02-01 00:00", 950, credit.A, true},
		{"2024-03-01 09:59", 950, credit.A, true},
		{"2024-03-01 10:00", 850, credit.B, true},
		{"2024-04-02 00:00", 867, credit.B, true},    // one evaluation: (20+5)/6 = 4.1667
		{"2024-05-02 00:00", 579, credit.D, true},    // two, −30 and veto
		{"2024-06-02 00:00", 888, credit.B, false},   // three; overturned
		{"2024-09-30 00:00", 901, credit.A, false},   // five facts kept: 2.5 × 5/10
		{"2024-10-02 00:00", 1001, credit.AA, false}, // repaired
		{"2026-08-01 00:00", 963, credit.A, false},   // the evaluations are older than 24 months, the facts not yet
		{"2026-09-02 00:00", 950, credit.A, false},
	} {
		got, err := credit.ScoresAt(t.Context(), pool, []uuid.UUID{ours}, day(c.at))
		if err != nil {
			t.Fatal(err)
		}
		if s := got[ours]; s.Tenths != c.score || s.Grade != c.grade || s.New != c.fresh {
			t.Errorf("%s: %s %s new %v, want %s %s %v", c.at, s.Tenths.Text(), s.Grade, s.New, c.score.Text(), c.grade, c.fresh)
		}
	}
	now := func() time.Time { return day("2024-10-02 12:00") }
	svc := credit.New(pool, agency.New(pool, catalog.New(pool), now), now)
	r, err := svc.Of(t.Context(), uscc, "2024-05-02")
	if err != nil || r.Grade != credit.D || !r.Veto || len(r.Records) != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	sum := 0
	for _, p := range r.Parts {
		sum += p.Tenths
	}
	if sum != r.Tenths {
		t.Errorf("parts add up to %d of %d", sum, r.Tenths)
	}
	for _, bad := range []string{"2024-10-03", "gestern", "2024-13-01"} {
		if _, err := svc.Of(t.Context(), uscc, bad); apperr.CodeOf(err) != apperr.Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := svc.Of(t.Context(), uuid.NewString(), ""); apperr.CodeOf(err) != apperr.NotFound {
		t.Error(err)
	}
}

// TestScoresOfMany: 100,000 agencies, of which a few thousand have rows, in a second or so.
func TestScoresOfMany(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	cast := testkit.NewCast(t, pool)
	buyer := cast.Organisation("enterprise", "业主", testkit.County)
	ids := make([]uuid.UUID, 100_000)
	for i := range ids {
		ids[i] = uuid.NewSHA1(uuid.NameSpaceOID, []byte{byte(i), byte(i >> 8), byte(i >> 16)})
	}
	exec := func(sql string, args ...any) {
		if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id)
		SELECT u.id, upper(lpad(to_hex(n), 18, '0')), '机构' || n, 'enterprise', '某', '', '', '', '', '2024-01-01', (SELECT id FROM import_batch LIMIT 1) FROM unnest($1::uuid[]) WITH ORDINALITY u(id, n) WHERE n <= 3000`, ids)
	exec(`INSERT INTO credit_evaluation (id, agency_id, org_id, quality, timeliness, fee, conduct, attitude, evaluated_at, demo)
		SELECT gen_random_uuid(), a.id, $1, 3, 3, 3, 3, 3, '2026-01-01', true FROM agency a, generate_series(1, 3)`, buyer)
	exec(`ANALYZE`)
	started := time.Now()
	got, err := credit.ScoresAt(t.Context(), pool, ids, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	if err != nil || len(got) != len(ids) {
		t.Fatal(len(got), err)
	}
	if took := time.Since(started); took > 3*time.Second {
		t.Errorf("took %v", took)
	} else {
		t.Log(took)
	}
	if got[ids[0]].Tenths != 912 || got[ids[50_000]].Tenths != 950 { // (20+9)/8 = 3.625
		t.Errorf("%v %v", got[ids[0]], got[ids[50_000]])
	}
}
