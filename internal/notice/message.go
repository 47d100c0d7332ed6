package notice

import (
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/authz"
)

// Topic is what a message is about: what a person may turn e-mail off for. The API calls
// it kind; here a Kind is an announcement's.
type Topic string

const (
	AboutSubmission  Topic = "submission"  // a step taken on what the person submitted
	AboutReview      Topic = "review"      // what the person has to check
	AboutObjection   Topic = "objection"   // an objection the person has to answer
	AboutCertificate Topic = "certificate" // a certificate expires
	AboutAccount     Topic = "account"     // the person's own account and data
	AboutProcurement Topic = "procurement" // a step of a procurement the person has to do with
	AboutCredit      Topic = "credit"      // the agency's records and grade, and what follows from them; a record to be decided
)

// Topics are all of them, in the order a page lists them.
var Topics = []Topic{AboutSubmission, AboutReview, AboutObjection, AboutCertificate, AboutAccount, AboutProcurement, AboutCredit}

var topicLabels = map[Topic]string{
	AboutSubmission: "我的申请办理结果", AboutReview: "待我审核的事项", AboutObjection: "公示期异议", AboutCertificate: "证书到期提醒", AboutAccount: "账号与个人信息", AboutProcurement: "采购项目进展",
	AboutCredit: "信用记录、等级和措施",
}

// Label is the topic in Chinese.
func (t Topic) Label() string { return topicLabels[t] }

// Message is what is told; the same to everyone it goes to.
type Message struct {
	Topic Topic
	Title string // one line
	Body  string // plain text, may be empty
	Link  string // path on this site where the matter stands, /workspace/…
}

// To says whom a message concerns: all of these together, each once, if their account is
// in use.
type To struct {
	Persons       []uuid.UUID
	Organisations []uuid.UUID  // their people
	In            []authz.Role // narrows Organisations to those who hold one of these in them

	// Officials over the region, and for department officers one of the sectors: whoever
	// holds one of the roles, or a role that has the permission.
	Region     string
	Sectors    []string
	Roles      []authz.Role
	Permission authz.Permission

	Except   []uuid.UUID // whoever took the step need not be told
	NotOfOrg uuid.UUID   // nobody of this organisation: it is their own matter
}

// Received is a message as its reader sees it.
type Received struct {
	ID         uuid.UUID  `json:"id"`
	Topic      Topic      `json:"kind" enum:"submission,review,objection,certificate,account,procurement,credit" doc:"类别"`
	TopicLabel string     `json:"kindLabel" doc:"类别名称"`
	Title      string     `json:"title" doc:"标题"`
	Body       string     `json:"body" doc:"正文"`
	Link       string     `json:"link,omitempty" doc:"办理页面的路径"`
	CreatedAt  time.Time  `json:"createdAt" doc:"时间"`
	ReadAt     *time.Time `json:"readAt,omitempty" doc:"阅读时间；没有则未读"`
}

// Preference says whether messages about a topic also go out by e-mail.
type Preference struct {
	Topic Topic  `json:"kind" enum:"submission,review,objection,certificate,account,procurement,credit" doc:"类别"`
	Label string `json:"label,omitempty" doc:"类别名称"`
	Mail  bool   `json:"mail" doc:"为真表示同时发邮件"`
}

// Preferences are a person's, with what stands in the way of e-mail.
type Preferences struct {
	Items     []Preference `json:"items" doc:"各类消息"`
	MailOn    bool         `json:"mailOn" doc:"为真表示本平台能发邮件"`
	MailReady bool         `json:"mailReady" doc:"为真表示您有已验证的邮箱"`
}
