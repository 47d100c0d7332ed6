package httpapi

import (
	"context"
	"net/http"

	"zjcs/internal/identity"
	"zjcs/internal/identity/credential"
)

// identityRoutes are those of accounts, sign-in, organisations and grants.
func (a *API) identityRoutes() {
	const (
		get, post, put, patch, remove = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
		own                           = signedIn
	)
	on(a, endpoint{get, "/api/v1/me", "me", "账号", "我是谁，能做什么", Public, 0}, a.me)
	on(a, endpoint{patch, "/api/v1/me", "change-profile", "账号", "修改自己的资料", own, 0}, a.changeProfile)
	on(a, endpoint{put, "/api/v1/me/password", "change-password", "账号", "修改密码", own, 0}, a.changePassword)
	on(a, endpoint{get, "/api/v1/me/sessions", "sessions", "账号", "自己的登录会话", own, 0}, a.listSessions)
	on(a, endpoint{remove, "/api/v1/me/sessions", "end-other-sessions", "账号", "结束其他会话", own, http.StatusNoContent}, a.endOtherSessions)
	on(a, endpoint{remove, "/api/v1/me/sessions/{id}", "end-session", "账号", "结束一个会话", own, http.StatusNoContent}, a.endSession)
	on(a, endpoint{post, "/api/v1/me/totp", "set-up-second-factor", "账号", "开始设置二次验证", own, http.StatusCreated}, a.setUpFactor)
	on(a, endpoint{put, "/api/v1/me/totp", "confirm-second-factor", "账号", "确认二次验证", own, 0}, a.confirmFactor)
	on(a, endpoint{remove, "/api/v1/me/totp", "remove-second-factor", "账号", "关闭二次验证", own, http.StatusNoContent}, a.removeFactor)
	on(a, endpoint{get, "/api/v1/me/identities", "linked-identities", "账号", "关联的统一身份", own, 0}, a.listLinks)
	on(a, endpoint{post, "/api/v1/me/identities", "link-identity", "账号", "关联统一身份：得到要前往的网址", own, 0}, a.beginLink)
	on(a, endpoint{remove, "/api/v1/me/identities", "unlink-identities", "账号", "解除统一身份的关联", own, http.StatusNoContent}, a.unlink)

	on(a, endpoint{get, "/api/v1/captcha", "captcha", "登录", "验证码", Public, 0}, a.captcha)
	on(a, endpoint{post, "/api/v1/registrations", "register", "登录", "注册", Public, http.StatusCreated}, a.register)
	on(a, endpoint{post, "/api/v1/session", "sign-in", "登录", "登录", Public, 0}, a.signIn)
	on(a, endpoint{post, "/api/v1/session/second-factor", "show-second-factor", "登录", "二次验证", Public, 0}, a.showFactor)
	on(a, endpoint{remove, "/api/v1/session", "sign-out", "登录", "退出", Public, http.StatusNoContent}, a.signOut)
	on(a, endpoint{post, "/api/v1/password-resets", "ask-password-reset", "登录", "忘记密码", Public, http.StatusAccepted}, a.askReset)
	on(a, endpoint{put, "/api/v1/password-resets/{token}", "reset-password", "登录", "凭邮件设置密码", Public, http.StatusNoContent}, a.resetPassword)
	on(a, endpoint{post, "/api/v1/email-verifications", "resend-verification", "登录", "重发邮箱验证邮件", own, http.StatusAccepted}, a.resendVerification)
	on(a, endpoint{put, "/api/v1/email-verifications/{token}", "verify-email", "登录", "验证邮箱", Public, http.StatusNoContent}, a.verifyEmail)
	on(a, endpoint{get, "/api/v1/oidc/start", "oidc-start", "登录", "前往统一身份认证", Public, http.StatusFound}, a.oidcStart)
	on(a, endpoint{get, "/api/v1/oidc/callback", "oidc-callback", "登录", "从统一身份认证回来", Public, http.StatusFound}, a.oidcCallback, anyQuery)

	on(a, endpoint{get, "/api/v1/organisations/{id}/members", "members", "单位", "谁代表本单位", "organisation:read-own", 0}, a.listMembers)
	on(a, endpoint{post, "/api/v1/organisations/{id}/members", "delegate", "单位", "授权一个人代表本单位", "organisation:manage-own", http.StatusCreated}, a.delegate)
	on(a, endpoint{remove, "/api/v1/organisations/{id}/members/{grantId}", "dismiss", "单位", "收回代表本单位的授权", "organisation:manage-own", http.StatusNoContent}, a.dismiss)

	on(a, endpoint{get, "/api/v1/accounts", "accounts", "账号管理", "管辖范围内的账号", "account:read", 0}, a.listAccounts)
	on(a, endpoint{post, "/api/v1/accounts", "open-account", "账号管理", "开通工作人员账号", "account:manage", http.StatusCreated}, a.openAccount)
	on(a, endpoint{put, "/api/v1/accounts/{id}/state", "set-account-state", "账号管理", "停用或启用账号", "account:manage", http.StatusNoContent}, a.setAccountState)
	on(a, endpoint{remove, "/api/v1/accounts/{id}/totp", "reset-second-factor", "账号管理", "清除丢失的二次验证", "account:manage", http.StatusNoContent}, a.resetFactor)
	on(a, endpoint{get, "/api/v1/grants", "grants", "账号管理", "一个账号的授权，包括已收回的", "grant:read", 0}, a.listGrants)
	on(a, endpoint{post, "/api/v1/grants", "award", "账号管理", "授权", "grant:manage", http.StatusCreated}, a.award)
	on(a, endpoint{remove, "/api/v1/grants/{id}", "withdraw", "账号管理", "收回授权", "grant:manage", http.StatusNoContent}, a.withdraw)
}

// me answers also for a visitor: the front end asks it first.
func (a *API) me(ctx context.Context, _ *none) (identity.Me, error) { return a.Identity.Me(ctx) }

func (a *API) captcha(ctx context.Context, _ *none) (credential.Challenge, error) {
	return a.Identity.NewCaptcha(ctx)
}

// welcome is the answer to getting in, or a step further in.
type welcome struct {
	Me           identity.Me `json:"me" doc:"登录的人"`
	FactorDue    bool        `json:"secondFactorRequired" doc:"为真表示接着要二次验证"`
	FactorSetUp  bool        `json:"secondFactorSetupRequired" doc:"为真表示工作人员接着要设置二次验证"`
	CaptchaAgain bool        `json:"captchaRequired" doc:"成功时总是假；失败时看 errors 里有没有 captcha"`
}

// in hands the browser the new session.
func (a *API) in(ctx context.Context, o identity.Opened, err error) (welcome, error) {
	if err != nil {
		return welcome{}, err
	}
	setCookie(ctx, a.sessionCookie(o.Token))
	return welcome{Me: o.Me, FactorDue: o.Me.FactorDue, FactorSetUp: o.Me.SetUpDue}, nil
}

// held is the session token the browser showed; signing in ends that session.
func (a *API) held(ctx context.Context) string { return cookieOf(ctx, a.sessionCookieName()) }

func (a *API) register(ctx context.Context, in *body[identity.Registration]) (welcome, error) {
	o, err := a.Identity.Register(ctx, in.Body, a.held(ctx))
	return a.in(ctx, o, err)
}

func (a *API) signIn(ctx context.Context, in *body[identity.SignIn]) (welcome, error) {
	o, err := a.Identity.SignIn(ctx, in.Body, a.held(ctx))
	return a.in(ctx, o, err)
}

func (a *API) showFactor(ctx context.Context, in *body[identity.Proof]) (welcome, error) {
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
