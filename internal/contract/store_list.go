package contract

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// awaited are the contracts in which something waits for a side; ? is the side. It names
// the same parts as allowing does.
const awaited = `(NOT ` + void + ` AND (
	(c.state IN ('drafted','signed','filed') AND EXISTS (SELECT FROM contract_version v WHERE v.contract_id = c.id AND v.state = 'open' AND v.side <> ?)
	   AND NOT EXISTS (SELECT FROM contract_version v JOIN contract_confirmation f USING (contract_id, version) WHERE v.contract_id = c.id AND v.state = 'open' AND f.side = ?))
	OR (c.state = 'drafted' AND EXISTS (SELECT FROM contract_version v JOIN contract_confirmation f USING (contract_id, version) WHERE v.contract_id = c.id AND v.state = 'open' AND f.side <> ?)
	   AND NOT EXISTS (SELECT FROM contract_version v JOIN contract_confirmation f USING (contract_id, version) WHERE v.contract_id = c.id AND v.state = 'open' AND f.side = ?))
	OR c.state = 'signed'
	OR (c.state IN ('signed','filed') AND EXISTS (SELECT FROM contract_stop s WHERE s.contract_id = c.id AND (s.state = 'proposed' AND s.side <> ? OR s.state = 'resuming' AND s.resume_side <> ?)))
	OR (c.state = 'filed' AND EXISTS (SELECT FROM contract_delivery d WHERE d.contract_id = c.id AND (d.state = 'submitted' AND ? = 'purchaser' OR d.state = 'revision' AND ? = 'agency'
	   AND NOT EXISTS (SELECT FROM contract_delivery l WHERE l.contract_id = c.id AND l.milestone = d.milestone AND l.version > d.version))))
	OR EXISTS (SELECT FROM contract_payment x WHERE x.contract_id = c.id AND (x.state = 'recorded' AND ? = 'agency' OR x.state = 'disputed' AND ? = 'purchaser'))
	OR (c.state IN ('signed','filed') AND EXISTS (SELECT FROM contract_termination e WHERE e.contract_id = c.id AND e.state = 'proposed' AND e.side <> ?))))`

func listContracts(ctx context.Context, q db.Querier, k listKey) (list []Contract, total int, err error) {
	w := &db.Where{}
	side := ""
	switch k.View {
	case ViewPurchaser:
		w.Add("c.org_id = ANY (?)", k.orgs)
		side = string(Purchaser)
	case ViewAgency:
		w.Add("c.agency_id IN (SELECT id FROM agency WHERE organisation_id = ANY (?))", k.orgs)
		side = string(Agency)
	case ViewRegion:
		w.Add("EXISTS (SELECT FROM unnest(?::text[], ?::text[]) r (region, sector) WHERE r.region = c.region_code AND (r.sector = '' OR r.sector = ANY (c.sectors)))", k.regions, k.sectors)
	}
	if k.State != "" {
		w.Add("c.state = ?", string(k.State))
	}
	if k.Query != "" {
		like := "%" + db.EscapeLike(strings.ToLower(k.Query)) + "%"
		w.Add("(lower(c.title) LIKE ? OR lower(c.number) LIKE ?)", like, like)
	}
	if k.Awaited && side != "" {
		args := make([]any, strings.Count(awaited, "?"))
		for i := range args {
			args[i] = side
		}
		w.Add(awaited, args...)
	}
	from := strings.TrimPrefix(joins, " FROM ")
	count := db.CountUpTo(page.TotalCap, from, w)
	if k.later {
		w.Add("c.id < ?", k.after)
	}
	sql := `SELECT ` + columns + joins + ` WHERE ` + w.SQL() + ` ORDER BY c.id DESC LIMIT ` + w.Arg(k.Size()+1)
	var b pgx.Batch
	b.Queue(count.SQL, count.Args...).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	b.Queue(sql, w.Args...).Query(func(rows pgx.Rows) error {
		list, err = pgx.CollectRows(rows, scan)
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("list contracts: %w", err)
	}
	return list, total, nil
}

func awardNumber(ctx context.Context, q db.Querier, award uuid.UUID) (number string, err error) {
	if err := q.QueryRow(ctx, `SELECT number FROM award WHERE id = $1`, award).Scan(&number); err != nil {
		return "", fmt.Errorf("award of contract: %w", err)
	}
	return number, nil
}

func listCourse(ctx context.Context, q db.Querier, id uuid.UUID) ([]CourseStep, error) {
	rows, err := q.Query(ctx, `SELECT action, side, at, note, entry_id FROM contract_event WHERE contract_id = $1 ORDER BY seq`, id)
	if err != nil {
		return nil, fmt.Errorf("course of contract: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s CourseStep, err error) {
		err = row.Scan(&s.Action, &s.Side, &s.At, &s.Note, &s.EntryID)
		s.Label, s.SideLabel = label(s.Action), sideLabel(s.Side)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("course of contract: %w", err)
	}
	return nonNil(out), nil
}

func sideLabel(s Side) string {
	if l := SideLabels[s]; l != "" {
		return l
	}
	return "平台"
}

// naming are the contracts that a file hangs on.
func naming(ctx context.Context, q db.Querier, file uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT contract_id FROM contract_file WHERE file_id = $1 ORDER BY 1`, file)
	if err != nil {
		return nil, fmt.Errorf("contracts of file: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("contracts of file: %w", err)
	}
	return out, nil
}
