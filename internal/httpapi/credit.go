package httpapi

import (
	"context"
	"net/http"

	"zjcs/internal/credit"
	"zjcs/internal/platform/page"
)

var creditScopes = []string{"agency", "catalog", "region", "credit"}

// creditRoutes are what everyone may know of the agencies' credit.
func (a *API) creditRoutes() {
	const tag = "信用"
	const one = "/api/v1/agencies/{id}"
	get(a, "/api/v1/credit-ratings", "credit-ratings", tag, "各机构的信用得分和等级，高的在前", creditScopes, a.listCreditRatings)
	get(a, "/api/v1/credit-rankings", "credit-rankings", tag, "能承接一个事项的机构按信用得分排名", creditScopes, a.rankCredit)
	get(a, one+"/credit", "agency-credit", tag, "一家中介机构的信用得分：组成、记录、评价、措施、两年走势", creditScopes, a.getAgencyCredit)
	on(a, endpoint{http.MethodGet, one + "/credit-report", "agency-credit-report", tag, "信用报告的内容，可按编号核验", Public, 0}, a.creditReport)
	download(a, endpoint{http.MethodGet, one + "/credit-report.pdf", "agency-credit-paper", tag, "信用报告（PDF）", Public, 0}, "application/pdf", "信用报告.pdf", a.creditPaper)
}

type creditInput struct {
	ID string `path:"id" maxLength:"36" doc:"机构的标识或统一社会信用代码"`
	On string `query:"on" maxLength:"10" doc:"哪一天的得分（YYYY-MM-DD）；没有就是现在"`
}

func (a *API) getAgencyCredit(ctx context.Context, in *creditInput) (credit.Rating, error) {
	return a.Credit.Of(ctx, in.ID, in.On)
}

type creditQuery struct {
	Paging
	Grade  credit.Grade `query:"grade" enum:"AAA,AA,A,B,C,D" doc:"等级"`
	Region string       `query:"region" maxLength:"9" doc:"登记地区划代码（含下级），或 outside（市外）"`
	Item   string       `query:"item" maxLength:"32" doc:"事项编码：今天能承接它的机构"`
}

func (a *API) listCreditRatings(ctx context.Context, in *creditQuery) (page.Page[credit.Row], error) {
	return a.Credit.List(ctx, credit.Filter{Request: in.request(), Grade: in.Grade, Region: in.Region, Item: in.Item})
}

type rankingQuery struct {
	Item   string `query:"item" required:"true" maxLength:"32" doc:"事项编码"`
	Region string `query:"region" maxLength:"9" doc:"登记地区划代码（含下级），或 outside（市外）；不写为不限"`
}

func (a *API) rankCredit(ctx context.Context, in *rankingQuery) (credit.Ranking, error) {
	return a.Credit.Rank(ctx, in.Item, in.Region)
}

type reportKey struct {
	ID     string `path:"id" maxLength:"36" doc:"机构的标识或统一社会信用代码"`
	Number string `query:"number" maxLength:"40" doc:"报告编号；不写为此刻的报告"`
}

func (a *API) creditReport(ctx context.Context, in *reportKey) (credit.Report, error) {
	return a.Credit.Report(ctx, in.ID, in.Number)
}

func (a *API) creditPaper(ctx context.Context, in *reportKey) ([]byte, error) {
	return a.Credit.Paper(ctx, in.ID, in.Number)
}
