package portal

import (
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/contract"
	"zjcs/internal/credit"
	"zjcs/internal/expert"
	"zjcs/internal/fee"
	"zjcs/internal/notice"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
	"zjcs/internal/search"
)

// Deps are what the pages are made from.
type Deps struct {
	Catalog *catalog.Service
	Agency  *agency.Service
	Credit  *credit.Service
	Records *credit.Desk // the bans of the law, and the records of practitioners
	// Contract tells what was replied to an evaluation; may be nil.
	Contract *contract.Service
	Expert   *expert.Service
	Notice   *notice.Service
	Fee      *fee.Service
	Search   *search.Service
	Review   *review.Service

	Procurement *procurement.Service
	Watch       Watcher   // nil: the live page shows how things stand and asks again
	Log         PublicLog // nil: there is no public log

	Site   Site
	Dist   fs.FS // the built front end (frontend.Dist, below dist)
	Logger *slog.Logger
	Now    func() time.Time
}

// Site is how the platform names itself.
type Site struct {
	Name     string // 运城市网上中介超市
	Operator string // 主办单位
	Phone    string // 监督电话; empty shows 待核实
	URL      string // address seen from outside, without a slash at the end
}

// Portal renders the public pages.
type Portal struct {
	Deps
	assets    assetURLs
	templates templates
	origin    *http.CrossOriginProtection // forms are taken from these pages alone
	live      *stages
}

// New parses every template, so that a broken one stops the program at its start
// and not at the first visitor.
func New(deps Deps) (*Portal, error) {
	p := &Portal{Deps: deps, origin: http.NewCrossOriginProtection()}
	p.live = newStages(p.stageFrame)
	var err error
	if p.assets, err = readManifest(deps.Dist); err != nil {
		return nil, err
	}
	if p.templates, err = parseTemplates(); err != nil {
		return nil, fmt.Errorf("portal templates: %w", err)
	}
	return p, nil
}

// Mount adds every page to r. The scopes beside a page are the content it rests on.
func (p *Portal) Mount(root gin.IRouter) {
	r := root.Group("/", p.legible)
	r.GET("/", p.show(p.home, "region", "catalog", "agency", "expert", "announcement", "procurement", "credit"))

	r.GET("/service-items", p.show(p.serviceItems, "catalog"))
	r.GET("/service-items/:code", p.show(p.serviceItem, "catalog", "fee", "agency", "region"))
	r.GET("/approval-items", p.show(p.approvalItems, "catalog"))
	r.GET("/approval-items/:code", p.show(p.approvalItem, "catalog", "agency"))
	r.GET("/departments", p.show(p.departments, "catalog", "region"))
	r.GET("/departments/:id", p.show(p.department, "catalog", "region"))
	r.GET("/regions", p.show(p.regions, "region", "agency"))

	r.GET("/agencies", p.show(p.agencies, "agency", "catalog", "region"))
	r.GET("/agencies/:id", p.show(p.agency, "agency", "catalog", "region", "credit"))
	r.GET("/agency-listings", p.show(p.listings, "agency"))
	r.GET("/experts", p.show(p.experts, "expert", "catalog", "region"))
	r.GET("/experts/:id", p.show(p.expert, "expert", "region"))
	r.GET("/announcements", p.show(p.announcements, "announcement", "region"))
	r.GET("/announcements/:id", p.show(p.announcement, "announcement", "region"))

	p.mountCredit(r)
	p.mountProcurements(r)

	r.GET("/publicity", p.fresh(p.publicityList))
	r.GET("/publicity/:number", p.fresh(p.publicity))
	r.POST("/publicity/:number", p.object)

	r.GET("/search", p.show(p.search, "search", "region"))

	r.GET("/open-data", p.show(p.words("open-data", "开放数据", "平台数据的下载和接口：事项、机构、专家、区域、公告，无需登录。")))
	r.GET("/about", p.show(p.words("about", "关于本平台", "网上中介超市是什么，依据哪些法律，页面上的标记是什么意思。")))
	r.GET("/accessibility", p.show(p.words("accessibility", "无障碍说明", "本平台的无障碍做法、快捷操作和反馈方式。")))
	r.GET("/privacy", p.show(p.words("privacy", "用户协议和个人信息处理规则", "本平台收集哪些个人信息，用来做什么，您有哪些权利。")))
	r.GET("/sitemap.xml", p.sitemap)
	r.GET("/robots.txt", p.robots)
}
