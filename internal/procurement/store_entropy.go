package procurement

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

type lotteryEntry struct {
	id, by  uuid.UUID
	date    string
	numbers []int64
}

// lockLottery reads what was entered for an issue, and lets one at a time enter for it.
func lockLottery(ctx context.Context, tx db.Tx, game, issue string) (list []lotteryEntry, confirmed bool, err error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('lottery:' || $1 || ':' || $2, 0))`, game, issue); err != nil {
		return nil, false, fmt.Errorf("lock lottery: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT id, entered_by, drawn_on::text, numbers, confirmed_by IS NOT NULL FROM lottery_result WHERE game = $1 AND issue = $2`, game, issue)
	if err != nil {
		return nil, false, fmt.Errorf("lottery result: %w", err)
	}
	list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e lotteryEntry, err error) {
		var done bool
		err = row.Scan(&e.id, &e.by, &e.date, &e.numbers, &done)
		confirmed = confirmed || done
		return e, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("lottery result: %w", err)
	}
	return list, confirmed, nil
}

// putLottery stores one person's reading; a second one of the same person replaces it.
func putLottery(ctx context.Context, tx db.Tx, e LotteryEntry, by uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO lottery_result (id, game, issue, drawn_on, numbers, published_at, entered_by) VALUES ($1, $2, $3, $4::date, $5, $6, $7)
		ON CONFLICT (game, issue, entered_by) DO UPDATE SET drawn_on = excluded.drawn_on, numbers = excluded.numbers, published_at = excluded.published_at, entered_at = clock_timestamp()`,
		uuid.Must(uuid.NewV7()), e.Game, e.Issue, e.Date, e.Numbers, e.Where, by)
	if err != nil {
		return fmt.Errorf("store lottery result: %w", err)
	}
	return nil
}

func confirmLottery(ctx context.Context, tx db.Tx, id, by uuid.UUID) error {
	if _, err := tx.Exec(ctx, `UPDATE lottery_result SET confirmed_by = $2, confirmed_at = clock_timestamp() WHERE id = $1`, id, by); err != nil {
		return fmt.Errorf("confirm lottery result: %w", err)
	}
	return nil
}

func insertCommitment(ctx context.Context, tx db.Tx, id uuid.UUID, party string, sum []byte, by uuid.NullUUID, sealed []byte, entry uuid.UUID) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO draw_commitment (procurement_id, party, commitment, committed_by, sealed_value, entry_id) VALUES ($1, $2, $3, $4, $5, nullif($6, '00000000-0000-0000-0000-000000000000'::uuid))
		ON CONFLICT DO NOTHING`, id, party, sum, by, sealed, entry)
	if err != nil {
		return fmt.Errorf("store commitment: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "%s已经作出承诺，不能更换", partyLabels[party])
	}
	return nil
}

func loadCommitment(ctx context.Context, q db.Querier, id uuid.UUID, party string) (commitment []byte, revealed bool, err error) {
	err = q.QueryRow(ctx, `SELECT commitment, value IS NOT NULL FROM draw_commitment WHERE procurement_id = $1 AND party = $2`, id, party).Scan(&commitment, &revealed)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, false, fmt.Errorf("load commitment: %w", err)
	}
	return commitment, revealed, nil
}

func setRevealed(ctx context.Context, tx db.Tx, id uuid.UUID, party string, value []byte) error {
	_, err := tx.Exec(ctx, `UPDATE draw_commitment SET value = $3, revealed_at = clock_timestamp(), sealed_value = NULL WHERE procurement_id = $1 AND party = $2`, id, party, value)
	if err != nil {
		return fmt.Errorf("reveal: %w", err)
	}
	return nil
}

// platformValue is the platform's sealed value while it is not revealed, and how many
// others have revealed theirs.
func platformValue(ctx context.Context, q db.Querier, id uuid.UUID) (sealed []byte, others int, err error) {
	err = q.QueryRow(ctx, `
		SELECT (SELECT sealed_value FROM draw_commitment WHERE procurement_id = $1 AND party = 'platform' AND value IS NULL),
		       (SELECT count(*) FROM draw_commitment WHERE procurement_id = $1 AND party <> 'platform' AND value IS NOT NULL)`, id).Scan(&sealed, &others)
	if err != nil {
		return nil, 0, fmt.Errorf("platform's value: %w", err)
	}
	return sealed, others, nil
}

// countCommitments counts those that were there before the pool was frozen.
func countCommitments(ctx context.Context, q db.Querier, id uuid.UUID) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT count(*) FROM draw_commitment c JOIN procurement p ON p.id = c.procurement_id WHERE c.procurement_id = $1 AND c.committed_at < p.deadline`, id).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count commitments: %w", err)
	}
	return n, nil
}

func setSelectionAt(ctx context.Context, tx db.Tx, p *Procurement, at time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE procurement SET selection_at = $2 WHERE id = $1`, p.ID, at); err != nil {
		return fmt.Errorf("selection time: %w", err)
	}
	p.SelectionAt = at
	return nil
}
