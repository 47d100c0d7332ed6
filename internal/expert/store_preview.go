package expert

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

func knownPlaces(ctx context.Context, q db.Querier, digests [][]byte) (map[string]provenance.Place, error) {
	rows, err := q.Query(ctx, `SELECT id_digest, coalesce(region_code, ''), specialties FROM expert WHERE id_digest = ANY ($1)`, digests)
	if err != nil {
		return nil, fmt.Errorf("places of experts: %w", err)
	}
	out := map[string]provenance.Place{}
	for rows.Next() {
		var digest []byte
		var region string
		var sectors []string
		if err := rows.Scan(&digest, &region, &sectors); err != nil {
			return nil, fmt.Errorf("places of experts: %w", err)
		}
		out[string(digest)] = provenance.Place{Regions: []string{region}, Sectors: sectors}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("places of experts: %w", err)
	}
	return out, nil
}

func viewExperts(ctx context.Context, q db.Querier, ids []uuid.UUID) ([]storedExpert, error) {
	rows, err := q.Query(ctx, `SELECT id, id_digest, phone, name, employer, title, specialties, coalesce(region_code, '') FROM expert WHERE id = ANY ($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("view experts: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s storedExpert, err error) {
		err = row.Scan(&s.id, &s.idDigest, &s.sealedPhone, &s.name, &s.employer, &s.title, &s.specialties, &s.region)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("view experts: %w", err)
	}
	return out, nil
}
