package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/notice"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/rules"
	"zjcs/internal/review"
)

// Workflows are the drawings of every life cycle, by file name.
func Workflows() map[string]string {
	return map[string]string{"submission.md": review.Workflow.Mermaid(), "agency.md": agency.Workflow.Mermaid()}
}

// barMonths is for how long a removed agency may not come back, as the region's rule set
// says that day.
func barMonths(ctx context.Context, q db.Querier, region string, at time.Time) (int, error) {
	return rules.Int(ctx, q, "removal.bar_months", region, at)
}

// agencyDay is what each new day asks for of agencies.
func (c *Core) agencyDay() agency.Daily {
	return agency.Daily{
		Pool: c.Pool, Notify: c.notifyCertificate, Changed: c.changed,
		NoticeDays: func(ctx context.Context, q db.Querier, region string, at time.Time) ([]int, error) {
			return rules.Ints(ctx, q, "certificate.notice_days", region, at)
		},
	}
}

// notifyCertificate tells an agency's people of a certificate that ends. An imported
// agency that nobody has claimed has nobody to tell.
func (c *Core) notifyCertificate(ctx context.Context, tx db.Tx, n agency.CertificateNotice) error {
	if n.Organisation == uuid.Nil {
		return nil
	}
	m := notice.Message{Topic: notice.AboutCertificate, Link: "/workspace/new", Title: fmt.Sprintf("%s还有 %d 天到期", n.Certificate, n.DaysLeft)}
	carries := ""
	if len(n.Items) > 0 {
		carries = "它支撑的事项：" + strings.Join(n.Items, "、") + "。"
	}
	m.Body = fmt.Sprintf("有效期至 %s。%s请在到期前用“机构信息变更”更新证书，逾期的，这些事项自动暂停承接，更新后恢复。", n.ValidTo, carries)
	if n.DaysLeft < 0 {
		m.Title = n.Certificate + "已到期"
		m.Body = fmt.Sprintf("已于 %s 到期。%s这些事项现已暂停承接，其他事项不受影响；更新证书后恢复。", n.ValidTo, carries)
	}
	return c.Messages.SendTx(ctx, tx, notice.To{Organisations: []uuid.UUID{n.Organisation}}, m)
}
