package supervision

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/page"
)

// Line is one line of the log as a supervisor reads it.
type Line struct {
	ID           int64           `json:"id"`
	At           time.Time       `json:"at" doc:"时间"`
	Outcome      audit.Outcome   `json:"outcome" enum:"done,read,refused" doc:"结果：已办理、查看、拒绝"`
	OutcomeLabel string          `json:"outcomeLabel" doc:"结果名称"`
	Action       string          `json:"action" doc:"操作" example:"agency-submission:review"`
	PersonID     *uuid.UUID      `json:"personId,omitempty" doc:"操作人的标识；访客和程序没有"`
	PersonName   string          `json:"personName" doc:"操作人当时的姓名"`
	Organisation string          `json:"organisation,omitempty" doc:"涉及单位"`
	Remote       string          `json:"remote" doc:"来源地址"`
	Agent        string          `json:"agent" doc:"客户端"`
	RequestID    string          `json:"requestId" doc:"请求编号"`
	SubjectKind  string          `json:"subjectKind" doc:"对象类别"`
	SubjectID    string          `json:"subjectId" doc:"对象标识"`
	RegionCode   string          `json:"regionCode,omitempty" doc:"区划"`
	RegionName   string          `json:"regionName,omitempty"`
	Summary      string          `json:"summary" doc:"做了什么"`
	Change       json.RawMessage `json:"change,omitempty" doc:"字段改动：字段名 → [之前, 之后]"`
}

var outcomeLabels = map[audit.Outcome]string{audit.Done: "已办理", audit.Read: "查看", audit.Refused: "拒绝"}

// LogFilter narrows the log; empty fields do not narrow.
type LogFilter struct {
	page.Request
	Person      uuid.UUID
	Action      string // exactly
	SubjectKind string
	SubjectID   string
	Outcome     audit.Outcome
	Region      string // and all below it
	From, To    string // dates in Shanghai, both included
	Query       string // part of the summary, or of the person's name
}

// Validate names each filter whose value cannot be right.
func (f LogFilter) Validate() error {
	var bad []apperr.Field
	text := func(name, value string, most int) {
		if !utf8.ValidString(value) || strings.ContainsRune(value, 0) || utf8.RuneCountInString(value) > most {
			bad = append(bad, apperr.Field{Name: name, Message: "应是不超过规定长度的文字，不含不能识别的字符"})
		}
	}
	text("action", f.Action, 100)
	text("subjectKind", f.SubjectKind, 50)
	text("subjectId", f.SubjectID, 100)
	text("region", f.Region, 9)
	text("q", f.Query, 100)
	if f.Outcome != "" && outcomeLabels[f.Outcome] == "" {
		bad = append(bad, apperr.Field{Name: "outcome", Message: "应是 done（已办理）、read（查看）、refused（拒绝）之一"})
	}
	from, to := dayOf(f.From), dayOf(f.To)
	for name, wrong := range map[string]bool{"from": f.From != "" && from.IsZero(), "to": f.To != "" && to.IsZero()} {
		if wrong {
			bad = append(bad, apperr.Field{Name: name, Message: "应是日期，如 2026-01-02"})
		}
	}
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		bad = append(bad, apperr.Field{Name: "to", Message: "截止日期应不早于起始日期"})
	}
	return apperr.InvalidFields(bad)
}

// dayOf is the beginning of a date in Shanghai; zero when it is none.
func dayOf(value string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, value, clock.Shanghai)
	if err != nil || t.Year() < 2000 {
		return time.Time{}
	}
	return t
}

// words says what was looked for, for the log's own line about the look.
func (f LogFilter) words() string {
	var parts []string
	add := func(label, value string) {
		if value != "" {
			parts = append(parts, label+" "+value)
		}
	}
	if f.Person != uuid.Nil {
		add("操作人", f.Person.String())
	}
	add("操作", f.Action)
	add("对象", strings.TrimSpace(f.SubjectKind+" "+f.SubjectID))
	add("结果", outcomeLabels[f.Outcome])
	add("区划", f.Region)
	add("自", f.From)
	add("至", f.To)
	add("文字", f.Query)
	if len(parts) == 0 {
		return "不限条件"
	}
	return strings.Join(parts, "，")
}
