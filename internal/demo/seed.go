package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/exchange"
	"zjcs/internal/expert"
	"zjcs/internal/notice"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
)

// Options say how large a market and where it goes.
type Options struct {
	Agencies, Experts int
	Seed              uint64
	Now               time.Time
	Changed           exchange.Changed // may be nil
	// Progress is told how many rows of a kind are stored. May be nil.
	Progress func(kind provenance.Kind, rows, total int64)
}

// Report is what was stored, by kind; empty for what was there already.
type Report struct{ Agencies, Experts, Announcements, Affiliations, Listings exchange.Report }

// source is what readers are told of invented records.
const source = "示例数据（程序生成，不对应任何真实机构和个人）"

// version is part of the digest: a program that invents other rows invents them anew.
const version = "1"

// most rows that names and certificate numbers suffice for.
const most = 1_000_000

// Seed stores an invented market. The catalogue must be loaded. The same market again
// does nothing, also on a later day, when its dates would come out otherwise.
func Seed(ctx context.Context, pool *db.Pool, vault *secret.Vault, o Options) (Report, error) {
	var rep Report
	if o.Agencies < 0 || o.Agencies > most || o.Experts < 0 || o.Experts > most {
		return rep, apperr.New(apperr.Invalid, "示例数据的数量应在 0 到 %d 之间", most)
	}
	agencies, err := agency.NewImport(ctx, pool, vault, o.Now)
	if err != nil {
		return rep, err
	}
	experts, err := expert.NewImport(ctx, pool, vault, o.Now)
	if err != nil {
		return rep, err
	}
	if rep.Agencies, err = invent(ctx, pool, o, agencies, o.Agencies, func(w io.Writer) error {
		return WriteCSV(w, o.Agencies, o.Seed, o.Now)
	}); err != nil {
		return rep, err
	}
	if rep.Experts, err = invent(ctx, pool, o, experts, o.Experts, func(w io.Writer) error {
		return WriteExpertsCSV(w, o.Experts, o.Seed, o.Now)
	}); err != nil {
		return rep, err
	}
	if rep.Announcements, err = announce(ctx, pool, o); err != nil {
		return rep, err
	}
	if rep.Affiliations, err = invent(ctx, pool, o, agency.NewAffiliationImport(o.Now), o.Agencies, func(w io.Writer) error {
		return someTies(w, o.Agencies, o.Seed, o.Now)
	}); err != nil {
		return rep, err
	}
	rep.Listings, err = list(ctx, pool, o)
	return rep, err
}

// list puts some invented agencies into the honour and sanction lists.
func list(ctx context.Context, pool *db.Pool, o Options) (exchange.Report, error) {
	var rep exchange.Report
	entries, err := someListings(o.Agencies, o.Seed, o.Now)
	if err != nil {
		return rep, err
	}
	b := provenance.Batch{ID: uuid.Must(uuid.NewV7()), Kind: provenance.Affiliations, Source: source, FileName: "demo-agency-listings", SHA256: sum(o, "listings", o.Agencies), Demo: true}
	err = exchange.Once(ctx, pool, b, func(tx db.Tx) (provenance.Summary, []uuid.UUID, error) {
		rep.Batch = b
		n, err := agency.StoreSampleListings(ctx, tx, entries)
		rep.Summary = provenance.Summary{Read: n, Inserted: n}
		return rep.Summary, nil, err
	}, nil)
	return rep, err
}

// invent sends rows through the import that real deliveries take.
func invent[T any](ctx context.Context, pool *db.Pool, o Options, target exchange.Target[T], n int, write func(io.Writer) error) (exchange.Report, error) {
	kind := target.Kind()
	eo := exchange.Options{FileName: "demo-" + string(kind) + ".csv", Source: source, Demo: true, Changed: o.Changed}
	if o.Progress != nil {
		eo.Progress = func(_, _, rows int64) { o.Progress(kind, rows, int64(n)) }
	}
	var pr *io.PipeReader
	rep, err := exchange.Stream(ctx, pool, eo, target, sum(o, kind, n), func() io.Reader {
		r, w := io.Pipe()
		pr = r
		go func() { w.CloseWithError(write(w)) }()
		return r
	})
	if pr != nil {
		pr.Close() // lets the writing goroutine end when the import ended first
	}
	if err == nil && rep.Summary.Failed > 0 {
		f := rep.Faults[0]
		err = fmt.Errorf("demo: %d invented %s refused, first: line %d %s %s", rep.Summary.Failed, kind, f.Line, f.Column, f.Reason)
	}
	return rep, err
}

func sum(o Options, kind provenance.Kind, n int) string {
	h := sha256.Sum256(fmt.Appendf(nil, "zjcs demo %s %s %d %d", version, kind, o.Seed, n))
	return hex.EncodeToString(h[:])
}

func announce(ctx context.Context, pool *db.Pool, o Options) (exchange.Report, error) {
	var rep exchange.Report
	b := provenance.Batch{ID: uuid.Must(uuid.NewV7()), Kind: provenance.Announcements, Source: source, FileName: "demo-announcements", SHA256: sum(o, provenance.Announcements, 0), Demo: true}
	err := exchange.Once(ctx, pool, b, func(tx db.Tx) (provenance.Summary, []uuid.UUID, error) {
		rep.Batch = b
		var err error
		var added []uuid.UUID
		rep.Summary, added, err = notice.StoreAnnouncements(ctx, tx, b, announcements(o.Now))
		return rep.Summary, added, err
	}, o.Changed)
	return rep, err
}
