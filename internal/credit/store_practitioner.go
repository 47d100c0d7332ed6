package credit

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
)

func loadPerson(ctx context.Context, q db.Querier, id uuid.UUID) (p person, err error) {
	err = q.QueryRow(ctx, `SELECT p.id, p.agency_id, p.name, p.specialty, a.name, p.id_number FROM practitioner p JOIN agency a ON a.id = p.agency_id WHERE p.id = $1`, id).
		Scan(&p.id, &p.agency, &p.name, &p.specialty, &p.agencyName, &p.sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, apperr.InvalidField("subjectId", "应写明是哪名执业人员（执业人员的标识）；已不在机构登记的，不能再提")
	}
	if err != nil {
		err = fmt.Errorf("practitioner: %w", err)
	}
	return p, err
}

func insertPersonConduct(ctx context.Context, tx db.Tx, p person, r PersonConduct, sealed, digest []byte, s review.Submission) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO credit_practitioner_record (id, id_number, id_digest, name, agency_id, rubric_id, conduct, basis, occurred_on, expires_on, proposer, confirmer, submission_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::date, $10::date, $11, $12, $13)`,
		r.ID, sealed, digest, secret.MaskName(p.name), p.agency, r.Rubric, r.Conduct, r.Basis, r.OccurredOn, r.ExpiresOn, s.Author, s.DecidedBy, s.ID)
	if err != nil {
		return fmt.Errorf("record of practitioner: %w", err)
	}
	return nil
}

// running are the states of a procurement whose award still binds its practitioners: from
// the award until the result is accepted, or the contract is terminated.
const running = `('awarded','contracted','in_service','delivered')`

// listPeople are the practitioners of an agency. The same person is known by the digest of
// the identity number; one without is known by the entry alone.
func listPeople(ctx context.Context, q db.Querier, agency uuid.UUID, today string) ([]PersonStanding, error) {
	list := []PersonStanding{}
	var batch pgx.Batch
	batch.Queue(`SELECT id, name, specialty, coalesce(valid_to::text, '') FROM practitioner WHERE agency_id = $1 ORDER BY specialty, name, id`, agency).Query(func(rows pgx.Rows) (err error) {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (PersonStanding, error) {
			p := PersonStanding{Engagements: []Engagement{}, Elsewhere: []string{}, Conduct: []PersonConduct{}}
			err := row.Scan(&p.ID, &p.Name, &p.Specialty, &p.ValidTo)
			return p, err
		})
		return err
	})
	var id uuid.UUID
	var e Engagement
	batch.Queue(`
		SELECT DISTINCT p.id, w.procurement_id, c.number, c.title, b.agency_name, w.issued_at
		FROM practitioner p JOIN practitioner same ON same.id = p.id OR same.id_digest = p.id_digest
		JOIN bid b ON b.agency_id = same.agency_id AND b.proposal -> 'practitioners' ? same.id::text
		JOIN award w ON w.bid_id = b.id AND w.refused_at IS NULL JOIN procurement c ON c.id = w.procurement_id AND c.state IN `+running+`
		WHERE p.agency_id = $1 ORDER BY w.issued_at`, agency).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, []any{&id, &e.ProcurementID, &e.Number, &e.Title, &e.Agency, &e.AwardedAt}, func() error {
			gather(list, id, func(p *PersonStanding) { p.Engagements = append(p.Engagements, e) })
			return nil
		})
		return err
	})
	var name string
	batch.Queue(`
		SELECT DISTINCT p.id, a.name FROM practitioner p JOIN practitioner o ON o.id_digest = p.id_digest AND o.agency_id <> p.agency_id
		JOIN agency a ON a.id = o.agency_id AND a.state IN ('admitted','restricted','suspended') WHERE p.agency_id = $1 ORDER BY a.name`, agency).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error {
			gather(list, id, func(p *PersonStanding) { p.Elsewhere = append(p.Elsewhere, name) })
			return nil
		})
		return err
	})
	var c PersonConduct
	batch.Queue(`
		SELECT p.id, r.id, r.rubric_id, r.conduct, r.basis, r.occurred_on::text, r.expires_on::text FROM practitioner p JOIN credit_practitioner_record r ON r.id_digest = p.id_digest
		WHERE p.agency_id = $1 AND r.expires_on >= $2::date ORDER BY r.occurred_on DESC, r.id`, agency, today).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, []any{&id, &c.ID, &c.Rubric, &c.Conduct, &c.Basis, &c.OccurredOn, &c.ExpiresOn}, func() error {
			gather(list, id, func(p *PersonStanding) { p.Conduct = append(p.Conduct, c) })
			return nil
		})
		return err
	})
	batch.Queue(`SELECT `+banColumns+`, p.id FROM practitioner p JOIN credit_ban b ON b.kind = 'practitioner' AND b.id_digest = p.id_digest WHERE p.agency_id = $2 AND `+banHolds, today, agency).
		Query(func(rows pgx.Rows) error {
			_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Ban, error) {
				b, err := scanBan(trailing{row, &id})
				if err == nil {
					gather(list, id, func(p *PersonStanding) { p.Ban = b.Words() })
				}
				return b, err
			})
			return err
		})
	if err := q.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, fmt.Errorf("practitioners: %w", err)
	}
	return list, nil
}
