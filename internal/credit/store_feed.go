package credit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

func insertEvaluation(ctx context.Context, tx db.Tx, e Given) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO credit_evaluation (id, agency_id, org_id, contract_id, quality, timeliness, fee, conduct, attitude, comment, evaluated_by, evaluated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (contract_id) WHERE contract_id IS NOT NULL AND struck_at IS NULL DO NOTHING`,
		e.ID, e.Agency, e.Org, e.Contract, e.Quality, e.Timeliness, e.Fee, e.Conduct, e.Attitude, e.Comment, e.By, e.At)
	if err != nil {
		return fmt.Errorf("credit evaluation: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "这份合同已经评价过")
	}
	return nil
}

func strikeEvaluation(ctx context.Context, tx db.Tx, id uuid.UUID, reason string, at time.Time) (agency uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `UPDATE credit_evaluation SET struck_at = $3, struck_reason = $2 WHERE id = $1 AND struck_at IS NULL RETURNING agency_id`,
		id, reason, at).Scan(&agency)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, apperr.New(apperr.NotFound, "没有这条有效的评价")
	}
	return agency, err
}

func insertFact(ctx context.Context, tx db.Tx, f Measured) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO credit_fact (id, agency_id, kind, kept, subject_id, measured_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (kind, subject_id) WHERE subject_id IS NOT NULL AND struck_at IS NULL DO NOTHING`,
		uuid.Must(uuid.NewV7()), f.Agency, f.Kind, f.Kept, f.Subject, f.At)
	if err != nil {
		return fmt.Errorf("credit fact: %w", err)
	}
	return nil
}

// strikeFact is uuid.Nil where no such fact counts.
func strikeFact(ctx context.Context, tx db.Tx, kind FactKind, subject uuid.UUID, at time.Time) (agency uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `UPDATE credit_fact SET struck_at = $3 WHERE kind = $1 AND subject_id = $2 AND struck_at IS NULL RETURNING agency_id`,
		kind, subject, at).Scan(&agency)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return agency, err
}
