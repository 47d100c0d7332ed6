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

func organisationOf(ctx context.Context, q db.Querier, id uuid.UUID, lock bool) (Organisation, error) {
	sql := `SELECT ` + organisationColumns + ` FROM organisation o WHERE o.id = $1`
	if lock {
		sql += ` FOR UPDATE`
	}
	rows, err := q.Query(ctx, sql, id)
	if err != nil {
		return Organisation{}, fmt.Errorf("load organisation: %w", err)
	}
	o, err := pgx.CollectExactlyOneRow(rows, scanOrganisation)
	if errors.Is(err, pgx.ErrNoRows) {
		return o, errNoOrganisation
	}
	if err != nil {
		return o, fmt.Errorf("load organisation: %w", err)
	}
	return o, nil
}

func verifyOrganisation(ctx context.Context, tx db.Tx, id uuid.UUID) error {
	tag, err := tx.Exec(ctx, `UPDATE organisation SET state = 'verified', updated_at = now() WHERE id = $1 AND state <> 'closed'`, id)
	if err != nil {
		return fmt.Errorf("verify organisation: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "这个单位已注销，不能核验")
	}
	return nil
}
