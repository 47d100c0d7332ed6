package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/procurement"
)

// loadSubject reads what a contract's text tells of its award, its notice and its items.
func loadSubject(ctx context.Context, q db.Querier, c Contract) (Subject, procurement.Terms, error) {
	s := Subject{Number: c.Number, Title: c.Title, AwardFen: c.AwardFen, AwardDays: c.AwardDays, Purchaser: c.Purchaser}
	var terms procurement.Terms
	var award, notice json.RawMessage
	err := q.QueryRow(ctx, `
		SELECT w.body, p.terms, p.number, w.number, coalesce(o.uscc, ''), a.uscc FROM award w JOIN procurement p ON p.id = w.procurement_id
		JOIN organisation o ON o.id = p.org_id, agency a WHERE w.id = $1 AND a.id = $2`, c.Award, c.Agency).
		Scan(&award, &notice, &s.Procurement, &s.Award, &s.PurchaserCode, &s.AgencyCode)
	if err != nil {
		return s, terms, fmt.Errorf("subject of contract: %w", err)
	}
	var body procurement.AwardBody
	if err := errors.Join(json.Unmarshal(award, &body), json.Unmarshal(notice, &terms)); err != nil {
		return s, terms, fmt.Errorf("subject of contract: %w", err)
	}
	s.Agency, s.Scope, s.Result = body.Agency.Name, terms.Scope, terms.Result
	rows, err := q.Query(ctx, `
		SELECT s.code, s.name, s.result_document, s.time_limit, s.fee_type, s.unverified_fields FROM procurement_item i JOIN service_item s ON s.id = i.item_id
		WHERE i.procurement_id = $1 ORDER BY i.ordinal, s.code`, c.Procurement)
	if err != nil {
		return s, terms, fmt.Errorf("items of contract: %w", err)
	}
	if s.Items, err = pgx.CollectRows(rows, pgx.RowToStructByPos[SubjectItem]); err != nil {
		return s, terms, fmt.Errorf("items of contract: %w", err)
	}
	return s, terms, nil
}

// place is what a draft takes over from where it comes.
type place struct {
	agencyOrg  *uuid.UUID
	agencyName string
	sectors    []string
}

func loadPlace(ctx context.Context, q db.Querier, of, agency uuid.UUID) (p place, err error) {
	err = q.QueryRow(ctx, `
		SELECT a.organisation_id, a.name, ARRAY(SELECT DISTINCT s.sector FROM procurement_item i JOIN service_item s ON s.id = i.item_id WHERE i.procurement_id = $1 ORDER BY 1)
		FROM agency a WHERE a.id = $2`, of, agency).Scan(&p.agencyOrg, &p.agencyName, &p.sectors)
	if err != nil {
		return p, fmt.Errorf("place of contract: %w", err)
	}
	return p, nil
}
