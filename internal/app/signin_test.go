package app_test

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zjcs/internal/identity"
)

// TestRegistration: each kind gets its organisation, its role and a session; an address
// becomes a way in once it is proven.
func TestRegistration(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for kind, role := range map[string]string{
		"enterprise": "purchaser_admin", "public_body": "purchaser_admin", "village": "purchaser_admin", "natural_person": "purchaser_admin",
		"agency": "agency_admin", "expert": "expert",
	} {
		login := strings.ReplaceAll(kind, "_", ".") + "1"
		b := s.browser(t)
		b.must(http.StatusCreated, "POST", "/api/v1/registrations", b.registration(kind, login))
		me := b.me()
		if !me.SignedIn || len(me.Roles) != 1 || me.Roles[0].Role != role || me.Roles[0].Organisation.State != "registered" || me.Email != "" || me.PendingEmail != login+"@example.com" {
			t.Errorf("%s: %+v", kind, me)
		}
		if kind == "expert" && me.Roles[0].Organisation.Name != "张某" {
			t.Errorf("an expert's organisation is %s", me.Roles[0].Organisation.Name)
		}
		if r := s.browser(t).signIn(login+"@example.com", goodPassword); r.status != http.StatusUnauthorized {
			t.Errorf("%s: an unproven address signs in: %d", kind, r.status)
		}
		_, token := s.letter(t, login+"@example.com")
		visitor := s.browser(t)
		visitor.must(http.StatusNoContent, "PUT", "/api/v1/email-verifications/"+token, nil)
		visitor.must(http.StatusNotFound, "PUT", "/api/v1/email-verifications/"+token, nil)
		if r := s.browser(t).signIn(strings.ToUpper(login)+"@example.com", goodPassword); r.status != http.StatusOK {
			t.Errorf("%s: %d %s", kind, r.status, r.text)
		}
	}
	if n := one[int](t, s, `SELECT count(*) FROM audit_log WHERE action = 'registration:open' AND person_id IS NOT NULL`); n != 6 {
		t.Errorf("%d registrations in the log", n)
	}
}

func TestRegistrationNamesEveryFault(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	for field, change := range map[string]func(m){
		"consent":                 func(r m) { r["consent"] = false },
		"kind":                    func(r m) { r["kind"] = "bank" },
		"captcha":                 func(r m) { r["captcha"] = "e30=" },
		"organisation.uscc":       func(r m) { r["organisation"].(m)["uscc"] = "91350100M000100Y44" },
		"organisation.name":       func(r m) { r["organisation"].(m)["name"] = " " },
		"organisation.regionCode": func(r m) { r["organisation"].(m)["regionCode"] = "999999" },
		"person.name":             func(r m) { r["person"].(m)["name"] = "张\u0000" },
		"person.login":            func(r m) { r["person"].(m)["login"] = "a@b.cn" },
		"person.email":            func(r m) { r["person"].(m)["email"] = "a@b.cn, c@d.cn" },
		"person.phone":            func(r m) { r["person"].(m)["phone"] = "12" },
		"person.password":         func(r m) { r["person"].(m)["password"] = "Zhangmou2026!" },
		"person.idNumber":         func(r m) { r["person"].(m)["idNumber"] = "140802199001011234" },
	} {
		in := b.registration("enterprise", "someone")
		change(in)
		r := b.do("POST", "/api/v1/registrations", in)
		if r.status != http.StatusUnprocessableEntity || !r.blames(field) {
			t.Errorf("%s: %d %s", field, r.status, r.text)
		}
		if strings.Contains(r.text, "Zhangmou") || strings.Contains(r.text, "140802199001011234") {
			t.Errorf("%s: the answer repeats a secret", field)
		}
	}
	if n := one[int](t, s, `SELECT count(*) FROM person`) + one[int](t, s, `SELECT count(*) FROM organisation`); n != 0 {
		t.Errorf("%d rows of refused registrations", n)
	}
	// A captcha that was spent is spent.
	in := b.registration("enterprise", "firstone")
	b.must(http.StatusCreated, "POST", "/api/v1/registrations", in)
	again := b.registration("enterprise", "secondone")
	again["captcha"] = in["captcha"]
	if r := b.do("POST", "/api/v1/registrations", again); !r.blames("captcha") {
		t.Errorf("a captcha counts twice: %d %s", r.status, r.text)
	}
	// So is one that ran out.
	late := b.registration("enterprise", "thirdone")
	s.clock.forward(11 * time.Minute)
	if r := b.do("POST", "/api/v1/registrations", late); !r.blames("captcha") {
		t.Errorf("an old captcha counts: %d %s", r.status, r.text)
	}
	// A citizen's number has one account.
	number := identity.NewCitizenID(rand.New(rand.NewPCG(1, 1)), "140899", now().AddDate(-30, 0, 0)).Reveal()
	citizen := b.registration("natural_person", "citizen.a")
	citizen["person"].(m)["idNumber"] = number
	b.must(http.StatusCreated, "POST", "/api/v1/registrations", citizen)
	twice := b.registration("natural_person", "citizen.b")
	twice["person"].(m)["idNumber"] = strings.ToLower(number)
	if r := b.do("POST", "/api/v1/registrations", twice); !r.blames("person.idNumber") {
		t.Errorf("one number, two accounts: %d %s", r.status, r.text)
	}
	in = b.registration("enterprise", "firstone")
	if r := b.do("POST", "/api/v1/registrations", in); r.status != http.StatusUnprocessableEntity || !r.blames("person.login") {
		t.Errorf("a login twice: %d %s", r.status, r.text)
	}
}

// TestOneCodeRegistersOnce, however many try at the same moment; on the other side of the
// market it is free.
func TestOneCodeRegistersOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	code := newUSCC()
	const tries = 6
	requests := make([]m, tries)
	for i := range requests {
		requests[i] = s.browser(t).registration("agency", "racer"+string(rune('a'+i)))
		requests[i]["organisation"].(m)["uscc"] = code
	}
	replies := make([]reply, tries)
	var wg sync.WaitGroup
	for i := range requests {
		wg.Go(func() { replies[i] = s.browser(t).do("POST", "/api/v1/registrations", requests[i]) })
	}
	wg.Wait()
	won := 0
	for _, r := range replies {
		switch {
		case r.status == http.StatusCreated:
			won++
		case r.status != http.StatusConflict || !strings.Contains(r.text, "本单位的管理员") || strings.Contains(r.text, "张某"):
			t.Errorf("%d %s", r.status, r.text)
		}
	}
	if n := one[int](t, s, `SELECT count(*) FROM person`); won != 1 || n != 1 {
		t.Errorf("%d won, %d persons", won, n)
	}
	b := s.browser(t)
	other := b.registration("enterprise", "otherside")
	other["organisation"].(m)["uscc"] = code
	b.must(http.StatusCreated, "POST", "/api/v1/registrations", other)
}

// TestRegistrationTellsNothingOfAnAddress: an address with an account gets a letter that
// says so; whoever registers sees what anyone sees, and cannot take it.
func TestRegistrationTellsNothingOfAnAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.owner(t, "enterprise", "owner")
	b := s.browser(t)
	in := b.registration("enterprise", "intruder")
	in["person"].(m)["email"] = "owner@example.com"
	b.must(http.StatusCreated, "POST", "/api/v1/registrations", in)
	if me := b.me(); me.PendingEmail != "owner@example.com" {
		t.Errorf("%+v", me)
	}
	text, token := s.letter(t, "owner@example.com")
	if token != "" || !strings.Contains(text, "已有账号") {
		t.Errorf("%s", text)
	}
	if r := s.browser(t).signIn("owner@example.com", goodPassword); r.status != http.StatusOK {
		t.Errorf("%d", r.status)
	}
	if n := one[int](t, s, `SELECT count(*) FROM person WHERE email = 'owner@example.com'`); n != 1 {
		t.Errorf("%d persons have the address", n)
	}
}

// TestSignInTellsNothing: what someone without an account meets is word for word what
// someone with a wrong password meets, the captcha and the lock included.
func TestSignInTellsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.owner(t, "enterprise", "known.one")
	story := func(login, remote string) (told []string) {
		b := s.browser(t)
		for range 7 {
			in := m{"login": login, "password": "not the password"}
			r := b.do("POST", "/api/v1/session", in)
			if r.blames("captcha") && r.status == http.StatusUnprocessableEntity {
				told = append(told, r.problem().Detail)
				in["captcha"] = b.captcha()
				r = b.do("POST", "/api/v1/session", in)
				if again := b.do("POST", "/api/v1/session", in); again.status != http.StatusTooManyRequests && !again.blames("captcha") {
					t.Errorf("a captcha opens the door twice: %d %s", again.status, again.text)
				}
			}
			told = append(told, r.problem().Type+r.problem().Detail)
			for _, e := range r.problem().Errors {
				told = append(told, e.Field)
			}
		}
		s.exec(t, `UPDATE sign_in_failure SET failures = 0 WHERE key = $1`, s.Vault.Digest("sign-in.remote", remote))
		return told
	}
	known, unknown := story("known.one", "127.0.0.1"), story("no.such.one", "127.0.0.1")
	if !slices.Equal(known, unknown) {
		t.Errorf("known:\n%s\nunknown:\n%s", strings.Join(known, "\n"), strings.Join(unknown, "\n"))
	}
	if last := known[len(known)-1]; !strings.Contains(last, "too_many") {
		t.Errorf("after seven failures: %s", last)
	}
	if !slices.Contains(known, "captcha") {
		t.Errorf("no captcha was asked for: %v", known)
	}
}

// TestTheLockGrowsAndOpens by the database's time; the right password does not open it.
func TestTheLockGrowsAndOpens(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.owner(t, "enterprise", "locked.one")
	b := s.browser(t)
	key := s.Vault.Digest("sign-in.login", "locked.one")
	set := func(failures int, ago string) {
		s.exec(t, `INSERT INTO sign_in_failure (key, failures, last_at) VALUES ($1, $2, now() - $3::interval)
			ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at`, key, failures, ago)
	}
	try := func() reply {
		return b.do("POST", "/api/v1/session", m{"login": "locked.one", "password": goodPassword, "captcha": b.captcha()})
	}
	for _, c := range []struct {
		failures int
		ago      string
		want     int
	}{
		{5, "50 seconds", 429}, {5, "70 seconds", 200},
		{6, "4 minutes", 429}, {6, "6 minutes", 200},
		{7, "14 minutes", 429}, {7, "16 minutes", 200},
		{8, "59 minutes", 429}, {50, "59 minutes", 429}, {50, "61 minutes", 200},
	} {
		set(c.failures, c.ago)
		r := try()
		if r.status != c.want {
			t.Errorf("%d failures, %s ago: %d %s", c.failures, c.ago, r.status, r.text)
		}
		if r.status == http.StatusTooManyRequests && !strings.Contains(r.problem().Detail, "后再试") {
			t.Errorf("does not say when: %s", r.text)
		}
	}
	// A success forgets; what is long ago is forgotten.
	for range 2 {
		if r := b.signIn("locked.one", goodPassword); r.status != http.StatusOK {
			t.Errorf("%d %s", r.status, r.text)
		}
		set(50, "25 hours")
	}
}

// TestManyGuessesAtOnceAreMany: each attempt is counted before it is judged.
func TestManyGuessesAtOnceAreMany(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.owner(t, "enterprise", "target.one")
	var wg sync.WaitGroup
	var judged sync.Map
	for i := range 20 {
		wg.Go(func() {
			if r := s.browser(t).signIn("target.one", "guess number "+string(rune('a'+i))); r.status == http.StatusUnauthorized {
				judged.Store(i, true)
			}
		})
	}
	wg.Wait()
	n := 0
	judged.Range(func(any, any) bool { n++; return true })
	if n != 3 { // then a captcha is wanted
		t.Errorf("%d guesses were judged", n)
	}
}

// TestOwnSuccessDoesNotHideGuesses: who signs in to their own account between guesses
// at others' is still counted by address.
func TestOwnSuccessDoesNotHideGuesses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.owner(t, "enterprise", "own.account")
	b := s.browser(t)
	for i := range 9 {
		b.signIn("victim."+string(rune('a'+i)), "guess")
		if r := b.signIn("own.account", goodPassword); r.status != http.StatusOK {
			t.Fatalf("%d: %d %s", i, r.status, r.text)
		}
	}
	b.signIn("victim.z", "guess")
	if r := b.signIn("own.account", goodPassword); !r.blames("captcha") {
		t.Errorf("ten guesses from one address went unseen: %d %s", r.status, r.text)
	}
}

// TestSessionFixation: a token planted before signing in is worth nothing after it.
func TestSessionFixation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	attacker := s.owner(t, "enterprise", "attacker")
	s.owner(t, "enterprise", "victim")
	planted := attacker.cookies["zjcs"]
	victim := s.browser(t)
	victim.cookies["zjcs"] = planted
	if r := victim.signIn("victim", goodPassword); r.status != http.StatusOK {
		t.Fatal(r.text)
	}
	if victim.cookies["zjcs"] == planted {
		t.Error("the token was kept")
	}
	if me := attacker.me(); me.SignedIn {
		t.Errorf("the planted session lives on as %s", me.Login)
	}
	made := s.browser(t)
	made.cookies["zjcs"] = "made-up-token"
	if r := made.signIn("victim", goodPassword); r.status != http.StatusOK || made.cookies["zjcs"] == "made-up-token" {
		t.Error("a made-up token was taken on")
	}
}

// TestAnotherSiteCannotWrite, whatever cookies the browser sends along.
func TestAnotherSiteCannotWrite(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.owner(t, "enterprise", "csrf.one")
	for _, h := range []map[string]string{
		{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"},
	} {
		b.header = h
		for _, r := range []reply{
			b.do("DELETE", "/api/v1/me/sessions", nil), b.do("DELETE", "/api/v1/session", nil),
			b.do("POST", "/api/v1/session", m{"login": "csrf.one", "password": goodPassword}),
		} {
			if r.status != http.StatusForbidden || !strings.Contains(r.text, "别的网站") {
				t.Errorf("%v: %d %s", h, r.status, r.text)
			}
		}
	}
	b.header = map[string]string{"Sec-Fetch-Site": "same-origin"}
	b.must(http.StatusNoContent, "DELETE", "/api/v1/me/sessions", nil)
}

// TestSessionsEnd by idleness, by age, by hand and by a new password.
func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.owner(t, "enterprise", "sessions.one")
	other := s.owner(t, "enterprise", "sessions.two")
	again := func() *browser {
		b := s.browser(t)
		if r := b.signIn("sessions.one", goodPassword); r.status != http.StatusOK {
			t.Fatal(r.text)
		}
		return b
	}
	idle, old, third, fourth := again(), again(), again(), again()
	current := func(b *browser) (id string) {
		var l struct {
			Items []struct {
				ID      string
				Current bool
				Agent   string
			}
		}
		b.must(http.StatusOK, "GET", "/api/v1/me/sessions", nil).into(t, &l)
		for _, x := range l.Items {
			if x.Current {
				id = x.ID
			}
		}
		return id
	}
	s.exec(t, `UPDATE session SET seen_at = now() - interval '31 minutes' WHERE id = $1`, current(idle))
	s.exec(t, `UPDATE session SET expires_at = now() - interval '1 second' WHERE id = $1`, current(old))
	for name, b := range map[string]*browser{"idle": idle, "old": old} {
		if b.me().SignedIn {
			t.Errorf("the %s session lives", name)
		}
		b.must(http.StatusUnauthorized, "GET", "/api/v1/me/sessions", nil)
	}
	id := current(third)
	other.must(http.StatusNotFound, "DELETE", "/api/v1/me/sessions/"+id, nil)
	other.must(http.StatusNotFound, "DELETE", "/api/v1/me/sessions/nonsense", nil)
	a.must(http.StatusNoContent, "DELETE", "/api/v1/me/sessions/"+id, nil)
	a.must(http.StatusNotFound, "DELETE", "/api/v1/me/sessions/"+id, nil)
	if third.me().SignedIn {
		t.Error("an ended session lives")
	}
	before := a.cookies["zjcs"]
	if r := a.do("PUT", "/api/v1/me/password", m{"current": "wrong", "new": otherPassword}); !r.blames("current") {
		t.Errorf("%d %s", r.status, r.text)
	}
	if r := a.do("PUT", "/api/v1/me/password", m{"current": goodPassword, "new": "sessions.one-2026"}); !r.blames("new") {
		t.Errorf("%d %s", r.status, r.text)
	}
	a.must(http.StatusOK, "PUT", "/api/v1/me/password", m{"current": goodPassword, "new": otherPassword})
	stolen := s.browser(t)
	stolen.cookies["zjcs"] = before
	if stolen.me().SignedIn || fourth.me().SignedIn || !a.me().SignedIn || !other.me().SignedIn {
		t.Error("a new password ends every session but this one, whose token changes")
	}
	if r := s.browser(t).signIn("sessions.one", goodPassword); r.status != http.StatusUnauthorized {
		t.Errorf("the old password: %d", r.status)
	}
	token := a.cookies["zjcs"]
	a.must(http.StatusNoContent, "DELETE", "/api/v1/session", nil)
	if _, kept := a.cookies["zjcs"]; kept {
		t.Error("the cookie stays after signing out")
	}
	stolen.cookies["zjcs"] = token
	if stolen.me().SignedIn {
		t.Error("the token outlives signing out")
	}
}
