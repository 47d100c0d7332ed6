package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// RFC 6962 section 2.1 as it is written there, in code that shares nothing with tlog's.

func leafOf(data []byte) [32]byte { return sha256.Sum256(append([]byte{0}, data...)) }

func mth(d [][]byte) [32]byte {
	switch len(d) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leafOf(d[0])
	}
	k := below(len(d))
	l, r := mth(d[:k]), mth(d[k:])
	return sha256.Sum256(slices.Concat([]byte{1}, l[:], r[:]))
}

// below is the largest power of two smaller than n.
func below(n int) int {
	k := 1
	for k*2 < n {
		k *= 2
	}
	return k
}

func auditPath(m int, d [][]byte) [][32]byte {
	if len(d) == 1 {
		return nil
	}
	k := below(len(d))
	if m < k {
		return append(auditPath(m, d[:k]), mth(d[k:]))
	}
	return append(auditPath(m-k, d[k:]), mth(d[:k]))
}

func growth(m int, d [][]byte, whole bool) [][32]byte {
	if m == len(d) {
		if whole {
			return nil
		}
		return [][32]byte{mth(d)}
	}
	k := below(len(d))
	if m <= k {
		return append(growth(m, d[:k], whole), mth(d[k:]))
	}
	return append(growth(m-k, d[k:], false), mth(d[:k]))
}

func encoded(hashes [][32]byte) []string {
	out := make([]string, len(hashes))
	for i, h := range hashes {
		out[i] = base64.StdEncoding.EncodeToString(h[:])
	}
	return out
}

// TestProofsAreThoseOfTheRFC: every proof, root and tile of a log that grew in batches of
// any size is what a tree made from its leaves by the book says.
func TestProofsAreThoseOfTheRFC(t *testing.T) {
	t.Parallel()
	pool, l := open(t)
	sizes := []int{}
	for total := 0; total < 700; {
		n := 1 + rand.IntN(120)
		add(t, pool, l, n)
		integrate(t, l)
		total += n
		sizes = append(sizes, total)
	}
	a, err := fetched(t, l)
	if err != nil {
		t.Fatal(err)
	}
	leaves := a.Leaves
	size := len(leaves)
	head, err := l.Head(t.Context())
	if root := mth(leaves); err != nil || size != sizes[len(sizes)-1] || head.Root != base64.StdEncoding.EncodeToString(root[:]) {
		t.Fatalf("%d leaves, root %s, %v", size, head.Root, err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		at := rapid.SampledFrom(sizes).Draw(rt, "size")
		index := rapid.IntRange(0, at-1).Draw(rt, "index")
		p, err := l.Prove(t.Context(), strconv.Itoa(index), int64(at))
		if err != nil {
			rt.Fatal(err)
		}
		if want := encoded(auditPath(index, leaves[:at])); !slices.Equal(p.Proof, want) {
			rt.Fatalf("path of %d in %d: %v, want %v", index, at, p.Proof, want)
		}
		older := rapid.IntRange(1, size).Draw(rt, "old")
		newer := rapid.IntRange(older, size).Draw(rt, "new")
		c, err := l.Consistent(t.Context(), int64(older), int64(newer))
		if err != nil {
			rt.Fatal(err)
		}
		if want := encoded(growth(older, leaves[:newer], true)); !slices.Equal(c.Proof, want) {
			rt.Fatalf("growth from %d to %d: %v, want %v", older, newer, c.Proof, want)
		}
	})
	for _, tile := range tlog.NewTiles(8, 0, int64(size)) {
		checkTile(t, l, leaves, tile)
	}
}

func checkTile(t *testing.T, l *Log, leaves [][]byte, tile tlog.Tile) {
	t.Helper()
	path := tile.Path()[len("tile/8/"):]
	got, err := l.Tile(t.Context(), path)
	if err != nil {
		t.Fatal(path, err)
	}
	span := 1 << (8 * tile.L)
	var want []byte
	for i := range tile.W {
		from := (int(tile.N)*256 + i) * span
		h := mth(leaves[from : from+span])
		want = append(want, h[:]...)
	}
	if !slices.Equal(got.Data, want) || got.Full != (tile.W == 256) {
		t.Errorf("tile %s differs", path)
	}
	if tile.L != 0 {
		return
	}
	entries, err := l.Tile(t.Context(), "entries"+path[1:])
	if err != nil {
		t.Fatal(err)
	}
	want = nil
	for _, leaf := range leaves[tile.N*256 : int(tile.N)*256+tile.W] {
		want = append(binary.BigEndian.AppendUint16(want, uint16(len(leaf))), leaf...)
	}
	if !slices.Equal(entries.Data, want) {
		t.Errorf("entries %s differ", path)
	}
}

// TestWhatIsNotThereIsNotFound: paths beyond the log, malformed ones, and those whose
// numbers are too large for anything.
func TestWhatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	pool, l := open(t)
	add(t, pool, l, 300)
	integrate(t, l)
	for _, path := range []string{"", "0", "0/", "0/001", "0/001.p/45", "0/001.p/0", "0/001.p/256", "0/001.p/257", "0/000.p/x", "0/1", "0/x000/000", "1/000", "1/000.p/2", "-1/000", "data/000",
		"entries/001", "entries/001.p/45", "entries/x001/000", "7/000", "6/256", "7/x256/000", "5/x256/000", "8/000", "63/000", "64/000.p/1", "0/x999/x999/x999/x999/x999/999", "0/x999/x999/x999/x999/x999/x999/x999/999", "../key", "entries/-01"} {
		if tile, err := l.Tile(t.Context(), path); err == nil || !notFound(err) {
			t.Errorf("%q: %d bytes, %v", path, len(tile.Data), err)
		}
	}
	for _, key := range []string{"300", "-1", "9223372036854775807", "9223372036854775808", "", "x", "00000000-0000-0000-0000-000000000000"} {
		if _, err := l.Prove(t.Context(), key, 0); err == nil || !notFound(err) {
			t.Errorf("%q: %v", key, err)
		}
	}
}
