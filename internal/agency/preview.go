package agency

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// Name is where a row stands and what it is called.
func (*Import) Name(r *Imported) (line int64, name string) { return r.line, r.name }

// Places are where rows belong: a firm from outside belongs to the city; its sectors are
// those of the items it serves, now and as delivered.
func (im *Import) Places(ctx context.Context, q db.Querier, rows []*Imported) ([]provenance.Place, error) {
	root := ""
	for _, r := range im.regions {
		if r.Parent == "" {
			root = r.Code
		}
	}
	stored, sectors, err := storedPlaces(ctx, q, rows)
	if err != nil {
		return nil, err
	}
	out := make([]provenance.Place, len(rows))
	for i, r := range rows {
		p := stored[r.uscc]
		region := r.region
		if region == "" {
			region = root
		}
		if !r.absent["region_code"] || len(p.Regions) == 0 {
			p.Regions = append(p.Regions, region)
		}
		for n, known := range p.Regions {
			if known == "" {
				p.Regions[n] = root
			}
		}
		for _, item := range r.items {
			p.Sectors = append(p.Sectors, sectors[item])
		}
		out[i] = p
	}
	return out, nil
}

// View is what is stored of agencies, by the columns of the table; of practitioners only
// what is public.
func (*Import) View(ctx context.Context, q db.Querier, ids []uuid.UUID) ([]provenance.Record, error) {
	return viewAgencies(ctx, q, ids)
}
