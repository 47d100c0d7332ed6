package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"zjcs/internal/app"
	"zjcs/internal/draw"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/config"
	"zjcs/internal/procurement"
	"zjcs/internal/purchaser"
	"zjcs/internal/testkit"
)

// hallItem asks for no certificate of its own: whoever offers it may bid.
const hallItem = "ZJ0005"

// hallRound is the published round of drand that the relay of these tests has.
const hallRound = 1000

// hall is the whole program, its clock running, with everyone on it who takes part in a
// procurement from the notice to the award.
type hall struct {
	a       *app.App
	base    string
	cast    *testkit.Cast
	round   draw.Round
	firms   []hallFirm
	experts []*authz.Actor

	operators  [2]map[string]string // cookies of those who signed in with a second factor
	supervisor map[string]string
}

// hallFirm is an agency with one who acts for it.
type hallFirm struct {
	id, org    uuid.UUID
	uscc, name string
	agent      *authz.Actor
}

// publishedRound is the one of the fixture.
func publishedRound(t *testing.T) draw.Round {
	t.Helper()
	raw, err := os.ReadFile("../draw/testdata/drand-quicknet.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Rounds []draw.Round }
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	if f.Rounds[0].Round != hallRound {
		t.Fatalf("the fixture begins with round %d", f.Rounds[0].Round)
	}
	return f.Rounds[0]
}

// relay answers as a relay of drand that has one round and no other.
func relay(t *testing.T, r draw.Round) string {
	t.Helper()
	answer, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	at := fmt.Sprintf("/%s/public/%d", procurement.Quicknet().Hash, r.Round)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path != at {
			http.Error(w, "the round is not there yet", http.StatusTooEarly)
			return
		}
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func newHall(t *testing.T, firms, experts int) *hall {
	t.Helper()
	h := &hall{round: publishedRound(t)}
	cfg := testConfig(t)
	cfg.DrandURLs = []string{relay(t, h.round)}
	h.open(t, cfg)
	for n := 1; n <= firms; n++ {
		h.firms = append(h.firms, h.firm(t, n))
	}
	h.exec(t, `INSERT INTO credit_rubric (id, version, level, conduct, points_from, points_to, validity_months, legal_basis, effective_from) VALUES ('T-1', 1, 'honour', '表彰', 1, 50, 24, '依据', '2020-01-01')`)
	for i, tenths := range hallCredits[:firms] {
		if tenths != 0 {
			h.exec(t, `INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, facts, source, state, proposed_at, confirmed_at, published_at, expires_on, demo)
				VALUES (gen_random_uuid(), $1, 'T-1', 1, $2, '表彰', '文件', 'published', now() - interval '20 days', now() - interval '10 days', now() - interval '10 days', current_date + 300, true)`, h.firms[i].id, tenths)
		}
	}
	for n := 1; n <= experts; n++ {
		h.experts = append(h.experts, h.expert(t, n))
	}
	for i, name := range []string{"李审核", "赵审核"} {
		h.operators[i] = h.signIn(t, h.cast.Person(name, testkit.At(authz.Operator, testkit.County)))
	}
	h.supervisor = h.signIn(t, h.cast.Person("钱监督", testkit.At(authz.Supervisor, testkit.County)))
	return h
}

// open starts the program: time is the machine's, as the database's is.
func (h *hall) open(t *testing.T, cfg config.Config) {
	t.Helper()
	o := options(cfg)
	o.Now = time.Now
	h.a, h.base = startWith(t, o)
	h.cast = testkit.NewCast(t, h.a.Pool)
}

func (h *hall) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := h.a.Pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (h *hall) scan(t *testing.T, sql string, args []any, into ...any) {
	t.Helper()
	if err := h.a.Pool.QueryRow(t.Context(), sql, args...).Scan(into...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// firm is an agency that shares nothing with any other.
func (h *hall) firm(t *testing.T, n int) hallFirm {
	t.Helper()
	f := hallFirm{id: uuid.Must(uuid.NewV7()), uscc: newUSCC(), name: fmt.Sprintf("第%d咨询院", n)}
	f.org = h.cast.Organisation("agency", f.name, testkit.County)
	h.exec(t, `INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id, organisation_id)
		SELECT $1, $2, $3, 'enterprise', $4, '', $5, $6, '', '2024-01-01', id, $7 FROM import_batch LIMIT 1`, f.id, f.uscc, f.name, fmt.Sprintf("院长第%d", n),
		fmt.Sprintf("临猗县学苑路%d号院", n), fmt.Sprintf("0359-%07d", 2_000_000+n), f.org)
	h.exec(t, `INSERT INTO agency_item (item_id, agency_id) SELECT id, $1 FROM service_item WHERE code = $2`, f.id, hallItem)
	h.exec(t, `SELECT refresh_carried(ARRAY[$1::uuid], NULL)`, f.id)
	f.agent = h.cast.Person(fmt.Sprintf("业务员第%d", n), testkit.In(authz.AgencyAgent, f.org))
	return f
}

// expert is one of the sector who has no interest in anyone.
func (h *hall) expert(t *testing.T, n int) *authz.Actor {
	t.Helper()
	name := fmt.Sprintf("专家第%d", n)
	org := h.cast.Organisation("expert", name, testkit.County)
	actor := h.cast.Person(name, testkit.In(authz.Expert, org))
	id := uuid.Must(uuid.NewV7())
	h.exec(t, `INSERT INTO expert (id, id_number, id_digest, phone, name, employer, title, specialties, batch_id, org_id, person_id, conflicts)
		SELECT $1, '', $2, '', $3, '某大学', '高级工程师', ARRAY[i.sector], i.batch_id, $4, $5, '[]' FROM service_item i WHERE i.code = $6`,
		id, []byte(id.String()), name, org, actor.Person, hallItem)
	return actor
}

// purchaser is a verified one with an account.
func (h *hall) purchaser(t *testing.T, name string) *authz.Actor {
	t.Helper()
	org := h.cast.Organisation("enterprise", name, testkit.County)
	actor := h.cast.Person(name+"经办", testkit.In(authz.PurchaserAdmin, org))
	submission := uuid.Must(uuid.NewV7())
	h.exec(t, `INSERT INTO submission (id, kind, title, org_id, author, region_code, state, content) VALUES ($1, 'purchaser-verification', '核验', $2, $3, $4, 'published', '{}')`,
		submission, org, actor.Person, testkit.County)
	h.exec(t, `INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, address, contact_name, contact_phone, contact_email, agent_name, papers, verified_at, submission_id)
		VALUES ($1, 'enterprise', $2, false, '', $3, '采购人', $4, '', '', '{}', now(), $5)`, org, "法人"+name, "临猗县"+name+"办公楼一层", h.a.Vault.Seal(purchaser.FieldPhone, "13600000001"), submission)
	return actor
}

// signIn is by password and a code of the second factor, as officials must.
func (h *hall) signIn(t *testing.T, p *authz.Actor) map[string]string {
	t.Helper()
	const secret = "JBSWY3DPEHPK3PXP"
	hash, err := h.a.Identity.Hasher.Hash(t.Context(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	var login string
	h.scan(t, `UPDATE person SET password_hash = $2, email_verified_at = now(), totp_secret = $3, totp_confirmed_at = now() WHERE id = $1 RETURNING login`,
		[]any{p.Person, hash, h.a.Vault.Seal("person.totp_secret", secret)}, &login)
	b := h.with(t, map[string]string{})
	if r := b.signIn(login, goodPassword); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.text)
	}
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	b.must(http.StatusOK, "POST", "/api/v1/session/second-factor", m{"code": code})
	return b.cookies
}

// as is someone of the cast with a session of their own.
func (h *hall) as(t *testing.T, p *authz.Actor) *browser {
	t.Helper()
	own := *p
	own.Session = uuid.Must(uuid.NewV7())
	return h.with(t, map[string]string{"zjcs": h.cast.Token(&own)})
}

func (h *hall) with(t *testing.T, cookies map[string]string) *browser {
	t.Helper()
	jar := map[string]string{}
	for k, v := range cookies {
		jar[k] = v
	}
	return &browser{t: t, base: h.base, cookies: jar, header: map[string]string{}}
}

// byAndBy asks again and again: the program's own clock moves it.
func byAndBy(t *testing.T, what func() string, so func() bool) {
	t.Helper()
	turn := time.NewTicker(50 * time.Millisecond)
	defer turn.Stop()
	given := time.NewTimer(time.Minute)
	defer given.Stop()
	for !so() {
		select {
		case <-turn.C:
		case <-given.C:
			t.Fatalf("not within a minute: %s", what())
		}
	}
}

func (r *deal) eventually(what string, so func() bool) {
	r.t.Helper()
	byAndBy(r.t, func() string { return what }, so)
}

// until reads the procurement as the public does until it is so.
func (h *hall) until(t *testing.T, id uuid.UUID, what string, so func(procurement.Detail) bool) (d procurement.Detail) {
	t.Helper()
	byAndBy(t, func() string {
		said := []string{what, string(d.State), d.EndedReason}
		for _, c := range d.Course {
			said = append(said, string(c.Action)+" "+c.Note)
		}
		return strings.Join(said, "\n")
	}, func() bool {
		d = getJSON[procurement.Detail](t, h.base+"/api/v1/procurements/"+id.String())
		return so(d)
	})
	return d
}
