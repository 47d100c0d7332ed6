package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/log"
)

// Problem is every error of the API (RFC 9457, application/problem+json).
type Problem struct {
	Type      string         `json:"type" doc:"错误类别的标识" example:"urn:zjcs:problem:invalid"`
	Title     string         `json:"title" doc:"错误类别"`
	Status    int            `json:"status" doc:"HTTP 状态码"`
	Detail    string         `json:"detail" doc:"错在哪里，怎样才对"`
	Errors    []ProblemField `json:"errors,omitempty" doc:"逐个字段的问题"`
	RequestID string         `json:"requestId,omitempty" doc:"请求编号，报障时请提供"`
}

// ProblemField is one fault in the input.
type ProblemField struct {
	Field   string `json:"field" doc:"字段" example:"limit"`
	Message string `json:"message" doc:"怎样才对"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus is what huma answers with.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is RFC 9457's, whatever was asked for.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// kinds gives each code its status and title.
var kinds = map[apperr.Code]struct {
	status int
	title  string
}{
	apperr.Invalid:     {http.StatusUnprocessableEntity, "输入有误"},
	apperr.NotFound:    {http.StatusNotFound, "没有找到"},
	apperr.Conflict:    {http.StatusConflict, "内容已被别人改动"},
	apperr.Forbidden:   {http.StatusForbidden, "没有权限"},
	apperr.TooMany:     {http.StatusTooManyRequests, "过于频繁"},
	apperr.TooLarge:    {http.StatusRequestEntityTooLarge, "内容过大"},
	apperr.Unavailable: {http.StatusServiceUnavailable, "暂时不能提供"},
	apperr.Internal:    {http.StatusInternalServerError, "系统出错"},

	apperr.Unauthenticated: {http.StatusUnauthorized, "需要登录"},
	apperr.SecondFactor:    {http.StatusForbidden, "需要二次验证"},
}

const internalDetail = "系统出错，已记录。请稍后再试，或凭请求编号联系管理员。"

// problemOf maps any error to what may leave the program; the rest goes to the log.
func problemOf(ctx context.Context, logger *slog.Logger, err error) *Problem {
	code, detail := apperr.Internal, internalDetail
	var fields []ProblemField
	switch e, refusal := apperr.As(err); {
	case refusal && e.Code != apperr.Internal:
		code, detail = e.Code, e.Message
		for _, f := range e.Fields {
			fields = append(fields, ProblemField{Field: f.Name, Message: f.Message})
		}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		code, detail = apperr.Unavailable, "处理超时，请稍后再试"
	default:
		logger.ErrorContext(ctx, "internal error", "error", err)
	}
	return newProblem(ctx, code, detail, fields)
}

func newProblem(ctx context.Context, code apperr.Code, detail string, fields []ProblemField) *Problem {
	k := kinds[code]
	return &Problem{
		Type: "urn:zjcs:problem:" + string(code), Title: k.title, Status: k.status,
		Detail: detail, Errors: fields, RequestID: log.RequestID(ctx),
	}
}

// fromHuma turns what huma found wrong with a request, before any use case ran,
// into the same Problem.
func fromHuma(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
	reqCtx := context.Background()
	if ctx != nil {
		reqCtx = ctx.Context()
	}
	p := newProblem(reqCtx, codeOf(status), msg, nil)
	p.Status = status
	for _, err := range errs {
		var done *Problem
		if errors.As(err, &done) {
			return done
		}
		var d huma.ErrorDetailer
		if errors.As(err, &d) {
			p.Errors = append(p.Errors, ProblemField{Field: fieldName(d.ErrorDetail().Location), Message: inChinese(d.ErrorDetail().Message)})
		}
	}
	switch {
	case len(p.Errors) > 0:
		p.Detail = p.Errors[0].Field + "：" + p.Errors[0].Message
	case p.Status >= 500:
		p.Detail = internalDetail
	default:
		p.Detail = inChinese(msg)
	}
	return p
}

func codeOf(status int) apperr.Code {
	for code, k := range kinds {
		if k.status == status && code != apperr.SecondFactor { // it shares Forbidden's status
			return code
		}
	}
	if status >= 500 {
		return apperr.Internal
	}
	return apperr.Invalid
}

// fieldName drops the part of a location that only says where parameters live.
func fieldName(location string) string {
	for _, prefix := range []string{"query.", "path.", "header.", "body."} {
		if rest, ok := strings.CutPrefix(location, prefix); ok {
			return rest
		}
	}
	return location
}

// writeProblem answers outside huma: unknown routes, panics.
func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client is gone; nothing is left to tell it
}
