package procurement

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/draw"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement/selection"
)

// States of a panel member.
const (
	memberReserve  = "reserve"  // drawn further down, called when a seat is empty
	memberDrawn    = "drawn"    // called, has not declared
	memberDeclared = "declared" // no interest
	memberRecused  = "recused"
	memberAbsent   = "absent"
	memberScored   = "scored"
)

type member struct {
	Expert  uuid.UUID
	Person  uuid.UUID // uuid.Nil: an expert without an account
	Ordinal int
	State   string
}

func (m member) sits() bool {
	return m.State == memberDrawn || m.State == memberDeclared || m.State == memberScored
}

// listExperts are those who may be drawn: listed and confirmed, of a sector of the items,
// with an account to score by, not employed by or interested in anyone concerned, and not
// on each of the last panels.
func listExperts(ctx context.Context, q db.Querier, procurement uuid.UUID, names, usccs []string, inARow, interestYears int) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `
		WITH recent AS (
			SELECT procurement_id FROM draw WHERE purpose = 'panel' AND drawn_at IS NOT NULL AND voided_at IS NULL ORDER BY drawn_at DESC LIMIT $4)
		SELECT e.id FROM expert e
		WHERE e.state = 'listed' AND e.confirmed_until >= (now() AT TIME ZONE 'Asia/Shanghai')::date AND e.person_id IS NOT NULL
		  AND e.specialties && ARRAY(SELECT i.sector FROM procurement_item pi JOIN service_item i ON i.id = pi.item_id WHERE pi.procurement_id = $1)
		  AND NOT btrim(e.employer) = ANY ($2)
		  AND NOT EXISTS (
			SELECT FROM jsonb_array_elements(e.conflicts) c
			WHERE (btrim(c ->> 'organisation') = ANY ($2) OR c ->> 'uscc' = ANY ($3))
			  AND (coalesce(c ->> 'until', '') = '' OR (c ->> 'until')::date > (now() AT TIME ZONE 'Asia/Shanghai')::date - make_interval(years => $5)))
		  AND NOT ((SELECT count(*) FROM recent) = $4 AND (
			SELECT count(*) FROM recent r JOIN panel_member m ON m.procurement_id = r.procurement_id AND m.expert_id = e.id AND m.state <> 'reserve') = $4)
		ORDER BY e.id`, procurement, names, usccs, inARow, interestYears)
	if err != nil {
		return nil, fmt.Errorf("experts to draw from: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("experts to draw from: %w", err)
	}
	return ids, nil
}

// insertPanel finds the experts behind the drawn numbers. A digest that no expert has any
// more would mean that the pool was altered.
func insertPanel(ctx context.Context, tx db.Tx, procurement uuid.UUID, pool []draw.Seat, drawn []int) error {
	rows, err := tx.Query(ctx, `SELECT id FROM expert`)
	if err != nil {
		return fmt.Errorf("panel: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("panel: %w", err)
	}
	by := make(map[string]uuid.UUID, len(ids))
	for _, id := range ids {
		sum := sha256.Sum256([]byte(id.String() + procurement.String()))
		by[hex.EncodeToString(sum[:])] = id
	}
	experts := make([]uuid.UUID, len(drawn))
	for i, n := range drawn {
		id, known := by[pool[n-1].Hash]
		if !known {
			return fmt.Errorf("panel of %s: nobody has the digest of number %d", procurement, n)
		}
		experts[i] = id
	}
	_, err = tx.Exec(ctx, `INSERT INTO panel_member (procurement_id, expert_id, ordinal, state) SELECT $1, e, n, 'reserve' FROM unnest($2::uuid[]) WITH ORDINALITY AS x(e, n)`, procurement, experts)
	if err != nil {
		return fmt.Errorf("panel: %w", err)
	}
	return nil
}

const memberColumns = `SELECT m.expert_id, coalesce(e.person_id, '00000000-0000-0000-0000-000000000000'), m.ordinal, m.state FROM panel_member m JOIN expert e ON e.id = m.expert_id `

func scanMember(row pgx.CollectableRow) (m member, err error) {
	err = row.Scan(&m.Expert, &m.Person, &m.Ordinal, &m.State)
	return m, err
}

func loadPanel(ctx context.Context, q db.Querier, procurement uuid.UUID) ([]member, error) {
	rows, err := q.Query(ctx, memberColumns+`WHERE m.procurement_id = $1 ORDER BY m.ordinal`, procurement)
	if err != nil {
		return nil, fmt.Errorf("load panel: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanMember)
	if err != nil {
		return nil, fmt.Errorf("load panel: %w", err)
	}
	return list, nil
}

// memberOf is the member who is one of these experts' organisations.
func memberOf(ctx context.Context, q db.Querier, procurement uuid.UUID, orgs []uuid.UUID) (member, bool, error) {
	rows, err := q.Query(ctx, memberColumns+`WHERE m.procurement_id = $1 AND e.org_id = ANY ($2)`, procurement, orgs)
	if err != nil {
		return member{}, false, fmt.Errorf("panel member: %w", err)
	}
	m, err := pgx.CollectExactlyOneRow(rows, scanMember)
	if errors.Is(err, pgx.ErrNoRows) {
		return member{}, false, nil
	}
	if err != nil {
		return member{}, false, fmt.Errorf("panel member: %w", err)
	}
	return m, true, nil
}

func setMember(ctx context.Context, tx db.Tx, procurement, expert uuid.UUID, state, note string) error {
	_, err := tx.Exec(ctx, `
		UPDATE panel_member SET state = $3, note = CASE WHEN $4 = '' THEN note ELSE $4 END,
			declared_at = CASE WHEN $3 = 'declared' THEN clock_timestamp() ELSE declared_at END,
			scored_at = CASE WHEN $3 = 'scored' THEN clock_timestamp() ELSE scored_at END
		WHERE procurement_id = $1 AND expert_id = $2`, procurement, expert, state, note)
	if err != nil {
		return fmt.Errorf("panel member: %w", err)
	}
	return nil
}

func insertScores(ctx context.Context, tx db.Tx, procurement, expert uuid.UUID, sheets []Sheet, bids map[int]uuid.UUID) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"panel_score"}, []string{"procurement_id", "expert_id", "bid_id", "price", "technical", "credit", "comment"},
		pgx.CopyFromSlice(len(sheets), func(i int) ([]any, error) {
			sh := sheets[i]
			return []any{procurement, expert, bids[sh.Number], sh.Price, sh.Technical, sh.Credit, sh.Comment}, nil
		}))
	if err != nil {
		return fmt.Errorf("store scores: %w", err)
	}
	return nil
}

// loadScores are the sheets of those who sit, experts numbered in drawn order.
func loadScores(ctx context.Context, q db.Querier, procurement uuid.UUID, sitting []member) ([]selection.Score, error) {
	at := make(map[uuid.UUID]int, len(sitting))
	for i, m := range sitting {
		at[m.Expert] = i + 1
	}
	rows, err := q.Query(ctx, `
		SELECT s.expert_id, b.number, s.price, s.technical, s.credit FROM panel_score s JOIN bid b ON b.id = s.bid_id
		WHERE s.procurement_id = $1 AND b.struck = '' ORDER BY b.number`, procurement)
	if err != nil {
		return nil, fmt.Errorf("load scores: %w", err)
	}
	var out []selection.Score
	var expert uuid.UUID
	var sc selection.Score
	_, err = pgx.ForEachRow(rows, []any{&expert, &sc.Number, &sc.Price, &sc.Technical, &sc.Credit}, func() error {
		if n, sits := at[expert]; sits {
			one := sc
			one.Expert = n
			out = append(out, one)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load scores: %w", err)
	}
	return out, nil
}
