package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

func listRegions(ctx context.Context, q db.Querier) (Regions, error) {
	rows, err := q.Query(ctx, `SELECT code, name, kind, coalesce(parent, '') AS parent FROM region ORDER BY code`)
	if err != nil {
		return nil, fmt.Errorf("list regions: %w", err)
	}
	rs, err := pgx.CollectRows(rows, pgx.RowToStructByName[Region])
	if err != nil {
		return nil, fmt.Errorf("list regions: %w", err)
	}
	return rs, nil
}

func listApprovals(ctx context.Context, q db.Querier, text, after string, size int) ([]ApprovalSummary, int, error) {
	w := &db.Where{}
	if text != "" {
		w.Add(`a.name ILIKE '%' || ? || '%'`, db.EscapeLike(text))
	}
	var total int
	err := q.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (SELECT FROM approval_item a WHERE %s LIMIT %d) c`,
		w.SQL(), page.TotalCap+1), w.Args...).Scan(&total)
	if err != nil {
		return nil, 0, fmt.Errorf("count approvals: %w", err)
	}
	if after != "" {
		w.Add("a.code > ?", after)
	}
	rows, err := q.Query(ctx, fmt.Sprintf(`
		SELECT a.code, a.name, count(i.id), count(i.id) FILTER (WHERE i.self_prepare <> 'no')
		FROM approval_item a
		LEFT JOIN service_item_approval x ON x.approval_id = a.id
		LEFT JOIN service_item i ON i.id = x.item_id AND i.state = 'published'
		WHERE %s GROUP BY a.id ORDER BY a.code LIMIT %s`, w.SQL(), w.Arg(size+1)), w.Args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list approvals: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (ApprovalSummary, error) {
		var a ApprovalSummary
		err := row.Scan(&a.Code, &a.Name, &a.ItemCount, &a.SelfPrepareCount)
		return a, err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list approvals: %w", err)
	}
	return out, total, nil
}

func getApproval(ctx context.Context, q db.Querier, code string) (Approval, error) {
	var a Approval
	err := pgx.ErrNoRows
	if !containsNUL(code) {
		err = q.QueryRow(ctx, `SELECT code, name FROM approval_item WHERE code = $1`, code).Scan(&a.Code, &a.Name)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return a, apperr.New(apperr.NotFound, "没有这个审批事项")
	}
	if err != nil {
		return a, fmt.Errorf("get approval: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT `+summaryColumns+`
		FROM service_item i
		WHERE i.state = 'published' AND EXISTS (
			SELECT FROM service_item_approval x JOIN approval_item a ON a.id = x.approval_id
			WHERE x.item_id = i.id AND a.code = $1)
		ORDER BY i.code`, code)
	if err != nil {
		return a, fmt.Errorf("get approval: %w", err)
	}
	if a.Items, err = pgx.CollectRows(rows, scanSummary); err != nil {
		return a, fmt.Errorf("get approval: %w", err)
	}
	return a, nil
}

const departmentColumns = `
	SELECT d.id::text, d.name, d.region_code, r.name, count(i.id)
	FROM department d JOIN region r ON r.code = d.region_code
	LEFT JOIN service_item_department x ON x.department_id = d.id
	LEFT JOIN service_item i ON i.id = x.item_id AND i.state = 'published'`

func scanDepartment(row pgx.CollectableRow) (Department, error) {
	var d Department
	err := row.Scan(&d.ID, &d.Name, &d.RegionCode, &d.RegionName, &d.ItemCount)
	return d, err
}

func listDepartments(ctx context.Context, q db.Querier) ([]Department, error) {
	rows, err := q.Query(ctx, departmentColumns+` GROUP BY d.id, r.code ORDER BY count(i.id) DESC, d.name`)
	if err != nil {
		return nil, fmt.Errorf("list departments: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanDepartment)
	if err != nil {
		return nil, fmt.Errorf("list departments: %w", err)
	}
	return out, nil
}

func getDepartment(ctx context.Context, q db.Querier, id uuid.UUID) (Department, error) {
	rows, err := q.Query(ctx, departmentColumns+` WHERE d.id = $1 GROUP BY d.id, r.code`, id)
	if err != nil {
		return Department{}, fmt.Errorf("get department: %w", err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanDepartment)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, apperr.New(apperr.NotFound, "没有这个部门")
	}
	if err != nil {
		return d, fmt.Errorf("get department: %w", err)
	}
	return d, nil
}
