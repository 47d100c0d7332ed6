package contract

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// ratedContract is a contract with its term of evaluation.
type ratedContract struct {
	c    Contract
	term Term
}

func listMyEvaluations(ctx context.Context, q db.Querier, side Side, f EvaluationFilter, orgs []uuid.UUID, after evaluationKey, later bool) (list []ratedContract, total int, err error) {
	w := &db.Where{}
	if side == Purchaser {
		w.Add("c.org_id = ANY (?)", orgs)
	} else {
		w.Add("c.agency_id IN (SELECT id FROM agency WHERE organisation_id = ANY (?))", orgs)
	}
	const has = `EXISTS (SELECT FROM contract_evaluation e WHERE e.contract_id = c.id AND e.side = ?`
	order, past := "DESC", "<"
	switch f.Which {
	case EvaluateDue:
		w.Add("t.closed_at IS NULL AND t.until > clock_timestamp() AND NOT "+has+")", string(side))
		order, past = "ASC", ">"
	case EvaluateGiven:
		w.Add(has+")", string(side))
	case EvaluateGot:
		w.Add(has+" AND e.published_at IS NOT NULL)", string(other(side)))
	}
	const from = `contract_evaluation_term t JOIN contract c ON c.id = t.contract_id JOIN procurement p ON p.id = c.procurement_id JOIN award w ON w.id = c.award_id JOIN agency a ON a.id = c.agency_id JOIN organisation o ON o.id = c.org_id`
	count := db.CountUpTo(page.TotalCap, from, w)
	if later {
		w.Add("(t.until, t.contract_id) "+past+" (?, ?)", after.Until, after.ID)
	}
	sql := `SELECT ` + columns + `, t.accepted_at, t.until, t.provisional, t.closed_at FROM ` + from + ` WHERE ` + w.SQL() + ` ORDER BY t.until ` + order + `, t.contract_id ` + order + ` LIMIT ` + w.Arg(f.Size()+1)
	var b pgx.Batch
	b.Queue(count.SQL, count.Args...).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	b.Queue(sql, w.Args...).Query(func(rows pgx.Rows) error {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r ratedContract, err error) {
			r.c, err = scan(behind{row, []any{&r.term.Accepted, &r.term.Until, &r.term.Provisional, &r.term.Closed}})
			return r, err
		})
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("list evaluations: %w", err)
	}
	return list, total, nil
}

// behind is a row with columns more than its scanner knows.
type behind struct {
	pgx.CollectableRow
	more []any
}

func (b behind) Scan(into ...any) error { return b.CollectableRow.Scan(append(into, b.more...)...) }

func listOpenAppeals(ctx context.Context, q db.Querier, regions []string, own []uuid.UUID, after evaluationKey, limit int) (list []AppealMatter, total int, err error) {
	const from = evaluationFrom + ` JOIN contract c ON c.id = e.contract_id JOIN agency a ON a.id = c.agency_id JOIN procurement p ON p.id = c.procurement_id
		WHERE x.state = 'filed' AND c.region_code = ANY ($1) AND c.org_id <> ALL ($2) AND coalesce(a.organisation_id <> ALL ($2), true)`
	var b pgx.Batch
	b.Queue(`SELECT count(*) FROM (SELECT`+from+` LIMIT $3) n`, regions, own, page.TotalCap+1).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	b.Queue(`SELECT `+evaluationColumns+`, c.number, c.title, p.purchaser, a.name, x.due_at <= clock_timestamp()`+from+` AND (x.due_at, x.id) > ($3, $4) ORDER BY x.due_at, x.id LIMIT $5`,
		regions, own, after.Until, after.ID, limit).Query(func(rows pgx.Rows) error {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (AppealMatter, error) {
			var m AppealMatter
			e, err := scanEvaluation(row, &m.ContractNumber, &m.Title, &m.Purchaser, &m.Agency, &m.Late)
			if err == nil {
				m.EvaluationView, m.ContractID = e.view(nil), e.Contract
			}
			return m, err
		})
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("list appeals: %w", err)
	}
	return list, total, nil
}

func listAgencyEvaluations(ctx context.Context, q db.Querier, agency uuid.UUID, after evaluationKey, later bool, limit int) (list []PublicEvaluation, total int, err error) {
	const where = ` WHERE e.agency_id = $1 AND e.side = 'purchaser' AND e.published_at IS NOT NULL`
	var b pgx.Batch
	b.Queue(`SELECT count(*) FROM (SELECT FROM contract_evaluation e`+where+` LIMIT $2) n`, agency, page.TotalCap+1).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	b.Queue(`SELECT `+evaluationColumns+`, c.procurement_id, c.title, p.purchaser, o.kind = 'natural_person'`+evaluationFrom+`
		JOIN contract c ON c.id = e.contract_id JOIN procurement p ON p.id = c.procurement_id JOIN organisation o ON o.id = e.org_id`+where+`
		  AND (NOT $2 OR (e.published_at, e.id) < ($3, $4)) ORDER BY e.published_at DESC, e.id DESC LIMIT $5`,
		agency, later, after.Until, after.ID, limit).Query(func(rows pgx.Rows) error {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (PublicEvaluation, error) {
			var of uuid.UUID
			var title, name string
			var natural bool
			e, err := scanEvaluation(row, &of, &title, &name, &natural)
			if err != nil {
				return PublicEvaluation{}, err
			}
			v := e.public(natural, name)
			v.ProcurementID, v.Title = of, masked(natural, name, title)
			return v, nil
		})
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("evaluations of agency: %w", err)
	}
	return list, total, nil
}
