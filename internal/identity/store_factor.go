package identity

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

type factorRow struct {
	person    uuid.UUID
	secret    []byte // sealed
	confirmed bool
	step      int64
	recovery  []string // digests in hexadecimal
}

// lockFactor reads a person's second factor and makes others who would spend a code of
// it wait: a code works once.
func lockFactor(ctx context.Context, tx db.Tx, person uuid.UUID) (factorRow, error) {
	f := factorRow{person: person}
	err := tx.QueryRow(ctx, `
		SELECT totp_secret, totp_confirmed_at IS NOT NULL, totp_step, recovery_codes FROM person WHERE id = $1 FOR UPDATE`, person).
		Scan(&f.secret, &f.confirmed, &f.step, &f.recovery)
	if err != nil {
		return f, fmt.Errorf("load second factor: %w", err)
	}
	return f, nil
}

func spendStep(ctx context.Context, tx db.Tx, person uuid.UUID, step int64) error {
	return changeFactor(ctx, tx, `UPDATE person SET totp_step = $2 WHERE id = $1`, person, step)
}

func dropRecoveryCode(ctx context.Context, tx db.Tx, person uuid.UUID, digest string) error {
	return changeFactor(ctx, tx, `UPDATE person SET recovery_codes = array_remove(recovery_codes, $2) WHERE id = $1`, person, digest)
}

// proposeFactor keeps a secret that does not count yet. One in force stays.
func proposeFactor(ctx context.Context, tx db.Tx, person uuid.UUID, sealed []byte) error {
	tag, err := tx.Exec(ctx, `UPDATE person SET totp_secret = $2, totp_step = 0 WHERE id = $1 AND totp_confirmed_at IS NULL`, person, sealed)
	if err != nil {
		return fmt.Errorf("propose second factor: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "二次验证已经设置；要换手机，请先关闭再重新设置")
	}
	return nil
}

func confirmFactor(ctx context.Context, tx db.Tx, person uuid.UUID, recovery []string) error {
	return changeFactor(ctx, tx, `UPDATE person SET totp_confirmed_at = now(), recovery_codes = $2, updated_at = now() WHERE id = $1`, person, recovery)
}

func removeFactor(ctx context.Context, tx db.Tx, person uuid.UUID) error {
	return changeFactor(ctx, tx, `
		UPDATE person SET totp_secret = NULL, totp_confirmed_at = NULL, totp_step = 0, recovery_codes = '{}', updated_at = now() WHERE id = $1`, person)
}

func changeFactor(ctx context.Context, tx db.Tx, sql string, args ...any) error {
	if _, err := tx.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("change second factor: %w", err)
	}
	return nil
}
