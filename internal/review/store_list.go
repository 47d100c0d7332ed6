package review

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// listQuery is a list with what its asker may see.
type listQuery struct {
	Filter
	person uuid.UUID
	orgs   []uuid.UUID
	kinds  []string
	reach  authz.Reach
	lanes  []lane // what the asker may review
}

// lane is what may be reviewed of one kind in one region; no sectors means all of them.
type lane struct {
	Kind    string   `json:"kind"`
	Region  string   `json:"region"`
	Sectors []string `json:"sectors"`
}

// addReach adds the lanes of a kind: each kind and region once, so that nothing is
// listed or counted twice.
func (l *listQuery) addReach(kind string, r authz.Reach) {
	at := map[string]int{}
	for i, region := range r.Regions {
		n, found := at[region]
		if !found {
			n = len(l.lanes)
			at[region] = n
			l.lanes = append(l.lanes, lane{Kind: kind, Region: region, Sectors: []string{r.Sectors[i]}})
			continue
		}
		l.lanes[n].Sectors = append(l.lanes[n].Sectors, r.Sectors[i])
	}
	for _, n := range at {
		if slices.Contains(l.lanes[n].Sectors, "") {
			l.lanes[n].Sectors = []string{}
		}
	}
}

// queueKey is where a page of the queue ended; other lists end at an id.
type queueKey struct {
	Due time.Time
	ID  uuid.UUID
}

func (f Filter) cursorOf(s Summary) queueKey {
	k := queueKey{ID: s.ID}
	if f.View == ViewQueue && s.DueAt != nil {
		k.Due = *s.DueAt
	}
	return k
}

func (l listQuery) run(ctx context.Context, q db.Querier) (list []Summary, total int, err error) {
	key, given, err := page.Decode[queueKey](l.Cursor)
	if err != nil {
		return nil, 0, err
	}
	count, rows := l.statements(key, given)
	var b pgx.Batch
	b.Queue(count.SQL, count.Args...).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	b.Queue(rows.SQL, rows.Args...).Query(func(r pgx.Rows) error {
		list, err = pgx.CollectRows(r, func(row pgx.CollectableRow) (s Summary, err error) {
			err = row.Scan(s.targets()...)
			return s, err
		})
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("list submissions: %w", err)
	}
	return list, total, nil
}

func (l listQuery) statements(key queueKey, given bool) (count, rows db.Statement) {
	if l.View == ViewQueue {
		return l.queue(key)
	}
	w := &db.Where{}
	if l.View == ViewMine {
		w.Add("(s.author = ? OR s.org_id = ANY (?))", l.person, l.orgs)
	} else {
		w.Add("s.state <> 'draft' AND s.submitted_at IS NOT NULL") // not handed in, or given up before it was: its authors' alone
		w.Add(`EXISTS (SELECT FROM unnest(?::text[], ?::text[]) AS g(region, sector)
			WHERE g.region = s.region_code AND (g.sector = '' OR g.sector = ANY (s.sectors)))`, l.reach.Regions, l.reach.Sectors)
	}
	w.Add("s.kind = ANY (?)", l.kinds)
	if l.State != "" {
		w.Add("s.state = ?", l.State)
	}
	l.matching(w)
	count = db.CountUpTo(page.TotalCap, "submission s", w)
	if given {
		w.Add("s.id < ?", key.ID)
	}
	rows = db.Statement{SQL: fmt.Sprintf(`SELECT %s FROM (SELECT * FROM submission s WHERE %s ORDER BY s.id DESC LIMIT %s) s %s ORDER BY s.id DESC`,
		summaryColumns, w.SQL(), w.Arg(l.Size()+1), summaryJoins), Args: w.Args}
	return count, rows
}

func (l listQuery) matching(w *db.Where) {
	if l.Query != "" {
		w.Add(`(s.number LIKE ? || '%' OR s.title LIKE '%' || ? || '%')`, db.EscapeLike(l.Query), db.EscapeLike(l.Query))
	}
}

// queue reads, for each kind and region, only the most urgent few, in the order of the
// index, and merges them: what it costs depends on the page, not on how much waits.
func (l listQuery) queue(key queueKey) (count, rows db.Statement) {
	from := func(w *db.Where, order string) string {
		return fmt.Sprintf(`jsonb_to_recordset(%s) AS g(kind text, region text, sectors text[])
			CROSS JOIN LATERAL (
				SELECT s.* FROM submission s
				WHERE s.state = 'submitted' AND s.kind = g.kind AND s.region_code = g.region AND (g.sectors = '{}' OR g.sectors && s.sectors) AND %s
				%s) s`, w.Arg(l.lanes), w.SQL(), order)
	}
	// Nobody reviews his own or his organisation's: they are not in his queue.
	own := func(w *db.Where) {
		w.Add("s.author <> ?", l.person)
		w.Add("(s.org_id IS NULL OR s.org_id <> ALL (?))", l.orgs)
		l.matching(w)
	}
	c := &db.Where{}
	own(c)
	count = db.Statement{SQL: fmt.Sprintf(`SELECT count(*) FROM (SELECT FROM %s LIMIT %d) c`, from(c, ""), page.TotalCap+1)}
	count.Args = c.Args
	w := &db.Where{}
	own(w)
	if !key.Due.IsZero() {
		w.Add("(s.due_at, s.id) > (?, ?)", key.Due, key.ID)
	}
	size := w.Arg(l.Size() + 1)
	rows = db.Statement{SQL: fmt.Sprintf(`SELECT %s FROM (SELECT s.* FROM %s ORDER BY s.due_at, s.id LIMIT %s) s %s ORDER BY s.due_at, s.id`,
		summaryColumns, from(w, "ORDER BY s.due_at, s.id LIMIT "+size), size, summaryJoins)}
	rows.Args = w.Args
	return count, rows
}
