package identity

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
)

type grantRow struct {
	id         uuid.UUID
	person     uuid.UUID
	role       authz.Role
	org        uuid.UUID
	region     string
	sector     string
	validUntil *time.Time
	reason     string
}

// insertGrant refuses what the person already holds; one that ran out makes room.
func insertGrant(ctx context.Context, tx db.Tx, g grantRow) error {
	if g.id == uuid.Nil {
		g.id = newID()
	}
	var by *uuid.UUID
	if a := authz.From(ctx); a != nil && a.Person != g.person {
		by = &a.Person
	}
	_, err := tx.Exec(ctx, `
		UPDATE role_grant SET revoked_at = now(), revoked_reason = '到期'
		WHERE person_id = $1 AND role = $2 AND org_id IS NOT DISTINCT FROM nullif($3::uuid, '00000000-0000-0000-0000-000000000000')
		  AND region_code IS NOT DISTINCT FROM nullif($4, '') AND sector = $5 AND revoked_at IS NULL AND valid_until <= now()`,
		g.person, g.role, g.org, g.region, g.sector)
	if err != nil {
		return fmt.Errorf("end grants that ran out: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO role_grant (id, person_id, role, org_id, region_code, sector, valid_until, reason, granted_by)
		VALUES ($1, $2, $3, nullif($4::uuid, '00000000-0000-0000-0000-000000000000'), nullif($5, ''), $6, $7, $8, $9)`,
		g.id, g.person, g.role, g.org, g.region, g.sector, g.validUntil, g.reason, by)
	switch constraintOf(err) {
	case "role_grant_once":
		return apperr.New(apperr.Conflict, "这个人已经有同样的授权")
	case "role_grant_region_code_fkey":
		return apperr.InvalidField("regionCode", "没有这个区划，请从区划列表中选择")
	}
	if err != nil {
		return fmt.Errorf("insert grant: %w", err)
	}
	return nil
}

// lockGrant is a grant not yet revoked; whoever else would change it waits.
func lockGrant(ctx context.Context, tx db.Tx, id uuid.UUID) (grantRow, error) {
	g := grantRow{id: id}
	err := tx.QueryRow(ctx, `
		SELECT person_id, role, coalesce(org_id, '00000000-0000-0000-0000-000000000000'), coalesce(region_code, ''), sector
		FROM role_grant WHERE id = $1 AND revoked_at IS NULL FOR UPDATE`, id).Scan(&g.person, &g.role, &g.org, &g.region, &g.sector)
	if errors.Is(err, pgx.ErrNoRows) {
		return g, errNoGrant
	}
	if err != nil {
		return g, fmt.Errorf("load grant: %w", err)
	}
	return g, nil
}

func revokeGrant(ctx context.Context, tx db.Tx, id, by uuid.UUID, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE role_grant SET revoked_at = now(), revoked_by = $2, revoked_reason = $3 WHERE id = $1`, id, by, reason)
	if err != nil {
		return fmt.Errorf("revoke grant: %w", err)
	}
	return nil
}

const liveGrant = `g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > now())`

// otherAdmins counts who else can manage an organisation.
func otherAdmins(ctx context.Context, tx db.Tx, org uuid.UUID, role authz.Role, but uuid.UUID) (int, error) {
	var n int
	err := tx.QueryRow(ctx, `
		SELECT count(DISTINCT g.person_id) FROM role_grant g JOIN person p ON p.id = g.person_id
		WHERE g.org_id = $1 AND g.role = $2 AND g.id <> $3 AND p.state = 'active' AND p.password_hash IS NOT NULL AND `+liveGrant, org, role, but).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count admins: %w", err)
	}
	return n, nil
}

func regionExists(ctx context.Context, q db.Querier, code string) (bool, error) {
	var ok bool
	if err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM region WHERE code = $1)`, code).Scan(&ok); err != nil {
		return false, fmt.Errorf("find region: %w", err)
	}
	return ok, nil
}

// within narrows grants g of organisations o to a reach.
func within(w *db.Where, r authz.Reach) {
	w.Add("(g.region_code = ANY (?) OR o.region_code = ANY (?))", r.Regions, r.Regions)
}

// personInReach reports whether someone has an account that the actor may know of: a
// grant there, or no grant anywhere any more and one there before.
func personInReach(ctx context.Context, q db.Querier, person uuid.UUID, r authz.Reach) (bool, error) {
	w := &db.Where{}
	w.Add("p.id = ?", person)
	peopleWithin(w, r)
	var ok bool
	if err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM person p WHERE `+w.SQL()+`)`, w.Args...).Scan(&ok); err != nil {
		return false, fmt.Errorf("find person: %w", err)
	}
	return ok, nil
}

func peopleWithin(w *db.Where, r authz.Reach) {
	w.Add(`EXISTS (
		SELECT FROM role_grant g LEFT JOIN organisation o ON o.id = g.org_id
		WHERE g.person_id = p.id AND (g.region_code = ANY (?) OR o.region_code = ANY (?))
		  AND (`+liveGrant+` OR NOT EXISTS (SELECT FROM role_grant g WHERE g.person_id = p.id AND `+liveGrant+`)))`, r.Regions, r.Regions)
}

const grantSelect = `
	SELECT g.id, g.person_id, p.name, g.role, g.org_id, coalesce(o.kind, ''), coalesce(o.name, ''), coalesce(o.uscc, ''), coalesce(o.region_code, ''),
	       coalesce(o.state, ''), coalesce(o.demo, false), coalesce(g.region_code, ''), coalesce(r.name, ''), g.sector, g.valid_until, g.reason,
	       coalesce(b.name, ''), g.granted_at, coalesce(v.name, ''), g.revoked_at, g.revoked_reason,
	       ` + liveGrant + ` AND coalesce(o.state, '') <> 'closed'
	FROM role_grant g JOIN person p ON p.id = g.person_id LEFT JOIN organisation o ON o.id = g.org_id
	LEFT JOIN region r ON r.code = g.region_code LEFT JOIN person b ON b.id = g.granted_by LEFT JOIN person v ON v.id = g.revoked_by
	WHERE `

func scanGrant(row pgx.CollectableRow) (Grant, error) {
	var g Grant
	var o Organisation
	var org *uuid.UUID
	err := row.Scan(&g.ID, &g.PersonID, &g.PersonName, &g.Role, &org, &o.Kind, &o.Name, &o.USCC, &o.Region, &o.State, &o.Demo,
		&g.RegionCode, &g.RegionName, &g.Sector, &g.ValidUntil, &g.Reason, &g.GrantedBy, &g.GrantedAt, &g.RevokedBy, &g.RevokedAt, &g.RevokedReason, &g.Live)
	g.Label = g.Role.Label()
	if org != nil {
		o.ID = *org
		g.Organisation = &o
	}
	return g, err
}

// listGrants reads people's grants within a reach, the latest first.
func listGrants(ctx context.Context, q db.Querier, people []uuid.UUID, r authz.Reach, past bool) ([]Grant, error) {
	w := &db.Where{}
	w.Add("g.person_id = ANY (?)", people)
	within(w, r)
	if !past {
		w.Add(liveGrant)
	}
	return queryGrants(ctx, q, w)
}

func membersOf(ctx context.Context, q db.Querier, org uuid.UUID) ([]Grant, error) {
	w := &db.Where{}
	w.Add("g.org_id = ?", org)
	w.Add("g.revoked_at IS NULL")
	return queryGrants(ctx, q, w)
}

func queryGrants(ctx context.Context, q db.Querier, w *db.Where) ([]Grant, error) {
	rows, err := q.Query(ctx, grantSelect+w.SQL()+` ORDER BY g.granted_at DESC, g.id DESC LIMIT 1000`, w.Args...)
	if err != nil {
		return nil, fmt.Errorf("list grants: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanGrant)
	if err != nil {
		return nil, fmt.Errorf("list grants: %w", err)
	}
	return list, nil
}

func grantByID(ctx context.Context, q db.Querier, id uuid.UUID) (Grant, error) {
	w := &db.Where{}
	w.Add("g.id = ?", id)
	list, err := queryGrants(ctx, q, w)
	if err == nil && len(list) == 0 {
		err = errNoGrant
	}
	if err != nil {
		return Grant{}, err
	}
	return list[0], nil
}

// grantsInForce are a person's grants that hold now.
func grantsInForce(ctx context.Context, q db.Querier, person uuid.UUID) ([]authz.Grant, error) {
	rows, err := q.Query(ctx, `
		SELECT g.id, g.role, coalesce(g.org_id, '00000000-0000-0000-0000-000000000000'), coalesce(g.region_code, ''),
		       CASE WHEN g.region_code IS NULL THEN '{}' ELSE region_subtree(g.region_code) END, g.sector
		FROM role_grant g LEFT JOIN organisation o ON o.id = g.org_id
		WHERE g.person_id = $1 AND g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > now()) AND (o.id IS NULL OR o.state <> 'closed')
		ORDER BY g.granted_at, g.id`, person)
	if err != nil {
		return nil, fmt.Errorf("grants in force: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g authz.Grant, err error) {
		err = row.Scan(&g.ID, &g.Role, &g.Organisation, &g.Region, &g.Regions, &g.Sector)
		return g, err
	})
	if err != nil {
		return nil, fmt.Errorf("grants in force: %w", err)
	}
	return out, nil
}
