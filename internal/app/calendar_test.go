package app_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/app"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/clock"
	"zjcs/internal/testkit"
)

// TestLoadingAYearSettlesWhatWasProvisional: 2027 is not published, so a limit in it is
// 暂定; when its notice is loaded, the limit is counted anew and stands.
func TestLoadingAYearSettlesWhatWasProvisional(t *testing.T) {
	t.Parallel()
	core, err := app.Open(t.Context(), options(testConfig(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer core.Close()
	cast := testkit.NewCast(t, core.Pool)
	author := cast.Person("王经办", testkit.At(authz.Operator, testkit.County)).Person
	id := uuid.Must(uuid.NewV7())
	submitted := time.Date(2027, 2, 4, 10, 0, 0, 0, clock.Shanghai) // the Thursday before the Spring Festival
	if _, err := core.Pool.Exec(t.Context(), `INSERT INTO submission (id, kind, title, author, region_code, state, content, submitted_at, due_at, due_provisional)
		VALUES ($1, 'item-change', 'x', $2, $3, 'submitted', '{}', $4, $4::timestamptz + interval '2 days', true)`, id, author, testkit.County, submitted); err != nil {
		t.Fatal(err)
	}
	y, err := calendar.ParseJSON([]byte(`{"year": 2027, "document": "测试用的安排", "days": {
		"2027-01-01": "holiday", "2027-02-05": "holiday", "2027-02-06": "holiday", "2027-02-07": "holiday", "2027-02-08": "holiday", "2027-02-09": "holiday",
		"2027-04-05": "holiday", "2027-05-01": "holiday", "2027-05-02": "holiday", "2027-06-09": "holiday", "2027-09-15": "holiday",
		"2027-10-01": "holiday", "2027-10-02": "holiday", "2027-10-03": "holiday"}}`))
	if err != nil {
		t.Fatal(err)
	}
	n, err := core.LoadCalendar(t.Context(), y)
	if err != nil || n != 1 {
		t.Fatalf("%d counted anew, %v", n, err)
	}
	var due time.Time
	var provisional bool
	if err := core.Pool.QueryRow(t.Context(), `SELECT due_at, due_provisional FROM submission WHERE id = $1`, id).Scan(&due, &provisional); err != nil {
		t.Fatal(err)
	}
	// Friday the 5th to Tuesday the 9th are off: two working days end with Thursday the 11th.
	if want := time.Date(2027, 2, 12, 0, 0, 0, 0, clock.Shanghai); !due.Equal(want) || provisional {
		t.Errorf("due %s (provisional %v), want %s", due.In(clock.Shanghai), provisional, want)
	}
	if n, err := core.LoadCalendar(t.Context(), y); err != nil || n != 0 {
		t.Errorf("the same year again: %d, %v", n, err)
	}
}
