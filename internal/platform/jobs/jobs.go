// Package jobs runs the work that must happen after a transaction: a River client
// whose jobs are inserted in the business transaction and survive a crash.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"zjcs/internal/platform/db"
)

// Client inserts jobs and, when it has workers and is started, works them.
type Client = river.Client[db.Tx]

// Options say what is to be worked; without workers the client only inserts.
type Options struct {
	Workers  *river.Workers
	Periodic []*river.PeriodicJob // one instance, the leader, inserts them
	Logger   *slog.Logger
}

// Every is a job inserted at each turn of period, and at the start: of any number of
// instances one inserts it, and once a period.
func Every(period time.Duration, args river.JobArgs) *river.PeriodicJob {
	insert := &river.InsertOpts{
		MaxAttempts: 1, // the next turn is the next attempt
		UniqueOpts:  river.UniqueOpts{ByArgs: true, ByPeriod: period},
	}
	return river.NewPeriodicJob(river.PeriodicInterval(period), func() (river.JobArgs, *river.InsertOpts) { return args, insert },
		&river.PeriodicJobOpts{RunOnStart: true})
}

// jobTimeout ends a job that runs away. One that runs longer belongs to a program that was
// killed, and is given to another soon after.
const jobTimeout = 10 * time.Minute

// New makes a client.
func New(pool *db.Pool, o Options) (*Client, error) {
	cfg := &river.Config{Logger: o.Logger, JobTimeout: jobTimeout, RescueStuckJobsAfter: jobTimeout + time.Minute}
	if o.Workers != nil {
		cfg.Workers, cfg.PeriodicJobs = o.Workers, o.Periodic
		cfg.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}}
	}
	c, err := river.NewClient(riverpgxv5.New(pool), cfg)
	if err != nil {
		return nil, fmt.Errorf("job client: %w", err)
	}
	return c, nil
}

// InsertTx adds a job that exists if and only if tx commits.
func InsertTx(ctx context.Context, c *Client, tx db.Tx, args river.JobArgs) error {
	if _, err := c.InsertTx(ctx, tx, args, nil); err != nil {
		return fmt.Errorf("insert job %s: %w", args.Kind(), err)
	}
	return nil
}

// Stop lets running jobs finish until ctx ends.
func Stop(ctx context.Context, c *Client) error {
	if err := c.Stop(ctx); err != nil {
		return fmt.Errorf("stop jobs: %w", err)
	}
	return nil
}
