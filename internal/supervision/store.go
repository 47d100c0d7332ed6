package supervision

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

// where narrows to what the asker may see: rows of the regions, and rows of none where the
// regions reach up to the root of the tree.
func (q logQuery) where() *db.Where {
	w := &db.Where{}
	w.Add(`(l.region_code = ANY (?) OR l.region_code IS NULL AND EXISTS (SELECT FROM region root WHERE root.parent IS NULL AND root.code = ANY (?)))`, q.regions, q.regions)
	if q.Region != "" {
		w.Add("l.region_code = ANY (region_subtree(?))", q.Region)
	}
	if q.Person != uuid.Nil {
		w.Add("l.person_id = ?", q.Person)
	}
	exactly := func(column, value string) {
		if value != "" {
			w.Add(column+" = ?", value)
		}
	}
	exactly("l.action", q.Action)
	exactly("l.subject_kind", q.SubjectKind)
	exactly("l.subject_id", q.SubjectID)
	exactly("l.outcome", string(q.Outcome))
	if from := dayOf(q.From); !from.IsZero() {
		w.Add("l.at >= ?", from)
	}
	if to := dayOf(q.To); !to.IsZero() {
		w.Add("l.at < ?", clock.Midnight(to))
	}
	if q.Query != "" {
		text := db.EscapeLike(q.Query)
		w.Add(`(l.summary LIKE '%' || ? || '%' OR l.person_name LIKE '%' || ? || '%')`, text, text)
	}
	return w
}

// listLines reads the latest of the log under q, and counts all up to one beyond counted;
// with 0 it does not count.
func listLines(ctx context.Context, tx db.Tx, q logQuery, limit, counted int) (list []Line, total int, err error) {
	w := q.where()
	var b pgx.Batch
	if counted > 0 {
		count := db.CountUpTo(counted, "audit_log l", w)
		b.Queue(count.SQL, count.Args...).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	}
	if q.before != 0 {
		w.Add("l.id < ?", q.before)
	}
	size := w.Arg(limit)
	b.Queue(`
		SELECT l.id, l.at, l.outcome, l.action, l.person_id, l.person_name, coalesce(o.name, ''), l.remote, l.agent, l.request_id, l.subject_kind, l.subject_id,
		       coalesce(l.region_code, ''), coalesce(r.name, ''), l.summary, l.change
		FROM (SELECT * FROM audit_log l WHERE `+w.SQL()+` ORDER BY l.id DESC LIMIT `+size+`) l
		LEFT JOIN organisation o ON o.id = l.org_id LEFT JOIN region r ON r.code = l.region_code
		ORDER BY l.id DESC`, w.Args...).Query(func(rows pgx.Rows) error {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Line, err error) {
			err = row.Scan(&l.ID, &l.At, &l.Outcome, &l.Action, &l.PersonID, &l.PersonName, &l.Organisation, &l.Remote, &l.Agent, &l.RequestID, &l.SubjectKind,
				&l.SubjectID, &l.RegionCode, &l.RegionName, &l.Summary, &l.Change)
			l.OutcomeLabel = outcomeLabels[l.Outcome]
			return l, err
		})
		return err
	})
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("search log: %w", err)
	}
	return list, total, nil
}
