package procurement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/draw"
	"zjcs/internal/platform/db"
)

// drawRecord is a row of table draw: what is fixed before its entropy, and what came of it.
type drawRecord struct {
	ID          uuid.UUID
	Procurement uuid.UUID
	Purpose     string
	Attempt     int
	Algorithm   draw.Algorithm
	Sources     sources
	Pool        []draw.Seat
	PoolHash    string
	FrozenAt    time.Time
	SourceUsed  int
	Evidence    json.RawMessage
	DrawnAt     *time.Time
}

// loadDrawing is the standing draw of a procurement for a purpose.
func loadDrawing(ctx context.Context, q db.Querier, procurement uuid.UUID, purpose string, lock bool) (d drawRecord, found bool, err error) {
	sql := `SELECT id, procurement_id, purpose, attempt, algorithm, sources, pool, pool_hash, frozen_at, source_used, coalesce(evidence, 'null'), drawn_at
		FROM draw WHERE procurement_id = $1 AND purpose = $2 AND voided_at IS NULL`
	if lock {
		sql += ` FOR UPDATE`
	}
	err = q.QueryRow(ctx, sql, procurement, purpose).Scan(&d.ID, &d.Procurement, &d.Purpose, &d.Attempt, &d.Algorithm, &d.Sources, &d.Pool, &d.PoolHash, &d.FrozenAt,
		&d.SourceUsed, &d.Evidence, &d.DrawnAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, false, nil
	}
	if err != nil {
		return d, false, fmt.Errorf("load draw: %w", err)
	}
	return d, true, nil
}

func insertDrawing(ctx context.Context, tx db.Tx, d drawRecord) error {
	_, err := tx.Exec(ctx, `INSERT INTO draw (id, procurement_id, purpose, attempt, algorithm, sources, pool, pool_hash, frozen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		d.ID, d.Procurement, d.Purpose, d.Attempt, d.Algorithm, d.Sources, d.Pool, d.PoolHash, d.FrozenAt)
	if err != nil {
		return fmt.Errorf("store draw: %w", err)
	}
	return nil
}

// keepEvidence stores what came of a draw; a later conclusion of the same draw, after an
// objection, replaces it, and both stand in the public course and log.
func keepEvidence(ctx context.Context, tx db.Tx, id uuid.UUID, entropy draw.Entropy, evidence any) error {
	_, err := tx.Exec(ctx, `UPDATE draw SET entropy = $2, evidence = $3, drawn_at = coalesce(drawn_at, clock_timestamp()) WHERE id = $1`, id, entropy, evidence)
	if err != nil {
		return fmt.Errorf("store evidence: %w", err)
	}
	return nil
}

func useFallback(ctx context.Context, tx db.Tx, id uuid.UUID) error {
	if _, err := tx.Exec(ctx, `UPDATE draw SET source_used = 1 WHERE id = $1`, id); err != nil {
		return fmt.Errorf("use fallback: %w", err)
	}
	return nil
}

func voidDrawing(ctx context.Context, tx db.Tx, id, by uuid.UUID, reason string) error {
	if _, err := tx.Exec(ctx, `UPDATE draw SET voided_at = clock_timestamp(), voided_by = $2, void_reason = $3 WHERE id = $1`, id, by, reason); err != nil {
		return fmt.Errorf("void draw: %w", err)
	}
	return nil
}

func loadRound(ctx context.Context, q db.Querier, chain string, n uint64) (r draw.Round, found bool, err error) {
	err = q.QueryRow(ctx, `SELECT round, randomness, signature FROM drand_round WHERE chain = $1 AND round = $2`, chain, int64(n)).Scan(&r.Round, &r.Randomness, &r.Signature)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("load round: %w", err)
	}
	return r, true, nil
}

func keepRound(ctx context.Context, q db.Querier, chain string, r draw.Round) error {
	_, err := q.Exec(ctx, `INSERT INTO drand_round (chain, round, randomness, signature) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, chain, int64(r.Round), r.Randomness, r.Signature)
	if err != nil {
		return fmt.Errorf("keep round: %w", err)
	}
	return nil
}

// loadLottery is a result that two people have entered alike.
func loadLottery(ctx context.Context, q db.Querier, e draw.Edition) (v draw.LotteryValue, found bool, err error) {
	var numbers []int64
	err = q.QueryRow(ctx, `SELECT game, issue, drawn_on::text, numbers, published_at FROM lottery_result WHERE game = $1 AND issue = $2 AND drawn_on = $3::date AND confirmed_by IS NOT NULL`,
		e.Game, e.Issue, e.Date).Scan(&v.Game, &v.Issue, &v.Date, &numbers, &v.Where)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, false, nil
	}
	if err != nil {
		return v, false, fmt.Errorf("load lottery result: %w", err)
	}
	for _, n := range numbers {
		v.Numbers = append(v.Numbers, uint64(n))
	}
	return v, true, nil
}

// loadReveals are the values of those who committed before the pool was frozen, in the
// order they enter the key.
func loadReveals(ctx context.Context, q db.Querier, procurement uuid.UUID) ([]draw.Reveal, error) {
	rows, err := q.Query(ctx, `
		SELECT c.party, c.commitment, c.value FROM draw_commitment c JOIN procurement p ON p.id = c.procurement_id
		WHERE c.procurement_id = $1 AND c.value IS NOT NULL AND c.committed_at < p.deadline
		ORDER BY array_position($2, c.party)`, procurement, draw.Parties)
	if err != nil {
		return nil, fmt.Errorf("load reveals: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (draw.Reveal, error) {
		var party string
		var commitment, value []byte
		err := row.Scan(&party, &commitment, &value)
		return revealOf(party, commitment, value), err
	})
	if err != nil {
		return nil, fmt.Errorf("load reveals: %w", err)
	}
	return list, nil
}
