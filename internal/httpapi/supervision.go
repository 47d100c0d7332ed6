package httpapi

import (
	"bytes"
	"context"
	"net/http"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/page"
	"zjcs/internal/supervision"
)

// supervisionRoutes are what supervisors look through, within their regions.
func (a *API) supervisionRoutes() {
	const tag = "监督"
	on(a, endpoint{http.MethodGet, "/api/v1/audit-log", "audit-log", tag, "查询操作日志，最新的在前；每次查询留痕", "audit:read", 0}, a.searchLog)
	download(a, endpoint{http.MethodGet, "/api/v1/audit-log.csv", "audit-log-csv", tag, "导出操作日志；条件与查询相同，每次导出留痕", "audit:read", 0}, csvType, "操作日志.csv", a.exportLog)
}

// LogFilter narrows the log.
type LogFilter struct {
	Person      string        `query:"person" maxLength:"36" format:"uuid" doc:"操作人的标识"`
	Action      string        `query:"action" maxLength:"100" doc:"操作" example:"agency-submission:review"`
	SubjectKind string        `query:"subjectKind" maxLength:"50" doc:"对象类别"`
	SubjectID   string        `query:"subjectId" maxLength:"100" doc:"对象标识"`
	Outcome     audit.Outcome `query:"outcome" enum:"done,read,refused" doc:"结果：已办理、查看、拒绝"`
	Region      string        `query:"region" maxLength:"9" doc:"区划代码（含下级）"`
	From        string        `query:"from" maxLength:"10" doc:"起始日期（含）" example:"2026-01-02"`
	To          string        `query:"to" maxLength:"10" doc:"截止日期（含）"`
	Query       string        `query:"q" maxLength:"100" doc:"摘要或操作人姓名中的文字"`
}

func (f LogFilter) filter(r page.Request) (supervision.LogFilter, error) {
	out := supervision.LogFilter{Request: r, Action: f.Action, SubjectKind: f.SubjectKind, SubjectID: f.SubjectID, Outcome: f.Outcome,
		Region: f.Region, From: f.From, To: f.To, Query: f.Query}
	if f.Person == "" {
		return out, nil
	}
	var err error
	if out.Person, err = uuid.Parse(f.Person); err != nil {
		return out, apperr.InvalidField("person", "应是操作人的标识（UUID）").Because(err)
	}
	return out, nil
}

type logInput struct {
	Paging
	LogFilter
}

func (a *API) searchLog(ctx context.Context, in *logInput) (page.Page[supervision.Line], error) {
	f, err := in.filter(in.request())
	if err != nil {
		return page.Page[supervision.Line]{}, err
	}
	return a.Supervision.SearchLog(ctx, f)
}

func (a *API) exportLog(ctx context.Context, in *LogFilter) ([]byte, error) {
	f, err := in.filter(page.Request{})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = a.Supervision.ExportLog(ctx, f, &out)
	return out.Bytes(), err
}
