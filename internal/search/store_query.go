package search

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// Postgres is the engine inside the database: transactional with the data, nothing
// more to run.
type Postgres struct {
	pool  *db.Pool
	vocab *Vocabulary
}

// NewPostgres makes the engine on pool.
func NewPostgres(pool *db.Pool, v *Vocabulary) *Postgres { return &Postgres{pool: pool, vocab: v} }

// Transactional implements [Engine].
func (*Postgres) Transactional() bool { return true }

// Search implements [Engine].
func (e *Postgres) Search(ctx context.Context, q Query, places map[string]bool) (Results, error) {
	return search(e.vocab, q, places, func(p plan) (answer, error) { return e.ask(ctx, p, q) })
}

// ask reads candidates in one round trip: under all filters, and for each filter once
// more without it, for that dimension's own counts. The page's documents are a second one.
func (e *Postgres) ask(ctx context.Context, p plan, q Query) (answer, error) {
	var a answer
	offset, err := q.offset()
	if err != nil {
		return a, err
	}
	queries := []Query{q}
	for dim := range dimensions {
		if wide := q.without(dim); wide != q {
			queries = append(queries, wide)
		}
	}
	// The index may change between the two round trips, perhaps for a new one.
	for range maxAsks {
		cs, err := e.collect(ctx, p, queries, false)
		if err != nil {
			return a, err
		}
		a = answer{total: len(cs[0].kept), capped: cs[0].capped(), kinds: cs[0].byKind()}
		regions, sectors := cs[0], cs[0]
		next := 1
		for dim := range dimensions {
			if q.without(dim) == q {
				continue
			}
			switch dim {
			case byKind:
				a.kinds = cs[next].byKind()
			case byRegion:
				regions = cs[next]
			case bySector:
				sectors = cs[next]
			}
			a.facetsCapped = a.facetsCapped || cs[next].capped()
			next++
		}
		a.regions, a.sectors = values(regions.regions), values(sectors.sectors)
		page := cs[0].page(offset, q.Size())
		if a.hits, err = e.documents(ctx, page); err != nil {
			return a, err
		}
		if len(a.hits) == len(page) {
			break
		}
	}
	return a, nil
}

const maxAsks = 3

// collect runs the same plan under several sets of filters.
func (e *Postgres) collect(ctx context.Context, p plan, qs []Query, titles bool) ([]*collector, error) {
	// Usually the index proposes little in vain. Where it does, as many rows are read
	// as it takes: no hit is ever missed for a false one before it.
	for times, every := 1, false; ; times, every = times*8, true {
		b := &pgx.Batch{}
		planOnce(b)
		cs := make([]*collector, len(qs))
		for i, q := range qs {
			s := &statement{plan: p, q: q, titles: titles, times: times, every: every}
			c := newCollector(p)
			cs[i] = c
			sql := s.candidates()
			b.Queue(sql, s.args...).Query(func(rows pgx.Rows) error { return c.read(rows) })
		}
		if err := e.pool.SendBatch(ctx, b).Close(); err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		starved := false
		for _, c := range cs {
			starved = starved || c.starved(times)
		}
		if !starved {
			return cs, nil
		}
	}
}

// planOnce has PostgreSQL plan each statement once a connection, whatever its values:
// planning anew costs as much as these queries, and their work is bounded by their
// text. It holds for this batch, which is one transaction.
func planOnce(b *pgx.Batch) {
	b.Queue(`SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('max_parallel_workers_per_gather', '0', true)`)
}

// read takes rows as they come over the wire: making values of a thousand rows would
// cost more than judging them.
func (c *collector) read(rows pgx.Rows) error {
	for rows.Next() {
		v, as := rows.RawValues(), rows.FieldDescriptions()
		var number [3]int64
		for i := range number {
			var err error
			if number[i], err = integer(v[i], as[i].Format); err != nil {
				return err
			}
		}
		d := card{kind: int16(number[1]), code: v[3], title: v[6], strong: v[7], weak: v[8], pinyin: v[9]}
		c.add(number[0], int32(number[2]), &d, v[4], v[5])
	}
	return rows.Err()
}

// integer reads a number in either of PostgreSQL's formats; a pooler may force text.
func integer(raw []byte, format int16) (int64, error) {
	if format != pgx.BinaryFormatCode {
		return strconv.ParseInt(string(raw), 10, 64)
	}
	n := int64(int8(raw[0]))
	for _, b := range raw[1:] {
		n = n<<8 | int64(b)
	}
	return n, nil
}

// documents are those of a page, in its order, with what is shown of them.
func (e *Postgres) documents(ctx context.Context, page []candidate) ([]Document, error) {
	if len(page) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(page))
	for i, c := range page {
		ids[i] = c.id
	}
	rows, err := e.pool.Query(ctx, `SELECT d.kind, d.address, d.code, d.title, d.subtitle, d.fields, d.demo
		FROM unnest($1::bigint[]) WITH ORDINALITY AS u (id, place) JOIN search_document d ON d.id = u.id ORDER BY u.place`, ids)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Document, err error) {
		var kind int16
		var fields string
		if err = row.Scan(&kind, &d.Address, &d.Code, &d.Title, &d.Subtitle, &fields, &d.Demo); err == nil {
			d.Kind = kindOf(kind)
			d.Fields, err = decodeFields(fields)
		}
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return out, nil
}

// Suggest implements [Engine].
func (e *Postgres) Suggest(ctx context.Context, text string, limit int) ([]Suggestion, error) {
	p := e.vocab.plan(text, nil)
	if len(p.terms) == 0 {
		return []Suggestion{}, nil
	}
	cs, err := e.collect(ctx, p, []Query{{Text: text}}, true)
	if err != nil {
		return nil, err
	}
	// Twice as many: records of one name are one line.
	docs, err := e.documents(ctx, cs[0].page(0, 2*limit))
	if err != nil {
		return nil, err
	}
	out := []Suggestion{}
	for _, d := range docs {
		out = appendSuggestion(out, d, limit)
	}
	return out, nil
}
