package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// insertVersion writes a version that waits for confirmations. Errors: a Conflict where
// another waits.
func insertVersion(ctx context.Context, tx db.Tx, contract, person uuid.UUID, v Version) error {
	terms, err := json.Marshal(v.Terms)
	if err != nil {
		return fmt.Errorf("contract version: %w", err)
	}
	var amendment *int
	if v.Amendment > 0 {
		amendment = &v.Amendment
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO contract_version (contract_id, version, amendment, state, terms, text, nonce, hash, reason, price_fen, days, side, made_by, made_at)
		VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		contract, v.Number, amendment, terms, v.Text, v.Nonce, v.Hash, v.Reason, v.Terms.PriceFen, v.Terms.Days, v.Side, orNull(person), v.At)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return apperr.New(apperr.Conflict, "已有一份变更等待确认，请先处理它").Because(err)
	}
	if err != nil {
		return fmt.Errorf("contract version: %w", err)
	}
	return nil
}

// endVersion moves a version from one state to the next.
func endVersion(ctx context.Context, tx db.Tx, contract uuid.UUID, version int, from, to review.State, person uuid.UUID, answer string, at time.Time) error {
	tag, err := tx.Exec(ctx, `
		UPDATE contract_version SET state = $4, answer = CASE WHEN $6 = '' THEN answer ELSE $6 END, answered_by = coalesce($5, answered_by), answered_at = CASE WHEN $5::uuid IS NULL THEN answered_at ELSE $7 END,
			in_force_at = CASE WHEN $4 = 'in_force' THEN $7 ELSE in_force_at END
		WHERE contract_id = $1 AND version = $2 AND state = $3`, contract, version, from, to, orNull(person), answer, at)
	if err != nil {
		return fmt.Errorf("contract version: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errMoved
	}
	return nil
}

// confirm writes a side's word. Of two at once from one side the second is refused.
func confirm(ctx context.Context, tx db.Tx, contract uuid.UUID, version int, side Side, person uuid.UUID, hash string, at time.Time) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO contract_confirmation (contract_id, version, side, person_id, hash, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		contract, version, side, orNull(person), hash, at)
	if err != nil {
		return fmt.Errorf("confirm contract: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "您这一方已经确认过这个版本")
	}
	return nil
}

func agencyConfirmed(ctx context.Context, tx db.Tx, award uuid.UUID) (confirmed bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM contract c JOIN contract_version v ON v.contract_id = c.id AND v.state = 'open' JOIN contract_confirmation f ON f.contract_id = c.id AND f.version = v.version
			WHERE c.award_id = $1 AND c.state = 'drafted' AND f.side = 'agency')`, award).Scan(&confirmed)
	if err != nil {
		return false, fmt.Errorf("confirmed contract: %w", err)
	}
	return confirmed, nil
}
