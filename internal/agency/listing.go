package agency

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/page"
)

// List is the honour or the sanction list (红黑名单).
type List string

const (
	Honour   List = "honour"
	Sanction List = "sanction"
)

// Label is the list in Chinese.
func (l List) Label() string { return map[List]string{Honour: "红名单", Sanction: "黑名单"}[l] }

// Listing is an agency's entry in a list.
type Listing struct {
	ID         string `json:"id" format:"uuid"`
	List       List   `json:"list" enum:"honour,sanction" doc:"honour 红名单，sanction 黑名单"`
	AgencyID   string `json:"agencyId" format:"uuid"`
	AgencyName string `json:"agencyName" doc:"机构名称"`
	USCC       string `json:"uscc" doc:"统一社会信用代码"`
	Reason     string `json:"reason" doc:"事实和理由"`
	Basis      string `json:"basis" doc:"依据"`
	From       string `json:"from" format:"date" doc:"起始日期"`
	Until      string `json:"until" format:"date" doc:"截止日期（含当日）"`
	InForce    bool   `json:"inForce" doc:"为真表示今天在期内"`
	Demo       bool   `json:"demo" doc:"为真表示示例数据"`
}

// ListingFilter narrows the lists.
type ListingFilter struct {
	page.Request
	List List // "" for both
	Past bool // also those whose term is over
}

// Listings is a page of the honour and sanction lists, the latest first.
func (s *Service) Listings(ctx context.Context, f ListingFilter) (page.Page[Listing], error) {
	var none page.Page[Listing]
	if f.List != "" && f.List.Label() == "" {
		return none, apperr.InvalidField("list", "名单应是 honour（红名单）或 sanction（黑名单）")
	}
	before, given, err := page.Decode[uuid.UUID](f.Cursor)
	if err != nil {
		return none, err
	}
	if !given {
		before = uuid.Max
	}
	today := clock.Day(s.now())
	rows, total, err := listListings(ctx, s.pool, f, before, today)
	if err != nil {
		return none, err
	}
	return page.Make(rows, f.Size(), total, func(l Listing) string { return l.ID }), nil
}
