package credit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/agency"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

const standingColumns = `s.tenths, s.evaluations, s.records, s.facts, s.clamp, s.grade, s.fresh, s.veto, s.evaluated, s.graded_at, s.worked_at, s.turns_at`

func (s *standing) targets() []any {
	return []any{&s.Tenths, &s.Evaluations, &s.Records, &s.Facts, &s.Clamp, &s.Grade, &s.Fresh, &s.Veto, &s.Evaluated, &s.GradedAt, &s.WorkedAt, &s.TurnsAt}
}

// lockStanding holds an agency's standing until the transaction ends.
func lockStanding(ctx context.Context, tx db.Tx, id uuid.UUID) (w who, s standing, err error) {
	w.ID = id
	err = tx.QueryRow(ctx, `SELECT `+whoColumns+`, `+standingColumns+`
		FROM credit_standing s JOIN agency a ON a.id = s.agency_id LEFT JOIN organisation o ON o.id = a.organisation_id WHERE s.agency_id = $1 FOR UPDATE OF s`,
		id).Scan(append(w.targets(), s.targets()...)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return w, s, apperr.InvalidField("agencyId", "没有这家机构")
	}
	if err != nil {
		err = fmt.Errorf("lock standing: %w", err)
	}
	return w, s, err
}

const whoColumns = `a.name, a.uscc, coalesce(o.region_code, a.region_code, (SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1), ''), a.demo`

func (w *who) targets() []any { return []any{&w.Name, &w.USCC, &w.region, &w.demo} }

func readWho(ctx context.Context, q db.Querier, id uuid.UUID) (w who, err error) {
	w.ID = id
	err = q.QueryRow(ctx, `SELECT `+whoColumns+` FROM agency a LEFT JOIN organisation o ON o.id = a.organisation_id WHERE a.id = $1`, id).Scan(w.targets()...)
	if err != nil {
		err = fmt.Errorf("agency of a standing: %w", err)
	}
	return w, err
}

// updateStanding writes the standing, and where why is given the change from was.
func updateStanding(ctx context.Context, tx db.Tx, id uuid.UUID, was, n standing, why cause) error {
	var batch pgx.Batch
	batch.Queue(`
		UPDATE credit_standing SET tenths = $2, evaluations = $3, records = $4, facts = $5, clamp = $6, grade = $7, fresh = $8, veto = $9,
		       evaluated = $10, graded_at = $11, worked_at = $12, turns_at = $13
		WHERE agency_id = $1`, append([]any{id}, n.values()...)...)
	if was.moved(n) {
		queueChange(&batch, id, was, n, why)
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("update standing: %w", err)
	}
	return nil
}

func (s standing) values() []any {
	return []any{s.Tenths, s.Evaluations, s.Records, s.Facts, s.Clamp, s.Grade, s.Fresh, s.Veto, s.Evaluated, s.GradedAt, s.WorkedAt, s.TurnsAt}
}

func queueChange(batch *pgx.Batch, id uuid.UUID, was, now standing, why cause) {
	batch.Queue(`
		INSERT INTO credit_change (id, agency_id, at, from_tenths, to_tenths, from_grade, to_grade, from_veto, to_veto, evaluations, records, facts, clamp, cause)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		uuid.Must(uuid.NewV7()), id, now.WorkedAt, was.Tenths, now.Tenths, was.Grade, now.Grade, was.Veto, now.Veto,
		now.Evaluations-was.Evaluations, now.Records-was.Records, now.Facts-was.Facts, now.Clamp-was.Clamp, why)
}

const dueBatch = 500

// dueAgencies are those after an id of which time alone changes something: a score, the end
// of a term, or an effect that waits.
func dueAgencies(ctx context.Context, q db.Querier, now time.Time, after uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `
		SELECT agency_id FROM credit_standing WHERE turns_at <= $1 AND agency_id > $3
		UNION SELECT agency_id FROM credit_effect WHERE ended_at IS NULL AND (until < $2::date OR held_at IS NULL) AND agency_id > $3
		ORDER BY agency_id LIMIT $4`, now, clock.Day(now), after, dueBatch)
	if err != nil {
		return nil, fmt.Errorf("credit due: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("credit due: %w", err)
	}
	return out, nil
}

// queueEffects reads those of an agency that are open, the earliest first.
func queueEffects(batch *pgx.Batch, id uuid.UUID, into *[]effect) {
	batch.Queue(`
		SELECT id, kind, from_at, until::text, reason, held_at IS NOT NULL, coalesce(was, ''), coalesce(was_until::text, ''), was_reason
		FROM credit_effect WHERE agency_id = $1 AND ended_at IS NULL ORDER BY id`, id).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e effect, err error) {
			err = row.Scan(&e.ID, &e.Kind, &e.From, &e.Until, &e.Reason, &e.Held, &e.Was.State, &e.Was.Until, &e.Was.Reason)
			return e, err
		})
		return err
	})
}

func insertEffect(ctx context.Context, tx db.Tx, of uuid.UUID, e effect) error {
	_, err := tx.Exec(ctx, `INSERT INTO credit_effect (id, agency_id, kind, from_at, until, reason) VALUES ($1, $2, $3, $4, $5::date, $6)`, e.ID, of, e.Kind, e.From, e.Until, e.Reason)
	if err != nil {
		return fmt.Errorf("credit effect: %w", err)
	}
	return nil
}

// heldEffect notes what an effect took the place of, also when that is an earlier effect.
func heldEffect(ctx context.Context, tx db.Tx, of, id uuid.UUID, before agency.Before, at time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE credit_effect SET held_at = $3, was = $4, was_until = nullif($5, '')::date, was_reason = $6,
		       was_effect = (SELECT e.id FROM credit_effect e WHERE e.agency_id = $1 AND e.id <> $2 AND e.held_at IS NOT NULL AND e.ended_at IS NULL
		                     AND e.kind = $4 AND e.until = nullif($5, '')::date ORDER BY e.id DESC LIMIT 1)
		WHERE id = $2`, of, id, at, before.State, before.Until, before.Reason)
	if err != nil {
		return fmt.Errorf("credit effect held: %w", err)
	}
	return nil
}

// endEffect ends one; what took its place is put back to what it had taken the place of.
func endEffect(ctx context.Context, tx db.Tx, id uuid.UUID, how, why string, at time.Time) error {
	_, err := tx.Exec(ctx, `
		WITH e AS (UPDATE credit_effect SET ended_at = $4, ending = $2, end_reason = $3 WHERE id = $1 RETURNING id, was, was_until, was_reason, was_effect)
		UPDATE credit_effect x SET was = e.was, was_until = e.was_until, was_reason = e.was_reason, was_effect = e.was_effect FROM e WHERE x.was_effect = e.id`, id, how, why, at)
	if err != nil {
		return fmt.Errorf("end credit effect: %w", err)
	}
	return nil
}

func insertNews(ctx context.Context, tx db.Tx, w who, kind newsKind, body any, at time.Time) error {
	doc, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `INSERT INTO credit_news (id, agency_id, kind, body, at) VALUES ($1, $2, $3, $4, $5)`, uuid.Must(uuid.NewV7()), w.ID, kind, doc, at); err != nil {
		return fmt.Errorf("credit news: %w", err)
	}
	return nil
}

// lockNews takes the oldest that nobody else is telling.
func lockNews(ctx context.Context, tx db.Tx) ([]News, error) {
	rows, err := tx.Query(ctx, `
		SELECT n.id, n.agency_id, n.kind, n.body, a.demo, coalesce(o.region_code, a.region_code, (SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1), '')
		FROM credit_news n JOIN agency a ON a.id = n.agency_id LEFT JOIN organisation o ON o.id = a.organisation_id
		WHERE n.told_at IS NULL ORDER BY n.id LIMIT $1 FOR UPDATE OF n SKIP LOCKED`, newsBatch)
	if err != nil {
		return nil, fmt.Errorf("credit news: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n News, err error) {
		err = row.Scan(&n.ID, &n.Agency, &n.Kind, &n.Body, &n.Demo, &n.Region)
		return n, err
	})
	if err != nil {
		return nil, fmt.Errorf("credit news: %w", err)
	}
	return out, nil
}

func toldNews(ctx context.Context, tx db.Tx, id, entry uuid.UUID, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE credit_news SET told_at = $2, entry_id = $3 WHERE id = $1`, id, at, uuid.NullUUID{UUID: entry, Valid: entry != uuid.Nil})
	if err != nil {
		return fmt.Errorf("credit news told: %w", err)
	}
	return nil
}
