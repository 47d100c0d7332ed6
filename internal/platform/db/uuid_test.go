package db_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"zjcs/internal/testkit"
)

// TestUUIDs: in every form they are stored and asked for in, both ways, in either format
// (a pooler may force text).
func TestUUIDs(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	id, other := uuid.New(), uuid.New()
	for name, mode := range map[string]pgx.QueryExecMode{"binary": pgx.QueryExecModeCacheStatement, "text": pgx.QueryExecModeSimpleProtocol} {
		one, null, kept := uuid.UUID{}, &uuid.UUID{}, other
		var many []uuid.UUID
		var text string
		err := pool.QueryRow(t.Context(), `SELECT $1::uuid, NULL::uuid, NULL::uuid, ARRAY[$1::uuid, $2::uuid], $1::uuid`, mode, id, other).
			Scan(&one, &null, &kept, &many, &text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if one != id || null != nil || kept != other || text != id.String() || !cmp.Equal(many, []uuid.UUID{id, other}) {
			t.Errorf("%s: %v %v %v %v %v", name, one, null, kept, many, text)
		}
	}
}

// TestUUIDsAreNotMadeIntoText: what a list of twenty reads is counted in hundreds.
func TestUUIDsAreNotMadeIntoText(t *testing.T) {
	conn, err := testkit.DB(t).Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	m, id := conn.Conn().TypeMap(), uuid.New()
	var got uuid.UUID
	plan := m.PlanScan(pgtype.UUIDOID, pgtype.BinaryFormatCode, &got)
	if n := testing.AllocsPerRun(100, func() { err = plan.Scan(id[:], &got) }); n != 0 || err != nil || got != id {
		t.Errorf("%v allocations for %v, %v", n, got, err)
	}
	if err := plan.Scan(id[:3], &got); err == nil {
		t.Error("three bytes are no UUID")
	}
}
