package search

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// listSeparator joins lists on their way into the database; no name contains it.
const listSeparator = "\x1f"

// rows are documents as columns: one array each, so that a statement takes any number.
type rows struct {
	kind, slab                                                    []int16
	key, address, code, title, subtitle, fields                   []string
	titleKey, strongKey, weakKey, pinyin, regions, sectors, grams []string
	rank                                                          []int32
	demo                                                          []bool
}

// clean is text as the index may hold it.
func clean(s string) string {
	if !strings.ContainsAny(s, "\x00"+listSeparator) {
		return strings.ToValidUTF8(s, "")
	}
	return strings.NewReplacer("\x00", "", listSeparator, "").Replace(strings.ToValidUTF8(s, ""))
}

func (r *rows) add(d Document, slab int16) error {
	shown, err := encodeFields(d.Fields)
	if err != nil {
		return err
	}
	title, strong, weak := d.keys()
	readings := readingsOf(title, d.Kind == Expert)
	r.kind = append(r.kind, kinds[d.Kind].number)
	r.slab = append(r.slab, slab)
	r.key = append(r.key, d.Key)
	r.address = append(r.address, d.Address)
	r.code = append(r.code, strings.ToUpper(clean(d.Code)))
	r.title = append(r.title, clean(d.Title))
	r.subtitle = append(r.subtitle, clean(d.Subtitle))
	r.fields = append(r.fields, strings.ReplaceAll(shown, `\u0000`, ""))
	r.titleKey = append(r.titleKey, title)
	r.strongKey = append(r.strongKey, strong)
	r.weakKey = append(r.weakKey, weak)
	r.pinyin = append(r.pinyin, pinyinKey(readings))
	r.regions = append(r.regions, strings.Join(d.Regions, listSeparator))
	r.sectors = append(r.sectors, strings.Join(d.Sectors, listSeparator))
	r.grams = append(r.grams, strings.Join(lexemes(title, strong, weak, readings, d.Regions, d.Sectors), listSeparator))
	r.rank = append(r.rank, d.Rank)
	r.demo = append(r.demo, d.Demo)
	return nil
}

// put writes rows into table. What has not changed is not written again, so that the
// content version stands still and kept pages stay.
func (r *rows) put(ctx context.Context, q db.Querier, table string, replace bool) error {
	if len(r.kind) == 0 {
		return nil
	}
	conflict := ""
	if replace {
		conflict = ` ON CONFLICT (kind, key) DO UPDATE SET address = EXCLUDED.address, code = EXCLUDED.code, title = EXCLUDED.title,
			subtitle = EXCLUDED.subtitle, fields = EXCLUDED.fields, title_key = EXCLUDED.title_key, strong_key = EXCLUDED.strong_key,
			weak_key = EXCLUDED.weak_key, pinyin = EXCLUDED.pinyin, regions = EXCLUDED.regions, sectors = EXCLUDED.sectors,
			rank = EXCLUDED.rank, demo = EXCLUDED.demo, grams = EXCLUDED.grams
			WHERE (t.address, t.code, t.title, t.subtitle, t.fields, t.strong_key, t.weak_key, t.pinyin, t.regions, t.sectors, t.rank, t.demo)
			IS DISTINCT FROM (EXCLUDED.address, EXCLUDED.code, EXCLUDED.title, EXCLUDED.subtitle, EXCLUDED.fields, EXCLUDED.strong_key,
				EXCLUDED.weak_key, EXCLUDED.pinyin, EXCLUDED.regions, EXCLUDED.sectors, EXCLUDED.rank, EXCLUDED.demo)`
	}
	_, err := q.Exec(ctx, `
		INSERT INTO `+pgx.Identifier{table}.Sanitize()+` AS t (kind, slab, key, address, code, title, subtitle, fields, title_key, strong_key,
			weak_key, pinyin, regions, sectors, rank, demo, grams)
		SELECT u.kind, u.slab, u.key, u.address, u.code, u.title, u.subtitle, u.fields, u.title_key, u.strong_key,
			u.weak_key, u.pinyin, u.regions, u.sectors, u.rank, u.demo,
			array_to_tsvector(string_to_array(u.grams, E'\x1f'))
		FROM unnest($1::smallint[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
			$10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::integer[], $16::boolean[], $17::text[])
			AS u (kind, slab, key, address, code, title, subtitle, fields, title_key, strong_key, weak_key, pinyin, regions, sectors, rank, demo, grams)`+conflict,
		r.kind, r.slab, r.key, r.address, r.code, r.title, r.subtitle, r.fields, r.titleKey,
		r.strongKey, r.weakKey, r.pinyin, r.regions, r.sectors, r.rank, r.demo, r.grams)
	if err != nil {
		return fmt.Errorf("index documents: %w", err)
	}
	return nil
}

const liveTable, nextTable = "search_document", "search_document_next"

// WriteTx implements [Engine].
func (*Postgres) WriteTx(ctx context.Context, tx db.Tx, put []Document, gone []Ref) error {
	return write(ctx, tx, liveTable, put, gone)
}

func write(ctx context.Context, tx db.Tx, table string, put []Document, gone []Ref) error {
	var r rows
	for _, d := range put {
		if err := r.add(d, classes[classOf(kinds[d.Kind].number)].slab(0)); err != nil {
			return err
		}
	}
	if err := r.put(ctx, tx, table, true); err != nil {
		return err
	}
	if len(gone) == 0 {
		return nil
	}
	var ks []int16
	var keys []string
	for _, g := range gone {
		ks = append(ks, kinds[g.Kind].number)
		keys = append(keys, g.Key)
	}
	_, err := tx.Exec(ctx, `DELETE FROM `+pgx.Identifier{table}.Sanitize()+` t USING unnest($1::smallint[], $2::text[]) AS u (kind, key)
		WHERE t.kind = u.kind AND t.key = u.key`, ks, keys)
	if err != nil {
		return fmt.Errorf("take documents out: %w", err)
	}
	return nil
}

// rebuild fills search_document_next. Preparing the next documents and storing the last
// ones go on at the same time.
type rebuild struct {
	pool    *db.Pool
	added   [classCount]int
	batches chan *rows
	done    chan error
}

// Rebuild implements [Engine].
func (e *Postgres) Rebuild(ctx context.Context) (Rebuild, error) {
	r := &rebuild{pool: e.pool, batches: make(chan *rows, 1), done: make(chan error, 1)}
	// What a rebuild that was killed left behind.
	if _, err := e.pool.Exec(ctx, `DROP TABLE IF EXISTS `+nextTable); err != nil {
		return nil, fmt.Errorf("rebuild index: %w", err)
	}
	if _, err := e.pool.Exec(ctx, `SELECT search_create_table($1)`, nextTable); err != nil {
		return nil, fmt.Errorf("rebuild index: %w", err)
	}
	batches := r.batches
	go func() {
		var err error
		for b := range batches {
			if err == nil {
				err = b.put(ctx, r.pool, nextTable, false)
			}
		}
		r.done <- err
	}()
	return r, nil
}

// Add implements [Rebuild].
func (r *rebuild) Add(ctx context.Context, docs []Document) error {
	b := &rows{}
	for _, d := range docs {
		n := classOf(kinds[d.Kind].number)
		if err := b.add(d, classes[n].slab(r.added[n])); err != nil {
			return err
		}
		r.added[n]++
	}
	select {
	case r.batches <- b:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Ready implements [Rebuild].
func (r *rebuild) Ready(ctx context.Context) error {
	if err := r.finish(); err != nil {
		return err
	}
	for _, sql := range []string{`SELECT search_create_indexes($1)`, `SELECT publish_changes($1::text::regclass, 'search')`} {
		if _, err := r.pool.Exec(ctx, sql, nextTable); err != nil {
			return fmt.Errorf("rebuild index: %w", err)
		}
	}
	if _, err := r.pool.Exec(ctx, `VACUUM (ANALYZE) `+nextTable); err != nil {
		return fmt.Errorf("rebuild index: %w", err)
	}
	return nil
}

// finish waits until all that was added is stored.
func (r *rebuild) finish() error {
	if r.batches == nil {
		return nil
	}
	close(r.batches)
	r.batches = nil
	return <-r.done
}

// SwapTx implements [Rebuild].
func (r *rebuild) SwapTx(ctx context.Context, tx db.Tx, put []Document, gone []Ref) error {
	if err := write(ctx, tx, nextTable, put, gone); err != nil {
		return err
	}
	for _, sql := range []string{
		`DROP TABLE ` + liveTable,
		`ALTER TABLE ` + nextTable + ` RENAME TO ` + liveTable,
		// The rows are other rows now, whether or not they say the same.
		`SELECT raise_content('search')`,
	} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("swap index: %w", err)
		}
	}
	return nil
}

// Discard implements [Rebuild].
func (r *rebuild) Discard(ctx context.Context) error {
	_ = r.finish() // whatever went wrong, the caller knows it already
	_, err := r.pool.Exec(ctx, `DROP TABLE IF EXISTS `+nextTable)
	return err
}
