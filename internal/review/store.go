package review

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

func dbNow(ctx context.Context, q db.Querier) (now time.Time, err error) {
	if err = q.QueryRow(ctx, `SELECT now()`).Scan(&now); err != nil {
		err = fmt.Errorf("database time: %w", err)
	}
	return now, err
}

func regionExists(ctx context.Context, q db.Querier, code string) (known bool, err error) {
	if err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM region WHERE code = $1)`, code).Scan(&known); err != nil {
		err = fmt.Errorf("region exists: %w", err)
	}
	return known, err
}

func insertSubmission(ctx context.Context, q db.Querier, s *Submission) error {
	err := q.QueryRow(ctx, `
		INSERT INTO submission (id, kind, title, subject_id, org_id, author, region_code, sectors, state, content, demo)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce((SELECT demo FROM organisation WHERE id = $5), (SELECT demo FROM person WHERE id = $6), false))
		RETURNING number`,
		s.ID, s.Kind, s.Title, s.SubjectID, s.OrgID, s.Author, s.RegionCode, s.Sectors, s.State, s.Content).Scan(&s.Number)
	return conflictOf(err, "insert submission")
}

// conflictOf names what a constraint refused.
func conflictOf(err error, doing string) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "submission_open" {
		return apperr.New(apperr.Conflict, "这个对象已有一件同类申请在办理，请打开那一件继续").Because(err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// findOpen is the matter under way for the same object, if there is one.
func findOpen(ctx context.Context, q db.Querier, kind string, subject, org *uuid.UUID) (id uuid.UUID, err error) {
	if subject == nil && org == nil {
		return uuid.Nil, nil
	}
	err = q.QueryRow(ctx, `
		SELECT id FROM submission
		WHERE kind = $1 AND coalesce(subject_id, org_id) = coalesce($2::uuid, $3::uuid) AND state IN ('draft','submitted','returned','accepted')`,
		kind, subject, org).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	if err != nil {
		err = fmt.Errorf("find open submission: %w", err)
	}
	return id, err
}

const summaryColumns = `
	s.id, s.number, s.kind, s.title, s.region_code, r.name, coalesce(o.name, ''), s.state, coalesce(ap.name, ''), s.submitted_at, s.due_at,
	s.due_provisional, s.state = 'submitted' AND s.due_at < now(), s.publicity_until, s.updated_at, s.demo`

const summaryJoins = `
	JOIN region r ON r.code = s.region_code
	LEFT JOIN organisation o ON o.id = s.org_id
	LEFT JOIN person ap ON ap.id = s.assignee`

func (s *Summary) targets() []any {
	return []any{&s.ID, &s.Number, &s.Kind, &s.Title, &s.RegionCode, &s.RegionName, &s.Organisation, &s.State, &s.Assignee, &s.SubmittedAt, &s.DueAt,
		&s.DueProvisional, &s.Overdue, &s.PublicityUntil, &s.UpdatedAt, &s.Demo}
}

// loadSubmission reads one; locked, it stays as it is until the transaction ends.
func loadSubmission(ctx context.Context, q db.Querier, id uuid.UUID, lock bool) (Submission, error) {
	sql := `SELECT ` + summaryColumns + `,
		s.version, s.subject_id, s.org_id, s.author, au.name, s.sectors, s.assignee, s.decided_by, s.decided_at, s.published_at, s.content, s.base, s.escalated_at, now()
		FROM submission s` + summaryJoins + ` JOIN person au ON au.id = s.author WHERE s.id = $1`
	if lock {
		sql += ` FOR UPDATE OF s`
	}
	var s Submission
	err := q.QueryRow(ctx, sql, id).Scan(append(s.targets(), &s.Version, &s.SubjectID, &s.OrgID, &s.Author, &s.AuthorName, &s.Sectors, &s.AssigneeID,
		&s.DecidedBy, &s.DecidedAt, &s.PublishedAt, &s.Content, &s.base, &s.escalatedAt, &s.now)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, errNone
	}
	if err != nil {
		return s, fmt.Errorf("load submission: %w", err)
	}
	s.StateLabel = Workflow.States[s.State]
	return s, nil
}

func updateContent(ctx context.Context, q db.Querier, s Submission) error {
	_, err := q.Exec(ctx, `
		UPDATE submission SET content = $2, title = $3, region_code = $4, sectors = $5, version = version + 1, updated_at = now() WHERE id = $1`,
		s.ID, s.Content, s.Title, s.RegionCode, s.Sectors)
	return conflictOf(err, "update submission")
}

// updateState moves the state from `from`; no row is a conflict.
func updateState(ctx context.Context, q db.Querier, s Submission, from State) error {
	tag, err := q.Exec(ctx, `
		UPDATE submission SET state = $2, version = version + 1, updated_at = now(), author = $4, submitted_at = $5, due_at = $6, due_provisional = $7,
			escalated_at = CASE WHEN $2 = 'submitted' THEN NULL ELSE escalated_at END,
			decided_by = $8, decided_at = $9, publicity_until = $10, published_at = $11, subject_id = $12, base = $13
		WHERE id = $1 AND state = $3`,
		s.ID, s.State, from, s.Author, s.SubmittedAt, s.DueAt, s.DueProvisional, s.DecidedBy, s.DecidedAt, s.PublicityUntil, s.PublishedAt, s.SubjectID, s.base)
	if err := conflictOf(err, "move submission"); err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "这件刚被别人办理，请刷新后查看")
	}
	return nil
}

func insertEvent(ctx context.Context, q db.Querier, s Submission, from State, in ActInput, person *uuid.UUID, name string) error {
	reasons := in.Reasons
	if reasons == nil {
		reasons = []Reason{}
	}
	var content Content
	if in.Action == Submit {
		content = s.Content
	}
	_, err := q.Exec(ctx, `
		INSERT INTO submission_event (submission_id, seq, action, from_state, to_state, person_id, person_name, note, reasons, content)
		VALUES ($1, (SELECT count(*) + 1 FROM submission_event WHERE submission_id = $1), $2, $3, $4, $5, $6, $7, $8, $9)`,
		s.ID, in.Action, from, s.State, person, name, in.Note, reasons, content)
	if err != nil {
		return fmt.Errorf("insert event: %w", err)
	}
	return nil
}

func listEvents(ctx context.Context, q db.Querier, id uuid.UUID) ([]Event, error) {
	rows, err := q.Query(ctx, `
		SELECT seq, action, from_state, to_state, person_name, at, note, reasons FROM submission_event WHERE submission_id = $1 ORDER BY seq`, id)
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Event, err error) {
		err = row.Scan(&e.Seq, &e.Action, &e.From, &e.To, &e.By, &e.At, &e.Note, &e.Reasons)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	return out, nil
}

func lastEvent(ctx context.Context, q db.Querier, id uuid.UUID) (who string, what Action, err error) {
	err = q.QueryRow(ctx, `SELECT person_name, action FROM submission_event WHERE submission_id = $1 ORDER BY seq DESC LIMIT 1`, id).Scan(&who, &what)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", nil
	}
	if err != nil {
		err = fmt.Errorf("last event: %w", err)
	}
	return who, what, err
}
