package httpapi

import (
	"context"

	"zjcs/internal/agency"
	"zjcs/internal/platform/page"
)

type agencyQuery struct {
	Paging
	Region        string `query:"region" maxLength:"9" doc:"区划代码（含下级），或 outside（市外）"`
	Item          string `query:"item" maxLength:"32" doc:"事项编码：能承接它的机构"`
	Qualification string `query:"qualification" maxLength:"100" doc:"资质名称"`
}

func (a *API) listAgencies(ctx context.Context, in *agencyQuery) (page.Page[agency.Summary], error) {
	return a.Agency.List(ctx, agency.Filter{Request: in.request(), Region: in.Region, Item: in.Item, Qualification: in.Qualification})
}

type agencyKey struct {
	ID string `path:"id" maxLength:"64" doc:"标识，或统一社会信用代码"`
}

func (a *API) getAgency(ctx context.Context, in *agencyKey) (agency.Agency, error) {
	return a.Agency.Get(ctx, in.ID)
}

type listingQuery struct {
	Paging
	List agency.List `query:"list" enum:"honour,sanction" doc:"honour 红名单，sanction 黑名单；不写为两者"`
	Past bool        `query:"past" doc:"为真时也列出期满的"`
}

func (a *API) listAgencyListings(ctx context.Context, in *listingQuery) (page.Page[agency.Listing], error) {
	return a.Agency.Listings(ctx, agency.ListingFilter{Request: in.request(), List: in.List, Past: in.Past})
}
