package exchange

import (
	"context"
	stdcsv "encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
	"zjcs/internal/platform/sheet"
)

// Intake is a kind of table that officials may deliver. Make one with NewIntake.
type Intake struct {
	columns func() []sheet.Column
	preview func(ctx context.Context, pool *db.Pool, o Options, reach Reach, record func([]provenance.RowError) error) (Preview, error)
	take    func(ctx context.Context, pool *db.Pool, o Options, reach Reach) (Report, error)
}

// NewIntake takes in what target means; a target is made anew for each delivery, for it
// holds what rows are checked against.
func NewIntake[T any](columns func() []sheet.Column, target func(ctx context.Context) (Scoped[T], error)) Intake {
	return Intake{
		columns: columns,
		preview: func(ctx context.Context, pool *db.Pool, o Options, reach Reach, record func([]provenance.RowError) error) (Preview, error) {
			t, err := target(ctx)
			if err != nil {
				return Preview{}, err
			}
			return preview(ctx, pool, o, t, reach, record)
		},
		take: func(ctx context.Context, pool *db.Pool, o Options, reach Reach) (Report, error) {
			t, err := target(ctx)
			if err != nil {
				return Report{}, err
			}
			return Run(ctx, pool, o, within[T]{t, reach})
		},
	}
}

// Deliveries are the tables officials hand in.
type Deliveries struct {
	Pool    *db.Pool
	Vault   *secret.Vault
	Policy  *authz.Policy
	Logger  *slog.Logger
	Intakes map[provenance.Kind]Intake
	Changed Changed
	Limits  sheet.Limits
	// Inline is the size up to which a table is worked in the request; above it by a job.
	Inline int64
	// Enqueue inserts the job that calls Work, in the transaction.
	Enqueue func(ctx context.Context, tx db.Tx, id uuid.UUID) error
}

const deliver = authz.Permission("delivery:prepare")

// HandInput is a table as it was uploaded.
type HandInput struct {
	Kind     provenance.Kind
	Source   string
	FileName string
	File     string // path; the caller removes it
}

// HandIn keeps a table and reads it: the answer has the preview, or, of a large one, the
// state reading.
func (s *Deliveries) HandIn(ctx context.Context, in HandInput) (Delivery, error) {
	if err := s.Policy.Require(ctx, deliver, authz.Anywhere); err != nil {
		return Delivery{}, err
	}
	in.Source, in.FileName = strings.TrimSpace(in.Source), filepath.Base(strings.ReplaceAll(in.FileName, `\`, "/"))
	var bad []apperr.Field
	if _, ok := s.Intakes[in.Kind]; !ok {
		bad = append(bad, apperr.Field{Name: "kind", Message: "可以导入的是 items（事项）、agencies（机构）、experts（专家）、penalties（行政处罚）"})
	}
	if reason := sheet.TextFault(in.Source, 100); reason != "" || in.Source == "" || !utf8.ValidString(in.Source) {
		bad = append(bad, apperr.Field{Name: "source", Message: "来源应写提供数据的单位，不超过 100 个字"})
	}
	if reason := sheet.TextFault(in.FileName, 200); reason != "" || in.File == "" || !utf8.ValidString(in.FileName) {
		bad = append(bad, apperr.Field{Name: "file", Message: "请选择要导入的 .xlsx 或 .csv 文件，文件名不超过 200 个字"})
	}
	if err := apperr.InvalidFields(bad); err != nil {
		return Delivery{}, err
	}
	r := s.Policy.ReachOf(ctx, deliver)
	d := Delivery{ID: uuid.Must(uuid.NewV7()), Kind: in.Kind, Source: in.Source, FileName: in.FileName, State: Reading, author: authz.From(ctx).Person, reach: Reach{r.Regions, r.Sectors}}
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		if err := insertDelivery(ctx, tx, s.Vault, &d, in.File); err != nil {
			return err
		}
		if err := s.record(ctx, tx, d, "提交待导入的表"); err != nil {
			return err
		}
		if d.Size > s.Inline {
			return s.Enqueue(ctx, tx, d.ID)
		}
		return nil
	})
	if err != nil {
		return Delivery{}, err
	}
	if d.Size <= s.Inline {
		if err := s.Work(ctx, d.ID); err != nil {
			return Delivery{}, err
		}
	}
	return s.Get(ctx, d.ID)
}

func (s *Deliveries) record(ctx context.Context, q db.Querier, d Delivery, what string) error {
	return audit.Record(ctx, q, audit.Entry{Action: string(deliver), Kind: "delivery", ID: d.ID.String(), Summary: fmt.Sprintf("%s：%s（%s，来源 %s）", d.Number, what, d.FileName, d.Source)})
}

var errNoDelivery = apperr.New(apperr.NotFound, "没有这次归集，或者它不是您提交的")

// own is a delivery of the actor's; any other is as if it were not there.
func (s *Deliveries) own(ctx context.Context, q db.Querier, id uuid.UUID, lock bool) (Delivery, error) {
	if err := s.Policy.Require(ctx, deliver, authz.Anywhere); err != nil {
		return Delivery{}, err
	}
	d, err := loadDelivery(ctx, q, id, lock)
	if err == nil && d.author != authz.From(ctx).Person {
		err = errNoDelivery
	}
	return d, err
}

// Get is a delivery the actor handed in.
func (s *Deliveries) Get(ctx context.Context, id uuid.UUID) (Delivery, error) {
	return s.own(ctx, s.Pool, id, false)
}

// List is a page of those the actor handed in, the latest first, without what they hold.
func (s *Deliveries) List(ctx context.Context, r page.Request) (page.Page[Delivery], error) {
	var none page.Page[Delivery]
	if err := s.Policy.Require(ctx, deliver, authz.Anywhere); err != nil {
		return none, err
	}
	list, total, err := listDeliveries(ctx, s.Pool, authz.From(ctx).Person, r)
	if err != nil {
		return none, err
	}
	return page.Make(list, r.Size(), total, func(d Delivery) uuid.UUID { return d.ID }), nil
}

// Confirm takes a delivery in. Where it may go is asked anew, and every row is judged by
// what is stored now: a result that differs from the preview says so.
func (s *Deliveries) Confirm(ctx context.Context, id uuid.UUID) (Delivery, error) {
	var size int64
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		d, err := s.own(ctx, tx, id, true)
		if err != nil {
			return err
		}
		if d.State != Ready {
			return apperr.New(apperr.Conflict, "当前状态是“%s”，只有待确认的可以导入。请刷新后查看。", deliveryLabels[d.State])
		}
		size = d.Size
		r := s.Policy.ReachOf(ctx, deliver)
		if err := confirmDelivery(ctx, tx, id, Reach{r.Regions, r.Sectors}); err != nil {
			return err
		}
		if err := s.record(ctx, tx, d, "确认导入"); err != nil {
			return err
		}
		if size > s.Inline {
			return s.Enqueue(ctx, tx, id)
		}
		return nil
	})
	if err != nil {
		return Delivery{}, err
	}
	if size <= s.Inline {
		if err := s.Work(ctx, id); err != nil {
			return Delivery{}, err
		}
	}
	return s.Get(ctx, id)
}

// Work does what a delivery waits for: reads it, or takes it in. It may be called again
// after a crash: reading stores nothing of the table, and the same table twice changes
// nothing.
func (s *Deliveries) Work(ctx context.Context, id uuid.UUID) error {
	d, err := loadDelivery(ctx, s.Pool, id, false)
	if err != nil || d.State != Reading && d.State != Importing {
		return err
	}
	file, err := os.CreateTemp("", "zjcs-delivery-*") // only its owner may read it
	if err != nil {
		return fmt.Errorf("delivery: %w", err)
	}
	defer os.Remove(file.Name()) //nolint:errcheck // a leftover in the temporary folder is no failure of the delivery
	err = copyContent(ctx, s.Pool, s.Vault, id, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	o := Options{File: file.Name(), FileName: d.FileName, Source: d.Source, Limits: s.Limits, Changed: s.Changed, Progress: func(read, of, rows int64) {
		if err := saveProgress(ctx, s.Pool, id, Progress{read, of, rows}); err != nil {
			s.Logger.WarnContext(ctx, "delivery progress", "error", err)
		}
	}}
	// The temporary file has no extension: what a table is called is checked by its own name.
	if o.File, err = named(file.Name(), d.FileName); err != nil {
		return err
	}
	defer os.Remove(o.File) //nolint:errcheck // as above
	if d.State == Reading {
		return s.read(ctx, d, o)
	}
	return s.take(ctx, d, o)
}

// named gives the file the extension it was delivered with, by which a renamed one is told.
func named(path, name string) (string, error) {
	ext := strings.ToLower(filepath.Ext(name))
	if len(ext) > 10 || strings.ContainsAny(ext, `/\`) {
		ext = ""
	}
	to := path + ext
	if to == path {
		return path, nil
	}
	if err := os.Rename(path, to); err != nil {
		return "", fmt.Errorf("delivery: %w", err)
	}
	return to, nil
}

func (s *Deliveries) read(ctx context.Context, d Delivery, o Options) error {
	if err := clearFaults(ctx, s.Pool, d.ID); err != nil {
		return err
	}
	p, err := s.Intakes[d.Kind].preview(ctx, s.Pool, o, d.reach, func(faults []provenance.RowError) error { return saveFaults(ctx, s.Pool, d.ID, faults) })
	if refusal, ok := apperr.As(err); ok && refusal.Code != apperr.Internal {
		return refuseDelivery(ctx, s.Pool, d.ID, storable(strings.ReplaceAll(refusal.Message, filepath.Base(o.File), d.FileName)))
	}
	if err != nil {
		return err
	}
	return readyDelivery(ctx, s.Pool, d.ID, p)
}

func (s *Deliveries) take(ctx context.Context, d Delivery, o Options) error {
	rep, err := s.Intakes[d.Kind].take(ctx, s.Pool, o, d.reach)
	failure := ""
	if refusal, ok := apperr.As(err); ok && refusal.Code != apperr.Internal {
		failure, err = storable(refusal.Message), nil
	}
	if err != nil {
		return err
	}
	counts := countsOf(rep.Summary)
	res := Result{Counts: counts, Differs: d.Preview != nil && d.Preview.Counts != counts}
	return finishDelivery(ctx, s.Pool, d.ID, rep.Batch.ID, res, failure)
}

// Faults writes every fault of a delivery as CSV: of its taking in when there was one,
// else of its preview.
func (s *Deliveries) Faults(ctx context.Context, id uuid.UUID, w io.Writer) error {
	d, err := s.own(ctx, s.Pool, id, false)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("faults: %w", err)
	}
	out := stdcsv.NewWriter(w)
	if err := out.Write([]string{"行", "列", "原因"}); err != nil {
		return fmt.Errorf("faults: %w", err)
	}
	err = eachFault(ctx, s.Pool, d, func(f provenance.RowError) error {
		return out.Write([]string{fmt.Sprint(f.Line), sheet.Escape(f.Column), sheet.Escape(f.Reason)})
	})
	out.Flush()
	return errors.Join(err, out.Error())
}

// Template writes the empty table of a kind.
func (s *Deliveries) Template(ctx context.Context, kind provenance.Kind, w io.Writer) error {
	if err := s.Policy.Require(ctx, deliver, authz.Anywhere); err != nil {
		return err
	}
	intake, ok := s.Intakes[kind]
	if !ok {
		return apperr.New(apperr.NotFound, "没有这个模板，可用的是 items.xlsx、agencies.xlsx、experts.xlsx、penalties.xlsx")
	}
	return sheet.WriteXLSXTemplate(w, intake.columns())
}

// Sweep lets go of tables that are decided or were never confirmed.
func (s *Deliveries) Sweep(ctx context.Context) error {
	return sweepDeliveries(ctx, s.Pool, keepUnconfirmed)
}
