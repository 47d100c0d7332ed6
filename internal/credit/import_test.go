package credit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zjcs/internal/credit"
	"zjcs/internal/exchange"
	"zjcs/internal/platform/clock"
)

const penaltyHeader = "统一社会信用代码,决定书文号,处罚机关,决定日期,事实,依据,评分条目,分值\n"

func (d *desk) deliver(rows string) exchange.Report {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), "penalties.csv")
	if err := os.WriteFile(path, []byte(penaltyHeader+rows), 0o600); err != nil {
		d.t.Fatal(err)
	}
	im, err := credit.NewPenaltyImport(d.t.Context(), d.pool, d.now())
	if err != nil {
		d.t.Fatal(err)
	}
	rep, err := exchange.Run(d.t.Context(), d.pool, exchange.Options{File: path, Source: "运城市某局"}, im)
	if err != nil {
		d.t.Fatal(err)
	}
	return rep
}

// TestPenaltiesBecomeProposals: nothing is confirmed by a delivery, the same file twice
// changes nothing, and a bad row is reported and stores nothing of itself.
func TestPenaltiesBecomeProposals(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	day := clock.DayAfter(d.now(), -20)
	good := uscc + ",运罚〔2026〕1 号,运城市某局," + day + ",出具的成果不符合技术标准,照决定书,G-PENALTY,6.5\n"
	rows := good +
		"91140800MA0GTZZZ1P,运罚 2 号,某局," + day + ",不符合技术标准,照决定书,G-PENALTY,\n" +
		uscc + ",运罚 3 号,某局,2999-01-01,不符合技术标准,照决定书,G-PENALTY,\n" +
		uscc + ",运罚 4 号,某局,2001-01-01,不符合技术标准,照决定书,G-PENALTY,\n" +
		uscc + ",运罚 5 号,某局," + day + ",联系人 13800138000 不到场,照决定书,G-PENALTY,\n" +
		uscc + ",运罚 6 号,某局," + day + ",不符合技术标准,照决定书,H-COMMENDED,\n" +
		uscc + ",运罚 7 号,某局," + day + ",不符合技术标准,照决定书,G-PENALTY,99\n" +
		good
	rep := d.deliver(rows)
	if s := rep.Summary; s.Inserted != 1 || s.Failed != 7 || s.Read != 8 {
		t.Fatalf("%+v %+v", s, rep.Faults)
	}
	columns := map[int64]string{}
	for _, f := range rep.Faults {
		if f.Reason == "" {
			t.Errorf("%+v", f)
		}
		columns[f.Line] = f.Column
	}
	for line, column := range map[int64]string{3: "统一社会信用代码", 4: "决定日期", 5: "决定日期", 6: "事实", 7: "评分条目", 8: "分值", 9: "决定书文号"} {
		if columns[line] != column {
			t.Errorf("line %d: %q, want %q", line, columns[line], column)
		}
	}
	if d.tenths() != 950 {
		t.Error("a delivery changed a score")
	}
	if rep = d.deliver(good); rep.Summary.Unchanged != 1 || rep.Summary.Inserted+rep.Summary.Updated != 0 {
		t.Errorf("again: %+v", rep.Summary)
	}
	if rep = d.deliver(strings.Replace(good, "6.5", "7", 1)); rep.Summary.Updated != 1 {
		t.Errorf("corrected: %+v", rep.Summary)
	}
	queue, err := d.Records(d.as(d.officer), credit.RecordFilter{View: credit.RecordsQueue})
	if err != nil || len(queue.Items) != 1 || queue.Items[0].Tenths != -70 {
		t.Fatalf("%+v %v", queue, err)
	}
	r := d.must(d.Notify(d.as(d.officer), queue.Items[0].ID, ""))
	if r.Authority != "运城市某局" || r.DecidedOn != day || !r.Imported || !strings.Contains(r.Source, "运罚〔2026〕1 号") {
		t.Errorf("%+v", r)
	}
	d.endTerm(r.ID)
	d.must(d.Confirm(d.as(d.other), credit.ConfirmInput{ID: r.ID, Note: "决定书属实，予以认定"}))
	if d.tenths() != 880 {
		t.Error(d.tenths())
	}
	same := strings.Replace(good, "6.5", "7", 1)
	if rep = d.deliver(same); rep.Summary.Unchanged != 1 {
		t.Errorf("the same once confirmed: %+v %+v", rep.Summary, rep.Faults)
	}
	if rep = d.deliver(good); rep.Summary.Failed != 1 || rep.Faults[0].Column != "决定书文号" {
		t.Errorf("changed once confirmed: %+v", rep)
	}
}
