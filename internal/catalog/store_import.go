package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// storedItem is what the database has of an item, in the shape of a delivered row.
type storedItem struct {
	ImportedItem
	id      uuid.UUID
	batch   uuid.UUID
	batches map[string]uuid.UUID // column → delivery, where it is not batch
	demo    bool

	// What no delivery brings, only a submission.
	state      string
	region     string // "" is all of the city
	conditions Conditions
	quotes     map[string]string // entry of the legal basis → its words
}

// itemColumns compares and copies one column each: a delivery changes the columns
// that differ and only those.
var itemColumns = []struct {
	name string
	same func(a, b *ImportedItem) bool
	copy func(to, from *ImportedItem)
}{
	{"name", func(a, b *ImportedItem) bool { return a.Name == b.Name }, func(t, f *ImportedItem) { t.Name = f.Name }},
	{"sector", func(a, b *ImportedItem) bool { return a.Sector == b.Sector }, func(t, f *ImportedItem) { t.Sector = f.Sector }},
	{"approvals", func(a, b *ImportedItem) bool { return slices.Equal(a.Approvals, b.Approvals) }, func(t, f *ImportedItem) { t.Approvals = f.Approvals }},
	{"departments", func(a, b *ImportedItem) bool { return slices.Equal(a.Departments, b.Departments) }, func(t, f *ImportedItem) { t.Departments = f.Departments }},
	{"legal_basis", func(a, b *ImportedItem) bool { return slices.Equal(a.LegalBasis, b.LegalBasis) }, func(t, f *ImportedItem) { t.LegalBasis = f.LegalBasis }},
	{"basis_strength", func(a, b *ImportedItem) bool { return a.BasisStrength == b.BasisStrength }, func(t, f *ImportedItem) { t.BasisStrength = f.BasisStrength }},
	{"required_qualification", func(a, b *ImportedItem) bool { return a.RequiredQualification == b.RequiredQualification }, func(t, f *ImportedItem) { t.RequiredQualification = f.RequiredQualification }},
	{"result_document", func(a, b *ImportedItem) bool { return a.ResultDocument == b.ResultDocument }, func(t, f *ImportedItem) { t.ResultDocument = f.ResultDocument }},
	{"entrusting_parties", func(a, b *ImportedItem) bool { return slices.Equal(a.EntrustingParties, b.EntrustingParties) }, func(t, f *ImportedItem) { t.EntrustingParties = f.EntrustingParties }},
	{"self_prepare", func(a, b *ImportedItem) bool { return a.SelfPrepare == b.SelfPrepare }, func(t, f *ImportedItem) { t.SelfPrepare = f.SelfPrepare }},
	{"fee_type", func(a, b *ImportedItem) bool { return a.FeeType == b.FeeType }, func(t, f *ImportedItem) { t.FeeType = f.FeeType }},
	{"fee_reference", func(a, b *ImportedItem) bool {
		return a.FeeReference == b.FeeReference && slices.Equal(a.FeeStandardIDs, b.FeeStandardIDs)
	}, func(t, f *ImportedItem) { t.FeeReference, t.FeeStandardIDs = f.FeeReference, f.FeeStandardIDs }},
	{"time_limit", func(a, b *ImportedItem) bool { return a.TimeLimit == b.TimeLimit }, func(t, f *ImportedItem) { t.TimeLimit, t.TimeLimitWorkdays = f.TimeLimit, f.TimeLimitWorkdays }},
	{"notes", func(a, b *ImportedItem) bool { return a.Notes == b.Notes }, func(t, f *ImportedItem) { t.Notes = f.Notes }},
	{"unverified_fields", func(a, b *ImportedItem) bool { return slices.Equal(a.UnverifiedFields, b.UnverifiedFields) }, func(t, f *ImportedItem) { t.UnverifiedFields = f.UnverifiedFields }},
}

// Store brings the catalogue to what rows say (exchange.Target).
func (im *ItemImport) Store(ctx context.Context, tx db.Tx, b provenance.Batch, rows []*ImportedItem) (sum provenance.Summary, changed []uuid.UUID, faults []provenance.RowError, err error) {
	stored, err := loadItems(ctx, tx, rows)
	if err != nil {
		return sum, nil, nil, err
	}
	var mine map[uuid.UUID]bool
	if im.Yield {
		if mine, err = deliveriesNamed(ctx, tx, b); err != nil {
			return sum, nil, nil, err
		}
	}
	var write []storedItem
	for _, r := range rows {
		old, known := stored[r.Code]
		switch {
		case !known:
			write = append(write, storedItem{ImportedItem: *r, id: uuid.Must(uuid.NewV7()), batch: b.ID, batches: map[string]uuid.UUID{}, demo: b.Demo})
			sum.Inserted++
		case b.Demo && !old.demo:
			faults = append(faults, provenance.RowError{Line: r.line, Column: "code", Reason: "已有真实数据，示例数据不能覆盖"})
		case old.take(r, b, mine):
			write = append(write, *old)
			sum.Updated++
		default:
			sum.Unchanged++
		}
	}
	if len(write) == 0 {
		return sum, nil, faults, nil
	}
	if err := writeItems(ctx, tx, write); err != nil {
		return sum, nil, nil, err
	}
	for _, w := range write {
		changed = append(changed, w.id)
	}
	return sum, changed, faults, nil
}

// take copies what differs and remembers which delivery brought it. With mine set, a
// value brought by any other delivery stays.
func (s *storedItem) take(r *ImportedItem, b provenance.Batch, mine map[uuid.UUID]bool) bool {
	taken := false
	for _, c := range itemColumns {
		if c.same(&s.ImportedItem, r) || slices.Contains(r.absent, c.name) {
			continue
		}
		from, ok := s.batches[c.name]
		if !ok {
			from = s.batch
		}
		if mine != nil && !mine[from] {
			continue
		}
		c.copy(&s.ImportedItem, r)
		s.batches[c.name] = b.ID
		taken = true
	}
	if s.demo && !b.Demo {
		s.demo, taken = false, true
	}
	return taken
}

// deliveriesNamed are the deliveries of the same file, b's own included.
func deliveriesNamed(ctx context.Context, q db.Querier, b provenance.Batch) (map[uuid.UUID]bool, error) {
	rows, err := q.Query(ctx, `SELECT id FROM import_batch WHERE kind = $1 AND file_name = $2 AND source = $3`, b.Kind, b.FileName, b.Source)
	if err != nil {
		return nil, fmt.Errorf("deliveries: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("deliveries: %w", err)
	}
	out := map[uuid.UUID]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}

func loadItems(ctx context.Context, q db.Querier, rows []*ImportedItem) (map[string]*storedItem, error) {
	codes := make([]string, len(rows))
	for i, r := range rows {
		codes[i] = r.Code
	}
	list, err := storedItems(ctx, q, `i.code = ANY ($1) FOR UPDATE OF i`, codes)
	if err != nil {
		return nil, err
	}
	out := make(map[string]*storedItem, len(list))
	for _, s := range list {
		out[s.Code] = s
	}
	return out, nil
}

func storedItems(ctx context.Context, q db.Querier, condition string, args ...any) ([]*storedItem, error) {
	found, err := q.Query(ctx, `
		SELECT i.id, i.code, i.name, i.sector, i.legal_basis, i.basis_strength, i.required_qualification, i.result_document,
		       i.entrusting_parties, i.self_prepare, i.fee_type, i.fee_reference, i.fee_standard_ids, i.time_limit, i.time_limit_workdays,
		       i.notes, i.unverified_fields, i.demo, i.batch_id, i.field_batches,
		       ARRAY(SELECT a.name FROM service_item_approval x JOIN approval_item a ON a.id = x.approval_id WHERE x.item_id = i.id ORDER BY x.ordinal),
		       ARRAY(SELECT d.name FROM service_item_department x JOIN department d ON d.id = x.department_id WHERE x.item_id = i.id ORDER BY x.ordinal),
		       i.state, coalesce(i.region_code, ''), i.conditions, i.basis_quotes
		FROM service_item i WHERE `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("load items: %w", err)
	}
	list, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (*storedItem, error) {
		var s storedItem
		err := row.Scan(&s.id, &s.Code, &s.Name, &s.Sector, &s.LegalBasis, &s.BasisStrength, &s.RequiredQualification, &s.ResultDocument,
			&s.EntrustingParties, &s.SelfPrepare, &s.FeeType, &s.FeeReference, &s.FeeStandardIDs, &s.TimeLimit, &s.TimeLimitWorkdays,
			&s.Notes, &s.UnverifiedFields, &s.demo, &s.batch, &s.batches, &s.Approvals, &s.Departments,
			&s.state, &s.region, &s.conditions, &s.quotes)
		return &s, err
	})
	if err != nil {
		return nil, fmt.Errorf("load items: %w", err)
	}
	return list, nil
}

// cityRegion is the region whose departments the list names; a county's department
// decides through the city's.
const cityRegion = "140800"

func writeItems(ctx context.Context, tx db.Tx, items []storedItem) error {
	rows := make([]map[string]any, len(items))
	var approvals, departments []string
	for i := range items {
		s := &items[i]
		approvals, departments = append(approvals, s.Approvals...), append(departments, s.Departments...)
		rows[i] = map[string]any{
			"id": s.id, "code": s.Code, "name": s.Name, "sector": s.Sector, "legal_basis": s.LegalBasis, "basis_strength": s.BasisStrength,
			"required_qualification": s.RequiredQualification, "result_document": s.ResultDocument, "entrusting_parties": s.EntrustingParties,
			"self_prepare": s.SelfPrepare, "fee_type": s.FeeType, "fee_reference": s.FeeReference, "fee_standard_ids": s.FeeStandardIDs,
			"time_limit": s.TimeLimit, "time_limit_workdays": s.TimeLimitWorkdays, "notes": s.Notes, "unverified_fields": s.UnverifiedFields,
			"demo": s.demo, "batch_id": s.batch, "field_batches": s.batches, "approvals": s.Approvals, "departments": s.Departments,
		}
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("write items: %w", err)
	}
	if err := createNamed(ctx, tx, approvals, `
		INSERT INTO approval_item (id, name)
		SELECT t.id, t.name FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS t(id, name, n)
		WHERE NOT EXISTS (SELECT FROM approval_item a WHERE a.name = t.name) ORDER BY t.n
		ON CONFLICT (name) DO NOTHING`); err != nil {
		return fmt.Errorf("write approvals: %w", err)
	}
	if err := createNamed(ctx, tx, departments, `
		INSERT INTO department (id, region_code, name)
		SELECT t.id, $3, t.name FROM unnest($1::uuid[], $2::text[]) AS t(id, name)
		ON CONFLICT (region_code, name) DO NOTHING`, cityRegion); err != nil {
		return fmt.Errorf("write departments: %w", err)
	}
	for _, sql := range writeItemsSQL {
		if _, err := tx.Exec(ctx, sql, doc); err != nil {
			return fmt.Errorf("write items: %w", err)
		}
	}
	return nil
}

// createNamed makes records that have only a name, in the order they first occur.
func createNamed(ctx context.Context, tx db.Tx, names []string, sql string, args ...any) error {
	var distinct []string
	for _, n := range names {
		if !slices.Contains(distinct, n) {
			distinct = append(distinct, n)
		}
	}
	ids := make([]uuid.UUID, len(distinct))
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
	}
	_, err := tx.Exec(ctx, sql, append([]any{ids, distinct}, args...)...)
	return err
}

// writeItemsSQL writes the items of a JSON array and what they are linked to. Links
// are removed and made where they differ, so that equal ones raise no version.
var writeItemsSQL = []string{`
	INSERT INTO service_item AS i (id, code, name, sector, legal_basis, basis_strength, required_qualification, result_document,
		entrusting_parties, self_prepare, fee_type, fee_reference, fee_standard_ids, time_limit, time_limit_workdays, notes,
		unverified_fields, demo, batch_id, field_batches)
	SELECT id, code, name, sector, legal_basis, basis_strength, required_qualification, result_document,
		entrusting_parties, self_prepare, fee_type, fee_reference, fee_standard_ids, time_limit, time_limit_workdays, notes,
		unverified_fields, demo, batch_id, field_batches
	FROM jsonb_to_recordset($1) AS t(id uuid, code text, name text, sector text, legal_basis text[], basis_strength text,
		required_qualification text, result_document text, entrusting_parties text[], self_prepare text, fee_type text,
		fee_reference text, fee_standard_ids text[], time_limit text, time_limit_workdays int, notes text,
		unverified_fields text[], demo boolean, batch_id uuid, field_batches jsonb)
	ORDER BY code
	ON CONFLICT (id) DO UPDATE SET
		name = excluded.name, sector = excluded.sector, legal_basis = excluded.legal_basis, basis_strength = excluded.basis_strength,
		required_qualification = excluded.required_qualification, result_document = excluded.result_document,
		entrusting_parties = excluded.entrusting_parties, self_prepare = excluded.self_prepare, fee_type = excluded.fee_type,
		fee_reference = excluded.fee_reference, fee_standard_ids = excluded.fee_standard_ids, time_limit = excluded.time_limit,
		time_limit_workdays = excluded.time_limit_workdays, notes = excluded.notes, unverified_fields = excluded.unverified_fields,
		demo = excluded.demo, field_batches = excluded.field_batches, updated_at = now()`,

	linkSQL("service_item_approval", "approval_id", "approvals", "approval_item l ON l.name = e.name"),
	linkSQL("service_item_department", "department_id", "departments", "department l ON l.region_code = '"+cityRegion+"' AND l.name = e.name"),
}

func linkSQL(table, key, list, join string) string {
	return fmt.Sprintf(`
	WITH want AS (
		SELECT (t.item->>'id')::uuid AS item_id, l.id AS linked, e.n::smallint AS ordinal
		FROM jsonb_array_elements($1) AS t(item)
		CROSS JOIN LATERAL jsonb_array_elements_text(t.item->'%[3]s') WITH ORDINALITY AS e(name, n)
		JOIN %[4]s),
	gone AS (
		DELETE FROM %[1]s x
		WHERE x.item_id IN (SELECT (t.item->>'id')::uuid FROM jsonb_array_elements($1) AS t(item))
		  AND NOT EXISTS (SELECT FROM want w WHERE w.item_id = x.item_id AND w.linked = x.%[2]s))
	INSERT INTO %[1]s AS x (item_id, %[2]s, ordinal) SELECT item_id, linked, ordinal FROM want
	ON CONFLICT (item_id, %[2]s) DO UPDATE SET ordinal = excluded.ordinal WHERE x.ordinal <> excluded.ordinal`, table, key, list, join)
}

// StoreRegions brings the tree to what regions say, parents first. Regions that it does
// not name stay: records refer to them.
func StoreRegions(ctx context.Context, tx db.Tx, b provenance.Batch, regions []ReferenceRegion) (sum provenance.Summary, err error) {
	doc, err := json.Marshal(regions)
	if err != nil {
		return sum, fmt.Errorf("store regions: %w", err)
	}
	rows, err := tx.Query(ctx, `
		INSERT INTO region AS r (code, name, kind, parent, batch_id)
		SELECT code, name, kind, parent, $2 FROM jsonb_to_recordset($1) AS t(code text, name text, kind text, parent text)
		ORDER BY length(code), code
		ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind, parent = excluded.parent, batch_id = excluded.batch_id
		WHERE (r.name, r.kind) <> (excluded.name, excluded.kind) OR r.parent IS DISTINCT FROM excluded.parent
		RETURNING xmax = 0`, doc, b.ID)
	if err != nil {
		return sum, fmt.Errorf("store regions: %w", err)
	}
	inserted, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	if err != nil {
		return sum, fmt.Errorf("store regions: %w", err)
	}
	return tally(len(regions), inserted), nil
}

// tally counts an upsert of n records by what it returned for each that it wrote.
func tally(n int, inserted []bool) (sum provenance.Summary) {
	sum.Read = int64(n)
	for _, in := range inserted {
		if in {
			sum.Inserted++
		} else {
			sum.Updated++
		}
	}
	sum.Unchanged = sum.Read - sum.Inserted - sum.Updated
	return sum
}
