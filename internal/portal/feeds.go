package portal

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/gorilla/feeds"

	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/web"
	"zjcs/internal/procurement"
)

// Forms of a feed.
const (
	feedRSS  = "rss"
	feedAtom = "atom"
)

// feedLength is how many of the latest notices a feed has.
const feedLength = 50

// feedsOf are the addresses of the feeds of a region and an item.
func feedsOf(region, item string) []link {
	kept := url.Values{}
	if region != "" {
		kept.Set("region", region)
	}
	if item != "" {
		kept.Set("item", item)
	}
	return []link{{"RSS", address("/procurements.rss", kept)}, {"Atom", address("/procurements.atom", kept)}}
}

// feed answers with the latest notices, of a region or an item where one is asked for
// (RSS 2.0, Atom 1.0).
func (p *Portal) feed(form string) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, q := c.Request.Context(), c.Request.URL.Query()
		web.Route(ctx, c.FullPath())
		if err := web.Cacheable(ctx, "procurement", "region", "catalog"); err != nil {
			p.refuse(c.Writer, c.Request, err)
			return
		}
		// What it says of a notice are times, not how long is left: they hold for the day.
		web.CacheableUntil(ctx, clock.Midnight(p.Now()))
		got, err := p.Procurement.List(ctx, procurement.Filter{Request: page.Request{Limit: feedLength}, Region: text(q, "region"), Item: text(q, "item")})
		if err != nil {
			p.refuse(c.Writer, c.Request, err)
			return
		}
		f := p.feedOf(got.Items, c.Request.URL.RequestURI())
		body, kind, err := "", "application/rss+xml; charset=utf-8", error(nil)
		if form == feedAtom {
			kind = "application/atom+xml; charset=utf-8"
			body, err = f.ToAtom()
		} else {
			body, err = f.ToRss()
		}
		if err != nil {
			p.refuse(c.Writer, c.Request, fmt.Errorf("feed: %w", err))
			return
		}
		c.Data(http.StatusOK, kind, []byte(body))
	}
}

func (p *Portal) feedOf(list []procurement.Summary, self string) *feeds.Feed {
	f := &feeds.Feed{Title: p.Site.Name + "　采购公告", Description: "最新的中介服务采购公告", Id: p.Site.URL + self,
		Link: &feeds.Link{Href: p.Site.URL + "/procurements"}, Author: &feeds.Author{Name: p.Site.Operator}, Created: time.Unix(0, 0).UTC()}
	for _, s := range list {
		if s.PublishedAt.After(f.Created) {
			f.Created = s.PublishedAt
		}
		at := p.Site.URL + "/procurements/" + s.ID.String()
		f.Items = append(f.Items, &feeds.Item{Title: xmlText(s.Title), Link: &feeds.Link{Href: at}, Id: at, Created: s.PublishedAt, Updated: s.PublishedAt,
			Description: xmlText(feedWords(s)), Author: &feeds.Author{Name: xmlText(s.Purchaser)}})
	}
	f.Updated = f.Created
	return f
}

func feedWords(s procurement.Summary) string {
	names := make([]string, len(s.Items))
	for i, it := range s.Items {
		names[i] = it.Name
	}
	words := fmt.Sprintf("%s；%s；%s；%s", s.RegionName, strings.Join(names, "、"), s.MethodLabel, priceWords(s))
	if s.PriceFen != nil {
		words += " " + wan(*s.PriceFen)
	}
	words += fmt.Sprintf("；承诺不超过 %d 个工作日；报名截止 %s", s.DaysCeiling, clock.Until(s.Deadline))
	if s.Demo {
		words += "；示例数据"
	}
	return words
}

// xmlText drops what XML cannot hold (control characters): a feed must stay readable
// whatever a title has in it.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0xFFFE || r == 0xFFFF || r < 0x20 && r != '\t' && r != '\n' {
			return -1
		}
		return r
	}, s)
}
