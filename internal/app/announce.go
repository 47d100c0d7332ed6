package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/expert"
	"zjcs/internal/notice"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// newMessages builds messages to single persons and the e-mail behind them.
func (c *Core) newMessages() *notice.Messages {
	return notice.NewMessages(notice.MessageDeps{
		Pool: c.Pool, Policy: c.Policy, Sender: c.mail, Logger: c.Logger, Enqueue: c.enqueueMail, Site: c.Config.SiteName, URL: c.Config.PublicURL,
	})
}

// announce tells those concerned of a step, in its transaction. That something waits for
// review needs no message: it stands in the reviewers' to-do list. Who it was given to,
// and who must see that it is late, are told.
func (c *Core) announce(ctx context.Context, tx db.Tx, a review.Announcement) error {
	if err := c.logPublished(ctx, tx, a); err != nil {
		return err
	}
	to, m, ok := announcement(a)
	if !ok {
		return nil
	}
	if actor := authz.From(ctx); actor != nil {
		to.Except = []uuid.UUID{actor.Person}
	}
	return c.Messages.SendTx(ctx, tx, to, m)
}

// announcement says who is told what of a step; false when nobody is.
func announcement(a review.Announcement) (notice.To, notice.Message, bool) {
	s := a.Submission
	m := notice.Message{Topic: notice.AboutSubmission, Link: "/workspace/submissions/" + s.ID.String()}
	named := fmt.Sprintf("《%s》（%s，%s）", s.Title, s.KindLabel, s.Number)
	authors := notice.To{Persons: []uuid.UUID{s.Author}}
	if s.OrgID != nil {
		authors.Organisations, authors.In = []uuid.UUID{*s.OrgID}, []authz.Role{authz.AgencyAdmin, authz.PurchaserAdmin, authz.Expert}
	}
	officials := notice.To{Region: s.RegionCode, Sectors: s.Sectors, NotOfOrg: s.Org()}
	var assignee []uuid.UUID
	if s.AssigneeID != nil {
		assignee = []uuid.UUID{*s.AssigneeID}
	}
	switch a.Action {
	case review.Submit, review.Assign:
		if assignee == nil {
			return notice.To{}, m, false
		}
		m.Topic, m.Title = notice.AboutReview, "待您审核："+named
		m.Body = dueWords(s)
		return notice.To{Persons: assignee}, m, true
	case review.Escalate:
		m.Topic, m.Title = notice.AboutReview, "审核超期："+named
		m.Body = dueWords(s) + "至今未办结，请尽快办理或改派。"
		officials.Persons, officials.Permission, officials.Roles = assignee, a.Kind.Review, []authz.Role{authz.RegionAdmin}
		return officials, m, true
	case review.FileObjection:
		m.Topic, m.Title = notice.AboutObjection, "收到异议，待答复："+named
		m.Body = "异议编号 " + a.Note + "。答复前本件不会发布。"
		officials.Permission = "objection:decide"
		return officials, m, true
	case review.Return:
		m.Title = "退回修改：" + named
	case review.Reject:
		m.Title = "不予通过：" + named
	case review.Accept:
		if s.PublicityUntil == nil { // published in the same step, which is told
			return notice.To{}, m, false
		}
		m.Title = "审核通过，开始公示：" + named
		m.Body = "公示至 " + clock.Until(*s.PublicityUntil) + "，期满没有成立的异议即发布。"
	case review.Publish:
		m.Title = "已发布：" + named
	case review.Overturn:
		m.Title = "公示后退回修改：" + named
	default: // the author's own steps
		return notice.To{}, m, false
	}
	m.Body = joined(m.Body, opinion(a))
	return authors, m, true
}

// remindExpert tells an expert that his yearly confirmation ends. An entry nobody has
// claimed has nobody to tell.
func (c *Core) remindExpert(ctx context.Context, tx db.Tx, r expert.Reminder) error {
	if r.Organisation == nil {
		return nil
	}
	m := notice.Message{Topic: notice.AboutCertificate, Title: fmt.Sprintf("专家信息年度确认还有 %d 天到期", r.Days), Link: "/workspace",
		Body: "有效期至 " + r.Until.Format(time.DateOnly) + "。请在到期前确认，逾期不再公开，也不参加抽取。"}
	if r.Lapsed() {
		m.Title, m.Body = "专家信息年度确认已到期", "已于 "+r.Until.Format(time.DateOnly)+" 到期，现不公开、不参加抽取；重新确认后恢复。"
	}
	return c.Messages.SendTx(ctx, tx, notice.To{Organisations: []uuid.UUID{*r.Organisation}}, m)
}

// opinion is what the reviewer wrote: the note, then each field with its reason.
func opinion(a review.Announcement) string {
	var lines []string
	if note := strings.TrimSpace(a.Note); note != "" {
		lines = append(lines, "意见："+note)
	}
	for _, r := range a.Reasons {
		lines = append(lines, a.Kind.Form.Label(r.Field)+"："+strings.TrimSpace(r.Reason))
	}
	return strings.Join(lines, "\n")
}

func joined(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n")
}

func dueWords(s review.Submission) string {
	if s.DueAt == nil {
		return ""
	}
	words := "审核期限 " + clock.Until(*s.DueAt)
	if s.DueProvisional {
		words += "（暂定）"
	}
	return words + "。"
}
