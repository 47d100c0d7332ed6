package provenance

import "github.com/google/uuid"

// Place is where a delivered row belongs: all of its regions and sectors, those of what is
// already stored too.
type Place struct {
	Regions []string
	Sectors []string
	// OneSector: who serves one of the sectors may deliver the row; else all are needed.
	OneSector bool
	// Unknown: what the row is about is not stored, and the target refuses it by itself.
	Unknown bool
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
