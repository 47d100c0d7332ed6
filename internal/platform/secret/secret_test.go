package secret

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func vault(t *testing.T) *Vault {
	t.Helper()
	v, err := NewVault(NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSealedValuesOpenOnlyInTheirField(t *testing.T) {
	t.Parallel()
	v, other := vault(t), vault(t)
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.String().Draw(t, "value")
		sealed := v.Seal("expert.phone", value)
		if got, err := v.Open("expert.phone", sealed); err != nil || got != value {
			t.Fatalf("%q, %v", got, err)
		}
		if len(value) > 3 && bytes.Contains(sealed, []byte(value)) {
			t.Fatal("the value shows through")
		}
		if _, err := v.Open("expert.id_number", sealed); err == nil {
			t.Fatal("opened in another field")
		}
		if _, err := other.Open("expert.phone", sealed); err == nil {
			t.Fatal("opened with another key")
		}
		i := rapid.IntRange(0, len(sealed)-1).Draw(t, "byte")
		sealed[i] ^= 1
		if _, err := v.Open("expert.phone", sealed); err == nil {
			t.Fatal("a changed value opened")
		}
		if bytes.Equal(v.Seal("f", value), v.Seal("f", value)) {
			t.Fatal("equal values must not look equal sealed")
		}
		if !bytes.Equal(v.Digest("f", value), v.Digest("f", value)) || bytes.Equal(v.Digest("f", value), v.Digest("g", value)) {
			t.Fatal("a digest is of its field and value")
		}
	})
	for _, bad := range [][]byte{nil, {}, {1}, {2, 3, 4}} {
		if _, err := v.Open("f", bad); err == nil {
			t.Errorf("opened %v", bad)
		}
	}
}

func TestBadKeysAreRefused(t *testing.T) {
	t.Parallel()
	for _, k := range []string{"", "short", "AAAA", strings.Repeat("A", 44) + "!"} {
		if _, err := NewVault(k); err == nil {
			t.Errorf("took %q", k)
		}
	}
}

func TestMasksHideMost(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "王": "*", "王明": "王*", "王小明": "王*明", "欧阳小明": "欧**明"} {
		if got := MaskName(in); got != want {
			t.Errorf("MaskName(%s) = %s, want %s", in, got, want)
		}
	}
	if got := MaskNumber("140802198001011234"); got != "140*************34" {
		t.Error(got)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9A-Z]{0,30}`).Draw(t, "s")
		m := MaskNumber(s)
		if utf8.RuneCountInString(m) != len(s) || strings.Count(m, "*") < len(s)-5 {
			t.Fatalf("%s → %s", s, m)
		}
	})
}
