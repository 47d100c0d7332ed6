package agency

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// storedAgency is what the database has of an agency, in the shape of a delivered row.
type storedAgency struct {
	Imported
	id              uuid.UUID
	batch           uuid.UUID
	batches         map[string]uuid.UUID // column → delivery, where it is not batch
	demo            bool
	qualificationID []uuid.UUID
	practitionerID  []uuid.UUID
}

// Store brings the agencies to what rows say (exchange.Target). New ones, the bulk of
// a first delivery, are copied straight into the tables; known ones are compared and
// only what differs is written.
func (im *Import) Store(ctx context.Context, tx db.Tx, b provenance.Batch, rows []*Imported) (sum provenance.Summary, changed []uuid.UUID, faults []provenance.RowError, err error) {
	stored, err := loadAgencies(ctx, tx, rows)
	if err != nil {
		return sum, nil, nil, err
	}
	w := newWrites(b, im.now)
	for _, r := range rows {
		old, known := stored[r.uscc]
		switch {
		case !known && r.region == "" && r.domicile == "":
			faults = append(faults, provenance.RowError{Line: r.line, Column: "登记地", Reason: "新机构应有区划代码（本市）或登记地（市外）"})
		case !known:
			if r.admittedOn.IsZero() {
				r.admittedOn = im.today
			}
			changed = append(changed, w.insert(r))
			sum.Inserted++
		case b.Demo && !old.demo:
			faults = append(faults, provenance.RowError{Line: r.line, Column: "统一社会信用代码", Reason: "已有真实数据，示例数据不能覆盖"})
		case w.update(old, r):
			changed = append(changed, old.id)
			sum.Updated++
		default:
			sum.Unchanged++
		}
	}
	if err := w.run(ctx, tx); err != nil {
		return sum, nil, nil, err
	}
	return sum, changed, faults, nil
}

func publishedItems(ctx context.Context, q db.Querier) (map[string]uuid.UUID, error) {
	rows, err := q.Query(ctx, `SELECT code, id FROM service_item WHERE state = 'published'`)
	if err != nil {
		return nil, fmt.Errorf("published items: %w", err)
	}
	out := map[string]uuid.UUID{}
	var code string
	var id uuid.UUID
	if _, err = pgx.ForEachRow(rows, []any{&code, &id}, func() error { out[code] = id; return nil }); err != nil {
		return nil, fmt.Errorf("published items: %w", err)
	}
	return out, nil
}

// loadAgencies reads those of rows that are known, with their parts, and holds them
// until the transaction ends.
func loadAgencies(ctx context.Context, tx db.Tx, rows []*Imported) (map[string]*storedAgency, error) {
	codes := make([]string, len(rows))
	for i, r := range rows {
		codes[i] = r.uscc
	}
	found, err := tx.Query(ctx, `
		SELECT id, uscc, name, kind, legal_representative, coalesce(region_code, ''), domicile, address, phone, introduction,
		       founded_on, admitted_on, demo, batch_id, field_batches
		FROM agency WHERE uscc = ANY ($1) FOR UPDATE`, codes)
	if err != nil {
		return nil, fmt.Errorf("load agencies: %w", err)
	}
	byCode, byID := map[string]*storedAgency{}, map[uuid.UUID]*storedAgency{}
	list, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (*storedAgency, error) {
		var s storedAgency
		var founded *time.Time
		err := row.Scan(&s.id, &s.uscc, &s.name, &s.kind, &s.legalRep, &s.region, &s.domicile, &s.address, &s.phone, &s.introduction,
			&founded, &s.admittedOn, &s.demo, &s.batch, &s.batches)
		if founded != nil {
			s.foundedOn = *founded
		}
		return &s, err
	})
	if err != nil {
		return nil, fmt.Errorf("load agencies: %w", err)
	}
	if len(list) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(list))
	for i, s := range list {
		ids[i], byCode[s.uscc], byID[s.id] = s.id, s, s
	}
	return byCode, loadParts(ctx, tx, ids, byID)
}

func loadParts(ctx context.Context, tx db.Tx, ids []uuid.UUID, byID map[uuid.UUID]*storedAgency) error {
	each := func(sql string, into []any, add func()) error {
		rows, err := tx.Query(ctx, sql, ids)
		if err != nil {
			return fmt.Errorf("load parts of agencies: %w", err)
		}
		if _, err = pgx.ForEachRow(rows, into, func() error { add(); return nil }); err != nil {
			return fmt.Errorf("load parts of agencies: %w", err)
		}
		return nil
	}
	var agency, id uuid.UUID
	err := each(`SELECT agency_id, item_id FROM agency_item WHERE agency_id = ANY ($1) ORDER BY agency_id, item_id`,
		[]any{&agency, &id}, func() { s := byID[agency]; s.items = append(s.items, id) })
	if err != nil {
		return err
	}
	var q importedQualification
	var validTo *time.Time
	err = each(`SELECT agency_id, id, name, level, certificate_no, issuer, valid_to FROM agency_qualification WHERE agency_id = ANY ($1)`,
		[]any{&agency, &id, &q.name, &q.level, &q.certificateNo, &q.issuer, &validTo}, func() {
			q.validTo = day(validTo)
			s := byID[agency]
			s.qualifications, s.qualificationID = append(s.qualifications, q), append(s.qualificationID, id)
		})
	if err != nil {
		return err
	}
	var p importedPractitioner
	return each(`SELECT agency_id, id, name, specialty, certificate_no, valid_to, id_digest FROM practitioner WHERE agency_id = ANY ($1)`,
		[]any{&agency, &id, &p.name, &p.specialty, &p.certificateNo, &validTo, &p.idDigest}, func() {
			p.validTo = day(validTo)
			s := byID[agency]
			s.practitioners, s.practitionerID = append(s.practitioners, p), append(s.practitionerID, id)
			p.idDigest = nil
		})
}

func day(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
