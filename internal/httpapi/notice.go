package httpapi

import (
	"context"

	"zjcs/internal/fee"
	"zjcs/internal/notice"
	"zjcs/internal/platform/page"
)

type announcementQuery struct {
	Paging
	Kind string `query:"kind" enum:"notice,policy,guide" doc:"类别：通知、政策、办事指南"`
}

func (a *API) listAnnouncements(ctx context.Context, in *announcementQuery) (page.Page[notice.Summary], error) {
	return a.Notice.List(ctx, notice.Filter{Request: in.request(), Kind: notice.Kind(in.Kind)})
}

func (a *API) getAnnouncement(ctx context.Context, in *byID) (notice.Announcement, error) {
	return a.Notice.Get(ctx, in.ID)
}

func (a *API) listFeeStandards(ctx context.Context, _ *none) (all[fee.Standard], error) {
	return whole(a.Fee.List(ctx))
}
