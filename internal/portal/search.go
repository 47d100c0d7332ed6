package portal

import (
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"zjcs/internal/platform/page"
	"zjcs/internal/search"
)

// searchData is what search.html shows.
type searchData struct {
	Listing
	Box    searchBox
	Also   []string // what else was looked for: 环境影响评价
	Eased  string   // what was given up when nothing matched in full
	Tabs   []searchTab
	Facets []searchFacet
	Hits   []search.Hit
}

// searchTab is one kind of record and how many were found of it.
type searchTab struct {
	link
	Count   int
	Capped  bool
	Current bool
}

// searchFacet is a dimension by which the results can be narrowed, each value a link.
type searchFacet struct {
	Label   string
	Options []searchTab
}

// facetOptions is how many values of a dimension are offered: the commonest.
const facetOptions = 10

var easedWords = map[search.Relaxed]string{
	search.ByHomophone: "没有完全符合的内容，下面是读音相同的。",
	search.ByAny:       "没有同时包含全部词语的内容，下面的只包含其中一部分。",
}

func (p *Portal) search(c *gin.Context) (view, error) {
	q := c.Request.URL.Query()
	query := search.Query{Request: page.Request{Cursor: q.Get("cursor")}, Text: text(q, "q"),
		Kind: search.Kind(text(q, "kind")), Region: text(q, "region"), Sector: text(q, "sector")}
	d := searchData{Box: searchBox{Query: query.Text, Kind: string(query.Kind)}}
	v := view{Template: "search", Title: "搜索", Description: "一次查找服务事项、审批事项、中介机构、采购公告、专家、主管部门、区域和公告。"}
	if query.Text == "" {
		v.Data = d
		return v, query.Validate()
	}
	got, err := p.Search.Search(c.Request.Context(), query)
	if err != nil {
		return view{}, err
	}
	d.Hits, d.Eased = got.Hits, easedWords[got.Relaxed]
	for _, s := range got.Synonyms {
		d.Also = append(d.Also, s.Means...)
	}
	filters := []filter{
		{Name: "kind", Label: "类别", Quiet: true},
		{Name: "region", Label: "区域", Choices: facetChoices(got.Facets.Region)},
		{Name: "sector", Label: "行业", Choices: facetChoices(got.Facets.Sector)},
	}
	d.Listing = newListing("/search", "条", "", q, filters, paged{got.Total, got.TotalCapped, got.NextCursor})
	d.Tabs = searchTabs(q, query.Kind, got.Facets)
	for _, f := range filters[1:] {
		if options := facetLinks(q, f, got.Facets.Capped); len(options) > 1 {
			d.Facets = append(d.Facets, searchFacet{f.Label, options})
		}
	}
	v.Title, v.Data = "搜索“"+query.Text+"”", d
	return v, nil
}

func facetChoices(facets []search.Facet) []choice {
	out := make([]choice, len(facets))
	for i, f := range facets {
		out[i] = choice{f.Value, f.Label, f.Count}
	}
	return out
}

// searchTabs are all kinds together, then each kind that was found.
func searchTabs(q url.Values, current search.Kind, facets search.Facets) []searchTab {
	all := searchTab{link: link{"全部", searchAddress(q, "kind", "")}, Capped: facets.Capped, Current: current == ""}
	tabs := []searchTab{all}
	for _, k := range search.Kinds {
		for _, f := range facets.Kind {
			if f.Value == string(k) && (f.Count > 0 || k == current) {
				tabs[0].Count += f.Count
				tabs = append(tabs, searchTab{link: link{f.Label, searchAddress(q, "kind", f.Value)}, Count: f.Count,
					Capped: facets.Capped && k == search.Agency, Current: k == current})
			}
		}
	}
	return tabs
}

func facetLinks(q url.Values, f filter, capped bool) []searchTab {
	var out []searchTab
	for i, c := range f.Choices {
		if i == facetOptions {
			break
		}
		out = append(out, searchTab{link: link{strings.TrimSpace(c.Label), searchAddress(q, f.Name, c.Value)}, Count: c.Count,
			Capped: capped, Current: c.Value == q.Get(f.Name)})
	}
	return out
}

// searchAddress is the search asked for with one condition set anew, from its first page.
func searchAddress(q url.Values, name, value string) string {
	kept := url.Values{}
	for _, n := range []string{"q", "kind", "region", "sector"} {
		if v := q.Get(n); v != "" && n != name {
			kept.Set(n, v)
		}
	}
	if value != "" {
		kept.Set(name, value)
	}
	return address("/search", kept)
}
