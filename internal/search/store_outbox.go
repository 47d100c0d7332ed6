package search

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// Locks of the database that order writers, drains and rebuilds.
//
//   - swap: shared by every transaction that indexes or notes something, until it ends;
//     held alone to begin a rebuild and to swap it in. So a rebuild knows that what it
//     reads includes every change not noted as late.
//   - rebuild: held alone by the one rebuild; shared by a drain, which must not tick off
//     what the rebuild has yet to see.
//   - stripe: held by whoever indexes a record, taken before the record is read. Without
//     it a drain could read a record, lose to a writer, and then overwrite the writer's
//     document with what it had read.
const (
	lockSwap    = 720301
	lockRebuild = 720302
	lockStripe  = 720303
	stripes     = 64
)

func shareSwap(ctx context.Context, tx db.Tx) (rebuilding bool, err error) {
	if _, err = tx.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1)`, lockSwap); err == nil {
		// A statement of its own: it must see what was committed while it waited.
		err = tx.QueryRow(ctx, `SELECT rebuilding FROM search_state`).Scan(&rebuilding)
	}
	if err != nil {
		return false, fmt.Errorf("search: %w", err)
	}
	return rebuilding, nil
}

// lockStripes takes the stripes of refs in order, so that two takers never wait for
// each other in a circle.
func lockStripes(ctx context.Context, tx db.Tx, refs []Ref) error {
	var taken []int32
	for _, r := range refs {
		h := fnv.New32a()
		h.Write([]byte(string(r.Kind) + "\x00" + r.Key))
		taken = append(taken, int32(h.Sum32()%stripes))
	}
	slices.Sort(taken)
	for _, n := range slices.Compact(taken) {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1::integer, $2::integer)`, lockStripe, n); err != nil {
			return fmt.Errorf("search: %w", err)
		}
	}
	return nil
}

// noteConflict renews an entry that is already there: taking its row lock makes us wait
// for a drain that has read the record as it was, so that ours outlives it.
const noteConflict = ` ON CONFLICT (kind, key) DO UPDATE SET seq = nextval('search_outbox_seq'), late = search_outbox.late OR EXCLUDED.late`

// note puts refs into the outbox.
func note(ctx context.Context, tx db.Tx, refs []Ref, late bool) error {
	if len(refs) == 0 {
		return nil
	}
	ks, keys := columnsOf(refs)
	_, err := tx.Exec(ctx, `INSERT INTO search_outbox (kind, key, late)
		SELECT DISTINCT kind, key, $3::boolean FROM unnest($1::smallint[], $2::text[]) AS u (kind, key) ORDER BY kind, key`+noteConflict, ks, keys, late)
	if err != nil {
		return fmt.Errorf("search outbox: %w", err)
	}
	return nil
}

func columnsOf(refs []Ref) (ks []int16, keys []string) {
	ks, keys = make([]int16, len(refs)), make([]string, len(refs))
	for i, r := range refs {
		ks[i], keys[i] = kinds[r.Kind].number, r.Key
	}
	return ks, keys
}

// noteNaming notes the agencies and procurements of those items whose name, sector or
// standing is not what the index has: their documents name the items.
func noteNaming(ctx context.Context, tx db.Tx, items []uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		WITH changed AS (
			SELECT i.id FROM service_item i LEFT JOIN search_document d ON d.kind = $4 AND d.key = i.id::text
			WHERE i.id = ANY ($1)
			  AND (CASE WHEN i.state = 'published' THEN (i.name, i.sector) END) IS DISTINCT FROM (CASE WHEN d.id IS NOT NULL THEN (d.title, split_part(d.sectors, E'\x1f', 1)) END))
		INSERT INTO search_outbox (kind, key)
		SELECT $2::smallint, ai.agency_id::text FROM changed c JOIN agency_item ai ON ai.item_id = c.id
		UNION SELECT $3::smallint, pi.procurement_id::text FROM changed c JOIN procurement_item pi ON pi.item_id = c.id
		ORDER BY 1, 2`+noteConflict, items, kinds[Agency].number, kinds[Procurement].number, kinds[ServiceItem].number)
	if err != nil {
		return fmt.Errorf("search outbox: %w", err)
	}
	return nil
}

// dependents are the approvals and departments there are: a few hundred, which name items.
func dependents(ctx context.Context, tx db.Tx) ([]Ref, error) {
	rows, err := tx.Query(ctx, `SELECT $1::smallint, id::text FROM approval_item UNION ALL SELECT $2::smallint, id::text FROM department`,
		kinds[ApprovalItem].number, kinds[Department].number)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return collectRefs(rows)
}

func collectRefs(rows pgx.Rows) ([]Ref, error) {
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Ref, error) {
		var k int16
		var r Ref
		err := row.Scan(&k, &r.Key)
		r.Kind = kindOf(k)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return out, nil
}

// drainBatch is how many records one transaction of a drain indexes.
const drainBatch = 500

// takeBatch picks entries that no other drain has, in order. ok is false while a rebuild
// is under way: it will see to them.
func takeBatch(ctx context.Context, tx db.Tx) (refs []Ref, ok bool, err error) {
	if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock_shared($1)`, lockRebuild).Scan(&ok); err != nil || !ok {
		return nil, false, err
	}
	rows, err := tx.Query(ctx, `SELECT kind, key FROM search_outbox WHERE key <> '' ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED`, drainBatch)
	if err != nil {
		return nil, false, fmt.Errorf("search outbox: %w", err)
	}
	refs, err = collectRefs(rows)
	return refs, true, err
}

func tickOff(ctx context.Context, tx db.Tx, refs []Ref) error {
	ks, keys := columnsOf(refs)
	_, err := tx.Exec(ctx, `DELETE FROM search_outbox o USING unnest($1::smallint[], $2::text[]) AS u (kind, key)
		WHERE o.kind = u.kind AND o.key = u.key`, ks, keys)
	if err != nil {
		return fmt.Errorf("search outbox: %w", err)
	}
	return nil
}

// backlog says whether rebuilding is better than, or the only thing beside, draining:
// the index is of another format, regions changed under all documents, a whole kind
// is noted, or so much that a rebuild is cheaper.
func backlog(ctx context.Context, q db.Querier) (rebuild bool, err error) {
	err = q.QueryRow(ctx, `
		SELECT s.format <> $1 OR s.region_version <> v.n
		       OR EXISTS (SELECT FROM search_outbox WHERE key = '')
		       OR (SELECT count(*) FROM (SELECT FROM search_outbox LIMIT $2 + 1) o) > $2
		FROM search_state s, content_version v WHERE v.scope = 'region'`, indexFormat, rebuildBeyond).Scan(&rebuild)
	if err != nil {
		return false, fmt.Errorf("search outbox: %w", err)
	}
	return rebuild, nil
}

// rebuildBeyond is the backlog from which a rebuild, which builds its indexes once at
// the end, is faster.
const rebuildBeyond = 5000

// indexFormat rises when documents or lexemes are made differently, so that a new
// program rebuilds an old index at its start.
const indexFormat = 3
