package identity

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/identity/provider"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

func personBySubject(ctx context.Context, q db.Querier, s provider.Subject) (personRow, bool, error) {
	return scanPerson(q.QueryRow(ctx, `
		SELECT `+personColumns+` FROM person_identity i JOIN person p ON p.id = i.person_id WHERE i.issuer = $1 AND i.subject = $2`, s.Issuer, s.Subject))
}

// insertSubject leaves a subject where it is tied already, to the same person.
func insertSubject(ctx context.Context, tx db.Tx, person uuid.UUID, s provider.Subject) error {
	var owner uuid.UUID
	err := tx.QueryRow(ctx, `
		INSERT INTO person_identity (issuer, subject, person_id) VALUES ($1, $2, $3)
		ON CONFLICT (issuer, subject) DO UPDATE SET subject = excluded.subject RETURNING person_id`, s.Issuer, s.Subject, person).Scan(&owner)
	if err != nil {
		return fmt.Errorf("link subject: %w", err)
	}
	if owner != person {
		return apperr.New(apperr.Conflict, "这个统一身份已关联另一个账号")
	}
	return nil
}

func listSubjects(ctx context.Context, q db.Querier, person uuid.UUID) ([]Link, error) {
	rows, err := q.Query(ctx, `SELECT issuer, linked_at FROM person_identity WHERE person_id = $1 ORDER BY linked_at`, person)
	if err != nil {
		return nil, fmt.Errorf("list subjects: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Link, error) {
		var l Link
		err := row.Scan(&l.Issuer, &l.LinkedAt)
		return l, err
	})
}

func deleteSubjects(ctx context.Context, tx db.Tx, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM person_identity WHERE person_id = $1`, person); err != nil {
		return fmt.Errorf("unlink subjects: %w", err)
	}
	return nil
}
