package credit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
)

// told is what a page shows beside a history.
type told struct {
	evaluations []spoken
	effects     []ShownEffect
	changes     []ShownChange
	gradedAt    *time.Time
}

const changesShown = 20

// loadTold reads what a page of a time shows beside the history, in one round trip.
func loadTold(ctx context.Context, q db.Querier, id uuid.UUID, at time.Time) (told, error) {
	var t told
	var batch pgx.Batch
	batch.Queue(`
		SELECT e.id, e.org_id, o.kind, o.name, e.quality, e.timeliness, e.fee, e.conduct, e.attitude, e.comment, e.evaluated_at, e.struck_at
		FROM credit_evaluation e JOIN organisation o ON o.id = e.org_id
		WHERE e.agency_id = $1 AND e.evaluated_at BETWEEN $3 AND $2 AND (e.struck_at IS NULL OR e.struck_at > $2) ORDER BY e.evaluated_at, e.id`,
		id, at, windowFrom(at)).Query(func(rows pgx.Rows) (err error) {
		t.evaluations, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e spoken, err error) {
			var kind string
			err = row.Scan(&e.ID, &e.Org, &kind, &e.Purchaser, &e.Quality, &e.Timeliness, &e.Fee, &e.Conduct, &e.Attitude, &e.Comment, &e.At, &e.Struck)
			if kind == "natural_person" {
				e.Purchaser = secret.MaskName(e.Purchaser)
			}
			return e, err
		})
		return err
	})
	batch.Queue(`
		SELECT kind, from_at, until::text, reason, held_at IS NULL FROM credit_effect
		WHERE agency_id = $1 AND from_at <= $2 AND until >= $3::date AND (ended_at IS NULL OR ended_at > $2) ORDER BY from_at, id`,
		id, at, clock.Day(at)).Query(func(rows pgx.Rows) (err error) {
		t.effects, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e ShownEffect, err error) {
			var from time.Time
			err = row.Scan(&e.Measure, &from, &e.Until, &e.Reason, &e.Waits)
			e.From = clock.Day(from)
			return e, err
		})
		return err
	})
	batch.Queue(`
		SELECT c.at, c.from_tenths, c.to_tenths, c.from_grade, c.to_grade, c.evaluations, c.records, c.facts, c.clamp, c.cause,
		       (SELECT n.entry_id FROM credit_news n WHERE n.agency_id = c.agency_id AND n.kind = 'credit-grade' AND n.at = c.at AND (n.body->'to'->>'tenths')::int = c.to_tenths LIMIT 1)
		FROM credit_change c WHERE c.agency_id = $1 AND c.at <= $2 ORDER BY c.id DESC LIMIT $3`, id, at, changesShown).Query(func(rows pgx.Rows) error {
		var c ShownChange
		var from, to, e, r, p, clamp Points
		var why cause
		_, err := pgx.ForEachRow(rows, []any{&c.At, &from, &to, &c.Old, &c.New, &e, &r, &p, &clamp, &why, &c.Entry}, func() error {
			c.From, c.To, c.Why = from.Text(), to.Text(), moves(e, r, p, clamp, why)
			t.changes = append(t.changes, c)
			c.Entry = nil // the next row must not write into this one's
			return nil
		})
		return err
	})
	batch.Queue(`SELECT max(at) FROM credit_change WHERE agency_id = $1 AND at <= $2 AND from_grade <> to_grade`, id, at).QueryRow(func(row pgx.Row) error {
		return row.Scan(&t.gradedAt)
	})
	if err := q.SendBatch(ctx, &batch).Close(); err != nil {
		return t, fmt.Errorf("credit rating: %w", err)
	}
	return t, nil
}

// moves says which part of a score moved it by how much.
func moves(e, r, p, clamp Points, why cause) string {
	var words []string
	for _, m := range []struct {
		label string
		by    Points
	}{{"业主评价", e}, {"监管记录", r}, {"客观记录", p}, {"上下限", clamp}} {
		if m.by != 0 {
			words = append(words, m.label+" "+signed(m.by))
		}
	}
	out := strings.Join(words, "，")
	switch why {
	case byChange:
	case byTime:
		out += "（期满或者超过 24 个月，不再计分）"
	case recomputed:
		out += "（由全部记录重算后改正）"
	}
	return out
}

// gradeEntry is the line of the public log that tells the grade of a time; nil where it
// never changed, or the line is not written yet.
func gradeEntry(ctx context.Context, q db.Querier, id uuid.UUID, at time.Time) (*uuid.UUID, error) {
	var entry *uuid.UUID
	err := q.QueryRow(ctx, `SELECT entry_id FROM credit_news WHERE agency_id = $1 AND kind = 'credit-grade' AND at <= $2 ORDER BY at DESC, id DESC LIMIT 1`, id, at).Scan(&entry)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // a grade that never changed has no line
	}
	if err != nil {
		return nil, fmt.Errorf("log entry of a grade: %w", err)
	}
	return entry, nil
}
