package credit

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

func insertProposal(ctx context.Context, tx db.Tx, id uuid.UUID, p Proposal) (bool, error) {
	tag, err := tx.Exec(ctx, `
		INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, veto, facts, source, state, proposer, proposed_at)
		SELECT $1, $2, k.id, k.version, CASE k.level WHEN 'honour' THEN k.points_from ELSE k.points_to END, k.veto, $4, $5, 'proposed', $6, $7
		FROM (SELECT * FROM credit_rubric WHERE id = $3 AND effective_from <= $8::date ORDER BY version DESC LIMIT 1) k WHERE NOT k.retired`,
		id, p.Agency, p.Rubric, p.Facts, p.Source, p.Proposer, p.At, clock.Day(p.At))
	if err != nil {
		return false, fmt.Errorf("propose a credit record: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}
