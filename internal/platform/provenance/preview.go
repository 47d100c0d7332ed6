package provenance

import "github.com/google/uuid"

// Place is where a delivered row belongs: all of its regions and sectors, those of what is
// already stored too.
type Place struct {
	Regions []string
	Sectors []string
}

// Record is what is stored of a record, in words for people: nothing of it is a personal
// value in full.
type Record struct {
	ID    uuid.UUID
	Key   string // as the target's Key gives it; never shown
	Cells []Cell
}

// Cell is one value of a record.
type Cell struct{ Label, Value string }
