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
	"zjcs/internal/contract"
	"zjcs/internal/credit"
	"zjcs/internal/exchange"
	"zjcs/internal/expert"
	"zjcs/internal/fee"
	"zjcs/internal/identity"
	"zjcs/internal/ledger"
	"zjcs/internal/notice"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/files"
	"zjcs/internal/platform/idempotency"
	"zjcs/internal/platform/web"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
	"zjcs/internal/search"
	"zjcs/internal/supervision"
)

// Deps are the use cases the API offers.
type Deps struct {
	Catalog *catalog.Service
	Agency  *agency.Service
	Credit  *credit.Service
	Records *credit.Desk
	Expert  *expert.Service
	Notice  *notice.Service
	Fee     *fee.Service
	Search  *search.Service

	Identity       *identity.Service
	Review         *review.Service
	Messages       *notice.Messages
	Supervision    *supervision.Service
	Files          *files.Store
	Deliveries     *exchange.Deliveries
	Procurement    *procurement.Service
	Contract       *contract.Service
	Ledger         *ledger.Log
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
	a.engine.Use(a.whence, a.readable)
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

// whence notes where a request came from, for the log and for what is counted by address:
// of the interface and of the pages.
func (a *API) whence(c *gin.Context) {
	r := c.Request
	c.Request = r.WithContext(audit.WithClient(r.Context(), audit.Client{Remote: a.remoteOf(r), Agent: r.UserAgent()}))
	c.Next()
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
	get(a, "/api/v1/agency-listings", "agency-listings", "中介机构", "红黑名单", []string{"agency"}, a.listAgencyListings)
	get(a, "/api/v1/experts", "experts", "专家", "专家列表", expertScopes, a.listExperts)
	get(a, "/api/v1/experts/{id}", "expert", "专家", "一位专家", expertScopes, a.getExpert)
	get(a, "/api/v1/announcements", "announcements", "公告", "公告列表", noticeScopes, a.listAnnouncements)
	get(a, "/api/v1/announcements/{id}", "announcement", "公告", "一条公告", noticeScopes, a.getAnnouncement)
	get(a, "/api/v1/search", "search", "搜索", "在所有公开内容中搜索", searchScopes, a.search)
	get(a, "/api/v1/search/suggestions", "search-suggestions", "搜索", "输入时的提示", searchScopes, a.suggest)
}

// workspaceRoutes is the tree of the signed-in, each route with its permission beside it.
func (a *API) workspaceRoutes() {
	a.identityRoutes()
	a.reviewRoutes()
	a.inboxRoutes()
	a.fileRoutes()
	a.supervisionRoutes()
	a.personalDataRoutes()
	a.exchangeRoutes()
	a.bidRoutes()
	a.selectionRoutes()
	a.resultRoutes()
	a.ledgerRoutes()
	a.creditRoutes()
	a.procurementReadRoutes()
	a.contractRoutes()
	a.evaluationRoutes()
	a.recordRoutes()
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
