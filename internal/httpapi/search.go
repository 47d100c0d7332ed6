package httpapi

import (
	"context"

	"zjcs/internal/search"
)

type searchQuery struct {
	Paging
	Query  string `query:"q" maxLength:"100" doc:"搜索词：名称、简称、拼音或首字母、编码、统一社会信用代码；空格隔开的词须同时满足"`
	Kind   string `query:"kind" enum:"service_item,approval_item,agency,procurement,expert,department,region,announcement" doc:"类别"`
	Region string `query:"region" maxLength:"9" doc:"区划代码（含下级），或 outside（市外）"`
	Sector string `query:"sector" maxLength:"100" doc:"行业领域"`
}

func (a *API) search(ctx context.Context, in *searchQuery) (search.Results, error) {
	return a.Search.Search(ctx, search.Query{
		Request: in.request(), Text: in.Query, Kind: search.Kind(in.Kind), Region: in.Region, Sector: in.Sector,
	})
}

type suggestQuery struct {
	Query string `query:"q" maxLength:"100" doc:"已输入的文字"`
	Limit int    `query:"limit" minimum:"1" maximum:"20" default:"8" doc:"条数"`
}

func (a *API) suggest(ctx context.Context, in *suggestQuery) (all[search.Suggestion], error) {
	return whole(a.Search.Suggest(ctx, in.Query, in.Limit))
}
