package procurement

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/catalog"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
)

// itemFacts are what a notice's writer has to know of an item.
type itemFacts struct {
	Code, Name   string
	Basis        catalog.BasisStrength
	Abolished    bool
	ApproverPays bool
	Required     string
	Conditions   catalog.Conditions
	FeeStandards []string
	Approvals    []string // codes
}

// asks reports whether the item itself asks for a qualification of that name.
func (f itemFacts) asks(name string) bool {
	if strings.Contains(f.Required, name) {
		return true
	}
	for _, q := range f.Conditions.Qualifications {
		if q.Name == name {
			return true
		}
	}
	return false
}

func loadFacts(ctx context.Context, q db.Querier, codes []string) (map[string]itemFacts, error) {
	rows, err := q.Query(ctx, `
		SELECT i.code, i.name, i.basis_strength, i.state = 'abolished', i.entrusting_parties = ARRAY['approval_dept'], i.required_qualification, i.conditions,
		       ARRAY(SELECT f.name FROM fee_standard f WHERE f.id = ANY (i.fee_standard_ids) ORDER BY f.id),
		       ARRAY(SELECT a.code FROM service_item_approval x JOIN approval_item a ON a.id = x.approval_id WHERE x.item_id = i.id ORDER BY a.code)
		FROM service_item i WHERE i.code = ANY ($1)`, codes)
	if err != nil {
		return nil, fmt.Errorf("items of a notice: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[itemFacts])
	if err != nil {
		return nil, fmt.Errorf("items of a notice: %w", err)
	}
	out := make(map[string]itemFacts, len(list))
	for _, f := range list {
		out[f.Code] = f
	}
	return out, nil
}

func regionNames(ctx context.Context, q db.Querier) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT name FROM region`)
	if err != nil {
		return nil, fmt.Errorf("regions: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("regions: %w", err)
	}
	return names, nil
}

// purchaserName is the name of a verified purchaser, "" when it is not one, and what of it
// is published: of a natural person the surname (docs/adr/0006-what-is-public.md).
func purchaserName(ctx context.Context, q db.Querier, org uuid.UUID) (name, shown string, err error) {
	var natural bool
	err = q.QueryRow(ctx, `SELECT o.name, o.kind = 'natural_person' FROM purchaser p JOIN organisation o ON o.id = p.organisation_id WHERE p.organisation_id = $1`, org).Scan(&name, &natural)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("purchaser: %w", err)
	}
	if natural {
		return name, secret.MaskName(name), nil
	}
	return name, name, nil
}

func insertProcurement(ctx context.Context, tx db.Tx, p *Procurement, identity []byte, submission uuid.UUID) error {
	err := tx.QueryRow(ctx, `
		INSERT INTO procurement (id, org_id, purchaser, region_code, title, project_code, method, fiscal, terms, state, round, previous_id, published_at, deadline, selection_at, recipient, identity, submission_id)
		VALUES ($1, $2, $3, $4, $5, nullif($6, ''), $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING number`,
		p.ID, p.OrgID, p.Purchaser, p.Region, p.Title, p.Terms.ProjectCode, p.Method, p.Fiscal, p.Terms, p.State, p.Round, p.Previous, p.PublishedAt, p.Deadline, p.SelectionAt,
		p.Recipient, identity, submission).Scan(&p.Number)
	if err != nil {
		return fmt.Errorf("publish procurement: %w", err)
	}
	return putItems(ctx, tx, *p)
}

func putItems(ctx context.Context, tx db.Tx, p Procurement) error {
	if _, err := tx.Exec(ctx, `DELETE FROM procurement_item WHERE procurement_id = $1`, p.ID); err != nil {
		return fmt.Errorf("items of a procurement: %w", err)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO procurement_item (procurement_id, item_id, ordinal)
		SELECT $1, i.id, c.n FROM unnest($2::text[]) WITH ORDINALITY c(code, n) JOIN service_item i ON i.code = c.code`, p.ID, p.Terms.Items)
	if err != nil {
		return fmt.Errorf("items of a procurement: %w", err)
	}
	return nil
}

// putTerms stores amended terms.
func putTerms(ctx context.Context, tx db.Tx, p Procurement) error {
	_, err := tx.Exec(ctx, `
		UPDATE procurement SET terms = $2, terms_version = $3, answer_version = $4, title = $5, project_code = nullif($6, ''), method = $7, fiscal = $8, region_code = $9, deadline = $10, selection_at = $11, updated_at = now()
		WHERE id = $1`, p.ID, p.Terms, p.TermsVersion, p.AnswerVersion, p.Title, p.Terms.ProjectCode, p.Method, p.Fiscal, p.Region, p.Deadline, p.SelectionAt)
	if err != nil {
		return fmt.Errorf("amend procurement: %w", err)
	}
	return putItems(ctx, tx, p)
}

func regionOf(ctx context.Context, q db.Querier, org uuid.UUID) (code string, err error) {
	if err := q.QueryRow(ctx, `SELECT region_code FROM organisation WHERE id = $1`, org).Scan(&code); err != nil {
		return "", fmt.Errorf("region of organisation: %w", err)
	}
	return code, nil
}

func insertQuestion(ctx context.Context, tx db.Tx, q Question, procurement, org, person uuid.UUID, most int) (at time.Time, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO procurement_question (id, procurement_id, org_id, asked_by, question)
		SELECT $1, $2, $3, $4, $5 WHERE (SELECT count(*) FROM procurement_question WHERE procurement_id = $2 AND org_id = $3) < $6
		RETURNING asked_at`, q.ID, procurement, org, person, q.Question, most).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) {
		return at, apperr.New(apperr.Conflict, "本机构就这份公告已经提了 %d 个问题", most)
	}
	if err != nil {
		return at, fmt.Errorf("store question: %w", err)
	}
	return at, nil
}

func answerQuestion(ctx context.Context, tx db.Tx, procurement, id, by uuid.UUID, text string) (asked string, err error) {
	err = tx.QueryRow(ctx, `UPDATE procurement_question SET answer = $3, answered_by = $4, answered_at = clock_timestamp() WHERE procurement_id = $1 AND id = $2 RETURNING question`,
		procurement, id, text, by).Scan(&asked)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", apperr.New(apperr.NotFound, "没有这个提问")
	}
	if err != nil {
		return "", fmt.Errorf("answer question: %w", err)
	}
	return asked, nil
}

func listQuestions(ctx context.Context, q db.Querier, procurement uuid.UUID) ([]Question, error) {
	rows, err := q.Query(ctx, `SELECT id, question, asked_at, coalesce(answer, ''), answered_at FROM procurement_question WHERE procurement_id = $1 ORDER BY asked_at, id`, procurement)
	if err != nil {
		return nil, fmt.Errorf("questions: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Question])
	if err != nil {
		return nil, fmt.Errorf("questions: %w", err)
	}
	return list, nil
}

// biddingAgencies are those whose bids were opened.
func biddingAgencies(ctx context.Context, q db.Querier, procurement uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `SELECT agency_id FROM bid WHERE procurement_id = $1`, procurement)
	if err != nil {
		return nil, fmt.Errorf("bidders: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("bidders: %w", err)
	}
	return ids, nil
}

// comparablePrices are what an item was signed for since a day, alone in its notice and by
// a price that bidders quoted.
func comparablePrices(ctx context.Context, q db.Querier, item, region string, since time.Time) (c comparables, err error) {
	rows, err := q.Query(ctx, `
		WITH RECURSIVE place AS (SELECT code, name FROM region WHERE code = $2 UNION ALL SELECT r.code, r.name FROM region r JOIN place p ON r.parent = p.code)
		SELECT (a.body ->> 'priceFen')::bigint, EXISTS (SELECT FROM place WHERE code = p.region_code), (SELECT name FROM region WHERE code = $2)
		FROM procurement_item x JOIN procurement p ON p.id = x.procurement_id JOIN award a ON a.procurement_id = p.id AND a.refused_at IS NULL
		WHERE x.item_id = (SELECT id FROM service_item WHERE code = $1) AND x.published_at >= $3
		  AND p.state IN ('contracted','in_service','delivered','accepted','evaluated') AND p.terms ->> 'pricing' <> 'fixed'
		  AND NOT EXISTS (SELECT FROM procurement_item y WHERE y.procurement_id = p.id AND y.item_id <> x.item_id)
		ORDER BY x.published_at DESC LIMIT 2000`, item, region, since)
	if err != nil {
		return c, fmt.Errorf("comparable prices: %w", err)
	}
	var price int64
	var near bool
	_, err = pgx.ForEachRow(rows, []any{&price, &near, &c.place}, func() error {
		if c.all = append(c.all, price); near {
			c.near = append(c.near, price)
		}
		return nil
	})
	if err != nil {
		return c, fmt.Errorf("comparable prices: %w", err)
	}
	return c, nil
}
