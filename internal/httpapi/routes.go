package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/expert"
	"zjcs/internal/fee"
	"zjcs/internal/identity"
	"zjcs/internal/notice"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/idempotency"
	"zjcs/internal/platform/web"
	"zjcs/internal/search"
)

// Deps are the use cases the API offers.
type Deps struct {
	Catalog *catalog.Service
	Agency  *agency.Service
	Expert  *expert.Service
	Notice  *notice.Service
	Fee     *fee.Service
	Search  *search.Service

	Identity       *identity.Service
	Policy         *authz.Policy
	Idempotency    *idempotency.Keeper
	SecureCookies  bool                        // the site is reached over https
	TrustedProxies []netip.Prefix              // whose X-Forwarded-For is believed
	Ready          func(context.Context) error // nil when the database answers
	Version        string
	Logger         *slog.Logger
	Now            func() time.Time
}

// Pages are the public HTML pages, mounted on the same engine. They also answer for
// themselves what matches no route, so that a person gets a page and a program a problem.
type Pages interface {
	Mount(r gin.IRouter)
	NotFound(w http.ResponseWriter, r *http.Request)
	MethodNotAllowed(w http.ResponseWriter, r *http.Request)
	Failure(w http.ResponseWriter, r *http.Request)
}

// API is the JSON API and the engine it shares with the pages.
type API struct {
	Deps
	engine *gin.Engine
	pages  Pages
	huma   huma.API
	tree   []Route
	origin *http.CrossOriginProtection
}

// Scopes of content an answer may rest on (cache.Versions).
var (
	catalogScopes = []string{"catalog", "region"}
	agencyScopes  = []string{"agency", "catalog", "region"}
	expertScopes  = []string{"expert", "region"}
	noticeScopes  = []string{"announcement", "region"}
	feeScopes     = []string{"fee"}
	searchScopes  = []string{"search", "region"}
)

// New builds the route tree. pages may be nil where only the API's document is wanted.
func New(d Deps, pages Pages) *API {
	speakChinese()
	huma.DefaultArrayNullable = false // an empty list is [], never null (frontend/e2e/api.spec.ts asks everywhere)
	gin.SetMode(gin.ReleaseMode)
	a := &API{Deps: d, engine: gin.New(), pages: pages, origin: http.NewCrossOriginProtection()}
	a.engine.HandleMethodNotAllowed = true
	cfg := huma.DefaultConfig("网上中介超市 开放接口", d.Version)
	cfg.Info.Description = "中介服务事项、中介机构、专家、公告的公开数据。所有内容无需登录即可读取；" +
		"列表按游标翻页，公开内容带 ETag；错误为 application/problem+json。"
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: a.sessionCookieName(), Description: "登录后由服务器设置"},
	}
	cfg.CreateHooks = nil // no $schema member in every answer
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "", "", ""
	cfg.RejectUnknownQueryParameters = true
	a.huma = humagin.New(a.engine, cfg)
	a.routes()
	a.workspaceRoutes()
	a.probes()
	if pages != nil {
		pages.Mount(a.engine)
	}
	a.engine.NoRoute(a.either(NotFound, Pages.NotFound))
	a.engine.NoMethod(a.either(MethodNotAllowed, Pages.MethodNotAllowed))
	return a
}

// ServeHTTP answers every route of the tree.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.engine.ServeHTTP(w, r) }

// routes is the whole public tree on one screen.
func (a *API) routes() {
	get(a, "/api/v1/regions", "regions", "区划", "区划树", []string{"region"}, a.listRegions)
	get(a, "/api/v1/departments", "departments", "部门", "行业主管部门", catalogScopes, a.listDepartments)
	get(a, "/api/v1/departments/{id}", "department", "部门", "一个行业主管部门", catalogScopes, a.getDepartment)
	get(a, "/api/v1/approval-items", "approval-items", "审批事项", "审批事项列表", catalogScopes, a.listApprovals)
	get(a, "/api/v1/approval-items/{code}", "approval-item", "审批事项", "一个审批事项及其需要的中介服务", catalogScopes, a.getApproval)
	get(a, "/api/v1/service-items", "service-items", "中介服务事项", "中介服务事项列表", catalogScopes, a.listItems)
	get(a, "/api/v1/service-items/{code}", "service-item", "中介服务事项", "一个中介服务事项", catalogScopes, a.getItem)
	get(a, "/api/v1/fee-standards", "fee-standards", "收费标准", "收费标准", feeScopes, a.listFeeStandards)
	get(a, "/api/v1/agencies", "agencies", "中介机构", "中介机构列表", agencyScopes, a.listAgencies)
	get(a, "/api/v1/agencies/{id}", "agency", "中介机构", "一家中介机构", agencyScopes, a.getAgency)
	get(a, "/api/v1/experts", "experts", "专家", "专家列表", expertScopes, a.listExperts)
	get(a, "/api/v1/experts/{id}", "expert", "专家", "一位专家", expertScopes, a.getExpert)
	get(a, "/api/v1/announcements", "announcements", "公告", "公告列表", noticeScopes, a.listAnnouncements)
	get(a, "/api/v1/announcements/{id}", "announcement", "公告", "一条公告", noticeScopes, a.getAnnouncement)
	get(a, "/api/v1/search", "search", "搜索", "在所有公开内容中搜索", searchScopes, a.search)
	get(a, "/api/v1/search/suggestions", "search-suggestions", "搜索", "输入时的提示", searchScopes, a.suggest)
}

// workspaceRoutes is the tree of the signed-in, each route with its permission beside it.
func (a *API) workspaceRoutes() {
	const (
		get, post, put, patch, remove = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
		own                           = authz.Permission("account:manage-own")
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

// body wraps what an operation answers.
type body[T any] struct{ Body T }

// get registers a public GET: its answer rests on scopes alone and on the date.
func get[I, O any](a *API, path, id, tag, summary string, scopes []string, op func(context.Context, *I) (O, error)) {
	a.tree = append(a.tree, Route{Method: http.MethodGet, Path: path, Permission: Public})
	huma.Register(a.huma, huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{tag},
		Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusServiceUnavailable},
	}, func(ctx context.Context, in *I) (*body[O], error) {
		web.Route(ctx, path)
		if err := web.Cacheable(ctx, scopes...); err != nil {
			return nil, problemOf(ctx, a.Logger, err)
		}
		web.CacheableUntil(ctx, clock.Midnight(a.Now()))
		out, err := op(ctx, in)
		if err != nil {
			return nil, problemOf(ctx, a.Logger, err)
		}
		return &body[O]{Body: out}, nil
	})
}

// OpenAPI is the document made from the types, as JSON.
func (a *API) OpenAPI() ([]byte, error) { return a.huma.OpenAPI().MarshalJSON() }

// probes are for machines that run the program, not for its users.
func (a *API) probes() {
	a.engine.GET("/api/v1/openapi.json", func(c *gin.Context) {
		web.Route(c.Request.Context(), "/api/v1/openapi.json")
		doc, err := a.OpenAPI()
		if err != nil {
			writeProblem(c.Writer, problemOf(c.Request.Context(), a.Logger, err))
			return
		}
		c.Data(http.StatusOK, "application/json; charset=utf-8", doc)
	})
	a.engine.GET("/healthz", func(c *gin.Context) {
		web.Route(c.Request.Context(), "/healthz")
		c.String(http.StatusOK, "ok\n")
	})
	a.engine.GET("/readyz", func(c *gin.Context) {
		web.Route(c.Request.Context(), "/readyz")
		if err := a.Ready(c.Request.Context()); err != nil {
			a.Logger.WarnContext(c.Request.Context(), "not ready", "error", err)
			c.String(http.StatusServiceUnavailable, "not ready\n")
			return
		}
		c.String(http.StatusOK, "ready\n")
	})
}

// Failure answers after a panic, in the form the path's callers read.
func (a *API) Failure(w http.ResponseWriter, r *http.Request) {
	if a.pages == nil || ownsPath(r.URL.Path) {
		writeProblem(w, newProblem(r.Context(), apperr.Internal, internalDetail, nil))
		return
	}
	a.pages.Failure(w, r)
}

func (a *API) either(api http.HandlerFunc, page func(Pages, http.ResponseWriter, *http.Request)) gin.HandlerFunc {
	return func(c *gin.Context) {
		if a.pages == nil || ownsPath(c.Request.URL.Path) {
			api(c.Writer, c.Request)
			return
		}
		page(a.pages, c.Writer, c.Request)
	}
}

func ownsPath(path string) bool { return strings.HasPrefix(path, "/api/") }

// NotFound answers an unknown path under /api.
func NotFound(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, newProblem(r.Context(), apperr.NotFound, "没有这个接口，请查阅 /api/docs", nil))
}

// MethodNotAllowed answers a known path asked for in another way.
func MethodNotAllowed(w http.ResponseWriter, r *http.Request) {
	p := newProblem(r.Context(), apperr.Invalid, "这个地址不支持 "+r.Method+"，请查阅 /api/docs", nil)
	p.Status, p.Title = http.StatusMethodNotAllowed, "请求方法不对"
	writeProblem(w, p)
}
