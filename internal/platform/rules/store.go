package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

const valueColumns = `v.name, v.region_code, v.version, v.effective_from, v.value, v.reason, v.decided_by, v.decided_at`

// inForce finds, for each name, the newest decision effective on the day of the nearest
// region that has one. The walk up is bounded, whatever the table says.
const inForce = `
	WITH RECURSIVE up AS (
		SELECT code, parent, 0 AS depth FROM region WHERE code = $1
		UNION ALL
		SELECT r.code, r.parent, up.depth + 1 FROM region r JOIN up ON r.code = up.parent WHERE up.depth < 16
	)
	SELECT DISTINCT ON (v.name) ` + valueColumns + `
	FROM up JOIN rule_value v ON v.region_code = up.code
	WHERE v.name = ANY ($2) AND v.effective_from <= $3
	ORDER BY v.name, up.depth, v.version DESC`

// At is what the rule says at the region on t's day in Shanghai. An empty region, or
// one not in the table, has no decisions: it gets the shipped default. An unknown name
// is apperr.NotFound.
func At(ctx context.Context, q db.Querier, name, region string, t time.Time) (Value, error) {
	rule, ok := shipped()[name]
	if !ok {
		return Value{}, apperr.New(apperr.NotFound, "没有规则项「%s」", name)
	}
	values, err := at(ctx, q, []Rule{rule}, region, t)
	if err != nil {
		return Value{}, err
	}
	return values[0], nil
}

// List is every rule as it stands at the region on t's day, in order of name.
func List(ctx context.Context, q db.Querier, region string, t time.Time) ([]Value, error) {
	rules := make([]Rule, 0, len(shipped()))
	for _, r := range shipped() {
		rules = append(rules, r)
	}
	slices.SortFunc(rules, func(a, b Rule) int { return strings.Compare(a.Name, b.Name) })
	return at(ctx, q, rules, region, t)
}

func at(ctx context.Context, q db.Querier, rules []Rule, region string, t time.Time) ([]Value, error) {
	names := make([]string, len(rules))
	values := make([]Value, len(rules))
	for i, r := range rules {
		names[i] = r.Name
		values[i] = Value{Rule: r, JSON: r.Default}
	}
	if region == "" {
		return values, nil
	}
	rows, err := q.Query(ctx, inForce, region, names, clock.Day(t))
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	decided, err := pgx.CollectRows(rows, scanValue)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	for _, v := range decided {
		values[slices.Index(names, v.Name)] = v
	}
	return values, nil
}

// History is every decision of the region itself on the rule, newest first.
func History(ctx context.Context, q db.Querier, name, region string) ([]Value, error) {
	if _, ok := shipped()[name]; !ok {
		return nil, apperr.New(apperr.NotFound, "没有规则项「%s」", name)
	}
	rows, err := q.Query(ctx, `SELECT `+valueColumns+` FROM rule_value v WHERE v.name = $1 AND v.region_code = $2 ORDER BY v.version DESC`, name, region)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	history, err := pgx.CollectRows(rows, scanValue)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return history, nil
}

func scanValue(row pgx.CollectableRow) (Value, error) {
	var v Value
	var name string
	err := row.Scan(&name, &v.Region, &v.Version, &v.EffectiveFrom, &v.JSON, &v.Reason, &v.DecidedBy, &v.DecidedAt)
	v.Rule = shipped()[name]
	return v, err
}

// insert appends v. The key decides between two who decide at once; a base that is no
// longer, or never was, the newest version inserts nothing.
func insert(ctx context.Context, tx db.Tx, v Value) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO rule_value AS v (name, region_code, version, effective_from, value, reason, decided_by, decided_at)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8
		WHERE $3 - 1 = (SELECT coalesce(max(version), 0) FROM rule_value WHERE name = $1 AND region_code = $2)`,
		v.Name, v.Region, v.Version, v.EffectiveFrom, v.JSON, v.Reason, v.DecidedBy, v.DecidedAt)
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg) && pg.Code == "23503":
		return apperr.InvalidField("region", "没有这个区域，应是区划代码，如 140800").Because(err)
	case errors.As(err, &pg) && pg.Code == "23505", err == nil && tag.RowsAffected() == 0:
		return apperr.New(apperr.Conflict, "%s刚被别人调整过，请查看最新的规定后再决定", v.Label).Because(err)
	case err != nil:
		return fmt.Errorf("rules: %w", err)
	}
	return nil
}
