package exchange

import (
	"testing"

	"pgregory.net/rapid"
)

func TestSeenIsASet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, model := newSeen(), map[string]int64{}
		keys := rapid.SliceOf(rapid.StringN(0, 3, -1)).Draw(t, "keys")
		for i, k := range keys {
			line := int64(i + 2)
			if got := s.at(k, line); got != model[k] {
				t.Fatalf("%q at line %d: earlier %d, want %d", k, line, got, model[k])
			}
			if model[k] == 0 {
				model[k] = line
			}
		}
	})
}

func TestSeenStaysSmall(t *testing.T) {
	t.Parallel()
	s := newSeen()
	const n = 300_000
	key := []byte("000000000")
	for i := range n {
		for p, v := 8, i; p >= 0; p, v = p-1, v/10 {
			key[p] = byte('0' + v%10)
		}
		if s.at(string(key), int64(i+2)) != 0 {
			t.Fatal("a new key was seen")
		}
	}
	slots := 0
	for _, p := range s.parts {
		slots += len(p.slots)
	}
	if perKey := slots * 16 / n; perKey > 45 {
		t.Errorf("%d bytes a key", perKey)
	}
	if s.at("000000007", 9) != 9 {
		t.Error("a key was lost while the table grew")
	}
}
