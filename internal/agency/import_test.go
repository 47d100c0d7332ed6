package agency

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zjcs/internal/catalog"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
	"zjcs/internal/platform/sheet"
)

var importDay = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

func testImport(t testing.TB) *Import {
	t.Helper()
	vault, err := secret.NewVault(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return &Import{
		regions: catalog.Regions{{Code: "140800"}, {Code: "140802", Parent: "140800"}}, vault: vault, now: importDay,
		items: map[string]uuid.UUID{"ZJ0001": {1}, "ZJ0002": {2}}, today: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC),
	}
}

// rowOf reads one row of CSV as an import would.
func rowOf(t interface{ Fatal(...any) }, im *Import, cells ...string) sheet.Row {
	var b strings.Builder
	for i, c := range im.Columns() {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(c.Name)
	}
	b.WriteByte('\n')
	for i := range im.Columns() {
		if i > 0 {
			b.WriteByte(',')
		}
		if i < len(cells) {
			b.WriteString(`"` + strings.ReplaceAll(cells[i], `"`, `""`) + `"`)
		}
	}
	r, err := sheet.OpenCSV(strings.NewReader(b.String()), "", im.Columns())
	if err != nil {
		t.Fatal(err)
	}
	row, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	return row
}

func TestPartsOfARow(t *testing.T) {
	t.Parallel()
	im := testImport(t)
	r, faults := im.Parse(rowOf(t, im, "91350100m000100y43", "某公司", "", "王明", "140802", "", "", "０", "", "", "", "ZJ0002; ZJ0001；ZJ0002",
		"测绘资质|甲级|A1|省厅|长期;；勘察资质｜｜B1｜｜2027年1月2日；", "李红|测绘师|C1|；张三|测绘师|C2|2027-01-01|"))
	if len(faults) != 1 || faults[0].Column != "联系电话" {
		t.Fatalf("%v", faults)
	}
	if r.uscc != "91350100M000100Y43" || r.kind != "enterprise" || len(r.items) != 2 || r.items[0] != (uuid.UUID{1}) {
		t.Errorf("%+v", r)
	}
	if len(r.qualifications) != 2 || !r.qualifications[0].validTo.IsZero() || r.qualifications[1].validTo.Format(time.DateOnly) != "2027-01-02" || r.qualifications[1].certificateNo != "B1" {
		t.Errorf("%+v", r.qualifications)
	}
	if len(r.practitioners) != 2 || r.practitioners[0].idDigest != nil {
		t.Errorf("%+v", r.practitioners)
	}
}

func TestKindFollowsTheCode(t *testing.T) {
	t.Parallel()
	im := testImport(t)
	for uscc, want := range map[string]Kind{"12": PublicInstitution, "52": SocialOrg, "31": ProfessionalFirm, "91": Enterprise, "N2": Enterprise} {
		j := &sheet.Judge{Row: rowOf(t, im, "-")}
		if got := im.kindOf(j, uscc+"140899"); got != string(want) {
			t.Errorf("%s: %s, want %s", uscc, got, want)
		}
	}
}

func TestPhones(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"0359-2220000": true, "03592220000": true, "010-88886666": true, "0359-2220000-801": true, "13912345678": true, "400-123-4567": true, "4001234567": true, "12345": true, "95588": true,
		"12345678": false, "2220000": false, "0359-222": false, "139123456789": false, "0359-2220000、0359-2220001": false, "+8613912345678": false,
	} {
		if phone.MatchString(s) != want {
			t.Errorf("%s: %v, want %v", s, !want, want)
		}
	}
}

// Whatever stands in a row, it is either refused with reasons or stored as it stands.
func TestAnyRowIsJudged(t *testing.T) {
	t.Parallel()
	im := testImport(t)
	word := rapid.OneOf(rapid.StringOf(rapid.RuneFrom([]rune("|｜；;ZJ0012测绘\"\n-/年月日 "))), rapid.String(),
		rapid.SampledFrom([]string{"", "91350100M000100Y43", "ZJ0001", "140802", "2026-01-01", "a|b|c|d|e", "11010519491231002X"}))
	rapid.Check(t, func(rt *rapid.T) {
		cells := rapid.SliceOfN(word, 14, 14).Draw(rt, "cells")
		if strings.HasPrefix(cells[0], "#") || !slices.ContainsFunc(cells, func(c string) bool { return sheet.Clean(c) != "" }) {
			return // an explanation or an empty line is no row
		}
		row := rowOf(rt, im, cells...)
		if row.Fault != "" {
			return
		}
		r, faults := im.Parse(row)
		for _, f := range faults {
			if f.Column == "" || f.Reason == "" || f.Line != 2 {
				rt.Fatalf("%+v", f)
			}
			if strings.Contains(f.Reason, "11010519491231002X") {
				rt.Fatal("a reason repeats an ID number")
			}
		}
		if len(faults) == 0 && (len(r.uscc) != 18 || r.name == "" || r.legalRep == "") {
			rt.Fatalf("%+v passes", r)
		}
	})
}

// The order of ids is the order of admission, and then of the rows.
func TestIDsFollowAdmission(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWrites(provenance.Batch{}, importDay)
		days := rapid.SliceOfN(rapid.IntRange(0, 3000), 2, 50).Draw(t, "days")
		var last uuid.UUID
		lastDay := -1
		for _, d := range days {
			id := w.admissionID(time.Date(2026, 11, 24-d, 0, 0, 0, 0, time.UTC))
			if id.Version() != 7 || id.Variant() != uuid.RFC4122 {
				t.Fatalf("%s is no UUIDv7", id)
			}
			if lastDay >= 0 {
				earlier := d > lastDay
				if after := bytes.Compare(id[:], last[:]) > 0; after == earlier {
					t.Fatalf("%d days ago and %d days ago are out of order", lastDay, d)
				}
			}
			last, lastDay = id, d
		}
	})
}
