package expert

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

// today is the day by which confirmations are judged; a year from it is a new one's end.
const (
	today      = `(now() AT TIME ZONE 'Asia/Shanghai')::date`
	yearOn     = `(` + today + ` + interval '1 year')::date`
	shownState = `e.state = 'listed' AND e.confirmed_until >= ` + today
)

// ofOrganisation is the expert whose account that is.
func ofOrganisation(ctx context.Context, q db.Querier, org uuid.UUID, lock bool) (*entry, error) {
	return oneEntry(ctx, q, `org_id = $1`, org, lock)
}

// ofPerson is the expert with that digest of the ID number.
func ofPerson(ctx context.Context, q db.Querier, digest []byte, lock bool) (*entry, error) {
	return oneEntry(ctx, q, `id_digest = $1`, digest, lock)
}

func oneEntry(ctx context.Context, q db.Querier, condition string, arg any, lock bool) (*entry, error) {
	sql := `SELECT id, org_id, state, left_on, confirmed_until, ` + today + `, demo, field_batches, id_number, id_digest, phone,
		name, employer, title, specialties, coalesce(region_code, ''), conflicts FROM expert WHERE ` + condition
	if lock {
		sql += ` FOR UPDATE`
	}
	var e entry
	err := q.QueryRow(ctx, sql, arg).Scan(&e.id, &e.org, &e.state, &e.leftOn, &e.confirmedUntil, &e.today, &e.demo, &e.batches, &e.idNumber, &e.idDigest, &e.phone,
		&e.name, &e.employer, &e.title, &e.specialties, &e.region, &e.conflicts)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, apperr.New(apperr.NotFound, "您还不在专家库中，请先申请入库")
	}
	if err != nil {
		return nil, fmt.Errorf("load expert: %w", err)
	}
	return &e, nil
}

func certificatesOf(ctx context.Context, q db.Querier, id uuid.UUID) ([]certificate, error) {
	rows, err := q.Query(ctx, `
		SELECT name, certificate_no, issuer, coalesce(to_char(valid_to, 'YYYY-MM-DD'), ''), coalesce(file_id::text, '')
		FROM expert_certificate WHERE expert_id = $1 ORDER BY ordinal`, id)
	if err != nil {
		return nil, fmt.Errorf("expert certificates: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c certificate, err error) {
		err = row.Scan(&c.Name, &c.Number, &c.Issuer, &c.ValidTo, &c.File)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("expert certificates: %w", err)
	}
	return out, nil
}

func replaceCertificates(ctx context.Context, tx db.Tx, id uuid.UUID, list []certificate) error {
	var b pgx.Batch
	b.Queue(`DELETE FROM expert_certificate WHERE expert_id = $1`, id)
	for i, c := range list {
		b.Queue(`INSERT INTO expert_certificate (id, expert_id, ordinal, name, certificate_no, issuer, valid_to, file_id)
			VALUES ($1, $2, $3, $4, $5, $6, nullif($7, '')::date, nullif($8, '')::uuid)`,
			uuid.Must(uuid.NewV7()), id, i, c.Name, c.Number, c.Issuer, c.ValidTo, c.File)
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("expert certificates: %w", err)
	}
	return nil
}

func insertEntry(ctx context.Context, tx db.Tx, e *entry, batch uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO expert (id, id_number, id_digest, phone, name, employer, title, specialties, region_code, conflicts, demo, batch_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, ''), $10, $11, $12)`,
		e.id, e.idNumber, e.idDigest, e.phone, e.name, e.employer, e.title, e.specialties, e.region, e.conflicts, e.demo, batch)
	return conflictOf(err, "insert expert")
}

// conflictOf tells the loser of two who came at once.
func conflictOf(err error, doing string) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.ConstraintName == "expert_id_digest_key" || pg.ConstraintName == "expert_org_id_key") {
		return apperr.New(apperr.Conflict, "这个身份证号的专家刚由另一个账号入库，请核对").Because(err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func updateEntry(ctx context.Context, tx db.Tx, e *entry) error {
	_, err := tx.Exec(ctx, `
		UPDATE expert SET name = $2, employer = $3, title = $4, specialties = $5, region_code = nullif($6, ''), phone = $7, conflicts = $8, demo = $9,
			field_batches = $10, updated_at = now() WHERE id = $1`,
		e.id, e.name, e.employer, e.title, e.specialties, e.region, e.phone, e.conflicts, e.demo, e.batches)
	return conflictOf(err, "update expert")
}

// admit lists an expert for a year, under his account.
func admit(ctx context.Context, tx db.Tx, id, org, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		UPDATE expert SET state = 'listed', org_id = $2, person_id = $3, confirmed_until = `+yearOn+`, left_on = NULL, left_reason = '', updated_at = now() WHERE id = $1`,
		id, org, person)
	return conflictOf(err, "admit expert")
}

func confirm(ctx context.Context, tx db.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE expert SET confirmed_until = `+yearOn+`, updated_at = now() WHERE id = $1`, id)
	return conflictOf(err, "confirm expert")
}

func leave(ctx context.Context, tx db.Tx, id uuid.UUID, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE expert SET state = 'removed', left_on = `+today+`, left_reason = $2, updated_at = now() WHERE id = $1`, id, reason)
	return conflictOf(err, "expert leaves")
}

func conflictsOf(ctx context.Context, q db.Querier, id uuid.UUID) (list []Conflict, err error) {
	err = q.QueryRow(ctx, `SELECT conflicts FROM expert WHERE id = $1`, id).Scan(&list)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoExpert
	}
	if err != nil {
		err = fmt.Errorf("expert conflicts: %w", err)
	}
	return list, err
}

// dueReminders claims up to a hundred reminders that are due, each once: of the days
// before an end only the nearest that has come, and -1 when it has passed.
func dueReminders(ctx context.Context, tx db.Tx) ([]Reminder, error) {
	rows, err := tx.Query(ctx, `
		WITH due AS (
			SELECT e.id, e.confirmed_until, CASE WHEN e.confirmed_until < `+today+` THEN -1 WHEN e.confirmed_until <= `+today+` + 7 THEN 7
				WHEN e.confirmed_until <= `+today+` + 30 THEN 30 ELSE 60 END AS days
			FROM expert e WHERE e.state = 'listed' AND e.confirmed_until <= `+today+` + 60),
		claimed AS (
			INSERT INTO expert_reminder (expert_id, confirmed_until, days)
			SELECT id, confirmed_until, days FROM due d
			WHERE NOT EXISTS (SELECT FROM expert_reminder r WHERE r.expert_id = d.id AND r.confirmed_until = d.confirmed_until AND r.days = d.days)
			ORDER BY id LIMIT 100
			ON CONFLICT DO NOTHING RETURNING expert_id, confirmed_until, days)
		SELECT e.id, e.org_id, e.name, coalesce(o.region_code, e.region_code, ''), c.confirmed_until, c.days
		FROM claimed c JOIN expert e ON e.id = c.expert_id LEFT JOIN organisation o ON o.id = e.org_id ORDER BY e.id`)
	if err != nil {
		return nil, fmt.Errorf("expert reminders: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Reminder, err error) {
		err = row.Scan(&r.Expert, &r.Organisation, &r.Name, &r.Region, &r.Until, &r.Days)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("expert reminders: %w", err)
	}
	return out, nil
}
