package httpapi

import (
	"context"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
)

// anyQuery takes parameters nobody declared: providers add their own.
func anyQuery(o *huma.Operation) { o.SkipValidateParams = true }

// flowCookie keeps a sign-in elsewhere under way, for as long as it may take.
func (a *API) flowCookie(kept string) *http.Cookie {
	c := a.sessionCookie("")
	c.Name, c.Value, c.MaxAge = a.sessionCookieName()+"-oidc", kept, int(identity.FlowLife.Seconds())
	if kept == "" {
		c.MaxAge = -1
	}
	return c
}

type oidcStart struct {
	Next string `query:"next" maxLength:"500" doc:"登录后回到的本站路径，如 /workspace"`
}

func (a *API) oidcStart(ctx context.Context, in *oidcStart) (none, error) {
	address, kept, err := a.Identity.BeginElsewhere(ctx, in.Next)
	if err != nil {
		return none{}, a.explainAt(ctx, signInPage, err)
	}
	setCookie(ctx, a.flowCookie(kept))
	redirect(ctx, address)
	return none{}, nil
}

type linkBegun struct {
	URL string `json:"url" doc:"要前往的网址"`
}

func (a *API) beginLink(ctx context.Context, _ *none) (linkBegun, error) {
	address, kept, err := a.Identity.BeginLink(ctx)
	if err == nil {
		setCookie(ctx, a.flowCookie(kept))
	}
	return linkBegun{URL: address}, err
}

type oidcReturn struct {
	State string `query:"state"`
	Code  string `query:"code"`
	Error string `query:"error"`
}

func (a *API) oidcCallback(ctx context.Context, in *oidcReturn) (none, error) {
	kept := cookieOf(ctx, a.flowCookie("").Name)
	setCookie(ctx, a.flowCookie("")) // whatever comes of it, it is used up
	o, next, err := a.Identity.FinishElsewhere(ctx, kept, identity.Return{State: in.State, Code: in.Code, Error: in.Error}, a.held(ctx))
	if err != nil {
		if next == "" {
			next = signInPage
		}
		return none{}, a.explainAt(ctx, next, err)
	}
	if o.Token != "" {
		setCookie(ctx, a.sessionCookie(o.Token))
	}
	redirect(ctx, next)
	return none{}, nil
}

const signInPage = "/workspace/sign-in"

// explainAt sends a person, who came with a browser, to a page that explains what went
// wrong: by a word, not by a text that anyone could put into an address. A fault of this
// program stays one.
func (a *API) explainAt(ctx context.Context, path string, err error) error {
	refusal, ok := apperr.As(err)
	if !ok || refusal.Code == apperr.Internal {
		return err
	}
	a.Logger.WarnContext(ctx, "sign-in elsewhere refused", "error", err)
	problem := string(refusal.Code)
	if len(refusal.Fields) > 0 {
		problem = refusal.Fields[0].Name
	}
	redirect(ctx, path+"?"+url.Values{"problem": {problem}}.Encode())
	return nil
}
