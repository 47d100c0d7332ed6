package audit

import (
	"context"
	"fmt"

	"zjcs/internal/platform/db"
)

func insert(ctx context.Context, q db.Querier, e entryRow) error {
	_, err := q.Exec(ctx, `
		INSERT INTO audit_log (outcome, action, person_id, person_name, org_id, remote, agent, request_id, subject_kind, subject_id, region_code, summary, change)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, nullif($11, ''), $12, $13)`,
		e.Outcome, e.Action, e.person, e.name, e.org, e.remote, e.agent, e.request, e.Kind, e.ID, e.Region, e.Summary, e.change)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	return nil
}
