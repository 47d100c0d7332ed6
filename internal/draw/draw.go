package draw

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/emmansun/gmsm/sm3"
)

// Algorithm names the hash of a draw. A notice names it before sign-up opens.
type Algorithm string

const (
	SHA256 Algorithm = "sha256"
	SM3    Algorithm = "sm3" // GB/T 32905-2016
	MD5    Algorithm = "md5" // RFC 3797's conformance mode only; no notice may name it
)

func (a Algorithm) sum(b []byte) ([]byte, error) {
	switch a {
	case SHA256:
		h := sha256.Sum256(b)
		return h[:], nil
	case SM3:
		h := sm3.Sum(b)
		return h[:], nil
	case MD5:
		h := md5.Sum(b)
		return h[:], nil
	}
	return nil, fmt.Errorf("没有抽取算法 %q，应为 sha256 或 sm3", string(a))
}

// MaxPool is the largest pool: a pick's index is two bytes.
const MaxPool = 1<<16 - 1

// Pick is one row of the table of draws.
type Pick struct {
	Index     int    `json:"index"`     // i, from 0
	Hash      string `json:"hash"`      // h = H(c ‖ key ‖ c), hex
	Remaining int    `json:"remaining"` // P − i
	Remainder int    `json:"remainder"` // r = h mod (P − i)
	Number    int    `json:"number"`    // the (r+1)-th number still in the pool
	Struck    bool   `json:"struck,omitempty"`
}

// Run draws from a pool numbered 1..pool until want numbers that are not struck are
// drawn, or the pool is empty. A struck number that is drawn keeps its row and is
// skipped: striking never renumbers.
func Run(a Algorithm, key string, pool, want int, struck map[int]bool) ([]Pick, error) {
	if pool < 1 || pool > MaxPool {
		return nil, fmt.Errorf("抽取池应有 1 到 %d 个编号，现为 %d", MaxPool, pool)
	}
	if want < 1 {
		return nil, fmt.Errorf("抽取个数应不小于 1，现为 %d", want)
	}
	left := make([]int, pool)
	for i := range left {
		left[i] = i + 1
	}
	var picks []Pick
	for i := 0; want > 0 && len(left) > 0; i++ {
		var c [2]byte
		binary.BigEndian.PutUint16(c[:], uint16(i))
		input := make([]byte, 0, len(key)+4)
		input = append(append(append(input, c[:]...), key...), c[:]...)
		h, err := a.sum(input)
		if err != nil {
			return nil, err
		}
		r := int(new(big.Int).Mod(new(big.Int).SetBytes(h), big.NewInt(int64(len(left)))).Int64())
		p := Pick{Index: i, Hash: hex.EncodeToString(h), Remaining: len(left), Remainder: r, Number: left[r], Struck: struck[left[r]]}
		left = append(left[:r], left[r+1:]...)
		picks = append(picks, p)
		if !p.Struck {
			want--
		}
	}
	return picks, nil
}

// Drawn are the numbers that count, in the order drawn.
func Drawn(picks []Pick) []int {
	out := []int{}
	for _, p := range picks {
		if !p.Struck {
			out = append(out, p.Number)
		}
	}
	return out
}
