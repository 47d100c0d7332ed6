package calendar_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/db"
	"zjcs/internal/testkit"
)

// The law's days of 2027 that are no weekend, with one bridge day and its exchange.
const year2027 = `{"year": 2027, "document": "国办发明电〔2026〕1号", "days": {
	"2027-01-01": "holiday", "2027-02-05": "holiday", "2027-02-08": "holiday", "2027-02-09": "holiday", "2027-02-20": "workday",
	"2027-04-05": "holiday", "2027-06-09": "holiday", "2027-09-15": "holiday", "2027-10-01": "holiday"}}`

func parsed(t *testing.T) calendar.Year {
	t.Helper()
	y, err := calendar.ParseJSON([]byte(year2027))
	if err != nil {
		t.Fatal(err)
	}
	return y
}

func TestLoadYear(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	ctx := t.Context()
	load := func(y calendar.Year) error {
		return db.InTx(ctx, pool, func(tx db.Tx) error { return calendar.LoadYear(ctx, tx, y) })
	}
	calendarNow := func() calendar.Calendar {
		c, err := calendar.Load(ctx, pool)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if got := calendarNow().AddWorkdays(at("2027-02-19 09:00"), 1); got.String() != "2027-02-22（暂定）" {
		t.Errorf("before: %s", got)
	}
	y := parsed(t)
	y.LoadedBy, y.LoadedAt = uuid.NullUUID{UUID: uuid.Must(uuid.NewV7()), Valid: true}, time.Date(2026, 11, 5, 2, 0, 0, 0, time.UTC)
	if err := load(y); err != nil {
		t.Fatal(err)
	}
	c := calendarNow()
	if got := c.AddWorkdays(at("2027-02-19 09:00"), 1); got.String() != "2027-02-20" {
		t.Errorf("after: %s", got)
	}
	years := c.Years()
	if got := years[len(years)-1]; !reflect.DeepEqual(got.Days, y.Days) || got.LoadedBy != y.LoadedBy || !got.LoadedAt.Equal(y.LoadedAt) || got.Document != y.Document {
		t.Errorf("stored %+v", got)
	}

	// A later notice takes the place of the first; a year of the library can be overruled.
	delete(y.Days, day("2027-02-20"))
	if err := load(y); err != nil {
		t.Fatal(err)
	}
	if got := calendarNow().AddWorkdays(at("2027-02-19 09:00"), 1); got.String() != "2027-02-22" {
		t.Errorf("amended: %s", got)
	}
	shipped := calendar.Shipped().Years()[18]
	if shipped.Year != 2020 {
		t.Fatalf("%d", shipped.Year)
	}
	extended := calendar.Year{Year: 2020, Document: "国办发明电〔2020〕1号", Days: map[calendar.Day]calendar.Kind{}}
	for d, k := range shipped.Days {
		extended.Days[d] = k
	}
	extended.Days[day("2020-02-03")] = calendar.Holiday
	if err := load(extended); err != nil {
		t.Fatal(err)
	}
	if work, provisional := calendarNow().IsWorkday(day("2020-02-03")); work || provisional {
		t.Error("the operator's year must count")
	}
	bad := y
	bad.Document = ""
	if err := load(bad); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("%v", err)
	}
}

func TestYearsThatCannotBe(t *testing.T) {
	t.Parallel()
	without := func(d string) string { return strings.Replace(year2027, `"`+d+`": "holiday",`, "", 1) }
	with := func(d string) string { return strings.Replace(year2027, `"days": {`, `"days": {`+d+`,`, 1) }
	for name, c := range map[string]struct{ file, field, says string }{
		"not JSON":               {"日期,安排", "file", "年度安排文件"},
		"an unknown field":       {`{"jahr": 2027}`, "file", "年度安排文件"},
		"two years":              {year2027 + year2027, "file", "多余"},
		"no year":                {strings.Replace(year2027, "2027,", "0,", 1), "year", "年份"},
		"a far year":             {strings.Replace(year2027, "2027,", "20270,", 1), "year", "年份"},
		"no document":            {strings.Replace(year2027, "国办发明电〔2026〕1号", "  ", 1), "document", "文号"},
		"a document of lines":    {strings.Replace(year2027, "国办发明电", `a\nb`, 1), "document", "换行"},
		"not a day":              {with(`"2027-02-30": "holiday"`), "days", "应是日期"},
		"another year's day":     {with(`"2028-01-03": "holiday"`), "days", "2028-01-03"},
		"too early in December":  {with(`"2026-12-28": "holiday"`), "days", "2026-12-28"},
		"an unknown kind":        {with(`"2027-01-04": "休"`), "days", "2027-01-04"},
		"a Monday worked":        {with(`"2027-01-11": "workday"`), "days", "本来就上班"},
		"New Year worked":        {without("2027-01-01"), "days", "元旦"},
		"New Year's Eve worked":  {without("2027-02-05"), "days", "除夕"},
		"Qingming worked":        {without("2027-04-05"), "days", "清明节"},
		"a festival in exchange": {with(`"2027-02-06": "workday"`), "days", "春节"},
	} {
		_, err := calendar.ParseJSON([]byte(c.file))
		e, ok := apperr.As(err)
		if !ok || e.Code != apperr.Invalid || len(e.Fields) != 1 || e.Fields[0].Name != c.field || !strings.Contains(e.Message, c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := calendar.ParseJSON(append([]byte(year2027), bytes.Repeat([]byte(" "), 2<<20)...)); apperr.CodeOf(err) != apperr.TooLarge {
		t.Errorf("%v", err)
	}
	if _, err := calendar.ParseJSON([]byte(`{"year": 2027, "document": "x"}`)); err == nil {
		t.Error("an empty year")
	} else if e, ok := apperr.As(err); !ok || len(e.Fields) != 7 {
		t.Errorf("every missing holiday at once: %v", err)
	}
}

func TestReadTable(t *testing.T) {
	t.Parallel()
	write := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	want := parsed(t)
	table := "日期,安排\n"
	for d, k := range want.Days {
		word := map[calendar.Kind]string{calendar.Holiday: "放假", calendar.Workday: "上班"}[k]
		table += d.String() + "," + word + "\n"
	}
	got, err := calendar.ReadTable(write("2027.csv", table), 2027, want.Document)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v, %v", got, err)
	}
	if days, err := json.Marshal(got.Days); err != nil || !strings.Contains(string(days), `"2027-02-20":"workday"`) {
		t.Errorf("%s, %v", days, err)
	}
	for name, c := range map[string]struct{ rows, says string }{
		"a date that is none": {"2027-13-01,放假\n", "第 11 行 日期"},
		"a word that is none": {"2027-02-10,也许\n", "第 11 行 安排：应是放假、上班之一"},
		"no date":             {",放假\n", "第 11 行"},
		"a date twice":        {"2027/1/1,放假\n", "相同"},
		"a cell too many":     {"2027-02-10,放假,x\n", "第 11 行"},
		"a Monday worked":     {"2027-01-11,上班\n", "本来就上班"},
	} {
		_, err := calendar.ReadTable(write("2027.csv", table+c.rows), 2027, want.Document)
		e, ok := apperr.As(err)
		if !ok || len(e.Fields) != 1 || !strings.Contains(e.Message, c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := calendar.ReadTable(filepath.Join(t.TempDir(), "none.csv"), 2027, "x"); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("%v", err)
	}
}
