package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"zjcs/internal/platform/apperr"
)

// workbook saves what fill makes of an empty one whose header is written.
func workbook(t testing.TB, fill func(b *excelize.File)) string {
	t.Helper()
	b := excelize.NewFile()
	defer b.Close()
	for i, h := range []string{"编码", "名称", "日期"} {
		put(t, b, "Sheet1", i+1, 1, h)
	}
	fill(b)
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := b.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func put(t testing.TB, b *excelize.File, sheet string, col, row int, v any) {
	t.Helper()
	cell, _ := excelize.CoordinatesToCellName(col, row)
	if err := b.SetCellValue(sheet, cell, v); err != nil {
		t.Fatal(err)
	}
}

func TestXLSXIsReadAsPeopleSaveIt(t *testing.T) {
	t.Parallel()
	path := workbook(t, func(b *excelize.File) {
		put(t, b, "Sheet1", 1, 2, "0012")
		put(t, b, "Sheet1", 2, 2, " 运城 ")
		put(t, b, "Sheet1", 3, 2, time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC))
		put(t, b, "Sheet1", 1, 5, 13912345678) // rows 3 and 4 are empty
		put(t, b, "Sheet1", 2, 5, "b")
		put(t, b, "Sheet1", 1, 6, "A6")
		_ = b.SetCellFormula("Sheet1", "B6", "1+1") // no cached value: nothing to read
		put(t, b, "Sheet1", 1, 7, "A7")
		put(t, b, "Sheet1", 2, 7, "#N/A")
		put(t, b, "Sheet1", 1, 8, "# 说明")
		put(t, b, "Sheet1", 1, 9, "A9")
		put(t, b, "Sheet1", 4, 9, "没有表头的一列")
		put(t, b, "Sheet1", 1, 10, "A10")
		put(t, b, "Sheet1", 2, 10, "x\x01y")
		_, _ = b.NewSheet("填写说明")
		_, _ = b.NewSheet("隐藏")
		put(t, b, "隐藏", 1, 1, "编码")
		_ = b.SetSheetVisible("隐藏", false)
	})
	got, err := read(t, path, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"2 0012|运城|46053", "5 13912345678|b|", "6 A6||", "7 !第 2 列是 Excel 的错误值 #N/A，请改为实际内容",
		"9 !该行有 4 列，表头只有 3 列；单元格里的逗号应放在双引号内",
	}
	if d := cmp.Diff(want, got[:5]); d != "" {
		t.Error(d)
	}
	r, err := Open(path, columns, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if d := cmp.Diff([]string{"填写说明", "隐藏"}, r.Ignored()); d != "" {
		t.Error(d)
	}
	row, _ := r.Next()
	j := &Judge{Row: row}
	if day := j.Date(2); day.Format(time.DateOnly) != "2026-01-31" || len(j.Faults()) > 0 {
		t.Errorf("date %v, %v", day, j.Faults())
	}
}

func TestHiddenFirstSheetIsNotRead(t *testing.T) {
	t.Parallel()
	path := workbook(t, func(b *excelize.File) {
		put(t, b, "Sheet1", 1, 2, "secret")
		_, _ = b.NewSheet("数据")
		for i, h := range []string{"编码", "名称"} {
			put(t, b, "数据", i+1, 1, h)
			put(t, b, "数据", i+1, 2, h)
		}
		b.SetActiveSheet(1)
		if err := b.SetSheetVisible("Sheet1", false); err != nil {
			t.Fatal(err)
		}
	})
	got, err := read(t, path, Limits{})
	if d := cmp.Diff([]string{"2 编码|名称|"}, got); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestNumberThatExcelRounded(t *testing.T) {
	t.Parallel()
	path := workbook(t, func(b *excelize.File) {
		_ = b.SetCellDefault("Sheet1", "A2", "9.1140100000000000E+17")
		put(t, b, "Sheet1", 2, 2, "x")
	})
	r, err := Open(path, columns, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	row, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	j := &Judge{Row: row}
	if _, ok := j.Number(0); ok || len(j.Faults()) != 1 || !strings.Contains(j.Faults()[0].Reason, "科学计数法") {
		t.Errorf("%v", j.Faults())
	}
}

func TestManyRowsThroughTemporaryFiles(t *testing.T) {
	t.Parallel()
	b := excelize.NewFile()
	w, err := b.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	const n = 30_000
	_ = w.SetRow("A1", []any{"编码", "名称", "日期"})
	for i := range n {
		_ = w.SetRow(fmt.Sprintf("A%d", i+2), []any{fmt.Sprintf("A%d", i), strings.Repeat("名", 30), "2026-01-01"})
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := b.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	got, err := read(t, path, Limits{})
	if err != nil || len(got) != n || !strings.HasPrefix(got[n-1], fmt.Sprintf("%d A%d|", n+1, n-1)) {
		t.Errorf("%d rows, %v", len(got), err)
	}
	if _, err := read(t, path, Limits{XLSXRaw: 1 << 20}); apperr.CodeOf(err) != apperr.TooLarge {
		t.Errorf("over the unpacked limit: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "excelize-*")); len(left) > 0 {
		for _, f := range left {
			if st, err := os.Stat(f); err == nil && time.Since(st.ModTime()) < time.Minute && st.Size() > 1<<20 {
				t.Logf("another test's temporary file may be in use: %s", f)
			}
		}
	}
}

// archive makes a zip whose parts are given; a workbook when it has the right ones.
func archive(t testing.TB, parts map[string]func(w io.Writer)) string {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, content := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		content(w)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return write(t, "a.xlsx", buf.String())
}

func text(s string) func(io.Writer) { return func(w io.Writer) { _, _ = io.WriteString(w, s) } }

func times(s string, n int) func(io.Writer) {
	return func(w io.Writer) {
		block := strings.Repeat(s, 1+(64<<10)/len(s))
		for n > 0 {
			k := min(n, len(block)/len(s))
			_, _ = io.WriteString(w, block[:k*len(s)])
			n -= k
		}
	}
}

// parts of a minimal workbook, with the given sheet and further parts.
func parts(sheet func(io.Writer), more map[string]func(io.Writer)) map[string]func(io.Writer) {
	out := map[string]func(io.Writer){
		"[Content_Types].xml":        text(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`),
		"_rels/.rels":                text(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
		"xl/workbook.xml":            text(`<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`),
		"xl/_rels/workbook.xml.rels": text(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`),
		"xl/worksheets/sheet1.xml":   sheet,
	}
	for k, v := range more {
		out[k] = v
	}
	return out
}

const sheetOpen = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>编码</t></is></c><c r="B1" t="inlineStr"><is><t>名称</t></is></c></row>`
const sheetClose = `</sheetData></worksheet>`

func row(n int) string {
	return fmt.Sprintf(`<row r="%[1]d"><c r="A%[1]d" t="inlineStr"><is><t>A%[1]d</t></is></c><c r="B%[1]d" t="inlineStr"><is><t>b</t></is></c></row>`, n)
}

func TestMinimalWorkbook(t *testing.T) {
	t.Parallel()
	got, err := read(t, archive(t, parts(text(sheetOpen+row(2)+row(9)+sheetClose), nil)), Limits{})
	if d := cmp.Diff([]string{"2 A2|b|", "9 A9|b|"}, got); d != "" || err != nil {
		t.Error(d, err)
	}
}

func then(fs ...func(io.Writer)) func(io.Writer) {
	return func(w io.Writer) {
		for _, f := range fs {
			f(w)
		}
	}
}

func TestHostileWorkbooksAreRefusedInBoundedMemory(t *testing.T) {
	// Not parallel: it measures the process.
	for name, c := range map[string]struct {
		parts  map[string]func(io.Writer)
		reason string
	}{
		"bomb: sheet":       {parts(then(text(sheetOpen), times(row(2), 3<<20), text(sheetClose)), nil), "解压后超过上限"},
		"bomb: picture":     {parts(text(sheetOpen+sheetClose), map[string]func(io.Writer){"xl/media/a.png": times("\x00", 200<<20)}), "附属内容过大"},
		"bomb: styles":      {parts(text(sheetOpen+sheetClose), map[string]func(io.Writer){"xl/styles.xml": times("<xf/>", 4<<20)}), "附属内容过大"},
		"bomb: strings":     {parts(text(sheetOpen+sheetClose), map[string]func(io.Writer){"xl/sharedStrings.xml": then(text("<sst>"), times("<si/>", 20<<20), text("</sst>"))}), "工作簿里的文字超过"},
		"one endless cell":  {parts(then(text(sheetOpen+`<row r="2"><c r="A2" t="inlineStr"><is><t>`), times("x", 200<<20)), nil), "过长的单元格或行"},
		"one endless row":   {parts(then(text(sheetOpen+`<row r="2">`), times(`<c r="A2"><v>1</v></c>`, 8<<20)), nil), "过长的单元格或行"},
		"endless attribute": {parts(then(text(sheetOpen+`<row r="2" x="`), times("x", 200<<20)), nil), "过长的单元格或行"},
		"truncated sheet":   {parts(text(sheetOpen+row(2)+`<row r="3"><c r="A3"><v>1 & 2</v></c></row>`+row(4)+sheetClose), nil), "已损坏"},
		"zip, no workbook":  {map[string]func(io.Writer){"a.txt": text("hello")}, "不是 Excel 工作簿"},
		"word":              {map[string]func(io.Writer){"word/document.xml": text("<w/>"), "[Content_Types].xml": text("<t/>")}, "Word 文档"},
		"ods":               {map[string]func(io.Writer){"mimetype": text("x"), "content.xml": text("<t/>")}, "OpenDocument"},
		"xlsb":              {map[string]func(io.Writer){"xl/workbook.bin": text("x"), "[Content_Types].xml": text("<t/>")}, "xlsb"},
		"no sheet at all":   {map[string]func(io.Writer){"xl/workbook.xml": text("<workbook/>"), "[Content_Types].xml": text("<Types/>")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := archive(t, c.parts)
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := read(t, path, Limits{})
			runtime.ReadMemStats(&after)
			e, ok := apperr.As(err)
			if !ok || !strings.Contains(e.Message, c.reason) {
				t.Errorf("got %v, want %q", err, c.reason)
			}
			if grown := int64(after.TotalAlloc - before.TotalAlloc); grown > 64<<20 {
				t.Errorf("allocated %d MB", grown>>20)
			}
		})
	}
}

// Entities are neither fetched nor expanded.
func TestEntitiesAreText(t *testing.T) {
	t.Parallel()
	doctype := `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>`
	got, err := read(t, archive(t, parts(text(doctype+sheetOpen+`<row r="2"><c r="A2" t="inlineStr"><is><t>&e;&b;</t></is></c><c r="B2"><v>1</v></c></row>`+sheetClose), nil)), Limits{})
	if s := strings.Join(got, " "); strings.Contains(s, "root") || strings.Contains(s, "aaa") {
		t.Errorf("%q, %v", s, err)
	}
}

// An archive may say of a part that it is small, or so large that sums overflow.
func TestLyingSizes(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]uint32{"too small": 100, "zip64 marker": 0xffffffff} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := archive(t, parts(then(text(sheetOpen), times(row(2), 100_000), text(sheetClose)), nil))
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			at := 0
			for {
				i := bytes.Index(b[at:], []byte("PK\x01\x02"))
				if i < 0 {
					break
				}
				at += i
				if n := int(binary.LittleEndian.Uint16(b[at+28:])); string(b[at+46:at+46+n]) == "xl/worksheets/sheet1.xml" {
					binary.LittleEndian.PutUint32(b[at+24:], size)
				}
				at += 4
			}
			if _, err := read(t, write(t, "a.xlsx", string(b)), Limits{}); err == nil {
				t.Error("accepted")
			} else if _, ok := apperr.As(err); !ok {
				t.Errorf("not a sentence for people: %v", err)
			}
		})
	}
}

func TestEncryptedWorkbook(t *testing.T) {
	t.Parallel()
	b := excelize.NewFile()
	put(t, b, "Sheet1", 1, 1, "编码")
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := b.SaveAs(path, excelize.Options{Password: "密码"}); err != nil {
		t.Fatal(err)
	}
	_, err := read(t, path, Limits{})
	if e, ok := apperr.As(err); !ok || !strings.Contains(e.Message, "打开密码") {
		t.Errorf("got %v", err)
	}
}

// One long string that every cell refers to is read as often as the budget allows.
func TestAmplifiedStrings(t *testing.T) {
	t.Parallel()
	cells := `<c r="A%[1]d" t="s"><v>0</v></c><c r="B%[1]d" t="s"><v>0</v></c>`
	var rows strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&rows, `<row r="%[1]d">`+cells+`</row>`, i+2)
	}
	path := archive(t, parts(text(sheetOpen+rows.String()+sheetClose), map[string]func(io.Writer){
		"xl/sharedStrings.xml": text(`<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>` + strings.Repeat("x", 100_000) + `</t></si></sst>`)}))
	_, err := read(t, path, Limits{XLSXRaw: 2 << 20})
	if e, ok := apperr.As(err); !ok || !strings.Contains(e.Message, "展开后过大") {
		t.Errorf("got %v", err)
	}
}
