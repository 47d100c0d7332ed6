package portal

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/web"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates are the pages by name, each with the layout and the shared parts.
type templates map[string]*template.Template

// parseTemplates reads base.html (layout) and parts.html into every other file.
func parseTemplates() (templates, error) {
	shared, err := template.New("").Funcs(formats).Funcs(procurementFormats).ParseFS(templateFiles, "templates/base.html", "templates/parts.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	out := templates{}
	for _, name := range names {
		page := strings.TrimSuffix(path.Base(name), ".html")
		if page == "base" || page == "parts" {
			continue
		}
		t, err := shared.Clone()
		if err != nil {
			return nil, err
		}
		if out[page], err = t.ParseFS(templateFiles, name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// link is one address with its words.
type link struct{ Text, URL string }

// view is one page: the words of the layout and the data of its template.
type view struct {
	Template    string
	Title       string // of the window; the site's name follows
	Description string // for search engines and link previews
	Section     string // the nav entry it belongs to
	Crumbs      []link // the way here, without the page itself
	Feeds       []link // of what the page lists
	Refresh     int    // seconds after which a page without scripts asks again; 0 never
	Recomputes  bool   // the page has the script that checks evidence
	Data        any
}

// layout is what base.html is executed with.
type layout struct {
	view
	Site   Site
	Assets assetURLs
	Nav    []navEntry
	Path   string
}

type navEntry struct {
	link
	Current string // the value of aria-current: page, true (within), or empty
}

var nav = []link{
	{"首页", "/"},
	{"审批事项", "/approval-items"},
	{"服务事项", "/service-items"},
	{"采购公告", "/procurements"},
	{"中介机构", "/agencies"},
	{"信用等级", "/credit"},
	{"专家库", "/experts"},
	{"公告", "/announcements"},
}

// show answers with the page that make returns, kept until one of scopes changes
// (cache.Versions); scopes is empty for pages whose words come with the program.
func (p *Portal) show(make func(*gin.Context) (view, error), scopes ...string) gin.HandlerFunc {
	return func(c *gin.Context) {
		web.Route(c.Request.Context(), c.FullPath())
		if err := web.Cacheable(c.Request.Context(), append([]string{}, scopes...)...); err != nil {
			p.refuse(c.Writer, c.Request, err)
			return
		}
		// Who is listed, and what a certificate says, ends with the day.
		web.CacheableUntil(c.Request.Context(), clock.Midnight(p.Now()))
		v, err := make(c)
		if err != nil {
			p.refuse(c.Writer, c.Request, err)
			return
		}
		p.write(c.Writer, c.Request, http.StatusOK, v)
	}
}

// legible lets only addresses of text through to the pages.
func (p *Portal) legible(c *gin.Context) {
	if err := web.Legible(c.Request.URL); err != nil {
		web.Route(c.Request.Context(), c.FullPath())
		p.refuse(c.Writer, c.Request, err)
		c.Abort()
	}
}

// fresh answers with the page that make returns, made anew each time: what it shows
// changes with the clock.
func (p *Portal) fresh(make func(*gin.Context) (view, error)) gin.HandlerFunc {
	return func(c *gin.Context) {
		web.Route(c.Request.Context(), c.FullPath())
		v, err := make(c)
		if err != nil {
			p.refuse(c.Writer, c.Request, err)
			return
		}
		p.write(c.Writer, c.Request, http.StatusOK, v)
	}
}

// write renders into memory first: a failure half-way must not leave half a page.
func (p *Portal) write(w http.ResponseWriter, r *http.Request, status int, v view) {
	var body bytes.Buffer
	t, ok := p.templates[v.Template]
	err := errors.New("no template " + v.Template)
	if ok {
		err = t.ExecuteTemplate(&body, "base", p.layout(r.URL.Path, v))
	}
	if err != nil {
		p.Logger.ErrorContext(r.Context(), "render page", "template", v.Template, "error", err)
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write([]byte("这一页出了错，我们已经记录。请稍后再试。"))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // the reader is gone; nothing is left to tell them
}

func (p *Portal) layout(at string, v view) layout {
	l := layout{view: v, Site: p.Site, Assets: p.assets, Path: at}
	for _, n := range nav {
		e := navEntry{link: n}
		switch n.URL {
		case at:
			e.Current = "page"
		case v.Section:
			e.Current = "true"
		}
		l.Nav = append(l.Nav, e)
	}
	return l
}

// refusal is what each kind of refusal answers and how its page begins.
var refusal = map[apperr.Code]struct {
	status int
	title  string
}{
	apperr.Invalid:     {http.StatusBadRequest, "筛选条件有误"},
	apperr.NotFound:    {http.StatusNotFound, "没有找到"},
	apperr.Forbidden:   {http.StatusForbidden, "没有权限"},
	apperr.Conflict:    {http.StatusConflict, "内容刚刚变更"},
	apperr.TooLarge:    {http.StatusRequestEntityTooLarge, "请求过大"},
	apperr.Unavailable: {http.StatusServiceUnavailable, "暂时无法查询"},
	apperr.Internal:    {http.StatusInternalServerError, "这一页出了错"},
}

// refusalData is what error.html shows.
type refusalData struct {
	Status  int
	Title   string
	Message string
	Fields  []apperr.Field
	Back    link
}

// refuse answers an error in words; what went wrong inside goes to the log alone.
func (p *Portal) refuse(w http.ResponseWriter, r *http.Request, err error) {
	code := apperr.CodeOf(err)
	if errors.Is(err, context.DeadlineExceeded) {
		code = apperr.Unavailable
	}
	kind, ok := refusal[code]
	if !ok {
		kind = refusal[apperr.Internal]
	}
	d := refusalData{Status: kind.status, Title: kind.title, Back: link{"返回首页", "/"}}
	if e, ok := apperr.As(err); ok && code != apperr.Internal {
		d.Message = e.Message
		for _, f := range e.Fields {
			d.Fields = append(d.Fields, apperr.Field{Name: fieldWords(f.Name), Message: f.Message})
		}
	}
	if kind.status >= http.StatusInternalServerError {
		p.Logger.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
	}
	if code == apperr.Invalid {
		d.Back = link{"去掉筛选条件", r.URL.Path}
	}
	if kind.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "30")
	}
	p.writeRefusal(w, r, d)
}

func (p *Portal) writeRefusal(w http.ResponseWriter, r *http.Request, d refusalData) {
	p.write(w, r, d.Status, view{Template: "error", Title: d.Title, Description: d.Title, Data: d})
}

// NotFound answers addresses outside the API that lead nowhere.
func (p *Portal) NotFound(w http.ResponseWriter, r *http.Request) {
	p.refuse(w, r, apperr.New(apperr.NotFound, "这个地址没有对应的页面，可能输错了，或页面已经移走。"))
}

// MethodNotAllowed answers a form sent where a page can only be read.
func (p *Portal) MethodNotAllowed(w http.ResponseWriter, r *http.Request) {
	p.writeRefusal(w, r, refusalData{Status: http.StatusMethodNotAllowed, Title: "这一页只能查看",
		Message: "公开页面不接收提交的内容。", Back: link{"返回首页", "/"}})
}

// Failure is the page a panic becomes.
func (p *Portal) Failure(w http.ResponseWriter, r *http.Request) {
	kind := refusal[apperr.Internal]
	p.writeRefusal(w, r, refusalData{Status: kind.status, Title: kind.title, Back: link{"返回首页", "/"}})
}

// fieldWords names a query parameter as its form does.
func fieldWords(name string) string {
	words := map[string]string{
		"q": "关键词", "sector": "行业", "approval": "审批事项", "basis": "设定依据", "feeType": "收费方式",
		"selfPrepare": "能否自行编制", "department": "主管部门", "region": "区域", "item": "服务事项",
		"qualification": "资质", "specialty": "专业", "kind": "类别", "cursor": "页码", "unverified": "待核实字段",
		"state": "状态", "method": "选取方式", "fund": "资金来源", "purchaser": "项目业主", "priceFrom": "金额下限", "priceTo": "金额上限", "sort": "排序",
		"publishedFrom": "发布日期起", "publishedTo": "发布日期止", "deadlineFrom": "报名截止起", "deadlineTo": "报名截止止", "from": "起始日期", "days": "天数", "grade": "等级", "on": "日期", "list": "名单", "past": "期限", "uscc": "统一社会信用代码", "number": "编号",
	}
	if w, ok := words[name]; ok {
		return w
	}
	return name
}
