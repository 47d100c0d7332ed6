package search

import (
	"bytes"
	"cmp"
	"slices"
)

// collector takes in candidates as they arrive, judges them, counts them and keeps what
// it needs to place them. It allocates nothing for a row: a common word brings a
// thousand.
type collector struct {
	rank     *ranker
	kept     []candidate
	seen     map[int64]bool
	proposed [classCount]int // rows that arrived, each once
	taken    [classCount]int // that were found to be what was asked for
	kinds    [numbers]int    // by number
	regions  map[string]*int // by whole list
	sectors  map[string]*int
}

type candidate struct {
	id    int64
	score int
	rank  int32
	kind  int16
}

func newCollector(p plan) *collector {
	return &collector{rank: newRanker(p), seen: make(map[int64]bool, 256), regions: map[string]*int{}, sectors: map[string]*int{}}
}

// add judges one candidate; what it is given is not kept.
func (c *collector) add(id int64, rank int32, d *card, regions, sectors []byte) {
	class := classOf(d.kind)
	if c.taken[class] >= classes[class].cap || c.seen[id] {
		return
	}
	c.proposed[class]++
	score := c.rank.score(d)
	if score == 0 {
		return
	}
	c.seen[id] = true
	c.taken[class]++
	c.kept = append(c.kept, candidate{id, score, rank, d.kind})
	c.kinds[d.kind]++
	count(c.regions, regions)
	count(c.sectors, sectors)
}

func count(lists map[string]*int, list []byte) {
	if n, ok := lists[string(list)]; ok { // no copy is made to look up
		*n++
		return
	}
	one := 1
	lists[string(list)] = &one
}

// capped reports whether some class has more than was taken in.
func (c *collector) capped() bool {
	for class, n := range c.taken {
		if n >= classes[class].cap {
			return true
		}
	}
	return false
}

// starved reports whether a class ran into its limit of rows with candidates that were
// not what was asked for: there may be others behind them.
func (c *collector) starved(times int) bool {
	for class, n := range c.proposed {
		if n >= classes[class].cap*times && c.taken[class] < classes[class].cap {
			return true
		}
	}
	return false
}

// page are the candidates from offset on, best first.
func (c *collector) page(offset, limit int) []candidate {
	slices.SortFunc(c.kept, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.rank, a.rank), cmp.Compare(a.kind, b.kind), cmp.Compare(a.id, b.id))
	})
	return c.kept[min(offset, len(c.kept)):min(offset+limit, len(c.kept))]
}

// values takes counted lists apart.
func values(lists map[string]*int) map[string]int {
	out := map[string]int{}
	for list, n := range lists {
		for v := range bytes.SplitSeq([]byte(list), []byte(listSeparator)) {
			if len(v) > 0 {
				out[string(v)] += *n
			}
		}
	}
	return out
}

func (c *collector) byKind() map[Kind]int {
	out := map[Kind]int{}
	for number, n := range c.kinds {
		if n > 0 {
			out[kindOf(int16(number))] = n
		}
	}
	return out
}
