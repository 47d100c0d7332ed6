package notice

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// StoreAnnouncements adds the announcements that are not there yet: what was published
// is not rewritten by delivering it again. One is known by its region and title.
func StoreAnnouncements(ctx context.Context, tx db.Tx, b provenance.Batch, list []Imported) (sum provenance.Summary, added []uuid.UUID, err error) {
	for _, a := range list {
		sum.Read++
		id := uuid.Must(uuid.NewV7())
		tag, err := tx.Exec(ctx, `
			INSERT INTO announcement (id, kind, title, body, region_code, published_at, demo, batch_id)
			SELECT $1, $2, $3, $4, $5, $6, $7, $8
			WHERE NOT EXISTS (SELECT FROM announcement WHERE region_code = $5 AND title = $3)`,
			id, a.Kind, a.Title, a.Body, a.RegionCode, a.PublishedAt, b.Demo, b.ID)
		if err != nil {
			return sum, nil, fmt.Errorf("store announcement: %w", err)
		}
		if tag.RowsAffected() == 0 {
			sum.Unchanged++
			continue
		}
		sum.Inserted++
		added = append(added, id)
	}
	return sum, added, nil
}
