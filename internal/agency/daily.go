package agency

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
)

// CertificateNotice is what an agency's people are told of a certificate that ends.
type CertificateNotice struct {
	Agency       uuid.UUID
	Organisation uuid.UUID
	AgencyName   string
	Region       string   // that serves the agency
	Certificate  string   // 测绘资质（乙测资字1400001）; of a practitioner with the name masked
	ValidTo      string   // its last day
	DaysLeft     int      // negative: it has ended
	Items        []string // names of the items it carries, which are suspended when it ends
	Demo         bool
}

// Daily is what each new day asks for. Nothing that is shown depends on its having run:
// it sends notices, and makes search documents anew that name items of the day before.
type Daily struct {
	Pool *db.Pool
	// NoticeDays is how many days before its end a certificate is told of, descending, by
	// the region's rules (certificate.notice_days).
	NoticeDays func(ctx context.Context, q db.Querier, region string, at time.Time) ([]int, error)
	// Notify tells the agency's people, in the transaction that remembers it was told.
	Notify func(ctx context.Context, tx db.Tx, n CertificateNotice) error
	// Changed is told of agencies whose items or standing the day changed. May be nil.
	Changed func(ctx context.Context, tx db.Tx, kind provenance.Kind, ids []uuid.UUID) error
}

// Run does what is due on the database's day. It may run often, on several instances:
// each notice is sent once, and a day that no one ran on is made up for.
func (d Daily) Run(ctx context.Context) error {
	if err := d.remake(ctx); err != nil {
		return err
	}
	var after uuid.UUID
	for {
		batch, err := endingCertificates(ctx, d.Pool, after)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, c := range batch {
			after = c.id
			if err := d.notify(ctx, c); err != nil {
				return err
			}
		}
	}
}

// ended stands in certificate_notice for the notice that a certificate has ended.
const ended = -1

// dueNotice is which of the notices at so many days before the end is due with left
// days to go: the last whose day has come, since of two that were missed only the later
// still says something. ok is false when none is.
func dueNotice(days []int, left int) (n int, ok bool) {
	if left < 0 {
		return ended, true
	}
	for _, d := range days {
		if left <= d && (!ok || d < n) {
			n, ok = d, true
		}
	}
	return n, ok
}

func (d Daily) notify(ctx context.Context, c endingCertificate) error {
	return db.InTx(ctx, d.Pool, func(tx db.Tx) error {
		days, err := d.NoticeDays(ctx, tx, c.Region, c.now)
		if err != nil {
			return err
		}
		due, ok := dueNotice(days, c.DaysLeft)
		if !ok {
			return nil
		}
		first, err := rememberNotice(ctx, tx, c, due)
		if err != nil || !first {
			return err
		}
		if c.person != "" {
			c.Certificate = secret.MaskName(c.person) + "的" + c.Certificate
		}
		return d.Notify(ctx, tx, c.CertificateNotice)
	})
}

// remake has the search documents made anew of agencies that the days since the last
// run have changed.
func (d Daily) remake(ctx context.Context) error {
	return db.InTx(ctx, d.Pool, func(tx db.Tx) error {
		ids, err := changedByTheDay(ctx, tx)
		if err != nil || len(ids) == 0 || d.Changed == nil {
			return err
		}
		return d.Changed(ctx, tx, provenance.Agencies, ids)
	})
}
