package identity

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

// ErasedName is what is shown where someone's name was.
const ErasedName = "已注销用户"

func (s *Service) personRecord(ctx context.Context, q db.Querier, person uuid.UUID) (PersonRecord, error) {
	var p PersonRecord
	var phone, number []byte
	err := q.QueryRow(ctx, `
		SELECT id, name, coalesce(login, ''), coalesce(email, ''), email_verified_at, phone, id_number, password_changed_at, totp_confirmed_at, state, created_at, updated_at
		FROM person WHERE id = $1`, person).Scan(&p.ID, &p.Name, &p.Login, &p.Email, &p.EmailVerifiedAt, &phone, &number, &p.PasswordChangedAt,
		&p.SecondFactorAt, &p.State, &p.CreatedAt, &p.UpdatedAt)
	if err != nil {
		return p, fmt.Errorf("export person: %w", err)
	}
	for _, v := range []struct {
		sealed []byte
		field  string
		into   *string
	}{{phone, "person.phone", &p.Phone}, {number, "person.id_number", &p.IDNumber}} {
		if len(v.sealed) == 0 {
			continue
		}
		if *v.into, err = s.vault.Open(v.field, v.sealed); err != nil {
			return p, fmt.Errorf("export person: %w", err)
		}
	}
	return p, nil
}

// allSessions are those that ended too.
func allSessions(ctx context.Context, q db.Querier, person uuid.UUID) ([]Session, error) {
	rows, err := q.Query(ctx, `
		SELECT id, created_at, seen_at, coalesce(revoked_at, least(expires_at, seen_at + idle)), second_factor_at, method, remote, agent
		FROM session WHERE person_id = $1 ORDER BY created_at DESC`, person)
	if err != nil {
		return nil, fmt.Errorf("export sessions: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Session, err error) {
		err = row.Scan(&s.ID, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt, &s.SecondFactor, &s.Method, &s.Remote, &s.Agent)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("export sessions: %w", err)
	}
	return list, nil
}

func allGrants(ctx context.Context, q db.Querier, person uuid.UUID) ([]Grant, error) {
	w := &db.Where{}
	w.Add("g.person_id = ?", person)
	return queryGrants(ctx, q, w)
}

// insertErasureRequest reports whether it is new: one that is open stands.
func insertErasureRequest(ctx context.Context, q db.Querier, id, person uuid.UUID, note string) (bool, error) {
	tag, err := q.Exec(ctx, `
		INSERT INTO erasure_request (id, person_id, note) VALUES ($1, $2, $3) ON CONFLICT (person_id) WHERE decided_at IS NULL DO NOTHING`, id, person, note)
	if err != nil {
		return false, fmt.Errorf("insert erasure request: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// hasRoot reports whether a reach has the root of the tree of regions in it.
const hasRoot = `EXISTS (SELECT FROM region root WHERE root.parent IS NULL AND root.code = ANY (?))`

func ungranted(w *db.Where, r authz.Reach) {
	w.Add(`NOT EXISTS (SELECT FROM role_grant g WHERE g.person_id = p.id) AND `+hasRoot, r.Regions)
}

// ungrantedInReach reports whether someone exists who never had a grant, which is for those
// of the whole tree to deal with.
func ungrantedInReach(ctx context.Context, q db.Querier, person uuid.UUID, r authz.Reach) (ok bool, err error) {
	w := &db.Where{}
	w.Add("p.id = ?", person)
	ungranted(w, r)
	if err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM person p WHERE `+w.SQL()+`)`, w.Args...).Scan(&ok); err != nil {
		err = fmt.Errorf("find person: %w", err)
	}
	return ok, err
}

func listErasureRequests(ctx context.Context, q db.Querier, r authz.Reach, after uuid.UUID, size int) (list []ErasureRequest, total int, err error) {
	w := &db.Where{}
	w.Add("e.decided_at IS NULL")
	granted, none := &db.Where{Args: w.Args}, &db.Where{}
	peopleWithin(granted, r)
	none.Args = granted.Args
	ungranted(none, r)
	w.Args = none.Args
	w.Add("((" + granted.SQL() + ") OR (" + none.SQL() + "))")
	from := "erasure_request e JOIN person p ON p.id = e.person_id"
	count := db.CountUpTo(page.TotalCap, from, w)
	w.Add("e.id > ?", after)
	limit := w.Arg(size + 1)
	var b pgx.Batch
	b.Queue(count.SQL, count.Args...).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	b.Queue(`SELECT e.id, e.person_id, p.name, e.asked_at, e.note FROM `+from+` WHERE `+w.SQL()+` ORDER BY e.id LIMIT `+limit, w.Args...).Query(func(rows pgx.Rows) error {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e ErasureRequest, err error) {
			err = row.Scan(&e.ID, &e.PersonID, &e.PersonName, &e.AskedAt, &e.Note)
			return e, err
		})
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("list erasure requests: %w", err)
	}
	return list, total, nil
}

// lockPerson holds the row: nothing that refers to it is begun meanwhile.
func lockPerson(ctx context.Context, tx db.Tx, person uuid.UUID) (state PersonState, err error) {
	err = tx.QueryRow(ctx, `SELECT state FROM person WHERE id = $1 FOR UPDATE`, person).Scan(&state)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", errNoPerson
	}
	if err != nil {
		err = fmt.Errorf("lock person: %w", err)
	}
	return state, err
}

func erasePerson(ctx context.Context, tx db.Tx, person, by uuid.UUID, reason string) error {
	for sql, args := range map[string][]any{
		`UPDATE person SET name = $2, login = NULL, email = NULL, email_verified_at = NULL, phone = NULL, phone_digest = NULL, id_number = NULL, id_digest = NULL,
			password_hash = NULL, password_changed_at = NULL, totp_secret = NULL, totp_confirmed_at = NULL, totp_step = 0, recovery_codes = '{}',
			failures = 0, failed_at = NULL, state = 'erased', updated_at = now() WHERE id = $1`: {person, ErasedName},
		`UPDATE session SET revoked_at = coalesce(revoked_at, now()), remote = '', agent = '' WHERE person_id = $1`:                          {person},
		`UPDATE role_grant SET revoked_at = now(), revoked_by = $2, revoked_reason = $3 WHERE person_id = $1 AND revoked_at IS NULL`:         {person, by, reason},
		`UPDATE erasure_request SET decided_at = now(), decided_by = $2, reason = $3, note = '' WHERE person_id = $1 AND decided_at IS NULL`: {person, by, reason},
		`DELETE FROM person_identity WHERE person_id = $1`:                                                                                   {person},
		`DELETE FROM mail_token WHERE person_id = $1`:                                                                                        {person},
		`DELETE FROM idempotency WHERE person_id = $1`:                                                                                       {person},
	} {
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return fmt.Errorf("erase person: %w", err)
		}
	}
	return nil
}
