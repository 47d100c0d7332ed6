package review

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

func heldBy(ctx context.Context, q db.Querier, person uuid.UUID) (h Held, err error) {
	var b pgx.Batch
	b.Queue(`
		SELECT s.id, s.number, s.kind, s.title, s.state, s.created_at, s.submitted_at, s.content, coalesce(o.kind IN ('natural_person', 'expert'), false)
		FROM submission s LEFT JOIN organisation o ON o.id = s.org_id WHERE s.author = $1 ORDER BY s.id`, person).Query(func(rows pgx.Rows) (err error) {
		h.Submissions, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Authored, err error) {
			err = row.Scan(&a.id, &a.Number, &a.Kind, &a.Title, &a.State, &a.CreatedAt, &a.SubmittedAt, &a.Content, &a.ownNumbers)
			return a, err
		})
		return err
	})
	b.Queue(`
		SELECT seq, action, from_state, to_state, person_name, at, note, reasons FROM submission_event WHERE person_id = $1 ORDER BY at`, person).Query(func(rows pgx.Rows) (err error) {
		h.Steps, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Event, err error) {
			err = row.Scan(&e.Seq, &e.Action, &e.From, &e.To, &e.By, &e.At, &e.Note, &e.Reasons)
			return e, err
		})
		return err
	})
	b.Queue(`SELECT id, name, media_type, size, encode(sha256, 'hex'), uploaded_at FROM file WHERE uploaded_by = $1 ORDER BY uploaded_at, id`, person).Query(func(rows pgx.Rows) (err error) {
		h.Files, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (f Upload, err error) {
			err = row.Scan(&f.ID, &f.Name, &f.MediaType, &f.Size, &f.SHA256, &f.UploadedAt)
			return f, err
		})
		return err
	})
	if err = q.SendBatch(ctx, &b).Close(); err != nil {
		err = fmt.Errorf("export submissions: %w", err)
	}
	return h, err
}

// lockOpen holds the person's drafts and open submissions, and lists the open ones: none
// of the drafts is submitted meanwhile.
func lockOpen(ctx context.Context, tx db.Tx, person uuid.UUID) ([]Summary, error) {
	rows, err := tx.Query(ctx, `
		SELECT number, state FROM submission WHERE author = $1 AND state IN ('draft','submitted','returned','accepted') ORDER BY id FOR UPDATE`, person)
	if err != nil {
		return nil, fmt.Errorf("open submissions: %w", err)
	}
	var open []Summary
	var s Summary
	_, err = pgx.ForEachRow(rows, []any{&s.Number, &s.State}, func() error {
		if s.State != Draft {
			open = append(open, s)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open submissions: %w", err)
	}
	return open, nil
}

// eraseDrafts empties the person's own drafts: no content, no sealed number, no file named.
// A draft of an organisation that others act for is theirs and stays.
func eraseDrafts(ctx context.Context, tx db.Tx, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		WITH own AS (
			SELECT s.id FROM submission s
			WHERE s.author = $1 AND s.state = 'draft'
			  AND NOT EXISTS (SELECT FROM role_grant g JOIN person p ON p.id = g.person_id
			                  WHERE g.org_id = s.org_id AND g.person_id <> $1 AND p.state = 'active' AND g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > now()))),
		gone AS (DELETE FROM submission_secret WHERE submission_id IN (SELECT id FROM own)),
		loose AS (DELETE FROM submission_file WHERE submission_id IN (SELECT id FROM own)),
		told AS (
			INSERT INTO submission_event (submission_id, seq, action, from_state, to_state, person_id, person_name, note)
			SELECT o.id, (SELECT count(*) + 1 FROM submission_event e WHERE e.submission_id = o.id), 'discard', 'draft', 'withdrawn', NULL, '平台程序', '提交人注销账号' FROM own o)
		UPDATE submission SET state = 'withdrawn', content = '{}', title = '（已删除）', version = version + 1, updated_at = now() WHERE id IN (SELECT id FROM own)`, person)
	if err != nil {
		return fmt.Errorf("erase drafts: %w", err)
	}
	return nil
}
