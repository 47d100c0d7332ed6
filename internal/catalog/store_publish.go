package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

// storedItem1 is the item of that id; locked, it stays until the transaction ends.
func storedItem1(ctx context.Context, q db.Querier, id uuid.UUID, lock bool) (*storedItem, error) {
	condition := `i.id = $1`
	if lock {
		condition += ` FOR UPDATE OF i`
	}
	list, err := storedItems(ctx, q, condition, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errNoItem
	}
	return list[0], nil
}

// Sectors are those of the published items, in order.
func Sectors(ctx context.Context, q db.Querier) ([]string, error) {
	return texts(ctx, q, "sectors", `SELECT DISTINCT sector FROM service_item WHERE state = 'published' ORDER BY 1`)
}

func texts(ctx context.Context, q db.Querier, what, sql string, args ...any) ([]string, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return out, nil
}

// nextCode is the first code after all of the city's own.
func nextCode(ctx context.Context, q db.Querier) (code string, err error) {
	err = q.QueryRow(ctx, `
		SELECT 'ZJ' || lpad((coalesce(max(substr(code, 3)::integer), 0) + 1)::text, 4, '0') FROM service_item WHERE code ~ '^ZJ[0-9]{4}$'`).Scan(&code)
	if err != nil {
		err = fmt.Errorf("next item code: %w", err)
	}
	return code, err
}

// codeTaken is the name of the item that has the code, and a code that is free; "" for none.
func codeTaken(ctx context.Context, q db.Querier, code string) (name, next string, err error) {
	err = q.QueryRow(ctx, `SELECT name FROM service_item WHERE code = $1`, code).Scan(&name)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("item code: %w", err)
	}
	next, err = nextCode(ctx, q)
	return name, next, err
}

// sameName is the code of another published item of that name; "" for none.
func sameName(ctx context.Context, q db.Querier, name, code string) (string, error) {
	found, err := texts(ctx, q, "item name", `SELECT code FROM service_item WHERE name = $1 AND code <> $2 AND state = 'published' ORDER BY code LIMIT 1`, name, code)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

func unknownCodes(ctx context.Context, q db.Querier, codes []string) ([]string, error) {
	return texts(ctx, q, "item codes", `
		SELECT c FROM unnest($1::text[]) c WHERE NOT EXISTS (SELECT FROM service_item i WHERE i.code = c AND i.state = 'published')`, codes)
}

func codeConflict(err error, code string) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == "service_item_code_key" {
		return apperr.New(apperr.Conflict, "编码 %s 刚被别的事项使用，请退回改用新的编码", code).Because(err)
	}
	return err
}

// writeExtras writes what no delivery brings.
func writeExtras(ctx context.Context, tx db.Tx, item storedItem) error {
	quotes := item.quotes
	if quotes == nil {
		quotes = map[string]string{}
	}
	_, err := tx.Exec(ctx, `UPDATE service_item SET region_code = nullif(nullif($2, $3), ''), conditions = $4, basis_quotes = $5 WHERE id = $1`,
		item.id, item.region, cityRegion, item.conditions, quotes)
	if err != nil {
		return fmt.Errorf("write item: %w", err)
	}
	return nil
}

// abolishItem ends an item. Its links stay: who served it, and which approval it served,
// is history.
func abolishItem(ctx context.Context, tx db.Tx, old *storedItem, in abolished) error {
	replaced := in.ReplacedBy
	if replaced == nil {
		replaced = []string{}
	}
	_, err := tx.Exec(ctx, `
		UPDATE service_item SET state = 'abolished', abolished_on = $2, abolished_reason = $3, replaced_by = $4, field_batches = $5, updated_at = now() WHERE id = $1`,
		old.id, in.Since, in.Reason, replaced, old.batches)
	if err != nil {
		return fmt.Errorf("abolish item: %w", err)
	}
	return nil
}
