package exchange

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/sheet"
)

// Scoped is a target whose rows have a place, and whose records can be shown.
type Scoped[T any] interface {
	Target[T]
	Name(T) (line int64, name string)
	// Places are where rows belong, in their order.
	Places(ctx context.Context, q db.Querier, rows []T) ([]provenance.Place, error)
	// View is what is stored of those records, in any order; one that is not stored is left out.
	View(ctx context.Context, q db.Querier, ids []uuid.UUID) ([]provenance.Record, error)
}

// Reach is where somebody may deliver: rows of Regions[i] whose sectors are Sectors[i],
// "" for any.
type Reach struct {
	Regions []string `json:"regions"`
	Sectors []string `json:"sectors"`
}

// Covers reports whether all of p lies within: every region, and in each every sector, or
// one of them where one is enough.
func (r Reach) Covers(p provenance.Place) bool {
	for _, region := range p.Regions {
		own := map[string]bool{}
		for i, code := range r.Regions {
			if code == region {
				own[r.Sectors[i]] = true
			}
		}
		if own[""] {
			continue
		}
		if p.OneSector && slices.ContainsFunc(p.Sectors, func(s string) bool { return own[s] }) {
			continue
		}
		if len(own) == 0 || len(p.Sectors) == 0 || slices.ContainsFunc(p.Sectors, func(s string) bool { return !own[s] }) {
			return false
		}
	}
	return len(p.Regions) > 0
}

// within lets through only rows that lie in reach; any other is a fault of that row.
type within[T any] struct {
	Scoped[T]
	reach Reach
}

const outside = "不在您的管辖范围内"

func (w within[T]) Store(ctx context.Context, tx db.Tx, b provenance.Batch, rows []T) (sum provenance.Summary, changed []uuid.UUID, faults []provenance.RowError, err error) {
	places, err := w.Places(ctx, tx, rows)
	if err != nil {
		return sum, nil, nil, err
	}
	own := make([]T, 0, len(rows))
	var refused []provenance.RowError
	for i, r := range rows {
		if places[i].Unknown || w.reach.Covers(places[i]) {
			own = append(own, r)
			continue
		}
		line, _ := w.Name(r)
		refused = append(refused, provenance.RowError{Line: line, Reason: outside})
	}
	if len(own) > 0 {
		sum, changed, faults, err = w.Scoped.Store(ctx, tx, b, own)
	}
	return sum, changed, append(refused, faults...), err
}

// samples is how many rows of each outcome a preview shows.
const samples = 50

// Preview is what a delivery would do; nothing of it is stored.
type Preview struct {
	Counts    Counts       `json:"counts" doc:"各有多少行"`
	New       []PreviewRow `json:"new" doc:"新增的前 50 行"`
	Changed   []PreviewRow `json:"changed" doc:"有改动的前 50 行"`
	Unchanged []PreviewRow `json:"unchanged" doc:"没有改动的前 50 行"`
	Failed    []RowFault   `json:"failed" doc:"不能导入的前 50 处；全部见 faults.csv"`
	Reasons   []FaultKind  `json:"reasons" doc:"不能导入的原因，按列和原因归并，多的在前"`
	Unknown   []string     `json:"unknownColumns" doc:"认不出的列，不会导入"`
	Ignored   []string     `json:"ignoredSheets" doc:"没有读的工作表"`
}

// Counts are the rows of a table by what became of them.
type Counts struct {
	Read      int64 `json:"read" doc:"读到"`
	New       int64 `json:"new" doc:"新增"`
	Changed   int64 `json:"changed" doc:"有改动"`
	Unchanged int64 `json:"unchanged" doc:"没有改动"`
	Failed    int64 `json:"failed" doc:"不能导入"`
}

func countsOf(s provenance.Summary) Counts {
	return Counts{Read: s.Read, New: s.Inserted, Changed: s.Updated, Unchanged: s.Unchanged, Failed: s.Failed}
}

// PreviewRow is one row and what it would change.
type PreviewRow struct {
	Line    int64         `json:"line" doc:"文件中的行号"`
	Name    string        `json:"name" doc:"名称"`
	Changes []FieldChange `json:"changes" doc:"逐项改动"`
}

// FieldChange is one value before and after.
type FieldChange struct {
	Label  string `json:"label" doc:"列"`
	Before string `json:"before" doc:"现在的值；新增的为空"`
	After  string `json:"after" doc:"导入后的值"`
}

// RowFault is one fault of a row.
type RowFault struct {
	Line   int64  `json:"line" doc:"文件中的行号"`
	Column string `json:"column" doc:"列"`
	Reason string `json:"reason" doc:"原因：错在哪里，怎样才对"`
}

// FaultKind counts the faults of one kind.
type FaultKind struct {
	RowFault
	Count int64 `json:"count" doc:"处数"`
}

// errUndo ends a transaction that was only to show what it would do.
var errUndo = errors.New("exchange: preview")

// preview stores each part of the table in o.File, looks at what that did, and takes it
// back. record is given every fault, in the order of the file.
func preview[T any](ctx context.Context, pool *db.Pool, o Options, target Scoped[T], reach Reach, record func([]provenance.RowError) error) (Preview, error) {
	var none Preview
	r, err := sheet.Open(o.File, target.Columns(), o.Limits)
	if err != nil {
		return none, err
	}
	defer r.Close()
	if o.FileName == "" {
		o.FileName = filepath.Base(o.File)
	}
	d := &delivery[T]{Options: o, target: target, reader: r}
	d.report.Batch = provenance.Batch{ID: uuid.Must(uuid.NewV7()), Kind: target.Kind(), Source: o.Source, FileName: o.FileName, SHA256: r.SHA256()}
	p := &previewer[T]{delivery: d, target: within[T]{target, reach}, record: record, out: Preview{
		New: []PreviewRow{}, Changed: []PreviewRow{}, Unchanged: []PreviewRow{}, Failed: []RowFault{}, Reasons: []FaultKind{}, Unknown: []string{}, Ignored: []string{}}}
	for _, name := range r.Unknown() {
		p.out.Unknown = append(p.out.Unknown, storable(name))
	}
	for _, name := range r.Ignored() {
		p.out.Ignored = append(p.out.Ignored, storable(name))
	}
	work, working := errgroup.WithContext(ctx)
	parts := make(chan *part[T])
	var beyond error
	work.Go(func() error {
		defer close(parts)
		beyond = d.judge(working, parts)
		return nil
	})
	work.Go(func() error {
		for part := range parts {
			if err := p.part(working, pool, part); err != nil {
				return err
			}
		}
		return working.Err()
	})
	if err := work.Wait(); err != nil {
		return none, err
	}
	if beyond != nil {
		return none, beyond
	}
	p.finish()
	return p.out, nil
}

// storable leaves out what the database cannot hold as text: names of columns and sheets
// come as the file has them.
func storable(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

type previewer[T any] struct {
	*delivery[T]
	target within[T]
	record func([]provenance.RowError) error
	out    Preview
}

func (p *previewer[T]) part(ctx context.Context, pool *db.Pool, part *part[T]) error {
	var sum provenance.Summary
	var after []provenance.Record
	var refused []provenance.RowError
	look := len(p.out.New) < samples || len(p.out.Changed) < samples || len(p.out.Unchanged) < samples
	var changed []uuid.UUID
	if len(part.rows) > 0 {
		err := db.InTx(ctx, pool, func(tx db.Tx) error {
			if err := provenance.Begin(ctx, tx, p.report.Batch); err != nil {
				return err
			}
			var err error
			if sum, changed, refused, err = p.target.Store(ctx, tx, p.report.Batch, part.rows); err != nil {
				return err
			}
			if look && len(changed) > 0 {
				if after, err = p.target.View(ctx, tx, changed); err != nil {
					return err
				}
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			return fmt.Errorf("preview: %w", err)
		}
	}
	sum.Read, sum.Failed = part.read, part.failed+int64(len(refused))
	p.report.Summary.Add(sum)
	faults := append(p.faults.add(part.faults), p.faults.add(refused)...)
	slices.SortStableFunc(faults, func(a, b provenance.RowError) int { return int(a.Line - b.Line) })
	if err := p.record(faults); err != nil {
		return err
	}
	if look {
		before, err := p.target.View(ctx, pool, changed)
		if err != nil {
			return err
		}
		p.sample(part.rows, before, after, refused)
	}
	if p.Progress != nil {
		p.Progress(part.atByte, part.ofBytes, p.report.Summary.Read)
	}
	return nil
}

// sample keeps the first rows of each outcome.
func (p *previewer[T]) sample(rows []T, before, after []provenance.Record, refused []provenance.RowError) {
	was, now, bad := map[uuid.UUID]provenance.Record{}, map[string]provenance.Record{}, map[int64]bool{}
	for _, r := range before {
		was[r.ID] = r
	}
	for _, r := range after {
		now[r.Key] = r
	}
	for _, f := range refused {
		bad[f.Line] = true
	}
	for _, row := range rows {
		line, name := p.target.Name(row)
		key, _ := p.target.Key(row)
		r, written := now[key]
		old, known := was[r.ID]
		to := &p.out.Unchanged
		switch {
		case bad[line]:
			continue
		case written && known:
			to = &p.out.Changed
		case written:
			to = &p.out.New
		}
		if len(*to) < samples {
			*to = append(*to, PreviewRow{Line: line, Name: name, Changes: changesOf(old, r)})
		}
	}
}

func changesOf(old, r provenance.Record) []FieldChange {
	out := []FieldChange{}
	for i, c := range r.Cells {
		before := ""
		if i < len(old.Cells) {
			before = old.Cells[i].Value
		}
		if before != c.Value {
			out = append(out, FieldChange{Label: c.Label, Before: before, After: c.Value})
		}
	}
	return out
}

func (p *previewer[T]) finish() {
	p.out.Counts = countsOf(p.report.Summary)
	for _, f := range p.faults.first() {
		if len(p.out.Failed) < samples {
			p.out.Failed = append(p.out.Failed, RowFault{f.Line, f.Column, f.Reason})
		}
	}
	for _, r := range p.faults.reasons() {
		p.out.Reasons = append(p.out.Reasons, FaultKind{RowFault{r.Line, r.Column, r.Example}, r.Count})
	}
}
