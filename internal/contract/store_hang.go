package contract

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// moved refuses when an UPDATE … WHERE state=$from found nothing to move.
func moved(tag pgconn.CommandTag, err error, what string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if tag.RowsAffected() == 0 {
		return errMoved
	}
	return nil
}

func insertStop(ctx context.Context, tx db.Tx, contract, person uuid.UUID, s Stop) error {
	_, err := tx.Exec(ctx, `INSERT INTO contract_stop (id, contract_id, kind, reason, state, from_on, side, proposed_by, proposed_at) VALUES ($1, $2, $3, $4, 'proposed', $5, $6, $7, $8)`,
		s.ID, contract, s.Kind, s.Reason, date(s.From), s.Side, orNull(person), s.At)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "contract_stop_open" {
		return apperr.New(apperr.Conflict, "同一原因的停计还没有结束，请先处理它").Because(err)
	}
	if err != nil {
		return fmt.Errorf("insert stop: %w", err)
	}
	return nil
}

// saveStop writes a stop that has moved on from a state.
func saveStop(ctx context.Context, tx db.Tx, from review.State, s Stop, person uuid.UUID, at time.Time) error {
	confirmed := s.State == StopRunning || s.State == StopResuming || s.State == StopEnded
	tag, err := tx.Exec(ctx, `
		UPDATE contract_stop SET state = $3, until_on = $4, resume_side = nullif($5, ''), resume_reason = $6, answer = $7,
			confirmed_at = CASE WHEN $8 THEN coalesce(confirmed_at, $10) END, confirmed_by = CASE WHEN $8 THEN coalesce(confirmed_by, $9) END,
			resume_at = CASE WHEN $3 = 'resuming' THEN $10 ELSE resume_at END, resume_by = CASE WHEN $3 = 'resuming' THEN $9 ELSE resume_by END,
			ended_at = CASE WHEN $3 = 'ended' THEN $10 END, ended_by = CASE WHEN $3 = 'ended' THEN $9::uuid END
		WHERE id = $1 AND state = $2`,
		s.ID, from, s.State, date(s.Until), s.ResumeSide, s.ResumeWhy, s.Answer, confirmed, person, at)
	return moved(tag, err, "stop")
}

func insertDelivery(ctx context.Context, tx db.Tx, contract, person uuid.UUID, d Delivery) error {
	_, err := tx.Exec(ctx, `INSERT INTO contract_delivery (id, contract_id, milestone, version, state, note, submitted_by, submitted_at, answer_by) VALUES ($1, $2, $3, $4, 'submitted', $5, $6, $7, $8)`,
		d.ID, contract, d.Milestone, d.Version, d.Note, orNull(person), d.At, d.AnswerBy)
	if err != nil {
		return fmt.Errorf("insert delivery: %w", err)
	}
	return nil
}

func answerDelivery(ctx context.Context, tx db.Tx, id, person uuid.UUID, to DeliveryState, answer string, at time.Time) error {
	tag, err := tx.Exec(ctx, `UPDATE contract_delivery SET state = $2, answer = $3, answered_by = $4, answered_at = $5 WHERE id = $1 AND state = 'submitted'`, id, to, answer, orNull(person), at)
	return moved(tag, err, "delivery")
}

func insertPass(ctx context.Context, tx db.Tx, contract, person uuid.UUID, p Pass) error {
	_, err := tx.Exec(ctx, `INSERT INTO contract_first_pass (id, contract_id, passed, authority, document, decided_on, note, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		p.ID, contract, p.Passed, p.Authority, p.Document, date(p.On), p.Note, orNull(person), p.At)
	if err != nil {
		return fmt.Errorf("insert first pass: %w", err)
	}
	return nil
}

func strikePass(ctx context.Context, tx db.Tx, contract uuid.UUID, reason string, at time.Time) error {
	tag, err := tx.Exec(ctx, `UPDATE contract_first_pass SET struck_at = $2, struck_reason = $3 WHERE contract_id = $1 AND struck_at IS NULL`, contract, at, reason)
	return moved(tag, err, "first pass")
}

func insertPayment(ctx context.Context, tx db.Tx, contract, person uuid.UUID, p Payment) error {
	_, err := tx.Exec(ctx, `INSERT INTO contract_payment (id, contract_id, amount_fen, paid_on, state, note, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, 'recorded', $5, $6, $7)`,
		p.ID, contract, p.Fen, date(p.On), p.Note, orNull(person), p.At)
	if err != nil {
		return fmt.Errorf("insert payment: %w", err)
	}
	return nil
}

func answerPayment(ctx context.Context, tx db.Tx, id, person uuid.UUID, from, to PaymentState, answer string, at time.Time) error {
	tag, err := tx.Exec(ctx, `UPDATE contract_payment SET state = $3, answer = $4, answered_by = $5, answered_at = $6 WHERE id = $1 AND state = $2`, id, from, to, answer, orNull(person), at)
	return moved(tag, err, "payment")
}

func insertEnding(ctx context.Context, tx db.Tx, contract, person uuid.UUID, e Ending) error {
	_, err := tx.Exec(ctx, `INSERT INTO contract_termination (id, contract_id, how, state, reason, basis, side, made_by, made_at, answer_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		e.ID, contract, e.How, e.State, e.Reason, e.Basis, e.Side, orNull(person), e.At, e.AnswerBy)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "contract_termination_open" {
		return apperr.New(apperr.Conflict, "已有一份终止等待答复，请先处理它").Because(err)
	}
	if err != nil {
		return fmt.Errorf("insert termination: %w", err)
	}
	return nil
}

func answerEnding(ctx context.Context, tx db.Tx, id, person uuid.UUID, to review.State, answer string, at time.Time) error {
	tag, err := tx.Exec(ctx, `UPDATE contract_termination SET state = $2, answer = $3, answered_by = $4, answered_at = $5 WHERE id = $1 AND state = 'proposed'`, id, to, answer, orNull(person), at)
	return moved(tag, err, "termination")
}

// endOpenEndings withdraws what still waits when a contract has ended otherwise.
func endOpenEndings(ctx context.Context, tx db.Tx, contract uuid.UUID, at time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE contract_termination SET state = 'withdrawn', answered_at = $2 WHERE contract_id = $1 AND state = 'proposed'`, contract, at); err != nil {
		return fmt.Errorf("open terminations: %w", err)
	}
	return nil
}

// storeSampleStop is saveStop for an invented contract, on which nobody acted.
func storeSampleStop(ctx context.Context, tx db.Tx, from review.State, s Stop, at time.Time) error {
	tag, err := tx.Exec(ctx, `
		UPDATE contract_stop SET state = $3, until_on = $4, resume_side = nullif($5, ''), resume_reason = $6, confirmed_at = coalesce(confirmed_at, $7),
			resume_at = CASE WHEN $3 = 'resuming' THEN $7 ELSE resume_at END, ended_at = CASE WHEN $3 = 'ended' THEN $7 END
		WHERE id = $1 AND state = $2 AND proposed_by IS NULL`, s.ID, from, s.State, date(s.Until), s.ResumeSide, s.ResumeWhy, at)
	return moved(tag, err, "sample stop")
}
