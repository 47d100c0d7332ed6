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
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

// listAwardable are the results whose publicity is over and that nothing is seen to hold
// back; what holds is judged again under the lock.
func listAwardable(ctx context.Context, q db.Querier) ([]uuid.UUID, error) {
	return uuids(ctx, q, `
		SELECT p.id FROM procurement p WHERE p.state = 'publicity' AND p.publicity_until <= clock_timestamp()
		  AND NOT EXISTS (SELECT FROM procurement_objection o WHERE o.procurement_id = p.id AND o.state IN ('filed','accepted'))
		ORDER BY p.publicity_until, p.id`)
}

// awardFacts are what a notice says beside the procurement's row and the bid.
type awardFacts struct {
	number, region, purchaserUSCC string
	naturalPerson                 bool // who buys: the public sees his surname alone (docs/adr/0006-what-is-public.md)
	issued                        time.Time
	items                         []AwardItem
	draw                          *AwardDraw
	resultEntry                   *uuid.UUID
}

// loadAwardFacts takes the next serial number and reads the facts. Times are kept to the
// millisecond, so that what is printed is what is stored.
func loadAwardFacts(ctx context.Context, tx db.Tx, id uuid.UUID) (f awardFacts, err error) {
	var b pgx.Batch
	b.Queue(`
		SELECT 'ZX' || to_char(t.at AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || lpad(nextval('award_number')::text, 6, '0'), t.at, r.name,
		       coalesce(o.uscc, ''), o.kind = 'natural_person'
		FROM procurement p JOIN region r ON r.code = p.region_code JOIN organisation o ON o.id = p.org_id,
		     (SELECT date_trunc('milliseconds', clock_timestamp()) AS at) t
		WHERE p.id = $1`, id).QueryRow(func(row pgx.Row) error {
		return row.Scan(&f.number, &f.issued, &f.region, &f.purchaserUSCC, &f.naturalPerson)
	})
	b.Queue(`SELECT s.code, s.name FROM procurement_item i JOIN service_item s ON s.id = i.item_id WHERE i.procurement_id = $1 ORDER BY i.ordinal, s.code`, id).Query(func(rows pgx.Rows) error {
		f.items, err = pgx.CollectRows(rows, pgx.RowToStructByPos[AwardItem])
		return err
	})
	b.Queue(`SELECT attempt, pool_hash, evidence ->> 'digest' FROM draw WHERE procurement_id = $1 AND purpose = 'selection' AND voided_at IS NULL AND evidence ->> 'digest' IS NOT NULL`, id).Query(func(rows pgx.Rows) error {
		draws, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AwardDraw])
		if len(draws) > 0 {
			f.draw = &draws[0]
		}
		return err
	})
	b.Queue(`SELECT entry_id FROM procurement_event WHERE procurement_id = $1 AND action IN ('conclude','choose') AND to_state = 'publicity' ORDER BY seq DESC LIMIT 1`, id).Query(func(rows pgx.Rows) error {
		entries, err := pgx.CollectRows(rows, pgx.RowTo[*uuid.UUID])
		if len(entries) > 0 {
			f.resultEntry = entries[0]
		}
		return err
	})
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return f, fmt.Errorf("facts of an award: %w", err)
	}
	return f, nil
}

func insertAward(ctx context.Context, tx db.Tx, bid uuid.UUID, b AwardBody) error {
	doc, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("award: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO award (id, number, procurement_id, seq, bid_id, body, issued_at)
		SELECT $1, $2, $3, coalesce(max(seq), 0) + 1, $4, $5, $6 FROM award WHERE procurement_id = $3`,
		uuid.Must(uuid.NewV7()), b.Number, b.Procurement, bid, doc, b.IssuedAt)
	if err != nil {
		return fmt.Errorf("award: %w", err)
	}
	return nil
}

func setAwardEntry(ctx context.Context, tx db.Tx, number string, entry uuid.UUID) error {
	if entry == uuid.Nil { // there is no log
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE award SET entry_id = $2 WHERE number = $1`, number, entry); err != nil {
		return fmt.Errorf("award's line: %w", err)
	}
	return nil
}

const awardColumns = `id, bid_id, number, body, issued_at, entry_id, refused_at, coalesce(refusal, ''), refused_reason`

func scanAward(row pgx.CollectableRow) (a award, err error) {
	err = row.Scan(&a.ID, &a.BidID, &a.Number, &a.Body, &a.IssuedAt, &a.Entry, &a.RefusedAt, &a.Refusal, &a.RefusedReason)
	return a, err
}

func oneAward(ctx context.Context, q db.Querier, where string, args ...any) (award, error) {
	rows, err := q.Query(ctx, `SELECT `+awardColumns+` FROM award WHERE `+where+` ORDER BY seq DESC LIMIT 1`, args...)
	if err != nil {
		return award{}, fmt.Errorf("load award: %w", err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanAward)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, errNoAward
	}
	if err != nil {
		return a, fmt.Errorf("load award: %w", err)
	}
	return a, nil
}

// loadAward is the one of that number, or the latest.
func loadAward(ctx context.Context, q db.Querier, procurement uuid.UUID, number string) (award, error) {
	return oneAward(ctx, q, `procurement_id = $1 AND ($2 = '' OR number = $2)`, procurement, number)
}

func loadStandingAward(ctx context.Context, tx db.Tx, procurement uuid.UUID) (award, error) {
	return oneAward(ctx, tx, `procurement_id = $1 AND refused_at IS NULL`, procurement)
}

func listAwards(ctx context.Context, q db.Querier, procurement uuid.UUID) ([]AwardLine, error) {
	rows, err := q.Query(ctx, `SELECT `+awardColumns+` FROM award WHERE procurement_id = $1 ORDER BY seq`, procurement)
	if err != nil {
		return nil, fmt.Errorf("list awards: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (AwardLine, error) {
		a, err := scanAward(row)
		if err != nil {
			return AwardLine{}, err
		}
		var b AwardBody
		if err := json.Unmarshal(a.Body, &b); err != nil {
			return AwardLine{}, err
		}
		return AwardLine{Number: a.Number, Agency: b.Agency.Name, PriceFen: b.PriceFen, IssuedAt: a.IssuedAt, Valid: a.RefusedAt == nil,
			RefusedAt: a.RefusedAt, Refusal: refusalLabels[a.Refusal], Reason: a.RefusedReason, EntryID: a.Entry}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("list awards: %w", err)
	}
	return out, nil
}

// noShowYet refuses a no-show before the contract was due, by the database's clock.
func noShowYet(ctx context.Context, tx db.Tx, a award, how Refusal) error {
	if how != NoShow {
		return nil
	}
	var b AwardBody
	if err := json.Unmarshal(a.Body, &b); err != nil {
		return fmt.Errorf("award %s: %w", a.Number, err)
	}
	now, err := dbNow(ctx, tx)
	if err != nil {
		return err
	}
	if now.Before(b.SignBy) {
		return apperr.New(apperr.Conflict, "签订合同的期限是 %s，还没有到；中选机构已经表示拒签的，请选“拒绝签订合同”", clock.Until(b.SignBy))
	}
	return nil
}

func endAward(ctx context.Context, tx db.Tx, id, person uuid.UUID, how Refusal, reason string) error {
	tag, err := tx.Exec(ctx, `UPDATE award SET refused_at = clock_timestamp(), refused_by = $2, refusal = $3, refused_reason = $4 WHERE id = $1 AND refused_at IS NULL`, id, person, how, reason)
	if err != nil {
		return fmt.Errorf("end award: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "这份中选通知书已经失效，请刷新后查看")
	}
	return nil
}

func moveBid(ctx context.Context, tx db.Tx, id uuid.UUID, from, to BidState, reason string) error {
	tag, err := tx.Exec(ctx, `UPDATE bid SET state = $3, reason = $4 WHERE id = $1 AND state = $2`, id, from, to, reason)
	if err != nil {
		return fmt.Errorf("move bid: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("move bid %s: it is not %s", id, from)
	}
	return nil
}

// organisationsOf is the organisation an agency signs in as; none has claimed it: none.
func organisationsOf(ctx context.Context, q db.Querier, agency uuid.UUID) ([]uuid.UUID, error) {
	return uuids(ctx, q, `SELECT organisation_id FROM agency WHERE id = $1 AND organisation_id IS NOT NULL`, agency)
}
