package sheet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
	"pgregory.net/rapid"

	stdcsv "encoding/csv"

	"zjcs/internal/platform/apperr"
)

var columns = []Column{
	{Name: "编码", Aliases: []string{"code"}, Required: true},
	{Name: "名称", Required: true},
	{Name: "日期"},
}

func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// read is the table in a file as text, faults included.
func read(t testing.TB, path string, limits Limits) ([]string, error) {
	t.Helper()
	r, err := Open(path, columns, limits)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []string
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if row.Fault != "" {
			out = append(out, fmt.Sprintf("%d !%s", row.Line, row.Fault))
			continue
		}
		out = append(out, fmt.Sprintf("%d %s|%s|%s", row.Line, row.Cell(0), row.Cell(1), row.Cell(2)))
	}
}

func gb18030(s string) string {
	out, _, err := transform.String(simplifiedchinese.GB18030.NewEncoder(), s)
	if err != nil {
		panic(err)
	}
	return out
}

func TestCSVIsReadAsPeopleSaveIt(t *testing.T) {
	t.Parallel()
	plain := "编码,名称,日期\nA1,运城,2026-01-02\n"
	want := []string{"2 A1|运城|2026-01-02"}
	for name, c := range map[string]struct {
		content string
		want    []string
	}{
		"utf-8":              {plain, want},
		"byte order mark":    {"\ufeff" + plain, want},
		"gb18030":            {gb18030(plain), want},
		"gb18030, rare word": {gb18030("编码,名称\nA1,𠮷㐂\n"), []string{"2 A1|𠮷㐂|"}},
		"chinese only late":  {gb18030("code,名称\n" + strings.Repeat("A,b\n", 100_000) + "A1,运城\n"), append(repeat("A|b|", 100_000), "100002 A1|运城|")},
		"windows line ends":  {"编码,名称,日期\r\nA1,运城,2026-01-02\r\n", want},
		"no last line end":   {strings.TrimSuffix(plain, "\n"), want},
		"other order":        {"日期,名称,编码\n2026-01-02,运城,A1\n", want},
		"alias and marks":    {" CODE *,名称（必填）,日期\nA1,运城,2026-01-02\n", want},
		"full-width spaces":  {"编码,名称,日期\n　A1 ,\u00a0运城\u200b,2026-01-02\n", want},
		"quoted":             {"编码,名称,日期\n\"A1\",\"运\n城,\"\"x\"\"\",\n", []string{"2 A1|运\n城,\"x\"|"}},
		"lines after quoted": {"编码,名称,日期\nA1,\"a\nb\nc\",\nA2,d,\n", []string{"2 A1|a\nb\nc|", "5 A2|d|"}},
		"blank and comments": {"\n\n编码,名称,日期\n\n,,\n# 说明,,\nA1,运城,2026-01-02\n", []string{"7 A1|运城|2026-01-02"}},
		"trailing commas":    {"编码,名称,日期,,\nA1,运城,2026-01-02,,,\n", want},
		"unknown column":     {"编码,备考,名称,日期\nA1,x,运城,2026-01-02\n", want},
		"too wide":           {"编码,名称\nA1,运城,2026\nA2,b\n", []string{"2 !该行有 3 列，表头只有 2 列；单元格里的逗号应放在双引号内", "3 A2|b|"}},
		"too narrow":         {"编码,名称,日期\nA1,运城\nA2,b,\n", []string{"2 !该行只有 2 列，表头有 3 列；空单元格也要留逗号", "3 A2|b|"}},
		"stray quote":        {"编码,名称,日期\nA1,运\"城,\nA2,b,\n", []string{"2 !双引号没有成对：单元格里的双引号应写成两个，并把整个单元格放在双引号内", "3 A2|b|"}},
		"NUL":                {"编码,名称,日期\nA1,运\x00城,\nA2,b,\n", []string{"2 !第 2 列有不可见的空字符（NUL），请删除", "3 A2|b|"}},
		"one damaged row":    {"编码,名称,日期\nA1,运城市盐湖区,\nA2,\xff\xfe,\nA3,稷山县稷峰镇,\n", []string{"2 A1|运城市盐湖区|", "3 !第 2 列有无法识别的字符，文件编码应前后一致（UTF-8 或 GB18030）", "4 A3|稷山县稷峰镇|"}},
		"replacement mark":   {"编码,名称,日期\nA1,运�城,\n", []string{"2 !第 2 列有已损坏的字符（�），请从原始文件重新导出"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := read(t, write(t, "a.csv", c.content), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func repeat(row string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%d %s", i+2, row)
	}
	return out
}

func TestRefusedBeforeReading(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, content, reason string }{
		"empty":           {"a.csv", "", "文件是空的"},
		"only blank":      {"a.csv", "\n\n  \n", "文件里没有内容"},
		"missing columns": {"a.csv", "日期,其他\n1,2\n", "表头缺少必填列：编码、名称"},
		"column twice":    {"a.csv", "编码,名称,code\n1,2,3\n", "表头重复：编码"},
		"old excel":       {"a.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "旧版 Excel"},
		"encrypted":       {"a.xlsx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "打开密码"},
		"csv as xlsx":     {"a.xlsx", "编码,名称\n1,2\n", "请把扩展名改为 .csv"},
		"csv as xls":      {"a.xls", "编码,名称\n1,2\n", "内容却不是 Excel"},
		"xlsx as csv":     {"a.csv", "PK\x03\x04....", "请把扩展名改为 .xlsx"},
		"pdf":             {"a.csv", "%PDF-1.7", "这是 PDF"},
		"web page":        {"a.csv", "\n <!DOCTYPE html><html>", "这是网页"},
		"utf-16":          {"a.csv", "\xff\xfe\x16\x7f\x01\x78", "UTF-16"},
		"binary":          {"a.csv", strings.Repeat("\x00\x01", 100), "不是文本文件"},
		"not a workbook":  {"a.xlsx", "PK\x03\x04 this is no archive", "文件已损坏"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := read(t, write(t, c.file, c.content), Limits{})
			e, ok := apperr.As(err)
			if !ok || !strings.Contains(e.Message, c.reason) {
				t.Errorf("got %v, want %q", err, c.reason)
			}
		})
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.csv"), columns, Limits{}); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("missing file: %v", err)
	}
	if _, err := Open(t.TempDir(), columns, Limits{}); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("folder: %v", err)
	}
}

func TestOverTheLimitIsRefusedUnread(t *testing.T) {
	t.Parallel()
	path := write(t, "huge.csv", "编码,名称\n")
	if err := os.Truncate(path, 1<<30); err != nil { // sparse: takes no disk
		t.Fatal(err)
	}
	_, err := Open(path, columns, Limits{})
	if e, ok := apperr.As(err); !ok || e.Code != apperr.TooLarge || !strings.Contains(e.Message, "1.0 GB") || !strings.Contains(e.Message, "512.0 MB") {
		t.Errorf("got %v", err)
	}
	book := write(t, "huge.xlsx", "PK\x03\x04")
	if err := os.Truncate(book, 1<<30); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(book, columns, Limits{}); apperr.CodeOf(err) != apperr.TooLarge {
		t.Errorf("got %v", err)
	}
}

// An unclosed quotation mark must not gather the rest of the file in memory.
func TestUnclosedQuoteEndsEarly(t *testing.T) {
	// Not parallel: it measures the process.
	for name, tail := range map[string]string{"lines": strings.Repeat("x,y,z\n", 64<<20/6), "one line": strings.Repeat("x", 64<<20)} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "a.csv", "编码,名称,日期\nA1,b,\nA2,\"c"+tail)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got, err := read(t, path, Limits{})
			runtime.ReadMemStats(&after)
			if e, ok := apperr.As(err); !ok || !strings.Contains(e.Message, "第 3 行起超过 1 MB") {
				t.Errorf("got %v", err)
			}
			if d := cmp.Diff([]string{"2 A1|b|"}, got); d != "" {
				t.Error(d)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 24<<20 {
				t.Errorf("allocated %d MB", grown>>20)
			}
		})
	}
}

func TestManyCellsAreOneFault(t *testing.T) {
	t.Parallel()
	got, err := read(t, write(t, "a.csv", "编码,名称\n"+strings.Repeat(",", 500_000)+"x\nA1,b\n"), Limits{})
	if err != nil || len(got) != 2 || !strings.Contains(got[0], "列数过多") || got[1] != "3 A1|b|" {
		t.Errorf("%v %v", got, err)
	}
}

// What encoding/csv writes comes back, whatever it holds, in either encoding.
func TestCSVRoundTrip(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.RuneFrom([]rune("ab 1\",;\n|运城盐湖区山西省#。 ")))
		var b strings.Builder
		w := stdcsv.NewWriter(&b)
		_ = w.Write([]string{"编码", "名称", "日期"})
		var want []string
		for range rapid.IntRange(0, 8).Draw(t, "rows") {
			r := []string{"k" + cell.Draw(t, "a"), cell.Draw(t, "b"), cell.Draw(t, "c")}
			_ = w.Write(r)
			want = append(want, fmt.Sprintf("%s|%s|%s", Clean(r[0]), Clean(r[1]), Clean(r[2])))
		}
		w.Flush()
		text := b.String()
		if rapid.Bool().Draw(t, "gb18030") {
			text = gb18030(text)
		}
		path := filepath.Join(dir, "a.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path, columns, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var got []string
		for {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || row.Fault != "" {
				t.Fatal(err, row.Fault)
			}
			got = append(got, fmt.Sprintf("%s|%s|%s", row.Cell(0), row.Cell(1), row.Cell(2)))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	})
}

func TestProgressReachesTheEnd(t *testing.T) {
	t.Parallel()
	r, err := Open(write(t, "a.csv", "编码,名称\n"+strings.Repeat("a,b\n", 50_000)), columns, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var last int64
	for {
		if _, err := r.Next(); err != nil {
			break
		}
		at, _ := r.Progress()
		if at < last {
			t.Fatal("progress goes back")
		}
		last = at
	}
	if at, total := r.Progress(); at != total {
		t.Errorf("%d of %d", at, total)
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"编码,名称\nA,b\n", "编码,名称\n\"A,b\n", "编码,名称\nA\"\x00,\xff\n", gb18030("编码,名称\n运,城\n")} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if rows, err := read(t, write(t, "a.csv", string(b)), Limits{}); err != nil {
			if _, ok := apperr.As(err); !ok {
				t.Errorf("%d rows, then %v: not a sentence for people", len(rows), err)
			}
		}
	})
}
