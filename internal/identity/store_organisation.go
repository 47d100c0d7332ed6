package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
)

const organisationColumns = `o.id, o.kind, o.name, coalesce(o.uscc, ''), o.region_code, o.state, o.demo`

func scanOrganisation(row pgx.CollectableRow) (Organisation, error) {
	var o Organisation
	err := row.Scan(&o.ID, &o.Kind, &o.Name, &o.USCC, &o.Region, &o.State, &o.Demo)
	return o, err
}

// loadHeld reads what an actor's grants name: organisations by id, region names by code.
func loadHeld(ctx context.Context, q db.Querier, orgs []uuid.UUID, regions []string) (map[uuid.UUID]Organisation, map[string]string, error) {
	organisations, names := map[uuid.UUID]Organisation{}, map[string]string{}
	var b pgx.Batch
	b.Queue(`SELECT `+organisationColumns+` FROM organisation o WHERE o.id = ANY ($1)`, orgs).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, scanOrganisation)
		for _, o := range list {
			organisations[o.ID] = o
		}
		return err
	})
	b.Queue(`SELECT code, name FROM region WHERE code = ANY ($1)`, regions).Query(func(rows pgx.Rows) error {
		var code, name string
		_, err := pgx.ForEachRow(rows, []any{&code, &name}, func() error { names[code] = name; return nil })
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, nil, fmt.Errorf("load grants: %w", err)
	}
	return organisations, names, nil
}

// loadSelf fills in what only the person is told of themselves.
func (s *Service) loadSelf(ctx context.Context, person uuid.UUID, me *Me) error {
	var phone []byte
	err := s.pool.QueryRow(ctx, `
		SELECT coalesce(login, ''), coalesce(email, ''), phone, password_hash IS NOT NULL, totp_confirmed_at IS NOT NULL, cardinality(recovery_codes)
		FROM person WHERE id = $1`, person).Scan(&me.Login, &me.Email, &phone, &me.HasPassword, &me.HasFactor, &me.CodesLeft)
	if err != nil {
		return fmt.Errorf("load self: %w", err)
	}
	if me.Phone, err = s.maskedPhone(phone); err != nil {
		return err
	}
	me.PendingEmail, _, err = pendingEmail(ctx, s.pool, person)
	return err
}

func (s *Service) maskedPhone(sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	number, err := s.vault.Open(fieldPhone, sealed)
	return secret.MaskNumber(number), err
}

type organisationRow struct {
	id     uuid.UUID
	kind   OrganisationKind
	name   string
	uscc   string
	region string
	state  OrganisationState
	demo   bool
}

func insertOrganisation(ctx context.Context, tx db.Tx, o organisationRow) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO organisation (id, kind, name, uscc, region_code, state, demo) VALUES ($1, $2, $3, nullif($4, ''), $5, $6, $7)`,
		o.id, o.kind, o.name, o.uscc, o.region, o.state, o.demo)
	switch constraintOf(err) {
	case "organisation_uscc":
		return apperr.New(apperr.Conflict, "这个统一社会信用代码已经注册。请联系本单位的管理员为您开通账号；不知道是谁，请联系所在区划的管理员")
	case "organisation_region_code_fkey":
		return apperr.InvalidField("organisation.regionCode", "没有这个区划，请从区划列表中选择")
	}
	if err != nil {
		return fmt.Errorf("insert organisation: %w", err)
	}
	return nil
}

func organisationByID(ctx context.Context, q db.Querier, id uuid.UUID) (Organisation, error) {
	rows, err := q.Query(ctx, `SELECT `+organisationColumns+` FROM organisation o WHERE o.id = $1`, id)
	if err != nil {
		return Organisation{}, fmt.Errorf("load organisation: %w", err)
	}
	o, err := pgx.CollectExactlyOneRow(rows, scanOrganisation)
	if errors.Is(err, pgx.ErrNoRows) {
		return o, apperr.New(apperr.NotFound, "没有这个单位")
	}
	if err != nil {
		return o, fmt.Errorf("load organisation: %w", err)
	}
	return o, nil
}

// lockOrganisation makes changes to who is in an organisation wait for each other.
func lockOrganisation(ctx context.Context, tx db.Tx, id uuid.UUID) error {
	if _, err := tx.Exec(ctx, `SELECT FROM organisation WHERE id = $1 FOR UPDATE`, id); err != nil {
		return fmt.Errorf("lock organisation: %w", err)
	}
	return nil
}
