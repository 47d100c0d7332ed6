package draw

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Member is one numbered bid of a frozen pool.
type Member struct {
	Number int    `json:"number"`
	USCC   string `json:"uscc"`
}

// Freeze numbers the eligible bidders 1..P in the order of SHA-256(USCC ‖ procurement
// id): an order that nobody chose and that does not depend on when anyone signed up.
func Freeze(procurement string, usccs []string) ([]Member, error) {
	type ranked struct {
		uscc string
		hash [sha256.Size]byte
	}
	list := make([]ranked, len(usccs))
	seen := make(map[string]bool, len(usccs))
	for i, u := range usccs {
		if seen[u] {
			return nil, fmt.Errorf("%s 在抽取池中出现了两次", u)
		}
		seen[u] = true
		list[i] = ranked{u, sha256.Sum256([]byte(u + procurement))}
	}
	slices.SortFunc(list, func(a, b ranked) int { return bytes.Compare(a.hash[:], b.hash[:]) })
	out := make([]Member, len(list))
	for i, r := range list {
		out[i] = Member{Number: i + 1, USCC: r.uscc}
	}
	return out, nil
}

// PoolHash is what goes into the public log before the entropy exists: the SHA-256 of
// the procurement id and of the members in their order, each on a line of its own.
func PoolHash(procurement string, pool []Member) string {
	var b strings.Builder
	b.WriteString(procurement)
	b.WriteByte('\n')
	for _, m := range pool {
		fmt.Fprintf(&b, "%d %s\n", m.Number, m.USCC)
	}
	h := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(h[:])
}
