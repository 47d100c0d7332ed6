package secret

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// bare seals as the first version of the program did: without the key's id.
func bare(v *Vault, field, value string) []byte {
	return v.keys[0].aead.Seal([]byte{formatBare}, nil, []byte(value), []byte(field))
}

// TestEveryKeyOpens: whatever key of the vault sealed a value, in either format, it
// opens and can be brought under the current one; no other key's does.
func TestEveryKeyOpens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := make([]string, rapid.IntRange(1, 4).Draw(t, "keys"))
		for i := range names {
			names[i] = NewKey()
		}
		must := func(v *Vault, err error) *Vault {
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		v := must(NewVault(names[0], append(slices.Clone(names[1:]), names...)...))
		if len(v.keys) != len(names) {
			t.Fatalf("%d keys of %d", len(v.keys), len(names))
		}
		value := rapid.String().Draw(t, "value")
		which := rapid.IntRange(0, len(names)-1).Draw(t, "key")
		sealer := must(NewVault(names[which]))
		seal := sealer.Seal
		old := rapid.Bool().Draw(t, "format 1")
		if old {
			seal = func(field, value string) []byte { return bare(sealer, field, value) }
		}
		sealed := seal("f", value)

		if got, err := v.Open("f", sealed); err != nil || got != value {
			t.Fatalf("%q, %v", got, err)
		}
		if v.Stale(sealed) != (which > 0 || old) {
			t.Fatalf("key %d, format 1 %v: stale %v", which, old, v.Stale(sealed))
		}
		fresh, err := v.Reseal("f", sealed)
		if err != nil || v.Stale(fresh) || !v.Stale(sealed) && !bytes.Equal(fresh, sealed) {
			t.Fatalf("resealed: %v", err)
		}
		if got, err := must(NewVault(names[0])).Open("f", fresh); err != nil || got != value {
			t.Fatalf("%q, %v", got, err)
		}
		if _, err := v.Reseal("g", seal("f", value)); err == nil && (which > 0 || old) {
			t.Fatal("resealed for another field")
		}
		stranger := must(NewVault(NewKey(), NewKey()))
		if _, err := stranger.Open("f", sealed); !errors.Is(err, ErrNoKey) {
			t.Fatalf("a stranger: %v", err)
		}
		i := rapid.IntRange(0, len(sealed)-1).Draw(t, "byte")
		sealed[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
		if _, err := v.Open("f", sealed); err == nil {
			t.Fatalf("opened with byte %d changed", i)
		}

		digests := v.Digests("f", value)
		if len(digests) != len(names) || !bytes.Equal(digests[0], v.Digest("f", value)) {
			t.Fatal("the current digest comes first")
		}
		for i, name := range names {
			if !bytes.Equal(digests[i], must(NewVault(name)).Digest("f", value)) {
				t.Fatalf("digest %d is not that of key %d", i, i)
			}
		}
	})
}

// TestFormatsOfOldStillOpen: what earlier programs stored and digested, by a key of this
// test only, never loses its meaning.
func TestFormatsOfOldStillOpen(t *testing.T) {
	t.Parallel()
	const old = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	v, err := NewVault(NewKey(), old)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := hex.DecodeString("0148bedcac3d9aa02b40d0deb3a4723ff3acfe9e43d75498fc653aa7a1c26ab01cfa05611d22abc7")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Open("expert.phone", sealed); err != nil || got != "19900001234" {
		t.Errorf("%q, %v", got, err)
	}
	if got := hex.EncodeToString(v.Digests("person.id_number", "140802198001011234")[1]); got != "b4570eb40afa1158658538a900f486d535a73ff279000c80605263bc9a38b4f5" {
		t.Error(got)
	}
}
