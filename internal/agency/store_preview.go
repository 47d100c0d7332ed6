package agency

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// storedPlaces is where known agencies of rows are, and the sector of every item.
func storedPlaces(ctx context.Context, q db.Querier, rows []*Imported) (map[string]provenance.Place, map[uuid.UUID]string, error) {
	codes := make([]string, len(rows))
	for i, r := range rows {
		codes[i] = r.uscc
	}
	places, sectors := map[string]provenance.Place{}, map[uuid.UUID]string{}
	var b pgx.Batch
	b.Queue(`SELECT a.uscc, coalesce(a.region_code, ''), ARRAY(SELECT DISTINCT i.sector FROM agency_item x JOIN service_item i ON i.id = x.item_id WHERE x.agency_id = a.id)
		FROM agency a WHERE a.uscc = ANY ($1)`, codes).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var uscc, region string
			var own []string
			if err := rows.Scan(&uscc, &region, &own); err != nil {
				return err
			}
			places[uscc] = provenance.Place{Regions: []string{region}, Sectors: own}
		}
		return rows.Err()
	})
	b.Queue(`SELECT id, sector FROM service_item`).Query(func(rows pgx.Rows) error {
		var id uuid.UUID
		var sector string
		_, err := pgx.ForEachRow(rows, []any{&id, &sector}, func() error { sectors[id] = sector; return nil })
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, nil, fmt.Errorf("places of agencies: %w", err)
	}
	return places, sectors, nil
}

func viewAgencies(ctx context.Context, q db.Querier, ids []uuid.UUID) ([]provenance.Record, error) {
	labels := []string{"统一社会信用代码", "机构名称", "机构类型", "法定代表人", "区划代码", "登记地", "住所", "联系电话", "简介", "成立日期", "入驻日期", "服务事项", "资质", "执业人员"}
	rows, err := q.Query(ctx, `
		SELECT a.id, a.uscc, ARRAY[a.uscc, a.name, a.kind, a.legal_representative, coalesce(a.region_code, ''), a.domicile, a.address, a.phone, a.introduction,
			coalesce(a.founded_on::text, ''), a.admitted_on::text,
			(SELECT coalesce(string_agg(i.code, '；' ORDER BY i.code), '') FROM agency_item x JOIN service_item i ON i.id = x.item_id WHERE x.agency_id = a.id),
			(SELECT coalesce(string_agg(concat_ws('|', x.name, x.level, x.certificate_no, x.issuer, x.valid_to::text), '；' ORDER BY x.name, x.certificate_no), '')
			 FROM agency_qualification x WHERE x.agency_id = a.id),
			(SELECT coalesce(string_agg(concat_ws('|', left(x.name, 1) || '*', x.specialty, x.valid_to::text), '；' ORDER BY x.specialty, x.certificate_no), '')
			 FROM practitioner x WHERE x.agency_id = a.id)]
		FROM agency a WHERE a.id = ANY ($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("view agencies: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r provenance.Record, err error) {
		var values []string
		if err = row.Scan(&r.ID, &r.Key, &values); err != nil {
			return r, err
		}
		for i, v := range values {
			r.Cells = append(r.Cells, provenance.Cell{Label: labels[i], Value: v})
		}
		return r, nil
	})
	if err != nil {
		return nil, fmt.Errorf("view agencies: %w", err)
	}
	return out, nil
}
