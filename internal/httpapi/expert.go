package httpapi

import (
	"context"

	"zjcs/internal/expert"
	"zjcs/internal/platform/page"
)

type expertQuery struct {
	Paging
	Region    string `query:"region" maxLength:"9" doc:"区划代码（含下级），或 outside（市外）"`
	Specialty string `query:"specialty" maxLength:"100" doc:"专业领域"`
}

func (a *API) listExperts(ctx context.Context, in *expertQuery) (page.Page[expert.Expert], error) {
	return a.Expert.List(ctx, expert.Filter{Request: in.request(), Region: in.Region, Specialty: in.Specialty})
}

func (a *API) getExpert(ctx context.Context, in *byID) (expert.Expert, error) {
	return a.Expert.Get(ctx, in.ID)
}
