package catalog

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// Name is where a row stands and what it is called.
func (*ItemImport) Name(r *ImportedItem) (line int64, name string) {
	return r.line, titleOf(r.Name, r.Code)
}

// Places are where rows belong: an item that is known belongs where it is now, and to the
// sector it would have.
func (*ItemImport) Places(ctx context.Context, q db.Querier, rows []*ImportedItem) ([]provenance.Place, error) {
	codes := make([]string, len(rows))
	for i, r := range rows {
		codes[i] = r.Code
	}
	stored, err := storedItems(ctx, q, `i.code = ANY ($1)`, codes)
	if err != nil {
		return nil, err
	}
	known := make(map[string]*storedItem, len(stored))
	for _, s := range stored {
		known[s.Code] = s
	}
	out := make([]provenance.Place, len(rows))
	for i, r := range rows {
		out[i] = provenance.Place{Regions: []string{cityRegion}, Sectors: []string{r.Sector}}
		if s := known[r.Code]; s != nil {
			out[i] = provenance.Place{Regions: []string{s.placed()}, Sectors: []string{s.Sector, r.Sector}}
		}
	}
	return out, nil
}

// View is what is stored of items, by the columns of the table.
func (im *ItemImport) View(ctx context.Context, q db.Querier, ids []uuid.UUID) ([]provenance.Record, error) {
	stored, err := storedItems(ctx, q, `i.id = ANY ($1)`, ids)
	if err != nil {
		return nil, err
	}
	columns := im.Columns()
	out := make([]provenance.Record, len(stored))
	for i, s := range stored {
		out[i] = provenance.Record{ID: s.id, Key: s.Code}
		for n, value := range []string{
			colCode: s.Code, colName: s.Name, colSector: s.Sector, colApprovals: strings.Join(s.Approvals, "；"), colDepartments: strings.Join(s.Departments, "/"),
			colLegalBasis: strings.Join(s.LegalBasis, "；"), colBasisStrength: s.BasisStrength.Label(), colQualification: s.RequiredQualification, colResult: s.ResultDocument,
			colEntrusting: strings.Join(s.EntrustingParties, "|"), colSelfPrepare: s.SelfPrepare.Label(), colFeeType: s.FeeType, colFeeReference: s.FeeReference,
			colTimeLimit: s.TimeLimit, colNotes: s.Notes, colUnverified: strings.Join(s.UnverifiedFields, "|"),
		} {
			out[i].Cells = append(out[i].Cells, provenance.Cell{Label: columns[n].Aliases[0], Value: value})
		}
	}
	return out, nil
}
