package app

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/jobs"
	"zjcs/internal/platform/provenance"
)

// indexArgs is the job that brings the search index to what a delivery noted in the
// outbox. It is not unique: a job that finds nothing left costs one query, while one
// not inserted because another was just ending would leave records unfound.
type indexArgs struct{}

func (indexArgs) Kind() string { return "search_index" }

// sweepArgs is the job that removes what has served its time.
type sweepArgs struct{}

func (sweepArgs) Kind() string { return "sweep" }

// agencyDayArgs is the job that does what each new day asks for of agencies.
type agencyDayArgs struct{}

func (agencyDayArgs) Kind() string { return "agency_day" }

// changed keeps the search index with whoever writes, in the writer's transaction:
// small changes at once, large ones by a job that commits with them.
func (c *Core) changed(ctx context.Context, tx db.Tx, kind provenance.Kind, ids []uuid.UUID) error {
	if err := c.Search.Changed(ctx, tx, kind, ids); err != nil {
		return err
	}
	return jobs.InsertTx(ctx, c.jobs, tx, indexArgs{})
}

// work lists the jobs of the program.
func (a *App) work() jobs.Options {
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[indexArgs]) error {
		return a.Search.Drain(ctx)
	}))
	river.AddWorker(workers, river.WorkFunc(a.workLetter))
	river.AddWorker(workers, river.WorkFunc(a.workReset))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[sweepArgs]) error {
		return errors.Join(a.Identity.Sweep(ctx), a.Once.Sweep(ctx))
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[agencyDayArgs]) error {
		return a.agencyDay().Run(ctx)
	}))
	return jobs.Options{Workers: workers, Logger: a.Logger, Periodic: []*river.PeriodicJob{
		river.NewPeriodicJob(river.PeriodicInterval(time.Hour), func() (river.JobArgs, *river.InsertOpts) { return sweepArgs{}, nil }, nil),
		// Every hour: a day that begins while no instance runs is made up for at once.
		river.NewPeriodicJob(river.PeriodicInterval(time.Hour), func() (river.JobArgs, *river.InsertOpts) { return agencyDayArgs{}, nil }, &river.PeriodicJobOpts{RunOnStart: true}),
	}}
}
