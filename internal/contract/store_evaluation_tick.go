package contract

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// overEvaluations are contracts whose term of evaluation is over and not yet dealt with.
func overEvaluations(ctx context.Context, q db.Querier) ([]uuid.UUID, error) {
	return uuids(ctx, q, `SELECT contract_id FROM contract_evaluation_term WHERE closed_at IS NULL AND until <= clock_timestamp() ORDER BY until`)
}

// openEvaluations are those whose term ends within the longest that a rule reminds ahead,
// and where a side has not been told on this very day of the count.
func openEvaluations(ctx context.Context, q db.Querier) ([]uuid.UUID, error) {
	return uuids(ctx, q, `SELECT contract_id FROM contract_evaluation_term WHERE closed_at IS NULL AND until > clock_timestamp() AND until <= clock_timestamp() + interval '60 days' ORDER BY until`)
}

// lateAppeals are contracts with an appeal whose decision is late and was not yet told.
func lateAppeals(ctx context.Context, q db.Querier) ([]uuid.UUID, error) {
	return uuids(ctx, q, `
		SELECT DISTINCT e.contract_id FROM contract_evaluation_appeal x JOIN contract_evaluation e ON e.id = x.evaluation_id
		WHERE x.state = 'filed' AND x.due_at <= clock_timestamp() AND NOT EXISTS (SELECT FROM contract_reminder r WHERE r.subject_id = x.id AND r.kind = $1)
		ORDER BY e.contract_id`, ToldAppealLate)
}

// provisionalTerm is an end that rests on a calendar not yet published: of an evaluation's
// term, or of an appeal's decision.
type provisionalTerm struct {
	id                uuid.UUID
	rule, key, region string
	from              time.Time
}

func provisionalTerms(ctx context.Context, tx db.Tx) ([]provisionalTerm, error) {
	rows, err := tx.Query(ctx, `
		SELECT t.contract_id, $1::text, '', c.region_code, t.accepted_at FROM contract_evaluation_term t JOIN contract c ON c.id = t.contract_id
		WHERE t.provisional AND t.closed_at IS NULL
		UNION ALL
		SELECT x.id, $2::text, 'decide', c.region_code, x.filed_at FROM contract_evaluation_appeal x JOIN contract_evaluation e ON e.id = x.evaluation_id JOIN contract c ON c.id = e.contract_id
		WHERE x.due_provisional AND x.state = 'filed' ORDER BY 1`, ruleEvaluate, ruleAppeal)
	if err != nil {
		return nil, fmt.Errorf("provisional terms: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t provisionalTerm, err error) {
		err = row.Scan(&t.id, &t.rule, &t.key, &t.region, &t.from)
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("provisional terms: %w", err)
	}
	return out, nil
}

func setTermEnd(ctx context.Context, tx db.Tx, t provisionalTerm, until time.Time, provisional bool) error {
	sql := `UPDATE contract_evaluation_term SET until = $2, provisional = $3 WHERE contract_id = $1 AND closed_at IS NULL`
	if t.rule == ruleAppeal {
		sql = `UPDATE contract_evaluation_appeal SET due_at = $2, due_provisional = $3 WHERE id = $1 AND state = 'filed'`
	}
	if _, err := tx.Exec(ctx, sql, t.id, until, provisional); err != nil {
		return fmt.Errorf("redate evaluation: %w", err)
	}
	return nil
}
