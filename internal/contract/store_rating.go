package contract

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
)

func buyerOf(ctx context.Context, q db.Querier, procurement uuid.UUID) (buyer, error) {
	return oneBuyer(ctx, q, `SELECT o.id, p.purchaser, o.kind = 'natural_person', p.region_code FROM procurement p JOIN organisation o ON o.id = p.org_id WHERE p.id = $1`, procurement,
		apperr.New(apperr.NotFound, "没有这个采购项目"))
}

func purchaserNamed(ctx context.Context, q db.Querier, org uuid.UUID) (buyer, error) {
	return oneBuyer(ctx, q, `SELECT o.id, o.name, o.kind = 'natural_person', '' FROM organisation o JOIN purchaser u ON u.organisation_id = o.id WHERE o.id = $1`, org,
		apperr.New(apperr.NotFound, "没有这个项目业主"))
}

func oneBuyer(ctx context.Context, q db.Querier, sql string, id uuid.UUID, none error) (b buyer, err error) {
	err = q.QueryRow(ctx, sql, id).Scan(&b.org, &b.name, &b.natural, &b.region)
	if errors.Is(err, pgx.ErrNoRows) {
		return b, none
	}
	if err != nil {
		return b, fmt.Errorf("purchaser to rate: %w", err)
	}
	return b, nil
}

// listSaid is what agencies said of a purchaser, the newest first.
func listSaid(ctx context.Context, q db.Querier, org uuid.UUID, since time.Time) ([]saidBy, error) {
	rows, err := q.Query(ctx, `SELECT `+evaluationColumns+`, e.agency_id`+evaluationFrom+` WHERE e.org_id = $1 AND e.side = 'agency' AND e.published_at > $2 ORDER BY e.published_at DESC, e.id DESC`, org, since)
	if err != nil {
		return nil, fmt.Errorf("said of purchaser: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s saidBy, err error) {
		s.Evaluation, err = scanEvaluation(row, &s.agency)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("said of purchaser: %w", err)
	}
	return out, nil
}

// signedSince are a purchaser's contracts, the newest first.
func signedSince(ctx context.Context, q db.Querier, org uuid.UUID, since time.Time, n int) ([]Contract, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+joins+` WHERE c.org_id = $1 AND c.signed_at > $2 ORDER BY c.signed_at DESC, c.id DESC LIMIT $3`, org, since, n)
	if err != nil {
		return nil, fmt.Errorf("contracts of purchaser: %w", err)
	}
	out, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("contracts of purchaser: %w", err)
	}
	return out, nil
}
