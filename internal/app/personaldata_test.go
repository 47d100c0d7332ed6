package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/app"
	"zjcs/internal/platform/authz"
	"zjcs/internal/testkit"
)

// rights is the program with people who have something stored about them.
type rights struct {
	t    *testing.T
	a    *app.App
	base string
	cast *testkit.Cast
	org  uuid.UUID

	tokens      map[*authz.Actor]string
	zhang       *authz.Actor // an agent of the firm, with everything one can have
	admin, city *authz.Actor // of the firm; of the platform
	county      *authz.Actor // a platform admin of one county only
}

const (
	zhangPhone = "13800001234"
	zhangID    = "11010519491231002X"
)

func newRights(t *testing.T) *rights {
	t.Helper()
	r := &rights{t: t, tokens: map[*authz.Actor]string{}}
	r.a, r.base = start(t, testConfig(t))
	r.cast = testkit.NewCast(t, r.a.Pool)
	r.org = r.cast.Organisation("agency", "甲公司", testkit.County)
	join := func(name string, g ...authz.Grant) *authz.Actor {
		p := r.cast.Person(name, g...)
		r.tokens[p] = r.cast.Token(p)
		return p
	}
	r.zhang = join("张三丰", testkit.In(authz.AgencyAgent, r.org))
	r.admin = join("机构管理员", testkit.In(authz.AgencyAdmin, r.org))
	r.city = join("平台管理员", testkit.At(authz.PlatformAdmin, testkit.City))
	r.county = join("邻县平台管理员", testkit.At(authz.PlatformAdmin, testkit.OtherCounty))
	v := r.a.Vault
	r.exec(`UPDATE person SET login = 'zhang.sanfeng', email = 'zhang@example.com', email_verified_at = now(), phone = $2, phone_digest = $3, id_number = $4, id_digest = $5,
		password_hash = '$argon2id$secret', totp_secret = $6, totp_confirmed_at = now(), recovery_codes = '{code}' WHERE id = $1`, r.zhang.Person,
		v.Seal("person.phone", zhangPhone), v.Digest("person.phone", zhangPhone), v.Seal("person.id_number", zhangID), v.Digest("person.id_number", zhangID), v.Seal("person.totp_secret", "TOTPKEY"))
	r.exec(`UPDATE session SET second_factor_at = now()`)
	r.exec(`INSERT INTO message (id, person_id, kind, title, body, link) VALUES ($1, $2, 'submission', '给张三丰的消息', '', '')`, uuid.Must(uuid.NewV7()), r.zhang.Person)
	r.exec(`INSERT INTO person_identity (issuer, subject, person_id) VALUES ('https://id.example.cn', 'zhang', $1)`, r.zhang.Person)
	return r
}

func (r *rights) exec(sql string, args ...any) {
	r.t.Helper()
	if _, err := r.a.Pool.Exec(r.t.Context(), sql, args...); err != nil {
		r.t.Fatalf("%s: %v", sql, err)
	}
}

func (r *rights) ask(who *authz.Actor, method, path, body string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.base+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if who != nil {
		req.AddCookie(&http.Cookie{Name: "zjcs", Value: r.tokens[who]})
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func (r *rights) erase(who *authz.Actor, person uuid.UUID) (int, string) {
	r.t.Helper()
	return r.ask(who, http.MethodPut, "/api/v1/persons/"+person.String()+"/erasure", `{"reason":"本人申请"}`)
}

// submission stores one by Zhang, with a sealed number.
func (r *rights) submission(state string, org *uuid.UUID) uuid.UUID {
	r.t.Helper()
	id, ref := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	r.exec(`INSERT INTO submission (id, kind, title, org_id, author, region_code, state, content) VALUES ($1, $5, '张三丰的申请', $2, $3, $4, $6, '{"name":"张三丰"}')`,
		id, org, r.zhang.Person, testkit.County, "k"+id.String(), state)
	r.exec(`INSERT INTO submission_secret (id, submission_id, sealed) VALUES ($1, $2, $3)`, ref, id, r.a.Vault.Seal("submission.secret", zhangID))
	return id
}

// TestOneTakesOutAllThatIsStored about oneself, and nothing about another.
func TestOneTakesOutAllThatIsStored(t *testing.T) {
	t.Parallel()
	r := newRights(t)
	r.submission("rejected", &r.org)
	status, body := r.ask(r.zhang, http.MethodGet, "/api/v1/me/data", "")
	if status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	for _, want := range []string{"张三丰", "zhang.sanfeng", "zhang@example.com", zhangPhone, zhangID, "给张三丰的消息", "https://id.example.cn", "张三丰的申请", "agency_agent"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is stored and not in the export", want)
		}
	}
	for _, never := range []string{"argon2id", "TOTPKEY", `"code"`, "机构管理员\"", r.tokens[r.zhang]} {
		if strings.Contains(body, never) {
			t.Errorf("the export shows %s", never)
		}
	}
	var data struct{ Sessions, Grants []any }
	if err := json.Unmarshal([]byte(body), &data); err != nil || len(data.Sessions) != 1 || len(data.Grants) != 1 {
		t.Errorf("%+v %v", data, err)
	}
	if _, body := r.ask(r.admin, http.MethodGet, "/api/v1/me/data", ""); strings.Contains(body, "zhang") || strings.Contains(body, zhangPhone) {
		t.Error("another's data in the export")
	}
	if status, _ := r.ask(nil, http.MethodGet, "/api/v1/me/data", ""); status != 401 {
		t.Errorf("a visitor: %d", status)
	}
	var looks int
	if err := r.a.Pool.QueryRow(t.Context(), `SELECT count(*) FROM audit_log WHERE person_id = $1 AND outcome = 'read' AND summary LIKE '导出%'`, r.zhang.Person).Scan(&looks); err != nil || looks != 1 {
		t.Errorf("%d lines in the log, %v", looks, err)
	}
}

// TestForgottenButForTheRecords: what identified the person is nowhere left but in the log
// and in decided submissions; nobody is signed in as them any more.
func TestForgottenButForTheRecords(t *testing.T) {
	t.Parallel()
	r := newRights(t)
	decided := r.submission("rejected", &r.org)
	own := r.submission("draft", nil)
	firms := r.submission("draft", &r.org) // the admin goes on with it

	for range 2 { // twice is one request
		if status, body := r.ask(r.zhang, http.MethodPost, "/api/v1/me/erasure", `{"note":"不再从业"}`); status != 202 {
			t.Fatalf("%d %s", status, body)
		}
	}
	for who, want := range map[*authz.Actor]int{r.city: 1, r.county: 0} {
		_, body := r.ask(who, http.MethodGet, "/api/v1/erasure-requests", "")
		var requests list
		if err := json.Unmarshal([]byte(body), &requests); err != nil || len(requests.Items) != want || requests.Total != want {
			t.Errorf("%s sees %s", who.Name, body)
		}
	}
	var told int
	if err := r.a.Pool.QueryRow(t.Context(), `SELECT count(*) FROM message WHERE person_id = $1 AND title LIKE '%删除个人信息%' AND title || body NOT LIKE '%张三丰%'`, r.city.Person).Scan(&told); err != nil || told != 1 {
		t.Errorf("the platform's admin was told %d times, %v", told, err)
	}

	for who, want := range map[*authz.Actor]int{r.admin: 403, r.zhang: 403, r.county: 404, nil: 401} {
		if status, body := r.erase(who, r.zhang.Person); status != want {
			t.Errorf("not theirs to erase: %d %s, want %d", status, body, want)
		}
	}
	for name, want := range map[string]int{uuid.NewString(): 404, "x": 404} {
		if status, _ := r.ask(r.city, http.MethodPut, "/api/v1/persons/"+name+"/erasure", `{"reason":"本人申请"}`); status != want {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status, body := r.ask(r.city, http.MethodPut, "/api/v1/persons/"+r.zhang.Person.String()+"/erasure", `{"reason":" "}`); status != 422 || !strings.Contains(body, `"reason"`) {
		t.Errorf("without a reason: %d %s", status, body)
	}

	// Two at once, and once more: it is done once.
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if status, body := r.erase(r.city, r.zhang.Person); status != 200 {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	wg.Wait()
	if status, body := r.erase(r.city, r.zhang.Person); status != 200 || !strings.Contains(body, `"again":true`) {
		t.Errorf("again: %d %s", status, body)
	}
	if status, _ := r.ask(r.zhang, http.MethodGet, "/api/v1/messages", ""); status != 401 {
		t.Errorf("still signed in: %d", status)
	}
	r.nothingLeft(t)

	var lines, secrets int
	var state, title, firmState string
	row := r.a.Pool.QueryRow(t.Context(), `SELECT
		(SELECT count(*) FROM audit_log WHERE action = 'personal-data:erase' AND outcome = 'done'),
		(SELECT count(*) FROM submission_secret WHERE submission_id = $1),
		(SELECT state FROM submission WHERE id = $1), (SELECT title FROM submission WHERE id = $2), (SELECT state FROM submission WHERE id = $3)`, own, decided, firms)
	if err := row.Scan(&lines, &secrets, &state, &title, &firmState); err != nil {
		t.Fatal(err)
	}
	if lines != 1 || secrets != 0 || state != "withdrawn" || title != "张三丰的申请" || firmState != "draft" {
		t.Errorf("%d lines, %d secrets of the draft, draft %s, record %q, the firm's draft %s", lines, secrets, state, title, firmState)
	}
}

// nothingLeft searches every table for what identified the person. Records are named.
func (r *rights) nothingLeft(t *testing.T) {
	t.Helper()
	kept := map[string]bool{"audit_log": true, "submission": true, "submission_event": true, "river_job": true}
	rows, err := r.a.Pool.Query(t.Context(), `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if kept[table] {
			continue
		}
		var n int
		sql := fmt.Sprintf(`SELECT count(*) FROM %s x WHERE to_jsonb(x)::text ~ '张三丰|zhang|argon2id'`, pgx.Identifier{table}.Sanitize())
		if err := r.a.Pool.QueryRow(t.Context(), sql).Scan(&n); err != nil || n > 0 {
			t.Errorf("%s still holds %d rows, %v", table, n, err)
		}
	}
	var blank bool
	if err := r.a.Pool.QueryRow(t.Context(), `
		SELECT name = '已注销用户' AND login IS NULL AND email IS NULL AND phone IS NULL AND phone_digest IS NULL AND id_number IS NULL AND id_digest IS NULL AND password_hash IS NULL
		       AND totp_secret IS NULL AND recovery_codes = '{}' AND state = 'erased'
		       AND NOT EXISTS (SELECT FROM role_grant WHERE person_id = p.id AND revoked_at IS NULL) AND NOT EXISTS (SELECT FROM session WHERE person_id = p.id AND revoked_at IS NULL)
		FROM person p WHERE id = $1`, r.zhang.Person).Scan(&blank); err != nil || !blank {
		t.Errorf("something is left in the account, %v", err)
	}
}

// TestWhileThePersonIsNeeded it is refused, and says why.
func TestWhileThePersonIsNeeded(t *testing.T) {
	t.Parallel()
	r := newRights(t)
	refused := func(person uuid.UUID, why string) {
		t.Helper()
		if status, body := r.erase(r.city, person); status != 409 || !strings.Contains(body, why) {
			t.Errorf("%s: %d %s", why, status, body)
		}
	}
	open := r.submission("submitted", &r.org)
	refused(r.zhang.Person, "还在办理（待审核）")
	r.exec(`UPDATE submission SET state = 'accepted' WHERE id = $1`, open)
	refused(r.zhang.Person, "还在办理（公示中）")
	r.exec(`UPDATE submission SET state = 'published' WHERE id = $1`, open)
	refused(r.admin.Person, "仍是机构管理员")
	expert := r.cast.Person("专家", testkit.In(authz.Expert, r.cast.Organisation("expert", "专家", testkit.County)))
	refused(expert.Person, "仍是专家")
	refused(r.cast.Person("审核", testkit.At(authz.Operator, testkit.County)).Person, "仍是运营审核")
	if status, _ := r.erase(r.city, r.city.Person); status != 403 {
		t.Errorf("oneself: %d", status)
	}

	// In a register by number, whoever opened the account.
	if _, err := r.a.Seed(t.Context(), 3, 3, 5, nil); err != nil {
		t.Fatal(err)
	}
	r.exec(`UPDATE practitioner SET id_digest = (SELECT id_digest FROM person WHERE id = $1) WHERE id = (SELECT x.id FROM practitioner x JOIN agency a ON a.id = x.agency_id WHERE a.state = 'admitted' LIMIT 1)`, r.zhang.Person)
	refused(r.zhang.Person, "登记的执业人员")
	r.exec(`UPDATE practitioner SET id_digest = NULL`)
	r.exec(`UPDATE expert SET id_digest = (SELECT id_digest FROM person WHERE id = $1) WHERE id = (SELECT id FROM expert WHERE state = 'listed' LIMIT 1)`, r.zhang.Person)
	refused(r.zhang.Person, "仍在专家库中")
	if status, body := r.ask(r.zhang, http.MethodGet, "/api/v1/me/data", ""); status != 200 || !strings.Contains(body, `"employer"`) {
		t.Errorf("the register's entry is not in the export: %d %s", status, body)
	}
	r.exec(`UPDATE expert SET state = 'removed'`)
	if status, body := r.erase(r.city, r.zhang.Person); status != 200 {
		t.Errorf("nothing stands in the way any more: %d %s", status, body)
	}
	// Whoever never had a grant is the root's to deal with, and no county's.
	nobody := r.cast.Person("从未授权")
	if status, _ := r.erase(r.county, nobody.Person); status != 404 {
		t.Errorf("a county's admin: %d", status)
	}
	if status, body := r.erase(r.city, nobody.Person); status != 200 {
		t.Errorf("the city's: %d %s", status, body)
	}
}
