package review

import (
	"time"

	"github.com/google/uuid"
)

// Objection (异议) is what anyone may say against a submission in publicity.
type Objection struct {
	ID        uuid.UUID  `json:"id"`
	Number    string     `json:"number" doc:"查询号"`
	Name      string     `json:"name" doc:"异议人"`
	Text      string     `json:"text" doc:"异议内容"`
	State     string     `json:"state" enum:"filed,upheld,dismissed" doc:"状态：待处理、成立、不成立"`
	Answer    string     `json:"answer" doc:"答复"`
	FiledAt   time.Time  `json:"filedAt" doc:"提出时间"`
	DecidedAt *time.Time `json:"decidedAt,omitempty" doc:"答复时间"`
}

// Fact is one line of what a publicity shows.
type Fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Publicity is a submission that has passed and stands open to objection.
type Publicity struct {
	Number     string    `json:"number" doc:"受理号"`
	Kind       string    `json:"kind"`
	KindLabel  string    `json:"kindLabel" doc:"类别"`
	Title      string    `json:"title" doc:"公示对象"`
	RegionCode string    `json:"regionCode"`
	RegionName string    `json:"regionName" doc:"受理区划"`
	Until      time.Time `json:"until" doc:"公示截止"`
	Demo       bool      `json:"demo" doc:"为真表示示例数据"`
	Facts      []Fact    `json:"facts" doc:"公示内容"`
	content    Content
	now        time.Time
}
