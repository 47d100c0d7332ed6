package expert

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/identity"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
)

// PersonalData is what the pool of experts holds: an entry ends by removal from the pool, not with an account.
func PersonalData(vault *secret.Vault) identity.Holding {
	return identity.Holding{
		Name: "expert",
		Export: func(ctx context.Context, tx db.Tx, person uuid.UUID) (any, error) {
			list, err := entriesOf(ctx, tx, person)
			for i := range list {
				e := &list[i]
				if e.IDNumber, err = vault.Open(FieldID, e.idNumber); err != nil {
					return nil, fmt.Errorf("expert of a person: %w", err)
				}
				if e.Phone, err = vault.Open(FieldPhone, e.phone); err != nil {
					return nil, fmt.Errorf("expert of a person: %w", err)
				}
			}
			return list, err
		},
		Keeps: func(ctx context.Context, tx db.Tx, person uuid.UUID) ([]string, error) {
			list, err := entriesOf(ctx, tx, person)
			var out []string
			for _, e := range list {
				if e.State != "removed" {
					out = append(out, "仍在专家库中，须先退出")
				}
			}
			return out, err
		},
	}
}

type poolEntry struct {
	Name            string   `json:"name"`
	IDNumber        string   `json:"idNumber"`
	Phone           string   `json:"phone"`
	Employer        string   `json:"employer"`
	Title           string   `json:"title"`
	Specialties     []string `json:"specialties"`
	State           string   `json:"state"`
	idNumber, phone []byte
}

func entriesOf(ctx context.Context, q db.Querier, person uuid.UUID) ([]poolEntry, error) {
	rows, err := q.Query(ctx, `
		SELECT e.name, e.employer, e.title, e.specialties, e.state, e.id_number, e.phone
		FROM person p JOIN expert e ON e.id_digest = p.id_digest OR e.person_id = p.id WHERE p.id = $1`, person)
	if err != nil {
		return nil, fmt.Errorf("expert of a person: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e poolEntry, err error) {
		err = row.Scan(&e.Name, &e.Employer, &e.Title, &e.Specialties, &e.State, &e.idNumber, &e.phone)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("expert of a person: %w", err)
	}
	return list, nil
}
