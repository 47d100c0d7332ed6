package app

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/riverqueue/river"

	"zjcs/internal/identity"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/jobs"
	"zjcs/internal/platform/mail"
)

// letterArgs is the job that sends one e-mail. It is sealed: letters hold links that open
// accounts, and jobs stay in the table for a day after they are done.
type letterArgs struct {
	Sealed []byte `json:"sealed"`
}

func (letterArgs) Kind() string { return "letter" }

// resetArgs is the job that finds out whether a forgotten password's address has an
// account: not in the request, whose time would tell.
type resetArgs struct {
	Sealed []byte `json:"sealed"`
}

func (resetArgs) Kind() string { return "password_reset" }

const (
	letterField = "job.letter"
	resetField  = "job.password_reset"
)

func (c *Core) letters() identity.Letters {
	return identity.Letters{
		On: c.mail.On(),
		Send: func(ctx context.Context, tx db.Tx, m mail.Message) error {
			doc, err := json.Marshal(m)
			if err != nil {
				return fmt.Errorf("letter: %w", err)
			}
			return jobs.InsertTx(ctx, c.jobs, tx, letterArgs{Sealed: c.Vault.Seal(letterField, string(doc))})
		},
		Reset: func(ctx context.Context, tx db.Tx, email string) error {
			return jobs.InsertTx(ctx, c.jobs, tx, resetArgs{Sealed: c.Vault.Seal(resetField, email)})
		},
	}
}

// workLetter sends. What the server refuses for good is given up, the rest tried again.
func (a *App) workLetter(ctx context.Context, job *river.Job[letterArgs]) error {
	doc, err := a.Vault.Open(letterField, job.Args.Sealed)
	if err != nil {
		return river.JobCancel(err)
	}
	var m mail.Message
	if err := json.Unmarshal([]byte(doc), &m); err != nil {
		return river.JobCancel(fmt.Errorf("letter: %w", err))
	}
	err = a.mail.Send(ctx, m)
	if err != nil && mail.Permanent(err) {
		return river.JobCancel(err)
	}
	return err
}

func (a *App) workReset(ctx context.Context, job *river.Job[resetArgs]) error {
	email, err := a.Vault.Open(resetField, job.Args.Sealed)
	if err != nil {
		return river.JobCancel(err)
	}
	return a.Identity.SendReset(ctx, email)
}
