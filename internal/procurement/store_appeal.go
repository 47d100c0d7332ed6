package procurement

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

func insertAppeal(ctx context.Context, tx db.Tx, a RecusalAppeal, by uuid.UUID) (at time.Time, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO recusal_appeal (id, procurement_id, agency_id, code, reason, filed_by) VALUES ($1, $2, $3, $4, $5, $6) RETURNING filed_at`,
		a.ID, a.ProcurementID, a.AgencyID, a.Code, a.Reason, by).Scan(&at)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "recusal_appeal_once" {
		return at, apperr.New(apperr.Conflict, "已经对这类回避提出过异议，请等待处理")
	}
	if err != nil {
		err = fmt.Errorf("file appeal: %w", err)
	}
	return at, err
}

const appealColumns = `
	SELECT x.id, x.procurement_id, p.title, x.agency_id, a.name, x.code, x.reason, x.filed_at, x.state, x.answer, x.decided_at, p.region_code, x.filed_by, array_remove(ARRAY[p.org_id, a.organisation_id], NULL)
	FROM recusal_appeal x JOIN procurement p ON p.id = x.procurement_id JOIN agency a ON a.id = x.agency_id WHERE `

func scanAppeal(row pgx.CollectableRow) (a RecusalAppeal, err error) {
	err = row.Scan(&a.ID, &a.ProcurementID, &a.Title, &a.AgencyID, &a.AgencyName, &a.Code, &a.Reason, &a.FiledAt, &a.State, &a.Answer, &a.DecidedAt, &a.region, &a.filedBy, &a.sides)
	return a, err
}

// shownAppeals bounds a list: what waits is decided within days.
const shownAppeals = 200

func listAppeals(ctx context.Context, q db.Querier, regions []string) ([]RecusalAppeal, error) {
	rows, err := q.Query(ctx, appealColumns+`x.state = 'filed' AND p.region_code = ANY ($1) ORDER BY x.filed_at, x.id LIMIT $2`, regions, shownAppeals)
	if err != nil {
		return nil, fmt.Errorf("appeals: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanAppeal)
	if err != nil {
		return nil, fmt.Errorf("appeals: %w", err)
	}
	return out, nil
}

func lockAppeal(ctx context.Context, tx db.Tx, id uuid.UUID) (RecusalAppeal, error) {
	rows, err := tx.Query(ctx, appealColumns+`x.id = $1 FOR UPDATE OF x`, id)
	if err != nil {
		return RecusalAppeal{}, fmt.Errorf("appeal: %w", err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanAppeal)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, apperr.New(apperr.NotFound, "没有这件异议")
	}
	if err != nil {
		err = fmt.Errorf("appeal: %w", err)
	}
	return a, err
}

func decideAppeal(ctx context.Context, tx db.Tx, a *RecusalAppeal, by uuid.UUID) error {
	err := tx.QueryRow(ctx, `UPDATE recusal_appeal SET state = $2, answer = $3, decided_by = $4, decided_at = clock_timestamp() WHERE id = $1 RETURNING decided_at`,
		a.ID, a.State, a.Answer, by).Scan(&a.DecidedAt)
	if err != nil {
		return fmt.Errorf("decide appeal: %w", err)
	}
	return nil
}

// liftAppealed takes out what an upheld appeal has lifted in this procurement.
func liftAppealed(ctx context.Context, q db.Querier, id uuid.UUID, blocks map[uuid.UUID][]Block) (map[uuid.UUID][]Block, error) {
	rows, err := q.Query(ctx, `SELECT agency_id, code FROM recusal_appeal WHERE procurement_id = $1 AND state = 'upheld'`, id)
	if err != nil {
		return nil, fmt.Errorf("appeals upheld: %w", err)
	}
	var agency uuid.UUID
	var code string
	_, err = pgx.ForEachRow(rows, []any{&agency, &code}, func() error {
		blocks[agency] = slices.DeleteFunc(blocks[agency], func(b Block) bool { return b.Code == code })
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("appeals upheld: %w", err)
	}
	for id, list := range blocks {
		if len(list) == 0 {
			delete(blocks, id)
		}
	}
	return blocks, nil
}
