package app_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zjcs/internal/identity"
	"zjcs/internal/platform/config"
)

// TestOfficialsNeedASecondFactor before their grants count, and with it in every session.
func TestOfficialsNeedASecondFactor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	err := s.CreateAdmin(t.Context(), identity.Founder{Name: "总管理员", Login: "root.admin", Email: "root@example.com", Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	b := s.browser(t)
	b.signIn("root.admin", goodPassword)
	if me := b.me(); !me.SecondFactorSetupRequired || len(me.Roles) != 0 || slices.Contains(me.Permissions, "account:read") {
		t.Errorf("before set-up: %+v", me)
	}
	if r := b.do("GET", "/api/v1/accounts", nil); r.status != http.StatusForbidden || !strings.Contains(r.problem().Type, "second_factor") {
		t.Errorf("%d %s", r.status, r.text)
	}
	before := b.cookies["zjcs"]
	var f struct{ Secret string }
	b.must(http.StatusCreated, "POST", "/api/v1/me/totp", nil).into(t, &f)
	if r := b.do("PUT", "/api/v1/me/totp", m{"code": "000000"}); !r.blames("code") {
		t.Errorf("%d %s", r.status, r.text)
	}
	var codes struct{ RecoveryCodes []string }
	b.must(http.StatusOK, "PUT", "/api/v1/me/totp", m{"code": s.code(t, f.Secret)}).into(t, &codes)
	if len(codes.RecoveryCodes) != 10 || b.cookies["zjcs"] == before {
		t.Errorf("%d codes, token renewed: %v", len(codes.RecoveryCodes), b.cookies["zjcs"] != before)
	}
	if me := b.me(); me.SecondFactorSetupRequired || len(me.Roles) != 1 || me.Roles[0].Role != "platform_admin" || me.RecoveryCodesLeft != 10 {
		t.Errorf("after set-up: %+v", me)
	}
	b.must(http.StatusOK, "GET", "/api/v1/accounts", nil)
	if r := b.do("DELETE", "/api/v1/me/totp", m{"password": goodPassword, "recoveryCode": codes.RecoveryCodes[9]}); r.status != http.StatusForbidden {
		t.Errorf("an official takes the factor off: %d %s", r.status, r.text)
	}

	again := func() *browser {
		x := s.browser(t)
		if r := x.signIn("root.admin", goodPassword); r.status != http.StatusOK || !strings.Contains(r.text, `"secondFactorRequired":true`) {
			t.Fatalf("%d %s", r.status, r.text)
		}
		return x
	}
	half := again()
	if me := half.me(); !me.SecondFactorRequired || len(me.Permissions) != 0 || len(me.Roles) != 0 || me.Email != "" {
		t.Errorf("half signed in: %+v", me)
	}
	for _, path := range []string{"/api/v1/me/sessions", "/api/v1/accounts"} {
		if r := half.do("GET", path, nil); r.status != http.StatusForbidden || !strings.Contains(r.problem().Type, "second_factor") {
			t.Errorf("%s: %d %s", path, r.status, r.text)
		}
	}
	half.must(http.StatusForbidden, "PUT", "/api/v1/me/password", m{"current": goodPassword, "new": otherPassword})
	half.must(http.StatusForbidden, "POST", "/api/v1/me/totp", nil)
	// The code used for the set-up is spent.
	if r := half.do("POST", "/api/v1/session/second-factor", m{"code": s.code(t, f.Secret)}); !r.blames("code") {
		t.Errorf("a code works twice: %d %s", r.status, r.text)
	}
	s.clock.forward(time.Minute)
	old, code := half.cookies["zjcs"], s.code(t, f.Secret)
	half.must(http.StatusOK, "POST", "/api/v1/session/second-factor", m{"code": code})
	half.must(http.StatusOK, "GET", "/api/v1/accounts", nil)
	stolen := s.browser(t)
	stolen.cookies["zjcs"] = old
	if stolen.me().SignedIn {
		t.Error("the token from before the second factor lives")
	}
	// Two at once with one code: one gets in.
	s.clock.forward(time.Minute)
	code = s.code(t, f.Secret)
	racers := []*browser{again(), again(), again()}
	var wg sync.WaitGroup
	replies := make([]reply, len(racers))
	for i, r := range racers {
		wg.Go(func() { replies[i] = r.do("POST", "/api/v1/session/second-factor", m{"code": code}) })
	}
	wg.Wait()
	won := 0
	for _, r := range replies {
		if r.status == http.StatusOK {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d got in with one code", won)
	}
	lost := again()
	s.exec(t, `UPDATE person SET failures = 0, failed_at = NULL`)
	lost.must(http.StatusOK, "POST", "/api/v1/session/second-factor", m{"recoveryCode": strings.ToUpper(codes.RecoveryCodes[0])})
	if me := lost.me(); me.RecoveryCodesLeft != 9 {
		t.Errorf("%d recovery codes left", me.RecoveryCodesLeft)
	}
	if r := again().do("POST", "/api/v1/session/second-factor", m{"recoveryCode": codes.RecoveryCodes[0]}); !r.blames("recoveryCode") {
		t.Errorf("a recovery code works twice: %d %s", r.status, r.text)
	}
	guesser := again()
	for range 6 {
		guesser.do("POST", "/api/v1/session/second-factor", m{"code": "123456"})
	}
	s.clock.forward(time.Minute)
	if r := guesser.do("POST", "/api/v1/session/second-factor", m{"code": s.code(t, f.Secret)}); r.status != http.StatusTooManyRequests {
		t.Errorf("guessing is not stopped: %d %s", r.status, r.text)
	}
}

// TestGrants: within one's own region, of roles one may give, never one's own; a refusal
// and a grant are in the log; a grant taken back is refused at once by every instance.
func TestGrants(t *testing.T) {
	t.Parallel()
	var cfg config.Config
	s := newSite(t, func(c *config.Config) { cfg = *c })
	root, _ := s.admin(t)
	county := s.staff(t, root, "county.admin", "region_admin", "140821")
	elsewhere := s.staff(t, root, "other.admin", "region_admin", "140824")
	_, two := s.run(t, cfg)

	open := func(b *browser, login, role, region string, want int) reply {
		t.Helper()
		r := b.do("POST", "/api/v1/accounts", m{"name": "新人", "login": login, "email": login + "@example.com", "role": role, "regionCode": region, "reason": "岗位需要"})
		if r.status != want {
			t.Errorf("%s at %s: %d, want %d: %s", role, region, r.status, want, r.text)
		}
		return r
	}
	open(county, "x.one", "operator", "140824", 403)
	open(county, "x.two", "operator", "140800", 403)
	open(county, "x.three", "supervisor", "140821", 403)
	open(county, "x.four", "platform_admin", "140821", 403)
	open(county, "x.five", "operator", "999999", 422)
	open(county, "x.six", "purchaser_admin", "140821", 422)
	if n := one[int](t, s, `SELECT count(*) FROM person WHERE login LIKE 'x.%'`); n != 0 {
		t.Errorf("%d accounts of refused requests", n)
	}
	if n := one[int](t, s, `SELECT count(*) FROM audit_log WHERE outcome = 'refused' AND action LIKE '%-grant:give'`); n != 2 {
		t.Errorf("%d refusals of roles in the log", n)
	}
	open(root, "x.seven", "supervisor", "140821", 201)
	s.letter(t, "x.seven@example.com")

	operator := s.staff(t, county, "the.operator", "operator", "140821")
	person := operator.me().PersonID
	if r := county.do("POST", "/api/v1/grants", m{"personId": person, "role": "department_officer", "regionCode": "140821", "sector": "水利", "reason": "兼任"}); r.status != 201 {
		t.Fatalf("%d %s", r.status, r.text)
	}
	if r := county.do("POST", "/api/v1/grants", m{"personId": person, "role": "department_officer", "regionCode": "140821", "sector": "水利", "reason": "兼任"}); r.status != 409 {
		t.Errorf("twice the same: %d %s", r.status, r.text)
	}
	for name, in := range map[string]m{
		"sector":     {"personId": person, "role": "operator", "regionCode": "140821", "sector": "水利", "reason": "兼任"},
		"reason":     {"personId": person, "role": "operator", "regionCode": "140821", "reason": ""},
		"validUntil": {"personId": person, "role": "operator", "regionCode": "140821", "reason": "临时", "validUntil": "2020-01-01T00:00:00+08:00"},
		"personId":   {"personId": elsewhere.me().PersonID, "role": "operator", "regionCode": "140821", "reason": "兼任"},
		"role":       {"personId": person, "role": "king", "regionCode": "140821", "reason": "兼任"},
	} {
		if r := county.do("POST", "/api/v1/grants", in); r.status != 422 || !r.blames(name) {
			t.Errorf("%s: %d %s", name, r.status, r.text)
		}
	}
	if r := county.do("POST", "/api/v1/grants", m{"personId": county.me().PersonID, "role": "operator", "regionCode": "140821", "reason": "自己"}); r.status != 403 {
		t.Errorf("gives to oneself: %d", r.status)
	}
	elsewhere.must(http.StatusNotFound, "GET", query("/api/v1/grants", "personId", person), nil)

	var list struct {
		Items []struct {
			ID, Role, PersonName, RegionCode, GrantedBy, RevokedReason string
			Live                                                       bool
		}
	}
	county.must(http.StatusOK, "GET", query("/api/v1/grants", "personId", person), nil).into(t, &list)
	if len(list.Items) != 2 || list.Items[1].Role != "operator" || list.Items[1].GrantedBy != "官region_admin" {
		t.Fatalf("%+v", list)
	}
	grant := list.Items[1].ID
	elsewhere.must(http.StatusNotFound, "DELETE", "/api/v1/grants/"+grant, m{"reason": "越界"})
	operator.must(http.StatusForbidden, "DELETE", "/api/v1/grants/"+grant, m{"reason": "自己"})
	operator.at(two).must(http.StatusOK, "GET", "/api/v1/workload", nil)
	if r := county.do("DELETE", "/api/v1/grants/"+grant, m{"reason": ""}); !r.blames("reason") {
		t.Errorf("%d %s", r.status, r.text)
	}
	county.must(http.StatusNoContent, "DELETE", "/api/v1/grants/"+list.Items[0].ID, m{"reason": "不再兼任"})
	county.must(http.StatusNoContent, "DELETE", "/api/v1/grants/"+grant, m{"reason": "调离岗位"})
	operator.at(two).must(http.StatusForbidden, "GET", "/api/v1/workload", nil)
	operator.must(http.StatusForbidden, "GET", "/api/v1/workload", nil)
	county.must(http.StatusNotFound, "DELETE", "/api/v1/grants/"+grant, m{"reason": "再一次"})
	if n := one[int](t, s, `SELECT count(*) FROM audit_log WHERE subject_id = $1 AND summary LIKE '收回%调离岗位' AND person_name = '官region_admin'`, person); n != 1 {
		t.Errorf("%d lines of the withdrawal", n)
	}
	// One's own is another's to take.
	county.must(http.StatusOK, "GET", query("/api/v1/grants", "personId", county.me().PersonID), nil).into(t, &list)
	county.must(http.StatusForbidden, "DELETE", "/api/v1/grants/"+list.Items[0].ID, m{"reason": "自己"})
}

// TestAccountsOfARegion: lists, counts and changes stop at the border.
func TestAccountsOfARegion(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	root, _ := s.admin(t)
	county := s.staff(t, root, "county.admin", "region_admin", "140821")
	operator := s.staff(t, root, "the.operator", "operator", "140821")
	both := s.staff(t, root, "both.places", "operator", "140821")
	root.must(http.StatusCreated, "POST", "/api/v1/grants", m{"personId": both.me().PersonID, "role": "operator", "regionCode": "140824", "reason": "兼管"})
	supervisor := s.staff(t, root, "the.watcher", "supervisor", "140821")
	s.staff(t, root, "other.operator", "operator", "140824")
	firm := s.owner(t, "enterprise", "firm.owner") // at 140802
	s.exec(t, `UPDATE organisation SET region_code = '140821'`)

	type accounts struct {
		Items []struct {
			ID, Login, State, Phone string
			Grants                  []struct{ RegionCode string }
		}
		Total      int
		NextCursor string
	}
	get := func(b *browser, kv ...string) (l accounts) {
		b.must(http.StatusOK, "GET", query("/api/v1/accounts", kv...), nil).into(t, &l)
		return l
	}
	l := get(county)
	var logins []string
	for _, a := range l.Items {
		logins = append(logins, a.Login)
		for _, g := range a.Grants {
			if g.RegionCode != "140821" && g.RegionCode != "" {
				t.Errorf("%s: a grant at %s is shown", a.Login, g.RegionCode)
			}
		}
		if strings.Contains(a.Phone, "138001380") {
			t.Errorf("the telephone is shown: %s", a.Phone)
		}
	}
	slices.Sort(logins)
	if want := []string{"both.places", "county.admin", "firm.owner", "the.operator", "the.watcher"}; !slices.Equal(logins, want) || l.Total != 5 {
		t.Errorf("%v of %d, want %v", logins, l.Total, want)
	}
	if l := get(county, "region", "140824"); l.Total != 0 || len(l.Items) != 0 {
		t.Errorf("another region: %+v", l)
	}
	if l := get(county, "role", "supervisor"); l.Total != 1 || l.Items[0].Login != "the.watcher" {
		t.Errorf("%+v", l)
	}
	if l := get(county, "q", "THE.oper"); l.Total != 1 {
		t.Errorf("%+v", l)
	}
	if l := get(county, "q", "%"); l.Total != 0 {
		t.Errorf("%+v", l)
	}
	first := get(root, "limit", "3")
	second := get(root, "limit", "3", "cursor", first.NextCursor)
	if first.Total != 7 || len(second.Items) != 3 || second.Items[0].ID >= first.Items[2].ID {
		t.Errorf("%+v %+v", first, second)
	}
	county.must(http.StatusUnprocessableEntity, "GET", query("/api/v1/accounts", "region", "000000"), nil)

	state := func(b *browser, of *browser, to string, want int) {
		t.Helper()
		if r := b.do("PUT", "/api/v1/accounts/"+of.me().PersonID+"/state", m{"state": to, "reason": "离职"}); r.status != want {
			t.Errorf("%d, want %d: %s", r.status, want, r.text)
		}
	}
	state(county, root, "disabled", 404)
	state(county, both, "disabled", 403)
	state(county, supervisor, "disabled", 403)
	state(county, county, "disabled", 403)
	id := operator.me().PersonID
	state(county, operator, "disabled", 204)
	if operator.me().SignedIn {
		t.Error("sessions outlive the account")
	}
	if r := s.browser(t).signIn("the.operator", goodPassword); r.status != http.StatusForbidden || !strings.Contains(r.text, "停用") {
		t.Errorf("%d %s", r.status, r.text)
	}
	if r := s.browser(t).signIn("the.operator", "wrong"); r.status != http.StatusUnauthorized || strings.Contains(r.text, "停用") {
		t.Errorf("a wrong password learns of the state: %d %s", r.status, r.text)
	}
	county.must(http.StatusConflict, "PUT", "/api/v1/accounts/"+id+"/state", m{"state": "disabled", "reason": "离职"})
	county.must(http.StatusNoContent, "PUT", "/api/v1/accounts/"+id+"/state", m{"state": "active", "reason": "返岗"})
	county.must(http.StatusForbidden, "DELETE", "/api/v1/accounts/"+both.me().PersonID+"/totp", m{"reason": "换手机"})
	county.must(http.StatusNoContent, "DELETE", "/api/v1/accounts/"+id+"/totp", m{"reason": "换手机"})
	if r := s.browser(t).signIn("the.operator", goodPassword); r.status != http.StatusOK || !strings.Contains(r.text, `"secondFactorSetupRequired":true`) {
		t.Errorf("%d %s", r.status, r.text)
	}
	state(county, firm, "disabled", 204)
	if firm.me().SignedIn {
		t.Error("the owner of a disabled account is signed in")
	}
}

// TestDelegation inside an organisation: by invitation or to someone known; for a time;
// the last manager stays, also when two dismiss each other at once.
func TestDelegation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.owner(t, "agency", "agency.owner")
	other := s.owner(t, "agency", "other.owner")
	expert := s.owner(t, "expert", "the.expert")
	org := owner.me().Roles[0].Organisation.ID
	members := "/api/v1/organisations/" + org + "/members"
	invite := m{"name": "李受托", "email": "agent@example.com"}
	other.must(http.StatusForbidden, "POST", members, invite)
	other.must(http.StatusForbidden, "GET", members, nil)
	s.browser(t).must(http.StatusUnauthorized, "GET", members, nil)
	expert.must(http.StatusConflict, "POST", "/api/v1/organisations/"+expert.me().Roles[0].Organisation.ID+"/members", invite)
	for name, in := range map[string]m{
		"role":  {"name": "李受托", "email": "agent@example.com", "role": "purchaser_agent"},
		"email": {"name": "李受托", "email": "no"},
		"name":  {"name": "", "email": "agent@example.com"},
	} {
		if r := owner.do("POST", members, in); r.status != 422 || !r.blames(name) {
			t.Errorf("%s: %d %s", name, r.status, r.text)
		}
	}
	owner.must(http.StatusCreated, "POST", members, invite)
	_, token := s.letter(t, "agent@example.com")
	agent := s.browser(t)
	agent.must(http.StatusNoContent, "PUT", "/api/v1/password-resets/"+token, m{"password": goodPassword})
	if r := agent.signIn("agent@example.com", goodPassword); r.status != 200 {
		t.Fatal(r.text)
	}
	if me := agent.me(); me.Roles[0].Role != "agency_agent" || me.Roles[0].Organisation.ID != org || me.Email != "agent@example.com" {
		t.Errorf("%+v", me)
	}
	agent.must(http.StatusForbidden, "POST", members, m{"name": "王某", "email": "third@example.com"})
	agent.must(http.StatusOK, "GET", members, nil)

	// Someone known by the address; under another name it is a mistake.
	if r := owner.do("POST", members, m{"name": "王五", "email": "other.owner@example.com"}); !r.blames("name") {
		t.Errorf("%d %s", r.status, r.text)
	}
	owner.must(http.StatusCreated, "POST", members, m{"name": "张某", "email": "other.owner@example.com", "role": "agency_admin"})
	if text, token := s.letter(t, "other.owner@example.com"); token != "" || !strings.Contains(text, "已有的账号") {
		t.Error(text)
	}
	if me := other.me(); len(me.Roles) != 2 {
		t.Errorf("%+v", me.Roles)
	}

	// A grant for a time ends by itself, and makes room for another.
	s.exec(t, `UPDATE role_grant SET valid_until = now() - interval '1 second' WHERE role = 'agency_agent'`)
	if me := agent.me(); len(me.Roles) != 0 {
		t.Errorf("a grant outlives its day: %+v", me.Roles)
	}
	agent.must(http.StatusForbidden, "GET", members, nil)
	owner.must(http.StatusCreated, "POST", members, invite)
	s.letter(t, "agent@example.com")

	var list struct {
		Items []struct{ ID, Role, PersonName, PersonID string }
	}
	owner.must(http.StatusOK, "GET", members, nil).into(t, &list)
	ids := map[string]string{}
	for _, g := range list.Items {
		ids[g.PersonID] = g.ID
	}
	if len(ids) != 3 {
		t.Fatalf("%+v", list)
	}
	grantOf := func(b *browser) string { return members + "/" + ids[b.me().PersonID] }
	mine, theirs := grantOf(owner), grantOf(other)
	var wg sync.WaitGroup
	var replies [2]reply
	wg.Go(func() { replies[0] = owner.do("DELETE", theirs, nil) })
	wg.Go(func() { replies[1] = other.do("DELETE", mine, nil) })
	wg.Wait()
	if n := one[int](t, s, `SELECT count(*) FROM role_grant WHERE org_id = $1 AND role = 'agency_admin' AND revoked_at IS NULL`, org); n != 1 {
		t.Errorf("%d managers left: %d %d", n, replies[0].status, replies[1].status)
	}
	left := owner
	if replies[1].status == http.StatusNoContent {
		left = other
	}
	left.must(http.StatusConflict, "DELETE", grantOf(left), nil)
	left.must(http.StatusNoContent, "DELETE", grantOf(agent), nil)
	left.must(http.StatusNotFound, "DELETE", grantOf(agent), nil)
	// Another organisation's grant is not there.
	own := other.me().Roles[0].Organisation.ID
	if own != org {
		other.must(http.StatusNotFound, "DELETE", "/api/v1/organisations/"+own+"/members/"+ids[owner.me().PersonID], nil)
	}
}
