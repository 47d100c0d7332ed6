package catalog

import (
	"context"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// Service answers what the catalogue holds. Everything it answers is public.
type Service struct {
	pool  *db.Pool
	pages *db.Loader[pageKey, db.Listed[ItemSummary]]
	items *db.Loader[string, Item]
}

// New makes the service on pool.
func New(pool *db.Pool) *Service {
	return &Service{pool: pool, pages: db.NewListLoader(pool, pageKey.listing, scanSummary), items: db.NewLoader(func(ctx context.Context, codes []string) (map[string]Item, error) {
		return getItems(ctx, pool, codes)
	})}
}

// ListItems is a page of published items in order of code.
func (s *Service) ListItems(ctx context.Context, f ItemFilter) (page.Page[ItemSummary], error) {
	if err := f.Validate(); err != nil {
		return page.Page[ItemSummary]{}, err
	}
	after, err := codeCursor(f.Cursor)
	if err != nil {
		return page.Page[ItemSummary]{}, err
	}
	f.Cursor = ""
	found, _, err := s.pages.Get(ctx, pageKey{ItemFilter: f, after: after})
	if err != nil {
		return page.Page[ItemSummary]{}, err
	}
	return page.Make(found.Rows, f.Size(), found.Total, func(i ItemSummary) string { return i.Code }), nil
}

// ItemFacets counts the items of a filter by dimension.
func (s *Service) ItemFacets(ctx context.Context, f ItemFilter) (ItemFacets, error) {
	if err := f.Validate(); err != nil {
		return ItemFacets{}, err
	}
	return itemFacets(ctx, s.pool, f)
}

// GetItem is the item of that code, abolished ones included: their papers remain.
func (s *Service) GetItem(ctx context.Context, code string) (Item, error) {
	if containsNUL(code) || !utf8.ValidString(code) {
		return Item{}, errNoItem
	}
	item, found, err := s.items.Get(ctx, code)
	if err == nil && !found {
		err = errNoItem
	}
	return item, err
}

// ListApprovals is a page of approval items in order of code; q narrows by name.
func (s *Service) ListApprovals(ctx context.Context, q string, r page.Request) (page.Page[ApprovalSummary], error) {
	if err := (ItemFilter{Query: q}).Validate(); err != nil {
		return page.Page[ApprovalSummary]{}, err
	}
	after, err := codeCursor(r.Cursor)
	if err != nil {
		return page.Page[ApprovalSummary]{}, err
	}
	rows, total, err := listApprovals(ctx, s.pool, q, after, r.Size())
	if err != nil {
		return page.Page[ApprovalSummary]{}, err
	}
	return page.Make(rows, r.Size(), total, func(a ApprovalSummary) string { return a.Code }), nil
}

// GetApproval is an approval item with every item it needs.
func (s *Service) GetApproval(ctx context.Context, code string) (Approval, error) {
	return getApproval(ctx, s.pool, code)
}

// ListDepartments is every department, those with most items first.
func (s *Service) ListDepartments(ctx context.Context) ([]Department, error) {
	return listDepartments(ctx, s.pool)
}

// GetDepartment is one department; its items are ListItems with its id.
func (s *Service) GetDepartment(ctx context.Context, id string) (Department, error) {
	key, err := uuid.Parse(id)
	if err != nil {
		return Department{}, apperr.New(apperr.NotFound, "没有这个部门")
	}
	return getDepartment(ctx, s.pool, key)
}

// Regions is the whole tree, a few dozen rows.
func (s *Service) Regions(ctx context.Context) (Regions, error) {
	return listRegions(ctx, s.pool)
}

// codeCursor reads a cursor that holds the last code of the page before.
func codeCursor(cursor string) (string, error) {
	code, _, err := page.Decode[string](cursor)
	if err == nil && containsNUL(code) {
		err = apperr.InvalidField("cursor", "页码游标无效，请从第一页重新翻起")
	}
	return code, err
}
