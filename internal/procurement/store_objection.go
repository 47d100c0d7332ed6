package procurement

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
	"zjcs/internal/review"
)

var errNoObjection = apperr.New(apperr.NotFound, "没有这件异议，或者它不在您的办理范围内")

// lockResult is the lock between objecting and awarding, as lockBids is between bidding
// and freezing: many may object at once, and who awards waits for those in flight.
func lockResult(ctx context.Context, tx db.Tx, id uuid.UUID, awarding bool) error {
	how := "_shared"
	if awarding {
		how = ""
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock`+how+`(hashtextextended('procurement.result/' || $1::text, 0))`, id.String()); err != nil {
		return fmt.Errorf("lock result: %w", err)
	}
	return nil
}

const objectionColumns = `o.id, o.number, o.state, o.filed_at, o.due_at, o.due_provisional, o.accepted_at, o.acceptance, o.answer, o.decided_at`

func (o *ResultObjection) into() []any {
	return []any{&o.ID, &o.Number, &o.State, &o.FiledAt, &o.DueAt, &o.DueProvisional, &o.AcceptedAt, &o.Acceptance, &o.Answer, &o.DecidedAt}
}

func insertObjection(ctx context.Context, tx db.Tx, procurement uuid.UUID, m *matter, contact []byte) error {
	err := tx.QueryRow(ctx, `
		INSERT INTO procurement_objection (id, procurement_id, person_id, org_id, name, contact, text, filed_at, due_at, due_provisional)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING number`,
		m.ID, procurement, m.person, m.org, m.Name, contact, m.Text, m.FiledAt, m.DueAt, m.DueProvisional).Scan(&m.Number)
	if err != nil {
		return fmt.Errorf("file objection: %w", err)
	}
	return nil
}

func procurementOfObjection(ctx context.Context, q db.Querier, id uuid.UUID) (of uuid.UUID, err error) {
	err = q.QueryRow(ctx, `SELECT procurement_id FROM procurement_objection WHERE id = $1`, id).Scan(&of)
	if errors.Is(err, pgx.ErrNoRows) {
		return of, errNoObjection
	}
	if err != nil {
		err = fmt.Errorf("procurement of objection: %w", err)
	}
	return of, err
}

func loadObjection(ctx context.Context, q db.Querier, id uuid.UUID) (m matter, contact []byte, err error) {
	err = q.QueryRow(ctx, `SELECT `+objectionColumns+`, o.name, o.text, o.procurement_id, o.person_id, o.org_id, o.contact FROM procurement_objection o WHERE o.id = $1`, id).
		Scan(append(m.into(), &m.Name, &m.Text, &m.procurement, &m.person, &m.org, &contact)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return m, nil, errNoObjection
	}
	if err != nil {
		err = fmt.Errorf("load objection: %w", err)
	}
	return m, contact, err
}

// listObjections are those of a procurement as the public sees them.
func listObjections(ctx context.Context, q db.Querier, procurement uuid.UUID) ([]ResultObjection, error) {
	rows, err := q.Query(ctx, `SELECT `+objectionColumns+` FROM procurement_objection o WHERE o.procurement_id = $1 ORDER BY o.filed_at, o.id`, procurement)
	if err != nil {
		return nil, fmt.Errorf("list objections: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o ResultObjection, err error) {
		err = row.Scan(o.into()...)
		o.StateLabel = objectionLabels[o.State]
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("list objections: %w", err)
	}
	return out, nil
}

// objectionKey is where a page of open objections ended.
type objectionKey struct {
	Due time.Time
	ID  uuid.UUID
}

func listOpenObjections(ctx context.Context, q db.Querier, regions []string, parties []uuid.UUID, r page.Request) (list []ObjectionMatter, total int, err error) {
	key, _, err := page.Decode[objectionKey](r.Cursor)
	if err != nil {
		return nil, 0, err
	}
	const from = ` FROM procurement_objection o JOIN procurement p ON p.id = o.procurement_id
		WHERE o.state IN ('filed', 'accepted') AND p.region_code = ANY ($1) AND p.org_id <> ALL ($2) AND coalesce(o.org_id <> ALL ($2), true)
		  AND NOT EXISTS (SELECT FROM bid b JOIN agency a ON a.id = b.agency_id WHERE b.procurement_id = p.id AND a.organisation_id = ANY ($2))`
	var b pgx.Batch
	b.Queue(`SELECT count(*) FROM (SELECT`+from+` LIMIT $3) c`, regions, parties, page.TotalCap+1).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	b.Queue(`SELECT `+objectionColumns+`, p.id, p.number, p.title, p.region_code, o.name, o.text, o.due_at < clock_timestamp()`+from+`
		  AND (o.due_at, o.id) > ($3, $4) ORDER BY o.due_at, o.id LIMIT $5`, regions, parties, key.Due, key.ID, r.Size()+1).Query(func(rows pgx.Rows) error {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m ObjectionMatter, err error) {
			err = row.Scan(append(m.into(), &m.ProcurementID, &m.ProcurementNumber, &m.Title, &m.RegionCode, &m.Name, &m.Text, &m.Late)...)
			return m, err
		})
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("list open objections: %w", err)
	}
	return list, total, nil
}

func acceptObjection(ctx context.Context, tx db.Tx, m *matter, person uuid.UUID) error {
	return changeObjection(ctx, tx, m, `accepted_by = $2, accepted_at = clock_timestamp()`, person, ObjectionFiled)
}

func decideObjection(ctx context.Context, tx db.Tx, m *matter, person uuid.UUID, from ObjectionState) error {
	return changeObjection(ctx, tx, m, `decided_by = $2, decided_at = clock_timestamp()`, person, from)
}

func changeObjection(ctx context.Context, tx db.Tx, m *matter, set string, person uuid.UUID, from ObjectionState) error {
	err := tx.QueryRow(ctx, `UPDATE procurement_objection SET state = $3, acceptance = $4, answer = $5, `+set+` WHERE id = $1 AND state = $6 RETURNING accepted_at, decided_at`,
		m.ID, person, m.State, m.Acceptance, m.Answer, from).Scan(&m.AcceptedAt, &m.DecidedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return errDecided
	}
	if err != nil {
		return fmt.Errorf("decide objection: %w", err)
	}
	return nil
}

func countObjections(ctx context.Context, q db.Querier, procurement uuid.UUID, states ...ObjectionState) (n int, err error) {
	if err := q.QueryRow(ctx, `SELECT count(*) FROM procurement_objection WHERE procurement_id = $1 AND state = ANY ($2::text[])`, procurement, states).Scan(&n); err != nil {
		return 0, fmt.Errorf("count objections: %w", err)
	}
	return n, nil
}

func setPublicity(ctx context.Context, tx db.Tx, p *Procurement, until time.Time, provisional bool) error {
	if _, err := tx.Exec(ctx, `UPDATE procurement SET publicity_until = $2, publicity_provisional = $3 WHERE id = $1`, p.ID, until, provisional); err != nil {
		return fmt.Errorf("set publicity: %w", err)
	}
	p.PublicityUntil, p.PublicityProvisional = &until, provisional
	return nil
}

// lockProvisionalPublicity are the results published until a provisional day that no
// objection has stopped.
func lockProvisionalPublicity(ctx context.Context, tx db.Tx) ([]Procurement, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM procurement p WHERE state = 'publicity' AND publicity_provisional
		AND NOT EXISTS (SELECT FROM procurement_event e WHERE e.procurement_id = p.id AND e.action = $1) ORDER BY id FOR UPDATE OF p`, Resume)
	if err != nil {
		return nil, fmt.Errorf("provisional publicity: %w", err)
	}
	out, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("provisional publicity: %w", err)
	}
	return out, nil
}

func lastEventAt(ctx context.Context, q db.Querier, procurement uuid.UUID, action review.Action) (at time.Time, err error) {
	err = q.QueryRow(ctx, `SELECT at FROM procurement_event WHERE procurement_id = $1 AND action = $2 ORDER BY seq DESC LIMIT 1`, procurement, action).Scan(&at)
	if err != nil {
		err = fmt.Errorf("last %s of procurement: %w", action, err)
	}
	return at, err
}

func bidderAgencies(ctx context.Context, q db.Querier, procurement uuid.UUID) ([]uuid.UUID, error) {
	return uuids(ctx, q, `SELECT agency_id FROM bid WHERE procurement_id = $1 ORDER BY agency_id`, procurement)
}

func bidderOrganisations(ctx context.Context, q db.Querier, procurement uuid.UUID) ([]uuid.UUID, error) {
	return uuids(ctx, q, `SELECT a.organisation_id FROM bid b JOIN agency a ON a.id = b.agency_id WHERE b.procurement_id = $1 AND a.organisation_id IS NOT NULL`, procurement)
}

func uuids(ctx context.Context, q db.Querier, sql string, args ...any) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("bidders: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("bidders: %w", err)
	}
	return out, nil
}

// claimLateObjection marks the first whose answer is late; uuid.Nil when none is left.
func claimLateObjection(ctx context.Context, tx db.Tx) (id, procurement uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE procurement_objection SET escalated_at = clock_timestamp() WHERE id = (
			SELECT id FROM procurement_objection WHERE state IN ('filed','accepted') AND escalated_at IS NULL AND due_at < clock_timestamp()
			ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING id, procurement_id`).Scan(&id, &procurement)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, uuid.Nil, nil
	}
	if err != nil {
		err = fmt.Errorf("claim late objection: %w", err)
	}
	return id, procurement, err
}

// provisionalObjection is an open one whose time limit rests on a calendar not yet published.
type provisionalObjection struct {
	ID     uuid.UUID
	Filed  time.Time
	Region string
}

func lockProvisionalObjections(ctx context.Context, tx db.Tx) ([]provisionalObjection, error) {
	rows, err := tx.Query(ctx, `
		SELECT o.id, o.filed_at, p.region_code FROM procurement_objection o JOIN procurement p ON p.id = o.procurement_id
		WHERE o.due_provisional AND o.state IN ('filed','accepted') ORDER BY o.id FOR UPDATE OF o`)
	if err != nil {
		return nil, fmt.Errorf("provisional objections: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[provisionalObjection])
	if err != nil {
		return nil, fmt.Errorf("provisional objections: %w", err)
	}
	return out, nil
}

func setObjectionDue(ctx context.Context, tx db.Tx, id uuid.UUID, due time.Time, provisional bool) error {
	if _, err := tx.Exec(ctx, `UPDATE procurement_objection SET due_at = $2, due_provisional = $3 WHERE id = $1`, id, due, provisional); err != nil {
		return fmt.Errorf("redate objection: %w", err)
	}
	return nil
}

// HeldObjection is an objection as who filed it gets it in an export.
type HeldObjection struct {
	Number      string    `json:"number"`
	Procurement string    `json:"procurement"`
	Name        string    `json:"name"`
	Contact     string    `json:"contact"`
	Text        string    `json:"text"`
	State       string    `json:"state"`
	Answer      string    `json:"answer"`
	FiledAt     time.Time `json:"filedAt"`
	sealed      []byte
}

func objectionsOf(ctx context.Context, tx db.Tx, person uuid.UUID) ([]HeldObjection, error) {
	rows, err := tx.Query(ctx, `
		SELECT o.number, p.number, o.name, o.contact, o.text, o.state, o.answer, o.filed_at FROM procurement_objection o JOIN procurement p ON p.id = o.procurement_id
		WHERE o.person_id = $1 ORDER BY o.filed_at FOR UPDATE OF o`, person)
	if err != nil {
		return nil, fmt.Errorf("objections of a person: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h HeldObjection, err error) {
		err = row.Scan(&h.Number, &h.Procurement, &h.Name, &h.sealed, &h.Text, &h.State, &h.Answer, &h.FiledAt)
		return h, err
	})
	if err != nil {
		return nil, fmt.Errorf("objections of a person: %w", err)
	}
	return out, nil
}

// forgetObjector takes name and contact out of what a person filed; the matter stays.
func forgetObjector(ctx context.Context, tx db.Tx, person uuid.UUID, name string, contact []byte) error {
	_, err := tx.Exec(ctx, `UPDATE procurement_objection SET name = $2, contact = $3, person_id = NULL WHERE person_id = $1 AND state NOT IN ('filed','accepted')`, person, name, contact)
	if err != nil {
		return fmt.Errorf("forget objector: %w", err)
	}
	return nil
}
