package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

type mailTokenRow struct {
	person uuid.UUID
	email  string
}

func insertMailToken(ctx context.Context, tx db.Tx, digest []byte, person uuid.UUID, p purpose, email string, life time.Duration) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_token (digest, person_id, purpose, email, expires_at) VALUES ($1, $2, $3, $4, now() + $5::interval)`,
		digest, person, p, email, life)
	if err != nil {
		return fmt.Errorf("insert mail token: %w", err)
	}
	return nil
}

// A token of someone who may not sign in opens nothing.
const liveToken = `digest = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > now()
	AND EXISTS (SELECT FROM person p WHERE p.id = mail_token.person_id AND p.state = 'active')`

func readMailToken(ctx context.Context, q db.Querier, digest []byte, p purpose) (mailTokenRow, bool, error) {
	return scanMailToken(q.QueryRow(ctx, `SELECT person_id, email FROM mail_token WHERE `+liveToken, digest, p))
}

// spendMailToken gives a token's content to the first who asks.
func spendMailToken(ctx context.Context, tx db.Tx, digest []byte, p purpose) (mailTokenRow, bool, error) {
	return scanMailToken(tx.QueryRow(ctx, `UPDATE mail_token SET used_at = now() WHERE `+liveToken+` RETURNING person_id, email`, digest, p))
}

func scanMailToken(row pgx.Row) (mailTokenRow, bool, error) {
	var t mailTokenRow
	err := row.Scan(&t.person, &t.email)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, false, nil
	}
	if err != nil {
		return t, false, fmt.Errorf("mail token: %w", err)
	}
	return t, true, nil
}

// voidMailTokens makes a person's other letters of a purpose worthless.
func voidMailTokens(ctx context.Context, tx db.Tx, person uuid.UUID, p purpose) error {
	_, err := tx.Exec(ctx, `UPDATE mail_token SET used_at = now() WHERE person_id = $1 AND purpose = $2 AND used_at IS NULL`, person, p)
	if err != nil {
		return fmt.Errorf("void mail tokens: %w", err)
	}
	return nil
}

func lettersLately(ctx context.Context, q db.Querier, person uuid.UUID, p purpose) (int, error) {
	var n int
	err := q.QueryRow(ctx, `
		SELECT count(*) FROM mail_token WHERE person_id = $1 AND purpose = $2 AND created_at > now() - interval '1 hour'`, person, p).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count letters: %w", err)
	}
	return n, nil
}

// pendingEmail is the address a person last asked for and has not proven, and how many
// letters went out for addresses in the last hour.
func pendingEmail(ctx context.Context, q db.Querier, person uuid.UUID) (email string, sent int, err error) {
	err = q.QueryRow(ctx, `
		SELECT coalesce((SELECT CASE WHEN used_at IS NULL THEN t.email END FROM mail_token t
		                 WHERE t.person_id = $1 AND purpose = 'verify-email' ORDER BY created_at DESC LIMIT 1), ''),
		       (SELECT count(*) FROM mail_token WHERE person_id = $1 AND purpose = 'verify-email' AND created_at > now() - interval '1 hour')`,
		person).Scan(&email, &sent)
	if err != nil {
		return "", 0, fmt.Errorf("pending address: %w", err)
	}
	return email, sent, nil
}

// sweep removes what has served its time: challenges, counts, links and sessions that
// no longer mean anything. The audit log keeps what happened.
func sweep(ctx context.Context, q db.Querier) error {
	var b pgx.Batch
	b.Queue(`DELETE FROM captcha_used WHERE expires_at < now()`)
	b.Queue(`DELETE FROM sign_in_failure WHERE last_at < now() - interval '2 days'`)
	b.Queue(`DELETE FROM mail_token WHERE expires_at < now() - interval '30 days'`)
	b.Queue(`DELETE FROM session WHERE expires_at < now() - interval '30 days' OR revoked_at < now() - interval '30 days'`)
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}
