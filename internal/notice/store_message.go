package notice

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// How far the e-mail of a message has come.
const (
	mailNone    = "none" // not wanted or not possible
	mailWaiting = "waiting"
	mailSent    = "sent"
	mailFailed  = "failed" // refused for good, or tried for too long
)

type recipient struct {
	id   uuid.UUID
	mail bool // has a verified address and did not turn e-mail off for the topic
}

// recipients walks up from the region, so that it reads only the grants of the few regions
// above it. Sorted, so that two transactions that tell the same people take locks in one order.
func recipients(ctx context.Context, q db.Querier, to To, roles []authz.Role, topic Topic) ([]recipient, error) {
	rows, err := q.Query(ctx, `
		WITH RECURSIVE up AS (
			SELECT code, parent, 0 AS depth FROM region WHERE code = $1
			UNION ALL
			SELECT r.code, r.parent, up.depth + 1 FROM region r JOIN up ON r.code = up.parent WHERE up.depth < 16),
		told AS (
			SELECT unnest($2::uuid[]) AS id
			UNION
			SELECT g.person_id FROM role_grant g JOIN organisation o ON o.id = g.org_id
			WHERE g.org_id = ANY ($3) AND (cardinality($4::text[]) = 0 OR g.role = ANY ($4)) AND o.state <> 'closed'
			  AND g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > now())
			UNION
			SELECT g.person_id FROM role_grant g JOIN up ON up.code = g.region_code
			WHERE g.role = ANY ($5) AND (g.sector = '' OR g.sector = ANY ($6))
			  AND g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > now()))
		SELECT p.id, p.email IS NOT NULL AND p.email_verified_at IS NOT NULL AND coalesce(f.mail, true)
		FROM told JOIN person p ON p.id = told.id LEFT JOIN message_preference f ON f.person_id = p.id AND f.kind = $7
		WHERE p.state = 'active' AND p.id <> ALL ($8)
		  AND NOT EXISTS (SELECT FROM role_grant own WHERE own.person_id = p.id AND own.org_id = $9 AND own.revoked_at IS NULL
		                  AND (own.valid_until IS NULL OR own.valid_until > now()))
		ORDER BY p.id`,
		to.Region, orEmpty(to.Persons), orEmpty(to.Organisations), orEmpty(to.In), orEmpty(roles), orEmpty(to.Sectors), topic, orEmpty(to.Except), to.NotOfOrg)
	if err != nil {
		return nil, fmt.Errorf("recipients: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r recipient, err error) {
		err = row.Scan(&r.id, &r.mail)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("recipients: %w", err)
	}
	return out, nil
}

// orEmpty is an array that SQL can compare with: nil would be NULL.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

type messageRow struct {
	id     uuid.UUID
	person uuid.UUID
	mail   string
}

func insertMessages(ctx context.Context, q db.Querier, m Message, rows []messageRow) error {
	ids, persons, mails := make([]uuid.UUID, len(rows)), make([]uuid.UUID, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		ids[i], persons[i], mails[i] = r.id, r.person, r.mail
	}
	_, err := q.Exec(ctx, `
		INSERT INTO message (id, person_id, kind, title, body, link, mail)
		SELECT r.id, r.person, $1, $2, $3, $4, r.mail FROM unnest($5::uuid[], $6::uuid[], $7::text[]) AS r(id, person, mail)`,
		m.Topic, m.Title, m.Body, m.Link, ids, persons, mails)
	if err != nil {
		return fmt.Errorf("insert messages: %w", err)
	}
	return nil
}

// letter is a message on its way by e-mail; address is empty when it may not go out.
type letter struct {
	title, body, link, name, address, state string
}

func loadLetter(ctx context.Context, q db.Querier, id uuid.UUID) (l letter, err error) {
	err = q.QueryRow(ctx, `
		SELECT m.title, m.body, m.link, p.name, m.mail,
		       CASE WHEN p.state = 'active' AND p.email_verified_at IS NOT NULL AND coalesce(f.mail, true) THEN coalesce(p.email, '') ELSE '' END
		FROM message m JOIN person p ON p.id = m.person_id LEFT JOIN message_preference f ON f.person_id = p.id AND f.kind = m.kind
		WHERE m.id = $1`, id).Scan(&l.title, &l.body, &l.link, &l.name, &l.state, &l.address)
	if errors.Is(err, pgx.ErrNoRows) { // erased with its reader
		return letter{}, nil
	}
	if err != nil {
		err = fmt.Errorf("load letter: %w", err)
	}
	return l, err
}

func markMail(ctx context.Context, q db.Querier, id uuid.UUID, state string) error {
	_, err := q.Exec(ctx, `
		UPDATE message SET mail = $2, mailed_at = CASE WHEN $2 = 'sent' THEN now() END WHERE id = $1 AND mail = 'waiting'`, id, state)
	if err != nil {
		return fmt.Errorf("mark e-mail: %w", err)
	}
	return nil
}

const receivedColumns = `id, kind, title, body, link, created_at, read_at`

func scanReceived(row pgx.CollectableRow) (m Received, err error) {
	err = row.Scan(&m.ID, &m.Topic, &m.Title, &m.Body, &m.Link, &m.CreatedAt, &m.ReadAt)
	m.TopicLabel = m.Topic.Label()
	return m, err
}

func listMessages(ctx context.Context, q db.Querier, person uuid.UUID, unread bool, before uuid.UUID, size int) (list []Received, total int, err error) {
	w := &db.Where{}
	w.Add("person_id = ?", person)
	if unread {
		w.Add("read_at IS NULL")
	}
	count := db.CountUpTo(page.TotalCap, "message", w)
	w.Add("id < ?", before)
	limit := w.Arg(size + 1)
	var b pgx.Batch
	b.Queue(count.SQL, count.Args...).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	b.Queue(`SELECT `+receivedColumns+` FROM message WHERE `+w.SQL()+` ORDER BY id DESC LIMIT `+limit, w.Args...).Query(func(rows pgx.Rows) error {
		list, err = pgx.CollectRows(rows, scanReceived)
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("list messages: %w", err)
	}
	return list, total, nil
}

func countUnread(ctx context.Context, q db.Querier, person uuid.UUID) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT count(*) FROM (SELECT FROM message WHERE person_id = $1 AND read_at IS NULL LIMIT $2) c`, person, page.TotalCap).Scan(&n)
	if err != nil {
		err = fmt.Errorf("count unread: %w", err)
	}
	return n, err
}

func markRead(ctx context.Context, q db.Querier, person, id uuid.UUID) (Received, error) {
	rows, err := q.Query(ctx, `
		UPDATE message SET read_at = coalesce(read_at, now()) WHERE id = $1 AND person_id = $2 RETURNING `+receivedColumns, id, person)
	if err != nil {
		return Received{}, fmt.Errorf("mark read: %w", err)
	}
	m, err := pgx.CollectExactlyOneRow(rows, scanReceived)
	if errors.Is(err, pgx.ErrNoRows) {
		return m, errNoMessage
	}
	if err != nil {
		return m, fmt.Errorf("mark read: %w", err)
	}
	return m, nil
}

func markAllRead(ctx context.Context, q db.Querier, person uuid.UUID) (int, error) {
	tag, err := q.Exec(ctx, `UPDATE message SET read_at = now() WHERE person_id = $1 AND read_at IS NULL`, person)
	if err != nil {
		return 0, fmt.Errorf("mark all read: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

func loadPreferences(ctx context.Context, q db.Querier, person uuid.UUID) (off []Topic, ready bool, err error) {
	err = q.QueryRow(ctx, `
		SELECT ARRAY(SELECT kind FROM message_preference WHERE person_id = $1 AND NOT mail),
		       EXISTS (SELECT FROM person WHERE id = $1 AND email IS NOT NULL AND email_verified_at IS NOT NULL)`, person).Scan(&off, &ready)
	if err != nil {
		err = fmt.Errorf("load preferences: %w", err)
	}
	return off, ready, err
}

// savePreferences returns those that were otherwise before.
func savePreferences(ctx context.Context, q db.Querier, person uuid.UUID, items []Preference) ([]Preference, error) {
	topics, mails := make([]string, len(items)), make([]bool, len(items))
	for i, p := range items {
		topics[i], mails[i] = string(p.Topic), p.Mail
	}
	// A topic without a row is on: to turn that on changes nothing.
	rows, err := q.Query(ctx, `
		INSERT INTO message_preference AS f (person_id, kind, mail)
		SELECT $1, n.kind, n.mail FROM unnest($2::text[], $3::boolean[]) AS n(kind, mail)
		WHERE NOT n.mail OR EXISTS (SELECT FROM message_preference x WHERE x.person_id = $1 AND x.kind = n.kind)
		ORDER BY n.kind
		ON CONFLICT (person_id, kind) DO UPDATE SET mail = excluded.mail WHERE f.mail <> excluded.mail
		RETURNING kind, mail`, person, topics, mails)
	if err != nil {
		return nil, fmt.Errorf("save preferences: %w", err)
	}
	changed, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Preference, err error) {
		err = row.Scan(&p.Topic, &p.Mail)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("save preferences: %w", err)
	}
	return changed, nil
}

// messagesOf is everything told to a person, and what they said about e-mail.
type messagesOf struct {
	Received []Received `json:"received"`
	MailOff  []Topic    `json:"mailOff"`
}

func allMessages(ctx context.Context, q db.Querier, person uuid.UUID) (out messagesOf, err error) {
	rows, err := q.Query(ctx, `SELECT `+receivedColumns+` FROM message WHERE person_id = $1 ORDER BY id`, person)
	if err != nil {
		return out, fmt.Errorf("export messages: %w", err)
	}
	if out.Received, err = pgx.CollectRows(rows, scanReceived); err != nil {
		return out, fmt.Errorf("export messages: %w", err)
	}
	out.MailOff, _, err = loadPreferences(ctx, q, person)
	return out, err
}

func deleteMessages(ctx context.Context, q db.Querier, person uuid.UUID) error {
	for _, table := range []string{"message", "message_preference"} {
		if _, err := q.Exec(ctx, `DELETE FROM `+table+` WHERE person_id = $1`, person); err != nil {
			return fmt.Errorf("erase messages: %w", err)
		}
	}
	return nil
}
