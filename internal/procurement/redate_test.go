package procurement

import (
	"context"
	"strings"
	"testing"
	"time"

	"zjcs/internal/platform/db"
)

// TestProvisionalPublicityIsCountedAnew: when a year of the calendar is taken in, an end
// that was 暂定 moves, in the course and in the log; one that an objection has stopped, and
// one that was certain, stay.
func TestProvisionalPublicityIsCountedAnew(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	moved, resumed, certain := r.show(time.Hour), r.show(2*time.Hour), r.show(3*time.Hour)
	r.exec(`UPDATE procurement SET publicity_provisional = true WHERE id = ANY ($1)`, []any{moved.ID, resumed.ID})
	r.exec(`INSERT INTO procurement_event (procurement_id, seq, action, from_state, to_state, side, note) VALUES ($1, 2, 'resume', 'suspended', 'publicity', 'operator', '')`, resumed.ID)
	r.Due = func(_ context.Context, _ db.Querier, from time.Time, n int) (time.Time, bool, error) {
		return from.AddDate(0, 0, n+4), false, nil
	}
	redate := func(want int) {
		t.Helper()
		err := db.InTx(t.Context(), r.pool, func(tx db.Tx) error {
			n, err := r.RedateTx(t.Context(), tx)
			if err == nil && n != want {
				t.Errorf("%d counted anew, want %d", n, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	redate(1)
	got := r.load(moved.ID)
	if want := moved.ConcludedAt.AddDate(0, 0, 7); !got.PublicityUntil.Equal(want) || got.PublicityProvisional {
		t.Errorf("until %s (provisional %v), want %s", got.PublicityUntil, got.PublicityProvisional, want)
	}
	if a := r.actions(moved.ID); !strings.HasSuffix(a, string(redated)) {
		t.Errorf("course %s", a)
	}
	if l := r.logged[len(r.logged)-1]; l.Kind != "publicity-redated" || l.Subject != moved.ID {
		t.Errorf("logged %+v", l)
	}
	if p := r.load(resumed.ID); !p.PublicityUntil.Equal(*resumed.PublicityUntil) || !p.PublicityProvisional {
		t.Errorf("what an objection had stopped ends at %s", p.PublicityUntil)
	}
	if p := r.load(certain.ID); !p.PublicityUntil.Equal(*certain.PublicityUntil) {
		t.Errorf("what was certain ends at %s", p.PublicityUntil)
	}
	redate(0)
}
