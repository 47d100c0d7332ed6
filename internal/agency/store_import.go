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
	claimed         bool // its own people act for it
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
	w.carried = im.carried
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
		case old.claimed:
			faults = append(faults, provenance.RowError{Line: r.line, Column: "统一社会信用代码", Reason: "这家机构已由本机构办理入驻，内容由机构提交变更并经审核，不再由导入更新"})
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

// publishedItems are the items by code, and of those that ask for a qualification the
// name of the certificate that carries them.
func publishedItems(ctx context.Context, q db.Querier) (map[string]uuid.UUID, map[uuid.UUID]string, error) {
	rows, err := q.Query(ctx, `SELECT code, id, CASE WHEN needs_qualification THEN certificate_name ELSE '' END FROM service_item WHERE state = 'published'`)
	if err != nil {
		return nil, nil, fmt.Errorf("published items: %w", err)
	}
	items, carried := map[string]uuid.UUID{}, map[uuid.UUID]string{}
	var code, name string
	var id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&code, &id, &name}, func() error {
		if items[code] = id; name != "" {
			carried[id] = name
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("published items: %w", err)
	}
	return items, carried, nil
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
		       founded_on, admitted_on, demo, batch_id, field_batches, organisation_id IS NOT NULL
		FROM agency WHERE uscc = ANY ($1) FOR UPDATE`, codes)
	if err != nil {
		return nil, fmt.Errorf("load agencies: %w", err)
	}
	byCode, byID := map[string]*storedAgency{}, map[uuid.UUID]*storedAgency{}
	list, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (*storedAgency, error) {
		var s storedAgency
		var founded *time.Time
		err := row.Scan(&s.id, &s.uscc, &s.name, &s.kind, &s.legalRep, &s.region, &s.domicile, &s.address, &s.phone, &s.introduction,
			&founded, &s.admittedOn, &s.demo, &s.batch, &s.batches, &s.claimed)
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
