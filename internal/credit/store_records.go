package credit

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/review"
)

// inReach asks whether a record lies where a permission is held as an official. A record
// about one's own organisation is nobody's to handle.
func inReach(w *db.Where, r authz.Reach) string {
	regions, sectors := w.Arg(orEmpty(r.Regions)), w.Arg(orEmpty(r.Sectors))
	return `EXISTS (SELECT FROM unnest(` + regions + `::text[], ` + sectors + `::text[]) g(region, sector)
		WHERE g.region = coalesce(o.region_code, a.region_code, (SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1), '')
		AND (g.sector = '' OR EXISTS (SELECT FROM agency_item x JOIN service_item i ON i.id = x.item_id WHERE x.agency_id = a.id AND i.sector = g.sector)))`
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// stateCond is the condition of a state that follows from a record's days.
var stateCond = map[review.State]string{
	Published:  `r.state = 'published' AND r.repaired_at IS NULL AND r.overturned_at IS NULL AND r.expires_on >= (now() AT TIME ZONE 'Asia/Shanghai')::date`,
	Expired:    `r.state = 'published' AND r.repaired_at IS NULL AND r.overturned_at IS NULL AND r.expires_on < (now() AT TIME ZONE 'Asia/Shanghai')::date`,
	Repaired:   `r.repaired_at IS NOT NULL AND r.overturned_at IS NULL`,
	Overturned: `r.overturned_at IS NOT NULL`,
}

func (q recordQuery) where() *db.Where {
	w := &db.Where{}
	own := `a.organisation_id = ANY (` + w.Arg(q.orgs) + `)`
	if q.View == RecordsOurs {
		w.Add(own + ` AND r.notified_at IS NOT NULL`)
	}
	notOwn := `coalesce(NOT ` + own + `, true)`
	me := ""
	if q.View != RecordsOurs {
		me = w.Arg(q.person)
	}
	switch q.View {
	case RecordsAll:
		w.Add(notOwn + ` AND (r.notifier = ` + me + ` OR ` + inReach(w, q.read) + `)`)
	case RecordsQueue:
		mine := `(coalesce(r.proposer = ` + me + `, false) OR coalesce(r.notifier = ` + me + `, false))`
		heard := `(r.state = 'defended' OR k.level = 'honour' OR r.defence_until IS NULL OR r.defence_until <= clock_timestamp())`
		w.Add(`(` + own + ` AND r.state = 'notified' AND k.level <> 'honour' AND r.defence_until > clock_timestamp()
			OR ` + notOwn + ` AND (r.state = 'proposed' AND ` + inReach(w, q.propose) + `
				OR r.state IN ('notified','defended') AND NOT ` + mine + ` AND ` + heard + ` AND ` + inReach(w, q.confirm) + `))`)
	}
	if cond, ok := stateCond[q.State]; ok {
		w.Add(cond)
	} else if q.State != "" {
		w.Add(`r.state = ?`, q.State)
	}
	if q.Agency != [16]byte{} {
		w.Add(`r.agency_id = ?`, q.Agency)
	}
	if q.Level != "" {
		w.Add(`k.level = ?`, q.Level)
	}
	return w
}

// listRecords is a page: of a queue what was proposed first, else the latest first.
func listRecords(ctx context.Context, q db.Querier, f recordQuery) ([]*life, int, error) {
	w := f.where()
	var total int
	c := db.CountUpTo(page.TotalCap, lifeFrom[len(` FROM `):], w)
	if err := q.QueryRow(ctx, c.SQL, c.Args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count credit records: %w", err)
	}
	order, beyond := `DESC`, `<`
	if f.View == RecordsQueue {
		order, beyond = `ASC`, `>`
	}
	if f.given {
		w.Add(`(r.proposed_at, r.id) `+beyond+` (?, ?)`, f.after.At, f.after.ID)
	}
	rows, err := q.Query(ctx, `SELECT `+lifeColumns+lifeFrom+` WHERE `+w.SQL()+` ORDER BY r.proposed_at `+order+`, r.id `+order+` LIMIT `+w.Arg(f.Size()+1), w.Args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list credit records: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanLife)
	if err != nil {
		return nil, 0, fmt.Errorf("list credit records: %w", err)
	}
	return out, total, nil
}
