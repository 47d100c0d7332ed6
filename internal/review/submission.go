package review

import (
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/page"
)

// Summary is a submission in a list.
type Summary struct {
	ID             uuid.UUID  `json:"id"`
	Number         string     `json:"number" doc:"受理号" example:"SQ20261125000001"`
	Kind           string     `json:"kind" doc:"类别"`
	KindLabel      string     `json:"kindLabel" doc:"类别名称"`
	Title          string     `json:"title" doc:"标题"`
	RegionCode     string     `json:"regionCode" doc:"受理区划"`
	RegionName     string     `json:"regionName"`
	Organisation   string     `json:"organisation,omitempty" doc:"提交单位"`
	State          State      `json:"state" enum:"draft,submitted,returned,rejected,accepted,published,withdrawn" doc:"状态"`
	StateLabel     string     `json:"stateLabel" doc:"状态名称"`
	Assignee       string     `json:"assignee,omitempty" doc:"承办人"`
	SubmittedAt    *time.Time `json:"submittedAt,omitempty" doc:"提交时间"`
	DueAt          *time.Time `json:"dueAt,omitempty" doc:"审核期限"`
	DueProvisional bool       `json:"dueProvisional,omitempty" doc:"为真表示期限依据的日历尚未公布，暂定"`
	Overdue        bool       `json:"overdue" doc:"已超过期限"`
	PublicityUntil *time.Time `json:"publicityUntil,omitempty" doc:"公示截止"`
	UpdatedAt      time.Time  `json:"updatedAt" doc:"最近变动"`
	Demo           bool       `json:"demo" doc:"为真表示示例数据"`
}

// Submission is one matter on its way.
type Submission struct {
	Summary
	Version     int        `json:"version" doc:"版本；保存和办理时须带上读到的版本"`
	SubjectID   *uuid.UUID `json:"subjectId,omitempty" doc:"对象的标识"`
	OrgID       *uuid.UUID `json:"organisationId,omitempty"`
	Author      uuid.UUID  `json:"-"`
	AuthorName  string     `json:"authorName" doc:"经办人"`
	Sectors     []string   `json:"sectors" doc:"涉及行业"`
	AssigneeID  *uuid.UUID `json:"assigneeId,omitempty"`
	DecidedBy   *uuid.UUID `json:"-"`
	DecidedAt   *time.Time `json:"decidedAt,omitempty" doc:"办结时间"`
	PublishedAt *time.Time `json:"publishedAt,omitempty" doc:"发布时间"`
	Content     Content    `json:"content" doc:"填写的内容；个人敏感信息已遮蔽"`
	now         time.Time  // the database's, when it was read
	base        Content
	escalatedAt *time.Time
}

// Subject is SubjectID, or uuid.Nil.
func (s Submission) Subject() uuid.UUID {
	if s.SubjectID == nil {
		return uuid.Nil
	}
	return *s.SubjectID
}

// Org is OrgID, or uuid.Nil.
func (s Submission) Org() uuid.UUID {
	if s.OrgID == nil {
		return uuid.Nil
	}
	return *s.OrgID
}

// Now is the database's time at which the submission was read.
func (s Submission) Now() time.Time { return s.now }

// Detail is a submission with all that a page about it shows.
type Detail struct {
	Submission
	AllowedActions []Action    `json:"allowedActions" doc:"当前用户现在可以做的"`
	MayEdit        bool        `json:"mayEdit" doc:"当前用户可以修改内容"`
	MayReveal      bool        `json:"mayReveal" doc:"当前用户可以查看遮蔽的信息（须写明理由，留痕）"`
	Missing        []Fault     `json:"missing" doc:"提交前还需补正的"`
	Cautions       []Caution   `json:"cautions" doc:"提示"`
	Changes        []Change    `json:"changes" doc:"与已发布内容的差异"`
	Files          []FileRef   `json:"files" doc:"附件"`
	History        []Event     `json:"history" doc:"办理过程"`
	Objections     []Objection `json:"objections" doc:"公示期异议"`
	WhyNot         string      `json:"whyNot,omitempty" doc:"为什么不能审核"`
}

// Fault is a field and what would be right.
type Fault struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func faults(list []apperr.Field) []Fault {
	out := make([]Fault, len(list))
	for i, f := range list {
		out[i] = Fault{f.Name, f.Message}
	}
	return out
}

// FileRef names an uploaded file of the submission.
type FileRef struct {
	ID        uuid.UUID `json:"id"`
	Name      string    `json:"name" doc:"文件名"`
	MediaType string    `json:"mediaType" doc:"类型"`
	Size      int64     `json:"size" doc:"字节数"`
	SHA256    string    `json:"sha256" doc:"SHA-256"`
}

// Reason is why one field was sent back.
type Reason struct {
	Field  string `json:"field" maxLength:"200" doc:"字段路径"`
	Reason string `json:"reason" minLength:"2" maxLength:"500" doc:"理由：错在哪里，怎样才对"`
}

// Event is one step of the history.
type Event struct {
	Seq         int       `json:"seq"`
	Action      Action    `json:"action" doc:"动作"`
	ActionLabel string    `json:"actionLabel" doc:"动作名称"`
	From        State     `json:"from"`
	To          State     `json:"to"`
	ToLabel     string    `json:"toLabel" doc:"之后的状态"`
	By          string    `json:"by" doc:"办理人"`
	At          time.Time `json:"at" doc:"时间"`
	Note        string    `json:"note" doc:"意见"`
	Reasons     []Reason  `json:"reasons" doc:"逐项理由"`
}

// Filter narrows a list.
type Filter struct {
	page.Request
	View  string // View* below
	Kind  string
	State State
	Query string // number or part of the title
}

// What a list is of.
const (
	ViewMine  = "mine"  // mine and my organisations'
	ViewQueue = "queue" // awaiting me as a reviewer, the most urgent first
	ViewAll   = "all"   // all in my reach as an official
)
