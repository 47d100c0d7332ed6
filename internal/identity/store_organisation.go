package identity

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

const organisationColumns = `o.id, o.kind, o.name, coalesce(o.uscc, ''), o.region_code, o.state, o.demo`

func scanOrganisation(row pgx.CollectableRow) (Organisation, error) {
	var o Organisation
	err := row.Scan(&o.ID, &o.Kind, &o.Name, &o.USCC, &o.Region, &o.State, &o.Demo)
	return o, err
}

// loadHeld reads what an actor's grants name: organisations by id, region names by code.
func loadHeld(ctx context.Context, q db.Querier, orgs []uuid.UUID, regions []string) (map[uuid.UUID]Organisation, map[string]string, error) {
	organisations, names := map[uuid.UUID]Organisation{}, map[string]string{}
	var b pgx.Batch
	b.Queue(`SELECT `+organisationColumns+` FROM organisation o WHERE o.id = ANY ($1)`, orgs).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, scanOrganisation)
		for _, o := range list {
			organisations[o.ID] = o
		}
		return err
	})
	b.Queue(`SELECT code, name FROM region WHERE code = ANY ($1)`, regions).Query(func(rows pgx.Rows) error {
		var code, name string
		_, err := pgx.ForEachRow(rows, []any{&code, &name}, func() error { names[code] = name; return nil })
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, nil, fmt.Errorf("load grants: %w", err)
	}
	return organisations, names, nil
}
