package credit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// subjectColumns are an agency's organisation, place and sectors, of tables a and o. Where
// it is served is its organisation's region, else its own, else the city.
const subjectColumns = `a.id, a.name, a.uscc, coalesce(a.organisation_id, '00000000-0000-0000-0000-000000000000'),
	coalesce(o.region_code, a.region_code, (SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1), ''),
	ARRAY(SELECT DISTINCT i.sector FROM agency_item x JOIN service_item i ON i.id = x.item_id WHERE x.agency_id = a.id ORDER BY 1)`

const lifeFrom = ` FROM credit_record r JOIN credit_rubric k ON k.id = r.rubric_id AND k.version = r.rubric_version
	JOIN agency a ON a.id = r.agency_id LEFT JOIN organisation o ON o.id = a.organisation_id`

const nobody = `'00000000-0000-0000-0000-000000000000'`

const lifeColumns = subjectColumns + `, r.id, r.rubric_id, r.rubric_version, k.level, k.conduct, k.legal_basis, k.points_from, k.points_to, k.validity_months,
	r.points, r.proposed_points, r.veto, r.facts, r.source, r.authority, r.document_no, coalesce(r.decided_on::text, ''), r.decision_basis,
	coalesce(r.proposer, ` + nobody + `), coalesce(r.notifier, ` + nobody + `), coalesce(r.confirmer, ` + nobody + `),
	r.proposed_at, r.notified_at, r.defence_until, r.defence_provisional, r.served, r.defence, r.defended_at, r.confirmed_at, r.confirm_note, r.withdrawn_at, r.withdraw_reason,
	r.state, coalesce(r.expires_on::text, ''), r.repaired_at, r.repair_reason, r.overturned_at, r.overturn_reason, r.batch_id IS NOT NULL, r.demo, clock_timestamp()`

func scanLife(row pgx.CollectableRow) (*life, error) {
	var l life
	var from, to Points
	err := row.Scan(&l.agency, &l.agencyName, &l.uscc, &l.org, &l.region, &l.sectors, &l.id, &l.rubric, &l.version, &l.level, &l.conduct, &l.basis, &from, &to, &l.months,
		&l.points, &l.asked, &l.veto, &l.facts, &l.source, &l.authority, &l.documentNo, &l.decided, &l.decisionBasis, &l.proposer, &l.notifier, &l.confirmer,
		&l.proposedAt, &l.notifiedAt, &l.defenceUntil, &l.defenceProvisional, &l.served, &l.defence, &l.defendedAt, &l.confirmedAt, &l.note, &l.withdrawnAt, &l.reason,
		&l.state, &l.expiresOn, &l.repairedAt, &l.repairReason, &l.overturnedAt, &l.overturnReason, &l.imported, &l.demo, &l.now)
	l.limits = rangeOf(l.level, from, to)
	return &l, err
}

// loadLife reads one record; lock keeps it from moving until the transaction ends.
func loadLife(ctx context.Context, q db.Querier, id uuid.UUID, lock bool) (*life, error) {
	sql := `SELECT ` + lifeColumns + lifeFrom + ` WHERE r.id = $1`
	if lock {
		// What is then read is as the last one left it, and its time is after theirs.
		if _, err := q.Exec(ctx, `SELECT FROM credit_record WHERE id = $1 FOR UPDATE`, id); err != nil {
			return nil, fmt.Errorf("lock credit record: %w", err)
		}
	}
	rows, err := q.Query(ctx, sql, id)
	if err != nil {
		return nil, fmt.Errorf("load credit record: %w", err)
	}
	l, err := pgx.CollectExactlyOneRow(rows, scanLife)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoRecord
	}
	if err != nil {
		return nil, fmt.Errorf("load credit record: %w", err)
	}
	return l, nil
}

// loadSubject is an agency as a new record would be about it.
func loadSubject(ctx context.Context, q db.Querier, agency uuid.UUID) (*life, error) {
	var l life
	err := q.QueryRow(ctx, `SELECT `+subjectColumns+`, a.demo, clock_timestamp() FROM agency a LEFT JOIN organisation o ON o.id = a.organisation_id WHERE a.id = $1`, agency).
		Scan(&l.agency, &l.agencyName, &l.uscc, &l.org, &l.region, &l.sectors, &l.demo, &l.now)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, apperr.InvalidField("agencyId", "没有这家机构，请从机构列表中选择")
	}
	if err != nil {
		return nil, fmt.Errorf("agency of credit record: %w", err)
	}
	return &l, nil
}

func insertRecord(ctx context.Context, tx db.Tx, l *life) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, veto, facts, source, authority, document_no, decided_on, decision_basis, state, proposer, proposed_at, demo)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, nullif($11, '')::date, $12, 'proposed', $13, $14, $15)`,
		l.id, l.agency, l.rubric, l.version, l.points, l.veto, l.facts, l.source, l.authority, l.documentNo, l.decided, l.decisionBasis, l.proposer, l.proposedAt, l.demo)
	if err != nil {
		return fmt.Errorf("propose credit record: %w", err)
	}
	return nil
}

// moveRecord writes a step: set are the columns that it fills, $4 and on.
func moveRecord(ctx context.Context, tx db.Tx, id uuid.UUID, from, to review.State, set string, args ...any) error {
	tag, err := tx.Exec(ctx, `UPDATE credit_record SET state = $3, `+set+` WHERE id = $1 AND state = $2`, append([]any{id, from, to}, args...)...)
	if err != nil {
		return fmt.Errorf("move credit record: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "这条信用记录刚被别人办理，请刷新后查看")
	}
	return nil
}

// endRecord writes the day from which a published record no longer counts.
func endRecord(ctx context.Context, tx db.Tx, id uuid.UUID, action review.Action, at time.Time, reason string) error {
	set := `repaired_at = $2, repair_reason = $3 WHERE id = $1 AND repaired_at IS NULL AND overturned_at IS NULL`
	if action == Overturn {
		set = `overturned_at = $2, overturn_reason = $3 WHERE id = $1 AND overturned_at IS NULL`
	}
	tag, err := tx.Exec(ctx, `UPDATE credit_record SET `+set+` AND state = 'published'`, id, at, reason)
	if err != nil {
		return fmt.Errorf("end credit record: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "这条信用记录刚有变动，请刷新后查看")
	}
	return nil
}

// insertRecordEvent adds a step to a record's course.
func insertRecordEvent(ctx context.Context, tx db.Tx, id uuid.UUID, action review.Action, from, to review.State, note string) error {
	var person *uuid.UUID
	name := "平台程序"
	if a := authz.From(ctx); a != nil && action != Publish {
		person, name = &a.Person, a.Name
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO credit_record_event (record_id, seq, action, from_state, to_state, person_id, person_name, note, at)
		SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5, $6, $7, clock_timestamp() FROM credit_record_event WHERE record_id = $1`, id, action, from, to, person, name, note)
	if err != nil {
		return fmt.Errorf("course of credit record: %w", err)
	}
	return nil
}

func listRecordEvents(ctx context.Context, q db.Querier, id uuid.UUID) ([]RecordEvent, error) {
	rows, err := q.Query(ctx, `SELECT action, to_state, person_name, at, note FROM credit_record_event WHERE record_id = $1 ORDER BY seq`, id)
	if err != nil {
		return nil, fmt.Errorf("course of credit record: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e RecordEvent, err error) {
		err = row.Scan(&e.Action, &e.ToLabel, &e.By, &e.At, &e.Note)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("course of credit record: %w", err)
	}
	return out, nil
}

// keepRecordFiles ties files of the actor to a record. Errors: Invalid where one is not
// his, or is tied to something else already.
func keepRecordFiles(ctx context.Context, tx db.Tx, record uuid.UUID, kind string, files []uuid.UUID) error {
	if len(files) == 0 {
		return nil
	}
	var own int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM file WHERE id = ANY ($1) AND uploaded_by = $2`, files, authz.From(ctx).Person).Scan(&own)
	if err != nil {
		return fmt.Errorf("papers of credit record: %w", err)
	}
	if own != len(files) {
		return apperr.InvalidField("files", "应是您自己上传的附件，请重新上传")
	}
	if _, err := tx.Exec(ctx, `INSERT INTO credit_record_file (record_id, file_id, kind) SELECT $1, unnest($2::uuid[]), $3 ON CONFLICT DO NOTHING`, record, files, kind); err != nil {
		return fmt.Errorf("papers of credit record: %w", err)
	}
	return nil
}

func listRecordFiles(ctx context.Context, q db.Querier, record uuid.UUID) ([]RecordFile, error) {
	rows, err := q.Query(ctx, `SELECT f.id, x.kind, f.name, f.size FROM credit_record_file x JOIN file f ON f.id = x.file_id WHERE x.record_id = $1 ORDER BY f.id`, record)
	if err != nil {
		return nil, fmt.Errorf("papers of credit record: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[RecordFile])
	if err != nil {
		return nil, fmt.Errorf("papers of credit record: %w", err)
	}
	return out, nil
}

func recordsNaming(ctx context.Context, q db.Querier, file uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `SELECT record_id FROM credit_record_file WHERE file_id = $1`, file)
	if err != nil {
		return nil, fmt.Errorf("records of a paper: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("records of a paper: %w", err)
	}
	return out, nil
}

// deskNow is the database's clock, by which terms are judged.
func deskNow(ctx context.Context, q db.Querier) (now time.Time, err error) {
	if err := q.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&now); err != nil {
		return now, fmt.Errorf("database time: %w", err)
	}
	return now, nil
}

// barredUntil is the last day of the longest bar on an agency's code; "" where there was none.
func barredUntil(ctx context.Context, q db.Querier, uscc string) (day string, err error) {
	if err := q.QueryRow(ctx, `SELECT coalesce(max(until)::text, '') FROM agency_bar WHERE uscc = $1`, uscc).Scan(&day); err != nil {
		return "", fmt.Errorf("bar of agency: %w", err)
	}
	return day, nil
}

func lockProvisionalTerms(ctx context.Context, tx db.Tx) ([]provisionalTerm, error) {
	rows, err := tx.Query(ctx, `
		SELECT r.id, r.notified_at, coalesce(o.region_code, a.region_code, (SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1), '')
		FROM credit_record r JOIN agency a ON a.id = r.agency_id LEFT JOIN organisation o ON o.id = a.organisation_id
		WHERE r.defence_provisional AND r.state IN ('notified','defended') ORDER BY r.id FOR UPDATE OF r`)
	if err != nil {
		return nil, fmt.Errorf("provisional terms of defence: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[provisionalTerm])
	if err != nil {
		return nil, fmt.Errorf("provisional terms of defence: %w", err)
	}
	return out, nil
}

func setDefenceTerm(ctx context.Context, tx db.Tx, id uuid.UUID, until time.Time, provisional bool) error {
	if _, err := tx.Exec(ctx, `UPDATE credit_record SET defence_until = $2, defence_provisional = $3 WHERE id = $1`, id, until, provisional); err != nil {
		return fmt.Errorf("redate defence: %w", err)
	}
	return nil
}
