package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// listAccounts reads one row more than a page shows, and the bounded count.
func (s *Service) listAccounts(ctx context.Context, f AccountFilter, r authz.Reach, before uuid.UUID) ([]Account, int, error) {
	w := &db.Where{}
	peopleWithin(w, r)
	if f.Query != "" {
		like := "%" + db.EscapeLike(strings.ToLower(f.Query)) + "%"
		w.Add("(lower(p.name) LIKE ? OR p.login LIKE ? OR p.email LIKE ?)", like, like, like)
	}
	if f.Region != "" || f.Role != "" {
		narrow := &db.Where{Args: w.Args}
		within(narrow, r)
		narrow.Add(liveGrant)
		if f.Region != "" {
			narrow.Add("coalesce(g.region_code, o.region_code) = ANY (region_subtree(?))", f.Region)
		}
		if f.Role != "" {
			narrow.Add("g.role = ?", f.Role)
		}
		w.Args = narrow.Args
		w.Add("EXISTS (SELECT FROM role_grant g LEFT JOIN organisation o ON o.id = g.org_id WHERE g.person_id = p.id AND " + narrow.SQL() + ")")
	}
	count := db.CountUpTo(page.TotalCap, "person p", w)
	w.Add("p.id < ?", before)
	limit := w.Arg(f.Size() + 1)
	var total int
	var list []Account
	var b pgx.Batch
	b.Queue(count.SQL, count.Args...).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	b.Queue(`
		SELECT p.id, p.name, coalesce(p.login, ''), coalesce(p.email, ''), p.phone, p.state, p.password_hash IS NULL, p.totp_confirmed_at IS NOT NULL,
		       (SELECT max(seen_at) FROM session s WHERE s.person_id = p.id), p.created_at, p.demo
		FROM person p WHERE `+w.SQL()+` ORDER BY p.id DESC LIMIT `+limit, w.Args...).Query(func(rows pgx.Rows) error {
		var err error
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Account, error) {
			var a Account
			var phone []byte
			err := row.Scan(&a.ID, &a.Name, &a.Login, &a.Email, &phone, &a.State, &a.Invited, &a.HasFactor, &a.LastSeenAt, &a.CreatedAt, &a.Demo)
			if err == nil {
				a.Phone, err = s.maskedPhone(phone)
			}
			return a, err
		})
		return err
	})
	if err := s.pool.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("list accounts: %w", err)
	}
	return list, total, nil
}

// setState gives the state before. What was erased stays so.
func setState(ctx context.Context, tx db.Tx, person uuid.UUID, to PersonState) (PersonState, error) {
	var from PersonState
	err := tx.QueryRow(ctx, `
		UPDATE person p SET state = $2, updated_at = now() FROM (SELECT id, state FROM person WHERE id = $1 FOR UPDATE) old
		WHERE p.id = old.id AND old.state NOT IN ('erased', $2) RETURNING old.state`, person, to).Scan(&from)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", apperr.New(apperr.Conflict, "账号已经是这个状态，或已删除个人信息")
	}
	if err != nil {
		return "", fmt.Errorf("set state: %w", err)
	}
	return from, nil
}

// liveGrantsOf are all of a person's, wherever; for a role in an organisation the region
// is the organisation's.
func liveGrantsOf(ctx context.Context, tx db.Tx, person uuid.UUID) ([]grantRow, error) {
	rows, err := tx.Query(ctx, `
		SELECT g.id, g.person_id, g.role, coalesce(g.region_code, o.region_code)
		FROM role_grant g LEFT JOIN organisation o ON o.id = g.org_id WHERE g.person_id = $1 AND `+liveGrant, person)
	if err != nil {
		return nil, fmt.Errorf("load grants: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (grantRow, error) {
		var g grantRow
		err := row.Scan(&g.id, &g.person, &g.role, &g.region)
		return g, err
	})
	if err != nil {
		return nil, fmt.Errorf("load grants: %w", err)
	}
	return list, nil
}
