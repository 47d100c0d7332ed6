package expert

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/review"
)

// entry is an expert as he stands in the pool.
type entry struct {
	id             uuid.UUID
	org            *uuid.UUID
	state          string
	leftOn         *time.Time
	confirmedUntil time.Time
	today          time.Time // the database's day in Shanghai
	demo           bool
	batches        map[string]uuid.UUID

	idNumber, idDigest, phone []byte
	name, employer, title     string
	specialties               []string
	region                    string
	conflicts                 []Conflict
}

// left reports whether he went by his own wish: then he may come back.
func (e *entry) left() bool { return e.state == "removed" && e.leftOn != nil }

// standing is his state in words; unconfirmed is derived, never stored.
func (e *entry) standing() string {
	switch {
	case e.left():
		return "已退出专家库"
	case e.state == "removed":
		return "已被移出专家库"
	case e.state == "suspended":
		return "已被暂停"
	case e.confirmedUntil.Before(e.today):
		return "在专家库中，年度确认已过期"
	}
	return "已在专家库中"
}

// reviewed is the delivery that a published submission counts as. Its digest is of the
// number alone: the content holds personal values.
func reviewed(ctx context.Context, tx db.Tx, s review.Submission) (provenance.Batch, error) {
	sum := sha256.Sum256([]byte(s.Number))
	b := provenance.Batch{ID: uuid.Must(uuid.NewV7()), Kind: provenance.Experts, Source: "审核发布：" + s.Number, FileName: s.Number, SHA256: hex.EncodeToString(sum[:]), Demo: s.Demo}
	return b, provenance.Begin(ctx, tx, b)
}

// publishAdmission lists an expert for a year; an entry of the same person, from a
// delivery or from before he left, becomes his.
func (d Door) publishAdmission(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	in, err := review.Decode[submitted](c)
	if err != nil {
		return uuid.Nil, err
	}
	digest := d.Vault.Digest(FieldPersonDigest, in.IDNumber)
	if err := sameEntry(ctx, tx, s.Org(), digest); err != nil {
		return uuid.Nil, err
	}
	b, err := reviewed(ctx, tx, s)
	if err != nil {
		return uuid.Nil, err
	}
	e, err := ofPerson(ctx, tx, digest, true)
	sum := provenance.Summary{Read: 1, Updated: 1}
	switch {
	case apperr.CodeOf(err) == apperr.NotFound && err != nil:
		e = &entry{id: uuid.Must(uuid.NewV7()), batches: map[string]uuid.UUID{}, demo: s.Demo}
		e.idNumber, e.idDigest, e.phone = d.Vault.Seal(FieldID, in.IDNumber), digest, d.Vault.Seal(FieldPhone, in.Phone)
		e.take(in, b.ID)
		clear(e.batches) // all of it comes from this one
		sum = provenance.Summary{Read: 1, Inserted: 1}
		err = insertEntry(ctx, tx, e, b.ID)
	case err == nil:
		if why := e.bars(s.Org()); why != "" {
			return uuid.Nil, apperr.New(apperr.Conflict, "%s", why)
		}
		if s.Demo && !e.demo {
			return uuid.Nil, apperr.New(apperr.Conflict, "已有真实数据，示例数据不能覆盖")
		}
		e.demo = s.Demo
		err = d.update(ctx, tx, e, in, b.ID)
	}
	if err != nil {
		return uuid.Nil, err
	}
	if err := admit(ctx, tx, e.id, s.Org(), s.Author); err != nil {
		return uuid.Nil, err
	}
	if err := identity.VerifyTx(ctx, tx, s.Org()); err != nil {
		return uuid.Nil, err
	}
	return d.finish(ctx, tx, e, in.Certificates, b, sum)
}

// sameEntry refuses an account that left as one person and comes back as another.
func sameEntry(ctx context.Context, tx db.Tx, org uuid.UUID, digest []byte) error {
	e, err := ofOrganisation(ctx, tx, org, true)
	switch {
	case err != nil && apperr.CodeOf(err) == apperr.NotFound:
		return nil
	case err != nil:
		return err
	case !slices.Equal(e.idDigest, digest):
		return apperr.New(apperr.Conflict, "这个账号以前入库的是另一个身份证号，不能换人")
	}
	return nil
}

func (d Door) publishConfirmation(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	return d.publishKnown(ctx, tx, s, c, (*entry).mayConfirm, confirm)
}

func (d Door) publishChange(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	return d.publishKnown(ctx, tx, s, c, func(e *entry) error { return e.inPool("变更") }, nil)
}

// publishKnown writes what changed; then, if not nil, comes before others are told of it.
func (d Door) publishKnown(ctx context.Context, tx db.Tx, s review.Submission, c review.Content, may func(*entry) error, then func(context.Context, db.Tx, uuid.UUID) error) (uuid.UUID, error) {
	in, err := review.Decode[submitted](c)
	if err != nil {
		return uuid.Nil, err
	}
	e, err := ofOrganisation(ctx, tx, s.Org(), true)
	if err != nil {
		return uuid.Nil, err
	}
	if err := may(e); err != nil {
		return uuid.Nil, err
	}
	b, err := reviewed(ctx, tx, s)
	if err != nil {
		return uuid.Nil, err
	}
	if err := d.update(ctx, tx, e, in, b.ID); err != nil {
		return uuid.Nil, err
	}
	if then != nil {
		if err := then(ctx, tx, e.id); err != nil {
			return uuid.Nil, err
		}
	}
	return d.finish(ctx, tx, e, in.Certificates, b, provenance.Summary{Read: 1, Updated: 1})
}

func (d Door) publishExit(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	e, err := ofOrganisation(ctx, tx, s.Org(), true)
	if err != nil {
		return uuid.Nil, err
	}
	if err := e.inPool("退出"); err != nil {
		return uuid.Nil, err
	}
	if e.state == "suspended" {
		return uuid.Nil, apperr.New(apperr.Conflict, "暂停期间不能退出，恢复后再办理")
	}
	reason, _ := c["reason"].(string)
	if err := leave(ctx, tx, e.id, reason); err != nil {
		return uuid.Nil, err
	}
	return e.id, d.Changed(ctx, tx, provenance.Experts, []uuid.UUID{e.id})
}

// take copies what differs and remembers which submission brought it.
func (e *entry) take(in submitted, batch uuid.UUID) {
	set := func(column string, same bool, copy func()) {
		if !same {
			copy()
			e.batches[column] = batch
		}
	}
	sorted := slices.Sorted(slices.Values(in.Specialties))
	set("name", e.name == in.Name, func() { e.name = in.Name })
	set("employer", e.employer == in.Employer, func() { e.employer = in.Employer })
	set("title", e.title == in.Title, func() { e.title = in.Title })
	set("specialties", slices.Equal(e.specialties, sorted), func() { e.specialties = sorted })
	set("region_code", e.region == in.Region, func() { e.region = in.Region })
	e.conflicts = in.Conflicts
	if e.conflicts == nil {
		e.conflicts = []Conflict{}
	}
	for i := range e.conflicts {
		e.conflicts[i].RowID = ""
	}
}

func (d Door) update(ctx context.Context, tx db.Tx, e *entry, in submitted, batch uuid.UUID) error {
	phone, err := d.Vault.Open(FieldPhone, e.phone)
	if err != nil {
		return fmt.Errorf("known telephone of expert %s: %w", e.id, err)
	}
	if phone != in.Phone {
		e.phone, e.batches["phone"] = d.Vault.Seal(FieldPhone, in.Phone), batch
	}
	e.take(in, batch)
	return updateEntry(ctx, tx, e)
}

func (d Door) finish(ctx context.Context, tx db.Tx, e *entry, certificates []certificate, b provenance.Batch, sum provenance.Summary) (uuid.UUID, error) {
	if err := replaceCertificates(ctx, tx, e.id, certificates); err != nil {
		return uuid.Nil, err
	}
	if err := d.Changed(ctx, tx, provenance.Experts, []uuid.UUID{e.id}); err != nil {
		return uuid.Nil, err
	}
	return e.id, provenance.Finish(ctx, tx, b, sum)
}

// ConflictsOf are the interests that an expert declared, for recusal.
func ConflictsOf(ctx context.Context, q db.Querier, id uuid.UUID) ([]Conflict, error) {
	return conflictsOf(ctx, q, id)
}
