package fee

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestEveryShippedStandardCanBeRead: each has at least one table, each table is
// rectangular, and no cell shows a Go value.
func TestEveryShippedStandardCanBeRead(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../data/fee_standards.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Standards []json.RawMessage `json:"standards"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Standards) != 9 {
		t.Fatalf("%d standards, want the 9 shipped", len(file.Standards))
	}
	for _, body := range file.Standards {
		var s Standard
		if err := json.Unmarshal(body, &struct {
			ID     *string `json:"id"`
			Status *string `json:"status"`
		}{&s.ID, &s.Status}); err != nil {
			t.Fatal(err)
		}
		if err := s.decode(body); err != nil {
			t.Fatal(err)
		}
		if len(s.Tables) == 0 {
			t.Errorf("%s has no table", s.ID)
		}
		for _, table := range s.Tables {
			for _, row := range table.Rows {
				if len(row) != len(table.Header) {
					t.Errorf("%s, %s: row %v under header %v", s.ID, table.Caption, row, table.Header)
				}
				for _, cell := range row {
					if cell == "" || strings.ContainsAny(cell, "{}[]%!") && !strings.Contains(cell, "%") {
						t.Errorf("%s, %s: cell %q", s.ID, table.Caption, cell)
					}
				}
			}
		}
	}
}

// TestTablesSayWhatTheFileSays spot-checks one figure of each kind of table.
func TestTablesSayWhatTheFileSays(t *testing.T) {
	t.Parallel()
	raw := `{"tiers":[{"upto":100,"goods":1.5,"service":1.5,"works":1.0},{"upto":null,"goods":1.1,"service":0.8,"works":0.7}],
		"points_wan":[[500,16.5],[1000,30.1]],"above_rate_percent":1.039,
		"brackets_yi":[[0,0.3],[100,null]],"fees_wan":{"report_book":[[5,6],[110,110]]},
		"industry_coef":{"化工,冶金":1.2}}`
	s := Standard{ID: "x"}
	if err := s.decode([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, table := range s.Tables {
		for _, row := range table.Rows {
			all = append(all, strings.Join(row, "|"))
		}
	}
	for _, want := range []string{"100 以下|1.5|1.5|1", "100 以上|1.1|0.8|0.7", "500|16.5", "1,000|30.1", "大于 1,000|计费额 × 1.039%", "编制报告书（含大纲）|5–6|110", "化工、冶金|1.2"} {
		found := false
		for _, row := range all {
			found = found || row == want
		}
		if !found {
			t.Errorf("no row %q in %q", want, all)
		}
	}
}
