package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// makeLate moves the handing in of a sample matter, and with it the time by which it was
// due, into the past. The door sets both by the database's clock, and a demonstration
// cannot wait for days to show what late looks like. Only an invented matter is moved.
func makeLate(ctx context.Context, q db.Querier, submission uuid.UUID) error {
	tag, err := q.Exec(ctx, `
		UPDATE submission SET submitted_at = now() - interval '6 days', due_at = now() - interval '1 day 3 hours', due_provisional = false
		WHERE id = $1 AND demo AND state = 'submitted'`, submission)
	if err != nil {
		return fmt.Errorf("make a sample matter late: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return fmt.Errorf("make a sample matter late: %s is none that waits", submission)
	}
	return nil
}

// storePurchaser stores an organisation that buys, verified; invented, without anyone who signs in.
func storePurchaser(ctx context.Context, tx db.Tx, id uuid.UUID, b buyer, uscc string, sealedPhone []byte, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO organisation (id, kind, name, uscc, region_code, state, demo) VALUES ($1, $2, $3, $4, $5, 'verified', true)`, id, b.kind, b.name, uscc, b.region)
	if err == nil {
		_, err = tx.Exec(ctx, `
			INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, address, contact_name, contact_phone, contact_email, agent_name, papers, verified_at, demo)
			VALUES ($1, $2, $3, $4, '', $5, $3, $6, '', '', '{}', $7, true)`, id, b.kind, b.contact, b.kind == "public_body", b.address, sealedPhone, now.AddDate(0, -6, 0))
	}
	if err != nil {
		return fmt.Errorf("sample purchaser: %w", err)
	}
	return nil
}

func hasContracts(ctx context.Context, tx db.Tx) (found bool, err error) {
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM contract WHERE demo)`).Scan(&found); err != nil {
		return false, fmt.Errorf("sample contracts: %w", err)
	}
	return found, nil
}

// firstPerson stands as who uploaded the papers of an invented contract.
func firstPerson(ctx context.Context, tx db.Tx) (id uuid.UUID, err error) {
	if err := tx.QueryRow(ctx, `SELECT id FROM person ORDER BY id LIMIT 1`).Scan(&id); err != nil {
		return id, fmt.Errorf("sample contracts: %w", err)
	}
	return id, nil
}

// awardedProject is the invented procurement of that name, if an award of it stands.
func awardedProject(ctx context.Context, tx db.Tx, project string) (id uuid.UUID, awarded bool, err error) {
	rows, err := tx.Query(ctx, `SELECT p.id FROM procurement p JOIN award w ON w.procurement_id = p.id AND w.refused_at IS NULL WHERE p.demo AND p.title = $1 AND p.state = 'awarded'`, project)
	if err == nil {
		var list []uuid.UUID
		if list, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err == nil && len(list) > 0 {
			return list[0], true, nil
		}
	}
	if err != nil {
		return id, false, fmt.Errorf("sample contracts: %w", err)
	}
	return id, false, nil
}

// hands are accounts that act for the two sides of invented contracts; they share the
// password of the account they follow. One that somebody has taken keeps its login.
func hands(ctx context.Context, tx db.Tx) error {
	for _, h := range []struct{ login, name, like, role string }{{"purchaser-contract", "示例采购管理人", "purchaser", "purchaser_admin"}, {"agency-contract", "示例机构负责人", "agency", "agency_admin"}} {
		id := uuid.Must(uuid.NewV7())
		tag, err := tx.Exec(ctx, `INSERT INTO person (id, name, login, password_hash, demo) SELECT $1, $2, $3, p.password_hash, true FROM person p WHERE p.login = $4 AND p.demo
			AND NOT EXISTS (SELECT FROM person x WHERE x.login = $3)`, id, h.name, h.login, h.like)
		if err != nil {
			return fmt.Errorf("sample accounts of contracts: %w", err)
		}
		if tag.RowsAffected() == 0 {
			continue
		}
		of := `SELECT DISTINCT org_id FROM contract WHERE demo`
		if h.role == "agency_admin" {
			of = `SELECT DISTINCT a.organisation_id FROM contract c JOIN agency a ON a.id = c.agency_id WHERE c.demo AND a.organisation_id IS NOT NULL`
			_, err = tx.Exec(ctx, `
				WITH firm AS (SELECT DISTINCT a.id, a.name, a.uscc, c.region_code, gen_random_uuid() AS org FROM contract c JOIN agency a ON a.id = c.agency_id WHERE c.demo AND a.organisation_id IS NULL),
				     org AS (INSERT INTO organisation (id, kind, name, uscc, region_code, state, demo) SELECT DISTINCT ON (id) org, 'agency', name, uscc, region_code, 'verified', true FROM firm ORDER BY id, org RETURNING id, uscc)
				UPDATE agency a SET organisation_id = org.id FROM org WHERE a.uscc = org.uscc`)
		}
		if err == nil {
			_, err = tx.Exec(ctx, `INSERT INTO role_grant (id, person_id, role, org_id, reason) SELECT gen_random_uuid(), $1, $2, o.id, '示例账号' FROM (`+of+`) o (id)`, id, h.role)
		}
		if err != nil {
			return fmt.Errorf("sample accounts of contracts: %w", err)
		}
	}
	return nil
}

// Hands makes accounts that act for the two sides of invented contracts. The sample
// accounts must be there.
func (d Contracts) Hands(ctx context.Context) error {
	return db.InTx(ctx, d.Pool, func(tx db.Tx) error { return hands(ctx, tx) })
}

// invented are the agencies of the market, in an order of their own.
func invented(ctx context.Context, q db.Querier) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `SELECT id FROM agency WHERE demo AND organisation_id IS NULL AND state = 'admitted' ORDER BY uscc LIMIT 300`)
	if err != nil {
		return nil, fmt.Errorf("invented agencies: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("invented agencies: %w", err)
	}
	return out, nil
}
