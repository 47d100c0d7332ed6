package agency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/review"
)

// publication is an accepted profile on its way into the tables.
type publication struct {
	profile
	id    uuid.UUID
	org   identity.Organisation
	day   string
	now   time.Time
	fresh bool // there was no such agency
	again bool // it had exited or been removed
}

// storeAgency brings an agency to what was accepted. All of its values come from the
// submission, which the delivery it makes names as their source.
func (d Door) storeAgency(ctx context.Context, tx db.Tx, s review.Submission, a publication) error {
	batch, err := beginDelivery(ctx, tx, s, a)
	if err != nil {
		return err
	}
	if err := storeBasics(ctx, tx, a, batch); err != nil {
		return err
	}
	mine, err := a.records(ctx, tx)
	if err != nil {
		return err
	}
	var b pgx.Batch
	b.Queue(`DELETE FROM agency_item x USING service_item i WHERE x.agency_id = $1 AND i.id = x.item_id AND i.code <> ALL ($2)`, a.id, a.Items)
	b.Queue(`INSERT INTO agency_item (item_id, agency_id) SELECT i.id, $1 FROM service_item i WHERE i.code = ANY ($2) ON CONFLICT DO NOTHING`, a.id, a.Items)
	for _, table := range []string{"agency_file", "agency_qualification", "practitioner", "agency_agent"} { // papers that the parts take with them first
		b.Queue(`DELETE FROM `+table+` WHERE agency_id = $1`, a.id)
	}
	b.Queue(`DELETE FROM agency_affiliation WHERE agency_id = $1 AND declared`, a.id)
	d.queueParts(&b, a, batch, mine)
	b.Queue(`SELECT refresh_carried(ARRAY[$1::uuid], NULL)`, a.id)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("store agency: %w", err)
	}
	return nil
}

func beginDelivery(ctx context.Context, tx db.Tx, s review.Submission, a publication) (uuid.UUID, error) {
	doc, err := json.Marshal(s.Content) // its secrets are references
	if err != nil {
		return uuid.Nil, fmt.Errorf("store agency: %w", err)
	}
	sum := sha256.Sum256(doc)
	b := provenance.Batch{ID: uuid.Must(uuid.NewV7()), Kind: provenance.Agencies, Source: "机构申报并经审核（受理号 " + s.Number + "）",
		FileName: s.Number, SHA256: hex.EncodeToString(sum[:]), Demo: s.Demo}
	if err := provenance.Begin(ctx, tx, b); err != nil {
		return uuid.Nil, err
	}
	done := provenance.Summary{Read: 1, Updated: 1}
	if a.fresh {
		done = provenance.Summary{Read: 1, Inserted: 1}
	}
	return b.ID, provenance.Finish(ctx, tx, b, done)
}

func storeBasics(ctx context.Context, tx db.Tx, a publication, batch uuid.UUID) error {
	region, domicile := orNull(a.Region), a.Domicile
	if a.Registered == Outside {
		region = nil
	}
	args := []any{a.id, a.USCC, a.Name, a.Kind, a.LegalRepresentative, region, domicile, a.Address, a.Phone, a.Introduction, a.FoundedOn, a.org.ID, a.org.Demo, batch, a.day}
	sql := `
		UPDATE agency SET uscc = $2, name = $3, kind = $4, legal_representative = $5, region_code = $6, domicile = $7, address = $8, phone = $9, introduction = $10,
			founded_on = $11::date, organisation_id = $12, demo = $13, batch_id = $14, field_batches = '{}', updated_at = now(), state_since = coalesce(state_since, $15::date)
		WHERE id = $1`
	switch {
	case a.fresh:
		sql = `
		INSERT INTO agency (id, uscc, name, kind, legal_representative, region_code, domicile, address, phone, introduction, founded_on, organisation_id, demo,
			batch_id, state, state_since, admitted_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::date, $12, $13, $14, 'admitted', $15::date, $15::date)`
	case a.again:
		sql = `
		UPDATE agency SET uscc = $2, name = $3, kind = $4, legal_representative = $5, region_code = $6, domicile = $7, address = $8, phone = $9, introduction = $10,
			founded_on = $11::date, organisation_id = $12, demo = $13, batch_id = $14, field_batches = '{}', updated_at = now(),
			state = 'admitted', state_since = $15::date, state_until = NULL, state_reason = '', admitted_on = $15::date
		WHERE id = $1`
	}
	_, err := tx.Exec(ctx, sql, args...)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.ConstraintName == "agency_uscc_key" || pg.ConstraintName == "agency_organisation") {
		return apperr.New(apperr.Conflict, "统一社会信用代码 %s 的机构刚由另一件申请办理入驻", a.USCC).Because(err)
	}
	if err != nil {
		return fmt.Errorf("store agency: %w", err)
	}
	return nil
}

// records are the ids of the agency's own certificates and persons: a row that names
// one keeps it, any other gets a new one, whatever it calls itself.
func (a publication) records(ctx context.Context, tx db.Tx) (map[string]uuid.UUID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM agency_qualification WHERE agency_id = $1 UNION ALL SELECT id FROM practitioner WHERE agency_id = $1`, a.id)
	if err != nil {
		return nil, fmt.Errorf("records of agency: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("records of agency: %w", err)
	}
	out := make(map[string]uuid.UUID, len(list))
	for _, id := range list {
		out[id.String()] = id
	}
	return out, nil
}

func (d Door) queueParts(b *pgx.Batch, a publication, batch uuid.UUID, mine map[string]uuid.UUID) {
	record := func(row string) uuid.UUID {
		id, ok := mine[row]
		delete(mine, row)
		if !ok {
			id = uuid.Must(uuid.NewV7())
		}
		return id
	}
	const addFile = `INSERT INTO agency_file (agency_id, name, qualification_id, practitioner_id, file_id) VALUES ($1, $2, $3, $4, $5::uuid)`
	for _, q := range a.Qualifications {
		id := record(q.RowID)
		b.Queue(`
			INSERT INTO agency_qualification (id, agency_id, name, level, certificate_no, issuer, valid_from, valid_to)
			VALUES ($1, $2, $3, $4, $5, $6, nullif($7, '')::date, nullif($8, '')::date)`, id, a.id, q.Name, q.Level, q.CertificateNo, q.Issuer, q.ValidFrom, q.ValidTo)
		b.Queue(`INSERT INTO agency_qualification_item (qualification_id, item_id) SELECT $1, id FROM service_item WHERE code = ANY ($2)`, id, q.Carries)
		if q.Scan != "" {
			b.Queue(addFile, a.id, "scan", id, nil, q.Scan)
		}
	}
	for _, p := range a.Practitioners {
		id := record(p.RowID)
		b.Queue(`
			INSERT INTO practitioner (id, agency_id, name, specialty, certificate_no, valid_to, id_number, id_digest)
			VALUES ($1, $2, $3, $4, $5, nullif($6, '')::date, $7, $8)`, id, a.id, p.Name, p.Specialty, p.CertificateNo, p.ValidTo,
			d.Vault.Seal(FieldPractitionerID, p.IDNumber), d.Vault.Digest(FieldPersonDigest, p.IDNumber))
		if p.Scan != "" {
			b.Queue(addFile, a.id, "scan", nil, id, p.Scan)
		}
	}
	b.Queue(`INSERT INTO agency_agent (agency_id, name, id_number, id_digest, phone) VALUES ($1, $2, $3, $4, $5)`, a.id, a.AgentName,
		d.Vault.Seal(FieldAgentID, a.AgentIDNumber), d.Vault.Digest(FieldPersonDigest, a.AgentIDNumber), d.Vault.Seal(FieldAgentPhone, a.AgentPhone))
	for _, t := range a.Affiliations {
		b.Queue(`
			INSERT INTO agency_affiliation (id, agency_id, authority, relation, since, note, declared, demo, batch_id)
			VALUES ($1, $2, $3, $4, nullif($5, '')::date, $6, true, $7, $8)`, uuid.Must(uuid.NewV7()), a.id, t.Authority, t.Relation, t.Since, t.Note, a.org.Demo, batch)
	}
	for name, file := range a.papers() {
		if *file != "" {
			b.Queue(addFile, a.id, name, nil, nil, *file)
		}
	}
}
