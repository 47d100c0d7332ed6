package exchange

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/sheet"
)

// A part is stored in one transaction: large enough that a transaction costs little,
// small enough that two of them in memory cost little.
const (
	partRows  = 5000
	partBytes = 8 << 20
)

// Run takes in the table in o.File. When it fails half way, what the report counts is
// stored, the delivery stays unfinished, and the same file again completes it.
func Run[T any](ctx context.Context, pool *db.Pool, o Options, target Target[T]) (Report, error) {
	if o.Source == "" {
		return Report{}, apperr.InvalidField("source", "来源不能为空，应写提供数据的单位")
	}
	r, err := sheet.Open(o.File, target.Columns(), o.Limits)
	if err != nil {
		return Report{}, err
	}
	defer r.Close()
	if o.FileName == "" {
		o.FileName = filepath.Base(o.File)
	}
	var rep Report
	err = exclusive(ctx, pool, target.Kind(), func() error {
		rep, err = take(ctx, pool, o, target, r)
		return err
	})
	return rep, err
}

// Stream takes in CSV that the program itself produces, once: when the last delivery
// of that file name had the same sum, which stands for the digest, it does nothing.
func Stream[T any](ctx context.Context, pool *db.Pool, o Options, target Target[T], sum string, in func() io.Reader) (rep Report, err error) {
	err = whenNew(ctx, pool, target.Kind(), o.FileName, sum, func() error {
		r, err := sheet.OpenCSV(in(), sum, target.Columns())
		if err != nil {
			return err
		}
		rep, err = take(ctx, pool, o, target, r)
		return err
	})
	return rep, err
}

// take needs the lock of the target's kind.
func take[T any](ctx context.Context, pool *db.Pool, o Options, target Target[T], r *sheet.Reader) (Report, error) {
	d := &delivery[T]{Options: o, target: target, reader: r, report: Report{
		Batch: provenance.Batch{
			ID: uuid.Must(uuid.NewV7()), Kind: target.Kind(), Source: o.Source,
			FileName: o.FileName, SHA256: r.SHA256(), Demo: o.Demo,
		},
		Unknown: r.Unknown(), Ignored: r.Ignored(),
	}}
	err := d.take(ctx, pool)
	d.report.Faults, d.report.Reasons = d.faults.first(), d.faults.reasons()
	return d.report, err
}

// delivery is one table on its way in.
type delivery[T any] struct {
	Options
	target Target[T]
	reader *sheet.Reader

	mu     sync.Mutex // over what follows: several storers report
	report Report
	faults tally
	atByte int64
}

// part is a stretch of the table, judged and ready to be stored.
type part[T any] struct {
	rows            []T
	faults          []provenance.RowError
	read, failed    int64
	bytes           int
	atByte, ofBytes int64
}

// storers store parts side by side: their keys differ. Two keep two cores of the
// database busy; more only queue.
const storers = 2

// take judges rows in one goroutine while others store: the work is about as much on
// either side of the connection.
func (d *delivery[T]) take(ctx context.Context, pool *db.Pool) error {
	if err := provenance.Begin(ctx, pool, d.report.Batch); err != nil {
		return err
	}
	work, working := errgroup.WithContext(ctx)
	parts := make(chan *part[T])
	var beyond error
	work.Go(func() error {
		defer close(parts)
		beyond = d.judge(working, parts)
		return nil
	})
	for range storers {
		work.Go(func() error {
			for p := range parts {
				if err := d.store(working, pool, p); err != nil {
					return err
				}
			}
			return working.Err()
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	if beyond != nil {
		return beyond
	}
	return provenance.Finish(ctx, pool, d.report.Batch, d.report.Summary)
}

// judge makes parts until the table ends; an error means that nothing beyond the last
// part can be read.
func (d *delivery[T]) judge(ctx context.Context, parts chan<- *part[T]) error {
	known := newSeen()
	var rows int64
	for {
		p := &part[T]{rows: make([]T, 0, partRows)}
		var end error
		for end == nil && p.read < partRows && p.bytes < partBytes {
			var row sheet.Row
			row, end = d.reader.Next()
			if end == nil && rows == maxRows {
				end = apperr.New(apperr.TooLarge, "文件超过 %d 行上限，从第 %d 行起没有导入，请拆分后再导入", maxRows, row.Line)
			}
			if end == nil {
				rows++
				d.judgeRow(p, known, row)
			}
		}
		p.atByte, p.ofBytes = d.reader.Progress()
		select {
		case parts <- p:
		case <-ctx.Done():
			return ctx.Err()
		}
		if errors.Is(end, io.EOF) {
			return nil
		}
		if end != nil {
			return end
		}
	}
}

func (d *delivery[T]) judgeRow(p *part[T], known *seen, row sheet.Row) {
	p.read++
	p.bytes += row.Size
	if row.Fault != "" {
		p.fail(provenance.RowError{Line: row.Line, Reason: row.Fault})
		return
	}
	value, faults := d.target.Parse(row)
	if len(faults) > 0 {
		p.fail(faults...)
		return
	}
	key, column := d.target.Key(value)
	if earlier := known.at(key, row.Line); earlier != 0 {
		p.fail(provenance.RowError{Line: row.Line, Column: column, Reason: duplicateOf(column, earlier)})
		return
	}
	p.rows = append(p.rows, value)
}

func (p *part[T]) fail(faults ...provenance.RowError) {
	p.failed++
	p.faults = append(p.faults, faults...)
}

func (d *delivery[T]) store(ctx context.Context, pool *db.Pool, p *part[T]) error {
	var sum provenance.Summary
	var refused []provenance.RowError
	d.mu.Lock()
	faults, batch := d.faults.add(p.faults), d.report.Batch
	d.mu.Unlock()
	err := inPart(ctx, pool, func(tx db.Tx) error {
		sum, refused = provenance.Summary{}, nil
		var changed []uuid.UUID
		var err error
		if len(p.rows) > 0 {
			if sum, changed, refused, err = d.target.Store(ctx, tx, batch, p.rows); err != nil {
				return err
			}
		}
		if all := slices.Concat(faults, refused); len(all) > 0 {
			if err := provenance.RecordErrors(ctx, tx, batch, all); err != nil {
				return err
			}
		}
		if len(changed) > 0 && d.Changed != nil {
			return d.Changed(ctx, tx, batch.Kind, changed)
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults.add(refused)
	sum.Read, sum.Failed = p.read, p.failed+int64(len(refused))
	d.report.Summary.Add(sum)
	d.atByte = max(d.atByte, p.atByte)
	if d.Progress != nil {
		d.Progress(d.atByte, p.ofBytes, d.report.Summary.Read)
	}
	return nil
}
