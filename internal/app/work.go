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

// expertArgs is the job that reminds experts of their annual confirmation and takes those
// whose has ended out of the index.
type expertArgs struct{}

func (expertArgs) Kind() string { return "expert_confirmation" }

// deliveryArgs is the job that reads a large delivered table, or takes it in.
type deliveryArgs struct {
	ID uuid.UUID `json:"id"`
}

func (deliveryArgs) Kind() string { return "delivery" }

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
		return errors.Join(a.Identity.Sweep(ctx), a.Once.Sweep(ctx), a.Deliveries.Sweep(ctx))
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, j *river.Job[deliveryArgs]) error {
		return a.Deliveries.Work(ctx, j.Args.ID)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[expertArgs]) error {
		return a.experts().Tick(ctx, a.Pool)
	}))
	return jobs.Options{Workers: workers, Logger: a.Logger, Periodic: []*river.PeriodicJob{
		river.NewPeriodicJob(river.PeriodicInterval(time.Hour), func() (river.JobArgs, *river.InsertOpts) { return sweepArgs{}, nil }, nil),
		river.NewPeriodicJob(river.PeriodicInterval(time.Hour), func() (river.JobArgs, *river.InsertOpts) { return expertArgs{}, nil }, &river.PeriodicJobOpts{RunOnStart: true}),
	}}
}
