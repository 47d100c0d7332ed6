package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

// OrganisationOf is an organisation by id.
func OrganisationOf(ctx context.Context, q db.Querier, id uuid.UUID) (Organisation, error) {
	rows, err := q.Query(ctx, `SELECT `+organisationColumns+` FROM organisation o WHERE o.id = $1`, id)
	if err != nil {
		return Organisation{}, fmt.Errorf("load organisation: %w", err)
	}
	o, err := pgx.CollectExactlyOneRow(rows, scanOrganisation)
	if errors.Is(err, pgx.ErrNoRows) {
		return o, apperr.New(apperr.NotFound, "没有这个单位")
	}
	if err != nil {
		return o, fmt.Errorf("load organisation: %w", err)
	}
	return o, nil
}

// Stand brings an organisation to what was published of it: its name, whether it is
// verified, and the region that serves it ("" leaves that as it is). A closed one stays closed, and is refused.
func Stand(ctx context.Context, tx db.Tx, id uuid.UUID, name, region string, state OrganisationState) error {
	tag, err := tx.Exec(ctx, `UPDATE organisation SET name = $2, state = $3, region_code = coalesce(nullif($4, ''), region_code), updated_at = now()
		WHERE id = $1 AND state <> 'closed'`, id, name, state, region)
	if err != nil {
		return fmt.Errorf("organisation stands: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "这个单位已经注销，不能办理")
	}
	return nil
}
