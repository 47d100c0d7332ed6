package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"zjcs/internal/app"
	"zjcs/internal/identity"
	"zjcs/internal/platform/config"
	"zjcs/internal/testkit/smtptest"
)

// A password that no rule has anything against, and another.
const (
	goodPassword  = "xun-7hua4-kepp-2dle"
	otherPassword = "9vote-lumba-3krizh-q"
)

// movable is a clock that a test sets.
type movable struct {
	mu sync.Mutex
	at time.Time
}

func (m *movable) now() time.Time { m.mu.Lock(); defer m.mu.Unlock(); return m.at }

func (m *movable) forward(d time.Duration) { m.mu.Lock(); defer m.mu.Unlock(); m.at = m.at.Add(d) }

// syncBuffer is a log that may be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// site is the whole program with e-mail, a clock of its own and its log.
type site struct {
	*app.App
	base  string
	clock *movable
	mail  *smtptest.Server
	log   *syncBuffer
}

func newSite(t *testing.T, change ...func(*config.Config)) *site {
	t.Helper()
	s := &site{clock: &movable{at: now()}, mail: smtptest.Start(t), log: &syncBuffer{}}
	cfg := testConfig(t)
	cfg.SMTPAddr, cfg.SMTPFrom, cfg.SMTPTLS = s.mail.Addr, "noreply@zjcs.example.cn", "none"
	for _, c := range change {
		c(&cfg)
	}
	s.App, s.base = s.run(t, cfg)
	return s
}

// run starts an instance on cfg with the site's clock and log.
func (s *site) run(t *testing.T, cfg config.Config) (*app.App, string) {
	t.Helper()
	o := options(cfg)
	o.Now, o.Logger = s.clock.now, slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a, err := app.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !strings.Contains(err.Error(), http.ErrServerClosed.Error()) {
			t.Errorf("stop: %v", err)
		}
		a.Close()
	})
	return a, "http://" + a.Addr()
}

func (s *site) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := s.Pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func one[T any](t *testing.T, s *site, sql string, args ...any) (v T) {
	t.Helper()
	if err := s.Pool.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// browser is someone at the site, with their cookies.
type browser struct {
	t       *testing.T
	base    string
	cookies map[string]string
	header  map[string]string
}

func (s *site) browser(t *testing.T) *browser {
	return &browser{t: t, base: s.base, cookies: map[string]string{}, header: map[string]string{}}
}

// at is the same person, with the same cookies, at another instance.
func (b *browser) at(base string) *browser {
	return &browser{t: b.t, base: base, cookies: b.cookies, header: b.header}
}

// reply is an answer, read.
type reply struct {
	status int
	header http.Header
	text   string
}

func (r reply) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.text), v); err != nil {
		t.Fatalf("%v: %s", err, r.text)
	}
}

type problem struct {
	Type, Detail string
	Errors       []struct{ Field, Message string }
}

func (r reply) problem() (p problem) {
	_ = json.Unmarshal([]byte(r.text), &p) // an answer that is none names no field
	return p
}

// blames reports whether the answer names the field.
func (r reply) blames(field string) bool {
	for _, e := range r.problem().Errors {
		if e.Field == field && chinese.MatchString(e.Message) {
			return true
		}
	}
	return false
}

func (b *browser) do(method, path string, body any) reply {
	b.t.Helper()
	var in io.Reader
	if body != nil {
		doc, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		in = bytes.NewReader(doc)
	}
	if !strings.HasPrefix(path, "http") {
		path = b.base + path
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, path, in)
	if err != nil {
		b.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range b.header {
		r.Header.Set(k, v)
	}
	for k, v := range b.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
			continue
		}
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			b.t.Errorf("cookie %s is open to scripts or other sites", c)
		}
		b.cookies[c.Name] = c.Value
	}
	if res.StatusCode >= 500 && res.StatusCode != http.StatusServiceUnavailable {
		b.t.Errorf("%s %s: %d %s", method, path, res.StatusCode, text)
	}
	return reply{status: res.StatusCode, header: res.Header, text: string(text)}
}

// must is do for what has to answer with that status.
func (b *browser) must(status int, method, path string, body any) reply {
	b.t.Helper()
	r := b.do(method, path, body)
	if r.status != status {
		b.t.Fatalf("%s %s: %d, want %d: %s", method, path, r.status, status, r.text)
	}
	return r
}

type m map[string]any

// captcha solves a challenge the way a browser does.
func (b *browser) captcha() string {
	b.t.Helper()
	var c struct {
		Algorithm, Challenge, Salt, Signature string
		MaxNumber                             int `json:"maxnumber"`
	}
	b.must(http.StatusOK, "GET", "/api/v1/captcha", nil).into(b.t, &c)
	for n := range c.MaxNumber + 1 {
		d := sha256.Sum256(fmt.Appendf(nil, "%s%d", c.Salt, n))
		if hex.EncodeToString(d[:]) != c.Challenge {
			continue
		}
		doc, err := json.Marshal(m{"algorithm": c.Algorithm, "challenge": c.Challenge, "number": n, "salt": c.Salt, "signature": c.Signature})
		if err != nil {
			b.t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(doc)
	}
	b.t.Fatal("the challenge has no answer")
	return ""
}

var chance = rand.New(rand.NewPCG(3, 4))
var chanceLock sync.Mutex

func newUSCC() string {
	chanceLock.Lock()
	defer chanceLock.Unlock()
	return string(identity.NewUSCC(chance, "91", "140899"))
}

// registration is a good one.
func (b *browser) registration(kind, login string) m {
	org := m{"name": "某某" + login + "公司", "uscc": newUSCC(), "regionCode": "140802"}
	if kind == "natural_person" || kind == "expert" {
		org = m{"regionCode": "140802"}
	}
	return m{"kind": kind, "organisation": org, "captcha": b.captcha(), "consent": true, "person": m{
		"name": "张某", "login": login, "email": login + "@example.com", "phone": "13800138000", "password": goodPassword,
	}}
}

type meReply struct {
	SignedIn                  bool
	PersonID                  string
	Name                      string
	Login                     string
	Email                     string
	PendingEmail              string
	SecondFactorRequired      bool
	SecondFactorSetupRequired bool
	RecoveryCodesLeft         int
	OIDCName                  string
	Roles                     []struct {
		Role         string
		RegionCode   string
		Organisation *struct{ ID, Name, USCC, RegionCode, State string }
	}
	Permissions []string
}

func (b *browser) me() (v meReply) {
	b.t.Helper()
	b.must(http.StatusOK, "GET", "/api/v1/me", nil).into(b.t, &v)
	return v
}

func (b *browser) signIn(login, password string) reply {
	b.t.Helper()
	return b.do("POST", "/api/v1/session", m{"login": login, "password": password})
}

var link = regexp.MustCompile(`/workspace/(reset-password|verify-email)/([A-Za-z0-9_-]+)`)

// letter is the next one that arrives, which must be for that address; the token in it.
func (s *site) letter(t *testing.T, to string) (text, token string) {
	t.Helper()
	got := s.mail.Next()
	if len(got.To) != 1 || got.To[0] != to {
		t.Fatalf("a letter for %v, want %s: %s", got.To, to, got.Text)
	}
	if l := link.FindStringSubmatch(got.Text); l != nil {
		token = l[2]
	}
	return got.Text, token
}

// admin makes a platform administrator at the terminal and signs in with a second factor.
func (s *site) admin(t *testing.T) (b *browser, secret string) {
	t.Helper()
	err := s.CreateAdmin(t.Context(), identity.Founder{Name: "总管理员", Login: "root.admin", Email: "root@example.com", Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	b = s.browser(t)
	if r := b.signIn("root.admin", goodPassword); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.text)
	}
	return b, b.setUpFactor(s)
}

// setUpFactor gives the signed-in person a second factor.
func (b *browser) setUpFactor(s *site) (secret string) {
	b.t.Helper()
	var f struct{ Secret, URL, QRCode string }
	b.must(http.StatusCreated, "POST", "/api/v1/me/totp", nil).into(b.t, &f)
	if !strings.HasPrefix(f.QRCode, "data:image/") || !strings.HasPrefix(f.URL, "otpauth://totp/") {
		b.t.Errorf("%+v", f)
	}
	b.must(http.StatusOK, "PUT", "/api/v1/me/totp", m{"code": s.code(b.t, f.Secret)})
	s.clock.forward(90 * time.Second) // the code just used is spent
	return f.Secret
}

func (s *site) code(t *testing.T, secret string) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, s.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// staff opens an official's account through b and signs them in with a second factor.
func (s *site) staff(t *testing.T, b *browser, login, role, region string) *browser {
	t.Helper()
	email := login + "@example.com"
	b.must(http.StatusCreated, "POST", "/api/v1/accounts", m{
		"name": "官" + role, "login": login, "email": email, "role": role, "regionCode": region, "reason": "岗位需要",
	})
	_, token := s.letter(t, email)
	x := s.browser(t)
	x.must(http.StatusNoContent, "PUT", "/api/v1/password-resets/"+token, m{"password": goodPassword})
	if r := x.signIn(login, goodPassword); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.text)
	}
	x.setUpFactor(s)
	return x
}

// owner registers an organisation and stays signed in; the address is proven.
func (s *site) owner(t *testing.T, kind, login string) *browser {
	t.Helper()
	b := s.browser(t)
	b.must(http.StatusCreated, "POST", "/api/v1/registrations", b.registration(kind, login))
	_, token := s.letter(t, login+"@example.com")
	b.must(http.StatusNoContent, "PUT", "/api/v1/email-verifications/"+token, nil)
	return b
}

func query(path string, kv ...string) string {
	q := url.Values{}
	for i := 0; i < len(kv); i += 2 {
		q.Set(kv[i], kv[i+1])
	}
	return path + "?" + q.Encode()
}
