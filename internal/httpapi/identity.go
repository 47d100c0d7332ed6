package httpapi

import (
	"context"

	"zjcs/internal/identity"
	"zjcs/internal/identity/credential"
)

// me answers also for a visitor: the front end asks it first.
func (a *API) me(ctx context.Context, _ *none) (identity.Me, error) { return a.Identity.Me(ctx) }

func (a *API) captcha(ctx context.Context, _ *none) (credential.Challenge, error) {
	return a.Identity.NewCaptcha(ctx)
}

// signedIn is the answer to getting in, or a step further in.
type signedIn struct {
	Me           identity.Me `json:"me" doc:"登录的人"`
	FactorDue    bool        `json:"secondFactorRequired" doc:"为真表示接着要二次验证"`
	FactorSetUp  bool        `json:"secondFactorSetupRequired" doc:"为真表示工作人员接着要设置二次验证"`
	CaptchaAgain bool        `json:"captchaRequired" doc:"成功时总是假；失败时看 errors 里有没有 captcha"`
}

// in hands the browser the new session.
func (a *API) in(ctx context.Context, o identity.Opened, err error) (signedIn, error) {
	if err != nil {
		return signedIn{}, err
	}
	setCookie(ctx, a.sessionCookie(o.Token))
	return signedIn{Me: o.Me, FactorDue: o.Me.FactorDue, FactorSetUp: o.Me.SetUpDue}, nil
}

// held is the session token the browser showed; signing in ends that session.
func (a *API) held(ctx context.Context) string { return cookieOf(ctx, a.sessionCookieName()) }

func (a *API) register(ctx context.Context, in *body[identity.Registration]) (signedIn, error) {
	o, err := a.Identity.Register(ctx, in.Body, a.held(ctx))
	return a.in(ctx, o, err)
}

func (a *API) signIn(ctx context.Context, in *body[identity.SignIn]) (signedIn, error) {
	o, err := a.Identity.SignIn(ctx, in.Body, a.held(ctx))
	return a.in(ctx, o, err)
}

func (a *API) showFactor(ctx context.Context, in *body[identity.Proof]) (signedIn, error) {
	o, err := a.Identity.ShowSecondFactor(ctx, in.Body)
	return a.in(ctx, o, err)
}

func (a *API) signOut(ctx context.Context, _ *none) (none, error) {
	err := a.Identity.SignOut(ctx)
	if err == nil {
		setCookie(ctx, a.sessionCookie(""))
	}
	return none{}, err
}

type resetAsked struct {
	Email   string `json:"email" maxLength:"254" doc:"账号的邮箱"`
	Captcha string `json:"captcha" maxLength:"1024" doc:"验证码的解答"`
}

// note is an answer that says only what happens next.
type note struct {
	Message string `json:"message" doc:"接下来会怎样"`
}

func (a *API) askReset(ctx context.Context, in *body[resetAsked]) (note, error) {
	return note{"如果这个邮箱有账号，几分钟内会收到一封邮件，里面有设置新密码的网址"}, a.Identity.AskReset(ctx, in.Body.Email, in.Body.Captcha)
}

type resetDone struct {
	Token string `path:"token" maxLength:"100" doc:"邮件中网址的最后一段"`
	Body  struct {
		Password string `json:"password" maxLength:"512" doc:"新密码：10–128 个字符，不能是常见或已泄露的密码"`
	}
}

func (a *API) resetPassword(ctx context.Context, in *resetDone) (none, error) {
	return none{}, a.Identity.ResetPassword(ctx, in.Token, in.Body.Password)
}

func (a *API) resendVerification(ctx context.Context, _ *none) (note, error) {
	return note{"验证邮件已发出，请查收"}, a.Identity.ResendVerification(ctx)
}

type byToken struct {
	Token string `path:"token" maxLength:"100" doc:"邮件中网址的最后一段"`
}

func (a *API) verifyEmail(ctx context.Context, in *byToken) (none, error) {
	return none{}, a.Identity.VerifyEmail(ctx, in.Token)
}
