package app_test

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"zjcs/internal/platform/config"
)

// openID is a real OpenID provider (zitadel/oidc) with two users, test-user and
// test-user2, and two clients. A tap on its token endpoint sees the ID tokens it gives
// and can put one in another's place, as someone between the two would.
type openID struct {
	*httptest.Server
	mu      sync.Mutex
	given   string // the ID token given last
	instead string // given in its place, once
	down    bool
}

const clientSecret = "client-secret-of-the-test"

func newOpenID(t *testing.T, redirect string) *openID {
	t.Helper()
	o := &openID{}
	o.Server = httptest.NewUnstartedServer(nil)
	issuer := "http://" + o.Listener.Addr().String()
	store := storage.NewStorageWithClients(storage.NewUserStore(issuer), map[string]*storage.Client{
		"zjcs":  storage.WebClient("zjcs", clientSecret, redirect),
		"other": storage.WebClient("other", clientSecret, "http://127.0.0.1:9/other"),
	})
	real := exampleop.SetupServer(issuer, store, nil, false)
	o.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { o.tap(real, w, r) })
	o.Start()
	t.Cleanup(o.Close)
	return o
}

func (o *openID) tap(real http.Handler, w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.down {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	if r.URL.Path != "/oauth/token" {
		real.ServeHTTP(w, r)
		return
	}
	rec := httptest.NewRecorder()
	real.ServeHTTP(rec, r)
	var answer map[string]any
	body := rec.Body.Bytes()
	if json.Unmarshal(body, &answer) == nil {
		if id, ok := answer["id_token"].(string); ok {
			o.given = id
			if o.instead != "" {
				answer["id_token"], o.instead = o.instead, ""
				body, _ = json.Marshal(answer) // what was just read can be written
			}
		}
	}
	for k, v := range rec.Header() {
		if k != "Content-Length" {
			w.Header()[k] = v
		}
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body)
}

func (o *openID) set(change func()) { o.mu.Lock(); defer o.mu.Unlock(); change() }

// login goes from the provider's address, as a browser that signs in there, to where the
// provider sends it back.
func (o *openID) login(t *testing.T, address, user string) string {
	t.Helper()
	var back string
	client := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), o.URL) {
			back = r.URL.String()
			return http.ErrUseLastResponse
		}
		return nil
	}}
	res, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	form := url.Values{"username": {user}, "password": {"verysecure"}, "id": {res.Request.URL.Query().Get("authRequestID")}}
	if form.Get("id") == "" {
		t.Fatalf("the provider shows no sign-in: %d at %s", res.StatusCode, res.Request.URL)
	}
	if res, err = client.PostForm(o.URL+"/login/username", form); err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if back == "" {
		t.Fatalf("the provider did not send back: %d at %s", res.StatusCode, res.Request.URL)
	}
	return back
}

func (b *browser) location(method, path string, want int) string {
	b.t.Helper()
	return b.must(want, method, path, nil).header.Get("Location")
}

func parameter(t *testing.T, address, name string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get(name)
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestSignInElsewhere(t *testing.T) {
	t.Parallel()
	addr := freePort(t)
	op := newOpenID(t, "http://"+addr+"/api/v1/oidc/callback")
	s := newSite(t, func(c *config.Config) {
		c.Addr, c.PublicURL = addr, "http://"+addr
		c.OIDCIssuer, c.OIDCClientID, c.OIDCClientSecret, c.OIDCName = op.URL, "zjcs", clientSecret, "政务身份"
	})
	const start = "/api/v1/oidc/start"
	const user, user2 = "test-user@127.0.0.1", "test-user2"
	owner := s.owner(t, "enterprise", "linker")
	if me := owner.me(); me.OIDCName != "政务身份" {
		t.Errorf("%+v", me)
	}

	// Nobody is linked yet: an explanation, no account, no session.
	visitor := s.browser(t)
	address := visitor.location("GET", start, http.StatusFound)
	if parameter(t, address, "code_challenge_method") != "S256" || parameter(t, address, "nonce") == "" || parameter(t, address, "state") == "" {
		t.Errorf("%s", address)
	}
	if got := visitor.location("GET", op.login(t, address, user), http.StatusFound); got != "/workspace/sign-in?problem=account" || visitor.me().SignedIn {
		t.Errorf("unknown subject: %s", got)
	}
	if n := one[int](t, s, `SELECT count(*) FROM person`); n != 1 {
		t.Errorf("%d persons", n)
	}

	// Linked by whoever is signed in, and only from their own page.
	var begun struct{ URL string }
	owner.must(http.StatusOK, "POST", "/api/v1/me/identities", nil).into(t, &begun)
	back := op.login(t, begun.URL, user)
	thief := s.owner(t, "enterprise", "thief")
	thief.cookies["zjcs-oidc"] = owner.cookies["zjcs-oidc"]
	copied := *thief
	if got := copied.location("GET", back, http.StatusFound); got != "/workspace/account?problem=forbidden" {
		t.Errorf("linked by another: %s", got)
	}
	owner.must(http.StatusOK, "POST", "/api/v1/me/identities", nil).into(t, &begun)
	if got := owner.location("GET", op.login(t, begun.URL, user), http.StatusFound); got != "/workspace/account" {
		t.Errorf("linked: %s", got)
	}
	if r := owner.must(http.StatusOK, "GET", "/api/v1/me/identities", nil); !strings.Contains(r.text, "政务身份") {
		t.Error(r.text)
	}
	thief.must(http.StatusOK, "POST", "/api/v1/me/identities", nil).into(t, &begun)
	if got := thief.location("GET", op.login(t, begun.URL, user), http.StatusFound); got != "/workspace/account?problem=conflict" {
		t.Errorf("linked twice: %s", got)
	}

	// In, and on to where one wanted to go, within this site.
	for next, want := range map[string]string{
		"/workspace/agency?tab=1": "/workspace/agency?tab=1", "": "/workspace", "//evil.example": "/workspace",
		"https://evil.example": "/workspace", `/\evil.example`: "/workspace", "/\tevil": "/workspace",
	} {
		x := s.browser(t)
		got := x.location("GET", op.login(t, x.location("GET", query(start, "next", next), http.StatusFound), user), http.StatusFound)
		if got != want || x.me().Login != "linker" {
			t.Errorf("%q → %s as %s", next, got, x.me().Login)
		}
		if _, kept := x.cookies["zjcs-oidc"]; kept {
			t.Error("the flow is kept after it ended")
		}
	}

	refused := func(what, problem string, b *browser, callback string) {
		t.Helper()
		if got := b.location("GET", callback, http.StatusFound); got != "/workspace/sign-in?problem="+problem || b.me().SignedIn {
			t.Errorf("%s: %s", what, got)
		}
	}
	fresh := func() (*browser, string) {
		x := s.browser(t)
		return x, x.location("GET", start, http.StatusFound)
	}
	x, address := fresh()
	back = op.login(t, address, user)
	refused("another state", "code", x, strings.Replace(back, "state=", "state=x", 1))
	x, address = fresh()
	back = op.login(t, address, user)
	refused("another browser", "state", s.browser(t), back)
	kept := x.cookies["zjcs-oidc"]
	if got := x.location("GET", back, http.StatusFound); got != "/workspace" {
		t.Errorf("%s", got)
	}
	replayer := s.browser(t)
	replayer.cookies["zjcs-oidc"] = kept
	refused("a code twice", "code", replayer, back)
	x, address = fresh()
	back = op.login(t, address, user)
	x.cookies["zjcs-oidc"] = x.cookies["zjcs-oidc"][:40] + "AAAA" + x.cookies["zjcs-oidc"][44:]
	refused("a changed cookie", "state", x, back)
	x, address = fresh()
	back = op.login(t, address, user)
	s.clock.forward(11 * time.Minute)
	refused("too late", "state", x, back)
	x, _ = fresh()
	refused("the provider said no", "error", x, "/api/v1/oidc/callback?error=access_denied&error_description=no&iss=x&state=y")

	// Someone between puts another ID token of the same provider in the place of ours:
	// the first was given to another client, the second for another sign-in.
	x, address = fresh()
	otherToken := op.tokenForOther(t, address, user)
	back = op.login(t, address, user)
	op.set(func() { op.instead = otherToken })
	refused("another audience", "code", x, back)
	y, address := fresh()
	y.location("GET", op.login(t, address, user), http.StatusFound)
	ours := ""
	op.set(func() { ours = op.given })
	x, address = fresh()
	back = op.login(t, address, user2)
	op.set(func() { op.instead = ours })
	refused("another nonce", "code", x, back)

	for _, reason := range []string{"refused: state", "invalid_grant", `expected audience "zjcs" got ["other"]`, "refused: nonce"} {
		if !strings.Contains(strings.ReplaceAll(s.log.String(), `\`, ""), reason) {
			t.Errorf("nothing was refused for %s", reason)
		}
	}

	// Down: an explanation, and the rest goes on.
	x, address = fresh()
	back = op.login(t, address, user)
	op.set(func() { op.down = true })
	refused("down", "unavailable", x, back)
	op.set(func() { op.down = false })

	owner.must(http.StatusNoContent, "DELETE", "/api/v1/me/identities", nil)
	x, address = fresh()
	refused("unlinked", "account", x, op.login(t, address, user))
}

// tokenForOther signs in at another client of the provider, with the nonce of our address.
func (o *openID) tokenForOther(t *testing.T, address, user string) string {
	t.Helper()
	door, _, _ := strings.Cut(address, "?")
	nonce := parameter(t, address, "nonce")
	const redirect = "http://127.0.0.1:9/other"
	q := url.Values{"client_id": {"other"}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {"openid"}, "nonce": {nonce}, "state": {"s"}}
	back := o.login(t, door+"?"+q.Encode(), user)
	form := url.Values{"grant_type": {"authorization_code"}, "code": {parameter(t, back, "code")}, "redirect_uri": {redirect}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, o.URL+"/oauth/token", bytes.NewBufferString(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth("other", clientSecret)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct {
		IDToken string `json:"id_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || answer.IDToken == "" {
		t.Fatalf("%d %v", res.StatusCode, err)
	}
	return answer.IDToken
}

// TestProviderDownAtStart: the program starts and signs in by password all the same.
func TestProviderDownAtStart(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *config.Config) {
		c.OIDCIssuer, c.OIDCClientID, c.OIDCClientSecret = "http://"+freePort(t), "zjcs", clientSecret
	})
	s.owner(t, "enterprise", "someone")
	b := s.browser(t)
	if got := b.location("GET", "/api/v1/oidc/start", http.StatusFound); got != "/workspace/sign-in?problem=unavailable" {
		t.Error(got)
	}
	if r := b.signIn("someone", goodPassword); r.status != http.StatusOK {
		t.Errorf("%d %s", r.status, r.text)
	}
	plain := newSite(t).browser(t)
	if got := plain.location("GET", "/api/v1/oidc/start", http.StatusFound); got != "/workspace/sign-in?problem=not_found" {
		t.Error(got)
	}
}
