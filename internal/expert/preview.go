package expert

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
)

// Name is where a row stands and what it is called.
func (*Import) Name(r *Imported) (line int64, name string) { return r.line, r.name }

// Places are where rows belong: an expert from outside belongs to the city, a known one
// also where and to what he belongs now.
func (im *Import) Places(ctx context.Context, q db.Querier, rows []*Imported) ([]provenance.Place, error) {
	root := ""
	for _, r := range im.regions {
		if r.Parent == "" {
			root = r.Code
		}
	}
	digests := make([][]byte, len(rows))
	for i, r := range rows {
		digests[i] = r.idDigest
	}
	known, err := knownPlaces(ctx, q, digests)
	if err != nil {
		return nil, err
	}
	out := make([]provenance.Place, len(rows))
	for i, r := range rows {
		p := known[string(r.idDigest)]
		if !r.regionAbsent || len(p.Regions) == 0 {
			p.Regions = append(p.Regions, r.region)
		}
		for n, region := range p.Regions {
			if region == "" {
				p.Regions[n] = root
			}
		}
		p.Sectors = append(p.Sectors, r.specialties...)
		out[i] = p
	}
	return out, nil
}

// View is what is stored of experts; the telephone masked, of the ID number nothing.
func (im *Import) View(ctx context.Context, q db.Querier, ids []uuid.UUID) ([]provenance.Record, error) {
	list, err := viewExperts(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	columns := im.Columns()
	out := make([]provenance.Record, len(list))
	for i, e := range list {
		phone, err := im.vault.Open(FieldPhone, e.sealedPhone)
		if err != nil {
			return nil, err
		}
		out[i] = provenance.Record{ID: e.id, Key: string(e.idDigest)}
		for _, c := range []struct {
			column int
			value  string
		}{{colName, e.name}, {colPhone, secret.MaskNumber(phone)}, {colEmployer, e.employer}, {colTitle, e.title}, {colSpecialties, strings.Join(e.specialties, "；")}, {colRegion, e.region}} {
			out[i].Cells = append(out[i].Cells, provenance.Cell{Label: columns[c.column].Name, Value: c.value})
		}
	}
	return out, nil
}
