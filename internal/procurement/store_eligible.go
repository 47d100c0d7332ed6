package procurement

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/catalog"
	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

// noticeItem is an item of a notice and what its catalogue entry asks for.
type noticeItem struct {
	ID         uuid.UUID
	Code, Name string
	Required   string
	Conditions catalog.Conditions
}

func itemIDs(items []noticeItem) []uuid.UUID {
	out := make([]uuid.UUID, len(items))
	for i, it := range items {
		out[i] = it.ID
	}
	return out
}

// loadItems reads the items of a notice in its order; each must be in the catalogue.
func loadItems(ctx context.Context, q db.Querier, codes []string) ([]noticeItem, error) {
	rows, err := q.Query(ctx, `
		SELECT i.id, i.code, i.name, i.required_qualification, i.conditions
		FROM unnest($1::text[]) WITH ORDINALITY c(code, n) JOIN service_item i ON i.code = c.code ORDER BY c.n`, codes)
	if err != nil {
		return nil, fmt.Errorf("items of a notice: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[noticeItem])
	if err != nil {
		return nil, fmt.Errorf("items of a notice: %w", err)
	}
	if len(out) != len(codes) || len(codes) == 0 {
		return nil, apperr.InvalidField("items", "应是目录中的事项编码，如 ZJ0049，且不重复")
	}
	return out, nil
}

// today is the day by the database's clock.
const today = `(now() AT TIME ZONE 'Asia/Shanghai')::date`

// banHolds asks whether the ban b is in force today (internal/credit).
const banHolds = `(b.ban_from <= ` + today + ` AND coalesce(b.ban_until >= ` + today + `, true) AND coalesce(b.lifted_on > ` + today + `, true))`

// unbanned asks whether the practitioner in table x may practise today.
func unbanned(x string) string {
	return `NOT EXISTS (SELECT FROM credit_ban b WHERE b.kind = 'practitioner' AND b.id_digest = ` + x + `.id_digest AND ` + banHolds + `)`
}

// banWords say what the law forbids an agency today, and until when.
func banWords(ctx context.Context, q db.Querier, agency uuid.UUID) (string, error) {
	var uscc, day string
	if err := q.QueryRow(ctx, `SELECT uscc, `+today+`::text FROM agency WHERE id = $1`, agency).Scan(&uscc, &day); err != nil {
		return "", fmt.Errorf("ban of bidder: %w", err)
	}
	b, err := credit.BanOf(ctx, q, uscc, day)
	return b.Words(), err
}

// sql is the question of a, about agency a, with its values in w.
func (a asked) sql(w *db.Where) string {
	switch a.kind {
	case "present":
		return `a.state IN ('admitted','restricted','suspended')`
	case "suspended", "restricted":
		return `NOT (a.state = '` + a.kind + `' AND a.state_until >= ` + today + `)`
	case "barred":
		return `NOT EXISTS (SELECT FROM agency_bar b WHERE b.uscc = a.uscc AND b.until >= ` + today + `)`
	case "sanctioned":
		return `NOT EXISTS (SELECT FROM agency_listing l WHERE l.agency_id = a.id AND l.list = 'sanction' AND ` + today + ` BETWEEN l.listed_from AND l.listed_until)`
	case "banned":
		return `NOT EXISTS (SELECT FROM credit_ban b WHERE b.kind = 'agency' AND b.uscc = a.uscc AND ` + banHolds + `)`
	case "offered":
		return `EXISTS (SELECT FROM agency_item x WHERE x.agency_id = a.id AND x.item_id = ` + w.Arg(a.item) + `)`
	case "carried":
		return `EXISTS (SELECT FROM agency_item x WHERE x.agency_id = a.id AND x.item_id = ` + w.Arg(a.item) + ` AND (x.carried IS NULL OR x.carried @> ` + today + `))`
	case "practitioners":
		return `(SELECT count(*) FROM practitioner x WHERE x.agency_id = a.id AND x.specialty = ` + w.Arg(a.person.Specialty) +
			` AND (x.valid_to IS NULL OR x.valid_to >= ` + today + `) AND ` + unbanned("x") + `) >= ` + w.Arg(a.person.Count) + `::bigint`
	case "direct":
		return `a.uscc = ` + w.Arg(a.uscc)
	}
	var any []string
	for _, c := range a.quals {
		level := ""
		if levels := levelsFrom(c.Level); levels != nil {
			level = ` AND x.level = ANY (` + w.Arg(levels) + `)`
		}
		any = append(any, `EXISTS (SELECT FROM agency_qualification x WHERE x.agency_id = a.id AND x.name = `+w.Arg(c.Name)+level+
			` AND (x.valid_from IS NULL OR x.valid_from <= `+today+`) AND (x.valid_to IS NULL OR x.valid_to >= `+today+`))`)
	}
	return `(` + strings.Join(any, ` OR `) + `)`
}

func questions(w *db.Where, list []condition) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.ask.sql(w)
	}
	return out
}

// listEligible begins with those that offer all the items, which an index names.
func listEligible(ctx context.Context, q db.Querier, items []uuid.UUID, list []condition) ([]uuid.UUID, error) {
	w := &db.Where{}
	offering := fmt.Sprintf(`SELECT agency_id FROM agency_item WHERE item_id = ANY (%s) GROUP BY agency_id HAVING count(*) = %s::bigint`, w.Arg(items), w.Arg(len(items)))
	sql := `SELECT a.id FROM (` + offering + `) o JOIN agency a ON a.id = o.agency_id WHERE ` + strings.Join(questions(w, list), ` AND `) + ` ORDER BY a.id`
	rows, err := q.Query(ctx, sql, w.Args...)
	if err != nil {
		return nil, fmt.Errorf("eligible agencies: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("eligible agencies: %w", err)
	}
	return out, nil
}

// countExcluded asks all questions about every agency that offers one of the items.
func countExcluded(ctx context.Context, q db.Querier, items []uuid.UUID, list []condition) (eligible int, excluded, alone []int, err error) {
	w := &db.Where{}
	offering := `SELECT DISTINCT agency_id FROM agency_item WHERE item_id = ANY (` + w.Arg(items) + `)`
	counts := []string{`count(*) FILTER (WHERE missed = 0)`}
	for i := range list {
		counts = append(counts, fmt.Sprintf(`count(*) FILTER (WHERE NOT met[%[1]d]), count(*) FILTER (WHERE NOT met[%[1]d] AND missed = 1)`, i+1))
	}
	sql := `SELECT ` + strings.Join(counts, `, `) + ` FROM (
		SELECT met, (SELECT count(*) FROM unnest(met) m WHERE NOT m) AS missed FROM (
			SELECT ARRAY[` + strings.Join(questions(w, list), `, `) + `] AS met FROM (` + offering + `) o JOIN agency a ON a.id = o.agency_id) x OFFSET 0) y`
	excluded, alone = make([]int, len(list)), make([]int, len(list))
	into := []any{&eligible}
	for i := range list {
		into = append(into, &excluded[i], &alone[i])
	}
	if err := q.QueryRow(ctx, sql, w.Args...).Scan(into...); err != nil {
		return 0, nil, nil, fmt.Errorf("exclusions: %w", err)
	}
	return eligible, excluded, alone, nil
}

// askConditions asks all questions about one agency.
func askConditions(ctx context.Context, q db.Querier, agency uuid.UUID, list []condition) (met []bool, err error) {
	w := &db.Where{}
	sql := `SELECT ARRAY[` + strings.Join(questions(w, list), `, `) + `] FROM agency a WHERE a.id = ` + w.Arg(agency)
	err = q.QueryRow(ctx, sql, w.Args...).Scan(&met)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, apperr.New(apperr.NotFound, "没有这家中介机构")
	}
	if err != nil {
		return nil, fmt.Errorf("eligibility: %w", err)
	}
	return met, nil
}

// biddersOf are the agencies of organisations.
func biddersOf(ctx context.Context, q db.Querier, orgs []uuid.UUID) ([]bidder, error) {
	rows, err := q.Query(ctx, `SELECT id, organisation_id, uscc, name FROM agency WHERE organisation_id = ANY ($1) ORDER BY id`, orgs)
	if err != nil {
		return nil, fmt.Errorf("bidders: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b bidder, err error) {
		err = row.Scan(&b.id, &b.org, &b.uscc, &b.name)
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("bidders: %w", err)
	}
	return out, nil
}

// measureWords say until when an agency is restricted or suspended, and why: a grade that
// fell, or an official's decision.
func measureWords(ctx context.Context, q db.Querier, agency uuid.UUID) (words string, err error) {
	err = q.QueryRow(ctx, `SELECT coalesce('（至 ' || state_until || '：' || nullif(state_reason, '') || '）', '') FROM agency WHERE id = $1`, agency).Scan(&words)
	if err != nil {
		err = fmt.Errorf("measure of an agency: %w", err)
	}
	return words, err
}
