package procurement

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
)

// listDue are the procurements on which the clock may have something to do.
func listDue(ctx context.Context, q db.Querier) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `
		SELECT id FROM procurement WHERE state = 'open' AND deadline <= clock_timestamp()
		UNION ALL
		SELECT id FROM procurement WHERE state = 'selecting' AND selection_at <= clock_timestamp() AND (wake_at IS NULL OR wake_at <= clock_timestamp())`)
	if err != nil {
		return nil, fmt.Errorf("due procurements: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("due procurements: %w", err)
	}
	return ids, nil
}

// lockIdle takes the row if no other instance has it.
func lockIdle(ctx context.Context, tx db.Tx, id uuid.UUID) (bool, error) {
	var one int
	err := tx.QueryRow(ctx, `SELECT 1 FROM procurement WHERE id = $1 FOR UPDATE SKIP LOCKED`, id).Scan(&one)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("lock procurement: %w", err)
	}
	return true, nil
}

func setFrozen(ctx context.Context, tx db.Tx, p *Procurement, at time.Time, hash string) error {
	if _, err := tx.Exec(ctx, `UPDATE procurement SET frozen_at = $2, pool_hash = $3 WHERE id = $1`, p.ID, at, hash); err != nil {
		return fmt.Errorf("freeze procurement: %w", err)
	}
	p.FrozenAt, p.PoolHash = &at, hash
	return nil
}

func setEnded(ctx context.Context, tx db.Tx, id uuid.UUID, reason string) error {
	if _, err := tx.Exec(ctx, `UPDATE procurement SET ended_reason = $2 WHERE id = $1`, id, reason); err != nil {
		return fmt.Errorf("end procurement: %w", err)
	}
	return nil
}

func setChoiceUntil(ctx context.Context, tx db.Tx, p *Procurement, until time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE procurement SET choice_until = $2 WHERE id = $1`, p.ID, until); err != nil {
		return fmt.Errorf("time to choose: %w", err)
	}
	p.ChoiceUntil = &until
	return nil
}

// setWake says when the clock has to look again while something is waited for.
func setWake(ctx context.Context, tx db.Tx, id uuid.UUID, at *time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE procurement SET wake_at = $2 WHERE id = $1`, id, at); err != nil {
		return fmt.Errorf("wake procurement: %w", err)
	}
	return nil
}

func setChoice(ctx context.Context, tx db.Tx, p *Procurement, c *selection.Choice) error {
	if _, err := tx.Exec(ctx, `UPDATE procurement SET choice = $2, wake_at = NULL WHERE id = $1`, p.ID, c); err != nil {
		return fmt.Errorf("store choice: %w", err)
	}
	p.Choice = c
	return nil
}

func setConcluded(ctx context.Context, tx db.Tx, p *Procurement, at, until time.Time, provisional bool) error {
	_, err := tx.Exec(ctx, `UPDATE procurement SET concluded_at = $2, publicity_until = $3, publicity_provisional = $4, wake_at = NULL WHERE id = $1`, p.ID, at, until, provisional)
	if err != nil {
		return fmt.Errorf("conclude procurement: %w", err)
	}
	p.ConcludedAt, p.PublicityUntil, p.PublicityProvisional = &at, &until, provisional
	return nil
}

func insertBids(ctx context.Context, tx db.Tx, bids []Bid) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"bid"}, []string{"id", "procurement_id", "agency_id", "uscc", "agency_name", "number", "received_at", "receipt", "state", "reason",
		"quote_fen", "discount_bp", "days", "proposal", "credit_tenths"},
		pgx.CopyFromSlice(len(bids), func(i int) ([]any, error) {
			b := bids[i]
			var number *int
			if b.Number > 0 {
				number = &b.Number
			}
			return []any{b.ID, b.Procurement, b.Agency, b.USCC, b.AgencyName, number, b.ReceivedAt, b.Receipt, string(b.State), b.Reason,
				b.QuoteFen, b.DiscountBP, b.Days, b.Proposal, b.CreditTenths}, nil
		}))
	if err != nil {
		return fmt.Errorf("store bids: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO bid_file (bid_id, file_id)
		SELECT DISTINCT b.id, f.id FROM bid b CROSS JOIN jsonb_array_elements_text(CASE WHEN jsonb_typeof(b.proposal -> 'files') = 'array' THEN b.proposal -> 'files' ELSE '[]' END) AS named(id)
		JOIN file f ON f.id = named.id::uuid WHERE b.id = ANY ($1)`, idsOf(bids))
	if err != nil {
		return fmt.Errorf("store files of bids: %w", err)
	}
	return nil
}

func idsOf(bids []Bid) []uuid.UUID {
	out := make([]uuid.UUID, len(bids))
	for i, b := range bids {
		out[i] = b.ID
	}
	return out
}

// loadBids are the opened bids of a procurement, those of the pool first, by number.
func loadBids(ctx context.Context, q db.Querier, id uuid.UUID) ([]Bid, error) {
	rows, err := q.Query(ctx, `
		SELECT id, procurement_id, agency_id, uscc, agency_name, coalesce(number, 0), received_at, receipt, state, reason, coalesce(place, 0), quote_fen, discount_bp, days, proposal,
		       credit_tenths, explanation, explained_at, explain_until, verdict, opinion, struck
		FROM bid WHERE procurement_id = $1 ORDER BY number NULLS LAST, uscc`, id)
	if err != nil {
		return nil, fmt.Errorf("load bids: %w", err)
	}
	bids, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Bid, err error) {
		err = row.Scan(&b.ID, &b.Procurement, &b.Agency, &b.USCC, &b.AgencyName, &b.Number, &b.ReceivedAt, &b.Receipt, &b.State, &b.Reason, &b.Place, &b.QuoteFen, &b.DiscountBP, &b.Days,
			&b.Proposal, &b.CreditTenths, &b.Explanation, &b.ExplainedAt, &b.ExplainUntil, &b.Verdict, &b.Opinion, &b.Struck)
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("load bids: %w", err)
	}
	return bids, nil
}

// placeBids writes what became of each bid of the pool.
func placeBids(ctx context.Context, tx db.Tx, procurement uuid.UUID, places []selection.Place) error {
	numbers, states, ranks, reasons := make([]int, len(places)), make([]string, len(places)), make([]*int, len(places)), make([]string, len(places))
	for i, p := range places {
		numbers[i], states[i], reasons[i] = p.Number, string(p.Result), p.Reason
		if p.Place > 0 {
			ranks[i] = &p.Place
		}
	}
	_, err := tx.Exec(ctx, `
		UPDATE bid b SET state = r.state, place = r.place, reason = r.reason
		FROM unnest($2::int[], $3::text[], $4::int[], $5::text[]) AS r(number, state, place, reason)
		WHERE b.procurement_id = $1 AND b.number = r.number`, procurement, numbers, states, ranks, reasons)
	if err != nil {
		return fmt.Errorf("place bids: %w", err)
	}
	return nil
}

// strikeBid takes a bid out after the freezing. Its number stays (domain.md section 6).
func strikeBid(ctx context.Context, tx db.Tx, procurement, id uuid.UUID, reason string) (bool, error) {
	tag, err := tx.Exec(ctx, `UPDATE bid SET struck = $3, state = 'disqualified', reason = $3, place = NULL WHERE procurement_id = $1 AND id = $2 AND number IS NOT NULL AND struck = ''`, procurement, id, reason)
	if err != nil {
		return false, fmt.Errorf("strike bid: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// setExplainUntil asks the bids of these numbers for an explanation.
func setExplainUntil(ctx context.Context, tx db.Tx, procurement uuid.UUID, numbers []int, until time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE bid SET explain_until = $3 WHERE procurement_id = $1 AND number = ANY ($2)`, procurement, numbers, until); err != nil {
		return fmt.Errorf("ask for explanations: %w", err)
	}
	return nil
}

func setExplanation(ctx context.Context, tx db.Tx, id uuid.UUID, text string) error {
	if _, err := tx.Exec(ctx, `UPDATE bid SET explanation = $2, explained_at = clock_timestamp() WHERE id = $1`, id, text); err != nil {
		return fmt.Errorf("store explanation: %w", err)
	}
	return nil
}

func setVerdict(ctx context.Context, tx db.Tx, ids []uuid.UUID, verdict, opinion string) error {
	if _, err := tx.Exec(ctx, `UPDATE bid SET verdict = $2, opinion = $3 WHERE id = ANY ($1)`, ids, verdict, opinion); err != nil {
		return fmt.Errorf("store verdict: %w", err)
	}
	return nil
}

// reopen undoes a conclusion: what was placed is valid again, and the purchaser has to
// choose anew where he chose.
func reopen(ctx context.Context, tx db.Tx, p *Procurement) error {
	if _, err := tx.Exec(ctx, `UPDATE bid SET state = 'valid', place = NULL, reason = '' WHERE procurement_id = $1 AND number IS NOT NULL AND struck = ''`, p.ID); err != nil {
		return fmt.Errorf("reopen selection: %w", err)
	}
	_, err := tx.Exec(ctx, `UPDATE procurement SET choice = NULL, choice_until = NULL, wake_at = NULL, concluded_at = NULL, publicity_until = NULL WHERE id = $1`, p.ID)
	if err != nil {
		return fmt.Errorf("reopen selection: %w", err)
	}
	p.Choice, p.ChoiceUntil, p.ConcludedAt, p.PublicityUntil = nil, nil, nil, nil
	return nil
}

func hasEvent(ctx context.Context, q db.Querier, id uuid.UUID, action review.Action) (found bool, err error) {
	if err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM procurement_event WHERE procurement_id = $1 AND action = $2)`, id, action).Scan(&found); err != nil {
		return false, fmt.Errorf("events of procurement: %w", err)
	}
	return found, nil
}
