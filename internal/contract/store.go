package contract

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
	"zjcs/internal/review"
)

// columns of a contract, from contract c with its joins.
const columns = `c.id, c.number, c.procurement_id, c.award_id, c.org_id, c.agency_id, c.region_code, c.sectors, c.title, c.state, c.version, c.award_fen, c.award_days,
	c.price_fen, c.days, c.sign_by, c.sign_limit, c.signed_at, c.start_on, c.file_by, c.file_by_provisional, c.filed_at, c.delivered_at, c.accepted_at, c.used_days,
	c.terminated_at, c.ended_reason, c.late_rate_ppm, c.demo, c.created_at, ` + void + `, a.organisation_id, a.name, p.purchaser, o.kind = 'natural_person'`

// void is a draft whose award has fallen, or whose procurement has ended.
const void = `(c.state = 'drafted' AND (w.refused_at IS NOT NULL OR p.state <> 'awarded'))`

const joins = ` FROM contract c JOIN procurement p ON p.id = c.procurement_id JOIN award w ON w.id = c.award_id JOIN agency a ON a.id = c.agency_id JOIN organisation o ON o.id = c.org_id`

func scan(row pgx.CollectableRow) (c Contract, err error) {
	err = row.Scan(&c.ID, &c.Number, &c.Procurement, &c.Award, &c.Org, &c.Agency, &c.Region, &c.Sectors, &c.Title, &c.State, &c.Version, &c.AwardFen, &c.AwardDays,
		&c.PriceFen, &c.Days, &c.SignBy, &c.SignLimit, &c.SignedAt, &c.StartOn, &c.FileBy, &c.FileProvisional, &c.FiledAt, &c.DeliveredAt, &c.AcceptedAt, &c.UsedDays,
		&c.TerminatedAt, &c.EndedReason, &c.LateRatePPM, &c.Demo, &c.CreatedAt, &c.Void, &c.AgencyOrg, &c.AgencyName, &c.Purchaser, &c.Natural)
	return c, err
}

// load reads one; lock keeps it from moving until the transaction ends.
func load(ctx context.Context, q db.Querier, id uuid.UUID, lock bool) (Contract, error) {
	sql := `SELECT ` + columns + joins + ` WHERE c.id = $1`
	if lock {
		sql += ` FOR UPDATE OF c`
	}
	rows, err := q.Query(ctx, sql, id)
	if err != nil {
		return Contract{}, fmt.Errorf("load contract: %w", err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, errNotFound
	}
	if err != nil {
		return c, fmt.Errorf("load contract: %w", err)
	}
	return c, nil
}

// idOf is a contract by id or number, or by the procurement it belongs to: the latest.
func idOf(ctx context.Context, q db.Querier, column string, key any) (id uuid.UUID, err error) {
	err = q.QueryRow(ctx, `SELECT id FROM contract WHERE `+column+` = $1 ORDER BY id DESC LIMIT 1`, key).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, errNotFound
	}
	if err != nil {
		return id, fmt.Errorf("find contract: %w", err)
	}
	return id, nil
}

// serving is whether an agency may be bound on a day.
type serving struct {
	uscc, barredUntil, reason string
	state                     review.State
}

// servingOn locks the agency's row against a removal at the same moment. A bar is given
// with its last day, the latest of several.
func servingOn(ctx context.Context, tx db.Tx, agency uuid.UUID, day string) (s serving, err error) {
	err = tx.QueryRow(ctx, `
		SELECT a.uscc, a.state, coalesce(b.until::text, ''), coalesce(b.reason, a.state_reason)
		FROM agency a LEFT JOIN LATERAL (SELECT until, reason FROM agency_bar WHERE uscc = a.uscc AND until >= $2::date ORDER BY until DESC LIMIT 1) b ON true
		WHERE a.id = $1 FOR SHARE OF a`, agency, day).Scan(&s.uscc, &s.state, &s.barredUntil, &s.reason)
	if err != nil {
		err = fmt.Errorf("agency of contract: %w", err)
	}
	return s, err
}

// dbNow is the database's clock, by which deadlines are judged.
func dbNow(ctx context.Context, q db.Querier) (now time.Time, err error) {
	if err := q.QueryRow(ctx, `SELECT date_trunc('milliseconds', clock_timestamp())`).Scan(&now); err != nil {
		return now, fmt.Errorf("database time: %w", err)
	}
	return now, nil
}

var errMoved = apperr.New(apperr.Conflict, "这份合同刚刚有了新的进展，请刷新后再办理")

// insert writes a draft and reads back its number. Errors: a Conflict where the award has a
// contract already.
func insert(ctx context.Context, tx db.Tx, c *Contract) error {
	err := tx.QueryRow(ctx, `
		INSERT INTO contract (id, procurement_id, award_id, org_id, agency_id, region_code, sectors, title, state, award_fen, award_days, price_fen, days, sign_by, sign_limit, demo, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'drafted', $9, $10, $11, $12, $13, $14, $15, $16) RETURNING number`,
		c.ID, c.Procurement, c.Award, c.Org, c.Agency, c.Region, c.Sectors, c.Title, c.AwardFen, c.AwardDays, c.PriceFen, c.Days, c.SignBy, c.SignLimit, c.Demo, c.CreatedAt).Scan(&c.Number)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "contract_award_id_key" {
		return apperr.New(apperr.Conflict, "这份中选通知书已经起草了合同，请打开它继续办理").Because(err)
	}
	if err != nil {
		return fmt.Errorf("insert contract: %w", err)
	}
	return nil
}

// moveState writes the state with what belongs to it; a Conflict when it has moved.
func moveState(ctx context.Context, tx db.Tx, c *Contract, to review.State, at time.Time, note string) error {
	switch to {
	case Signed:
		c.SignedAt = &at
	case Filed:
		c.FiledAt = &at
	case Completed:
		c.AcceptedAt = &at
	case Terminated:
		c.TerminatedAt, c.EndedReason = &at, note
	default: // back to none
	}
	tag, err := tx.Exec(ctx, `
		UPDATE contract SET state = $3, signed_at = $4, start_on = $5, file_by = $6, file_by_provisional = $7, filed_at = $8, delivered_at = $9, accepted_at = $10, used_days = $11,
			terminated_at = $12, ended_reason = $13, late_rate_ppm = $14, updated_at = clock_timestamp()
		WHERE id = $1 AND state = $2`,
		c.ID, c.State, to, c.SignedAt, c.StartOn, c.FileBy, c.FileProvisional, c.FiledAt, c.DeliveredAt, c.AcceptedAt, c.UsedDays, c.TerminatedAt, c.EndedReason, c.LateRatePPM)
	if err != nil {
		return fmt.Errorf("move contract: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errMoved
	}
	c.State = to
	return nil
}

// setTerms writes what a version says where lists read it.
func setTerms(ctx context.Context, tx db.Tx, c Contract) error {
	_, err := tx.Exec(ctx, `UPDATE contract SET version = $2, price_fen = $3, days = $4, updated_at = clock_timestamp() WHERE id = $1`, c.ID, c.Version, c.PriceFen, c.Days)
	if err != nil {
		return fmt.Errorf("terms of contract: %w", err)
	}
	return nil
}

func setDelivered(ctx context.Context, tx db.Tx, id uuid.UUID, at *time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE contract SET delivered_at = $2, updated_at = clock_timestamp() WHERE id = $1`, id, at); err != nil {
		return fmt.Errorf("delivery of contract: %w", err)
	}
	return nil
}

// event is a row of the course.
type event struct {
	Contract uuid.UUID
	Action   review.Action
	From, To review.State
	Person   *uuid.UUID
	Side     Side
	Note     string
	Entry    *uuid.UUID
	At       *time.Time // nil: now
}

func insertEvent(ctx context.Context, tx db.Tx, e event) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO contract_event (contract_id, seq, action, from_state, to_state, person_id, side, note, entry_id, at)
		SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, clock_timestamp()) FROM contract_event WHERE contract_id = $1`,
		e.Contract, e.Action, e.From, e.To, e.Person, e.Side, e.Note, e.Entry, e.At)
	if err != nil {
		return fmt.Errorf("contract event: %w", err)
	}
	return nil
}

// attach names files that the actor, or a colleague of the organisation, handed in.
func attach(ctx context.Context, tx db.Tx, contract, subject, org, person uuid.UUID, purpose string, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO contract_file (contract_id, file_id, purpose, subject_id)
		SELECT $1, f.id, $3, $2 FROM file f WHERE f.id = ANY ($4) AND f.media_type <> $7
		  AND (f.uploaded_by = $6 OR EXISTS (SELECT FROM role_grant g WHERE g.person_id = f.uploaded_by AND g.org_id = $5 AND g.revoked_at IS NULL))
		ON CONFLICT DO NOTHING`, contract, subject, purpose, ids, org, person, string(files.Sealed))
	if err != nil {
		return fmt.Errorf("attach: %w", err)
	}
	if int(tag.RowsAffected()) != len(ids) {
		return apperr.InvalidField("files", "附件应是本单位刚上传的，且不重复；请重新上传")
	}
	return nil
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// digests are the SHA-256 of a subject's attachments, in order of name.
func digests(ctx context.Context, q db.Querier, subject uuid.UUID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT f.sha256 FROM contract_file x JOIN file f ON f.id = x.file_id WHERE x.subject_id = $1 ORDER BY f.name, f.id`, subject)
	if err != nil {
		return nil, fmt.Errorf("digests: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		var sum []byte
		err := row.Scan(&sum)
		return hex.EncodeToString(sum), err
	})
	if err != nil {
		return nil, fmt.Errorf("digests: %w", err)
	}
	return out, nil
}
