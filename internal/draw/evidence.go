package draw

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"
)

// EvidenceVersion is of the file's format. A change of meaning makes a new one, and old
// files stay checkable.
const EvidenceVersion = 1

// For whom an evidence file's draws were made.
const (
	OfSelection = "selection"
	OfPanel     = "panel"
)

// Evidence is everything a draw rests on: whoever has the file computes it again and
// needs to ask, and to believe, nobody.
type Evidence struct {
	Version       int       `json:"version"`
	Procurement   string    `json:"procurement"` // id
	Number        string    `json:"number"`      // 采购编号
	Purpose       string    `json:"purpose"`     // selection | panel
	Attempt       int       `json:"attempt"`     // 1; more after a void draw
	Algorithm     Algorithm `json:"algorithm"`
	FrozenAt      time.Time `json:"frozenAt"`
	SelectionAt   time.Time `json:"selectionAt"`
	Named         Edition   `json:"named"` // in the notice
	Fallback      *Edition  `json:"fallback,omitempty"`
	FallbackHours int       `json:"fallbackHours,omitempty"`
	UsedFallback  bool      `json:"usedFallback,omitempty"`
	Entropy       Entropy   `json:"entropy"`
	Key           string    `json:"key"`
	Pool          []Seat    `json:"pool"`
	PoolHash      string    `json:"poolHash"`
	Struck        []int     `json:"struck,omitempty"` // ascending
	Picks         int       `json:"picks"`
	Reserves      int       `json:"reserves"`
	Draws         []Table   `json:"draws"`
}

// Edition is the source that the notice names, and which edition of it.
type Edition struct {
	Kind  string `json:"kind"`            // drand | lottery | commit
	Chain string `json:"chain,omitempty"` // drand
	Round uint64 `json:"round,omitempty"`
	Game  string `json:"game,omitempty"` // lottery
	Issue string `json:"issue,omitempty"`
	Date  string `json:"date,omitempty"` // YYYY-MM-DD
}

// Entropy is what the source gave. One member is set.
type Entropy struct {
	Drand   *DrandValue   `json:"drand,omitempty"`
	Lottery *LotteryValue `json:"lottery,omitempty"`
	Commit  []Reveal      `json:"commit,omitempty"` // purchaser, supervisor, platform, in this order
}

// DrandValue is a round with the chain that signed it.
type DrandValue struct {
	Chain       string `json:"chain"`
	PublicKey   string `json:"publicKey"`
	GenesisTime int64  `json:"genesisTime"`
	Period      int64  `json:"period"` // seconds
	GroupHash   string `json:"groupHash"`
	ID          string `json:"id"`
	Round
}

// LotteryValue is a public lottery's result.
type LotteryValue struct {
	Game    string   `json:"game"`
	Issue   string   `json:"issue"`
	Date    string   `json:"date"`
	Numbers []uint64 `json:"numbers"`
	Where   string   `json:"where,omitempty"` // it can be looked up
}

// Reveal is one party's value with what it committed to before the pool was frozen.
type Reveal struct {
	Party      string `json:"party"`
	Commitment string `json:"commitment"` // hex, SHA-256 of the value
	Value      string `json:"value"`      // hex
}

// Parties of a commit–reveal, in the order their values enter the key.
var Parties = []string{"purchaser", "supervisor", "platform"}

// Seat is one number of the pool: a bidder by its USCC, or an expert, who is not named,
// by SHA-256(id ‖ procurement id).
type Seat struct {
	Number int    `json:"number"`
	USCC   string `json:"uscc,omitempty"`
	Hash   string `json:"hash,omitempty"`
}

// Seats are the members of a frozen pool as the evidence shows them.
func Seats(pool []Member) []Seat {
	out := make([]Seat, len(pool))
	for i, m := range pool {
		out[i] = Seat{Number: m.Number, USCC: m.USCC}
	}
	return out
}

// FreezeHidden numbers a pool whose members are not published, such as experts, as Freeze
// does. order[i] is the index in ids of number i+1.
func FreezeHidden(procurement string, ids []string) (seats []Seat, order []int, err error) {
	for i, id := range ids {
		sum := sha256.Sum256([]byte(id + procurement))
		seats = append(seats, Seat{Hash: hex.EncodeToString(sum[:])})
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(seats[a].Hash, seats[b].Hash) })
	slices.SortFunc(seats, func(a, b Seat) int { return cmp.Compare(a.Hash, b.Hash) })
	for i := range seats {
		seats[i].Number = i + 1
		if i > 0 && seats[i].Hash == seats[i-1].Hash {
			return nil, nil, errors.New("同一人在抽取池中出现了两次")
		}
	}
	return seats, order, nil
}

// SeatsHash is PoolHash of the seats; a hidden member stands as its hash.
func SeatsHash(procurement string, seats []Seat) string {
	pool := make([]Member, len(seats))
	for i, s := range seats {
		pool[i] = Member{s.Number, s.USCC + s.Hash} // one of the two is empty
	}
	return PoolHash(procurement, pool)
}

// Sources of the key, from what the source gave.
func (e Entropy) Sources() []Source {
	switch {
	case e.Drand != nil:
		return []Source{{Beacon: e.Drand.Randomness}}
	case e.Lottery != nil:
		return []Source{{Numbers: e.Lottery.Numbers}}
	}
	var out []Source
	for _, r := range e.Commit {
		out = append(out, Source{Beacon: r.Value})
	}
	return out
}

func (v DrandValue) chain() Chain {
	return Chain{Hash: v.Chain, PublicKey: v.PublicKey, GenesisTime: v.GenesisTime, Period: time.Duration(v.Period) * time.Second, GroupHash: v.GroupHash, ID: v.ID}
}

// DrandOf shows a verified round of a chain.
func DrandOf(c Chain, r Round) *DrandValue {
	return &DrandValue{Chain: c.Hash, PublicKey: c.PublicKey, GenesisTime: c.GenesisTime, Period: int64(c.Period / time.Second), GroupHash: c.GroupHash, ID: c.ID, Round: r}
}

// numbering recomputes the order of the seats.
func (e Evidence) numbering() error {
	var before []byte
	for i, s := range e.Pool {
		if s.Number != i+1 {
			return fmt.Errorf("第 %d 行的编号是 %d，应是 %d", i+1, s.Number, i+1)
		}
		var h []byte
		switch {
		case s.USCC != "" && s.Hash == "" && e.Purpose == OfSelection:
			sum := sha256.Sum256([]byte(s.USCC + e.Procurement))
			h = sum[:]
		case s.Hash != "" && s.USCC == "" && e.Purpose == OfPanel:
			var err error
			if h, err = hex.DecodeString(s.Hash); err != nil || len(h) != sha256.Size || hex.EncodeToString(h) != s.Hash {
				return fmt.Errorf("%d 号的摘要应是 64 位小写十六进制", s.Number)
			}
		default:
			return fmt.Errorf("%d 号应有且只有一个标识", s.Number)
		}
		if i > 0 && bytes.Compare(before, h) >= 0 {
			return fmt.Errorf("%d 号的摘要不大于前一号，编号次序不符", s.Number)
		}
		before = h
	}
	return nil
}
