package app_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"zjcs/internal/platform/authz"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

func lineOf(method, path string) line { return line{method: method, path: path} }

var act = lineOf("POST", "/api/v1/submissions/{id}/actions")

// TestRefusalsDoNotStopTheProgram: a refusal found inside a transaction is logged while the
// transaction holds its connection. As many at once as there are connections, and more,
// are all answered.
func TestRefusalsDoNotStopTheProgram(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const many = 40 // the stage's program has 8 connections
	to := s.aim("业主企业待审核的: return", "supervisor")
	kind, body := s.body(act.route(), to)
	token := s.token("supervisor")
	var wg sync.WaitGroup
	status := make([]int, many)
	for i := range many {
		wg.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), act.method, s.base+to.fill(act.path, "{", "}"), strings.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Content-Type", kind)
			r.AddCookie(&http.Cookie{Name: "zjcs", Value: token})
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Error(err)
				return
			}
			res.Body.Close()
			status[i] = res.StatusCode
		})
	}
	wg.Wait()
	for _, got := range status {
		if got != http.StatusForbidden {
			t.Fatalf("answers: %v", status)
		}
	}
	var n int
	s.must(s.a.Pool.QueryRow(t.Context(), `SELECT count(*) FROM audit_log WHERE person_id = $1 AND outcome = 'refused'`, s.people["supervisor"].Person).Scan(&n))
	if n != many {
		t.Errorf("%d of %d refusals are in the log", n, many)
	}
}

// TestAGrantTakenBackBetweenReadingAndActing: whoever read a matter while entitled is
// refused the step once the grant is gone, has run out, or the account is shut.
func TestAGrantTakenBackBetweenReadingAndActing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	get := lineOf("GET", "/api/v1/submissions/{id}")
	for name, c := range map[string]struct {
		on, end string
		grant   authz.Grant
		want    int
	}{
		"a reviewer's grant is taken back":    {"业主企业待审核的: return", `UPDATE role_grant SET revoked_at = now() WHERE person_id = $1`, testkit.At(authz.Operator, testkit.County), 404},
		"a delegation runs out":               {"业主企业待审核的: withdraw", `UPDATE role_grant SET valid_until = now() WHERE person_id = $1`, testkit.In(authz.PurchaserAgent, s.buyer), 404},
		"a reviewer's account is shut":        {"业主企业待审核的: return", `UPDATE person SET state = 'disabled' WHERE id = $1`, testkit.At(authz.Operator, testkit.County), 401},
		"an agent's account is shut":          {"业主企业待审核的: withdraw", `UPDATE person SET state = 'disabled' WHERE id = $1`, testkit.In(authz.PurchaserAgent, s.buyer), 401},
		"a reviewer joins the organisation":   {"业主企业待审核的: return", `INSERT INTO role_grant (id, person_id, role, org_id) SELECT gen_random_uuid(), $1, 'purchaser_agent', org_id FROM role_grant WHERE role = 'purchaser_admin' AND org_id IN (SELECT id FROM organisation WHERE name = '业主企业')`, testkit.At(authz.Operator, testkit.County), 403},
		"a reviewer is moved to another post": {"业主企业待审核的: return", `UPDATE role_grant SET region_code = '` + testkit.OtherCounty + `' WHERE person_id = $1`, testkit.At(authz.Operator, testkit.County), 404},
	} {
		p := s.person("经办人", c.grant)
		s.people["x"] = p
		to := s.aim(c.on, "x")
		if got := s.meet(get, "x", to); got != http.StatusOK {
			t.Fatalf("%s: reading: %d %s", name, got, s.said)
		}
		s.exec(c.end, p.Person)
		if got := s.meet(act, "x", to); got != c.want {
			t.Errorf("%s: acting: %d, want %d: %s", name, got, c.want, s.said)
		}
		if state := s.ask(`SELECT state FROM submission WHERE id = $1`, to["id"]); state != string(review.Submitted) {
			t.Errorf("%s: the submission is %s", name, state)
		}
	}
}

// TestTwoHatsInABatch: an official who also works for the organisation decides everything
// of a batch but its own, and is not offered it.
func TestTwoHatsInABatch(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	own, other := s.aim("业主企业待审核的", "two_hats"), s.aim("某专家待审核的", "two_hats")
	b := s.browserOf("two_hats")
	item := func(a aim) m { return m{"id": a["id"], "version": 1, "action": "return", "note": "请补正"} }
	var out struct {
		Items []struct {
			ID      string
			Done    bool
			Message string
		}
	}
	b.must(http.StatusOK, "POST", "/api/v1/submission-actions", m{"items": []m{item(own), item(other)}}).into(t, &out)
	if out.Items[0].Done || !strings.Contains(out.Items[0].Message, "本单位") || !out.Items[1].Done {
		t.Errorf("%+v", out)
	}
	var d struct {
		AllowedActions []string
		WhyNot         string
	}
	b.must(http.StatusOK, "GET", "/api/v1/submissions/"+own["id"], nil).into(t, &d)
	if strings.Join(d.AllowedActions, " ") != "withdraw" || !strings.Contains(d.WhyNot, "本单位") {
		t.Errorf("offered %v, why not %q", d.AllowedActions, d.WhyNot)
	}
}

// TestAKeyIsItsOwners: the same Idempotency-Key from another person is another write, and
// shows nothing of the first; nor does one's own key once one may no longer do the thing.
func TestAKeyIsItsOwners(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	to := s.aim("业主企业的草稿", "purchaser_admin")
	path, body := "/api/v1/submissions/"+to["id"]+"/content", m{"version": 1, "content": m{"address": "秘密路 1 号"}}
	keyed := func(who string) *browser {
		b := s.browserOf(who)
		b.header["Idempotency-Key"] = "one-key"
		return b
	}
	first := keyed("purchaser_admin")
	first.must(http.StatusOK, "PUT", path, body)
	if r := first.must(http.StatusOK, "PUT", path, body); r.header.Get("Idempotency-Replayed") != "true" {
		t.Error("a repeated write was done again")
	}
	for who, want := range map[string]int{"agency_admin": 404, "operator": 404, "purchaser_agent": 409} { // the agent sees it, and is late
		if r := keyed(who).do("PUT", path, body); r.status != want || strings.Contains(r.text, "秘密路") || r.header.Get("Idempotency-Replayed") != "" {
			t.Errorf("%s with another's key: %d %s", who, r.status, r.text)
		}
	}
	visitor := s.browser()
	visitor.header["Idempotency-Key"] = "one-key"
	visitor.must(http.StatusUnauthorized, "PUT", path, body)
	if r := first.do("PUT", path, m{"version": 1, "content": m{}}); r.status != http.StatusConflict && r.status != http.StatusUnprocessableEntity {
		t.Errorf("one key for two writes: %d %s", r.status, r.text)
	}
	s.exec(`UPDATE person SET state = 'disabled' WHERE id = $1`, s.people["purchaser_admin"].Person)
	if r := first.do("PUT", path, body); r.status != http.StatusUnauthorized {
		t.Errorf("an account that is shut reads its old answer: %d", r.status)
	}
}

// TestObjectionsDoNotFlood: an address files ten within an hour, by the interface and the
// page together, however many come at once; another address is not held up by it.
func TestObjectionsDoNotFlood(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	number := s.publicity()["number"]
	body := m{"name": "群众甲", "contact": "13800138000", "text": "该专家的职称证书与公示的不符"}
	const many = 25
	status := make([]int, many)
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			if i%3 == 0 {
				res, err := http.DefaultClient.PostForm(s.base+"/publicity/"+number, map[string][]string{"name": {"群众甲"}, "contact": {"13800138000"}, "text": {"该专家的职称证书与公示的不符"}})
				if err != nil {
					t.Error(err)
					return
				}
				res.Body.Close()
				status[i] = res.StatusCode
				return
			}
			status[i] = s.browser().do("POST", "/api/v1/publicity/"+number+"/objections", body).status
		})
	}
	wg.Wait()
	filed := func() (n int) {
		s.must(s.a.Pool.QueryRow(t.Context(), `SELECT count(*) FROM objection`).Scan(&n))
		return n
	}
	if n := filed(); n != 10 {
		t.Errorf("%d were filed: %v", n, status)
	}
	if r := s.browser().do("POST", "/api/v1/publicity/"+number+"/objections", body); r.status != http.StatusTooManyRequests || !chinese.MatchString(r.problem().Detail) {
		t.Errorf("one more: %d %s", r.status, r.text)
	}
	if kept := s.ask(`SELECT string_agg(encode(address, 'escape'), ' ') FROM objection_address`); strings.Contains(kept, "127.0.0.1") {
		t.Error("the address is kept in the clear")
	}
	s.exec(`UPDATE objection_address SET filed_at = filed_at - interval '61 minutes'`)
	s.browser().must(http.StatusCreated, "POST", "/api/v1/publicity/"+number+"/objections", body)
	s.must(s.a.Review.Tick(t.Context()))
	if left := s.ask(`SELECT count(*)::text FROM objection_address`); left != "1" {
		t.Errorf("%s addresses are kept, of one objection within the hour", left)
	}
}

func (s *stage) browser() *browser {
	return &browser{t: s.t, base: s.base, cookies: map[string]string{}, header: map[string]string{}}
}

func (s *stage) browserOf(who string) *browser {
	b := s.browser()
	b.cookies["zjcs"] = s.token(who)
	return b
}
