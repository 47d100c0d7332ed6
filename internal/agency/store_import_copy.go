package agency

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"zjcs/internal/platform/db"
)

// run writes everything that was gathered: what goes first, since what comes may take
// its place under the same key; agencies before their parts.
func (w *writes) run(ctx context.Context, tx db.Tx) error {
	for _, step := range []func(context.Context, db.Tx) error{w.remove, w.change, w.copyAgencies, w.copyItems, w.copyQualifications, w.copyPractitioners, w.carryAnew} {
		if err := step(ctx, tx); err != nil {
			return fmt.Errorf("store agencies: %w", err)
		}
	}
	return nil
}

func (w *writes) remove(ctx context.Context, tx db.Tx) error {
	if len(w.itemsGone) > 0 {
		items, agencies := make([]pgtype.UUID, len(w.itemsGone)), make([]pgtype.UUID, len(w.itemsGone))
		for i, g := range w.itemsGone {
			items[i], agencies[i] = pgtype.UUID{Bytes: g.item, Valid: true}, pgtype.UUID{Bytes: g.agency, Valid: true}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM agency_item WHERE (item_id, agency_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`, items, agencies); err != nil {
			return err
		}
	}
	if len(w.qualificationsGone) > 0 {
		if _, err := tx.Exec(ctx, `DELETE FROM agency_qualification WHERE id = ANY ($1)`, w.qualificationsGone); err != nil {
			return err
		}
	}
	if len(w.practitionersGone) > 0 {
		if _, err := tx.Exec(ctx, `DELETE FROM practitioner WHERE id = ANY ($1)`, w.practitionersGone); err != nil {
			return err
		}
	}
	return nil
}

func (w *writes) change(ctx context.Context, tx db.Tx) error {
	for _, c := range []struct {
		rows []map[string]any
		sql  string
	}{
		{w.updates, `
			UPDATE agency a SET name = t.name, kind = t.kind, legal_representative = t.legal_representative, region_code = t.region_code,
				domicile = t.domicile, address = t.address, phone = t.phone, introduction = t.introduction, founded_on = t.founded_on,
				admitted_on = t.admitted_on, demo = t.demo, field_batches = t.field_batches, updated_at = now()
			FROM jsonb_to_recordset($1) AS t(id uuid, name text, kind text, legal_representative text, region_code text, domicile text,
				address text, phone text, introduction text, founded_on date, admitted_on date, demo boolean, field_batches jsonb)
			WHERE a.id = t.id`},
		{w.qualificationsChanged, `
			UPDATE agency_qualification q SET level = t.level, issuer = t.issuer, valid_to = t.valid_to
			FROM jsonb_to_recordset($1) AS t(id uuid, level text, issuer text, valid_to date) WHERE q.id = t.id`},
		{w.practitionersChanged, `
			UPDATE practitioner p SET name = t.name, valid_to = t.valid_to,
				id_number = coalesce(t.id_number, p.id_number), id_digest = coalesce(t.id_digest, p.id_digest)
			FROM jsonb_to_recordset($1) AS t(id uuid, name text, valid_to date, id_number bytea, id_digest bytea) WHERE p.id = t.id`},
	} {
		if len(c.rows) == 0 {
			continue
		}
		doc, err := json.Marshal(c.rows)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, c.sql, doc); err != nil {
			return err
		}
	}
	return nil
}

// copyInto copies n rows into a table; values fills one row, which is reused.
func copyInto(ctx context.Context, tx db.Tx, table string, columns []string, n int, values func(i int, row []any)) error {
	if n == 0 {
		return nil
	}
	row := make([]any, len(columns))
	_, err := tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(n, func(i int) ([]any, error) {
		values(i, row)
		return row, nil
	}))
	return err
}

func (w *writes) copyAgencies(ctx context.Context, tx db.Tx) error {
	batch := pgtype.UUID{Bytes: w.batch.ID, Valid: true}
	return copyInto(ctx, tx, "agency", []string{"id", "uscc", "name", "kind", "legal_representative", "region_code", "domicile", "address",
		"phone", "introduction", "founded_on", "admitted_on", "demo", "batch_id"},
		len(w.agencies), func(i int, row []any) {
			a := w.agencies[i]
			row[0], row[1], row[2], row[3], row[4], row[5], row[6] = pgtype.UUID{Bytes: a.id, Valid: true}, a.uscc, a.name, a.kind, a.legalRep, orNull(a.region), a.domicile
			row[7], row[8], row[9], row[10], row[11], row[12], row[13] = a.address, a.phone, a.introduction, pgDate(a.foundedOn), pgDate(a.admittedOn), w.batch.Demo, batch
		})
}

func (w *writes) copyItems(ctx context.Context, tx db.Tx) error {
	return copyInto(ctx, tx, "agency_item", []string{"item_id", "agency_id", "carried"}, len(w.items), func(i int, row []any) {
		row[0], row[1] = pgtype.UUID{Bytes: w.items[i].item, Valid: true}, pgtype.UUID{Bytes: w.items[i].agency, Valid: true}
		row[2] = w.items[i].carried
	})
}

func (w *writes) copyQualifications(ctx context.Context, tx db.Tx) error {
	return copyInto(ctx, tx, "agency_qualification", []string{"id", "agency_id", "name", "level", "certificate_no", "issuer", "valid_to"},
		len(w.qualifications), func(i int, row []any) {
			q := w.qualifications[i]
			row[0], row[1] = pgtype.UUID{Bytes: q.id, Valid: true}, pgtype.UUID{Bytes: q.agency, Valid: true}
			row[2], row[3], row[4], row[5], row[6] = q.name, q.level, q.certificateNo, q.issuer, pgDate(q.validTo)
		})
}

func (w *writes) copyPractitioners(ctx context.Context, tx db.Tx) error {
	return copyInto(ctx, tx, "practitioner", []string{"id", "agency_id", "name", "specialty", "certificate_no", "valid_to", "id_number", "id_digest"},
		len(w.practitioners), func(i int, row []any) {
			p := w.practitioners[i]
			row[0], row[1] = pgtype.UUID{Bytes: p.id, Valid: true}, pgtype.UUID{Bytes: p.agency, Valid: true}
			row[2], row[3], row[4], row[5], row[6], row[7] = p.name, p.specialty, p.certificateNo, pgDate(p.validTo), p.idNumber, p.idDigest
		})
}

// carryAnew works out the items of known agencies; those of new ones came with them.
func (w *writes) carryAnew(ctx context.Context, tx db.Tx) error {
	if len(w.recarry) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `SELECT refresh_carried($1, NULL)`, w.recarry)
	return err
}

func pgDate(t time.Time) pgtype.Date { return pgtype.Date{Time: t, Valid: !t.IsZero()} }
