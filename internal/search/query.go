package search

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/page"
)

// Query is what a reader asks. All of it may be empty: that is browsing.
type Query struct {
	page.Request
	Text   string // what was typed
	Kind   Kind   // "" is every kind
	Region string // region code: it and all below; Outside
	Sector string // a sector of the catalogue
}

const (
	maxText   = 100
	maxTerms  = 8
	maxOffset = 900 // nobody reads further; narrowing is offered instead
)

// Validate names each part that cannot be right. Whether the region exists is for the
// service to say.
func (q Query) Validate() error {
	var bad []apperr.Field
	switch {
	case !plain(q.Text):
		bad = append(bad, apperr.Field{Name: "q", Message: "搜索词应是不超过 100 个字的文字"})
	case len(Terms(q.Text)) > maxTerms:
		bad = append(bad, apperr.Field{Name: "q", Message: "一次最多搜索 8 个词，请减少空格隔开的词"})
	}
	if q.Kind != "" && !q.Kind.valid() {
		names := make([]string, len(Kinds))
		for i, k := range Kinds {
			names[i] = string(k) + "（" + k.Label() + "）"
		}
		bad = append(bad, apperr.Field{Name: "kind", Message: "类别应是 " + strings.Join(names, "、") + " 之一"})
	}
	if !plain(q.Sector) {
		bad = append(bad, apperr.Field{Name: "sector", Message: "行业领域应是不超过 100 个字的文字"})
	}
	if !plain(q.Region) {
		bad = append(bad, errRegion)
	}
	if _, err := q.offset(); err != nil {
		bad = append(bad, apperr.Field{Name: "cursor", Message: "页码游标无效，请从第一页重新翻起"})
	}
	return apperr.InvalidFields(bad)
}

var errRegion = apperr.Field{Name: "region", Message: "区划应是区划列表中的代码，或 outside（市外）"}

// plain is text that PostgreSQL can hold and a person would type.
func plain(s string) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxText && !strings.ContainsRune(s, 0)
}

func (q Query) offset() (int, error) {
	if q.Cursor == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(string(b))
	if err == nil && (n < 0 || n > maxOffset) {
		err = strconv.ErrRange
	}
	return n, err
}

func cursorAt(offset int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(offset)))
}

// Results answer a Query. Ranked results page by position: the order is decided anew for
// every page, so there is no key to continue from.
type Results struct {
	Hits        []Hit     `json:"items" doc:"本页各条，最相关的在前"`
	NextCursor  string    `json:"nextCursor,omitempty" doc:"下一页的游标；没有则已到末页"`
	Total       int       `json:"total" doc:"符合条件的总数"`
	TotalCapped bool      `json:"totalCapped,omitempty" doc:"为真表示总数多于 total"`
	Facets      Facets    `json:"facets" doc:"按类别、区划、行业领域的分布"`
	Synonyms    []Synonym `json:"synonyms,omitempty" doc:"一并查找的同义词"`
	Relaxed     Relaxed   `json:"relaxed,omitempty" enum:"homophone,any" doc:"没有完全符合的结果时放宽了什么：homophone 按同音字，any 只含部分词"`
}

// Relaxed says what was given up when nothing matched in full.
type Relaxed string

const (
	ByHomophone Relaxed = "homophone" // read alike, written differently
	ByAny       Relaxed = "any"       // some of the words only
)

// Hit is one found record.
type Hit struct {
	Kind         Kind      `json:"kind" enum:"service_item,approval_item,agency,procurement,expert,department,region,announcement" doc:"类别"`
	KindLabel    string    `json:"kindLabel" doc:"类别名称"`
	Title        string    `json:"title" doc:"标题"`
	URL          string    `json:"url" doc:"页面路径"`
	Code         string    `json:"code,omitempty" doc:"事项编码或统一社会信用代码"`
	Subtitle     string    `json:"subtitle,omitempty" doc:"标题下的说明"`
	Highlights   []Segment `json:"highlights" doc:"标题分段，连起来就是标题"`
	Excerpt      []Segment `json:"excerpt,omitempty" doc:"标题以外最相符的一处，分段"`
	ExcerptLabel string    `json:"excerptLabel,omitempty" doc:"excerpt 出自哪一栏"`
	Demo         bool      `json:"demo" doc:"为真表示示例数据"`
}

// Segment is a stretch of text, matched or not: plain text, never HTML.
type Segment struct {
	Text  string `json:"text"`
	Match bool   `json:"match,omitempty" doc:"为真表示与搜索词相符"`
}

// Facets count what the query finds by three dimensions. A dimension's own filter is left
// out of its counts, so that a reader sees what else could be chosen.
type Facets struct {
	Kind   []Facet `json:"kind" doc:"按类别"`
	Region []Facet `json:"region" doc:"按区划，含下级"`
	Sector []Facet `json:"sector" doc:"按行业领域"`
	Capped bool    `json:"capped,omitempty" doc:"为真表示只数到上限，实际更多"`
}

// Facet is one value and how many of the found records have it.
type Facet struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Count int    `json:"count"`
}

// Synonym is a word of the query and what else was looked for in its place.
type Synonym struct {
	Word  string   `json:"word" doc:"搜索词"`
	Means []string `json:"means" doc:"一并查找的说法"`
}

// Suggestion is one line offered while typing.
type Suggestion struct {
	Title     string `json:"title" doc:"标题"`
	Kind      Kind   `json:"kind" enum:"service_item,approval_item,agency,procurement,expert,department,region,announcement" doc:"类别"`
	KindLabel string `json:"kindLabel" doc:"类别名称"`
	URL       string `json:"url" doc:"页面路径"`
}
