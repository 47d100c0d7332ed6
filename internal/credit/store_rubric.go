package credit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

const entryColumns = `k.id, k.version, k.level, k.conduct, k.points_from, k.points_to, k.validity_months, k.veto, k.legal_basis, k.effective_from::text, k.retired, k.submission_id IS NOT NULL, k.demo`

// storedEntry is a version with whether officers decided it.
type storedEntry struct {
	Entry
	decided bool
}

func scanEntry(row pgx.CollectableRow) (storedEntry, error) {
	var e storedEntry
	var from, to Points
	err := row.Scan(&e.ID, &e.Version, &e.Level, &e.Conduct, &from, &to, &e.ValidityMonths, &e.Veto, &e.LegalBasis, &e.EffectiveFrom, &e.Retired, &e.decided, &e.Demo)
	r := rangeOf(e.Level, from, to)
	e.MildTenths, e.HarshTenths, e.LevelLabel = int(r.Mild), int(r.Harsh), levelLabel(e.Level)
	e.SubjectID = rubricSubject(e.ID).String()
	e.Source = "随程序发布的默认标准"
	if e.decided {
		e.Source = "行业主管部门提出，另一人确认"
	}
	return e, err
}

func queryEntry(ctx context.Context, q db.Querier, cond string, args ...any) (storedEntry, error) {
	rows, err := q.Query(ctx, `SELECT `+entryColumns+` FROM credit_rubric k WHERE `+cond+` ORDER BY k.version DESC LIMIT 1`, args...)
	if err != nil {
		return storedEntry{}, fmt.Errorf("rubric entry: %w", err)
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanEntry)
	if errors.Is(err, pgx.ErrNoRows) {
		return storedEntry{}, nil
	}
	if err != nil {
		return e, fmt.Errorf("rubric entry: %w", err)
	}
	return e, nil
}

// lastVersion is zero where there is no such entry.
func lastVersion(ctx context.Context, q db.Querier, id string) (storedEntry, error) {
	return queryEntry(ctx, q, `k.id = $1`, id)
}

// entryOn is the version in force on a day, which may say that the entry is retired.
func entryOn(ctx context.Context, q db.Querier, id, day string) (Entry, error) {
	e, err := queryEntry(ctx, q, `k.id = $1 AND k.effective_from <= $2::date`, id, day)
	if err == nil && e.Version == 0 {
		err = apperr.InvalidField("rubric", "评分标准里没有现行的条目 %s，请从评分标准中选择", cutText(id, 20))
	}
	return e.Entry, err
}

func cutText(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// listEntries are the versions of one entry, or of all ("").
func listEntries(ctx context.Context, q db.Querier, id, today string, all bool) ([]Entry, error) {
	rows, err := q.Query(ctx, `
		SELECT * FROM (SELECT `+entryColumns+`, k.version = (SELECT max(v.version) FROM credit_rubric v WHERE v.id = k.id AND v.effective_from <= $2::date) AS in_force
			FROM credit_rubric k WHERE $1 = '' OR k.id = $1) x
		WHERE $3 OR coalesce(in_force, true) OR effective_from::date > $2::date
		ORDER BY CASE level WHEN 'serious' THEN 1 WHEN 'general' THEN 2 WHEN 'minor' THEN 3 ELSE 4 END, id, version DESC`, id, today, all)
	if err != nil {
		return nil, fmt.Errorf("rubric: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Entry, error) {
		var inForce *bool
		e, err := scanEntry(trailing{row, &inForce})
		e.InForce = inForce != nil && *inForce
		return e.Entry, err
	})
	if err != nil {
		return nil, fmt.Errorf("rubric: %w", err)
	}
	return out, nil
}

// trailing scans one more column than who reads the row knows of.
type trailing struct {
	pgx.CollectableRow
	last any
}

func (t trailing) Scan(into ...any) error { return t.CollectableRow.Scan(append(into, t.last)...) }

func insertEntry(ctx context.Context, tx db.Tx, e Entry, o origin) error {
	from, to := e.tableRange()
	_, err := tx.Exec(ctx, `
		INSERT INTO credit_rubric (id, version, level, conduct, points_from, points_to, validity_months, veto, legal_basis, effective_from, retired, demo, batch_id, submission_id, proposer, confirmer)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::date, $11, $12, $13, $14, $15, $16)`,
		e.ID, e.Version, e.Level, e.Conduct, from, to, e.ValidityMonths, e.Veto, e.LegalBasis, e.EffectiveFrom, e.Retired, e.Demo, o.batch, o.submission, o.proposer, o.confirmer)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "credit_rubric_pkey" {
		return apperr.New(apperr.Conflict, "条目 %s 刚有了新的版本，请刷新后查看", e.ID).Because(err)
	}
	if err != nil {
		return fmt.Errorf("rubric entry: %w", err)
	}
	return nil
}

// counted is a record of one entry that was confirmed and has not been ended by a decision:
// whether it counts on a day follows from its term.
type counted struct {
	agency, id  uuid.UUID
	points      Points
	confirmedAt time.Time
}

func countedOf(ctx context.Context, q db.Querier, entry string, at time.Time) ([]counted, error) {
	rows, err := q.Query(ctx, `
		SELECT agency_id, id, points, confirmed_at FROM credit_record
		WHERE rubric_id = $1 AND confirmed_at <= $2 AND (repaired_at IS NULL OR repaired_at > $2) AND (overturned_at IS NULL OR overturned_at > $2)
		ORDER BY id`, entry, at)
	if err != nil {
		return nil, fmt.Errorf("records of an entry: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c counted, err error) {
		err = row.Scan(&c.agency, &c.id, &c.points, &c.confirmedAt)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("records of an entry: %w", err)
	}
	return out, nil
}

// agencyNames are those of ids.
func agencyNames(ctx context.Context, q db.Querier, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	rows, err := q.Query(ctx, `SELECT id, name FROM agency WHERE id = ANY ($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("names of agencies: %w", err)
	}
	out := make(map[uuid.UUID]string, len(ids))
	var id uuid.UUID
	var name string
	if _, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error { out[id] = name; return nil }); err != nil {
		return nil, fmt.Errorf("names of agencies: %w", err)
	}
	return out, nil
}

// everySector are the sectors of the catalogue, and the city's region: the rubric concerns
// all of them.
func everySector(ctx context.Context, q db.Querier) (region string, sectors []string, err error) {
	err = q.QueryRow(ctx, `SELECT coalesce((SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1), ''), ARRAY(SELECT DISTINCT sector FROM service_item ORDER BY 1)`).Scan(&region, &sectors)
	if err != nil {
		err = fmt.Errorf("place of the rubric: %w", err)
	}
	return region, sectors, err
}

func entryIDs(ctx context.Context, q db.Querier) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT id FROM credit_rubric ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("rubric: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("rubric: %w", err)
	}
	return out, nil
}
