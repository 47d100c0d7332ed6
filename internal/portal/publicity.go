package portal

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/web"
	"zjcs/internal/review"
)

// publicityListData is what publicity-list.html shows.
type publicityListData struct {
	Listing
	Items []publicityRow
}

type publicityRow struct {
	review.Publicity
	Left string // how long objections may still be filed
}

// publicityList is not kept: what stands in publicity changes with the clock.
func (p *Portal) publicityList(c *gin.Context) (view, error) {
	q := c.Request.URL.Query()
	got, err := p.Review.ListPublicity(c.Request.Context(), page.Request{Cursor: q.Get("cursor")})
	if err != nil {
		return view{}, err
	}
	d := publicityListData{Listing: newListing("/publicity", "件", "", q, nil, paged{got.Total, got.TotalCapped, got.NextCursor})}
	for _, i := range got.Items {
		d.Items = append(d.Items, publicityRow{i, remaining(i.Until.Sub(p.Now()))})
	}
	return view{Template: "publicity-list", Title: "公示", Section: "/announcements",
		Description: "审核通过、正在公示的入驻、变更和事项：公示期内任何人都可以提出异议。", Data: d}, nil
}

// objection is what someone typed, shown again beside what is wrong with it.
type objection struct {
	Name, Contact, Text string
	Faults              map[string]string
}

// publicityData is what publicity.html shows.
type publicityData struct {
	publicityRow
	Form  objection
	Filed string // the number of an objection just filed
}

func (p *Portal) publicity(c *gin.Context) (view, error) {
	return p.publicityView(c, objection{}, plain(c.Query("objection")))
}

func (p *Portal) publicityView(c *gin.Context, form objection, filed string) (view, error) {
	got, err := p.Review.GetPublicity(c.Request.Context(), c.Param("number"))
	if err != nil {
		return view{}, err
	}
	return view{Template: "publicity", Title: got.Title + "（" + got.KindLabel + "公示）", Section: "/announcements",
		Description: got.KindLabel + "公示：" + got.Title, Crumbs: []link{{"公示", "/publicity"}},
		Data: publicityData{publicityRow{got, remaining(got.Until.Sub(p.Now()))}, form, filed}}, nil
}

// plain is a number of an objection as this program writes them; an address may hold anything.
func plain(s string) string {
	if len(s) > 30 || strings.ContainsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }) {
		return ""
	}
	return s
}

// object takes the form of publicity.html.
func (p *Portal) object(c *gin.Context) {
	p.takeObjection(c, p.publicityView, func(ctx context.Context, form review.ObjectInput) (string, error) {
		form.Number = c.Param("number")
		o, err := p.Review.Object(ctx, form)
		return "/publicity/" + form.Number + "?objection=" + o.Number + "#objection", err
	})
}

// takeObjection takes the form of an objection; it works without scripts. Done, the browser
// is sent to where it is shown, so that reloading files nothing twice. What is wrong is told
// beside what was typed.
func (p *Portal) takeObjection(c *gin.Context, show func(*gin.Context, objection, string) (view, error), file func(context.Context, review.ObjectInput) (then string, err error)) {
	web.Route(c.Request.Context(), c.FullPath())
	r := c.Request
	if err := p.origin.Check(r); err != nil {
		p.refuse(c.Writer, r, apperr.New(apperr.Forbidden, "这个请求来自别的网站，已拒绝。请在本平台的页面上提交。").Because(err))
		return
	}
	if err := r.ParseForm(); err != nil {
		p.refuse(c.Writer, r, apperr.New(apperr.Invalid, "提交的内容没有收完整，请返回上一页重试").Because(err))
		return
	}
	form := objection{Name: r.PostForm.Get("name"), Contact: r.PostForm.Get("contact"), Text: r.PostForm.Get("text")}
	then, err := file(r.Context(), review.ObjectInput{Name: form.Name, Contact: form.Contact, Text: form.Text})
	if e, refusal := apperr.As(err); refusal && e.Code == apperr.Invalid && len(e.Fields) > 0 {
		form.Faults = map[string]string{}
		for _, f := range e.Fields {
			form.Faults[f.Name] = f.Message
		}
		v, err := show(c, form, "")
		if err != nil {
			p.refuse(c.Writer, r, err)
			return
		}
		v.Title = "请检查填写的内容 - " + v.Title
		p.write(c.Writer, r, http.StatusUnprocessableEntity, v)
		return
	}
	if err != nil {
		p.refuse(c.Writer, r, err)
		return
	}
	c.Redirect(http.StatusSeeOther, then)
}

// remaining is a stretch of time as a person counts it: its two largest units.
func remaining(d time.Duration) string {
	minutes := max(0, int(d.Minutes()))
	days, hours, minutes := minutes/(24*60), minutes/60%24, minutes%60
	switch {
	case days > 0 && hours > 0:
		return fmt.Sprintf("%d 天 %d 小时", days, hours)
	case days > 0:
		return fmt.Sprintf("%d 天", days)
	case hours > 0:
		return fmt.Sprintf("%d 小时 %d 分", hours, minutes)
	}
	return fmt.Sprintf("%d 分钟", minutes)
}
