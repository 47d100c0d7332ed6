package purchaser

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/db"
)

// record is a purchaser as it is stored.
type record struct {
	Purchaser
	supervisor                string
	papers                    map[string]uuid.UUID
	phone, idNumber, idDigest []byte // sealed; digest
}

// load is the purchaser of that account, and whether there is one.
func load(ctx context.Context, q db.Querier, org uuid.UUID, lock bool) (r record, known bool, err error) {
	sql := `SELECT p.organisation_id, o.name, p.kind, coalesce(o.uscc, ''), o.region_code, p.legal_representative, p.budget_unit, p.address, p.contact_name,
			p.contact_email, p.agent_name, coalesce(to_char(p.agent_valid_to, 'YYYY-MM-DD'), ''), p.verified_at, p.demo,
			p.supervisor, p.papers, p.contact_phone, p.id_number, p.id_digest
		FROM purchaser p JOIN organisation o ON o.id = p.organisation_id WHERE p.organisation_id = $1 AND o.state <> 'closed'`
	if lock {
		sql += ` FOR UPDATE OF p`
	}
	err = q.QueryRow(ctx, sql, org).Scan(&r.Organisation, &r.Name, &r.Kind, &r.USCC, &r.RegionCode, &r.LegalRepresentative, &r.BudgetUnit, &r.Address, &r.ContactName,
		&r.ContactEmail, &r.AgentName, &r.AgentValidTo, &r.VerifiedAt, &r.Demo, &r.supervisor, &r.papers, &r.phone, &r.idNumber, &r.idDigest)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("load purchaser: %w", err)
	}
	return r, true, nil
}

// store writes what was verified; when it was first verified stays.
func store(ctx context.Context, tx db.Tx, r record, submission uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, id_number, id_digest, address, contact_name, contact_phone,
			contact_email, agent_name, agent_valid_to, papers, verified_at, submission_id, demo)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, nullif($13, '')::date, $14, now(), $15, $16)
		ON CONFLICT (organisation_id) DO UPDATE SET
			legal_representative = excluded.legal_representative, budget_unit = excluded.budget_unit, supervisor = excluded.supervisor, id_number = excluded.id_number,
			id_digest = excluded.id_digest, address = excluded.address, contact_name = excluded.contact_name, contact_phone = excluded.contact_phone,
			contact_email = excluded.contact_email, agent_name = excluded.agent_name, agent_valid_to = excluded.agent_valid_to, papers = excluded.papers,
			submission_id = excluded.submission_id, demo = excluded.demo, updated_at = now()`,
		r.Organisation, r.Kind, r.LegalRepresentative, r.BudgetUnit, r.supervisor, r.idNumber, r.idDigest, r.Address, r.ContactName, r.phone,
		r.ContactEmail, r.AgentName, r.AgentValidTo, r.papers, submission, r.Demo)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "purchaser_id_digest_key" {
		return errTaken
	}
	if err != nil {
		return fmt.Errorf("store purchaser: %w", err)
	}
	files := make([]uuid.UUID, 0, len(r.papers))
	for _, id := range r.papers {
		if !slices.Contains(files, id) {
			files = append(files, id)
		}
	}
	var b pgx.Batch
	b.Queue(`DELETE FROM purchaser_file WHERE organisation_id = $1`, r.Organisation)
	b.Queue(`INSERT INTO purchaser_file (organisation_id, file_id) SELECT $1, unnest($2::uuid[])`, r.Organisation, files)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("store purchaser: %w", err)
	}
	return nil
}

// personTaken reports whether another account was verified with that person's number.
func personTaken(ctx context.Context, q db.Querier, digest []byte, org uuid.UUID) (taken bool, err error) {
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM purchaser WHERE id_digest = $1 AND organisation_id <> $2)`, digest, org).Scan(&taken)
	if err != nil {
		err = fmt.Errorf("purchaser's person: %w", err)
	}
	return taken, err
}
