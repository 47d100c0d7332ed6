package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// changed keeps the search index with whoever writes, in the writer's transaction:
// small changes at once, large ones by a job that commits with them.
func (c *Core) changed(ctx context.Context, tx db.Tx, kind provenance.Kind, ids []uuid.UUID) error {
	if err := c.Search.Changed(ctx, tx, kind, ids); err != nil {
		return err
	}
	return jobs.InsertTx(ctx, c.jobs, tx, indexArgs{})
}

// mailArgs is the job that sends a message's e-mail. Fifteen attempts, each later than
// the last, go on for a day and a half: a server that is down over night loses nothing.
type mailArgs struct {
	Message uuid.UUID `json:"message"`
}

func (mailArgs) Kind() string                 { return "message_mail" }
func (mailArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 15} }

// mailBatch is how many jobs one transaction adds: a notice that 100,000 agencies could
// answer must not be published by writing as many jobs.
const mailBatch = 500

// mailsArgs is the job that adds a job for each of many messages.
type mailsArgs struct {
	Messages []uuid.UUID `json:"messages"`
}

func (mailsArgs) Kind() string { return "message_mails" }

// enqueueMail adds a job for each message, in the transaction that wrote it; where they
// are many, by jobs that do so.
func (c *Core) enqueueMail(ctx context.Context, tx db.Tx, messages []uuid.UUID) error {
	if len(messages) > mailBatch {
		var many []river.InsertManyParams
		for part := range slices.Chunk(messages, mailBatch) {
			many = append(many, river.InsertManyParams{Args: mailsArgs{part}})
		}
		if _, err := c.jobs.InsertManyFastTx(ctx, tx, many); err != nil {
			return fmt.Errorf("insert e-mail jobs: %w", err)
		}
		return nil
	}
	many := make([]river.InsertManyParams, len(messages))
	for i, id := range messages {
		many[i].Args = mailArgs{id}
	}
	if _, err := c.jobs.InsertManyFastTx(ctx, tx, many); err != nil {
		return fmt.Errorf("insert e-mail jobs: %w", err)
	}
	return nil
}

// deliveryArgs is the job that reads a large delivered table, or takes it in.
type deliveryArgs struct {
	ID uuid.UUID `json:"id"`
}

func (deliveryArgs) Kind() string { return "delivery" }

// tickArgs is one turn of what time alone makes due.
type tickArgs struct {
	Name string `json:"name" river:"unique"`
}

func (tickArgs) Kind() string { return "tick" }

// tick is work that comes due by time. Several instances may run one at once.
type tick struct {
	name  string
	every time.Duration
	run   func(context.Context) error
}

// ticks is all that time does in this program.
func (a *App) ticks() []tick {
	return []tick{
		{"review", time.Minute, a.Review.Tick},
		{"procurements", 2 * time.Second, a.Procurement.Tick},
		{"contracts", time.Hour, a.Contract.Tick},
		{"evaluations", time.Minute, a.Contract.TickEvaluations},
		{"credit", 2 * time.Second, a.Credit.Turn},
		{"public-log", time.Hour, a.recoverLedger},
		{"accounts", time.Hour, func(ctx context.Context) error { return errors.Join(a.Identity.Sweep(ctx), a.Once.Sweep(ctx)) }},
		{"files", time.Hour, a.sweepFiles},
		{"deliveries", time.Hour, a.Deliveries.Sweep},
		{"agencies", time.Hour, a.agencyDay().Run},
		{"expert-confirmations", time.Hour, func(ctx context.Context) error { return a.experts().Tick(ctx, a.Pool) }},
		{"agency-day", time.Hour, func(ctx context.Context) error { return a.agencyDay().Run(ctx) }}, // a day that began while no instance ran is made up for
	}
}

// filesKept is how long an upload waits to be named by something: a draft is saved within
// minutes, and a browser left open over a weekend is rare.
const filesKept = 72 * time.Hour

func (a *App) sweepFiles(ctx context.Context) error {
	_, err := a.Files.Sweep(ctx, a.Now().Add(-filesKept), a.Files.Referenced)
	return err
}

// work lists the jobs of the program.
func (a *App) work() jobs.Options {
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[indexArgs]) error {
		return a.Search.Drain(ctx)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[mailArgs]) error {
		return a.Messages.Mail(ctx, job.Args.Message, job.Attempt >= job.MaxAttempts)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[mailsArgs]) error {
		return db.InTx(ctx, a.Pool, func(tx db.Tx) error { return a.enqueueMail(ctx, tx, job.Args.Messages) })
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[deliveryArgs]) error {
		return a.Deliveries.Work(ctx, job.Args.ID)
	}))
	river.AddWorker(workers, river.WorkFunc(a.workLetter))
	river.AddWorker(workers, river.WorkFunc(a.workReset))
	turns := map[string]func(context.Context) error{}
	var periodic []*river.PeriodicJob
	for _, t := range a.ticks() {
		turns[t.name] = t.run
		periodic = append(periodic, jobs.Every(t.every, tickArgs{t.name}))
	}
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[tickArgs]) error {
		run, known := turns[job.Args.Name]
		if !known { // of another version of the program
			return river.JobCancel(fmt.Errorf("no tick %q", job.Args.Name))
		}
		return run(ctx)
	}))
	return jobs.Options{Workers: workers, Periodic: periodic, Logger: a.Logger}
}
