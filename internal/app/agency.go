package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/contract"
	"zjcs/internal/credit"
	"zjcs/internal/notice"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/rules"
	"zjcs/internal/review"
)

// Workflows are the drawings of every life cycle, by file name.
func Workflows() map[string]string {
	return map[string]string{"submission.md": review.Workflow.Mermaid(), "agency.md": agency.Workflow.Mermaid(), "credit-record.md": credit.Workflow.Mermaid(), "contract.md": contract.Workflow.Mermaid(),
		"contract-stop.md": contract.Stops.Mermaid(), "contract-delivery.md": contract.Deliveries.Mermaid(), "contract-payment.md": contract.Payments.Mermaid(),
		"contract-amendment.md": contract.Amendments.Mermaid(), "contract-termination.md": contract.Endings.Mermaid(),
		"evaluation.md": contract.Evaluations.Mermaid(), "evaluation-appeal.md": contract.EvaluationAppeals.Mermaid()}
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

// notifyCertificate tells an agency's people of a certificate that ends.
func (c *Core) notifyCertificate(ctx context.Context, tx db.Tx, n agency.CertificateNotice) error {
	to := notice.To{Organisations: []uuid.UUID{n.Organisation}, In: []authz.Role{authz.AgencyAdmin, authz.AgencyAgent}}
	return c.Messages.SendTx(ctx, tx, to, certificateMessage(n))
}

// certificateMessage says what ends when, and what follows.
func certificateMessage(n agency.CertificateNotice) notice.Message {
	m := notice.Message{Topic: notice.AboutCertificate, Link: "/agencies/" + n.Agency.String(),
		Title: fmt.Sprintf("证书将于 %s 到期（还有 %d 天）：%s", n.ValidTo, n.DaysLeft, n.Certificate)}
	items := strings.Join(n.Items, "、")
	switch {
	case n.DaysLeft < 0:
		m.Title = fmt.Sprintf("证书已于 %s 到期：%s", n.ValidTo, n.Certificate)
		if items != "" {
			m.Body = "没有其他有效证书承载的，已暂停承接：" + items + "。换发新证后，请提交“机构变更”。"
		}
	case items != "":
		m.Body = "到期后，没有其他有效证书承载的将暂停承接：" + items + "。换发新证后，请提交“机构变更”。"
	default:
		m.Body = "换发新证后，请提交“机构变更”。"
	}
	return m
}
