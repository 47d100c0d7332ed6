package procurement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

var errNotFound = apperr.New(apperr.NotFound, "没有这个采购项目")

const columns = `id, number, org_id, purchaser, region_code, title, method, fiscal, terms, terms_version, answer_version, state, round, previous_id,
	published_at, deadline, selection_at, recipient, frozen_at, coalesce(pool_hash, ''), choice, choice_until, concluded_at, publicity_until, publicity_provisional, ended_reason, demo`

func scan(row pgx.CollectableRow) (Procurement, error) {
	var p Procurement
	err := row.Scan(&p.ID, &p.Number, &p.OrgID, &p.Purchaser, &p.Region, &p.Title, &p.Method, &p.Fiscal, &p.Terms, &p.TermsVersion, &p.AnswerVersion, &p.State, &p.Round, &p.Previous,
		&p.PublishedAt, &p.Deadline, &p.SelectionAt, &p.Recipient, &p.FrozenAt, &p.PoolHash, &p.Choice, &p.ChoiceUntil, &p.ConcludedAt, &p.PublicityUntil, &p.PublicityProvisional, &p.EndedReason, &p.Demo)
	return p, err
}

// load reads one; lock keeps it from moving until the transaction ends.
func load(ctx context.Context, q db.Querier, id uuid.UUID, lock bool) (Procurement, error) {
	sql := `SELECT ` + columns + ` FROM procurement WHERE id = $1`
	if lock {
		sql += ` FOR UPDATE`
	}
	rows, err := q.Query(ctx, sql, id)
	if err != nil {
		return Procurement{}, fmt.Errorf("load procurement: %w", err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, errNotFound
	}
	if err != nil {
		return p, fmt.Errorf("load procurement: %w", err)
	}
	return p, nil
}

// dbNow is the database's clock, by which deadlines are judged.
func dbNow(ctx context.Context, q db.Querier) (now time.Time, err error) {
	if err := q.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&now); err != nil {
		return now, fmt.Errorf("database time: %w", err)
	}
	return now, nil
}

func moveState(ctx context.Context, tx db.Tx, id uuid.UUID, from, to review.State) error {
	tag, err := tx.Exec(ctx, `UPDATE procurement SET state = $3, updated_at = now() WHERE id = $1 AND state = $2`, id, from, to)
	if err != nil {
		return fmt.Errorf("move procurement: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "这个采购项目刚刚有了新的进展，请刷新后再办理")
	}
	return nil
}

// event is a row of the published course.
type event struct {
	Procurement uuid.UUID
	Action      review.Action
	From, To    review.State
	Person      *uuid.UUID
	Side        review.By
	Note        string
	Data        json.RawMessage
	Entry       *uuid.UUID
}

func insertEvent(ctx context.Context, tx db.Tx, e event) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO procurement_event (procurement_id, seq, action, from_state, to_state, person_id, side, note, data, entry_id)
		SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9 FROM procurement_event WHERE procurement_id = $1`,
		e.Procurement, e.Action, e.From, e.To, e.Person, e.Side, e.Note, e.Data, e.Entry)
	if err != nil {
		return fmt.Errorf("procurement event: %w", err)
	}
	return nil
}
