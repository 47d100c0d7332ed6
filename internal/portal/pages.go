package portal

import (
	"bytes"
	"encoding/xml"
	"net/http"

	"github.com/gin-gonic/gin"

	"zjcs/internal/platform/web"
)

// words is a page whose text comes with the program.
func (p *Portal) words(template, title, description string) func(*gin.Context) (view, error) {
	return func(*gin.Context) (view, error) {
		return view{Template: template, Title: title, Description: description}, nil
	}
}

// robots lets every crawler read the public pages; searches are left out, since
// their addresses have no end.
func (p *Portal) robots(c *gin.Context) {
	web.Route(c.Request.Context(), c.FullPath())
	c.String(http.StatusOK, "User-agent: *\nDisallow: /search\nDisallow: /workspace\nDisallow: /api/\nSitemap: %s/sitemap.xml\n", p.Site.URL)
}

// sitemap lists the pages that do not end: sections, items, approvals, departments.
// Agencies and experts are reached through their lists.
func (p *Portal) sitemap(c *gin.Context) {
	ctx := c.Request.Context()
	web.Route(ctx, c.FullPath())
	if err := web.Cacheable(ctx, "catalog"); err != nil {
		p.refuse(c.Writer, c.Request, err)
		return
	}
	paths := []string{"/", "/service-items", "/approval-items", "/procurements", "/procurements/calendar", "/ledger", "/verify", "/agencies", "/credit", "/credit/rankings", "/credit/bans", "/agency-listings", "/experts", "/announcements", "/publicity",
		"/departments", "/regions", "/open-data", "/about", "/accessibility", "/privacy"}
	items, err := p.itemChoices(c)
	if err != nil {
		p.refuse(c.Writer, c.Request, err)
		return
	}
	for _, i := range items.Choices {
		paths = append(paths, "/service-items/"+i.Value)
	}
	approvals, err := p.allApprovals(ctx)
	if err != nil {
		p.refuse(c.Writer, c.Request, err)
		return
	}
	for _, a := range approvals {
		paths = append(paths, "/approval-items/"+a.Code)
	}
	departments, err := p.Catalog.ListDepartments(ctx)
	if err != nil {
		p.refuse(c.Writer, c.Request, err)
		return
	}
	for _, d := range departments {
		paths = append(paths, "/departments/"+d.ID)
	}
	var out bytes.Buffer
	out.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for _, path := range paths {
		out.WriteString("<url><loc>")
		_ = xml.EscapeText(&out, []byte(p.Site.URL+path)) // a bytes.Buffer does not fail
		out.WriteString("</loc></url>\n")
	}
	out.WriteString("</urlset>\n")
	c.Data(http.StatusOK, "application/xml; charset=utf-8", out.Bytes())
}
