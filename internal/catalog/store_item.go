package catalog

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// summaryColumns fill an ItemSummary from service_item i.
const summaryColumns = `
	i.code, i.name, i.sector, i.basis_strength, i.entrusting_parties, i.self_prepare, i.fee_type,
	i.result_document, i.time_limit, i.time_limit_workdays, i.unverified_fields,
	ARRAY(SELECT a.code FROM service_item_approval x JOIN approval_item a ON a.id = x.approval_id
	      WHERE x.item_id = i.id ORDER BY x.ordinal) AS approval_codes,
	ARRAY(SELECT a.name FROM service_item_approval x JOIN approval_item a ON a.id = x.approval_id
	      WHERE x.item_id = i.id ORDER BY x.ordinal) AS approval_names`

func scanSummary(row pgx.CollectableRow) (ItemSummary, error) {
	var i ItemSummary
	var codes, names []string
	err := row.Scan(&i.Code, &i.Name, &i.Sector, &i.BasisStrength, &i.EntrustingParties, &i.SelfPrepare, &i.FeeType,
		&i.ResultDocument, &i.TimeLimit, &i.TimeLimitWorkdays, &i.UnverifiedFields, &codes, &names)
	i.Approvals = pair(codes, names, func(c, n string) ApprovalRef { return ApprovalRef{Code: c, Name: n} })
	return i, err
}

// pair zips two columns of one sub-select: PostgreSQL returns arrays of plain types
// far faster than rows made into JSON.
func pair[T any](keys, names []string, join func(key, name string) T) []T {
	out := make([]T, len(keys))
	for i := range keys {
		out[i] = join(keys[i], names[i])
	}
	return out
}

// where builds the conditions of f; skip leaves one dimension out (for its own facet).
func (f ItemFilter) where(skip string) *db.Where {
	w := &db.Where{}
	w.Add("i.state = 'published'")
	add := func(dim, value, cond string, args ...any) {
		if value != "" && dim != skip {
			w.Add(cond, args...)
		}
	}
	add("q", f.Query, `(i.name ILIKE '%' || ? || '%' OR i.code ILIKE ? || '%')`, db.EscapeLike(f.Query), db.EscapeLike(f.Query))
	add("sector", f.Sector, "i.sector = ?", f.Sector)
	add("basis", string(f.Basis), "i.basis_strength = ?", f.Basis)
	add("feeType", f.FeeType, "i.fee_type = ?", f.FeeType)
	add("selfPrepare", string(f.SelfPrepare), "i.self_prepare = ?", f.SelfPrepare)
	add("unverified", f.Unverified, "? = ANY (i.unverified_fields)", f.Unverified)
	add("approval", f.Approval, `EXISTS (SELECT FROM service_item_approval x JOIN approval_item a ON a.id = x.approval_id
		WHERE x.item_id = i.id AND a.code = ?)`, f.Approval)
	add("department", f.Department, "EXISTS (SELECT FROM service_item_department d WHERE d.item_id = i.id AND d.department_id = ?)", f.Department)
	return w
}

// pageKey asks for one page of items.
type pageKey struct {
	ItemFilter
	after string // the last code of the page before
}

func (k pageKey) listing() db.Listing {
	w := k.where("")
	count := db.CountUpTo(page.TotalCap, "service_item i", w)
	if k.after != "" {
		w.Add("i.code > ?", k.after)
	}
	return db.Listing{Count: count, Rows: db.Statement{
		SQL:  fmt.Sprintf(`SELECT %s FROM service_item i WHERE %s ORDER BY i.code LIMIT %s`, summaryColumns, w.SQL(), w.Arg(k.Size()+1)),
		Args: w.Args,
	}}
}

func itemFacets(ctx context.Context, q db.Querier, f ItemFilter) (ItemFacets, error) {
	var out ItemFacets
	for _, d := range []struct {
		dim, column string
		into        *[]Count
		label       func(string) string
	}{
		{"sector", "sector", &out.Sector, func(v string) string { return v }},
		{"basis", "basis_strength", &out.Basis, func(v string) string { return BasisStrength(v).Label() }},
		{"feeType", "fee_type", &out.FeeType, func(v string) string { return v }},
		{"selfPrepare", "self_prepare", &out.SelfPrepare, func(v string) string { return SelfPrepare(v).Label() }},
	} {
		w := f.where(d.dim)
		rows, err := q.Query(ctx, fmt.Sprintf(`SELECT i.%[1]s, count(*) FROM service_item i WHERE %[2]s
			GROUP BY i.%[1]s ORDER BY count(*) DESC, i.%[1]s`, d.column, w.SQL()), w.Args...)
		if err != nil {
			return out, fmt.Errorf("item facets: %w", err)
		}
		*d.into, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Count, error) {
			var c Count
			err := row.Scan(&c.Value, &c.Count)
			c.Label = d.label(c.Value)
			return c, err
		})
		if err != nil {
			return out, fmt.Errorf("item facets: %w", err)
		}
	}
	return out, nil
}

// getItems reads whole items by code, all in one round trip.
func getItems(ctx context.Context, q db.Querier, codes []string) (map[string]Item, error) {
	rows, err := q.Query(ctx, `
		SELECT `+summaryColumns+`,
		       i.legal_basis, i.required_qualification, i.fee_reference, i.fee_standard_ids, i.notes, i.state, i.demo, i.updated_at,
		       ARRAY(SELECT d.id FROM service_item_department x JOIN department d ON d.id = x.department_id
		             WHERE x.item_id = i.id ORDER BY x.ordinal),
		       ARRAY(SELECT d.name FROM service_item_department x JOIN department d ON d.id = x.department_id
		             WHERE x.item_id = i.id ORDER BY x.ordinal),
		       b.source, b.started_at, b.demo, i.conditions, coalesce(i.region_code, ''),
		       coalesce(to_char(i.abolished_on, 'YYYY-MM-DD'), ''), i.abolished_reason, i.replaced_by, i.id
		FROM service_item i JOIN import_batch b ON b.id = i.batch_id
		WHERE i.code = ANY ($1)`, codes)
	if err != nil {
		return nil, fmt.Errorf("get items: %w", err)
	}
	items, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return nil, fmt.Errorf("get items: %w", err)
	}
	out := make(map[string]Item, len(items))
	for _, i := range items {
		out[i.Code] = i
	}
	return out, nil
}

func scanItem(row pgx.CollectableRow) (Item, error) {
	var i Item
	var approvalCodes, approvalNames, departmentNames []string
	var departmentIDs []uuid.UUID
	err := row.Scan(&i.Code, &i.Name, &i.Sector, &i.BasisStrength, &i.EntrustingParties, &i.SelfPrepare, &i.FeeType,
		&i.ResultDocument, &i.TimeLimit, &i.TimeLimitWorkdays, &i.UnverifiedFields, &approvalCodes, &approvalNames,
		&i.LegalBasis, &i.RequiredQualification, &i.FeeReference, &i.FeeStandardIDs, &i.Notes, &i.State, &i.Demo, &i.UpdatedAt,
		&departmentIDs, &departmentNames, &i.Source.Name, &i.Source.LoadedAt, &i.Source.Demo,
		&i.Conditions, &i.RegionCode, &i.AbolishedOn, &i.AbolishedReason, &i.ReplacedBy, &i.ID)
	i.Demandable = i.State == "published" && i.BasisStrength != BasisNone
	i.Approvals = pair(approvalCodes, approvalNames, func(c, n string) ApprovalRef { return ApprovalRef{Code: c, Name: n} })
	i.Departments = make([]DepartmentRef, len(departmentIDs))
	for n, id := range departmentIDs {
		i.Departments[n] = DepartmentRef{ID: id.String(), Name: departmentNames[n]}
	}
	return i, err
}

var errNoItem = apperr.New(apperr.NotFound, "没有这个中介服务事项")
