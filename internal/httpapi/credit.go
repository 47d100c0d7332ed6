package httpapi

import (
	"context"

	"zjcs/internal/credit"
)

var creditScopes = []string{"agency", "catalog", "region", "credit"}

type creditInput struct {
	ID string `path:"id" maxLength:"36" doc:"机构的标识或统一社会信用代码"`
	On string `query:"on" maxLength:"10" doc:"哪一天的得分（YYYY-MM-DD）；没有就是现在"`
}

func (a *API) getAgencyCredit(ctx context.Context, in *creditInput) (credit.Rating, error) {
	return a.Credit.Of(ctx, in.ID, in.On)
}
