package app_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/testkit"
)

// TestAGradeIsTold: a fall reaches the public log, the agency's people and the search index,
// each once, and the rating names its line.
func TestAGradeIsTold(t *testing.T) {
	t.Parallel()
	a, base := start(t, testConfig(t))
	cast := testkit.NewCast(t, a.Pool)
	org, of := cast.Organisation("agency", "某测绘公司", testkit.County), uuid.New()
	admin := cast.Person("机构管理员", testkit.In(authz.AgencyAdmin, org))
	one, two := cast.Person("提出人").Person, cast.Person("确认人").Person
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := a.Pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id, organisation_id)
		SELECT $1, '91350100M000100Y43', '某测绘公司', 'enterprise', '李四', '', '', '', '', '2024-01-01', id, $2 FROM import_batch LIMIT 1`, of, org)
	exec(`INSERT INTO credit_rubric VALUES ('T-01', 1, 'general', '逾期交付', -150, -60, 12, false, '平台规则', '2024-01-01') ON CONFLICT DO NOTHING`)
	exec(`INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, facts, source, state, proposer, proposed_at, confirmer, confirmed_at, expires_on)
		SELECT gen_random_uuid(), $1, 'T-01', 1, -150, '某事', '某处', 'confirmed', $2, $4, $3, $4, '2199-01-01' FROM generate_series(1, 3)`, of, one, two, a.Now())
	err := db.InTx(t.Context(), a.Pool, func(tx db.Tx) error {
		return credit.MeasureTx(t.Context(), tx, credit.Measured{Agency: of, Kind: credit.OnTime, Kept: true, Subject: uuid.New(), At: a.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := a.Credit.Turn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var lines, messages int
	var body string
	if err := a.Pool.QueryRow(t.Context(), `SELECT count(*), string_agg(convert_from(leaf, 'UTF8'), ' ') FROM ledger_entry WHERE subject = $1`, of).Scan(&lines, &body); err != nil {
		t.Fatal(err)
	}
	if lines != 2 || !strings.Contains(body, `"credit-grade"`) || !strings.Contains(body, `"credit-effect"`) || !strings.Contains(body, "某测绘公司") {
		t.Errorf("%d lines: %s", lines, body)
	}
	if err := a.Pool.QueryRow(t.Context(), `SELECT count(*) FROM message WHERE person_id = $1 AND kind = 'credit' AND (title LIKE '信用等级由 A 变为 D' OR title LIKE '暂停承接业务至 %')`, admin.Person).Scan(&messages); err != nil || messages != 2 {
		t.Errorf("%d messages, %v", messages, err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/api/v1/agencies/"+of.String()+"/credit", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var r credit.Rating
	if err := json.NewDecoder(res.Body).Decode(&r); err != nil || r.Grade != credit.D || len(r.Effects) != 1 || len(r.Changes) != 1 || r.Changes[0].Entry == nil {
		t.Errorf("%+v, %v", r, err)
	}
}
