package draw

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestRFC3797 is the worked example of RFC 3797 section 6.
func TestRFC3797(t *testing.T) {
	t.Parallel()
	key, err := Key([]Source{{Numbers: []uint64{9319}}, {Numbers: []uint64{2, 5, 12, 8, 10}}, {Numbers: []uint64{9, 18, 26, 34, 41, 45}}})
	if err != nil || key != "9319./2.5.8.10.12./9.18.26.34.41.45./" {
		t.Fatalf("%q, %v", key, err)
	}
	picks, err := Run(MD5, key, 25, 10, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Drawn(picks), []int{17, 7, 2, 16, 25, 23, 8, 24, 19, 13}; !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	if picks[0].Hash != "990dd0a5692a029a98b5e01aa28f3459" {
		t.Errorf("first hash %s", picks[0].Hash)
	}
}

func beacon(t *testing.T) (Chain, Round) {
	t.Helper()
	b, err := os.ReadFile("testdata/drand-quicknet.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		ChainHash   string `json:"chain_hash"`
		PublicKey   string `json:"public_key"`
		GenesisTime int64  `json:"genesis_time"`
		Period      int64  `json:"period_s"`
		Rounds      []Round
	}
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	return Chain{Hash: f.ChainHash, PublicKey: f.PublicKey, GenesisTime: f.GenesisTime, Period: time.Duration(f.Period) * time.Second}, f.Rounds[0]
}

func TestBeaconSignature(t *testing.T) {
	t.Parallel()
	c, r := beacon(t)
	if err := c.Verify(r); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]Round{
		"another round":      {r.Round + 1, r.Randomness, r.Signature},
		"another randomness": {r.Round, strings.Repeat("0", 64), r.Signature},
		"not hex":            {r.Round, r.Randomness, "zz"},
		"cut short":          {r.Round, r.Randomness, r.Signature[:94]},
		"with a tail":        {r.Round, r.Randomness, r.Signature + "00"},
		"the infinite point": {r.Round, r.Randomness, "c0" + strings.Repeat("0", 94)},
	} {
		if c.Verify(bad) == nil {
			t.Errorf("took %s", name)
		}
	}
	for i := range len(r.Signature) {
		b := []byte(r.Signature)
		b[i] = map[bool]byte{true: '1', false: '0'}[b[i] == '0']
		sum, _ := hex.DecodeString(string(b))
		digest := sha256.Sum256(sum)
		if c.Verify(Round{r.Round, hex.EncodeToString(digest[:]), string(b)}) == nil {
			t.Fatalf("took a signature changed at %d", i)
		}
	}
}

func TestRoundsAndTimes(t *testing.T) {
	t.Parallel()
	c, _ := beacon(t)
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(c.GenesisTime+rapid.Int64Range(-100, 1e9).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		n := c.FirstAfter(at)
		if !c.TimeOf(n).After(at) {
			t.Fatalf("round %d at %s is not after %s", n, c.TimeOf(n), at)
		}
		if n > 1 && c.TimeOf(n-1).After(at) {
			t.Fatalf("round %d is not the first after %s", n, at)
		}
	})
}

// TestDrawIsAPermutation: whatever the key, all numbers come, each once, and each row can
// be computed again from what it shows.
func TestDrawIsAPermutation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pool := rapid.IntRange(1, 300).Draw(t, "pool")
		key := rapid.StringMatching(`([0-9a-f]{1,64}\./){1,3}`).Draw(t, "key")
		a := rapid.SampledFrom([]Algorithm{SHA256, SM3, MD5}).Draw(t, "algorithm")
		struck := map[int]bool{}
		for _, n := range rapid.SliceOfN(rapid.IntRange(1, pool), 0, 20).Draw(t, "struck") {
			struck[n] = true
		}
		all, err := Run(a, key, pool, pool, struck)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[int]bool{}
		left := make([]int, pool)
		for i := range left {
			left[i] = i + 1
		}
		for i, p := range all {
			h, _ := new(big.Int).SetString(p.Hash, 16)
			r := int(new(big.Int).Mod(h, big.NewInt(int64(pool-i))).Int64())
			if p.Index != i || p.Remaining != pool-i || p.Remainder != r || left[r] != p.Number || seen[p.Number] || p.Struck != struck[p.Number] {
				t.Fatalf("row %d: %+v", i, p)
			}
			seen[p.Number] = true
			left = slices.Delete(left, r, r+1)
		}
		if len(all) != pool || len(Drawn(all)) != pool-len(struck) {
			t.Fatalf("%d rows, %d drawn of %d with %d struck", len(all), len(Drawn(all)), pool, len(struck))
		}
		// Striking renumbers nothing: the others come in the same order.
		plain, _ := Run(a, key, pool, pool, nil)
		kept := slices.DeleteFunc(Drawn(plain), func(n int) bool { return struck[n] })
		if !slices.Equal(kept, Drawn(all)) {
			t.Fatal("striking changed the order of the others")
		}
		// Fewer picks are the beginning of more.
		k := rapid.IntRange(1, pool).Draw(t, "k")
		some, _ := Run(a, key, pool, k, nil)
		if !slices.Equal(Drawn(some), Drawn(plain)[:k]) {
			t.Fatal("a shorter draw is not the beginning of a longer one")
		}
	})
}

func TestFreezeKnowsNoOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		usccs := rapid.SliceOfNDistinct(rapid.StringMatching(`[0-9A-HJ-NPQRTUWXY]{18}`), 0, 60, rapid.ID).Draw(t, "usccs")
		id := rapid.StringMatching(`[0-9a-f-]{36}`).Draw(t, "id")
		pool, err := Freeze(id, usccs)
		if err != nil || len(pool) != len(usccs) {
			t.Fatal(err)
		}
		shuffled := rapid.Permutation(usccs).Draw(t, "shuffled")
		again, _ := Freeze(id, shuffled)
		if !slices.Equal(pool, again) || PoolHash(id, pool) != PoolHash(id, again) {
			t.Fatal("the order of sign-up shows")
		}
		for i, m := range pool {
			if m.Number != i+1 {
				t.Fatal("numbers have a gap")
			}
		}
		if len(pool) > 0 {
			changed := slices.Clone(pool)
			changed[0].USCC = "X" + changed[0].USCC
			if PoolHash(id, changed) == PoolHash(id, pool) || PoolHash(id+"x", pool) == PoolHash(id, pool) {
				t.Fatal("a changed pool has the same hash")
			}
			if _, err := Freeze(id, append(usccs, usccs[0])); err == nil {
				t.Fatal("took a bidder twice")
			}
		}
	})
}

func TestKeysAreCanonical(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.Uint64(), 1, 12).Draw(t, "numbers")
		a, err := Key([]Source{{Numbers: numbers}, {Beacon: "AbCd"}})
		b, _ := Key([]Source{{Numbers: rapid.Permutation(numbers).Draw(t, "shuffled")}, {Beacon: "abcd"}})
		if err != nil || a != b || !strings.HasSuffix(a, "/abcd./") {
			t.Fatalf("%q %q %v", a, b, err)
		}
	})
	for _, bad := range [][]Source{nil, {{}}, {{Beacon: "xyz"}}, {{Beacon: "ab", Numbers: []uint64{1}}}} {
		if _, err := Key(bad); err == nil {
			t.Errorf("took %v", bad)
		}
	}
	for _, c := range []struct{ pool, want int }{{0, 1}, {MaxPool + 1, 1}, {5, 0}} {
		if _, err := Run(SHA256, "1./", c.pool, c.want, nil); err == nil {
			t.Errorf("took %+v", c)
		}
	}
	if _, err := Run("sha1", "1./", 2, 1, nil); err == nil {
		t.Error("took an unknown algorithm")
	}
}
