package expert

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// storedExpert is what the database has of an expert, in the shape of a delivered row.
type storedExpert struct {
	Imported
	id      uuid.UUID
	batches map[string]uuid.UUID // column → delivery, where it is not the first
	demo    bool
}

// Store brings the pool to what rows say (exchange.Target).
func (im *Import) Store(ctx context.Context, tx db.Tx, b provenance.Batch, rows []*Imported) (sum provenance.Summary, changed []uuid.UUID, faults []provenance.RowError, err error) {
	stored, err := loadExperts(ctx, tx, rows)
	if err != nil {
		return sum, nil, nil, err
	}
	var inserts []*Imported
	var updates []map[string]any
	for _, r := range rows {
		old, known := r.among(stored)
		if !known {
			inserts = append(inserts, r)
			sum.Inserted++
			continue
		}
		if b.Demo && !old.demo {
			faults = append(faults, provenance.RowError{Line: r.line, Column: "身份证号", Reason: "已有真实数据，示例数据不能覆盖"})
			continue
		}
		differs, err := im.take(old, r, b)
		if err != nil {
			return sum, nil, nil, err
		}
		if !differs {
			sum.Unchanged++
			continue
		}
		updates, changed = append(updates, old.record()), append(changed, old.id)
		sum.Updated++
	}
	ids, err := copyExperts(ctx, tx, b, inserts)
	if err != nil {
		return sum, nil, nil, err
	}
	if err := updateExperts(ctx, tx, updates); err != nil {
		return sum, nil, nil, err
	}
	return sum, append(changed, ids...), faults, nil
}

// take copies what differs and remembers which delivery brought it. A sealed telephone
// has no digest, so the known one is opened to compare.
func (im *Import) take(old *storedExpert, r *Imported, b provenance.Batch) (bool, error) {
	phone, err := im.vault.Open(FieldPhone, old.sealedPhone)
	if err != nil {
		return false, fmt.Errorf("known telephone of expert %s: %w", old.id, err)
	}
	taken := false
	set := func(column string, same bool, copy func()) {
		if !same {
			copy()
			old.batches[column], taken = b.ID, true
		}
	}
	set("name", old.name == r.name, func() { old.name = r.name })
	set("employer", old.employer == r.employer, func() { old.employer = r.employer })
	set("title", old.title == r.title, func() { old.title = r.title })
	set("specialties", slices.Equal(old.specialties, r.specialties), func() { old.specialties = r.specialties })
	set("region_code", r.regionAbsent || old.region == r.region, func() { old.region = r.region })
	set("phone", phone == r.phone, func() { old.sealedPhone = r.sealedPhone })
	if old.demo && !b.Demo {
		old.demo, taken = false, true
	}
	return taken, nil
}

func (s *storedExpert) record() map[string]any {
	var region any
	if s.region != "" {
		region = s.region
	}
	return map[string]any{"id": s.id, "name": s.name, "employer": s.employer, "title": s.title, "specialties": s.specialties,
		"region_code": region, "phone": `\x` + hex.EncodeToString(s.sealedPhone), "demo": s.demo, "field_batches": s.batches}
}

func loadExperts(ctx context.Context, tx db.Tx, rows []*Imported) (map[string]*storedExpert, error) {
	digests := make([][]byte, 0, len(rows))
	for _, r := range rows {
		digests = append(append(digests, r.idDigest), r.oldDigests...)
	}
	found, err := tx.Query(ctx, `
		SELECT id, id_digest, phone, name, employer, title, specialties, coalesce(region_code, ''), demo, field_batches
		FROM expert WHERE id_digest = ANY ($1) FOR UPDATE`, digests)
	if err != nil {
		return nil, fmt.Errorf("load experts: %w", err)
	}
	list, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (*storedExpert, error) {
		var s storedExpert
		err := row.Scan(&s.id, &s.idDigest, &s.sealedPhone, &s.name, &s.employer, &s.title, &s.specialties, &s.region, &s.demo, &s.batches)
		return &s, err
	})
	if err != nil {
		return nil, fmt.Errorf("load experts: %w", err)
	}
	out := make(map[string]*storedExpert, len(list))
	for _, s := range list {
		out[string(s.idDigest)] = s
	}
	return out, nil
}

// among finds the row's person, whichever key the known digest is under.
func (r *Imported) among(stored map[string]*storedExpert) (*storedExpert, bool) {
	old, known := stored[string(r.idDigest)]
	for i := 0; !known && i < len(r.oldDigests); i++ {
		old, known = stored[string(r.oldDigests[i])]
	}
	return old, known
}

func copyExperts(ctx context.Context, tx db.Tx, b provenance.Batch, rows []*Imported) ([]uuid.UUID, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(rows))
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"expert"},
		[]string{"id", "id_number", "id_digest", "phone", "name", "employer", "title", "specialties", "region_code", "demo", "batch_id"},
		pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
			r := rows[i]
			ids[i] = uuid.Must(uuid.NewV7())
			var region any
			if r.region != "" {
				region = r.region
			}
			return []any{ids[i], r.idNumber, r.idDigest, r.sealedPhone, r.name, r.employer, r.title, r.specialties, region, b.Demo, b.ID}, nil
		}))
	if err != nil {
		return nil, fmt.Errorf("store experts: %w", err)
	}
	return ids, nil
}

func updateExperts(ctx context.Context, tx db.Tx, updates []map[string]any) error {
	if len(updates) == 0 {
		return nil
	}
	doc, err := json.Marshal(updates)
	if err != nil {
		return fmt.Errorf("store experts: %w", err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE expert e SET name = t.name, employer = t.employer, title = t.title, specialties = t.specialties, region_code = t.region_code,
			phone = t.phone, demo = t.demo, field_batches = t.field_batches, updated_at = now()
		FROM jsonb_to_recordset($1) AS t(id uuid, name text, employer text, title text, specialties text[], region_code text, phone bytea, demo boolean, field_batches jsonb)
		WHERE e.id = t.id`, doc)
	if err != nil {
		return fmt.Errorf("store experts: %w", err)
	}
	return nil
}
