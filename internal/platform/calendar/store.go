package calendar

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// Load is the calendar as it stands: what came with the program, under what operators
// loaded.
func Load(ctx context.Context, q db.Querier) (Calendar, error) {
	rows, err := q.Query(ctx, `SELECT year, document, days, loaded_by, loaded_at FROM calendar_year`)
	if err != nil {
		return Calendar{}, fmt.Errorf("calendar: %w", err)
	}
	loaded, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Year, error) {
		var y Year
		var days []byte
		if err := row.Scan(&y.Year, &y.Document, &days, &y.LoadedBy, &y.LoadedAt); err != nil {
			return y, err
		}
		return y, json.Unmarshal(days, &y.Days)
	})
	if err != nil {
		return Calendar{}, fmt.Errorf("calendar: %w", err)
	}
	years := maps.Clone(library())
	for _, y := range loaded {
		years[y.Year] = y
	}
	return Calendar{years: years}, nil
}

// LoadYear stores a year's notice, over what was known of the year. The caller counts
// its provisional deadlines anew in the same transaction.
func LoadYear(ctx context.Context, tx db.Tx, y Year) error {
	if err := y.Check(); err != nil {
		return err
	}
	days, err := json.Marshal(y.Days)
	if err != nil {
		return fmt.Errorf("calendar: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO calendar_year (year, document, days, loaded_by, loaded_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (year) DO UPDATE SET document = excluded.document, days = excluded.days, loaded_by = excluded.loaded_by, loaded_at = excluded.loaded_at`,
		y.Year, y.Document, days, y.LoadedBy, y.LoadedAt)
	if err != nil {
		return fmt.Errorf("calendar: %w", err)
	}
	return nil
}
