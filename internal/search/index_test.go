package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// staged is the engine with places where a test may step in.
type staged struct {
	Engine
	beforeWrite func() error
	beforeReady func() error
}

func (e *staged) WriteTx(ctx context.Context, tx db.Tx, put []Document, gone []Ref) error {
	if e.beforeWrite != nil {
		if err := e.beforeWrite(); err != nil {
			return err
		}
	}
	return e.Engine.WriteTx(ctx, tx, put, gone)
}

type stagedRebuild struct {
	Rebuild
	beforeReady func() error
}

func (e *staged) Rebuild(ctx context.Context) (Rebuild, error) {
	r, err := e.Engine.Rebuild(ctx)
	return &stagedRebuild{r, e.beforeReady}, err
}

func (r *stagedRebuild) Ready(ctx context.Context) error {
	if r.beforeReady != nil {
		if err := r.beforeReady(); err != nil {
			return err
		}
	}
	return r.Rebuild.Ready(ctx)
}

func (st *stage) staged() (*Service, *staged) {
	e := &staged{Engine: st.s.engine}
	return WithEngine(st.pool, e), e
}

func (st *stage) version() int {
	st.Helper()
	return value[int](st, `SELECT n FROM content_version WHERE scope = 'search'`)
}

func (st *stage) names(text string) []string {
	st.Helper()
	return titles(st.find(Query{Text: text, Kind: Agency}))
}

// true compares the index with one made anew from the records.
func (st *stage) indexIsTrue() {
	st.Helper()
	const digest = `SELECT count(*)::text || ' ' || md5(string_agg(d::text, E'\n' ORDER BY d.kind, d.key)) FROM
		(SELECT kind, key, address, code, title, subtitle, fields, title_key, strong_key, weak_key, pinyin, regions, sectors, rank, demo, grams FROM search_document) d`
	have := value[string](st, digest)
	st.must(st.s.Reindex(st.Context()))
	if want := value[string](st, digest); have != want {
		st.Errorf("the index was %s, the records say %s", have, want)
	}
	if n := value[int](st, `SELECT count(*) FROM search_outbox`); n != 0 {
		st.Errorf("%d entries are left in the outbox", n)
	}
}

func TestAChangeIsSearchableWhenItCommits(t *testing.T) {
	t.Parallel()
	st := setup(t)
	id := uuid.Must(uuid.NewV7())
	before := st.version()
	rollback := errors.New("changed my mind")
	err := db.InTx(t.Context(), st.pool, func(tx db.Tx) error {
		st.must(insertAgency(t.Context(), tx, id, "晋南星火测绘有限公司", "91140802MA0TETA01X", "admitted"))
		st.must(st.s.Changed(t.Context(), tx, provenance.Agencies, []uuid.UUID{id}))
		if got := st.names("星火"); len(got) != 0 {
			t.Errorf("seen before it commits: %v", got)
		}
		return rollback
	})
	if !errors.Is(err, rollback) || len(st.names("星火")) != 0 || st.version() != before {
		t.Errorf("after a rollback (%v): found %v, version %d → %d", err, st.names("星火"), before, st.version())
	}
	st.agency("晋南星火测绘有限公司", "91140802MA0TETA01X", "admitted")
	if got := st.names("星火"); len(got) != 1 {
		t.Errorf("after the commit: %v", got)
	}
	if st.version() == before {
		t.Error("kept pages would not know of it")
	}
	st.indexIsTrue()
}

// TestANoticeIsSearchable: a procurement is found when it commits, by its items' present
// names, and no notice of another crowds out an agency.
func TestANoticeIsSearchable(t *testing.T) {
	t.Parallel()
	st := setup(t)
	const id = "01900000-0000-7000-8000-000000000051"
	st.notice(id, "enterprise", "运城市星火陶瓷有限公司", "星火窑炉改造", "CG20260302000051", "ZJ0100")
	found := func(text string) int { return st.find(Query{Text: text, Kind: Procurement}).Total }
	if n := found("星火窑炉"); n != 0 {
		t.Errorf("found %d before the index was told", n)
	}
	st.must(db.InTx(t.Context(), st.pool, func(tx db.Tx) error {
		return st.s.Changed(t.Context(), tx, provenance.Procurements, []uuid.UUID{uuid.MustParse(id)})
	}))
	if hits := st.find(Query{Text: "星火窑炉"}).Hits; len(hits) != 1 || hits[0].URL != "/procurements/"+id {
		t.Errorf("found %+v", hits)
	}
	item := value[uuid.UUID](st, `SELECT id FROM service_item WHERE code = 'ZJ0100'`)
	st.must(db.InTx(t.Context(), st.pool, func(tx db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE service_item SET name = '文物古迹踏勘' WHERE id = $1`, item)
		return errors.Join(err, st.s.Changed(t.Context(), tx, provenance.Items, []uuid.UUID{item}))
	}))
	st.must(st.s.Drain(t.Context()))
	if n := found("古迹踏勘"); n != 1 {
		t.Errorf("by the new name of its item it is found %d times", n)
	}
	st.indexIsTrue()
}

func TestWhoLeavesIsNotFound(t *testing.T) {
	t.Parallel()
	st := setup(t)
	id := st.agency("晋南星火测绘有限公司", "91140802MA0TETA01X", "admitted")
	for _, state := range []string{"exited", "removed", "admitted"} {
		st.must(db.InTx(t.Context(), st.pool, func(tx db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE agency SET state = $1 WHERE id = $2`, state, id)
			return errors.Join(err, st.s.Changed(t.Context(), tx, provenance.Agencies, []uuid.UUID{id}))
		}))
		if got, want := len(st.names("星火")), map[bool]int{true: 1}[state == "admitted"]; got != want {
			t.Errorf("%s: found %d times", state, got)
		}
	}
	item := value[uuid.UUID](st, `SELECT id FROM service_item WHERE code = 'ZJ0100'`)
	st.must(db.InTx(t.Context(), st.pool, func(tx db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE service_item SET state = 'abolished' WHERE id = $1`, item)
		return errors.Join(err, st.s.Changed(t.Context(), tx, provenance.Items, []uuid.UUID{item}))
	}))
	if got := titles(st.find(Query{Text: "考古调查勘探"})); slices.Contains(got, "考古调查勘探") {
		t.Errorf("an abolished item is found: %v", got)
	}
	st.indexIsTrue()
}

func TestTheSameAgainChangesNothing(t *testing.T) {
	t.Parallel()
	st := setup(t)
	id := st.agency("晋南星火测绘有限公司", "91140802MA0TETA01X", "admitted")
	before := st.version()
	st.must(db.InTx(t.Context(), st.pool, func(tx db.Tx) error {
		return st.s.Changed(t.Context(), tx, provenance.Agencies, []uuid.UUID{id})
	}))
	if after := st.version(); after != before {
		t.Errorf("kept pages were thrown away for nothing: %d → %d", before, after)
	}
}

// Each of n agencies is stored with the index told, many at once.
func (st *stage) delivery(s *Service, from, n int) {
	st.Helper()
	var ids []uuid.UUID
	st.must(db.InTx(st.Context(), st.pool, func(tx db.Tx) error {
		ids = nil
		for i := range n {
			id := uuid.Must(uuid.NewV7())
			ids = append(ids, id)
			if err := insertAgency(st.Context(), tx, id, fmt.Sprintf("星火第%d测绘有限公司", from+i), fmt.Sprintf("91140802%010d", from+i), "admitted"); err != nil {
				return err
			}
		}
		return s.Changed(st.Context(), tx, provenance.Agencies, ids)
	}))
}

// A program killed while it drains loses nothing: what was not indexed is still noted.
func TestAKilledDrainLosesNothing(t *testing.T) {
	t.Parallel()
	st := setup(t)
	s, engine := st.staged()
	st.delivery(s, 0, 1200)
	if n := value[int](st, `SELECT count(*) FROM search_outbox`); n != 1200 {
		t.Fatalf("%d of 1200 are noted", n)
	}
	killed, writes := errors.New("killed"), 0
	engine.beforeWrite = func() error {
		if writes++; writes == 2 {
			return killed
		}
		return nil
	}
	if err := s.Drain(t.Context()); !errors.Is(err, killed) {
		t.Fatal(err)
	}
	indexed, noted := value[int](st, `SELECT count(*) FROM search_document WHERE title_key LIKE '星火%'`), value[int](st, `SELECT count(*) FROM search_outbox`)
	if indexed == 0 || indexed+noted != 1200 {
		t.Errorf("%d indexed, %d noted, of 1200", indexed, noted)
	}
	engine.beforeWrite = nil
	st.must(s.Drain(t.Context()))
	st.indexIsTrue()
}

func TestTwoDrainsAtOnce(t *testing.T) {
	t.Parallel()
	st := setup(t)
	st.delivery(st.s, 0, 2500)
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if err := st.s.Drain(st.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	st.indexIsTrue()
}

// waiting reports when a backend waits for a lock of the given kind, or done closes.
func (st *stage) waiting(done <-chan struct{}) {
	st.Helper()
	for {
		select {
		case <-done:
			return
		default:
			if value[bool](st, `SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`) {
				return
			}
		}
	}
}

// A drain that read a record before a writer changed it does not overwrite the writer.
func TestADrainNeverOverwritesAWriter(t *testing.T) {
	t.Parallel()
	st := setup(t)
	id := st.agency("晋南星火测绘有限公司", "91140802MA0TETA01X", "admitted")
	st.must(db.InTx(t.Context(), st.pool, func(tx db.Tx) error { return note(t.Context(), tx, []Ref{{Agency, id.String()}}, false) }))
	s, engine := st.staged()
	hasRead, goOn := make(chan struct{}), make(chan struct{})
	engine.beforeWrite = func() error { close(hasRead); <-goOn; return nil }
	drained, written := make(chan error, 1), make(chan struct{})
	go func() { drained <- s.Drain(st.Context()) }()
	<-hasRead
	go func() {
		defer close(written)
		err := db.InTx(st.Context(), st.pool, func(tx db.Tx) error {
			_, err := tx.Exec(st.Context(), `UPDATE agency SET name = '晋南燎原测绘有限公司' WHERE id = $1`, id)
			return errors.Join(err, st.s.Changed(st.Context(), tx, provenance.Agencies, []uuid.UUID{id}))
		})
		if err != nil {
			t.Error(err)
		}
	}()
	st.waiting(written)
	close(goOn)
	st.must(<-drained)
	<-written
	if got := st.names("燎原"); len(got) != 1 {
		t.Errorf("the writer's name is lost: %v", got)
	}
	st.indexIsTrue()
}

// What is written while an index is rebuilt is found throughout, and so is all the rest.
func TestARebuildMissesNothingAndHidesNothing(t *testing.T) {
	t.Parallel()
	st := setup(t)
	st.delivery(st.s, 0, 300)
	st.must(st.s.Drain(t.Context()))
	leaving := st.agency("晋南星光监理有限公司", "91140802MA0TETA01X", "admitted")
	s, engine := st.staged()
	engine.beforeReady = func() error {
		st.agency("晋南燎原测绘有限公司", "91140802MA0TETA020", "admitted")
		st.must(db.InTx(st.Context(), st.pool, func(tx db.Tx) error {
			_, err := tx.Exec(st.Context(), `UPDATE agency SET state = 'exited' WHERE id = $1`, leaving)
			return errors.Join(err, st.s.Changed(st.Context(), tx, provenance.Agencies, []uuid.UUID{leaving}))
		}))
		st.delivery(st.s, 1000, 250) // too many to index at once
		if a, b := st.names("燎原"), st.names("星光"); len(a) != 1 || len(b) != 0 {
			t.Errorf("during the rebuild: %v, %v", a, b)
		}
		return nil
	}
	stop, readers := make(chan struct{}), sync.WaitGroup{}
	readers.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if n := st.find(Query{Text: "星火", Kind: Agency}).Total; n < 300 {
					t.Errorf("a reader saw %d of 300", n)
					return
				}
			}
		}
	})
	st.must(s.Reindex(t.Context()))
	close(stop)
	readers.Wait()
	if a, b := st.names("燎原"), st.names("星光"); len(a) != 1 || len(b) != 0 {
		t.Errorf("after the rebuild: %v, %v", a, b)
	}
	st.must(st.s.Drain(t.Context()))
	st.indexIsTrue()
}

// A rebuild that fails or is killed leaves the index as it was and the next one free.
func TestAFailedRebuildLeavesNoTrace(t *testing.T) {
	t.Parallel()
	st := setup(t)
	s, engine := st.staged()
	failed := errors.New("disk full")
	engine.beforeReady = func() error { return failed }
	if err := s.Reindex(t.Context()); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if value[bool](st, `SELECT rebuilding OR to_regclass('search_document_next') IS NOT NULL FROM search_state`) {
		t.Error("the failed rebuild is still there")
	}
	// Killed: nobody cleared up.
	st.exec(`UPDATE search_state SET rebuilding = true`)
	st.exec(`SELECT search_create_table('search_document_next')`)
	st.agency("晋南星火测绘有限公司", "91140802MA0TETA01X", "admitted")
	st.must(st.s.Drain(t.Context()))
	if value[bool](st, `SELECT rebuilding FROM search_state`) {
		t.Error("writers go on noting for a rebuild that nobody does")
	}
	if got := st.names("星火"); len(got) != 1 {
		t.Errorf("found %v", got)
	}
	st.indexIsTrue()
}

func TestRebuildsOneAfterAnother(t *testing.T) {
	t.Parallel()
	st := setup(t)
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if err := st.s.Reindex(st.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	st.indexIsTrue()
}

// Documents name other records: whose name changes, theirs change too.
func TestWhatNamesAChangedRecordChangesToo(t *testing.T) {
	t.Parallel()
	st := setup(t)
	st.agency("晋南星火勘探有限公司", "91140802MA0TETA01X", "admitted")
	st.exec(`INSERT INTO agency_item (agency_id, item_id) SELECT a.id, i.id FROM agency a, service_item i WHERE i.code = 'ZJ0100'`)
	st.must(st.s.Reindex(t.Context()))
	item := value[uuid.UUID](st, `SELECT id FROM service_item WHERE code = 'ZJ0100'`)
	st.must(db.InTx(t.Context(), st.pool, func(tx db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE service_item SET name = '龙骨勘验' WHERE id = $1`, item)
		return errors.Join(err, st.s.Changed(t.Context(), tx, provenance.Items, []uuid.UUID{item}))
	}))
	if got := titles(st.find(Query{Text: "龙骨"})); len(got) < 3 { // item, approval, department
		t.Errorf("in its own transaction: %v", got)
	}
	st.must(st.s.Drain(t.Context()))
	if got := st.names("龙骨"); len(got) != 1 {
		t.Errorf("agencies that do it: %v", got)
	}
	st.exec(`UPDATE region SET name = '盐泽区' WHERE code = '140802'`)
	st.must(st.s.Drain(t.Context()))
	if got := st.names("盐泽"); len(got) != 1 {
		t.Errorf("agencies of the renamed district: %v", got)
	}
	st.indexIsTrue()
}

// Nothing that is not public is ever read, let alone indexed.
func TestNothingPrivateIsIndexed(t *testing.T) {
	t.Parallel()
	st := setup(t)
	st.market(20, 20, nil)
	st.must(st.s.Reindex(t.Context()))
	if n := value[int](st, `SELECT count(*) FROM search_document d JOIN practitioner p ON length(p.certificate_no) > 6
		AND strpos(d.title || d.fields || d.weak_key || d.strong_key, p.certificate_no) > 0`); n > 0 {
		t.Errorf("%d documents hold a practitioner's certificate number", n)
	}
	if n := value[int](st, `SELECT count(*) FROM search_document d JOIN agency a ON a.phone <> '' AND strpos(d.fields || d.weak_key, a.phone) > 0`); n > 0 {
		t.Errorf("%d documents hold a telephone number", n)
	}
}
