package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/exchange"
	"zjcs/internal/expert"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/rules"
	"zjcs/internal/purchaser"
	"zjcs/internal/review"
)

// newReview builds the reviewed door with every kind of submission that exists.
func (c *Core) newReview() *review.Service {
	return review.New(review.Deps{
		Pool: c.Pool, Vault: c.Vault, Policy: c.Policy,
		Workdays: workdays, Due: due, Announce: c.announce,
	}, slices.Concat(
		catalog.Kinds(catalog.Door{Policy: c.Policy, Changed: c.changed, FeeStandards: feeStandards}),
		agency.Kinds(agency.Door{Vault: c.Vault, BarMonths: barMonths, Banned: banned, BannedPerson: c.bannedPerson, Changed: c.changed}),
		expert.Kinds(c.experts()),
		purchaser.Kinds(purchaser.Door{Vault: c.Vault}),
		c.Procurement.Kinds(),
		c.Records.Kinds(),
	)...)
}

// experts is the door of the expert pool; its Tick runs every hour.
func (c *Core) experts() expert.Door {
	return expert.Door{Vault: c.Vault, Changed: c.changed, Remind: c.remindExpert}
}

// feeStandards matches an item's fee reference with the standards shipped.
func feeStandards(item, reference string) []string {
	t, err := exchange.ItemTarget()
	if err != nil {
		panic("the shipped catalogue is part of the program: " + err.Error())
	}
	return t.FeeStandards(item, reference)
}

// The engine asks for a rule by its name and the kind of submission in one: publicity has
// an entry for each kind, a formal check has one for notices and one for all others.
const (
	publicityRule = "review.publicity_workdays"
	reviewRule    = "review.workdays"
	noticeRule    = "procurement.review_workdays"
)

// workdays is a rule's number of working days, as the region's rule set says that day.
func workdays(ctx context.Context, q db.Querier, rule, region string, at time.Time) (int, error) {
	if kind, ok := strings.CutPrefix(rule, publicityRule+"."); ok {
		return rules.IntOf(ctx, q, publicityRule, kind, region, at)
	}
	if kind, ok := strings.CutPrefix(rule, reviewRule+"."); ok {
		if rule = reviewRule; strings.HasPrefix(kind, "procurement-") {
			rule = noticeRule
		}
	}
	return rules.Int(ctx, q, rule, region, at)
}

// due is the end of the n-th working day after from, by the State Council's calendar.
func due(ctx context.Context, q db.Querier, from time.Time, n int) (time.Time, bool, error) {
	c, err := calendar.Load(ctx, q)
	if err != nil {
		return time.Time{}, false, err
	}
	d := c.AddWorkdays(from, n)
	return d.At, d.Provisional, nil
}

// LoadCalendar takes in a published year, and works out anew the limits that were
// provisional for want of it, in one transaction.
func (c *Core) LoadCalendar(ctx context.Context, y calendar.Year) (redated int, err error) {
	err = db.InTx(ctx, c.Pool, func(tx db.Tx) error {
		if err := calendar.LoadYear(ctx, tx, y); err != nil {
			return err
		}
		if redated, err = c.Review.RedateTx(ctx, tx); err != nil {
			return err
		}
		for _, redate := range []func(context.Context, db.Tx) (int, error){c.Procurement.RedateTx, c.Records.RedateTx, c.Contract.RedateTx} {
			n, err := redate(ctx, tx)
			if err != nil {
				return err
			}
			redated += n
		}
		return nil
	})
	return redated, err
}
