package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

// personRow is a person on the way to or from the table. What is sealed there is in the
// clear here.
type personRow struct {
	id           uuid.UUID
	name         string
	login        string
	email        string // whose owner is proven, or whom an invitation went to
	emailProven  bool
	pending      string // asked for, not yet proven; kept in mail_token
	phone        string
	idNumber     string
	passwordHash string
	state        PersonState
	demo         bool
}

func (s *Service) insertPersonTx(ctx context.Context, tx db.Tx, p personRow) error {
	var phone, phoneDigest, number, numberDigest []byte
	if p.phone != "" {
		phone, phoneDigest = s.vault.Seal(fieldPhone, p.phone), s.vault.Digest(fieldPhone, p.phone)
	}
	if p.idNumber != "" {
		number, numberDigest = s.vault.Seal(fieldNumber, p.idNumber), s.vault.Digest(fieldNumber, p.idNumber)
		// The index decides, but while a key is changed the same number may stand under another.
		var taken bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM person WHERE id_digest = ANY ($1))`, s.vault.Digests(fieldNumber, p.idNumber)).Scan(&taken); err != nil {
			return fmt.Errorf("find number: %w", err)
		}
		if taken {
			return errNumberTaken
		}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO person (id, name, login, email, email_verified_at, phone, phone_digest, id_number, id_digest, password_hash, password_changed_at, demo)
		VALUES ($1, $2, nullif($3, ''), nullif($4, ''), CASE WHEN $5 THEN now() END, $6, $7, $8, $9, nullif($10, ''), CASE WHEN $10 <> '' THEN now() END, $11)`,
		p.id, p.name, p.login, p.email, p.emailProven, phone, phoneDigest, number, numberDigest, p.passwordHash, p.demo)
	return personConstraint("insert person", err)
}

// personConstraint turns what an index refused into the field that must change.
func personConstraint(doing string, err error) error {
	switch constraintOf(err) {
	case "":
		if err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		return nil
	case "person_login_key":
		return apperr.InvalidField("login", "这个登录名已有人使用，请换一个")
	case "person_email_key":
		return apperr.InvalidField("email", "这个邮箱已用于另一个账号")
	case "person_id_digest_key":
		return errNumberTaken
	}
	return fmt.Errorf("%s: %w", doing, err)
}

var errNumberTaken = apperr.InvalidField("idNumber", "这个身份证号已有账号，请用原账号登录；不是您本人登记的，请联系平台核实")

// constraintOf names the constraint that refused a write; "" when none did.
func constraintOf(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.ConstraintName
	}
	return ""
}

const personColumns = `p.id, p.name, coalesce(p.login, ''), coalesce(p.email, ''), p.email_verified_at IS NOT NULL, coalesce(p.password_hash, ''), p.state, p.demo`

func scanPerson(row pgx.Row) (personRow, bool, error) {
	var p personRow
	err := row.Scan(&p.id, &p.name, &p.login, &p.email, &p.emailProven, &p.passwordHash, &p.state, &p.demo)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("load person: %w", err)
	}
	return p, true, nil
}

// personByLogin finds by login name or by address; they cannot be confused, a login has no @.
func personByLogin(ctx context.Context, q db.Querier, login string) (personRow, bool, error) {
	return scanPerson(q.QueryRow(ctx, `SELECT `+personColumns+` FROM person p WHERE p.login = $1 OR p.email = $1`, login))
}

func personByID(ctx context.Context, q db.Querier, id uuid.UUID) (personRow, error) {
	p, found, err := scanPerson(q.QueryRow(ctx, `SELECT `+personColumns+` FROM person p WHERE p.id = $1`, id))
	if err == nil && !found {
		err = errNoPerson
	}
	return p, err
}

func personByEmail(ctx context.Context, q db.Querier, email string) (personRow, bool, error) {
	return scanPerson(q.QueryRow(ctx, `SELECT `+personColumns+` FROM person p WHERE p.email = $1 AND p.state <> 'erased'`, email))
}

var errNoPerson = apperr.New(apperr.NotFound, "没有这个账号")

// setPassword stores a hash. What was failed before no longer counts.
func setPassword(ctx context.Context, q db.Querier, person uuid.UUID, hash string) error {
	_, err := q.Exec(ctx, `
		UPDATE person SET password_hash = $2, password_changed_at = now(), failures = 0, failed_at = NULL, updated_at = now() WHERE id = $1`, person, hash)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// replaceHash stores the same password hashed anew, unless it was changed meanwhile.
func replaceHash(ctx context.Context, q db.Querier, person uuid.UUID, old, hash string) error {
	if _, err := q.Exec(ctx, `UPDATE person SET password_hash = $3 WHERE id = $1 AND password_hash = $2`, person, old, hash); err != nil {
		return fmt.Errorf("replace hash: %w", err)
	}
	return nil
}

func (s *Service) updateProfileTx(ctx context.Context, tx db.Tx, person uuid.UUID, name, phone *string) error {
	var sealed, digest []byte
	if phone != nil && *phone != "" {
		sealed, digest = s.vault.Seal(fieldPhone, *phone), s.vault.Digest(fieldPhone, *phone)
	}
	_, err := tx.Exec(ctx, `
		UPDATE person SET name = coalesce($2, name), phone = CASE WHEN $3 THEN $4 ELSE phone END,
		       phone_digest = CASE WHEN $3 THEN $5 ELSE phone_digest END, updated_at = now()
		WHERE id = $1`, person, name, phone != nil, sealed, digest)
	if err != nil {
		return fmt.Errorf("update person: %w", err)
	}
	return nil
}

// proveEmail makes an address the person's own.
func proveEmail(ctx context.Context, q db.Querier, person uuid.UUID, email string) error {
	_, err := q.Exec(ctx, `UPDATE person SET email = $2, email_verified_at = now(), updated_at = now() WHERE id = $1`, person, email)
	return personConstraint("prove email", err)
}

// attemptRow counts failures in a row.
type attemptRow struct {
	failures int
	last     time.Time
}

// lockAttempts makes attempts on these keys wait for each other. Counts older than forget
// are none.
func lockAttempts(ctx context.Context, tx db.Tx, byLogin, byRemote []byte, forget time.Duration) ([2]attemptRow, time.Time, error) {
	var counts [2]attemptRow
	var now time.Time
	// In the order of the keys, or two attempts could wait for each other for ever.
	_, err := tx.Exec(ctx, `
		INSERT INTO sign_in_failure (key, failures, last_at) SELECT k, 0, now() FROM unnest($1::bytea[]) k ORDER BY k
		ON CONFLICT (key) DO UPDATE SET failures = CASE WHEN sign_in_failure.last_at < now() - $2::interval THEN 0 ELSE sign_in_failure.failures END`,
		[][]byte{byLogin, byRemote}, forget)
	if err != nil {
		return counts, now, fmt.Errorf("count attempts: %w", err)
	}
	err = tx.QueryRow(ctx, `
		SELECT l.failures, l.last_at, r.failures, r.last_at, clock_timestamp() FROM sign_in_failure l, sign_in_failure r WHERE l.key = $1 AND r.key = $2`,
		byLogin, byRemote).Scan(&counts[0].failures, &counts[0].last, &counts[1].failures, &counts[1].last, &now)
	if err != nil {
		return counts, now, fmt.Errorf("count attempts: %w", err)
	}
	return counts, now, nil
}

func addAttempt(ctx context.Context, tx db.Tx, byLogin, byRemote []byte) error {
	_, err := tx.Exec(ctx, `UPDATE sign_in_failure SET failures = failures + 1, last_at = clock_timestamp() WHERE key IN ($1, $2)`, byLogin, byRemote)
	if err != nil {
		return fmt.Errorf("count attempt: %w", err)
	}
	return nil
}

// forgiveAttempt clears the login's count and takes back one of the address: signing in
// to one's own account must not wipe out what was tried on others' from there.
func forgiveAttempt(ctx context.Context, tx db.Tx, byLogin, byRemote []byte) error {
	var b pgx.Batch
	b.Queue(`DELETE FROM sign_in_failure WHERE key = $1`, byLogin)
	b.Queue(`UPDATE sign_in_failure SET failures = greatest(failures - 1, 0) WHERE key = $1`, byRemote)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("forgive attempt: %w", err)
	}
	return nil
}

func lockProofs(ctx context.Context, tx db.Tx, person uuid.UUID, forget time.Duration) (attemptRow, time.Time, error) {
	var c attemptRow
	var now time.Time
	err := tx.QueryRow(ctx, `
		SELECT CASE WHEN failed_at < now() - $2::interval THEN 0 ELSE failures END, coalesce(failed_at, 'epoch'), clock_timestamp()
		FROM person WHERE id = $1 FOR UPDATE`, person, forget).Scan(&c.failures, &c.last, &now)
	if err != nil {
		return c, now, fmt.Errorf("count proofs: %w", err)
	}
	return c, now, nil
}

func addProof(ctx context.Context, tx db.Tx, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, `UPDATE person SET failures = failures + 1, failed_at = clock_timestamp() WHERE id = $1`, person); err != nil {
		return fmt.Errorf("count proof: %w", err)
	}
	return nil
}

func forgiveProofs(ctx context.Context, tx db.Tx, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, `UPDATE person SET failures = 0, failed_at = NULL WHERE id = $1`, person); err != nil {
		return fmt.Errorf("forgive proofs: %w", err)
	}
	return nil
}

// spendCaptcha reports whether the challenge had not been spent before.
func spendCaptcha(ctx context.Context, tx db.Tx, id string, expires time.Time) (bool, error) {
	tag, err := tx.Exec(ctx, `INSERT INTO captcha_used (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`, id, expires)
	if err != nil {
		return false, fmt.Errorf("spend captcha: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}
