package cache

import (
	"context"
	"fmt"
	"time"

	"zjcs/internal/platform/db"
)

// readTimeout bounds the shared read; past it the requests waiting are refused as unavailable.
const readTimeout = 5 * time.Second

func readVersions(ctx context.Context, pool *db.Pool) (Versions, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	rows, err := pool.Query(ctx, `SELECT scope, n FROM content_version`)
	if err != nil {
		return nil, fmt.Errorf("read content versions: %w", err)
	}
	defer rows.Close()
	v := make(Versions, 8)
	for rows.Next() {
		var scope string
		var n int64
		if err := rows.Scan(&scope, &n); err != nil {
			return nil, fmt.Errorf("read content versions: %w", err)
		}
		v[scope] = n
	}
	return v, rows.Err()
}
