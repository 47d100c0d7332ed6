package identity

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

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
