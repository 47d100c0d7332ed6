package portal

import (
	"strings"

	"github.com/gin-gonic/gin"

	"zjcs/internal/notice"
	"zjcs/internal/platform/page"
)

// announcementsData is what announcements.html shows.
type announcementsData struct {
	Listing
	Kinds         []choice
	Kind          string
	Announcements []notice.Summary
}

func (p *Portal) announcements(c *gin.Context) (view, error) {
	q := c.Request.URL.Query()
	kinds := filter{Name: "kind", Label: "类别"}
	for _, k := range []notice.Kind{notice.KindNotice, notice.KindPolicy, notice.KindGuide} {
		kinds.Choices = append(kinds.Choices, choice{string(k), k.Label(), -1})
	}
	got, err := p.Notice.List(c.Request.Context(), notice.Filter{Request: page.Request{Cursor: q.Get("cursor")}, Kind: notice.Kind(text(q, "kind"))})
	if err != nil {
		return view{}, err
	}
	return view{Template: "announcements", Title: "公告", Section: "/announcements",
		Description: "通知、政策和办事指南。",
		Data: announcementsData{Announcements: got.Items, Kinds: kinds.Choices, Kind: text(q, "kind"),
			Listing: newListing("/announcements", "条", "", q, []filter{kinds}, paged{got.Total, got.TotalCapped, got.NextCursor})}}, nil
}

// announcementData is what announcement.html shows.
type announcementData struct {
	notice.Announcement
	Paragraphs []string
}

func (p *Portal) announcement(c *gin.Context) (view, error) {
	a, err := p.Notice.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return view{}, err
	}
	return view{Template: "announcement", Title: a.Title, Section: "/announcements", Description: a.Kind.Label() + "：" + a.Title,
		Crumbs: []link{{"公告", "/announcements"}, {a.Kind.Label(), "/announcements?kind=" + string(a.Kind)}},
		Data:   announcementData{a, paragraphs(a.Body)}}, nil
}

// paragraphs splits plain text at its blank lines.
func paragraphs(body string) []string {
	var out []string
	for part := range strings.SplitSeq(strings.ReplaceAll(body, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
