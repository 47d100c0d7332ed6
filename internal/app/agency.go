package app

import (
	"context"
	"time"

	"zjcs/internal/agency"
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

// notifyCertificate tells an agency's people of a certificate that ends.
func (c *Core) notifyCertificate(ctx context.Context, tx db.Tx, n agency.CertificateNotice) error {
	return nil
}
