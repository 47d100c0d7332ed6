package contract

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

func uuids(ctx context.Context, q db.Querier, sql string, args ...any) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("contracts that are due: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("contracts that are due: %w", err)
	}
	return out, nil
}

// unanswered are the contracts with a notice of termination whose answer did not come.
func unanswered(ctx context.Context, q db.Querier) ([]uuid.UUID, error) {
	return uuids(ctx, q, `SELECT contract_id FROM contract_termination WHERE state = 'proposed' AND how = 'notice' AND answer_by <= clock_timestamp() ORDER BY answer_by`)
}

// unsigned are the awarded procurements of which not all has been told: of each award, that
// its contract is due, and that it is late. 30 days is the longest that a rule reminds ahead.
func unsigned(ctx context.Context, q db.Querier) ([]uuid.UUID, error) {
	return uuids(ctx, q, `
		SELECT w.procurement_id FROM award w JOIN procurement p ON p.id = w.procurement_id
		WHERE w.refused_at IS NULL AND p.state = 'awarded' AND (w.body ->> 'signBy')::timestamptz <= clock_timestamp() + interval '30 days'
		  AND NOT EXISTS (SELECT FROM contract_reminder r WHERE r.subject_id = w.id AND r.kind = 'sign-late')
		ORDER BY w.id`)
}

// liveAfter are contracts under way, or not paid in full, in order of id.
func liveAfter(ctx context.Context, q db.Querier, after uuid.UUID, n int) ([]uuid.UUID, error) {
	return uuids(ctx, q, `
		SELECT c.id FROM contract c WHERE c.id > $1 AND (c.state IN ('signed','filed') OR c.state IN ('completed','terminated')
		  AND c.price_fen > (SELECT coalesce(sum(x.amount_fen), 0) FROM contract_payment x WHERE x.contract_id = c.id AND x.state IN ('recorded','confirmed')))
		ORDER BY c.id LIMIT $2`, after, n)
}

func markReminded(ctx context.Context, tx db.Tx, subject uuid.UUID, kind string) (first bool, err error) {
	tag, err := tx.Exec(ctx, `INSERT INTO contract_reminder (subject_id, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING`, subject, kind)
	if err != nil {
		return false, fmt.Errorf("reminder: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

func provisional(ctx context.Context, q db.Querier) ([]uuid.UUID, error) {
	return uuids(ctx, q, `SELECT id FROM contract WHERE file_by_provisional AND state = 'signed' ORDER BY id`)
}

func setFileBy(ctx context.Context, tx db.Tx, id uuid.UUID, by time.Time, provisional bool) error {
	if _, err := tx.Exec(ctx, `UPDATE contract SET file_by = $2, file_by_provisional = $3 WHERE id = $1`, id, by, provisional); err != nil {
		return fmt.Errorf("filing deadline: %w", err)
	}
	return nil
}
