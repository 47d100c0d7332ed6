package review

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

func insertSecrets(ctx context.Context, q db.Querier, submission uuid.UUID, list []sealedValue) error {
	var b pgx.Batch
	for _, s := range list {
		b.Queue(`INSERT INTO submission_secret (id, submission_id, sealed) VALUES ($1, $2, $3)`, s.id, submission, s.value)
	}
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("insert secrets: %w", err)
	}
	return nil
}

func loadSecrets(ctx context.Context, q db.Querier, submission uuid.UUID) (map[uuid.UUID][]byte, error) {
	rows, err := q.Query(ctx, `SELECT id, sealed FROM submission_secret WHERE submission_id = $1`, submission)
	if err != nil {
		return nil, fmt.Errorf("load secrets: %w", err)
	}
	out := map[uuid.UUID][]byte{}
	var id uuid.UUID
	var sealed []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &sealed}, func() error { out[id] = sealed; sealed = nil; return nil })
	if err != nil {
		return nil, fmt.Errorf("load secrets: %w", err)
	}
	return out, nil
}

// linkFiles names the files of a submission: those the person uploaded, and those it
// already has. It returns the ones that are neither.
func linkFiles(ctx context.Context, q db.Querier, submission, person uuid.UUID, ids []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `
		WITH want AS (SELECT DISTINCT unnest($3::uuid[]) AS id),
		good AS (
			SELECT w.id FROM want w
			WHERE EXISTS (SELECT FROM file f WHERE f.id = w.id AND f.uploaded_by = $2)
			   OR EXISTS (SELECT FROM submission_file x WHERE x.submission_id = $1 AND x.file_id = w.id)),
		linked AS (INSERT INTO submission_file (submission_id, file_id) SELECT $1, id FROM good ON CONFLICT DO NOTHING)
		SELECT id FROM want WHERE id NOT IN (SELECT id FROM good)`, submission, person, ids)
	if err != nil {
		return nil, fmt.Errorf("link files: %w", err)
	}
	unknown, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("link files: %w", err)
	}
	return unknown, nil
}

// adoptFiles names files of a submission that its domain vouches for.
func adoptFiles(ctx context.Context, q db.Querier, submission uuid.UUID, ids []uuid.UUID) error {
	_, err := q.Exec(ctx, `INSERT INTO submission_file (submission_id, file_id) SELECT DISTINCT $1::uuid, f.id FROM file f WHERE f.id = ANY ($2) ON CONFLICT DO NOTHING`, submission, ids)
	if err != nil {
		return fmt.Errorf("adopt files: %w", err)
	}
	return nil
}

func listFiles(ctx context.Context, q db.Querier, submission uuid.UUID) ([]FileRef, error) {
	rows, err := q.Query(ctx, `
		SELECT f.id, f.name, f.media_type, f.size, encode(f.sha256, 'hex') FROM submission_file x JOIN file f ON f.id = x.file_id
		WHERE x.submission_id = $1 ORDER BY f.id`, submission)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f FileRef, err error) {
		err = row.Scan(&f.ID, &f.Name, &f.MediaType, &f.Size, &f.SHA256)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	return out, nil
}

// submissionsNaming are those whose content names the file now or did before, the latest first.
func submissionsNaming(ctx context.Context, q db.Querier, file uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `SELECT submission_id FROM submission_file WHERE file_id = $1 ORDER BY submission_id DESC LIMIT 100`, file)
	if err != nil {
		return nil, fmt.Errorf("submissions naming a file: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("submissions naming a file: %w", err)
	}
	return ids, nil
}

func listObjections(ctx context.Context, q db.Querier, submission uuid.UUID) ([]Objection, error) {
	rows, err := q.Query(ctx, `
		SELECT id, number, name, text, state, answer, filed_at, decided_at FROM objection WHERE submission_id = $1 ORDER BY filed_at`, submission)
	if err != nil {
		return nil, fmt.Errorf("list objections: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o Objection, err error) {
		err = row.Scan(&o.ID, &o.Number, &o.Name, &o.Text, &o.State, &o.Answer, &o.FiledAt, &o.DecidedAt)
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("list objections: %w", err)
	}
	return out, nil
}

func insertObjection(ctx context.Context, q db.Querier, submission uuid.UUID, o *Objection, contact []byte) error {
	err := q.QueryRow(ctx, `
		INSERT INTO objection (id, submission_id, name, contact, text) VALUES ($1, $2, $3, $4, $5) RETURNING number, filed_at`,
		o.ID, submission, o.Name, contact, o.Text).Scan(&o.Number, &o.FiledAt)
	if err != nil {
		return fmt.Errorf("insert objection: %w", err)
	}
	return nil
}

func objectedSubmission(ctx context.Context, q db.Querier, objection uuid.UUID) (id uuid.UUID, err error) {
	err = q.QueryRow(ctx, `SELECT submission_id FROM objection WHERE id = $1`, objection).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, apperr.New(apperr.NotFound, "没有这件异议")
	}
	if err != nil {
		err = fmt.Errorf("objected submission: %w", err)
	}
	return id, err
}

func decideObjection(ctx context.Context, q db.Querier, in AnswerInput, person uuid.UUID) error {
	state := "dismissed"
	if in.Upheld {
		state = "upheld"
	}
	tag, err := q.Exec(ctx, `
		UPDATE objection SET state = $2, answer = $3, decided_by = $4, decided_at = now() WHERE id = $1 AND state = 'filed'`,
		in.ID, state, in.Answer, person)
	if err != nil {
		return fmt.Errorf("decide objection: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "这件异议已经答复，请刷新后查看")
	}
	return nil
}

// claimLate marks the latest check that has run over its time; uuid.Nil when none is left.
func claimLate(ctx context.Context, q db.Querier) (id uuid.UUID, err error) {
	err = q.QueryRow(ctx, `
		UPDATE submission SET escalated_at = now() WHERE id = (
			SELECT id FROM submission WHERE state = 'submitted' AND escalated_at IS NULL AND due_at < now()
			ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING id`).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	if err != nil {
		err = fmt.Errorf("claim late submission: %w", err)
	}
	return id, err
}

// claimPublicity locks the first whose publicity is over and that no objection holds back.
func claimPublicity(ctx context.Context, q db.Querier, after time.Time) (id uuid.UUID, ended time.Time, err error) {
	err = q.QueryRow(ctx, `
		SELECT s.id, s.publicity_until FROM submission s
		WHERE s.state = 'accepted' AND s.publicity_until > $1 AND s.publicity_until <= now()
		  AND NOT EXISTS (SELECT FROM objection o WHERE o.submission_id = s.id AND o.state = 'filed')
		ORDER BY s.publicity_until LIMIT 1 FOR UPDATE OF s SKIP LOCKED`, after).Scan(&id, &ended)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, time.Time{}, nil
	}
	if err != nil {
		err = fmt.Errorf("claim publicity: %w", err)
	}
	return id, ended, err
}

const publicityColumns = `s.number, s.kind, s.title, s.region_code, r.name, s.publicity_until, s.demo, s.content, now()`

func scanPublicity(row pgx.CollectableRow) (p Publicity, err error) {
	err = row.Scan(&p.Number, &p.Kind, &p.Title, &p.RegionCode, &p.RegionName, &p.Until, &p.Demo, &p.content, &p.now)
	return p, err
}

// publicityKey is where a page of publicity ended.
type publicityKey struct {
	Until  time.Time
	Number string
}

func listPublicity(ctx context.Context, q db.Querier, r page.Request) ([]Publicity, int, error) {
	key, _, err := page.Decode[publicityKey](r.Cursor)
	if err != nil {
		return nil, 0, err
	}
	var total int
	var list []Publicity
	var b pgx.Batch
	b.Queue(`SELECT count(*) FROM (SELECT FROM submission WHERE state = 'accepted' AND publicity_until > now() LIMIT $1) c`, page.TotalCap+1).
		QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	b.Queue(`
		SELECT `+publicityColumns+` FROM submission s JOIN region r ON r.code = s.region_code
		WHERE s.state = 'accepted' AND s.publicity_until > now() AND (s.publicity_until, s.number) > ($1, $2)
		ORDER BY s.publicity_until, s.number LIMIT $3`, key.Until, key.Number, r.Size()+1).Query(func(rows pgx.Rows) error {
		list, err = pgx.CollectRows(rows, scanPublicity)
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("list publicity: %w", err)
	}
	return list, total, nil
}

var errNoPublicity = apperr.New(apperr.NotFound, "没有这件公示，或者公示已经结束")

func getPublicity(ctx context.Context, q db.Querier, number string) (Publicity, error) {
	rows, err := q.Query(ctx, `
		SELECT `+publicityColumns+` FROM submission s JOIN region r ON r.code = s.region_code
		WHERE s.number = $1 AND s.state = 'accepted' AND s.publicity_until > now()`, plainNumber(number))
	if err != nil {
		return Publicity{}, fmt.Errorf("get publicity: %w", err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, scanPublicity)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, errNoPublicity
	}
	if err != nil {
		return p, fmt.Errorf("get publicity: %w", err)
	}
	return p, nil
}

// lockPublicity is the submission in publicity of that number, held so that it is not
// published while an objection is being filed.
func lockPublicity(ctx context.Context, q db.Querier, number string) (Submission, error) {
	var id uuid.UUID
	err := q.QueryRow(ctx, `
		SELECT id FROM submission WHERE number = $1 AND state = 'accepted' AND publicity_until > now() FOR UPDATE`, plainNumber(number)).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Submission{}, errNoPublicity
	}
	if err != nil {
		return Submission{}, fmt.Errorf("lock publicity: %w", err)
	}
	return loadSubmission(ctx, q, id, false)
}

// plainNumber is what a number can be; anything else matches nothing.
func plainNumber(s string) string {
	for _, r := range s {
		if r < '0' || r > 'Z' {
			return ""
		}
	}
	return s
}
