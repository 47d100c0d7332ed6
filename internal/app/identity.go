package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"zjcs/internal/identity"
	"zjcs/internal/identity/credential"
	"zjcs/internal/identity/provider"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/idempotency"
	"zjcs/internal/platform/mail"
	"zjcs/internal/platform/rules"
)

// openIdentity builds what signs people in.
func (c *Core) openIdentity() error {
	cfg := c.Config
	hasher, err := credential.NewHasher(credential.DefaultParams(), 0)
	if err != nil {
		return err
	}
	if cfg.BreachedFile != "" {
		if c.breached, err = credential.OpenBreachFile(cfg.BreachedFile); err != nil {
			return err
		}
	}
	passwords, err := credential.NewPolicy(c.breached)
	if err != nil {
		return err
	}
	captcha, err := credential.NewCaptcha(c.Vault.Digest("captcha", "key"), credential.CaptchaNumbers)
	if err != nil {
		return err
	}
	if c.mail, err = mail.New(cfg.Mail()); err != nil {
		return err
	}
	var elsewhere *provider.Provider
	if cfg.OIDCIssuer != "" {
		elsewhere = provider.New(provider.Options{
			Issuer: cfg.OIDCIssuer, ClientID: cfg.OIDCClientID, ClientSecret: cfg.OIDCClientSecret, Name: cfg.OIDCName,
			RedirectURL: strings.TrimSuffix(cfg.PublicURL, "/") + "/api/v1/oidc/callback",
		})
	}
	c.Once = idempotency.New(c.Pool, c.Vault)
	c.Identity = identity.New(identity.Deps{
		Pool: c.Pool, Vault: c.Vault, Policy: c.Policy, Now: c.Now, Hasher: hasher, Passwords: passwords, Captcha: captcha,
		Provider: elsewhere, Letters: c.letters(), Terms: c.terms, Site: cfg.SiteName, PublicURL: cfg.PublicURL, Demo: cfg.Demo,
		Holdings: c.holdings, ErasureAsked: c.erasureAsked,
	})
	return nil
}

// terms reads the numbers of signing in as the topmost region decides them today: who
// signs in has no region yet.
func (c *Core) terms(ctx context.Context) (identity.Terms, error) {
	var t identity.Terms
	root, err := c.rootRegion(ctx)
	if err != nil {
		return t, err
	}
	values, err := rules.List(ctx, c.Pool, root, c.Now())
	if err != nil {
		return t, err
	}
	in := termsReader{values: map[string]rules.Value{}}
	for _, v := range values {
		in.values[v.Name] = v
	}
	locks := in.list("login.lock_minutes")
	t = identity.Terms{
		Idle: in.span("session.idle_minutes", time.Minute), Absolute: in.span("session.absolute_hours", time.Hour),
		Forget:    in.span("login.forget_hours", time.Hour),
		ResetLife: in.span("mail.link_hours", time.Hour), InvitationLife: in.span("mail.invitation_hours", time.Hour),
		LettersAnHour: in.one("mail.letters_an_hour"),
	}
	t.Login = in.lockout("login.max_failures", locks, "login.captcha_after")
	t.Remote = in.lockout("login.address_max_failures", locks, "login.address_captcha_after")
	return t, in.err
}

// rootRegion is the region that all others are in.
func (c *Core) rootRegion(ctx context.Context) (string, error) {
	regions, err := c.Catalog.Regions(ctx)
	if err != nil {
		return "", err
	}
	for _, r := range regions {
		if r.Parent == "" {
			return r.Code, nil
		}
	}
	return "", nil
}

// termsReader reads rules and keeps the first thing that went wrong.
type termsReader struct {
	values map[string]rules.Value
	err    error
}

func (r *termsReader) one(name string) int {
	n, err := r.values[name].Int()
	if err != nil && r.err == nil {
		r.err = err
	}
	return n
}

func (r *termsReader) list(name string) []int {
	n, err := r.values[name].Ints()
	if err != nil && r.err == nil {
		r.err = err
	}
	return n
}

func (r *termsReader) span(name string, unit time.Duration) time.Duration {
	return time.Duration(r.one(name)) * unit
}

// lockout leaves the failures before the last allowed one free.
func (r *termsReader) lockout(failures string, locks []int, captcha string) *credential.Lockout {
	steps := make([]time.Duration, max(r.one(failures)-1, 0), r.one(failures)+len(locks))
	for _, m := range locks {
		steps = append(steps, time.Duration(m)*time.Minute)
	}
	l, err := credential.NewLockout(steps, r.one(captcha))
	if err != nil && r.err == nil {
		r.err = err
	}
	return l
}

// CreateAdmin makes a platform administrator from the operator's terminal.
func (c *Core) CreateAdmin(ctx context.Context, f identity.Founder) error {
	if f.Region == "" {
		root, err := c.rootRegion(ctx)
		if err != nil {
			return err
		}
		f.Region = root
	}
	_, err := c.Identity.Found(ctx, f)
	return explained(err)
}

// explained is a refusal as a terminal shows it: every fault, not the first alone.
func explained(err error) error {
	refusal, ok := apperr.As(err)
	if !ok || len(refusal.Fields) == 0 {
		return err
	}
	lines := make([]string, len(refusal.Fields))
	for i, f := range refusal.Fields {
		lines[i] = f.Name + "：" + f.Message
	}
	return errors.New(strings.Join(lines, "\n"))
}
