// Package provider signs people in elsewhere: OpenID Connect's authorization code flow
// with PKCE (RFC 7636), state and nonce, over go-oidc.
package provider

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Options name the provider and this program's registration with it.
type Options struct {
	Issuer       string
	ClientID     string
	ClientSecret string
	Name         string // as people know it
	RedirectURL  string
}

// timeout bounds each question to the provider.
const timeout = 8 * time.Second

// Provider is one OpenID provider. It is asked for its keys and addresses when it is first
// needed: this program starts, and all but this works, while the provider is down.
type Provider struct {
	Options
	client   *http.Client
	mu       sync.Mutex
	found    *oidc.Provider
	verifier *oidc.IDTokenVerifier
}

// New makes a provider that has not been asked yet.
func New(o Options) *Provider {
	return &Provider{Options: o, client: &http.Client{Timeout: timeout}}
}

// Flow is a sign-in under way. Its owner's browser keeps it, sealed.
type Flow struct {
	State    string
	Nonce    string
	Verifier string
}

// Subject is whom the provider says it is: its own identifier, the same every time.
type Subject struct{ Issuer, Subject string }

var (
	// ErrUnavailable means that the provider does not answer.
	ErrUnavailable = errors.New("provider: no answer")
	// ErrRefused means that what came back is not a sign-in that was begun here.
	ErrRefused = errors.New("provider: refused")
)

func (p *Provider) discover(ctx context.Context) (*oidc.Provider, *oidc.IDTokenVerifier, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		// The keys are fetched later too, so the context must outlive this request; the
		// client's timeout bounds each fetch.
		found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		p.found, p.verifier = found, found.Verifier(&oidc.Config{ClientID: p.ClientID})
	}
	return p.found, p.verifier, nil
}

func (p *Provider) config(found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: p.RedirectURL, Scopes: []string{oidc.ScopeOpenID},
	}
}

// Begin makes a flow and the address of the provider to send the browser to.
func (p *Provider) Begin(ctx context.Context) (address string, f Flow, err error) {
	found, _, err := p.discover(ctx)
	if err != nil {
		return "", f, err
	}
	f = Flow{State: chance(), Nonce: chance(), Verifier: oauth2.GenerateVerifier()}
	return p.config(found).AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), f, nil
}

// Finish takes what the provider sent the browser back with.
func (p *Provider) Finish(ctx context.Context, f Flow, state, code string) (Subject, error) {
	if f.State == "" || subtle.ConstantTimeCompare([]byte(f.State), []byte(state)) != 1 {
		return Subject{}, fmt.Errorf("%w: state", ErrRefused)
	}
	found, verifier, err := p.discover(ctx)
	if err != nil {
		return Subject{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := p.config(found).Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		var no *oauth2.RetrieveError
		if errors.As(err, &no) && no.Response.StatusCode < 500 {
			return Subject{}, fmt.Errorf("%w: code: %s", ErrRefused, no.ErrorCode)
		}
		return Subject{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Subject{}, fmt.Errorf("%w: no ID token", ErrRefused)
	}
	id, err := verifier.Verify(ctx, raw) // issuer, audience, expiry, signature
	if err != nil {
		return Subject{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if subtle.ConstantTimeCompare([]byte(f.Nonce), []byte(id.Nonce)) != 1 {
		return Subject{}, fmt.Errorf("%w: nonce", ErrRefused)
	}
	return Subject{Issuer: id.Issuer, Subject: id.Subject}, nil
}

func chance() string {
	b := make([]byte, 24)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
