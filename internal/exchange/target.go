package exchange

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/sheet"
)

// Target is a kind of record that can be delivered in a table. T is one good row.
type Target[T any] interface {
	Kind() provenance.Kind
	Columns() []sheet.Column

	// Parse judges a row by itself. Rows come in the order of the file, one at a time.
	// With a fault the row is not stored. A fault of a personal value never repeats it.
	Parse(sheet.Row) (T, []provenance.RowError)

	// Key is what may occur once in a file, and the column that holds it.
	Key(T) (key, column string)

	// Store brings the database to what rows say and returns what that changed: the
	// ids of records inserted or updated. A fault here refuses one row for what is
	// already stored. It must leave alone, down to updated_at, what is equal.
	Store(ctx context.Context, tx db.Tx, b provenance.Batch, rows []T) (sum provenance.Summary, changed []uuid.UUID, faults []provenance.RowError, err error)
}

// Changed is called after each stored part of a delivery, in the same transaction:
// the search package keeps its index with it.
type Changed func(ctx context.Context, tx db.Tx, kind provenance.Kind, ids []uuid.UUID) error

// Options describe one delivery.
type Options struct {
	File     string       // path of the delivered table
	FileName string       // as it is remembered; the base of File when empty
	Source   string       // who delivered it, in words a reader understands
	Demo     bool         // invented data, shown as 示例数据
	Limits   sheet.Limits // zero fields take the defaults
	Changed  Changed      // may be nil
	// Progress is told, after each part is stored, how far the delivery is. May be nil.
	// totalBytes is 0 when it is not known.
	Progress func(readBytes, totalBytes, rows int64)
}

// Report is what a delivery did, for the person who sent it.
type Report struct {
	Batch   provenance.Batch
	Summary provenance.Summary
	Unknown []string              // headers that match no column; what stands below was not read
	Ignored []string              // sheets of the workbook that were not read
	Faults  []provenance.RowError // the first ones, in order of line
	Reasons []Reason              // all of them, by column and kind of reason, the most frequent first
}

// Reason counts the faults of one kind.
type Reason struct {
	Column  string
	Example string // the first one's reason
	Line    int64  // and its line
	Count   int64
}
