package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

const evaluationColumns = `e.id, e.contract_id, e.side, e.state, e.stars, e.reasons, e.comment, e.nonce, e.digest, e.counts, e.why_not, e.given_by, e.given_at, e.published_at,
	e.reply, e.replied_at, e.struck_at, e.struck_reason, e.correct_by, e.corrects, e.demo,
	x.id, x.state, x.reason, x.filed_by, x.filed_at, x.due_at, x.due_provisional, x.answer, x.decided_at`

const evaluationFrom = ` FROM contract_evaluation e LEFT JOIN contract_evaluation_appeal x ON x.evaluation_id = e.id`

// scanEvaluation reads evaluationColumns, and what the caller adds behind them.
func scanEvaluation(row pgx.CollectableRow, more ...any) (e Evaluation, err error) {
	var stars, reasons json.RawMessage
	var appeal *uuid.UUID
	var state, reason, answer *string
	var by *uuid.UUID
	var at, due, decided *time.Time
	var provisional *bool
	into := []any{&e.ID, &e.Contract, &e.Side, &e.State, &stars, &reasons, &e.Opinion.Comment, &e.Nonce, &e.Digest, &e.Counts, &e.WhyNot, &e.By, &e.At, &e.PublishedAt,
		&e.Reply, &e.RepliedAt, &e.StruckAt, &e.StruckWhy, &e.CorrectBy, &e.Corrects, &e.Demo,
		&appeal, &state, &reason, &by, &at, &due, &provisional, &answer, &decided}
	if err := row.Scan(append(into, more...)...); err != nil {
		return e, err
	}
	if appeal != nil {
		e.Appeal = &Appeal{ID: *appeal, State: review.State(*state), Reason: *reason, By: by, At: *at, Due: *due, Provisional: *provisional, Answer: *answer, Decided: decided}
	}
	return e, errors.Join(json.Unmarshal(stars, &e.Opinion.Stars), json.Unmarshal(reasons, &e.Opinion.Reasons))
}

// evaluated is what the two sides of a contract said, and until when they may.
type evaluated struct {
	term *Term // nil: not accepted
	list []Evaluation
}

// loadEvaluations reads them for contracts; each asked for is in the answer.
func loadEvaluations(ctx context.Context, q db.Querier, contracts []uuid.UUID) (map[uuid.UUID]*evaluated, error) {
	out := make(map[uuid.UUID]*evaluated, len(contracts))
	for _, id := range contracts {
		out[id] = &evaluated{}
	}
	var b pgx.Batch
	b.Queue(`SELECT contract_id, accepted_at, until, provisional, closed_at FROM contract_evaluation_term WHERE contract_id = ANY ($1)`, contracts).Query(func(rows pgx.Rows) error {
		var of uuid.UUID
		var t Term
		_, err := pgx.ForEachRow(rows, []any{&of, &t.Accepted, &t.Until, &t.Provisional, &t.Closed}, func() error {
			read := t
			out[of].term = &read
			return nil
		})
		return err
	})
	b.Queue(`SELECT `+evaluationColumns+evaluationFrom+` WHERE e.contract_id = ANY ($1) ORDER BY e.given_at, e.id`, contracts).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Evaluation, error) { return scanEvaluation(row) })
		for _, e := range list {
			out[e.Contract].list = append(out[e.Contract].list, e)
		}
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, fmt.Errorf("evaluations: %w", err)
	}
	return out, nil
}

func insertTerm(ctx context.Context, tx db.Tx, contract uuid.UUID, t Term) error {
	_, err := tx.Exec(ctx, `INSERT INTO contract_evaluation_term (contract_id, accepted_at, until, provisional) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		contract, t.Accepted, t.Until, t.Provisional)
	if err != nil {
		return fmt.Errorf("term of evaluation: %w", err)
	}
	return nil
}

func closeTerm(ctx context.Context, tx db.Tx, contract uuid.UUID, at time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE contract_evaluation_term SET closed_at = $2 WHERE contract_id = $1 AND closed_at IS NULL`, contract, at); err != nil {
		return fmt.Errorf("term of evaluation: %w", err)
	}
	return nil
}

// insertEvaluation writes one. Errors: a Conflict where the side has given its own.
func insertEvaluation(ctx context.Context, tx db.Tx, c Contract, e Evaluation) error {
	stars, err := json.Marshal(e.Opinion.Stars)
	if err != nil {
		return fmt.Errorf("insert evaluation: %w", err)
	}
	reasons, err := json.Marshal(e.Opinion.Reasons)
	if err != nil {
		return fmt.Errorf("insert evaluation: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO contract_evaluation (id, contract_id, side, agency_id, org_id, state, stars, reasons, comment, nonce, digest, counts, why_not, given_by, given_at, published_at, corrects, demo)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		e.ID, e.Contract, e.Side, c.Agency, c.Org, e.State, stars, reasons, e.Opinion.Comment, e.Nonce, e.Digest, e.Counts, e.WhyNot, e.By, e.At, e.PublishedAt, e.Corrects, e.Demo)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.ConstraintName == "contract_evaluation_once" || pg.ConstraintName == "contract_evaluation_corrects_key") {
		return apperr.New(apperr.Conflict, "您这一方已经评价过这份合同").Because(err)
	}
	if err != nil {
		return fmt.Errorf("insert evaluation: %w", err)
	}
	return nil
}

func publishEvaluation(ctx context.Context, tx db.Tx, id uuid.UUID, at time.Time) error {
	tag, err := tx.Exec(ctx, `UPDATE contract_evaluation SET state = 'published', published_at = $2 WHERE id = $1 AND state = 'given'`, id, at)
	return moved(tag, err, "publish evaluation")
}

func replyEvaluation(ctx context.Context, tx db.Tx, id, person uuid.UUID, text string, at time.Time) error {
	tag, err := tx.Exec(ctx, `UPDATE contract_evaluation SET reply = $3, replied_by = $2, replied_at = $4 WHERE id = $1 AND state = 'published' AND replied_at IS NULL`, id, orNull(person), text, at)
	return moved(tag, err, "reply to evaluation")
}

func strikeEvaluation(ctx context.Context, tx db.Tx, id uuid.UUID, reason string, correctBy *time.Time, at time.Time) error {
	tag, err := tx.Exec(ctx, `UPDATE contract_evaluation SET state = 'struck', struck_at = $4, struck_reason = $2, correct_by = $3 WHERE id = $1 AND state = 'published'`, id, reason, correctBy, at)
	return moved(tag, err, "strike evaluation")
}

func correctEvaluation(ctx context.Context, tx db.Tx, id uuid.UUID) error {
	tag, err := tx.Exec(ctx, `UPDATE contract_evaluation SET state = 'corrected' WHERE id = $1 AND state = 'struck'`, id)
	return moved(tag, err, "correct evaluation")
}

func insertAppeal(ctx context.Context, tx db.Tx, evaluation, person uuid.UUID, a Appeal) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO contract_evaluation_appeal (id, evaluation_id, state, reason, filed_by, filed_at, due_at, due_provisional)
		VALUES ($1, $2, 'filed', $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`, a.ID, evaluation, a.Reason, orNull(person), a.At, a.Due, a.Provisional)
	return moved(tag, err, "appeal against evaluation")
}

func decideAppeal(ctx context.Context, tx db.Tx, id, person uuid.UUID, to review.State, answer string, at time.Time) error {
	tag, err := tx.Exec(ctx, `UPDATE contract_evaluation_appeal SET state = $3, answer = $4, decided_by = $2, decided_at = $5 WHERE id = $1 AND state = 'filed'`, id, orNull(person), to, answer, at)
	return moved(tag, err, "decide appeal")
}

func contractOfEvaluation(ctx context.Context, q db.Querier, id uuid.UUID) (of uuid.UUID, err error) {
	return oneID(ctx, q, `SELECT contract_id FROM contract_evaluation WHERE id = $1`, id)
}

func evaluationOfAppeal(ctx context.Context, q db.Querier, id uuid.UUID) (of uuid.UUID, err error) {
	return oneID(ctx, q, `SELECT evaluation_id FROM contract_evaluation_appeal WHERE id = $1`, id)
}

func oneID(ctx context.Context, q db.Querier, sql string, id uuid.UUID) (of uuid.UUID, err error) {
	err = q.QueryRow(ctx, sql, id).Scan(&of)
	if errors.Is(err, pgx.ErrNoRows) {
		return of, errNoEvaluation
	}
	if err != nil {
		return of, fmt.Errorf("find evaluation: %w", err)
	}
	return of, nil
}
