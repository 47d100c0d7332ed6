package procurement

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
)

// listCursor is where a page of the list ended, in the list's own order.
type listCursor struct {
	At time.Time
	ID uuid.UUID
}

// pageKey asks for one page of the list.
type pageKey struct {
	Filter
	after listCursor
	later bool // not the first page
}

// shownState is the state as people see it: what is open is closed once its deadline is past.
const shownState = `CASE WHEN p.state = 'open' AND p.deadline <= now() THEN 'closed' ELSE p.state END`

func (k pageKey) where() *db.Where {
	w := &db.Where{}
	switch k.State {
	case "":
	case Open:
		w.Add("p.state = 'open' AND p.deadline > now()")
	case Closed:
		w.Add("p.state = 'open' AND p.deadline <= now()")
	default:
		w.Add("p.state = ?", string(k.State))
	}
	if k.Method != "" {
		w.Add("p.method = ?", string(k.Method))
	}
	if k.Fund != "" {
		w.Add("p.fiscal = ?", k.Fund == Fiscal)
	}
	if k.subtree != "" {
		w.Add("p.region_code = ANY (?)", strings.Split(k.subtree, ","))
	}
	if k.PriceFrom > 0 {
		w.Add("p.price_fen >= ?", k.PriceFrom)
	}
	if k.PriceTo > 0 {
		w.Add("p.price_fen <= ?", k.PriceTo)
	}
	if k.Organised != uuid.Nil {
		w.Add("p.org_id = ?", k.Organised)
	}
	for _, part := range []string{k.Query, k.Purchaser} {
		if utf8.RuneCountInString(part) > 1 {
			// The index proposes by pairs of characters, what follows decides.
			w.Add(`character_pairs(lower(p.title || E'\n' || p.number || E'\n' || p.purchaser)) @> character_pairs(?)`, strings.ToLower(part))
		}
	}
	if k.Query != "" {
		like := "%" + db.EscapeLike(strings.ToLower(k.Query)) + "%"
		w.Add("(lower(p.title) LIKE ? OR lower(p.number) LIKE ? OR lower(p.purchaser) LIKE ? AND "+notNatural+")", like, like, like)
	}
	if k.Purchaser != "" {
		w.Add("lower(p.purchaser) LIKE ? AND "+notNatural, "%"+db.EscapeLike(strings.ToLower(k.Purchaser))+"%")
	}
	between(w, "p.published_at", k.Published)
	between(w, "p.deadline", k.Deadline)
	if k.Sort == ByDeadline && k.byItem() {
		items, value := k.items()
		w.Add("EXISTS (SELECT FROM procurement_item x WHERE x.procurement_id = p.id AND x.item_id IN ("+items+"))", value...)
	}
	return w
}

func (k pageKey) byItem() bool { return k.Item != "" || k.Sector != "" }

// items finds those that a list is narrowed to: one, or all of a sector.
func (k pageKey) items() (sql string, values []any) {
	var conds []string
	for _, c := range []struct{ column, value string }{{"code", k.Item}, {"sector", k.Sector}} {
		if c.value != "" {
			conds, values = append(conds, "i."+c.column+" = ?"), append(values, c.value)
		}
	}
	return "SELECT i.id FROM service_item i WHERE " + strings.Join(conds, " AND "), values
}

// notNatural keeps a person's full name, which is not shown, from being found out by
// searching for it (docs/adr/0006-what-is-public.md).
const notNatural = `NOT EXISTS (SELECT FROM organisation o WHERE o.id = p.org_id AND o.kind = 'natural_person')`

// between keeps whole days of Shanghai.
func between(w *db.Where, column string, r Range) {
	if from, _ := day(r.From); r.From != "" { // judged by Validate
		w.Add(column+" >= ?", from)
	}
	if to, _ := day(r.To); r.To != "" {
		w.Add(column+" < ?", to.AddDate(0, 0, 1))
	}
}

func (k pageKey) listing() db.Listing {
	w := k.where()
	if k.Sort == ByPublished && k.byItem() {
		return k.offering(w)
	}
	count := db.CountUpTo(page.TotalCap, "procurement p", w)
	column, way, than := "p.published_at", "DESC", "<"
	if k.Sort == ByDeadline {
		column, way, than = "p.deadline", "ASC", ">"
	}
	if k.later {
		w.Add(fmt.Sprintf("(%s, p.id) %s (?, ?)", column, than), k.after.At, k.after.ID)
	}
	order := fmt.Sprintf("%s %s, p.id %s", column, way, way)
	found := fmt.Sprintf(`SELECT p.id FROM procurement p WHERE %s ORDER BY %s LIMIT %s`, w.SQL(), order, w.Arg(k.Size()+1))
	return db.Listing{Count: count, Rows: db.Statement{SQL: summaries(found) + " ORDER BY " + order, Args: w.Args}}
}

// offering takes a page of each item, in the order of the list, and keeps the first of
// all; a procurement of two of the items is one.
func (k pageKey) offering(w *db.Where) db.Listing {
	join := "" // what else is asked, it is asked of the procurement
	if w.SQL() != "TRUE" {
		join = "JOIN procurement p ON p.id = x.procurement_id"
	}
	items, values := k.items()
	for _, v := range values {
		items = strings.Replace(items, "?", w.Arg(v), 1)
	}
	each := func(limit string) string {
		return fmt.Sprintf(`(%s) i CROSS JOIN LATERAL (
			SELECT x.procurement_id AS id, x.published_at FROM procurement_item x %s
			WHERE x.item_id = i.id AND %s ORDER BY x.published_at DESC, x.procurement_id DESC LIMIT %s) f`, items, join, w.SQL(), limit)
	}
	few := strconv.Itoa(page.TotalCap + 1)
	count := db.Statement{SQL: fmt.Sprintf(`SELECT count(*) FROM (SELECT DISTINCT f.id FROM %s LIMIT %s) c`, each(few), few), Args: w.Args[:len(w.Args):len(w.Args)]}
	if k.later {
		w.Add("(x.published_at, x.procurement_id) < (?, ?)", k.after.At, k.after.ID)
	}
	size := w.Arg(k.Size() + 1)
	found := fmt.Sprintf(`SELECT DISTINCT f.published_at, f.id FROM %s ORDER BY f.published_at DESC, f.id DESC LIMIT %s`, each(size), size)
	return db.Listing{Count: count, Rows: db.Statement{SQL: summaries(found) + " ORDER BY p.published_at DESC, p.id DESC", Args: w.Args}}
}

// summaryColumns are what scanSummary reads, of what summaryFrom finds.
const summaryColumns = `p.id, p.number, p.title, p.purchaser, o.kind = 'natural_person', p.region_code, r.name, p.method, p.fiscal,
	ARRAY(SELECT i.code FROM procurement_item x JOIN service_item i ON i.id = x.item_id WHERE x.procurement_id = p.id ORDER BY x.ordinal, i.code),
	ARRAY(SELECT i.name FROM procurement_item x JOIN service_item i ON i.id = x.item_id WHERE x.procurement_id = p.id ORDER BY x.ordinal, i.code),
	coalesce(p.terms ->> 'pricing', ''), p.price_fen, coalesce((p.terms ->> 'daysCeiling')::integer, 0), ` + shownState + `,
	p.published_at, p.deadline, p.selection_at, p.publicity_until, p.round, p.demo`

// summaryFrom is where they come from, given the statement that finds their ids.
func summaryFrom(found string) string {
	return ` FROM (` + found + `) found JOIN procurement p ON p.id = found.id
		JOIN region r ON r.code = p.region_code JOIN organisation o ON o.id = p.org_id`
}

func summaries(found string) string { return `SELECT ` + summaryColumns + summaryFrom(found) }

func scanSummary(row pgx.CollectableRow) (Summary, error) {
	var p Summary
	var natural bool
	var codes, names []string
	err := row.Scan(&p.ID, &p.Number, &p.Title, &p.Purchaser, &natural, &p.RegionCode, &p.RegionName, &p.Method, &p.Fiscal, &codes, &names,
		&p.Pricing, &p.PriceFen, &p.DaysCeiling, &p.State, &p.PublishedAt, &p.Deadline, &p.SelectionAt, &p.PublicityUntil, &p.Round, &p.Demo)
	if natural {
		p.Purchaser = secret.MaskName(p.Purchaser)
	}
	p.MethodLabel, p.StateLabel = p.Method.Label(), StateLabel(p.State)
	p.Items = make([]ItemRef, len(codes))
	for i := range codes {
		p.Items[i] = ItemRef{codes[i], names[i]}
	}
	return p, err
}

// subtreeOf is a region's code and those of all below it; none for an unknown one.
func subtreeOf(ctx context.Context, q db.Querier, code string) ([]string, error) {
	rows, err := q.Query(ctx, `
		WITH RECURSIVE below AS (SELECT code FROM region WHERE code = $1 UNION SELECT r.code FROM region r JOIN below b ON r.parent = b.code)
		SELECT code FROM below ORDER BY code`, code)
	if err != nil {
		return nil, fmt.Errorf("regions below: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("regions below: %w", err)
	}
	return out, nil
}

func nextChange(ctx context.Context, q db.Querier) (time.Duration, error) {
	var seconds float64
	err := q.QueryRow(ctx, `
		SELECT coalesce(extract(epoch FROM min(at) - clock_timestamp()), 86400)::double precision FROM (
			SELECT min(deadline) AS at FROM procurement WHERE state = 'open' AND deadline > now()
			UNION ALL SELECT min(selection_at) FROM procurement WHERE state IN ('open', 'selecting') AND selection_at > now()
			UNION ALL SELECT min(publicity_until) FROM procurement WHERE state = 'publicity' AND publicity_until > now()) x`).Scan(&seconds)
	if err != nil {
		return 0, fmt.Errorf("next change: %w", err)
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

// Entry of the calendar, as scanned.
func scanMoment(row pgx.CollectableRow) (Moment, error) {
	var m Moment
	var natural bool
	err := row.Scan(&m.Kind, &m.At, &m.ID, &m.Number, &m.Title, &m.Purchaser, &natural, &m.RegionName)
	if natural {
		m.Purchaser = secret.MaskName(m.Purchaser)
	}
	m.KindLabel = momentLabels[m.Kind]
	return m, err
}

// listMoments are what falls into (from, to], one more than limit.
func listMoments(ctx context.Context, q db.Querier, c Calendar, regions []string, from, to time.Time, limit int) ([]Moment, error) {
	w := &db.Where{}
	start, end := w.Arg(from), w.Arg(to)
	if len(regions) > 0 {
		w.Add("p.region_code = ANY (?)", regions)
	}
	if c.Item != "" {
		w.Add("EXISTS (SELECT FROM procurement_item x WHERE x.procurement_id = p.id AND x.item_id = (SELECT id FROM service_item WHERE code = ?))", c.Item)
	}
	var parts []string
	for _, m := range []struct {
		kind, column string
		states       []review.State
	}{
		{MomentSignUp, "deadline", []review.State{Open, Selecting, Publicity, Suspended, Awarded, Contracted, InService, Delivered, Accepted, Evaluated, Failed}},
		{MomentSelection, "selection_at", []review.State{Open, Selecting}},
		{MomentPublicity, "publicity_until", []review.State{Publicity}},
	} {
		states := make([]string, len(m.states))
		for i, s := range m.states {
			states[i] = "'" + string(s) + "'"
		}
		parts = append(parts, fmt.Sprintf(`(SELECT '%[1]s' AS kind, p.%[2]s AS at, p.id, p.number, p.title, p.purchaser, o.kind = 'natural_person' AS natural, r.name
			FROM procurement p JOIN region r ON r.code = p.region_code JOIN organisation o ON o.id = p.org_id
			WHERE p.state IN (%[3]s) AND p.%[2]s > %[4]s AND p.%[2]s <= %[5]s AND %[6]s ORDER BY p.%[2]s LIMIT %[7]d)`,
			m.kind, m.column, strings.Join(states, ", "), start, end, w.SQL(), limit+1))
	}
	rows, err := q.Query(ctx, strings.Join(parts, " UNION ALL ")+fmt.Sprintf(" ORDER BY at, kind, id LIMIT %d", limit+1), w.Args...)
	if err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanMoment)
	if err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	return out, nil
}
