package notice

import (
	"time"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/provenance"
)

// Kind is what sort of announcement it is.
type Kind string

const (
	KindNotice Kind = "notice"
	KindPolicy Kind = "policy"
	KindGuide  Kind = "guide"
)

// Label is the kind in Chinese.
func (k Kind) Label() string {
	return map[Kind]string{KindNotice: "通知", KindPolicy: "政策", KindGuide: "办事指南"}[k]
}

// Summary is an announcement in a list.
type Summary struct {
	ID          string    `json:"id" format:"uuid"`
	Kind        Kind      `json:"kind" enum:"notice,policy,guide" doc:"类别：通知、政策、办事指南"`
	Title       string    `json:"title" doc:"标题"`
	RegionCode  string    `json:"regionCode" doc:"发布区划"`
	RegionName  string    `json:"regionName" doc:"发布地"`
	PublishedAt time.Time `json:"publishedAt" doc:"发布时间"`
	Demo        bool      `json:"demo" doc:"为真表示示例数据"`
}

// Announcement is the whole text.
type Announcement struct {
	Summary
	Body   string            `json:"body" doc:"正文，空行分段"`
	Source provenance.Source `json:"source" doc:"数据来源"`
}

// Filter narrows the list; empty fields do not narrow.
type Filter struct {
	page.Request
	Kind Kind
}

// Validate names each filter whose value cannot be right.
func (f Filter) Validate() error {
	if f.Kind != "" && f.Kind.Label() == "" {
		return apperr.InvalidField("kind", "类别应是 notice（通知）、policy（政策）、guide（办事指南）之一")
	}
	return nil
}
