package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// loadActor reads session, person and grants in one round trip. The session is marked
// as seen at most once a minute, so that reading pages does not write.
// factor tells whether the person has a second factor set up.
func loadActor(ctx context.Context, q db.Querier, digest []byte) (a *authz.Actor, factor bool, err error) {
	var stale bool
	var b pgx.Batch
	b.Queue(`
		SELECT s.id, s.person_id, p.name, s.created_at, coalesce(s.second_factor_at, 'epoch'), s.second_factor_at IS NOT NULL,
		       s.seen_at < now() - interval '1 minute', p.totp_confirmed_at IS NOT NULL
		FROM session s JOIN person p ON p.id = s.person_id
		WHERE s.token_digest = $1 AND s.revoked_at IS NULL AND s.expires_at > now() AND s.seen_at + s.idle > now() AND p.state = 'active'`,
		digest).QueryRow(func(row pgx.Row) error {
		var found authz.Actor
		var shownAt time.Time
		var shown bool
		err := row.Scan(&found.Session, &found.Person, &found.Name, &found.SignedInAt, &shownAt, &shown, &stale, &factor)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if shown {
			found.SecondFactor = shownAt
		}
		a = &found
		return err
	})
	b.Queue(`
		SELECT g.id, g.role, coalesce(g.org_id, '00000000-0000-0000-0000-000000000000'), coalesce(g.region_code, ''),
		       CASE WHEN g.region_code IS NULL THEN '{}' ELSE region_subtree(g.region_code) END, g.sector
		FROM session s JOIN role_grant g ON g.person_id = s.person_id LEFT JOIN organisation o ON o.id = g.org_id
		WHERE s.token_digest = $1 AND g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > now())
		  AND (o.id IS NULL OR o.state <> 'closed')
		ORDER BY g.granted_at, g.id`, digest).Query(func(rows pgx.Rows) error {
		var g authz.Grant
		_, err := pgx.ForEachRow(rows, []any{&g.ID, &g.Role, &g.Organisation, &g.Region, &g.Regions, &g.Sector}, func() error {
			if a != nil {
				a.Grants = append(a.Grants, g)
			}
			g.Regions = nil
			return nil
		})
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, false, fmt.Errorf("load actor: %w", err)
	}
	if a != nil && stale {
		if _, err := q.Exec(ctx, `UPDATE session SET seen_at = now() WHERE id = $1`, a.Session); err != nil {
			return nil, false, fmt.Errorf("touch session: %w", err)
		}
	}
	return a, factor, nil
}

type sessionRow struct {
	id           uuid.UUID
	digest       []byte
	person       uuid.UUID
	method       Method
	limits       Limits
	secondFactor bool
	remote       string
	agent        string
}

func insertSession(ctx context.Context, q db.Querier, s sessionRow) error {
	_, err := q.Exec(ctx, `
		INSERT INTO session (id, token_digest, person_id, idle, expires_at, second_factor_at, method, remote, agent)
		VALUES ($1, $2, $3, $4, now() + $5::interval, CASE WHEN $6 THEN now() END, $7, $8, left($9, 300))`,
		s.id, s.digest, s.person, s.limits.Idle, s.limits.Absolute, s.secondFactor, s.method, s.remote, s.agent)
	if err != nil {
		return fmt.Errorf("insert session: %w", err)
	}
	return nil
}

func listSessions(ctx context.Context, q db.Querier, person uuid.UUID) ([]Session, error) {
	rows, err := q.Query(ctx, `
		SELECT id, created_at, seen_at, least(expires_at, seen_at + idle), second_factor_at, method, remote, agent
		FROM session
		WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > now() AND seen_at + idle > now()
		ORDER BY created_at DESC LIMIT 100`, person)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Session, error) {
		var s Session
		err := row.Scan(&s.ID, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt, &s.SecondFactor, &s.Method, &s.Remote, &s.Agent)
		return s, err
	})
}

// revokeSession reports whether there was a live session to end.
func revokeSession(ctx context.Context, q db.Querier, person, session uuid.UUID) (bool, error) {
	tag, err := q.Exec(ctx, `
		UPDATE session SET revoked_at = now()
		WHERE id = $1 AND person_id = $2 AND revoked_at IS NULL AND expires_at > now() AND seen_at + idle > now()`, session, person)
	if err != nil {
		return false, fmt.Errorf("revoke session: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// revokeSessions ends all of a person's but one; uuid.Nil keeps none.
func revokeSessions(ctx context.Context, q db.Querier, person, but uuid.UUID) error {
	if _, err := q.Exec(ctx, `UPDATE session SET revoked_at = now() WHERE person_id = $1 AND id <> $2 AND revoked_at IS NULL`, person, but); err != nil {
		return fmt.Errorf("revoke sessions: %w", err)
	}
	return nil
}

func revokeByDigest(ctx context.Context, q db.Querier, digest []byte) error {
	if _, err := q.Exec(ctx, `UPDATE session SET revoked_at = now() WHERE token_digest = $1 AND revoked_at IS NULL`, digest); err != nil {
		return fmt.Errorf("revoke session: %w", err)
	}
	return nil
}

// renewSession fails when the session ended meanwhile.
func renewSession(ctx context.Context, q db.Querier, session uuid.UUID, digest []byte, secondFactor bool) error {
	tag, err := q.Exec(ctx, `
		UPDATE session SET token_digest = $2, seen_at = now(), second_factor_at = CASE WHEN $3 THEN now() ELSE second_factor_at END
		WHERE id = $1 AND revoked_at IS NULL`, session, digest, secondFactor)
	if err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errNotSignedIn
	}
	return nil
}
