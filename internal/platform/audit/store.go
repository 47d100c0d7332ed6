package audit

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

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

// ofPerson bounds what an export shows of the log: an official's years of work are many.
const ofPerson = 10_000

// OfPerson is what the person did, the latest first, as far as an export goes.
func OfPerson(ctx context.Context, q db.Querier, person uuid.UUID) ([]Own, error) {
	rows, err := q.Query(ctx, `
		SELECT at, outcome, action, remote, agent, summary FROM audit_log WHERE person_id = $1 ORDER BY id DESC LIMIT $2`, person, ofPerson)
	if err != nil {
		return nil, fmt.Errorf("log of a person: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Own])
	if err != nil {
		return nil, fmt.Errorf("log of a person: %w", err)
	}
	return list, nil
}
