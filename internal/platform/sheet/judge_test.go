package sheet

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-01-31": "2026-01-31", "2026/1/31": "2026-01-31", "2026.1.31": "2026-01-31", "20260131": "2026-01-31", "2026年1月31日": "2026-01-31",
		"2026-01-31 00:00:00": "2026-01-31", "2026-01-31T00:00:00": "2026-01-31", "2024-02-29": "2024-02-29",
		"2026-02-29": "", "2026-04-31": "", "2026-13-01": "", "2026-00-10": "", "0000-01-01": "", "1899-12-31": "", "2026-1": "", "31/1/2026": "",
		"二〇二六年": "", "2026年13月1日": "", "": "", "46053": "", "2026--1-3": "", "+026-01-01": "",
	} {
		got, ok := ParseDate(in)
		if ok != (want != "") || ok && got.Format(time.DateOnly) != want {
			t.Errorf("ParseDate(%q) = %v, %v; want %q", in, got, ok, want)
		}
	}
}

func TestEveryDayIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 90_000).Draw(t, "day"))
		form := rapid.SampledFrom([]string{"2006-01-02", "2006/1/2", "2006.01.02", "20060102", "2006年1月2日", "2006-1-2"}).Draw(t, "form")
		if got, ok := ParseDate(d.Format(form)); !ok || !got.Equal(d) {
			t.Fatalf("%s: %v", d.Format(form), got)
		}
	})
}

func TestTextFault(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"运城": "", "运城市盐": "", "运城市盐湖": "应不超过 4 个字", "a\nb": "不能有换行", "a\x7f": "有不可见的控制字符，请删除",
		"a\u202eb": "有不可见的控制字符，请删除", "“运”": "", "a\tb": "有不可见的控制字符，请删除", "": "",
	} {
		if got := TextFault(in, 4); got != want {
			t.Errorf("TextFault(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestQuoteShowsNoPersonsNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ZJ9999": "「ZJ9999」", "": "「」", "11010519491231002X": "「…」", "a19900001234": "「…」", "１９９００００１２３４": "「…」", "a\tb": "「…」", "2026-140802-04": "「2026-140802-04」",
		strings.Repeat("长", 21): "「" + strings.Repeat("长", 20) + "…」",
	} {
		if got := Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	var got []string
	for e := range Split("；a; b；；c|d；", "；;|") {
		got = append(got, e)
	}
	if strings.Join(got, ",") != "a,b,c,d" {
		t.Errorf("%q", got)
	}
}

func TestEscape(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"=1+1": "'=1+1", "+86": "'+86", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "运城": "运城", "": "", "a=b": "a=b"} {
		if got := Escape(in); got != want {
			t.Errorf("Escape(%q) = %q", in, got)
		}
	}
}

// A template, filled in or not, is a table that an import reads.
func TestTemplatesAreReadable(t *testing.T) {
	t.Parallel()
	cols := append([]Column{}, columns...)
	cols[2].Help, cols[2].Example = "=日期", "2026-01-31"
	var csvFile, book bytes.Buffer
	if err := WriteCSVTemplate(&csvFile, cols); err != nil {
		t.Fatal(err)
	}
	if err := WriteXLSXTemplate(&book, cols); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, b := range map[string][]byte{"a.csv": append(csvFile.Bytes(), "A1,运城,\n"...), "b.csv": csvFile.Bytes(), "a.xlsx": book.Bytes()} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := read(t, path, Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if want := strings.Count(name, "a.csv"); len(got) != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
