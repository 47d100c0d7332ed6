package agency

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/identity"
	"zjcs/internal/platform/db"
)

// PersonalData is what the register of practitioners holds: a practitioner's certificates are what an admitted agency's qualification
// rests on; they go with the agency's own change, not with an account.
func PersonalData() identity.Holding {
	return identity.Holding{Name: "practitioner", Export: practitionerOf, Keeps: practises}
}

type practice struct {
	Agency        string `json:"agency"`
	Specialty     string `json:"specialty"`
	CertificateNo string `json:"certificateNo"`
	admitted      bool
}

func practices(ctx context.Context, q db.Querier, person uuid.UUID) ([]practice, error) {
	rows, err := q.Query(ctx, `
		SELECT a.name, x.specialty, x.certificate_no, a.state = 'admitted'
		FROM person p JOIN practitioner x ON x.id_digest = p.id_digest JOIN agency a ON a.id = x.agency_id WHERE p.id = $1 ORDER BY x.id`, person)
	if err != nil {
		return nil, fmt.Errorf("practitioner of a person: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p practice, err error) {
		err = row.Scan(&p.Agency, &p.Specialty, &p.CertificateNo, &p.admitted)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("practitioner of a person: %w", err)
	}
	return list, nil
}

func practitionerOf(ctx context.Context, tx db.Tx, person uuid.UUID) (any, error) {
	return practices(ctx, tx, person)
}

func practises(ctx context.Context, tx db.Tx, person uuid.UUID) ([]string, error) {
	list, err := practices(ctx, tx, person)
	var out []string
	for _, p := range list {
		if p.admitted {
			out = append(out, "仍是“"+p.Agency+"”登记的执业人员（"+p.Specialty+"），须先由该机构变更")
		}
	}
	return out, err
}
