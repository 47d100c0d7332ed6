package exchange

import "hash/maphash"

// maxRows bounds one file: several times all firms of a province. Its keys then take
// 64 MB, whatever they are.
const maxRows = 2_000_000

// seen remembers at which line each key of a file stood, in 16 bytes a key: 96 bits of
// two keyed hashes and the line. Among maxRows keys two different ones share 96 bits
// with a chance below 10⁻¹⁶. The hashes are keyed anew for each file, so that a file
// cannot be made to collide.
type seen struct {
	seedA, seedB maphash.Seed
	parts        [seenParts]seenPart
}

// The table is in parts that grow one at a time, so that growing never doubles it.
const seenParts = 64

type seenPart struct {
	slots []seenSlot
	used  int
}

type seenSlot struct {
	a    uint64
	b    uint32
	line uint32 // 0: empty
}

func newSeen() *seen { return &seen{seedA: maphash.MakeSeed(), seedB: maphash.MakeSeed()} }

// at returns the line of an earlier occurrence of key; 0, and key is remembered, when
// there is none. Lines above 2³² are remembered as the last that fits.
func (s *seen) at(key string, line int64) int64 {
	a, b := maphash.String(s.seedA, key), uint32(maphash.String(s.seedB, key))
	p := &s.parts[a%seenParts]
	if p.used*4 >= len(p.slots)*3 {
		p.grow()
	}
	slot := p.find(a, b)
	if slot.line != 0 {
		return int64(slot.line)
	}
	*slot = seenSlot{a: a, b: b, line: uint32(min(max(line, 1), 1<<32-1))}
	p.used++
	return 0
}

func (p *seenPart) find(a uint64, b uint32) *seenSlot {
	mask := uint64(len(p.slots) - 1)
	for i := (a / seenParts) & mask; ; i = (i + 1) & mask {
		if s := &p.slots[i]; s.line == 0 || s.a == a && s.b == b {
			return s
		}
	}
}

func (p *seenPart) grow() {
	old := p.slots
	p.slots = make([]seenSlot, max(16, 2*len(old)))
	for _, s := range old {
		if s.line != 0 {
			*p.find(s.a, s.b) = s
		}
	}
}
