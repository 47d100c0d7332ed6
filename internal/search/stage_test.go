package search

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/demo"
	"zjcs/internal/exchange"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// stage is a database of a test's own with the shipped catalogue in it.
type stage struct {
	*testing.T
	pool  *db.Pool
	vault *secret.Vault
	s     *Service
}

var stageNow = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func setup(t *testing.T) *stage {
	t.Helper()
	pool := testkit.DB(t)
	s, err := New(pool)
	if err != nil {
		t.Fatal(err)
	}
	vault, err := secret.NewVault(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{t, pool, vault, s}
	st.must(exchange.LoadReference(t.Context(), pool, s.Changed))
	st.must(s.Drain(t.Context()))
	return st
}

func (st *stage) must(err error) {
	st.Helper()
	if err != nil {
		st.Fatal(err)
	}
}

// market adds invented agencies and experts; changed may be nil.
func (st *stage) market(agencies, experts int, changed exchange.Changed) {
	st.Helper()
	_, err := demo.Seed(st.Context(), st.pool, st.vault, demo.Options{Agencies: agencies, Experts: experts, Seed: 7, Now: stageNow, Changed: changed})
	st.must(err)
}

func (st *stage) exec(sql string, args ...any) {
	st.Helper()
	_, err := st.pool.Exec(st.Context(), sql, args...)
	st.must(err)
}

func value[T any](st *stage, sql string, args ...any) T {
	st.Helper()
	var v T
	st.must(st.pool.QueryRow(st.Context(), sql, args...).Scan(&v))
	return v
}

func (st *stage) find(q Query) Results {
	st.Helper()
	r, err := st.s.Search(st.Context(), q)
	st.must(err)
	return r
}

func titles(r Results) []string {
	out := make([]string, len(r.Hits))
	for i, h := range r.Hits {
		out[i] = h.Title
	}
	return out
}

// agency stores one admitted agency and tells the index.
func (st *stage) agency(name, uscc string, state string) uuid.UUID {
	st.Helper()
	id := uuid.Must(uuid.NewV7())
	st.must(db.InTx(st.Context(), st.pool, func(tx db.Tx) error {
		if err := insertAgency(st.Context(), tx, id, name, uscc, state); err != nil {
			return err
		}
		return st.s.Changed(st.Context(), tx, provenance.Agencies, []uuid.UUID{id})
	}))
	return id
}

func insertAgency(ctx context.Context, tx db.Tx, id uuid.UUID, name, uscc, state string) error {
	_, err := tx.Exec(ctx, `INSERT INTO agency (id, uscc, name, kind, legal_representative, region_code, domicile, address, phone, introduction, state, admitted_on, batch_id)
		VALUES ($1, $2, $3, 'enterprise', '张三', '140802', '运城市', '红旗西街1号', '0359-2000000', '环评环评环评', $4, '2026-01-05', (SELECT id FROM import_batch LIMIT 1))`,
		id, uscc, name, state)
	return err
}
