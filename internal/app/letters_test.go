package app_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// TestForgottenPassword: every address is told the same; a link works once, for an hour,
// ends all sessions and opens none.
func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.owner(t, "enterprise", "forgetful")
	b := s.browser(t)
	ask := func(email string) reply {
		return b.do("POST", "/api/v1/password-resets", m{"email": email, "captcha": b.captcha()})
	}
	unknown, known := ask("nobody@example.com"), ask("Forgetful@example.com")
	if unknown.status != http.StatusAccepted || unknown.status != known.status || unknown.text != known.text {
		t.Errorf("told apart: %d %s / %d %s", unknown.status, unknown.text, known.status, known.text)
	}
	_, token := s.letter(t, "forgetful@example.com") // the only letter: the unknown one was asked for first
	if r := b.do("POST", "/api/v1/password-resets", m{"email": "forgetful@example.com", "captcha": ""}); !r.blames("captcha") {
		t.Errorf("%d %s", r.status, r.text)
	}
	ask("forgetful@example.com")
	_, second := s.letter(t, "forgetful@example.com")

	put := func(token, password string) reply {
		return s.browser(t).do("PUT", "/api/v1/password-resets/"+token, m{"password": password})
	}
	if r := put(token, "forgetful@1"); !r.blames("password") {
		t.Errorf("%d %s", r.status, r.text)
	}
	var wg sync.WaitGroup
	var replies [3]reply
	for i := range replies {
		wg.Go(func() { replies[i] = put(token, otherPassword) })
	}
	wg.Wait()
	won := 0
	for _, r := range replies {
		if r.status == http.StatusNoContent {
			won++
		}
	}
	if won != 1 {
		t.Errorf("one link set %d passwords", won)
	}
	for _, stale := range []string{token, second, "made-up"} {
		if r := put(stale, goodPassword); r.status != http.StatusNotFound {
			t.Errorf("a stale link: %d %s", r.status, r.text)
		}
	}
	if owner.me().SignedIn {
		t.Error("a session outlives the reset")
	}
	if r := s.browser(t).signIn("forgetful", goodPassword); r.status != http.StatusUnauthorized {
		t.Errorf("the old password: %d", r.status)
	}
	if r := s.browser(t).signIn("forgetful", otherPassword); r.status != http.StatusOK {
		t.Errorf("the new password: %d %s", r.status, r.text)
	}
	ask("forgetful@example.com")
	_, late := s.letter(t, "forgetful@example.com")
	s.exec(t, `UPDATE mail_token SET expires_at = now() - interval '1 second' WHERE used_at IS NULL`)
	if r := put(late, goodPassword); r.status != http.StatusNotFound {
		t.Errorf("an old link: %d %s", r.status, r.text)
	}
}

// TestNewAddress counts once it is proven; the old one is told; an address of someone
// else cannot be taken.
func TestNewAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.owner(t, "enterprise", "mover")
	s.owner(t, "enterprise", "neighbour")
	b.must(http.StatusOK, "PATCH", "/api/v1/me", m{"email": "new@example.com", "name": "张新", "phone": "0359-2660000"})
	if me := b.me(); me.Email != "mover@example.com" || me.PendingEmail != "new@example.com" || me.Name != "张新" {
		t.Errorf("%+v", me)
	}
	s.letter(t, "new@example.com")
	b.must(http.StatusAccepted, "POST", "/api/v1/email-verifications", nil)
	_, token := s.letter(t, "new@example.com")
	b.must(http.StatusNoContent, "PUT", "/api/v1/email-verifications/"+token, nil)
	if text, _ := s.letter(t, "mover@example.com"); !strings.Contains(text, "改用了另一个邮箱") {
		t.Error(text)
	}
	if me := b.me(); me.Email != "new@example.com" || me.PendingEmail != "" {
		t.Errorf("%+v", me)
	}
	b.must(http.StatusConflict, "POST", "/api/v1/email-verifications", nil)
	b.must(http.StatusOK, "PATCH", "/api/v1/me", m{"email": "neighbour@example.com"})
	if text, token := s.letter(t, "neighbour@example.com"); token != "" || !strings.Contains(text, "已有账号") {
		t.Error(text)
	}
	for range 2 {
		b.do("PATCH", "/api/v1/me", m{"email": "more@example.com"})
	}
	if r := b.do("PATCH", "/api/v1/me", m{"email": "more@example.com"}); r.status != http.StatusTooManyRequests {
		t.Errorf("letters without end: %d %s", r.status, r.text)
	}
	for field, in := range map[string]m{"name": {"name": ""}, "phone": {"phone": "abc"}, "email": {"email": "x"}} {
		if r := b.do("PATCH", "/api/v1/me", in); !r.blames(field) {
			t.Errorf("%s: %d %s", field, r.status, r.text)
		}
	}
}

// TestNothingSecretIsWrittenDown: not in the log, the audit log, the jobs or the tables.
func TestNothingSecretIsWrittenDown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	root, secret := s.admin(t)
	b := s.owner(t, "enterprise", "secretive")
	b.do("POST", "/api/v1/session", m{"login": "secretive", "password": "a wrong secret"})
	b.do("POST", "/api/v1/password-resets", m{"email": "secretive@example.com", "captcha": b.captcha()})
	_, token := s.letter(t, "secretive@example.com")
	b.header["Idempotency-Key"] = "one"
	b.must(http.StatusOK, "PUT", "/api/v1/me/password", m{"current": goodPassword, "new": otherPassword})
	b.header = map[string]string{}
	s.staff(t, root, "the.operator", "operator", "140821")
	dump := s.log.String()
	for _, table := range []string{"audit_log", "river_job", "person", "session", "mail_token", "idempotency", "sign_in_failure", "captcha_used", "organisation"} {
		dump += one[string](t, s, `SELECT coalesce(string_agg(t::text, chr(10)), '') FROM `+table+` t`)
	}
	if len(dump) < 5000 {
		t.Fatalf("only %d characters to look through", len(dump))
	}
	for name, v := range map[string]string{
		"a password": goodPassword, "a new password": otherPassword, "a wrong password": "a wrong secret", "a telephone": "13800138000",
		"a link": token, "a session": b.cookies["zjcs"], "a second factor": secret, "the admin's session": root.cookies["zjcs"],
	} {
		if strings.Contains(dump, v) {
			t.Errorf("%s is written down", name)
		}
	}
}

// TestIdempotencyKey: a repeated write is done once.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.owner(t, "agency", "repeater")
	other := s.owner(t, "agency", "other.one")
	members := "/api/v1/organisations/" + b.me().Roles[0].Organisation.ID + "/members"
	in := m{"name": "李受托", "email": "agent@example.com"}
	b.header["Idempotency-Key"] = "key-1"
	var wg sync.WaitGroup
	var replies [5]reply
	for i := range replies {
		wg.Go(func() {
			x := &browser{t: t, base: b.base, cookies: map[string]string{"zjcs": b.cookies["zjcs"]}, header: b.header}
			replies[i] = x.do("POST", members, in)
		})
	}
	wg.Wait()
	first := ""
	for _, r := range replies {
		switch {
		case r.status == http.StatusCreated && (first == "" || first == r.text):
			first = r.text
		case r.status == http.StatusConflict && strings.Contains(r.text, "还在办理"):
		default:
			t.Errorf("%d %s", r.status, r.text)
		}
	}
	again := b.must(http.StatusCreated, "POST", members, in)
	if again.text != first || again.header.Get("Idempotency-Replayed") != "true" || again.header.Get("Content-Type") != "application/json" {
		t.Errorf("%v %s, first %s", again.header, again.text, first)
	}
	if n := one[int](t, s, `SELECT count(*) FROM role_grant WHERE role = 'agency_agent'`); n != 1 {
		t.Errorf("%d grants", n)
	}
	for what, r := range map[string]reply{
		"another body": b.do("POST", members, m{"name": "李受托", "email": "else@example.com"}), "another route": b.do("DELETE", "/api/v1/me/sessions", nil),
	} {
		if r.status != http.StatusUnprocessableEntity || !r.blames("Idempotency-Key") {
			t.Errorf("%s: %d %s", what, r.status, r.text)
		}
	}
	// The key is its sender's own, a refusal is an answer, and a day ends it.
	other.header["Idempotency-Key"] = "key-1"
	other.must(http.StatusNoContent, "DELETE", "/api/v1/me/sessions", nil)
	b.header["Idempotency-Key"] = "key-2"
	for range 2 {
		if r := b.do("POST", members, m{"name": "", "email": "x"}); !r.blames("email") {
			t.Errorf("%d %s", r.status, r.text)
		}
	}
	s.exec(t, `UPDATE idempotency SET at = now() - interval '25 hours' WHERE key = 'key-2'`)
	b.must(http.StatusNoContent, "DELETE", "/api/v1/me/sessions", nil)
	for _, bad := range []string{strings.Repeat("k", 101), "has space", "键"} {
		b.header["Idempotency-Key"] = bad
		if r := b.do("DELETE", "/api/v1/me/sessions", nil); !r.blames("Idempotency-Key") {
			t.Errorf("%q: %d %s", bad, r.status, r.text)
		}
	}
	// One that was cut off answers nothing, and is not done again.
	b.header["Idempotency-Key"] = "key-3"
	b.must(http.StatusNoContent, "DELETE", "/api/v1/me/sessions", nil)
	s.exec(t, `UPDATE idempotency SET status = NULL, answer = NULL WHERE key = 'key-3'`)
	b.must(http.StatusConflict, "DELETE", "/api/v1/me/sessions", nil)
	// A fault of the program is no answer.
	b.header["Idempotency-Key"] = "key-4"
	s.exec(t, `ALTER TABLE session RENAME COLUMN agent TO agent_gone`)
	s.exec(t, `ALTER TABLE audit_log RENAME TO audit_gone`)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, b.base+"/api/v1/me/sessions", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Idempotency-Key", "key-4")
	r.AddCookie(&http.Cookie{Name: "zjcs", Value: b.cookies["zjcs"]})
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || res.StatusCode != http.StatusInternalServerError {
		t.Fatalf("%v %v", res, err)
	}
	res.Body.Close()
	s.exec(t, `ALTER TABLE audit_gone RENAME TO audit_log`)
	b.must(http.StatusNoContent, "DELETE", "/api/v1/me/sessions", nil)
}

// TestSweep removes what has served its time and nothing else.
func TestSweep(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.owner(t, "enterprise", "keeper")
	b.signIn("keeper", "a guess") // a count
	b.header["Idempotency-Key"] = "k"
	b.must(http.StatusNoContent, "DELETE", "/api/v1/me/sessions", nil)
	counts := func() (n [5]int) {
		for i, table := range []string{"captcha_used", "sign_in_failure", "mail_token", "session", "idempotency"} {
			n[i] = one[int](t, s, `SELECT count(*) FROM `+table)
		}
		return n
	}
	sweep := func() {
		if err := errors.Join(s.Identity.Sweep(t.Context()), s.Once.Sweep(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	s.exec(t, `UPDATE captcha_used SET expires_at = now() + interval '1 minute'`) // the site's clock is not the database's
	before := counts()
	if sweep(); counts() != before || before[4] != 1 || before[3] == 0 || before[1] == 0 {
		t.Errorf("%v → %v", before, counts())
	}
	s.exec(t, `UPDATE captcha_used SET expires_at = now()`)
	s.exec(t, `UPDATE sign_in_failure SET last_at = now() - interval '49 hours'`)
	s.exec(t, `UPDATE mail_token SET expires_at = now() - interval '31 days'`)
	s.exec(t, `UPDATE session SET expires_at = now() - interval '31 days'`)
	s.exec(t, `UPDATE idempotency SET at = now() - interval '25 hours'`)
	if sweep(); counts() != [5]int{} {
		t.Errorf("left: %v", counts())
	}
}
