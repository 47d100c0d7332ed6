package credit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// SampleLife is an invented record for the demonstration market, in some state of its life.
type SampleLife struct {
	Rubric                string
	Facts, Source         string
	State                 review.State // as [Workflow] names it
	Defence               string
	DaysAgo               int // since it was proposed
	Reason                string
	Authority, DocumentNo string
}

// StoreSampleLives stores invented records about invented agencies that have none, one each; those that are public are in the public log as any other.
func (d *Desk) StoreSampleLives(ctx context.Context, list []SampleLife, now time.Time) error {
	return db.InTx(ctx, d.Pool, func(tx db.Tx) error {
		agencies, err := sampleAgencies(ctx, tx, len(list))
		if err != nil || len(agencies) == 0 {
			return err
		}
		for i, s := range list {
			l, err := loadSubject(ctx, tx, agencies[i%len(agencies)])
			if err != nil {
				return err
			}
			at := now.AddDate(0, 0, -s.DaysAgo)
			e, err := lastVersion(ctx, tx, s.Rubric)
			if err != nil || e.Version == 0 {
				return err
			}
			l.id, l.rubric, l.version, l.points, l.veto, l.facts, l.source, l.proposedAt, l.demo = uuid.Must(uuid.NewV7()), e.ID, e.Version, Points(e.MildTenths), e.Veto, s.Facts, s.Source, at, true
			l.authority, l.documentNo = s.Authority, s.DocumentNo
			if err := d.storeLifeTx(ctx, tx, l, s, e.Entry, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *Desk) storeLifeTx(ctx context.Context, tx db.Tx, l *life, s SampleLife, e Entry, now time.Time) error {
	if err := insertSampleLife(ctx, tx, l); err != nil || s.State == Proposed {
		return err
	}
	told := l.proposedAt.Add(time.Hour)
	until, provisional, err := d.Due(ctx, tx, told, 5)
	if err != nil {
		return err
	}
	if err := moveRecord(ctx, tx, l.id, Proposed, Notified, `notified_at = $4, defence_until = $5, defence_provisional = $6`, told, until, provisional); err != nil || s.State == Notified {
		return err
	}
	from := Notified
	if s.Defence != "" {
		if err := moveRecord(ctx, tx, l.id, from, Defended, `defence = $4, defended_at = $5`, s.Defence, told.Add(24*time.Hour)); err != nil || s.State == Defended {
			return err
		}
		from = Defended
	}
	if s.State == Withdrawn {
		return moveRecord(ctx, tx, l.id, from, Withdrawn, `withdrawn_at = $4, withdraw_reason = $5`, until, s.Reason)
	}
	at := until
	if at.After(now) {
		at = now
	}
	l.expiresOn = lastDay(at, e.ValidityMonths)
	if err := moveRecord(ctx, tx, l.id, from, Published, `confirmed_at = $4, published_at = $4, expires_on = $5::date, confirm_note = '事实清楚，予以认定（示例）'`, at, l.expiresOn); err != nil {
		return err
	}
	if err := d.logTx(ctx, tx, l, Published, "", "", at); err != nil {
		return err
	}
	if action := map[review.State]review.Action{Repaired: Repair, Overturned: Overturn}[s.State]; action != "" {
		ended := now.AddDate(0, 0, -1)
		if err := endRecord(ctx, tx, l.id, action, ended, s.Reason); err != nil {
			return err
		}
		if err := d.logTx(ctx, tx, l, s.State, s.Reason, "", ended); err != nil {
			return err
		}
	}
	return refreshTx(ctx, tx, l.agency, now)
}
