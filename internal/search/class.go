package search

import "slices"

// class is a sort of documents that a query takes in so many of, at most, whatever else
// is found beside them.
type class struct {
	kinds []Kind
	cap   int
	slabs []int16 // of the table, each with its GIN index; a crowd has a small, a middle and a large one
}

const (
	catalogueClass = iota
	announcementClass
	expertClass
	agencyClass
	procurementClass
	classCount
)

// The catalogue is small and is always read in full.
var classes = [classCount]class{
	catalogueClass:    {[]Kind{ServiceItem, ApprovalItem, Department, Region}, 3000, []int16{1}},
	announcementClass: {[]Kind{Announcement}, 500, []int16{2}},
	expertClass:       {[]Kind{Expert}, 500, []int16{3}},
	agencyClass:       {[]Kind{Agency}, 1000, []int16{4, 5, 6}},
	procurementClass:  {[]Kind{Procurement}, 500, []int16{7, 8, 9}},
}

// How many documents the small and the middle slab of a crowd hold after a rebuild. A
// word that one in eight of 100,000 has fills an answer from the small one, at the cost
// of a thousand entries; one in thirty, from the middle one; a rarer word has few
// entries in the large one.
const (
	smallSlab  = 8 << 10
	middleSlab = 24 << 10
)

// crowd reports whether the class has slabs for more than a few thousand.
func (c class) crowd() bool { return len(c.slabs) > 1 }

// slab is where the n-th document of the class belongs, from 0. New ones go to the first:
// they are the latest, which is the order of the lists. The next rebuild evens the slabs out.
func (c class) slab(n int) int16 {
	switch {
	case !c.crowd() || n < smallSlab:
		return c.slabs[0]
	case n < smallSlab+middleSlab:
		return c.slabs[1]
	}
	return c.slabs[2]
}

var classOfNumber = func() (out [numbers]int) {
	for i, c := range classes {
		for _, k := range c.kinds {
			out[kinds[k].number] = i
		}
	}
	return out
}()

func classOf(kind int16) int { return classOfNumber[kind] }

func (q Query) wants(c class) bool { return q.Kind == "" || slices.Contains(c.kinds, q.Kind) }
